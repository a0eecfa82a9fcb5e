"""Python's file objects as sources and sinks of the library."""

from __future__ import annotations

import codecs
import ctypes
import errno
import io
import os
import threading
from typing import Any

from . import _library as lib, _structures as structures

__all__ = ["FileSink", "FileSource", "durability_of", "encoded_path", "write_all"]

# A type of an array of ctypes for each length would stay for ever.
_memory_view = ctypes.pythonapi.PyMemoryView_FromMemory
_memory_view.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int]
_memory_view.restype = ctypes.py_object
_WRITABLE = 0x200


def _memory(address: int, count: int) -> memoryview:
    """Memory of the library's, to be used within a call of its only."""
    return _memory_view(address, count, _WRITABLE)


_DURABILITIES = {"none": 0, "consistent": 1, "durable": 2}


def durability_of(durability: str) -> int:
    """The number of a durability.

    :raises ValueError: for a name that is none.
    """
    if durability not in _DURABILITIES:
        raise ValueError(f"durability must be 'none', 'consistent' or 'durable', not {durability!r}")
    return _DURABILITIES[durability]


def encoded_path(path: str | bytes) -> bytes:
    """A path as the system has it.

    :raises ValueError: for a path with a null byte, where it would end for the library.
    :raises FileNotFoundError: for an empty one.
    """
    name = path.encode() if type(path) is str and path.isascii() else os.fsencode(path)
    if name and b"\0" not in name and b":" not in name:
        return name
    if b"\0" in name:
        raise ValueError("embedded null byte")
    if not name:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    # What looks like an address is a path here, as it is for NumPy.
    return b"./" + name if b"://" in name and not name.startswith(b"/") else name


class _Callbacks:
    """What functions that the library calls need, and nothing that holds those functions: no cycle keeps a file alive."""

    __slots__ = ("base", "decoder", "failure", "file", "lock", "reader")

    def __init__(self, file: Any, base: int, *, is_text: bool = False) -> None:
        self.file, self.base = file, base
        # A character's bytes may come in two parts.
        self.decoder = codecs.getincrementaldecoder("utf-8")() if is_text else None
        self.failure: BaseException | None = None
        self.lock = threading.Lock()
        #: The thread that reads, which its file's methods may have call here again.
        self.reader: int | None = None

    def read(self, _context: int, offset: int, buffer: int, count: int) -> int:
        try:
            with self.lock:
                self.reader = threading.get_ident()
                try:
                    self.file.seek(self.base + offset)
                    return _read_into(self.file, buffer, count)
                finally:
                    self.reader = None
        except BaseException as exception:  # handed on by whoever called the library
            self.failure = self.failure or exception
            return -1

    def write(self, _context: int, address: int, count: int) -> int:
        try:
            if count:
                self._write_all(_memory(address, count))
            return 0
        except BaseException as exception:  # handed on by whoever called the library
            self.failure = self.failure or exception
            return -1

    def overwrite(self, _context: int, offset: int, address: int, count: int) -> int:
        try:
            end = self.file.tell()
            self.file.seek(self.base + offset)
            self._write_all(_memory(address, count))
            self.file.seek(end)
            return 0
        except BaseException as exception:  # handed on by whoever called the library
            self.failure = self.failure or exception
            return -1

    def _write_all(self, part: memoryview) -> None:
        if self.decoder is not None:
            self.file.write(self.decoder.decode(part))
            return
        # Files may keep what they are given: the memory is the library's, and is gone after the call.
        known = (io.BytesIO, io.BufferedWriter, io.BufferedRandom, io.FileIO)
        write_all(self.file, part if type(self.file) in known else bytes(part))


def write_all(file: Any, data: Any) -> None:
    """Writes bytes to a file object, which may take fewer of them at a time."""
    while len(data):
        written = file.write(data)
        if written is None or written >= len(data):
            return
        data = data[written:]


def _name(file: Any) -> bytes:
    name = getattr(file, "name", None)
    return (name if isinstance(name, str) else type(file).__name__).encode("utf-8", "replace")


