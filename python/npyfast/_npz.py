"""``NpzFile``: archives of arrays, read."""

from __future__ import annotations

import ctypes
import io
import os
import weakref
from collections.abc import Iterator
from ctypes import POINTER, c_int64
from typing import Any

import numpy as np
from numpy.lib import format as npy_format
from numpy.lib.npyio import NpzFile as _NumPyNpzFile

from . import _arrays, _fallback, _library as lib, _structures as structures
from ._files import FileSource, encoded_path
from ._lazy import LazyArray

__all__ = ["NpzFile"]


class _Bag:
    """The members of an archive as attributes: ``archive.f.weights``."""

    def __init__(self, archive: NpzFile) -> None:
        # As in NumPy: an archive that nobody has any more is closed at once, and not when the next cycles are looked for.
        self._archive = weakref.proxy(archive)

    def __getattribute__(self, name: str) -> Any:
        archive = object.__getattribute__(self, "_archive")
        try:
            return archive[name]
        except KeyError:
            raise AttributeError(name) from None

    def __dir__(self) -> list[str]:
        return list(object.__getattribute__(self, "_archive").keys())


class NpzFile(_NumPyNpzFile):
    """The arrays of an ``.npz`` archive by their names, each read when it is asked for.

    A drop-in for NumPy's class, of which it is one. Threads may share it, a process that has been forked may go on with it,
    and one that was opened by its path can be pickled. ``archive.lazy("x")`` gives an array of which parts are read, and
    ``mmap_mode`` at :func:`load` maps members that are stored.
    """

    def __init__(self, fid: Any, own_fid: bool = False, allow_pickle: bool = False,
                 pickle_kwargs: dict[str, Any] | None = None, *, max_header_size: int = 10_000,
                 mmap_mode: str | None = None) -> None:
        self._handle: lib.Handle | None = None
        self._source: FileSource | None = None
        self._zip: Any = None
        self._fid: Any = None
        self._file: Any = None
        self._name = "object"
        self._path: str | bytes | None = None
        self.allow_pickle = allow_pickle
        self.pickle_kwargs = pickle_kwargs
        self.max_header_size = max_header_size
        self.mmap_mode = mmap_mode
        self.own_fid = own_fid
        limits = structures.Limits(header_characters=int(max(1, min(2**62 if allow_pickle else max_header_size, 2**62))))
        if isinstance(fid, (str, bytes, os.PathLike)):
            self._path = os.path.abspath(os.fspath(fid))
            self._name = os.fsdecode(fid)
            source = lib.make(lib.library.npyio_source_path, encoded_path(os.fspath(fid)))
        else:
            self._fid = fid if own_fid else None
            self._file = fid
            self._source = FileSource(fid, base=0, borrows=False)
            source = self._source.handle
        try:
            self._handle = lib.Handle(lib.make(lib.library.npyio_archive_open, source, ctypes.addressof(limits)), self._source)
        finally:
            if self._source is None:
                lib.free(source)
        self._read_members()
        self.f = _Bag(self)

    def _table(self, *, with_offsets: bool) -> tuple[Any, int]:
        """The library's table of members, and how many there are."""
        members, count = POINTER(structures.Member)(), c_int64()
        lib.do(lib.library.npyio_archive_members, self._opened_handle(), with_offsets, ctypes.addressof(members),
               ctypes.addressof(count))
        return members, count.value

    def _read_members(self) -> None:
        members, count = self._table(with_offsets=False)
        names = [members[place].name.decode("utf-8") for place in range(count)]
        self._sizes = [members[place].uncompressed_size for place in range(count)]
        self._is_compressed = [members[place].method != 0 for place in range(count)]
        self.files = [name.removesuffix(".npy") for name in names]
        # As in NumPy, of a name that stands twice the last counts, and a member's whole name comes before all.
        self._numbers = dict(zip(self.files, range(len(names))))
        self._numbers.update(zip(names, range(len(names))))
        self._files = dict(zip(self.files, names))
        self._files.update(zip(names, names))

    @classmethod
    def _opened(cls, file: Any, mmap_mode: str | None, options: dict[str, Any]) -> Any:
        """What :func:`load` gives of an archive; an archive that the library refuses is NumPy's."""
        keywords = {"encoding": options["encoding"], "fix_imports": options["fix_imports"]}
        start = file.tell() if hasattr(file, "seek") else 0
        try:
            return cls(file, own_fid=False, allow_pickle=options["allow_pickle"], pickle_kwargs=keywords,
                       max_header_size=options["max_header_size"], mmap_mode=mmap_mode)
        except lib.ArrayFileError as error:
            if hasattr(file, "seek"):
                file.seek(start)
            return _fallback.numpy_instead(error, _fallback.numpy_functions.load, file, **options)

    @property
    def fid(self) -> Any:  # type: ignore[override]
        """As in NumPy the file object that is closed with the archive: one of its own, if it was opened by its path."""
        if self._handle and self._fid is None and self._path is not None:
            self._fid = open(self._path, "rb")
        return self._fid

    @fid.setter
    def fid(self, value: Any) -> None:
        self._fid = value

    @property
    def zip(self) -> Any:  # type: ignore[override]
        """A :class:`zipfile.ZipFile` of the same archive, for who needs one."""
        if self._handle and self._zip is None:
            import zipfile
            self._zip = zipfile.ZipFile(self._path if self._path is not None else self._file)
        return self._zip

    @zip.setter
    def zip(self, value: Any) -> None:
        self._zip = value

    def close(self) -> None:
        """Close the archive. Arrays that were read, or mapped, stay; a thread that reads one just then gets it."""
        if getattr(self, "_handle", None) is None and getattr(self, "_source", None) is not None:
            self._source.close()  # an archive that could not be opened
        self._handle = self._source = None
        archive, self._zip = getattr(self, "_zip", None), None
        if archive is not None:
            archive.close()
        file = getattr(self, "_fid", None)
        if file is not None and (self.own_fid or self._path is not None):
            file.close()
            self._fid = None
        self.f = None

    def __del__(self) -> None:
        self.close()

    def __reduce__(self) -> Any:
        if self._path is None or not self._handle:
            raise TypeError("only an NpzFile that was opened by its path, and is open, can be pickled")
        return _reopened, (self._path, self.allow_pickle, self.pickle_kwargs, self.max_header_size, self.mmap_mode)

    def _opened_handle(self) -> lib.Handle:
        handle, source = self._handle, self._source
        if handle is None:
            raise ValueError("the archive is closed")
        if source is not None:
            source.refuse_reentrance()
        return handle

    def _number(self, key: str) -> int:
        self._opened_handle()
        number = self._numbers.get(key)
        if number is None:
            raise KeyError(f"{key} is not a file in the archive")
        return number

    def __getitem__(self, key: str) -> Any:
        number = self._number(key)
        # Another thread may close the archive meanwhile.
        handle, source = self._opened_handle(), self._source
        try:
            if self.mmap_mode is not None:
                mapped = self._mapped(handle, number)
                if mapped is not None:
                    return mapped
            return _arrays.adopt(lib.get(lib.library.npyio_archive_read, handle, number, size=self._sizes[number]))
        except lib.ArrayFileError as error:
            if source is not None and source.failure is not None:
                raise source.failure from None
            if error.number == lib.CANCELLED:
                raise
            return self._other(handle, key, number, error)

    def _other(self, handle: lib.Handle, key: str, number: int, error: lib.ArrayFileError) -> Any:
        """What a member holds that is no array of values: bytes, objects; or NumPy's exception for it."""
        try:
            content = _arrays.adopt(lib.get(lib.library.npyio_archive_bytes, handle, number)).tobytes()
        except lib.ArrayFileError:
            return self._by_numpy(key, error)
        if not content.startswith(npy_format.MAGIC_PREFIX):
            return content
        try:
            return npy_format.read_array(io.BytesIO(content), allow_pickle=self.allow_pickle,
                                         pickle_kwargs=self.pickle_kwargs, max_header_size=self.max_header_size)
        except Exception as exception:
            if exception.__cause__ is None and error.number != lib.UNSUPPORTED:
                raise exception from error
            raise

    def _by_numpy(self, key: str, error: lib.ArrayFileError) -> Any:
        file = self._path if self._path is not None else self._file
        with _NumPyNpzFile(file, allow_pickle=self.allow_pickle, pickle_kwargs=self.pickle_kwargs,
                           max_header_size=self.max_header_size) as archive:
            return _fallback.numpy_instead(error, archive.__getitem__, key)

    def _mapped(self, handle: lib.Handle, number: int) -> np.memmap | None:
        """A stored member as a memmap of the archive; ``None`` where that cannot be."""
        start = self._table(with_offsets=True)[0][number].offset
        if start < 0 or self._path is None:
            return None
        opened = lib.make(lib.library.npyio_archive_file, handle, number)
        try:
            info = structures.Info()
            lib.do(lib.library.npyio_file_info, opened, ctypes.addressof(info))
            if info.flags & lib.OBJECTS or info.byte_count == 0:
                return None
            order = "F" if info.flags & lib.FORTRAN_ORDER else "C"
            return np.memmap(self._path, dtype=_arrays.dtype_of(info.descr), mode=self.mmap_mode,
                             offset=start + info.offset, shape=_arrays.shape_of(info), order=order)
        finally:
            lib.free(opened)

    def lazy(self, key: str) -> LazyArray:
        """The array of a member, to be read in parts."""
        return LazyArray._of_member(self, key, self._number(key))

    def __repr__(self) -> str:
        filename = self._name if self._path is not None else getattr(self._fid, "name", "object")
        names = ", ".join(self.files[:self._MAX_REPR_ARRAY_COUNT])
        if len(self.files) > self._MAX_REPR_ARRAY_COUNT:
            names += "..."
        return f"NpzFile {filename!r} with keys: {names}"

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def __contains__(self, key: object) -> bool:
        return key in self._files


def _reopened(path: Any, allow_pickle: bool, pickle_kwargs: Any, max_header_size: int, mmap_mode: Any) -> NpzFile:
    return NpzFile(path, allow_pickle=allow_pickle, pickle_kwargs=pickle_kwargs, max_header_size=max_header_size,
                   mmap_mode=mmap_mode)
