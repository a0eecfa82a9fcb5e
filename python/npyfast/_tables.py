"""What the functions of text have in common: where text is, NumPy's warnings, and arguments as the library takes them."""

from __future__ import annotations

import io
import itertools
import operator
import os
import stat
import warnings
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import _arrays, _fallback, _library as lib, _structures as structures
from ._files import FileSource, comes_before, encoded_path


def texts_of(values: list[str]) -> structures.Items:
    """A list of texts for the library."""
    return structures.Items.texts([text_of(value) for value in values])


def text_of(value: str | bytes) -> bytes:
    """A text for the library, which ends at a null character.

    :raises Unsupported: for a text that has one, or that is not characters.
    """
    if isinstance(value, bytes):
        value = value.decode("latin1")
    if not isinstance(value, str) or "\0" in value:
        raise _arrays.Unsupported("texts with null characters")
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        raise _arrays.Unsupported("texts with surrogates") from None


#: What NumPy takes text for where it is not told: its bytes, or the system's encoding.
DEFAULT_ENCODING: str | None = "bytes" if _fallback.IS_NUMPY_1 else None


def encoding_of(encoding: Any, dtype: Any) -> Any:
    """An encoding; ``None`` for text whose bytes are wanted, where what is made of them is numbers, for which that is the same.

    :raises Unsupported: for other bytes.
    """
    if not isinstance(encoding, str) or encoding != "bytes":
        return encoding
    try:
        if dtype is not None and np.dtype(dtype).kind in "biufc":
            return None
    except TypeError:
        pass
    raise _arrays.Unsupported("encoding='bytes'")


def path_of(file: Any) -> str | None:
    """A path that is a file here; ``None`` for file objects, addresses on the web, and what else NumPy opens."""
    if isinstance(file, os.PathLike):
        file = os.fspath(file)
    if not isinstance(file, str) or "\0" in file or "://" in file:
        return None
    return file


#: NumPy's words for what the library says more briefly.
_ROWS_ARE_COUNTED = (
    ".  This differs from the behaviour in NumPy <=1.22 which counted lines rather than rows.  If desired, the previous "
    "behaviour can be achieved by using `itertools.islice`.\nPlease see the 1.23 release notes for an example on how to do "
    "this.  If you wish to ignore this warning, use `warnings.filterwarnings`.  This warning is expected to be removed in the "
    "future and is given only once per `loadtxt` call.")


class Warnings:
    """NumPy's warnings, which the library tells on any thread, for the caller's thread to give."""

    _listening: weakref.WeakValueDictionary[int, Warnings] = weakref.WeakValueDictionary()
    _numbers = itertools.count(1)

    def __init__(self) -> None:
        self.texts: list[str] = []
        #: What the library is to call the listener by.
        self.number = next(self._numbers)
        self._listening[self.number] = self

    @classmethod
    def hear(cls, number: int, text: bytes) -> None:
        listener = cls._listening.get(number)
        if listener is not None:
            listener.texts.append(text.decode("utf-8", "replace"))

    def give(self, file: Any) -> None:
        for text in self.texts:
            # The library knows a file object by its kind; NumPy prints it.
            about, colon, _ = text.partition(': "')
            start, rows, _ = text.partition(": rows are counted, not lines.")
            if rows and not _fallback.WARNS_OF_ROWS:
                continue
            told = start + _ROWS_ARE_COUNTED if rows else f'{about}: "{file}"' if colon else text
            warnings.warn(told, UserWarning, stacklevel=3)


def _forget() -> None:
    """In a process that was forked: see the same in `_arrays`."""
    Warnings._listening = weakref.WeakValueDictionary()


os.register_at_fork(after_in_child=_forget)

# One function for all calls: each that ctypes makes takes memory and time.
hear = structures.WarningFunction(Warnings.hear)


