"""``savetxt``, ``loadtxt`` and ``genfromtxt``: tables of text."""

from __future__ import annotations

import ctypes
import io
import itertools
import operator
import os
import warnings
import weakref
from ctypes import c_double
from typing import Any

import numpy as np

from . import _arrays, _fallback, _library as lib
from ._files import FileSink, FileSource, durability_of, encoded_path

__all__ = ["genfromtxt", "loadtxt", "savetxt"]

#: What Python's own modules compress.
_COMPRESSED = (".bz2", ".xz", ".lzma")


def _texts(values: list[str]) -> lib.Items:
    """A list of texts for the library."""
    return lib.Items.texts([_text(value) for value in values])


def _text(value: str | bytes) -> bytes:
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


def _path_of(file: Any) -> str | None:
    """A path that is a file here; ``None`` for file objects, addresses on the web, and what else NumPy opens."""
    if isinstance(file, os.PathLike):
        file = os.fspath(file)
    if not isinstance(file, str) or "\0" in file or "://" in file:
        return None
    return file


# ---------------------------------------------------------------------------------------------------------------------


def savetxt(fname: Any, X: Any, fmt: Any = "%.18e", delimiter: str = " ", newline: str = "\n", header: str = "",
            footer: str = "", comments: str = "# ", encoding: str | None = None, *, durability: str = "none") -> None:
    """Save an array as text, byte for byte as :func:`numpy.savetxt` does, on all cores.

    A path that ends in ``.gz``, ``.bz2`` or ``.xz`` is compressed. A file that is there stays until the new one is whole.

    :param durability: What the file survives when the *system* stops: see :func:`save`.

    All other parameters are NumPy's.
    """
    level = durability_of(durability)
    arguments = (fname, X, fmt, delimiter, newline, header, footer, comments, encoding)
    path = _path_of(fname)
    if path is not None and path.endswith(_COMPRESSED):
        _fallback.tell("text compressed by bzip2 and lzma")
        return _fallback.numpy_functions.savetxt(*arguments)
    if path is None and not hasattr(fname, "write") or isinstance(fname, (list, tuple)):
        return _fallback.numpy_functions.savetxt(*arguments)
    array = np.asarray(X)
    try:
        options, keep = _save_options(array, fmt, delimiter, newline, header, footer, comments, encoding)
        view = _arrays.view_of(array)
    except _arrays.Unsupported as reason:
        _fallback.tell(str(reason))
        return _fallback.numpy_functions.savetxt(fname, array, *arguments[2:])
    address = ctypes.addressof(options)
    sink = None
    try:
        if path is not None:
            lib.run(lib.library.npyio_savetxt, view.address, encoded_path(path), address, level, size=view.nbytes)
            return
        sink = FileSink(fname, text=_encoding_of(fname, encoding))
        lib.run(lib.library.npyio_savetxt_sink, view.address, sink.address, address, size=view.nbytes)
    except lib.ArrayFileError as error:
        if sink is not None and sink.failure is not None:
            raise sink.failure from None
        if error.number in (lib.BAD_ARGUMENT, lib.BAD_VALUE, lib.UNSUPPORTED):  # type: ignore[attr-defined]
            _raise_as_numpy(error, array, arguments)
        raise lib.as_system_error(error, path) from None
    del keep


def _encoding_of(file: Any, encoding: str | None) -> str | None:
    """How text is to be handed to a file object; ``None`` for one that takes bytes.

    NumPy tries: a file that takes no text gets bytes.
    """
    try:
        file.write("")
    except TypeError:
        return None
    return encoding or "latin1"


def _raise_as_numpy(error: lib.ArrayFileError, array: np.ndarray, arguments: tuple[Any, ...]) -> None:
    """Has NumPy refuse the table as well, in its own words, without a file being touched."""
    np_error: Exception
    try:
        _fallback.numpy_functions.savetxt(io.StringIO(), array, *arguments[2:])
        _fallback.numpy_functions.savetxt(io.BytesIO(), array, *arguments[2:8], arguments[8] or "utf-8")
    except Exception as exception:
        np_error = exception
    else:
        # NumPy writes it: so it does, to where it was to go.
        _fallback.tell(f"tables that were refused as {error.code}")
        return _fallback.numpy_functions.savetxt(arguments[0], array, *arguments[2:])
    raise np_error from error