class FileSource:
    """A source over a file object that can seek, from one of its positions on.

    One thread at a time reads; the file's position is where the last read ended. What the file raises is in ``failure``.
    """

    def __init__(self, file: Any, base: int | None = None, *, borrows: bool = True) -> None:
        """:param borrows: Whether the memory of a :class:`io.BytesIO` may be looked at itself, which cannot grow meanwhile."""
        self.base = file.tell() if base is None else base
        self._callbacks = _Callbacks(file, self.base)
        self._held: Any = None
        if borrows and type(file) is io.BytesIO:
            self._open_memory(file)
        else:
            self._open_file(file)

    @property
    def failure(self) -> BaseException | None:
        """What the file has raised."""
        return self._callbacks.failure

    def refuse_reentrance(self) -> None:
        """Refuses what would wait for ever for a read that waits for it: in a method of the file, or a handler of a signal."""
        if self._callbacks.reader == threading.get_ident():
            raise RuntimeError("reentrant call: the same file is being read by this thread")

    def _open_memory(self, file: io.BytesIO) -> None:
        buffer = file.getbuffer()[self.base:]
        self.byte_count = len(buffer)
        first = ctypes.c_char.from_buffer(buffer) if len(buffer) else None
        self._held = (first, buffer)
        self.handle = lib.make(lib.library.npyio_source_memory, None if first is None else ctypes.addressof(first),
                               len(buffer), None, None)

    def _open_file(self, file: Any) -> None:
        file.seek(0, os.SEEK_END)
        self.byte_count = max(0, file.tell() - self.base)
        file.seek(self.base)
        function = structures.ReadFunction(self._callbacks.read)
        reader = structures.Reader(name=_name(file), byte_count=self.byte_count, read=function, is_exclusive=1)
        self._held = function
        self.handle = lib.make(lib.library.npyio_source_reader, ctypes.addressof(reader))

    def close(self) -> None:
        """Gives the source back, after all files of it."""
        handle, self.handle = self.handle, 0
        lib.free(handle)
        self._held = None

    def __enter__(self) -> FileSource:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def comes_before(kind: type, name: str, other: str) -> bool:
    """Whether a class of file objects has a method of its own above another: then the other does not know what the one does."""
    for part in kind.__mro__:
        if other in part.__dict__:
            return False
        if name in part.__dict__:
            return True
    # Neither: what an object hands on to another by itself.
    return True


def _read_into(file: Any, address: int, count: int) -> int:
    """Fills memory from where a file stands."""
    done = 0
    readinto = None if comes_before(type(file), "read", "readinto") else file.readinto
    while done < count:
        if readinto is not None:
            got = readinto(_memory(address + done, count - done)) or 0
        else:
            data = file.read(count - done)
            if isinstance(data, str):
                raise TypeError("the file gives text: open it in binary mode")
            got = len(data)
            ctypes.memmove(address + done, bytes(data), got)
        if got == 0:
            break
        done += got
    return done


class FileSink:
    """A sink over a file object, from where it stands on. What the file raises is in ``failure``."""

    def __init__(self, file: Any, *, is_text: bool = False) -> None:
        """:param is_text: Whether the file takes text, which the bytes are in UTF-8."""
        base = -1
        try:
            if not is_text and file.seekable():
                base = file.tell()
        except (AttributeError, OSError, ValueError):
            pass
        self._callbacks = _Callbacks(file, base, is_text=is_text)
        write = structures.WriteFunction(self._callbacks.write)
        overwrite = structures.OverwriteFunction(self._callbacks.overwrite) if base >= 0 else structures.OverwriteFunction()
        self._structure = structures.Sink(name=_name(file), write=write, overwrite=overwrite)
        self._held = (write, overwrite)
        self.address = ctypes.addressof(self._structure)

    @property
    def failure(self) -> BaseException | None:
        """What the file has raised."""
        return self._callbacks.failure
