"""Many arrays in one call, without the interpreter's lock."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from . import _arrays, _library as lib, _structures as structures
from ._files import encoded_path
from ._lazy import LazyArray
from ._npz import NpzFile

__all__ = ["batch"]


def batch(source: Any, indices: Any = None) -> np.ndarray:
    """Read many samples at once as one array, whose first axis counts them.

    All of it is one call, on all cores and without the interpreter's lock: what a loader of training data calls for each
    batch.

    >>> npyfast.batch(["a.npy", "b.npy", "c.npy"], [2, 0])           # two files  # doctest: +SKIP
    >>> npyfast.batch(npyfast.load("train.npz"), ["img7", "img3"])   # members, by name or number  # doctest: +SKIP
    >>> npyfast.batch(npyfast.open_array("train.npy"), [17, 3, 90])  # rows of one array  # doctest: +SKIP

    :param source: Paths of ``.npy`` files; an archive; a :class:`LazyArray`, or the path of a ``.npy`` file.
    :param indices: Which of the files, members or rows, in that order, one possibly several times; all by default.
    :raises ArrayFileError: if the samples differ in dtype or shape, or one of them cannot be read.
    """
    if isinstance(source, (str, os.PathLike)):
        source = LazyArray(source)
    if isinstance(source, LazyArray):
        return source.read() if indices is None else source.take(indices)
    if isinstance(source, NpzFile):
        return _members(source, indices)
    paths = list(source) if indices is None else [source[place] for place in indices]
    names = _names(paths)
    # Samples are alike: one tells what all of them take.
    try:
        size = os.stat(paths[0]).st_size * len(paths) if paths else 0
    except (OSError, ValueError):
        size = 0  # the library says what is wrong
    return _stacked(lib.library.npyio_load_stacked, names.address, len(paths), None, size=size)


def _names(paths: list[Any]) -> structures.Items:
    """Paths as the library takes them: if nothing is special about them, all at once."""
    if set(map(type, paths)) == {str}:
        joined = b"\0%b\0" % os.fsencode("\0".join(paths))
        # None that is empty, that holds a null character, or that may look like an address.
        if b"\0\0" not in joined and b":" not in joined and joined.count(0) == len(paths) + 1:
            memory = np.frombuffer(joined, np.uint8)
            starts = np.flatnonzero(memory == 0)[:-1] + (1 + memory.__array_interface__["data"][0])
            return structures.Items(starts.__array_interface__["data"][0], starts, memory)
    return structures.Items.texts([encoded_path(os.fspath(path)) for path in paths])


def _members(archive: NpzFile, indices: Any) -> np.ndarray:
    handle = archive._opened_handle()
    count = len(archive)
    if indices is None:
        numbers = np.arange(count)
    elif isinstance(indices, np.ndarray) and indices.dtype.kind in "iu" and indices.ndim == 1:
        wrong = indices[(indices < -count) | (indices >= count)]
        if len(wrong):
            raise IndexError(f"there is no member {wrong[0]}: the archive has {count}")
        numbers = np.ascontiguousarray(np.where(indices < 0, indices + count, indices), np.int64)
    else:
        known = archive._numbers
        numbers = np.array([known[key] if key in known else _number(archive, key, count) for key in indices], np.int64)
    size = archive._sizes[numbers[0]] * len(numbers) if len(numbers) else 0
    return _stacked(lib.library.npyio_archive_stacked, handle, numbers.ctypes.data, len(numbers), size=size)


def _number(archive: NpzFile, key: Any, count: int) -> int:
    """The number of a member that is given by its number, if it is there."""
    return archive._number(key) if isinstance(key, str) else range(count)[key]


def _stacked(function: Any, *arguments: Any, size: int) -> np.ndarray:
    try:
        return _arrays.adopt(lib.get(function, *arguments, size=size))
    except lib.ArrayFileError as error:
        raise lib.as_system_error(error) from None
