"""np.savetxt, np.loadtxt and np.genfromtxt through the command."""
import io
import operator
import os
import warnings

import numpy as np
from numpy.lib import _npyio_impl
from numpy.lib._iotools import easy_dtype

from .command import Folder, Unroutable, routed, run
from .files import array_of, npy_bytes

real_savetxt, real_loadtxt, real_genfromtxt = np.savetxt, np.loadtxt, np.genfromtxt


def escaped(text):
    """A value in which the command's escapes stand for themselves."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def plain_text(value, what):
    if isinstance(value, bytes):
        value = value.decode("latin1")
    if not isinstance(value, str):
        raise Unroutable(f"{what} of type {type(value).__name__}")
    return value


def dtype_text(dtype):
    """A dtype as text that the command, and np.dtype after ast.literal_eval, take."""
    if dtype.hasobject and dtype.names is not None:
        raise Unroutable("records with objects are not supported")
    if dtype.names is None:
        return dtype.str if dtype.subdtype is None else str(dtype)
    if dtype.names == ():
        return "[]"
    # What NumPy prints says where the fields are; `descr` would make fields of the padding.
    return str(dtype) if str(dtype).startswith(("[", "{")) else str(dtype.descr)


@routed(real_savetxt)
def savetxt(fname, X, fmt="%.18e", delimiter=" ", newline="\n", header="", footer="", comments="# ", encoding=None):
    array = np.asarray(X)
    if isinstance(fmt, bytes):
        fmt = fmt.decode("latin1")
    if isinstance(fmt, str):
        options = [f"--fmt={escaped(fmt)}"]
    elif isinstance(fmt, (list, tuple)) and all(isinstance(part, (str, bytes)) for part in fmt):
        options = ["--fmt-list"] + [f"--fmt={escaped(plain_text(part, 'fmt'))}" for part in fmt]
    else:
        raise Unroutable(f"fmt of type {type(fmt).__name__}")
    for name, value in [("out-delimiter", delimiter), ("newline", newline), ("header", header), ("footer", footer),
                        ("comment-prefix", comments)]:
        options.append(f"--{name}={escaped(plain_text(value, name))}")
    if encoding is not None:
        options += ["--encoding", encoding]
    data = npy_bytes(array)
    if isinstance(fname, (str, os.PathLike)):
        run("convert", "-", os.fspath(fname), "--to", "txt", *options, stdin=data)
        return
    result = run("convert", "-", "-", "--to", "txt", *options, stdin=data)
    try:
        fname.write(result)
    except TypeError:
        fname.write(result.decode(encoding or "latin1"))


def source_of(fname, encoding, allows_line_ends=True):
    """What the command reads (a path, or `-` and bytes), and in which encoding."""
    if isinstance(fname, (str, os.PathLike)):
        return os.fspath(fname), b"", None if encoding == "bytes" else encoding
    if hasattr(fname, "read"):
        data = fname.read()
        if isinstance(data, str):
            return "-", data.encode("utf-8", "surrogatepass"), "utf-8"
        return "-", data, encoding if encoding not in (None, "bytes") else getattr(fname, "encoding", None) or "latin1"
    try:
        lines = list(fname)
    except TypeError:
        raise Unroutable(f"a source of type {type(fname).__name__}") from None
    if any(not isinstance(line, (str, bytes)) for line in lines):
        raise Unroutable("a source with lines that are no text", first=iter(lines))
    if not allows_line_ends and any(end in line.rstrip("\r\n") for line in lines if isinstance(line, str)
                                    for end in "\r\n"):
        raise Unroutable("only Python's sequences have lines with line ends in them", first=lines)
    if encoding in (None, "bytes"):
        encoding = "latin1"
    texts = [line.decode(encoding) if isinstance(line, bytes) else line for line in lines]
    joined = "".join(line if line.endswith(("\n", "\r")) else line + "\n" for line in texts)
    return "-", joined.encode("utf-8", "surrogatepass"), "utf-8"


def columns_text(usecols):
    if isinstance(usecols, str):
        return usecols
    try:
        usecols = list(usecols)
    except TypeError:
        usecols = [usecols]
    try:
        return ",".join(str(operator.index(column)) if not isinstance(column, str) else column for column in usecols)
    except TypeError:
        raise Unroutable("usecols that are no integers") from None


def common(dtype, delimiter, ndmin, max_rows, encoding, skiprows):
    options = []
    if dtype is not None:
        options.append("--dtype=" + dtype_text(np.dtype(dtype)))
    if delimiter is not None:
        options.append("--delimiter=" + escaped(plain_text(delimiter, "delimiter")))
    for name, value in [("ndmin", ndmin), ("max-rows", max_rows), ("skiprows", skiprows)]:
        if value is None and name == "max-rows":
            continue
        if type(value) is not int:
            raise Unroutable(f"{name} of type {type(value).__name__}")
        options.append(f"--{name}={value}")
    if encoding is not None:
        options.append(f"--encoding={encoding}")
    return options


def read(source, stdin, options, structured_unpack):
    result = run("convert", source, "-", "--from", "txt", "--to", "npy", *options, stdin=stdin, stacklevel=4)
    array = array_of(result)
    if structured_unpack and array.dtype.names is not None:
        return [array[name] for name in array.dtype.names]
    return array


@routed(real_loadtxt)
def loadtxt(fname, dtype=float, comments="#", delimiter=None, converters=None, skiprows=0, usecols=None, unpack=False,
            ndmin=0, encoding=None, max_rows=None, *, quotechar=None, like=None):
    if converters is not None:
        raise Unroutable("converters are Python functions")
    if like is not None:
        raise Unroutable("like= makes other arrays than NumPy's")
    dtype = np.dtype(dtype)
    options = common(dtype, None, ndmin, max_rows, None, skiprows)
    if delimiter is not None:
        options.append("--delimiter=" + escaped(plain_text(delimiter, "delimiter")))
        if delimiter == "":
            raise Unroutable("an empty --delimiter stands for white space")
    if comments is None:
        options.append("--comments=")
    elif isinstance(comments, (str, bytes)):
        if len(comments) == 0:
            raise Unroutable("an empty --comments stands for none")
        options.append("--comments=" + escaped(plain_text(comments, "comments")))
    else:
        for mark in comments:
            if len(mark) == 0:
                raise Unroutable("an empty --comments stands for none")
            options.append("--comments=" + escaped(plain_text(mark, "comments")))
    if usecols is not None:
        options.append("--usecols=" + columns_text(usecols))
    if quotechar is not None:
        options.append("--quotechar=" + escaped(plain_text(quotechar, "quotechar")))
    is_structured = dtype.names is not None
    if unpack and not is_structured:
        options.append("--unpack")
    place = fname.tell() if hasattr(fname, "read") and hasattr(fname, "tell") else None
    source, stdin, encoding = source_of(fname, encoding, allows_line_ends=quotechar is not None)
    if place is not None and max_rows is not None:
        rest_of_stream(fname, place, skiprows, max_rows)
    if encoding is not None:
        options.append(f"--encoding={encoding}")
    try:
        return read(source, stdin, options, unpack and is_structured)
    except Exception:
        # NumPy refuses arguments before it reads.
        if place is not None:
            fname.seek(place)
        raise


def rest_of_stream(stream, place, skiprows, max_rows):
    """Puts a stream behind the rows that were read, as NumPy leaves it when it reads line by line."""
    stream.seek(place)
    count = 0
    while count < skiprows + max_rows and stream.readline():
        count += 1


def literal(value):
    """A list or dictionary of missing or filling values as the command takes it: a Python literal."""
    if isinstance(value, bytes):
        value = value.decode("latin1")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(literal, value)) + "]"
    if value is None or isinstance(value, (str, int, float, complex)):
        return repr(value)
    raise Unroutable(f"a value of type {type(value).__name__}")


@routed(real_genfromtxt)
def genfromtxt(fname, dtype=float, comments="#", delimiter=None, skip_header=0, skip_footer=0, converters=None,
               missing_values=None, filling_values=None, usecols=None, names=None, excludelist=None,
               deletechars=None, replace_space="_", autostrip=False, case_sensitive=True, defaultfmt="f%i",
               unpack=None, usemask=False, loose=True, invalid_raise=True, max_rows=None, encoding=None, *, ndmin=0,
               like=None):
    if converters:
        raise Unroutable("converters are Python functions")
    if like is not None:
        raise Unroutable("like= makes other arrays than NumPy's")
    options = ["--genfromtxt"]
    if dtype is None:
        options.append("--dtype=auto")
    elif isinstance(dtype, (tuple, list)) and not all(isinstance(part, tuple) for part in dtype):
        options.append("--dtype=" + ",".join(dtype_text(np.dtype(part)) for part in dtype))
    else:
        options.append("--dtype=" + dtype_text(np.dtype(dtype)))
    options += common(None, None, ndmin, max_rows, None, skip_header)
    options.append("--comments=" + (escaped(plain_text(comments, "comments")) if comments is not None else ""))
    if isinstance(delimiter, (str, bytes)):
        options.append("--delimiter=" + escaped(plain_text(delimiter, "delimiter")))
    elif delimiter is not None:
        options.append("--widths=" + columns_text(delimiter))
    options.append(f"--skip-footer={skip_footer}")
    if names is True:
        options.append("--names=true")
    elif names is not None:
        options.append("--names=" + (names if isinstance(names, str) else ",".join(names)))
    if excludelist is not None:
        options.append("--excludelist=" + ",".join(excludelist))
    if deletechars is not None:
        options.append("--deletechars=" + escaped(deletechars if isinstance(deletechars, str) else "".join(deletechars)))
    options.append("--replace-space=" + escaped(replace_space))
    options.append("--defaultfmt=" + defaultfmt)
    if autostrip:
        options.append("--autostrip")
    if case_sensitive is not True:
        options.append(f"--case={case_sensitive or 'upper'}")
    if missing_values is not None:
        options.append("--missing-values=" + (missing_values if isinstance(missing_values, str)
                                              else literal(missing_values)))
    if filling_values is not None:
        options.append("--filling-values=" + literal(filling_values))
    if usecols is not None:
        options.append("--usecols=" + columns_text(usecols))
    if not loose:
        options.append("--strict-values")
    if not invalid_raise:
        options.append("--skip-invalid")
    if usemask:
        options.append("--usemask")
    if encoding == "bytes":
        options.append("--encoding=bytes")
        encoding = None
    if hasattr(fname, "read") and max_rows is not None and hasattr(fname, "tell"):
        place = fname.tell()
    else:
        place = None
    source, stdin, encoding = source_of(fname, encoding)
    if "--encoding=bytes" not in options and encoding is not None:
        options.append(f"--encoding={encoding}")
    if usemask:
        import pickle
        array = pickle.loads(run("convert", source, "-", "--from", "txt", "--to", "pkl", *options, stdin=stdin))
    else:
        array = array_of(run("convert", source, "-", "--from", "txt", "--to", "npy", *options, stdin=stdin))
    if place is not None:
        # NumPy has read the lines that it needed; `skip_header`, a line of names, the rows, and comments among them.
        fname.seek(place)
        rows, needed = 0, max_rows + (names is True)
        for _ in range(skip_header):
            fname.readline()
        while rows < needed:
            line = fname.readline()
            if not line:
                break
            text = line.decode("latin1") if isinstance(line, bytes) else line
            if (rows == 0 and names is True) or text.split(comments or "\0")[0].strip():
                rows += 1
    if unpack:
        if array.dtype.names is None:
            return array.T
        if len(array.dtype.names) == 1:
            return array[array.dtype.names[0]]
        return [array[name] for name in array.dtype.names]
    return array


def install():
    for name in ("savetxt", "loadtxt", "genfromtxt"):
        setattr(np, name, globals()[name])
        setattr(_npyio_impl, name, globals()[name])
