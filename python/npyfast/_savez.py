"""``savez`` and ``savez_compressed``: archives of arrays, written."""

from __future__ import annotations

import io
import itertools
import os
import struct
from typing import Any, NamedTuple

import numpy as np
from numpy.lib import format as npy_format

from . import _arrays, _fallback, _library as lib, _structures as structures
from ._files import FileSink, durability_of, encoded_path, write_all

__all__ = ["savez", "savez_compressed"]

#: The names of levels, and the numbers that Python's zlib has for them.
LEVELS = {"none": 0, "fast": 1, "default": 2, "best": 3, "zlib": 4}


def _compression(level: Any) -> int:
    if isinstance(level, str):
        if level in LEVELS:
            return LEVELS[level]
    elif isinstance(level, (int, np.integer)) and not isinstance(level, bool) and 0 <= level <= 9:
        return 0 if level == 0 else 1 if level <= 3 else 2 if level <= 8 else 3
    raise ValueError(f"level must be 0 to 9, or one of {', '.join(map(repr, LEVELS))}, not {level!r}")


def savez(file: Any, *args: Any, allow_pickle: bool = True, **kwds: Any) -> Any:
    """Save several arrays into one uncompressed ``.npz`` archive, as :func:`numpy.savez` does.

    The members begin at multiples of 64 bytes, so that they can be mapped (:func:`load` with ``mmap_mode="r"``). An archive
    that is there stays until the new one is whole.

    :param file: A path, to which ``.npz`` is appended if it does not end so, or a file object.
    :param args: Arrays that are stored as ``arr_0``, ``arr_1`` and so on.
    :param allow_pickle: Whether arrays of objects may be pickled.
    :param kwds: Arrays by their names.
    """
    return save_members(file, args, kwds, 0, allow_pickle)


def savez_compressed(file: Any, *args: Any, allow_pickle: bool = True, level: Any = "default", **kwds: Any) -> Any:
    """Save several arrays into one compressed ``.npz`` archive, as :func:`numpy.savez_compressed` does.

    :param level: ``"fast"``, ``"default"`` (faster than NumPy, and no larger), ``"best"``, ``"zlib"`` (NumPy's own bytes),
        ``"none"``; or a number of Python's zlib, 0 to 9. An array of the name ``level`` can be given too.

    All else is as in :func:`savez`.
    """
    if not isinstance(level, (str, int, np.integer)):  # an array of that name
        kwds, level = {**kwds, "level": level}, "default"
    return save_members(file, args, kwds, _compression(level), allow_pickle)


def save_members(file: Any, args: tuple[Any, ...], kwds: dict[str, Any], compression: int, allow_pickle: bool,
          durability: str = "none") -> Any:
    if any(map(_arrays.has_own_functions, (*args, *kwds.values()))):
        instead = _fallback.numpy_functions.savez_compressed if compression else _fallback.numpy_functions.savez
        return instead(file, *args, **kwds)
    members = dict(kwds)
    for place, value in enumerate(args):
        key = f"arr_{place}"
        if key in members:
            raise ValueError(f"Cannot use un-named variables and keyword {key}")
        members[key] = value
    arrays = [_member(name, value) for name, value in members.items()]
    is_small = _are_small(arrays)
    if hasattr(file, "write"):
        if is_small:
            return _write_small(file, arrays, compression)
        sink = FileSink(file)
        writer = lib.make(lib.library.npyio_writer_to_sink, sink.address, compression)
        try:
            _add(writer, arrays, allow_pickle)
        except lib.ArrayFileError as error:
            _fallback.reraise(sink.failure, error)
        finally:
            lib.free(writer)
        return None
    path = os.fspath(file)
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if not path.endswith(".npz"):
        path += ".npz"
    level = durability_of(durability)
    try:
        if is_small:
            lib.do(lib.library.npyio_archive_encode, *_contents(arrays, compression), encoded_path(path), level, None, None)
        else:
            _save_to_path(encoded_path(path), arrays, compression, level, allow_pickle)
    except lib.ArrayFileError as error:
        if error.number == lib.BAD_ARGUMENT:  # as for a path that is not UTF-8
            if not allow_pickle and any(member.array.dtype.hasobject for member in arrays):
                raise ValueError("Object arrays cannot be saved when allow_pickle=False") from error
            # NumPy before 2.1 would take `allow_pickle` for the name of an array.
            instead = _fallback.numpy_functions.savez_compressed if compression else _fallback.numpy_functions.savez
            return _fallback.numpy_instead(error, instead, path, **members)
        raise lib.as_system_error(error, path) from None