def kind_of(file: Any, arguments: dict[str, Any]) -> str:
    """Where text is: at a ``"path"``, in a file of ``"bytes"`` or of ``"text"``, or in a list of ``"lines"``.

    :raises Unsupported: for what NumPy reads line by line: generators, file objects with lines of their own, some of the rows of
        a file object, behind which it stands afterwards, and quotes that may go on from one line of a list to the next.
    """
    if path_of(file) is not None:
        return "path"
    if isinstance(file, (list, tuple)):
        # `genfromtxt` splits lines that do not end in a line end in ways of its own.
        if arguments.get("quotechar", "") is None:
            return "lines"
    elif any(comes_before(type(file), name, "read") for name in ("__iter__", "__next__", "readline")):
        raise _arrays.Unsupported("file objects with lines of their own")
    elif arguments["max_rows"] is None and isinstance(getattr(file, "mode", ""), (str, int)):
        if isinstance(file, io.TextIOBase):
            # After `next` a file does not tell where it stands, and NumPy could not read again what is wrong.
            if file.seekable() and position_of(file) is not None:
                return "text"
        elif hasattr(file, "readinto") and hasattr(file, "seekable") and file.seekable():
            return "bytes"
    raise _arrays.Unsupported("text from what is not a file that can be read to its end")


def _joined(lines: Any) -> str:
    """Lines as the text that a file of them would have."""
    try:
        joined = "\n".join(lines)
    except TypeError:
        raise _arrays.Unsupported("lines that are not texts") from None
    if joined.count("\n") != max(0, len(lines) - 1):  # as they are read from a file, or some of them
        whole = [line.removesuffix("\n") for line in lines]
        joined = "\n".join(whole)
        if joined.count("\n") != max(0, len(lines) - 1):
            raise _arrays.Unsupported("lines that are several")
    return joined + "\n" if lines else ""


class Opened:
    """A source over text, until the end of the block."""

    __slots__ = ("handle", "source")

    def __init__(self, file: Any, kind: str) -> None:
        """:param kind: As `kind_of` says."""
        self.source: FileSource | None = None
        if kind == "path":
            self.handle = lib.make(lib.library.npyio_source_path, encoded_path(path_of(file) or ""))
            return
        if kind != "bytes":
            text = file.read() if kind == "text" else _joined(file)
            # Where NumPy takes lines as they come, a line may not end within.
            if text.count("\r") != text.count("\r\n"):
                raise _arrays.Unsupported("lines that are several")
            file = io.BytesIO(text.encode("utf-8", "surrogatepass"))
        self.source = FileSource(file)
        self.handle = self.source.handle

    def __enter__(self) -> tuple[int, FileSource | None]:
        return self.handle, self.source

    def __exit__(self, *_: Any) -> None:
        if self.source is None:
            lib.free(self.handle)
        else:
            self.source.close()


def encoding_within(kind: str, encoding: str | None) -> str | None:
    """The encoding of text, which NumPy takes for Latin-1 where a file object gives bytes."""
    if kind in ("text", "lines"):
        return encoding if encoding == "bytes" else "utf-8"
    return "latin1" if encoding is None and kind == "bytes" else encoding


#: Of so many characters in memory NumPy itself makes an array of floats sooner than a call of the library takes.
TINY = 800


def is_tiny(file: Any, most: int) -> bool:
    """Whether text is in memory, and of about so many characters at most; of lines in a list, which NumPy need not look for, twice."""
    kind = type(file)
    try:
        if kind is str:
            return False
        if kind is io.StringIO or kind is io.BytesIO:
            start = file.tell()
            end = file.seek(0, os.SEEK_END)
            file.seek(start)
            return end - start <= most
        return kind is list and most > 0 and (not file or len(file) * len(file[0]) <= 2 * most)
    except (TypeError, ValueError):  # lines that are none, a file that is closed
        return False


def is_stream(file: Any) -> bool:
    """Whether a path is that of a pipe or a device: what has been read of it cannot be read again, by NumPy."""
    path = path_of(file)
    if path is None:
        return False
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def position_of(file: Any) -> int | None:
    try:
        return file.tell() if hasattr(file, "readinto") or isinstance(file, io.TextIOBase) else None
    except (OSError, ValueError):
        return None


