"""The structures of ``numpyio.h``, and lists for the library."""

from __future__ import annotations

import array
import ctypes
import os
from ctypes import POINTER, c_char_p, c_double, c_int32, c_int64, c_void_p
from typing import Any


class Error(ctypes.Structure):
    _fields_ = [("code", c_int32), ("name", c_char_p), ("message", c_char_p), ("file", c_char_p), ("member", c_char_p),
                ("hint", c_char_p), ("offset", c_int64), ("line", c_int64), ("row", c_int64), ("column", c_int64)]


class View(ctypes.Structure):
    # `data` is an address, or bytes, which then live as long as the structure.
    _fields_ = [("data", c_char_p), ("descr", c_char_p), ("ndim", c_int32), ("shape", c_void_p), ("strides", c_void_p)]


class Info(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("descr", c_char_p), ("shape", POINTER(c_int64)), ("strides", POINTER(c_int64)),
                ("byte_count", c_int64), ("item_size", c_int64), ("offset", c_int64), ("end", c_int64),
                ("ndim", c_int32), ("flags", c_int32)]


class Limits(ctypes.Structure):
    _fields_ = [("header_characters", c_int64), ("array_bytes", c_int64), ("members", c_int64),
                ("archive_bytes", c_int64)]


ReadFunction = ctypes.CFUNCTYPE(c_int64, c_void_p, c_int64, c_void_p, c_int64)
WriteFunction = ctypes.CFUNCTYPE(c_int32, c_void_p, c_void_p, c_int64)
OverwriteFunction = ctypes.CFUNCTYPE(c_int32, c_void_p, c_int64, c_void_p, c_int64)
ReleaseFunction = ctypes.CFUNCTYPE(None, c_void_p)
WarningFunction = ctypes.CFUNCTYPE(None, c_void_p, c_char_p)


class Reader(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("byte_count", c_int64), ("forwards_only", c_int32), ("reads_cost", c_int32),
                ("read", ReadFunction), ("is_exclusive", c_int32), ("release", c_void_p), ("context", c_void_p)]


class Sink(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("write", WriteFunction), ("overwrite", OverwriteFunction), ("context", c_void_p)]


class Index(ctypes.Structure):
    _fields_ = [("kind", c_int32), ("bounds", c_int32), ("start", c_int64), ("stop", c_int64), ("step", c_int64)]


class Member(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("compressed_size", c_int64), ("uncompressed_size", c_int64), ("offset", c_int64),
                ("method", c_int32), ("is_folder", c_int32)]


class Tensor(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("type", c_char_p), ("format", c_char_p), ("byte_count", c_int64)]


class LoadTextOptions(ctypes.Structure):
    _fields_ = [("dtype", c_char_p), ("comments", c_void_p), ("comment_count", c_int64),
                ("delimiter", c_char_p), ("quote", c_char_p), ("encoding", c_char_p), ("columns", c_void_p),
                ("column_count", c_int64), ("skip_rows", c_int64), ("max_rows", c_int64), ("minimum_axes", c_int32),
                ("unpack", c_int32), ("warn", WarningFunction), ("context", c_void_p)]


class GenFromTextOptions(ctypes.Structure):
    _fields_ = [("dtype", c_char_p), ("comments", c_char_p), ("delimiter", c_char_p), ("widths", c_void_p),
                ("width_count", c_int64), ("skip_header", c_int64), ("skip_footer", c_int64), ("max_rows", c_int64),
                ("columns", c_void_p), ("column_count", c_int64), ("names", c_void_p),
                ("name_count", c_int64), ("missing", c_void_p), ("missing_count", c_int64),
                ("filling", POINTER(c_double)), ("autostrip", c_int32), ("unpack", c_int32), ("with_mask", c_int32),
                ("keep_bytes", c_int32), ("skip_invalid", c_int32), ("minimum_axes", c_int32), ("encoding", c_char_p),
                ("warn", WarningFunction), ("context", c_void_p)]


class SaveTextOptions(ctypes.Structure):
    _fields_ = [("formats", c_void_p), ("format_count", c_int64), ("delimiter", c_char_p),
                ("newline", c_char_p), ("header", c_char_p), ("footer", c_char_p), ("comments", c_char_p),
                ("encoding", c_char_p)]


class Node(ctypes.Structure):
    _fields_ = [("kind", c_int64), ("first_child", c_int64), ("child_count", c_int64), ("integer", c_int64),
                ("number", c_double), ("imaginary", c_double), ("text", c_void_p), ("text_count", c_int64)]


class Nodes(ctypes.Structure):
    _fields_ = [("nodes", POINTER(Node)), ("node_count", c_int64), ("children", POINTER(c_int64)),
                ("child_count", c_int64), ("array_count", c_int64)]


#: Lists of up to as many are arrays of ctypes, which are made faster; of longer ones a type for each length would stay in a
#: cycle of references.
_FEW = 16
_lengths: dict[tuple[int, ...], Items] = {}
#: As many lists of integers are remembered at most.
_REMEMBERED = 1000


def _forget() -> None:
    """In a process that was forked: see the same in `_arrays`."""
    global _lengths
    _lengths = {}


os.register_at_fork(after_in_child=_forget)


class Items:
    """A list for the library, in memory whose address is ``address``."""

    __slots__ = ("_keep", "address")

    def __init__(self, address: int, *keep: Any) -> None:
        self._keep = keep
        self.address = address

    @classmethod
    def integers(cls, values: Any) -> Items:
        memory = array.array("q", values)
        return cls(memory.buffer_info()[0], memory)

    @classmethod
    def lengths(cls, values: tuple[int, ...]) -> Items:
        """The same of a few integers that come again and again, and are not changed: lengths of axes, strides."""
        known = _lengths.get(values)
        if known is None:
            known = cls.integers(values)
            if len(_lengths) < _REMEMBERED:
                _lengths[values] = known
        return known

    @classmethod
    def texts(cls, values: list[bytes] | list[bytes | None]) -> Items:
        """Texts without null bytes, each ended by one; NULL for ``None``."""
        if 0 < len(values) <= _FEW:
            few = (c_char_p * len(values))(*values)
            return cls(ctypes.addressof(few), few)
        memory = array.array("b", b"\0".join([*(value or b"" for value in values), b""]))
        place = memory.buffer_info()[0]
        addresses = array.array("Q")
        for value in values:
            addresses.append(0 if value is None else place)
            place += len(value or b"") + 1
        return cls(addresses.buffer_info()[0], addresses, memory)


class Structures:
    """Structures of one kind, one behind the other."""

    __slots__ = ("_memory", "address", "items")

    def __init__(self, kind: Any, count: int) -> None:
        if 0 < count <= _FEW:
            self._memory = (kind * count)()
            self.items = list(self._memory)
            self.address = ctypes.addressof(self._memory)
            return
        size = ctypes.sizeof(kind)
        self._memory = bytearray(size * count)
        self.items = [kind.from_buffer(self._memory, place * size) for place in range(count)]
        self.address = ctypes.addressof(self.items[0]) if count else None