class Member(NamedTuple):
    """An array to be saved."""

    name: str
    array: np.ndarray
    #: What the header says of its dtype; ``None`` if NumPy itself has to turn its elements into bytes.
    descr: bytes | None


def _member(name: str, value: Any) -> Member:
    array = value if type(value) is np.ndarray else np.asanyarray(value)
    try:
        if type(array) is not np.ndarray and isinstance(array, np.ma.MaskedArray):
            raise _arrays.Unsupported("masked arrays")
        if _arrays.is_foreign(array.dtype):
            raise _arrays.Unsupported("dtypes of other packages")
        return Member(name, array, _arrays.describe(array.dtype))
    except _arrays.Unsupported as reason:
        _fallback.tell(str(reason))
        return Member(name, array, None)


#: As many members, of as many axes each, are handed over as bytes.
_FEW_MEMBERS, _FEW_AXES = 16, 4


def _are_small(members: list[Member]) -> bool:
    """Whether arrays are so few and small that to hand over their bytes costs less than to describe them."""
    return len(members) <= _FEW_MEMBERS and all(
        member.descr is not None and member.array.ndim <= _FEW_AXES for member in members
    ) and sum(member.array.nbytes for member in members) <= _arrays.SMALL


def _contents(members: list[Member], compression: int) -> tuple[bytes, int, bytes, int, int]:
    """Small arrays as the library takes whole members: their names and bytes, the numbers that go with them, the compression."""
    parts: list[bytes] = []
    numbers: list[int] = []
    for name, array, descr in members:
        encoded = (name + ".npy").encode("utf-8")
        header = _arrays.header_of(array, descr)
        data = array.tobytes("A")
        parts += (encoded, header, data)
        numbers += (len(encoded), len(header) + len(data), len(header))
        numbers += _arrays.grain_of(array) if compression else (1, 1, 0, 0, 0)
    content = b"".join(parts)
    return content, len(content), struct.pack(f"={len(numbers)}q", *numbers), len(members), compression


def _write_small(file: Any, members: list[Member], compression: int) -> None:
    handle = lib.make(lib.library.npyio_archive_encode, *_contents(members, compression), None, 0, None)
    try:
        content = _arrays.bytes_of(handle)
    finally:
        lib.free(handle)
    write_all(file, content)


class Members:
    """Arrays and their names as the library takes them; what it points to lives as long as this."""

    def __init__(self, members: list[Member]) -> None:
        self.count = len(members)
        views = structures.Structures(structures.View, self.count)
        names = structures.Items.texts([member.name.encode("utf-8") for member in members])
        self._keep: list[Any] = [members, views, names]
        for view, (_, array, descr) in zip(views.items, members):
            self._keep.append(_arrays.fill(view, array, descr))
        self.views, self.names = views.address, names.address
        self.nbytes = sum(member.array.nbytes for member in members)


def _save_to_path(path: bytes, members: list[Member], compression: int, durability: int, allow_pickle: bool) -> None:
    if all(member.descr is not None for member in members):
        plain = Members(members)
        lib.run(lib.library.npyio_archive_save, path, plain.names, plain.views, plain.count, compression, durability,
                size=plain.nbytes)
        return
    writer = lib.make(lib.library.npyio_writer_create, path, compression, durability)
    try:
        _add(writer, members, allow_pickle)
    finally:
        lib.free(writer)


def _add(writer: int, members: list[Member], allow_pickle: bool) -> None:
    """Adds arrays to an archive in their order, and completes it."""
    for is_plain, group in itertools.groupby(members, key=lambda member: member.descr is not None):
        if is_plain:
            plain = Members(list(group))
            lib.run(lib.library.npyio_writer_add, writer, plain.names, plain.views, plain.count, size=plain.nbytes)
        else:
            for member in group:
                _add_by_numpy(writer, member.name, member.array, allow_pickle)
    lib.run(lib.library.npyio_writer_close, writer, size=sum(member.array.nbytes for member in members))


def _add_by_numpy(writer: int, name: str, array: np.ndarray, allow_pickle: bool) -> None:
    """Adds an array whose elements NumPy itself turns into bytes."""
    content = io.BytesIO()
    npy_format.write_array(content, array, allow_pickle=allow_pickle)
    data = content.getvalue()
    lib.do(lib.library.npyio_writer_add_bytes, writer, (name + ".npy").encode("utf-8"), data, len(data))
