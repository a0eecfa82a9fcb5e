"""Arrays in files, of which no more is read than is asked for."""

from __future__ import annotations

import ctypes
import math
import operator
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _arrays, _library as lib, _structures as structures
from ._files import encoded_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._npz import NpzFile

__all__ = ["LazyArray", "open_array"]

#: As many bytes a chunk has that is proposed to others.
CHUNK_BYTES = 64 << 20

#: Rows of up to as many bytes are copied from a mapped file: a call of the system for each takes longer.
_SHORT_ROW = 16 << 10


class LazyArray:
    """An array in a ``.npy`` file or in a member of an ``.npz`` archive, read as its parts are asked for.

    ``array[2:5, ..., 0]`` reads no more of the file than the part needs, ``array[[7, 3, 7]]`` the rows with these numbers;
    what NumPy's other ways of indexing ask for is taken from the whole. :func:`numpy.asarray` reads all. Threads may share
    it; it can be pickled, and then opens its file again: what :func:`dask.array.from_array` needs.
    """

    def __init__(self, path: str | os.PathLike[str], member: str | None = None) -> None:
        """Opens the array of a file; nothing but its header is read.

        :param member: The name of a member, if the file is an archive.
        :raises FileNotFoundError: if there is no such file.
        :raises ArrayFileError: if it is not one of arrays, or its elements are Python's objects.
        """
        encoded_path(os.fspath(path))  # refuses what would be another path after this
        self.path: str | None = os.path.abspath(os.fspath(path))
        self.member = member
        self._archive: NpzFile | None = None
        self._is_compressed = False
        try:
            if member is None:
                source = lib.make(lib.library.npyio_source_path, encoded_path(self.path))
                try:
                    self._handle = lib.make(lib.library.npyio_file_open, source, 0, None)
                finally:
                    lib.free(source)
            else:
                from ._npz import NpzFile
                archive = NpzFile(self.path)
                self._open(archive, archive._number(member))
        except lib.ArrayFileError as error:
            raise lib.as_system_error(error, self.path) from None
        self._describe()

    @classmethod
    def _of_member(cls, archive: NpzFile, name: str, number: int) -> LazyArray:
        made = cls.__new__(cls)
        path = archive._path
        made.path = path if isinstance(path, str) else None
        made.member = name
        made._open(archive, number)
        made._describe()
        return made

    def _open(self, archive: NpzFile, number: int) -> None:
        self._archive = archive
        self._is_compressed = archive._is_compressed[number]
        #: What the member's bytes come from, also once the archive is closed.
        self._base = archive._opened_handle()
        self._handle = lib.make(lib.library.npyio_archive_file, self._base, number)

    def _describe(self) -> None:
        info = structures.Info()
        lib.do(lib.library.npyio_file_info, self._handle, ctypes.addressof(info))
        if info.flags & lib.OBJECTS:
            raise lib.ArrayFileError("unsupported", "the elements are Python objects: use load", self.path, self.member)
        #: The type of the elements.
        self.dtype: np.dtype = _arrays.dtype_of(info.descr)
        #: The length of each axis.
        self.shape: tuple[int, ...] = _arrays.shape_of(info)
        #: Whether the first axis runs fastest in the file.
        self.is_fortran_order = bool(info.flags & lib.FORTRAN_ORDER)
        self._total = self.nbytes
        #: All of it as the system maps it; ``False`` where it is not to be mapped, ``None`` until somebody asks for rows.
        self._mapped: Any = None
        #: Where the elements begin in the file, or in the member.
        self.offset: int = info.offset

    def __del__(self, _free: Any = lib.free) -> None:
        _free(self.__dict__.pop("_handle", None))

    def __reduce__(self) -> Any:
        if self.path is None:
            raise TypeError("only arrays of files that were opened by their path can be pickled")
        return LazyArray, (self.path, self.member)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        count = 1
        for length in self.shape:
            count *= length
        return count

    @property
    def nbytes(self) -> int:
        """The bytes of all elements."""
        return self.size * self.dtype.itemsize

    def _opened(self) -> int:
        source = None if self._archive is None else self._archive._source
        if source is not None:
            source.refuse_reentrance()
        return self._handle

    def _cost(self, items: tuple[Any, ...]) -> int:
        """How many bytes a call may have to go through for a part; of a compressed member, perhaps all."""
        if self._total < lib.LONG or self._is_compressed:
            return self._total
        return _count(items, self.shape) * self.dtype.itemsize

    @property
    def chunks(self) -> tuple[int, ...]:
        """The shape of parts that are cheap to read, each of some 64 megabytes: along the axis that runs slowest."""
        if not self.shape or self.nbytes <= CHUNK_BYTES:
            return self.shape
        axis = self.ndim - 1 if self.is_fortran_order else 0
        row = self.nbytes // self.shape[axis]
        length = max(1, CHUNK_BYTES // max(1, row))
        return (*self.shape[:axis], min(length, self.shape[axis]), *self.shape[axis + 1:])

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        for row in range(len(self)):
            yield self[row]

    def __repr__(self) -> str:
        place = f"{self.path}:{self.member}" if self.member else self.path
        return f"<LazyArray {place!r}: shape {self.shape}, dtype {self.dtype}>"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("the array is in a file: it cannot be had without a copy")
        array = _arrays.adopt(lib.get(lib.library.npyio_file_read, self._opened(), size=self.nbytes))
        return array if dtype is None else array.astype(dtype, copy=False)

    def read(self) -> np.ndarray:
        """All of the array."""
        return self.__array__()

    def _mapped_rows(self) -> np.ndarray | None:
        """The array as the system maps it, if its rows are taken faster from there: short ones of a file in C order."""
        if self._mapped is None:
            self._mapped = False
            length = self.shape[0] if self.shape else 0
            if self._archive is None and length and 0 < self._total // length <= _SHORT_ROW and (self.ndim == 1 or not self.is_fortran_order):
                try:
                    self._mapped = _arrays.adopt(lib.make(lib.library.npyio_file_map, self._handle, 0))
                except lib.ArrayFileError:  # a file that cannot be mapped
                    return None
        if self._mapped is False:
            return None
        # To touch pages of a file that was cut would end the process.
        return None if lib.library.npyio_file_check(self._handle, None) else self._mapped

    def take(self, rows: Any) -> np.ndarray:
        """Entries of the first axis by their numbers, in that order; no more is read than they take."""
        given = np.asarray(rows).reshape(-1)
        if len(given) and given.dtype.kind not in "iu":
            raise TypeError(f"rows are told by whole numbers, not by {given.dtype}; a mask goes into brackets")
        numbers = np.ascontiguousarray(given, dtype=np.int64)
        mapped = self._mapped_rows()
        if mapped is not None:
            return mapped.take(numbers, axis=0)
        try:
            row = self._total // max(1, self.shape[0] if self.shape else 1)
            handle = lib.get(lib.library.npyio_file_take, self._opened(), numbers.ctypes.data, len(numbers),
                             size=self._total if self._is_compressed else row * len(numbers))
        except lib.ArrayFileError as error:
            raise _index_error(error) from None
        return _arrays.adopt(handle)

    def __getitem__(self, key: Any) -> Any:
        items = key if isinstance(key, tuple) else (key,)
        if len(items) == 1 and _are_rows(items[0]):
            return self.take(items[0])
        indices = [_index(item) for item in items]
        if any(index is None for index in indices):
            return self.__array__()[key]
        parts = structures.Structures(structures.Index, len(indices))
        for place, index in zip(parts.items, indices):
            place.kind, place.bounds, place.start, place.stop, place.step = index  # type: ignore[misc]
        try:
            handle = lib.get(lib.library.npyio_file_slice, self._opened(), parts.address, len(indices),
                             size=self._cost(items))
        except lib.ArrayFileError as error:
            raise _index_error(error) from None
        part = _arrays.adopt(handle)
        return part[()] if part.ndim == 0 and Ellipsis not in items else part


def _index_error(error: lib.ArrayFileError) -> Exception:
    if error.number == lib.BAD_ARGUMENT:
        # One that says how much memory a part needs is not about the index.
        return MemoryError(str(error)) if "of memory" in error.message else IndexError(error.message)
    return lib.as_system_error(error)  # type: ignore[return-value]


def _count(items: tuple[Any, ...], shape: tuple[int, ...]) -> int:
    """How many elements a part has, whose indices are whole numbers, slices, ellipses and new axes; roughly, if they do not fit."""
    given = [item for item in items if item is not None and item is not Ellipsis]
    place = items.index(Ellipsis) if Ellipsis in items else len(items)
    before = [item for item in items[:place] if item is not None]
    rest = len(shape) - len(given)
    count = math.prod(shape[len(before):len(before) + rest]) if rest > 0 else 1
    for item, length in zip(given, (*shape[:len(before)], *shape[len(before) + max(0, rest):])):
        if isinstance(item, slice):
            count *= len(range(*item.indices(length)))
    return count


def _are_rows(item: Any) -> bool:
    """Whether an index is a list of the numbers of rows."""
    if isinstance(item, list):
        return bool(item) and all(isinstance(part, (int, np.integer)) and not isinstance(part, bool) for part in item)
    return isinstance(item, np.ndarray) and item.ndim == 1 and item.dtype.kind in "iu"


def _bounded(value: Any) -> int:
    """A bound of a slice, which may be any number."""
    return max(-2**63, min(operator.index(value), 2**63 - 1))


def _index(item: Any) -> tuple[int, int, int, int, int] | None:
    """An index for the library; ``None`` for one that it does not know."""
    if item is Ellipsis:
        return (2, 0, 0, 0, 0)
    if item is None:
        return (3, 0, 0, 0, 0)
    if isinstance(item, slice):
        if item.step == 0:
            raise ValueError("slice step cannot be zero")
        bounds = (item.start is not None) | (item.stop is not None) << 1
        return (1, bounds, _bounded(item.start or 0), _bounded(item.stop or 0),
                1 if item.step is None else _bounded(item.step))
    if isinstance(item, (bool, np.bool_, np.ndarray, list)):
        return None
    try:
        place = operator.index(item)
    except TypeError:
        return None
    return (0, 0, _bounded(place), 0, 0)


def open_array(path: str | os.PathLike[str], member: str | None = None) -> LazyArray:
    """Open an array of a ``.npy`` file, or of a member of an archive, to be read in parts: see :class:`LazyArray`."""
    return LazyArray(path, member)
