"""NumPy's arrays and those of the library, each as the other without a copy."""

from __future__ import annotations

import ast
import ctypes
import os
from typing import Any

import numpy as np
from numpy.lib import format as npy_format

from . import _fallback, _library as lib, _structures as structures

__all__ = ["Unsupported", "adopt", "bytes_of", "describe", "dtype_of", "grain_of", "has_metadata", "header_of", "is_foreign", "is_told_whole",
           "known_descr", "shape_of", "view_of"]


class Unsupported(Exception):
    """What the library does not do, and NumPy itself does."""


_dtypes: dict[bytes, np.dtype] = {}
#: What a header says of the dtypes that most arrays have, which are there once each and for ever, by their identity.
_COMMON = tuple((id(dtype), repr(dtype.str).encode()) for dtype in map(np.dtype, "?bBhHiIlLqQefdgFDG"))
_common = dict(_COMMON)
_descrs: dict[str, bytes] = {}
#: The same of others that were asked for last, by their identity: themselves, the names of their fields, which can be changed, and it.
_known: dict[int, tuple[np.dtype, tuple[str, ...] | None, bytes]] = {}
_headers: dict[tuple[bytes, tuple[int, ...], bool], bytes] = {}
#: Arrays of up to as many bytes are copied here: to describe them to the library, and the library's calls back, would cost more.
SMALL = 1 << 16
#: As many descriptions are remembered at most, of each kind.
_REMEMBERED = 1000


def _forget() -> None:
    """In a process that was forked: where the interpreter has no lock, a dictionary has, which a thread may hold that is not there."""
    global _common, _descrs, _dtypes, _headers, _known
    _common, _descrs, _dtypes, _headers, _known = dict(_COMMON), {}, {}, {}, {}


os.register_at_fork(after_in_child=_forget)


def _value(node: ast.expr) -> Any:
    """What a literal of texts, numbers, tuples and lists stands for. (`ast.literal_eval` leaves cycles of references.)"""
    if isinstance(node, ast.Constant):
        return node.value
    assert isinstance(node, (ast.Tuple, ast.List))
    values = [_value(part) for part in node.elts]
    return tuple(values) if isinstance(node, ast.Tuple) else values


def dtype_of(descr: bytes) -> np.dtype:
    """The dtype that a header's ``descr`` stands for."""
    known = _dtypes.get(descr)
    if known is None:
        known = npy_format.descr_to_dtype(_value(ast.parse(descr.decode("utf-8"), mode="eval").body))
        if len(_dtypes) < _REMEMBERED:
            _dtypes[descr] = known
    return known


def known_descr(dtype: np.dtype) -> bytes | None:
    """What `describe` gives of a dtype of NumPy's, if that needs no thought."""
    descr = _common.get(id(dtype))
    if descr is None:
        known = _known.get(id(dtype))
        if known is not None and known[1] is dtype.names:
            return known[2]
    return descr


def describe(dtype: np.dtype) -> bytes:
    """The ``descr`` of a dtype, with NumPy's warnings.

    :raises Unsupported: for elements that have no bytes in a file: Python's objects, NumPy's new strings.
    """
    descr = known_descr(dtype)
    if descr is None:
        descr = _described(dtype)
        if not is_foreign(dtype) and _is_flat(dtype):
            if len(_known) >= _REMEMBERED:
                _known.clear()
            _known[id(dtype)] = dtype, dtype.names, descr
    return descr


def _is_flat(dtype: np.dtype) -> bool:
    """Whether a dtype is one of elements, or of records of such, none with metadata: then nothing but its names can change."""
    if dtype.names is None:
        return dtype.metadata is None and dtype.subdtype is None
    fields = (dtype.fields or {}).values()
    return dtype.metadata is None and all(field[0].names is None and _is_flat(field[0]) for field in fields)


