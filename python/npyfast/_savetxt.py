"""``savetxt``: tables of text, written."""

from __future__ import annotations

import codecs
import ctypes
import io
from typing import Any

import numpy as np

from . import _arrays, _fallback, _library as lib, _structures as structures, _tables
from ._files import FileSink, durability_of, encoded_path
from ._tables import SLOW, SLOWNESS, path_of, text_of, texts_of

__all__ = ["savetxt"]


def savetxt(fname: Any, X: Any, fmt: Any = "%.18e", delimiter: str = " ", newline: str = "\n", header: str = "",
            footer: str = "", comments: str = "# ", encoding: str | None = None, *, durability: str = "none") -> None:
    """Save an array as text, byte for byte as :func:`numpy.savetxt` does, on all cores.

    A path that ends in ``.gz``, ``.bz2`` or ``.xz`` is compressed. A file that is there stays until the new one is whole.

    :param durability: What the file survives when the *system* stops: see :func:`save`.

    All other parameters are NumPy's.
    """
    level = durability_of(durability)
    arguments = (fname, X, fmt, delimiter, newline, header, footer, comments, encoding)
    path = path_of(fname)
    if path is None and not hasattr(fname, "write") or isinstance(fname, (list, tuple)):
        return _fallback.numpy_functions.savetxt(*arguments)
    if _arrays.has_own_functions(X):
        return _fallback.numpy_functions.savetxt(*arguments)
    array = np.asarray(X)
    if path is None and array.size <= _tables.TINY // 25:
        return _fallback.numpy_functions.savetxt(*arguments)
    is_text = path is None and _takes_text(fname)
    if path is not None and isinstance(encoding, str):
        codecs.lookup(encoding)  # before a file is touched
    try:
        encoding = "utf-8" if is_text else _known(encoding)
        options, keep = _save_options(array, fmt, delimiter, newline, header, footer, comments, encoding)
        if _arrays.has_metadata(array.dtype):
            raise _arrays.Unsupported("dtypes with metadata")
        view = _arrays.view_of(array)
    except _arrays.Unsupported as reason:
        _fallback.tell(str(reason))
        return _fallback.numpy_functions.savetxt(fname, array, *arguments[2:])
    address = ctypes.addressof(options)
    sink = None
    try:
        if path is not None:
            size = view.nbytes * (SLOWNESS if path.endswith(SLOW) else 1)
            lib.run(lib.library.npyio_savetxt, view.address, encoded_path(path), address, level, size=size)
            return
        sink = FileSink(fname, is_text=is_text)
        lib.run(lib.library.npyio_savetxt_sink, view.address, sink.address, address, size=view.nbytes)
    except lib.ArrayFileError as error:
        if sink is not None and sink.failure is not None:
            raise sink.failure from None
        if error.number in (lib.BAD_ARGUMENT, lib.BAD_VALUE, lib.UNSUPPORTED):
            return _as_numpy(error, array, arguments)
        raise lib.as_system_error(error, path) from None
    del keep


def _takes_text(file: Any) -> bool:
    """Whether a file object takes text, as NumPy tries it: a file that does not gets bytes, in the encoding that was given."""
    try:
        file.write("")
    except TypeError:
        return False
    return True


def _known(encoding: Any) -> Any:
    """An encoding that Python knows; of others NumPy says what is wrong with them, where it gets to them."""
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except (LookupError, TypeError):
            raise _arrays.Unsupported("encodings that are none") from None
    return encoding


def _as_numpy(error: lib.ArrayFileError, array: np.ndarray, arguments: tuple[Any, ...]) -> None:
    """Has NumPy write a table that the library does not, or refuse it as well, in its own words, before a file is touched."""
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
                  encoding: Any) -> tuple[structures.SaveTextOptions, Any]:
    if isinstance(fmt, str):
        formats = [fmt]
    elif type(fmt) in (list, tuple) and all(isinstance(part, str) for part in fmt) and len(fmt) > 0:
        formats = list(fmt)
        columns = array.shape[1] if array.ndim == 2 else len(array.dtype.names or " ")
        if len(formats) != columns or any(part.count("%") != 1 for part in formats):
            raise _arrays.Unsupported("formats that are not one a column")
    else:
        raise _arrays.Unsupported("formats that are not texts")
    if array.dtype.names is not None and any(array.dtype[name].base.kind == "c" for name in array.dtype.names):
        raise _arrays.Unsupported("complex numbers in records, of whose lost parts NumPy warns")
    if array.dtype.kind == "c" and not isinstance(fmt, str):
        raise _arrays.Unsupported("formats for columns of complex numbers")
    if _fallback.IS_NUMPY_1 and any("r" in part or "a" in part for part in formats):
        raise _arrays.Unsupported("repr of numbers as NumPy had it before its release 2")
    texts = [delimiter, newline, header, footer, comments]
    if not all(isinstance(text, str) for text in texts) or not isinstance(encoding, (str, type(None))):
        raise _arrays.Unsupported("texts of bytes")
    keep = texts_of(formats)
    encoded = [text_of(text) for text in texts]
    return structures.SaveTextOptions(
        formats=keep.address, format_count=len(formats), delimiter=encoded[0],
        newline=encoded[1], header=encoded[2], footer=encoded[3], comments=encoded[4],
        encoding=None if encoding is None else text_of(encoding)), keep