def _save_options(array: np.ndarray, fmt: Any, delimiter: Any, newline: Any, header: Any, footer: Any, comments: Any,
                  encoding: Any) -> tuple[lib.SaveTextOptions, Any]:
    if isinstance(fmt, str):
        formats = [fmt]
    elif type(fmt) in (list, tuple) and all(isinstance(part, str) for part in fmt) and len(fmt) > 0:
        formats = list(fmt)
        columns = array.shape[1] if array.ndim == 2 else len(array.dtype.names or " ")
        if len(formats) != columns or any(part.count("%") != 1 for part in formats):
            raise _arrays.Unsupported("formats that are not one a column")
    else:
        raise _arrays.Unsupported("formats that are not texts")
    texts = [delimiter, newline, header, footer, comments]
    if not all(isinstance(text, str) for text in texts) or not isinstance(encoding, (str, type(None))):
        raise _arrays.Unsupported("texts of bytes")
    keep = _texts(formats)
    encoded = [_text(text) for text in texts]
    return lib.SaveTextOptions(
        formats=keep.address, format_count=len(formats), delimiter=encoded[0],
        newline=encoded[1], header=encoded[2], footer=encoded[3], comments=encoded[4],
        encoding=None if encoding is None else _text(encoding)), keep


# ---------------------------------------------------------------------------------------------------------------------


#: NumPy's words for what the library says more briefly.
_ROWS_ARE_COUNTED = (
    ".  This differs from the behaviour in NumPy <=1.22 which counted lines rather than rows.  If desired, the previous "
    "behaviour can be achieved by using `itertools.islice`.\nPlease see the 1.23 release notes for an example on how to do "
    "this.  If you wish to ignore this warning, use `warnings.filterwarnings`.  This warning is expected to be removed in the "
    "future and is given only once per `loadtxt` call.")


class _Warnings:
    """NumPy's warnings, which the library tells on any thread, for the caller's thread to give."""

    _listening: weakref.WeakValueDictionary[int, _Warnings] = weakref.WeakValueDictionary()
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
            told = start + _ROWS_ARE_COUNTED if rows else f'{about}: "{file}"' if colon else text
            warnings.warn(told, UserWarning, stacklevel=3)


# One function for all calls: each that ctypes makes takes memory and time.
_hear = lib.WarningFunction(_Warnings.hear)


def _kind_of(file: Any, arguments: dict[str, Any]) -> str:
    """Where text is: at a ``"path"``, in a file of ``"bytes"`` or of ``"text"``, or in a list of ``"lines"``.

    :raises Unsupported: for what NumPy reads line by line: generators, some of the rows of a file object, behind which it
        stands afterwards, and quotes that may go on from one line of a list to the next.
    """
    if _path_of(file) is not None:
        return "path"
    if isinstance(file, (list, tuple)):
        # `genfromtxt` splits lines that do not end in a line end in ways of its own.
        if arguments.get("quotechar", "") is None:
            return "lines"
    elif arguments["max_rows"] is None and isinstance(getattr(file, "mode", ""), (str, int)):
        if isinstance(file, io.TextIOBase):
            if file.seekable():
                return "text"
        elif hasattr(file, "readinto") and hasattr(file, "seekable") and file.seekable():
            return "bytes"
    raise _arrays.Unsupported("text from what is not a file that can be read to its end")


def _joined(lines: Any) -> str:
    """Lines as the text that a file of them would have."""
    if not all(isinstance(line, str) for line in lines):
        raise _arrays.Unsupported("lines that are not texts")
    whole = [line.removesuffix("\n") for line in lines]
    if any("\n" in line for line in whole):
        raise _arrays.Unsupported("lines that are several")
    return "\n".join([*whole, ""])


class _Opened:
    """A source over text, until the end of the block."""

    __slots__ = ("handle", "source")

    def __init__(self, file: Any, kind: str) -> None:
        """:param kind: As `_kind_of` says."""
        self.source: FileSource | None = None
        if kind == "path":
            self.handle = lib.make(lib.library.npyio_source_path, encoded_path(_path_of(file) or ""))
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


