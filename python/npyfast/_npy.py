"""``save`` and ``load``: the functions of ``.npy`` files."""

from __future__ import annotations

import ctypes
import math
import os
import re
import stat
from typing import Any

import numpy as np

from . import _arrays, _fallback, _library as lib, _structures as structures
from ._files import FileSink, FileSource, durability_of, encoded_path
from ._npz import NpzFile

__all__ = ["load", "save"]

_DEFAULT_HEADER_SIZE = 10_000
_NOT_GIVEN: Any = object()
_MAGIC = b"\x93NUMPY"
_ARCHIVE_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")


def _limits(max_header_size: int, allow_pickle: bool) -> Any:
    """What a file may ask for, where that is not NumPy's default; keeps the structure alive."""
    if allow_pickle:  # a file that is trusted
        return structures.Limits(header_characters=2**62)
    if max_header_size == _DEFAULT_HEADER_SIZE:
        return None
    return structures.Limits(header_characters=int(max(1, min(max_header_size, 2**62))))


def save(file: Any, arr: Any, allow_pickle: bool = True, fix_imports: Any = _NOT_GIVEN, *, durability: str = "none") -> None:
    """Save an array as ``.npy``, byte for byte as :func:`numpy.save` does.

    A file that is there stays until the new one is whole: whatever happens to the program, the name is that of the old
    file or of the new one.

    :param file: A path, to which ``.npy`` is appended if it does not end so, or a file object that is open for writing
        bytes.
    :param arr: Anything that :func:`numpy.asanyarray` makes an array of. An array that is not contiguous is written
        without a copy.
    :param allow_pickle: Whether arrays of objects may be pickled, which NumPy itself does.
    :param fix_imports: What NumPy had for pickles until its release 2.3, and has to say of it.
    :param durability: What the file survives when the *system* stops: ``"none"`` (as NumPy), ``"consistent"`` (the old file
        or the new one) or ``"durable"`` (the new one).
    """
    level = 0 if durability == "none" else durability_of(durability)
    if type(file) is str and type(arr) is np.ndarray and fix_imports is _NOT_GIVEN and arr.nbytes <= _arrays.SMALL:
        known = _arrays.known_descr(arr.dtype)
        if known is not None:
            # What most calls are, of which nothing more needs to be asked.
            return _save_content(file if file.endswith(".npy") else file + ".npy", arr, level, allow_pickle, known)
    if fix_imports is not _NOT_GIVEN:
        return _fallback.numpy_functions.save(file, arr, allow_pickle, fix_imports)
    if _arrays.has_own_functions(arr):
        return _fallback.numpy_functions.save(file, arr, allow_pickle=allow_pickle)
    array = arr if type(arr) is np.ndarray else np.asanyarray(arr)
    is_object = type(file) is not str and hasattr(file, "write")
    descr: bytes | None = None
    try:
        if _arrays.is_foreign(array.dtype):
            raise _arrays.Unsupported("dtypes of other packages")
        if array.nbytes <= _arrays.SMALL and type(array) is np.ndarray:
            if is_object:
                return _write_small(file, array)
            descr = _arrays.describe(array.dtype)
        else:
            view = _arrays.view_of(array)
        if not is_object:
            path = os.fspath(file)
            if not isinstance(path, str) or "\0" in path:
                raise _arrays.Unsupported("paths of bytes")
            if not path.endswith(".npy"):
                path += ".npy"
    except _arrays.Unsupported as reason:
        _fallback.tell(str(reason))
        return _fallback.numpy_functions.save(file, array, allow_pickle=allow_pickle)
    if is_object:
        return _write(file, view)
    if descr is not None:
        return _save_content(path, array, level, allow_pickle, descr)
    try:
        lib.run(lib.library.npyio_save, view.address, encoded_path(path), level, size=view.nbytes)
    except lib.ArrayFileError as error:
        _refuse(error, path, lambda: _fallback.numpy_functions.save(file, array, allow_pickle=allow_pickle))


def _save_content(path: str, array: np.ndarray, level: int, allow_pickle: bool, descr: bytes) -> None:
    """Saves a small array as one block of bytes."""
    content = _arrays.header_of(array, descr) + array.tobytes("A")
    try:
        lib.do(lib.library.npyio_save_bytes, content, len(content), encoded_path(path), level, None)
    except lib.ArrayFileError as error:
        _refuse(error, path, lambda: _fallback.numpy_functions.save(path, array, allow_pickle=allow_pickle))