def by_numpy_alone(reason: _arrays.Unsupported, function: Any, file: Any, start: int | None, arguments: dict[str, Any]) -> Any:
    """NumPy's own result for what the library does not do."""
    _fallback.tell(str(reason))
    if start is not None:
        file.seek(start)
    return function(file, **arguments)


#: What takes that many times as long as other text, so that less of it is worth an interruption.
SLOW = (".gz", ".bz2", ".xz", ".lzma")
SLOWNESS = 64


def size_of(file: Any, source: FileSource | None) -> int:
    if source is not None:
        return source.byte_count
    try:
        return os.stat(file).st_size * (SLOWNESS if os.fspath(file).endswith(SLOW) else 1)
    except OSError:
        return 0


def leave_at_end(file: Any, kind: str) -> None:
    """Leaves a file object where NumPy does: at its end."""
    if kind in ("bytes", "text"):
        file.seek(0, os.SEEK_END)


def by_numpy_after(error: lib.ArrayFileError, function: Any, file: Any, start: int | None, source: FileSource | None,
              arguments: dict[str, Any]) -> Any:
    if source is not None and source.failure is not None:
        raise source.failure from None
    if error.number == lib.CANCELLED:
        raise error
    if start is not None:
        file.seek(start)
    return _fallback.numpy_instead(error, function, file, **arguments)


def kept(arguments: dict[str, Any], *names: str) -> None:
    """Takes what iterators among the arguments give: NumPy may have to go through them once more."""
    for name in names:
        if isinstance(arguments[name], Iterator):
            arguments[name] = list(arguments[name])


def columns_of(usecols: Any) -> list[int] | None:
    if usecols is None:
        return None
    try:
        return [operator.index(usecols)]
    except TypeError:
        pass
    try:
        return [operator.index(column) for column in list(usecols)]
    except TypeError:
        raise _arrays.Unsupported("columns that are not numbers") from None


def check_halves(array: np.ndarray) -> None:
    """:raises Unsupported: for half-precision numbers that are infinite: NumPy, which reads them again, warns where they overflow."""
    for dtype, part in _parts(array):
        if dtype.base.char == "e" and np.isinf(part).any():
            raise _arrays.Unsupported("numbers that half precision does not hold")


def _parts(array: np.ndarray) -> Iterator[tuple[np.dtype, np.ndarray]]:
    """All fields of an array, of those within fields too, or the array itself."""
    if array.dtype.names is None:
        yield array.dtype, array
    for name in array.dtype.names or ():
        yield from _parts(array[name])


def count_of(value: Any, what: str) -> int:
    """The number of rows at most; -1 for all."""
    if value is None:
        return -1
    if isinstance(value, bool):  # which NumPy refuses
        raise _arrays.Unsupported(f"{what} that are truth values")
    try:
        number = operator.index(value)
    except TypeError:
        raise _arrays.Unsupported(f"{what} that are not numbers") from None
    if not 0 <= number < 2**62:
        raise _arrays.Unsupported(f"{what} that are negative")
    return number


def dtype_text(dtype: Any, *, sizes_found: bool) -> bytes:
    """The descr of a dtype that a column of text can become."""
    try:
        made = np.dtype(dtype)
    except TypeError:
        raise _arrays.Unsupported("dtypes that are several") from None
    if made.kind == "m" and np.datetime_data(made)[0] == "generic":
        raise _arrays.Unsupported("durations without a unit, of which newer releases of NumPy warn")
    if made.subdtype is not None:
        raise _arrays.Unsupported("dtypes with axes of their own")
    if not _arrays.is_told_whole(made):
        raise _arrays.Unsupported("dtypes with metadata, titles, or gaps between their fields")
    if made.itemsize == 0 and made.kind in "SU" and sizes_found:
        return f"{made.kind}".encode()
    return _arrays.describe(made)