def loadtxt(fname: Any, dtype: Any = float, comments: Any = "#", delimiter: Any = None, converters: Any = None,
            skiprows: int = 0, usecols: Any = None, unpack: bool = False, ndmin: int = 0, encoding: str | None = None,
            max_rows: int | None = None, *, quotechar: str | None = None, like: Any = None) -> Any:
    """Load a table of text as :func:`numpy.loadtxt` does, on all cores.

    Files may be compressed (gzip, bzip2, xz), whatever their name. Converters, and text that is not in a file, are NumPy's
    to read. All parameters are NumPy's.
    """
    arguments: dict[str, Any] = {
        "dtype": dtype, "comments": comments, "delimiter": delimiter, "converters": converters, "skiprows": skiprows,
        "usecols": usecols, "unpack": unpack, "ndmin": ndmin, "encoding": encoding, "max_rows": max_rows,
        "quotechar": quotechar}
    if like is not None:
        return _fallback.numpy_functions.loadtxt(fname, **arguments, like=like)
    start = _position(fname)
    warned = _Warnings()
    source = None
    try:
        kind = _kind_of(fname, arguments)
        options, keep = _load_options(arguments, warned, _encoding_within(kind, encoding))
        with _Opened(fname, kind) as (handle, source):
            array = _arrays.adopt(lib.get(lib.library.npyio_loadtxt, handle, ctypes.addressof(options),
                                          size=_size(fname, source)))
        del keep
    except _arrays.Unsupported as reason:
        return _unsupported(reason, _fallback.numpy_functions.loadtxt, fname, start, arguments)
    except lib.ArrayFileError as error:
        return _by_numpy(error, _fallback.numpy_functions.loadtxt, fname, start, source, arguments)
    _leave_at_end(fname, kind)
    warned.give(fname)
    if unpack and array.dtype.names is not None:
        return [array[name] for name in array.dtype.names]
    return array


def _encoding_within(kind: str, encoding: str | None) -> str | None:
    """The encoding of text, which NumPy takes for Latin-1 where a file object gives bytes."""
    if kind in ("text", "lines"):
        return encoding if encoding == "bytes" else "utf-8"
    return "latin1" if encoding is None and kind == "bytes" else encoding


def _position(file: Any) -> int | None:
    try:
        return file.tell() if hasattr(file, "readinto") or isinstance(file, io.TextIOBase) else None
    except (OSError, ValueError):
        return None


def _unsupported(reason: _arrays.Unsupported, function: Any, file: Any, start: int | None, arguments: dict[str, Any]) -> Any:
    """NumPy's own result for what the library does not do."""
    _fallback.tell(str(reason))
    if start is not None:
        file.seek(start)
    return function(file, **arguments)


def _size(file: Any, source: FileSource | None) -> int:
    if source is not None:
        return source.byte_count
    try:
        return os.stat(file).st_size
    except OSError:
        return 0


def _leave_at_end(file: Any, kind: str) -> None:
    """Leaves a file object where NumPy does: at its end."""
    if kind in ("bytes", "text"):
        file.seek(0, os.SEEK_END)


def _by_numpy(error: lib.ArrayFileError, function: Any, file: Any, start: int | None, source: FileSource | None,
              arguments: dict[str, Any]) -> Any:
    if source is not None and source.failure is not None:
        raise source.failure from None
    if error.number == lib.CANCELLED:  # type: ignore[attr-defined]
        raise error
    if start is not None:
        file.seek(start)
    return _fallback.numpy_instead(error, function, file, **arguments)


def _columns(usecols: Any) -> list[int] | None:
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


def _count(value: Any, what: str) -> int:
    """The number of rows at most; -1 for all."""
    if value is None:
        return -1
    try:
        number = operator.index(value)
    except TypeError:
        raise _arrays.Unsupported(f"{what} that are not numbers") from None
    if not 0 <= number < 2**62:
        raise _arrays.Unsupported(f"{what} that are negative")
    return number


def _dtype_text(dtype: Any, *, sizes_found: bool) -> bytes:
    """The descr of a dtype that a column of text can become."""
    try:
        made = np.dtype(dtype)
    except TypeError:
        raise _arrays.Unsupported("dtypes that are several") from None
    if made.itemsize == 0 and made.kind in "SU" and sizes_found:
        return f"{made.kind}".encode()
    return _arrays.describe(made)


#: The options of calls with the same arguments, and what they point to.
_remembered_options: dict[Any, tuple[lib.LoadTextOptions, Any]] = {}


def _load_options(arguments: dict[str, Any], warned: _Warnings, encoding: str | None) -> tuple[lib.LoadTextOptions, Any]:
    values = (*arguments.values(), encoding)
    try:
        # 1, 1.0 and True are the same to a dictionary, though not to NumPy.
        key = (values, *map(type, values))
        made = _remembered_options.get(key)
    except TypeError:  # lists
        key, made = None, None
    if made is None:
        made = _made_load_options(arguments, encoding)
        # Dtypes may be equal and yet warn of different things.
        if key is not None and len(_remembered_options) < 1000 and not isinstance(arguments["dtype"], np.dtype):
            _remembered_options[key] = made
    options = lib.LoadTextOptions.from_buffer_copy(made[0])
    options.warn, options.context = _hear, warned.number
    return options, made