def _described(dtype: np.dtype) -> bytes:
    if dtype.hasobject or not getattr(type(dtype), "_legacy", True):
        raise Unsupported(f"elements of type {dtype!r}")
    if dtype.names is None and dtype.subdtype is None and dtype.metadata is None:
        text = dtype.str
        known = _descrs.get(text)
        if known is None:
            known = _descrs[text] = repr(text).encode()
        return known
    if _fallback.IS_NUMPY_1 and has_metadata(dtype):
        raise Unsupported("dtypes with metadata")
    try:
        text = repr(npy_format.dtype_to_descr(dtype))
    except ValueError:
        raise Unsupported("fields that overlap, or are not in the order of their names") from None
    if len(text) > 60_000 or not text.isascii():
        raise Unsupported("headers of which NumPy warns that older releases cannot read them")
    return text.encode("utf-8")


def has_metadata(dtype: np.dtype) -> bool:
    """Whether a dtype, or one of its fields, has metadata, which a file does not keep."""
    if dtype.metadata is not None:
        return True
    if dtype.subdtype is not None:
        return has_metadata(dtype.subdtype[0])
    return any(has_metadata(field[0]) for field in (dtype.fields or {}).values())


def is_told_whole(dtype: np.dtype) -> bool:
    """Whether a dtype is no more than its ``descr`` tells: no metadata, titles, gaps or alignment."""
    if dtype.subdtype is not None:
        return is_told_whole(dtype.subdtype[0])
    if dtype.names is None:
        return dtype.metadata is None
    fields = [dtype.fields[name] for name in dtype.names]  # type: ignore[index]
    return (not has_metadata(dtype) and not dtype.isalignedstruct and all(len(field) == 2 for field in fields)
            and dtype.itemsize == sum(field[0].itemsize for field in fields)
            and all(is_told_whole(field[0]) for field in fields))


def has_own_functions(value: Any) -> bool:
    """Whether a value's class has its own ways in NumPy's functions (NEP 18), which are to be asked first."""
    own = None if type(value) is np.ndarray else getattr(type(value), "__array_function__", None)
    return own is not None and own is not np.ndarray.__array_function__


def is_foreign(dtype: np.dtype) -> bool:
    """Whether a dtype is another package's, as ``bfloat16`` of ml_dtypes."""
    return dtype.isbuiltin == 2


def header_of(array: np.ndarray, descr: bytes | None = None) -> bytes:
    """What stands before the elements in a ``.npy`` file.

    :param descr: What `describe` gives of the dtype, where that has been asked.
    :raises Unsupported: as `describe`.
    """
    key = (descr or describe(array.dtype), array.shape, array.flags.fnc)
    header = _headers.get(key)
    if header is None:
        header = encoded_header(*key)
        if len(_headers) < _REMEMBERED:
            _headers[key] = header
    return header


