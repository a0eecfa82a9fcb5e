"""Python's file objects as sources and sinks of the library."""

from __future__ import annotations

import ctypes
import io
import os
import threading
from typing import Any

from . import _library as lib

__all__ = ["FileSink", "FileSource", "durability_of", "encoded_path"]

_DURABILITIES = {"none": 0, "consistent": 1, "durable": 2}


def durability_of(durability: str) -> int:
    """The number of a durability.

    :raises ValueError: for a name that is none.
    """
    number = _DURABILITIES.get(durability)
    if number is None:
        raise ValueError(f"durability must be 'none', 'consistent' or 'durable', not {durability!r}")
    return number


def encoded_path(path: str | bytes) -> bytes:
    """A path as the system has it; a file of the name ``-`` is no standard stream."""
    name = os.fsencode(path)
    return b"./-" if name == b"-" else name


class FileSource:
    """A source over a file object that can seek, from one of its positions on.

    One thread at a time reads; the file's position is where the last read ended. What the file raises is in ``failure``.
    """

    def __init__(self, file: Any, base: int | None = None) -> None:
        self.failure: BaseException | None = None
        self.file = file
        self.base = file.tell() if base is None else base
        self._handle = 0
        name = getattr(file, "name", None)
        self.name = name if isinstance(name, str) else type(file).__name__
        if type(file) is io.BytesIO:
            self._open_memory(file)
        else:
            self._open_file(file)

    def _open_memory(self, file: io.BytesIO) -> None:
        self._buffer = file.getbuffer()[self.base:]
        length = len(self._buffer)
        address = None
        if length:
            if self._buffer.readonly:
                raise ValueError("the buffer cannot be read")
            self._bytes = (ctypes.c_char * length).from_buffer(self._buffer)
            address = ctypes.addressof(self._bytes)
        self.handle = lib.make(lib.library.npyio_source_memory, address, length, None, None)

    def _open_file(self, file: Any) -> None:
        file.seek(0, os.SEEK_END)
        length = max(0, file.tell() - self.base)
        file.seek(self.base)
        self._lock = threading.Lock()
        self._function = lib.ReadFunction(self._read)
        reader = lib.Reader(name=self.name.encode("utf-8", "replace"), byte_count=length, read=self._function,
                            is_exclusive=1)
        self.handle = lib.make(lib.library.npyio_source_reader, ctypes.addressof(reader))

    def _read(self, _context: int, offset: int, buffer: int, count: int) -> int:
        try:
            with self._lock:
                self.file.seek(self.base + offset)
                return _read_into(self.file, buffer, count)
        except BaseException as exception:  # handed on by whoever called the library
            self.failure = self.failure or exception
            return -1

    def close(self) -> None:
        """Gives the source back; files of it that are open keep it alive."""
        handle, self.handle = self.handle, 0
        lib.free(handle)
        self._bytes = None
        self._buffer = None

    def __enter__(self) -> FileSource:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def _read_into(file: Any, address: int, count: int) -> int:
    """Fills memory from where a file stands."""
    done = 0
    readinto = getattr(file, "readinto", None)
    while done < count:
        if readinto is not None:
            part = memoryview((ctypes.c_char * (count - done)).from_address(address + done)).cast("B")
            got = readinto(part) or 0
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

    def __init__(self, file: Any, *, text: str | None = None) -> None:
        """:param text: The encoding in which bytes are to be handed on as text, for files that take text only."""
        self.failure: BaseException | None = None
        self.file = file
        self.text = text
        self._write_function = lib.WriteFunction(self._write)
        self._overwrite_function = lib.OverwriteFunction()
        self._base: int | None = None
        try:
            if text is None and file.seekable():
                self._base = file.tell()
                self._overwrite_function = lib.OverwriteFunction(self._overwrite)
        except (AttributeError, OSError, ValueError):
            pass
        name = getattr(file, "name", None)
        name = name if isinstance(name, str) else type(file).__name__
        self._structure = lib.Sink(name=name.encode("utf-8", "replace"), write=self._write_function,
                                   overwrite=self._overwrite_function)
        self.address = ctypes.addressof(self._structure)

    def _write(self, _context: int, address: int, count: int) -> int:
        try:
            if count:
                self._write_all(memoryview((ctypes.c_char * count).from_address(address)).cast("B"))
            return 0
        except BaseException as exception:  # handed on by whoever called the library
            self.failure = self.failure or exception
            return -1

    def _write_all(self, part: memoryview) -> None:
        if self.text is not None:
            self.file.write(bytes(part).decode(self.text))
            return
        # Files may keep what they are given: the memory is the library's, and is gone after the call.
        data: Any = part if isinstance(self.file, (io.BytesIO, io.BufferedWriter, io.BufferedRandom, io.FileIO)) \
            else bytes(part)
        while len(data):
            written = self.file.write(data)
            if written is None or written >= len(data):
                return
            data = data[written:]

    def _overwrite(self, _context: int, offset: int, address: int, count: int) -> int:
        try:
            end = self.file.tell()
            self.file.seek((self._base or 0) + offset)
            self._write_all(memoryview((ctypes.c_char * count).from_address(address)).cast("B"))
            self.file.seek(end)
            return 0
        except BaseException as exception:  # handed on by whoever called the library
            self.failure = self.failure or exception
            return -1