def _made_load_options(arguments: dict[str, Any], encoding: str | None) -> tuple[lib.LoadTextOptions, Any]:
    if arguments["converters"] is not None:
        raise _arrays.Unsupported("converters")
    if arguments["encoding"] == "bytes":
        raise _arrays.Unsupported("encoding='bytes'")
    comments = arguments["comments"]
    if comments is None:
        comments = []
    elif isinstance(comments, (str, bytes)):
        comments = [comments]
    else:
        comments = list(comments)
    delimiter, quote = arguments["delimiter"], arguments["quotechar"]
    if any(not isinstance(part, (str, bytes)) or len(part) == 0 for part in comments):
        raise _arrays.Unsupported("comment signs that are empty")
    if any(not isinstance(sign, (str, bytes)) or len(sign) != 1 for sign in (delimiter, quote) if sign is not None):
        raise _arrays.Unsupported("delimiters of several characters")
    if not isinstance(arguments["ndmin"], int) or arguments["ndmin"] not in (0, 1, 2):
        raise _arrays.Unsupported("ndmin")
    columns = _columns(arguments["usecols"])
    keep = (_texts(comments), lib.Items.integers(columns or []))
    return lib.LoadTextOptions(
        dtype=_dtype_text(arguments["dtype"], sizes_found=True),
        comments=keep[0].address, comment_count=len(comments),
        delimiter=None if delimiter is None else _text(delimiter), quote=None if quote is None else _text(quote),
        encoding=None if encoding is None else _text(encoding),
        columns=keep[1].address, column_count=-1 if columns is None else len(columns),
        skip_rows=_count(arguments["skiprows"], "skiprows"), max_rows=_count(arguments["max_rows"], "max_rows"),
        minimum_axes=arguments["ndmin"], unpack=bool(arguments["unpack"])), keep


# ---------------------------------------------------------------------------------------------------------------------

_DELETED = "".join(sorted(np.lib._iotools.NameValidator.defaultdeletechars))


def genfromtxt(fname: Any, dtype: Any = float, comments: Any = "#", delimiter: Any = None, skip_header: int = 0,
               skip_footer: int = 0, converters: Any = None, missing_values: Any = None, filling_values: Any = None,
               usecols: Any = None, names: Any = None, excludelist: Any = None, deletechars: Any = _DELETED,
               replace_space: str = "_", autostrip: bool = False, case_sensitive: Any = True, defaultfmt: str = "f%i",
               unpack: Any = None, usemask: bool = False, loose: bool = True, invalid_raise: bool = True,
               max_rows: int | None = None, encoding: str | None = None, *, ndmin: int = 0, like: Any = None) -> Any:
    """Load a table of text with gaps as :func:`numpy.genfromtxt` does.

    Converters, values for single columns, and rules for names other than NumPy's own are NumPy's to follow; so is text that
    is not in a file. All parameters are NumPy's.
    """
    arguments: dict[str, Any] = {
        "dtype": dtype, "comments": comments, "delimiter": delimiter, "skip_header": skip_header,
        "skip_footer": skip_footer, "converters": converters, "missing_values": missing_values,
        "filling_values": filling_values, "usecols": usecols, "names": names, "excludelist": excludelist,
        "deletechars": deletechars, "replace_space": replace_space, "autostrip": autostrip,
        "case_sensitive": case_sensitive, "defaultfmt": defaultfmt, "unpack": unpack, "usemask": usemask,
        "loose": loose, "invalid_raise": invalid_raise, "max_rows": max_rows, "encoding": encoding, "ndmin": ndmin}
    if like is not None:
        return _fallback.numpy_functions.genfromtxt(fname, **arguments, like=like)
    start = _position(fname)
    warned = _Warnings()
    source = None
    try:
        kind = _kind_of(fname, arguments)
        options, keep = _gen_options(arguments, warned, _encoding_within(kind, encoding))
        mask = ctypes.c_void_p()
        with _Opened(fname, kind) as (handle, source):
            array = _arrays.adopt(_gen(handle, options, mask, _size(fname, source)))
        del keep
    except _arrays.Unsupported as reason:
        return _unsupported(reason, _fallback.numpy_functions.genfromtxt, fname, start, arguments)
    except lib.ArrayFileError as error:
        return _by_numpy(error, _fallback.numpy_functions.genfromtxt, fname, start, source, arguments)
    if warned.texts and any(not text.startswith("genfromtxt: Empty input file") for text in warned.texts):
        # Warnings whose kinds NumPy knows best, which reads the file again.
        if start is not None:
            fname.seek(start)
        return _fallback.numpy_functions.genfromtxt(fname, **arguments)
    _leave_at_end(fname, kind)
    warned.give(fname)
    return _unpacked(array, mask, unpack, usemask)