#: By the kind of a dtype, the bytes of the numbers that an element is made of, where that is not all of them.
_ATOMS = {"c": lambda size: size // 2, "U": lambda size: 4, "S": lambda size: 1, "V": lambda size: 1, "b": lambda size: 1}


def grain_of(array: np.ndarray) -> tuple[int, int, int, int, int]:
    """What helps the library to compress an array of at most four axes: `npyio_content` in the header."""
    size = array.dtype.itemsize
    atom = _ATOMS[array.dtype.kind](size) if array.dtype.kind in _ATOMS else size
    shape = array.shape if array.flags.fnc else array.shape[::-1]
    strides = [0, 0, 0]
    for axis, length in enumerate(shape[:-1]):
        size *= length
        strides[axis] = size
    return (array.dtype.itemsize, atom, *strides)  # type: ignore[return-value]


def encoded_header(descr: bytes, shape: tuple[int, ...], is_fortran: bool) -> bytes:
    lengths, count = structures.Items.integers(shape), ctypes.c_int64()
    room = bytearray(256)
    while True:
        memory = (ctypes.c_char * 0).from_buffer(room)
        lib.do(lib.library.npyio_header, descr, lengths.address, len(shape), is_fortran, ctypes.addressof(memory), len(room),
               ctypes.addressof(count))
        del memory
        if count.value <= len(room):
            return bytes(room[:count.value])
        room = bytearray(count.value)


def bytes_of(handle: int) -> bytes:
    """A copy of what the library's array holds."""
    frame = lib.frame()
    try:
        if lib.library.npyio_array_info(handle, frame.info_address, frame.error_address):
            raise lib.taken(frame.error)
        return ctypes.string_at(frame.info.data, frame.info.byte_count)
    finally:
        lib.give_back(frame)


class _Memory:
    """Memory of the library's, for as long as an array of NumPy's looks at it."""

    __slots__ = ("__array_interface__", "_handle")

    def __init__(self, handle: int, interface: dict[str, Any]) -> None:
        self._handle = handle
        self.__array_interface__ = interface

    def __del__(self, _free: Any = lib.free) -> None:
        _free(self._handle)


def shape_of(info: structures.Info) -> tuple[int, ...]:
    """The shape that the library tells of an array."""
    return tuple(info.shape[:info.ndim])


def adopt(handle: int, *, other_than: int = 0) -> np.ndarray:
    """The library's array as NumPy's; the handle is freed with the last view of it.

    :param other_than: Flags that the array must not have.
    :raises Unsupported: if it has one.
    """
    frame = lib.frame()
    try:
        if lib.library.npyio_array_info(handle, frame.info_address, frame.error_address):
            error = lib.taken(frame.error)
            lib.free(handle)
            raise error
        if frame.info.flags & other_than:
            lib.free(handle)
            raise Unsupported("arrays of a kind that NumPy reads otherwise")
        return _adopted(handle, frame.info)
    finally:
        lib.give_back(frame)


def _adopted(handle: int, info: structures.Info) -> np.ndarray:
    dtype = dtype_of(info.descr)
    shape = tuple(info.shape[:info.ndim])
    if info.byte_count == 0:
        order = "F" if info.flags & lib.FORTRAN_ORDER and not info.flags & 1 else "C"
        lib.free(handle)
        # `np.empty` would give texts of no characters one.
        return np.ndarray(shape, dtype, order=order)
    # As bytes that are then seen as the elements: the array interface may lose fields of records, and of an array in between NumPy
    # can tell that one which was made read-only may be written again.
    interface = {"version": 3, "data": (info.data, not info.flags & lib.WRITABLE), "typestr": "|u1", "shape": (info.byte_count,),
                 "strides": None}
    return np.ndarray(shape, dtype, np.asarray(_Memory(handle, interface)), strides=tuple(info.strides[:info.ndim]))


class _Held:
    """A view, and what it points to."""

    __slots__ = ("address", "keep", "nbytes")
    address: int
    keep: tuple[Any, ...]
    nbytes: int


def view_of(array: np.ndarray) -> _Held:
    """A description of NumPy's array for the library, which borrows its memory for the duration of a call.

    :raises Unsupported: for what has no bytes to be borrowed.
    """
    if type(array) is not np.ndarray:
        if isinstance(array, np.ma.MaskedArray):
            raise Unsupported("masked arrays")
        array = np.asarray(array)
    view = structures.View()
    held = _Held()
    held.keep = view, array, fill(view, array, describe(array.dtype))
    held.address = ctypes.addressof(view)
    held.nbytes = array.nbytes
    return held


def fill(view: structures.View, array: np.ndarray, descr: bytes) -> structures.Items:
    """Describes an array in a structure; what is returned has to live as long as that."""
    ndim = array.ndim
    lengths = structures.Items.lengths(array.shape + array.strides)
    # Of small arrays a copy is made faster than it is asked where they lie.
    if array.nbytes <= SMALL and (array.flags.c_contiguous or array.flags.f_contiguous):
        view.data = array.tobytes("A")
    else:
        view.data = array.__array_interface__["data"][0]
    view.descr = descr
    view.ndim = ndim
    view.shape = lengths.address
    view.strides = lengths.address + 8 * ndim
    return lengths
