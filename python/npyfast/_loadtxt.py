"""``loadtxt``: tables of text, read."""

from __future__ import annotations

import ctypes
import os
from typing import Any

import numpy as np

from . import _arrays, _fallback, _library as lib, _structures as structures, _tables
from ._tables import (
    DEFAULT_ENCODING, Opened, Warnings, by_numpy_after, by_numpy_alone, check_halves, columns_of, count_of, dtype_text, encoding_of,
    encoding_within, hear, is_stream, kept, kind_of, leave_at_end, position_of, size_of, text_of, texts_of)

__all__ = ["loadtxt"]


def loadtxt(fname: Any, dtype: Any = float, comments: Any = "#", delimiter: Any = None, converters: Any = None,
            skiprows: int = 0, usecols: Any = None, unpack: bool = False, ndmin: int = 0, encoding: str | None = DEFAULT_ENCODING,
            max_rows: int | None = None, *, quotechar: str | None = None, like: Any = None) -> Any:
    """Load a table of text as :func:`numpy.loadtxt` does, on all cores.

    Files may be compressed (gzip, bzip2, xz), whatever their name. Converters, text that is not in a file, and a few lines in
    memory, are NumPy's to read. All parameters are NumPy's.
    """
    if like is None and _tables.is_tiny(fname, _tables.TINY * (5 if dtype is int else 1)):
        return _fallback.numpy_functions.loadtxt(
            fname, dtype, comments, delimiter, converters, skiprows, usecols, unpack, ndmin, encoding, max_rows, quotechar=quotechar)
    arguments: dict[str, Any] = {
        "dtype": dtype, "comments": comments, "delimiter": delimiter, "converters": converters, "skiprows": skiprows,
        "usecols": usecols, "unpack": unpack, "ndmin": ndmin, "encoding": encoding, "max_rows": max_rows,
        "quotechar": quotechar}
    kept(arguments, "comments", "usecols")
    if like is not None:
        return _fallback.numpy_functions.loadtxt(fname, **arguments, like=like)
    if is_stream(fname):
        return _fallback.numpy_functions.loadtxt(fname, **arguments)
    start = position_of(fname)
    warned = Warnings()
    source = None
    try:
        kind = kind_of(fname, arguments)
        options, keep = _load_options(arguments, warned, encoding_within(kind, encoding_of(encoding, dtype)))
        with Opened(fname, kind) as (handle, source):
            array = _arrays.adopt(lib.get(lib.library.npyio_loadtxt, handle, ctypes.addressof(options),
                                          size=size_of(fname, source)))
        check_halves(array)
        del keep
    except _arrays.Unsupported as reason:
        return by_numpy_alone(reason, _fallback.numpy_functions.loadtxt, fname, start, arguments)
    except lib.ArrayFileError as error:
        return by_numpy_after(error, _fallback.numpy_functions.loadtxt, fname, start, source, arguments)
    leave_at_end(fname, kind)
    warned.give(fname)
    if unpack and array.dtype.names is not None:
        return [array[name] for name in array.dtype.names]
    return array


#: The options of calls with the same arguments, and what they point to.
_remembered_options: dict[Any, tuple[structures.LoadTextOptions, Any]] = {}


def _forget() -> None:
    """In a process that was forked: see the same in `_arrays`."""
    global _remembered_options
    _remembered_options = {}


os.register_at_fork(after_in_child=_forget)


def _load_options(arguments: dict[str, Any], warned: Warnings, encoding: str | None) -> tuple[structures.LoadTextOptions, Any]:
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
    options = structures.LoadTextOptions.from_buffer_copy(made[0])
    options.warn, options.context = hear, warned.number
    return options, made


def _made_load_options(arguments: dict[str, Any], encoding: str | None) -> tuple[structures.LoadTextOptions, Any]:
    if arguments["converters"] is not None:
        raise _arrays.Unsupported("converters")
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
    if isinstance(quote, bytes):  # which NumPy refuses
        raise _arrays.Unsupported("quotes that are bytes")
    if any(not isinstance(sign, (str, bytes)) or len(sign) != 1 for sign in (delimiter, quote) if sign is not None):
        raise _arrays.Unsupported("delimiters of several characters")
    if not isinstance(arguments["ndmin"], int) or arguments["ndmin"] not in (0, 1, 2):
        raise _arrays.Unsupported("ndmin")
    columns = columns_of(arguments["usecols"])
    keep = (texts_of(comments), structures.Items.integers(columns or []))
    return structures.LoadTextOptions(
        dtype=dtype_text(arguments["dtype"], sizes_found=True),
        comments=keep[0].address, comment_count=len(comments),
        delimiter=None if delimiter is None else text_of(delimiter), quote=None if quote is None else text_of(quote),
        encoding=None if encoding is None else text_of(encoding),
        columns=keep[1].address, column_count=-1 if columns is None else len(columns),
        skip_rows=count_of(arguments["skiprows"], "skiprows"), max_rows=count_of(arguments["max_rows"], "max_rows"),
        minimum_axes=arguments["ndmin"], unpack=bool(arguments["unpack"])), keep
