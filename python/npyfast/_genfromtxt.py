"""``genfromtxt``: tables of text with gaps, read."""

from __future__ import annotations

import ctypes
from ctypes import c_double
from typing import Any

import numpy as np

from . import _arrays, _fallback, _library as lib, _structures as structures, _tables
from ._tables import (
    DEFAULT_ENCODING, Opened, Warnings, by_numpy_after, by_numpy_alone, check_halves, columns_of, count_of, dtype_text, encoding_of,
    encoding_within, hear, is_stream, kept, kind_of, leave_at_end, position_of, size_of, text_of, texts_of)

__all__ = ["genfromtxt"]

_DELETED = "".join(sorted(np.lib._iotools.NameValidator.defaultdeletechars))


def genfromtxt(fname: Any, dtype: Any = float, comments: Any = "#", delimiter: Any = None, skip_header: int = 0,
               skip_footer: int = 0, converters: Any = None, missing_values: Any = None, filling_values: Any = None,
               usecols: Any = None, names: Any = None, excludelist: Any = None, deletechars: Any = _DELETED,
               replace_space: str = "_", autostrip: bool = False, case_sensitive: Any = True, defaultfmt: str = "f%i",
               unpack: Any = None, usemask: bool = False, loose: bool = True, invalid_raise: bool = True,
               max_rows: int | None = None, encoding: str | None = DEFAULT_ENCODING, *, ndmin: int = 0, like: Any = None) -> Any:
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
    kept(arguments, "usecols")
    if like is not None:
        return _fallback.numpy_functions.genfromtxt(fname, **arguments, like=like)
    if _tables.is_tiny(fname, _tables.TINY // 6) or is_stream(fname):
        return _fallback.numpy_functions.genfromtxt(fname, **arguments)
    start = position_of(fname)
    warned = Warnings()
    source = None
    try:
        kind = kind_of(fname, arguments)
        options, keep = _gen_options(arguments, warned, encoding_within(kind, encoding_of(encoding, dtype)))
        mask = ctypes.c_void_p()
        with Opened(fname, kind) as (handle, source):
            array = _arrays.adopt(_gen(handle, options, mask, size_of(fname, source)))
        check_halves(array)
        del keep
    except _arrays.Unsupported as reason:
        return by_numpy_alone(reason, _fallback.numpy_functions.genfromtxt, fname, start, arguments)
    except lib.ArrayFileError as error:
        return by_numpy_after(error, _fallback.numpy_functions.genfromtxt, fname, start, source, arguments)
    if warned.texts and any(not text.startswith("genfromtxt: Empty input file") for text in warned.texts):
        # Warnings whose kinds NumPy knows best, which reads the file again.
        if start is not None:
            fname.seek(start)
        return _fallback.numpy_functions.genfromtxt(fname, **arguments)
    leave_at_end(fname, kind)
    warned.give(fname)
    return _unpacked(array, mask, unpack, usemask)


def _gen(handle: int, options: structures.GenFromTextOptions, mask: ctypes.c_void_p, size: int) -> int:
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


def _gen_options(arguments: dict[str, Any], warned: Warnings, encoding: str | None) -> tuple[structures.GenFromTextOptions, Any]:
    """The options of the common cases; what is rarer is NumPy's."""
    if arguments["converters"] or arguments["excludelist"] or not arguments["loose"]:
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
    elif names is None:
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
    columns = columns_of(arguments["usecols"])
    missed = missing.split(",") if missing is not None else []
    keep = (structures.Items.integers(widths), structures.Items.integers(columns or []), texts_of(listed), texts_of(missed),
            c_double(filling if filling is not None else 0))
    comments = arguments["comments"]
    if comments is not None and len(comments) == 0:  # which NumPy refuses
        raise _arrays.Unsupported("comment signs that are empty")
    described = None if dtype is None else dtype_text(dtype, sizes_found=True)
    fields = None if dtype is None else np.dtype(dtype).names
    if fields is not None and (len(fields) == 1 or columns is not None and len(columns) == 1):
        raise _arrays.Unsupported("records of one column")
    return structures.GenFromTextOptions(
        dtype=described,
        comments=None if comments is None else text_of(comments),
        delimiter=None if delimiter is None else text_of(delimiter), widths=keep[0].address,
        width_count=len(widths), skip_header=count_of(arguments["skip_header"], "skip_header"),
        skip_footer=count_of(arguments["skip_footer"], "skip_footer"),
        max_rows=count_of(arguments["max_rows"], "max_rows"), columns=keep[1].address,
        column_count=-1 if columns is None else len(columns), names=keep[2].address, name_count=count,
        missing=keep[3].address, missing_count=len(missed),
        filling=ctypes.pointer(keep[4]) if filling is not None else None, autostrip=bool(arguments["autostrip"]),
        unpack=bool(arguments["unpack"]), with_mask=bool(arguments["usemask"]),
        skip_invalid=not arguments["invalid_raise"], minimum_axes=arguments["ndmin"],
        encoding=None if encoding is None else text_of(encoding), warn=hear, context=warned.number), keep