def _refuse(error: lib.ArrayFileError, path: str, instead: Any) -> None:
    """Raises what a save that failed is to raise; what the library cannot write, NumPy can."""
    if error.number in (lib.UNSUPPORTED, lib.BAD_ARGUMENT):
        return _fallback.numpy_instead(error, instead)
    raise lib.as_system_error(error, path) from (None if error.number in (lib.NOT_FOUND, lib.CANCELLED) else error)


def _write_small(file: Any, array: np.ndarray) -> None:
    file.write(_arrays.header_of(array))
    if array.nbytes:
        file.write(array.tobytes("A"))


def _write(file: Any, view: Any) -> None:
    sink = FileSink(file)
    try:
        lib.run(lib.library.npyio_write, view.address, sink.address, size=view.nbytes)
    except lib.ArrayFileError as error:
        _fallback.reraise(sink.failure, error)


def load(file: Any, mmap_mode: str | None = None, allow_pickle: bool = False, fix_imports: bool = True,
         encoding: str = "ASCII", *, max_header_size: int = _DEFAULT_HEADER_SIZE) -> Any:
    """Load what a ``.npy``, ``.npz`` or pickle file holds, as :func:`numpy.load` does.

    Arrays are read on all cores. An archive is a :class:`NpzFile`, whose members can be mapped (``mmap_mode="r"`` or
    ``"c"``) and read in parts. What is wrong with a file is raised as NumPy's exception, with the library's, which tells the
    place in the file, as its cause.

    :param file: A path, or a file object that is open for reading bytes and can seek.
    :param mmap_mode: As in NumPy: ``None``, ``"r"``, ``"r+"``, ``"w+"`` or ``"c"``. Of archives, ``"r"`` and ``"c"`` map the
        members that are stored, ``"r+"`` and ``"w+"`` are refused.
    :param allow_pickle: Whether pickled objects may be loaded, by Python's pickle, which may run anything: see
        :func:`load_pickle` for a way that runs nothing.
    :param fix_imports: As in NumPy, for pickles.
    :param encoding: As in NumPy, for pickles.
    :param max_header_size: The longest header, in characters.
    """
    if encoding not in ("ASCII", "latin1", "bytes"):
        raise ValueError("encoding must be 'ASCII', 'latin1', or 'bytes'")
    options = {"allow_pickle": allow_pickle, "fix_imports": fix_imports, "encoding": encoding,
               "max_header_size": max_header_size}
    limits = _limits(max_header_size, allow_pickle)
    if hasattr(file, "read"):
        return _load_object(file, mmap_mode, limits, options)
    path = os.fspath(file)
    if "\0" in path if isinstance(path, str) else b"\0" in path:
        return _fallback.numpy_functions.load(file, mmap_mode, **options)
    if mmap_mode:
        return _load_mapped(path, mmap_mode, options)
    return _load_path(path, limits, options, file)


def _load_path(path: str | bytes, limits: Any, options: dict[str, Any], file: Any) -> Any:
    """:param file: What the path was given as, which NumPy's messages show."""
    name = encoded_path(path)
    try:
        status = os.stat(path)
    except OSError:
        size, is_file = 0, True  # the library says what is wrong
    else:
        size, is_file = status.st_size, stat.S_ISREG(status.st_mode)
        if not name.endswith(b".npy") and is_file and _is_archive(path):
            return NpzFile._opened(path, None, options)
    try:
        handle = lib.get(lib.library.npyio_load, name, 0, limits and ctypes.addressof(limits), size=size)
    except lib.ArrayFileError as error:
        if error.number == lib.CANCELLED:
            raise
        if not is_file:  # a pipe, of which nothing is left for NumPy
            raise lib.as_system_error(error, os.fsdecode(path)) from None
        if error.number == lib.WRONG_KIND and _is_archive(path):
            return NpzFile._opened(path, None, options)
        if error.number == lib.UNSUPPORTED:
            _fallback.tell("arrays of objects")
        return _fallback.numpy_instead(error, _fallback.numpy_functions.load, file, **options)
    try:
        return _arrays.adopt(handle, other_than=lib.PYTHON2)
    except _arrays.Unsupported:
        # What Python 2 wrote, NumPy reads again, with its warning.
        _fallback.tell("headers of Python 2")
        return _fallback.numpy_functions.load(path, **options)