def _gen(handle: int, options: lib.GenFromTextOptions, mask: ctypes.c_void_p, size: int) -> int:
    """Calls the one function that gives two arrays."""
    def call(*arguments: Any) -> int:
        *given, task, out, error = arguments
        return lib.library.npyio_genfromtxt(*given, task, out, ctypes.addressof(mask), error)
    return lib.get(call, handle, ctypes.addressof(options), size=size)


def _unpacked(array: np.ndarray, mask: ctypes.c_void_p, unpack: Any, usemask: bool) -> Any:
    result: Any = array
    if usemask:
        missing = _arrays.adopt(mask.value) if mask.value else np.zeros(array.shape, bool)
        result = array.view(np.ma.MaskedArray)
        result._mask = missing
    if unpack and array.dtype.names is not None:
        if len(array.dtype.names) == 1:
            return result[array.dtype.names[0]]
        return [result[name] for name in array.dtype.names]
    return result


def _gen_options(arguments: dict[str, Any], warned: _Warnings, encoding: str | None) -> tuple[lib.GenFromTextOptions, Any]:
    """The options of the common cases; what is rarer is NumPy's."""
    if arguments["converters"] or arguments["excludelist"] or arguments["encoding"] == "bytes" or not arguments["loose"]:
        raise _arrays.Unsupported("converters, lists of names, and strict reading by genfromtxt")
    plain = {"deletechars": _DELETED, "replace_space": "_", "case_sensitive": True, "defaultfmt": "f%i"}
    if any(arguments[name] != value for name, value in plain.items()):
        raise _arrays.Unsupported("rules for names in genfromtxt")
    dtype, names, delimiter = arguments["dtype"], arguments["names"], arguments["delimiter"]
    widths: list[int] = []
    if isinstance(delimiter, int):
        widths, delimiter = [delimiter], None
    elif isinstance(delimiter, (list, tuple)) and all(isinstance(width, int) for width in delimiter):
        widths, delimiter = list(delimiter), None
    if names is True:
        listed: list[str] = []
        count = 0
    elif names is None or names is False:
        listed, count = [], -1
    elif isinstance(names, str):
        listed = [name.strip() for name in names.split(",")]
        count = len(listed)
    elif isinstance(names, (list, tuple)) and names and all(isinstance(name, str) for name in names):
        listed, count = list(names), len(names)
    else:
        raise _arrays.Unsupported("names in genfromtxt that are not a list of texts")
    missing = arguments["missing_values"]
    filling = arguments["filling_values"]
    if missing is not None and not isinstance(missing, str):
        raise _arrays.Unsupported("missing values of single columns")
    if filling is not None and (isinstance(filling, bool) or not isinstance(filling, (int, float))):
        raise _arrays.Unsupported("filling values of single columns")
    columns = _columns(arguments["usecols"])
    missed = missing.split(",") if missing is not None else []
    keep = (lib.Items.integers(widths), lib.Items.integers(columns or []), _texts(listed), _texts(missed),
            c_double(filling if filling is not None else 0))
    comments = arguments["comments"]
    return lib.GenFromTextOptions(
        dtype=None if dtype is None else _dtype_text(dtype, sizes_found=True),
        comments=None if comments is None else _text(comments),
        delimiter=None if delimiter is None else _text(delimiter), widths=keep[0].address,
        width_count=len(widths), skip_header=_count(arguments["skip_header"], "skip_header"),
        skip_footer=_count(arguments["skip_footer"], "skip_footer"),
        max_rows=_count(arguments["max_rows"], "max_rows"), columns=keep[1].address,
        column_count=-1 if columns is None else len(columns), names=keep[2].address, name_count=count,
        missing=keep[3].address, missing_count=len(missed),
        filling=ctypes.pointer(keep[4]) if filling is not None else None, autostrip=bool(arguments["autostrip"]),
        unpack=bool(arguments["unpack"]), with_mask=bool(arguments["usemask"]),
        skip_invalid=not arguments["invalid_raise"], minimum_axes=arguments["ndmin"],
        encoding=None if encoding is None else _text(encoding), warn=_hear, context=warned.number), keep