def _is_archive(path: str | bytes) -> bool:
    """Whether a file begins as archives do, as far as it can be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.read(descriptor, 4) in _ARCHIVE_MAGICS
    except OSError:
        return False
    finally:
        os.close(descriptor)


#: The axes in a header, as NumPy writes them.
_SHAPE = re.compile(rb"'shape': \(([0-9, ]*)\)")


def _beginning(path: str | bytes) -> bytes:
    """What a small header has room in, as far as the file can be read."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read(256)
    except OSError:
        return b""


def _may_be_too_big(beginning: bytes) -> bool:
    """Whether a header says so much, or so little that it has to be looked at more closely."""
    found = _SHAPE.search(beginning)
    return found is None or math.prod(int(axis) for axis in found[1].split(b",") if axis.strip()) >= 2**31


def _load_mapped(path: str | bytes, mmap_mode: str, options: dict[str, Any]) -> Any:
    beginning = _beginning(path)
    if beginning[:4] not in _ARCHIVE_MAGICS:
        if _may_be_too_big(beginning):
            _refuse_too_big(path)
        # NumPy's memmap is all that is to be had: nothing is read.
        return _fallback.numpy_functions.load(path, mmap_mode, **options)
    if mmap_mode not in ("r", "c"):
        raise ValueError(f"members of an archive can be mapped with mode 'r' or 'c', not {mmap_mode!r}: "
                         "what is written to them would contradict their checksums")
    return NpzFile._opened(path, mmap_mode, options)


def _refuse_too_big(path: str | bytes) -> None:
    """Refuses to map an array of more bytes than there are addresses, of which NumPy's memmap may divide by zero."""
    source = opened = 0
    try:
        source = lib.make(lib.library.npyio_source_path, encoded_path(path))
        opened = lib.make(lib.library.npyio_file_open, source, 0, None)
    except lib.ArrayFileError as error:
        if "array is too big" in error.message:
            raise ValueError("array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.") from error
    finally:
        lib.free(opened)
        lib.free(source)


def _load_object(file: Any, mmap_mode: str | None, limits: Any, options: dict[str, Any]) -> Any:
    """Loads from where a file object stands."""
    try:
        start = file.tell()
        beginning = file.read(6)
        file.seek(start)
    except (AttributeError, OSError):
        return _fallback.numpy_functions.load(file, mmap_mode, **options)
    if not isinstance(beginning, (bytes, str)):  # some packages have a type of their own
        try:
            beginning = bytes(memoryview(beginning))
        except TypeError:
            pass
    if isinstance(beginning, bytes) and beginning[:4] in _ARCHIVE_MAGICS:
        return NpzFile._opened(file, None, options)
    if mmap_mode or not isinstance(beginning, bytes) or beginning != _MAGIC:
        return _fallback.numpy_functions.load(file, mmap_mode, **options)
    try:
        array = _read_array(file, limits)
        if array is not None:
            return array
    except lib.ArrayFileError as error:
        file.seek(start)
        return _fallback.numpy_instead(error, _fallback.numpy_functions.load, file, **options)
    file.seek(start)
    return _fallback.numpy_functions.load(file, **options)


def _read_array(file: Any, limits: Any) -> Any:
    """The array that begins where a file stands, which then stands behind it; ``None`` for what NumPy is to read."""
    with FileSource(file) as source:
        opened = 0
        try:
            opened = lib.make(lib.library.npyio_file_open, source.handle, 0, limits and ctypes.addressof(limits))
            info = structures.Info()
            lib.do(lib.library.npyio_file_info, opened, ctypes.addressof(info))
            if info.flags & (lib.OBJECTS | lib.PYTHON2):
                _fallback.tell("arrays of objects, and headers of Python 2")
                return None
            array = _arrays.adopt(lib.get(lib.library.npyio_file_read, opened, size=info.byte_count))
            file.seek(source.base + info.end)
            return array
        except lib.ArrayFileError:
            if source.failure is not None:
                raise source.failure from None
            raise
        finally:
            lib.free(opened)
