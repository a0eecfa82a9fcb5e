"""Random tables and texts: `npy convert` writes np.savetxt's bytes, and reads what np.loadtxt and np.genfromtxt read, or
refuses what they refuse in their words."""
import bz2
import gzip
import io
import lzma
import os
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import run_npy
from routing.text import dtype_text, escaped, literal

# The same cases each time, so that a change is what fails a test; NPY_EXPLORE goes looking for more.
SETTINGS = dict(deadline=None, suppress_health_check=list(HealthCheck), derandomize="NPY_EXPLORE" not in os.environ)


def npy_bytes(array):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def message(result):
    """What the command says, without the place in the file."""
    text = result.stderr.decode()
    assert text.startswith("npy: "), text
    text = text[len("npy: "):].rstrip("\n")
    for place in ("-: ", "standard input: ", "standard output: "):
        text = text.removeprefix(place)
    return text


# Writing

CONVERSIONS = st.builds(
    lambda flags, width, precision, kind: f"%{flags}{width}{precision}{kind}",
    st.text("-+ #0", max_size=3), st.sampled_from(["", "1", "7", "22"]),
    st.sampled_from(["", ".", ".0", ".1", ".3", ".17", ".25"]), st.sampled_from("ddieEfFgGgesrxXoua"))
LITERALS = st.text(st.characters(codec="latin1", exclude_characters="%\x00"), max_size=3)
TEXTS = st.text(st.characters(codec="latin1", exclude_characters="\x00"), max_size=6)


@st.composite
def tables(draw):
    kind = draw(st.sampled_from(["f8", "f4", "f2", "i8", "i1", "u8", "?", "c16", "c8", "U", "S", "M8[s]", "m8[D]",
                                 "records", "g"]))
    rows, columns = draw(st.integers(0, 4)), draw(st.integers(1, 4))
    shape = (rows,) if draw(st.booleans()) else (rows, columns)
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    if kind == "records":
        dtype = np.dtype([("a", "<i4"), ("b", ">f8"), ("c", "U3")][:draw(st.integers(1, 3))])
        array = np.zeros(rows, dtype)
        for name in dtype.names:
            array[name] = random.integers(-99, 99, rows)
        return array
    size = int(np.prod(shape))
    if kind in ("U", "S"):
        values = draw(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=4), min_size=size,
                               max_size=size))
        return np.array(values, dtype=kind + "4").reshape(shape)
    if draw(st.booleans()) or kind not in ("f8", "f4", "f2", "c16", "c8", "g"):
        values = random.integers(-120, 120, size)
        if kind == "u8":
            values = np.abs(values)
        if kind == "i8":
            values = values * random.integers(1, 2**55, size)
    else:
        values = random.standard_normal(size) * 10.0 ** random.integers(-30, 30, size)
        if size and draw(st.booleans()):
            values[random.integers(size)] = random.choice([np.nan, np.inf, -np.inf, -0.0])
    with np.errstate(all="ignore"):
        array = np.asarray(values).astype(kind)
    if kind[0] == "c":
        with np.errstate(all="ignore"):
            array = (array - 1j * array[::-1]).astype(kind)
    return array.reshape(shape)


@st.composite
def formats(draw, columns):
    form = draw(st.sampled_from(["one", "one", "list", "row", "odd"]))
    if form == "one":
        return draw(CONVERSIONS)
    if form == "list":
        return draw(st.lists(CONVERSIONS, min_size=columns, max_size=columns))
    if form == "row":
        return "".join(draw(LITERALS) + draw(CONVERSIONS) for _ in range(columns)) + draw(LITERALS)
    return draw(st.sampled_from(["%d", "%5.1f%%", "a%%b", "plain", "%", "%(x)d", "%*d", "%ld", "%hhd %d", "%q", "%c", ""]))


@settings(max_examples=300, **SETTINGS)
@given(st.data())
def test_savetxt(data):
    array = data.draw(tables())
    columns = len(array.dtype.names) if array.dtype.names else (array.shape[1] if array.ndim == 2 else 1)
    fmt = data.draw(formats(columns))
    options = data.draw(st.fixed_dictionaries({}, optional=dict(
        delimiter=TEXTS, newline=TEXTS, header=TEXTS, footer=TEXTS, comments=TEXTS)))
    arguments = ["--fmt-list"] + [f"--fmt={escaped(part)}" for part in fmt] if isinstance(fmt, list) else [
        f"--fmt={escaped(fmt)}"]
    if not {"header", "footer"} & set(options):
        options.pop("comments", None)  # Does nothing then, which the command refuses.
    names = dict(delimiter="out-delimiter", comments="comment-prefix")
    arguments += [f"--{names.get(name, name)}={escaped(value)}" for name, value in options.items()]
    stream = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            np.savetxt(stream, array, fmt, **options)
        expected = stream.getvalue()
    except Warning:
        return
    except Exception as error:
        expected = error
    # NumPy writes streams in Latin-1; the command writes UTF-8 unless told otherwise, to streams as to files.
    arguments.append("--encoding=latin1")
    result = run_npy("convert", "-", "-", "--to", "txt", *arguments, stdin=npy_bytes(array), check=False)
    if isinstance(expected, bytes):
        assert result.returncode == 0, (array, fmt, options, result.stderr)
        assert result.stdout == expected, (array, fmt, options)
    else:
        assert result.returncode == 1, (array, fmt, options, expected, result.stdout)
        # Control characters are escaped for the terminal's sake.
        assert message(result).startswith(str(expected)[:25]), (array, fmt, options, expected, result.stderr)


# Reading

FIELDS = st.one_of(
    st.integers(-300, 300).map(str), st.floats(width=32).map(repr), st.floats().map(repr),
    st.sampled_from(["", " ", "nan", "inf", "-Infinity", "1e5", "1E-3", "+7", ".5", "5.", "1_0", "0x1f", "1e400", "abc",
                     "True", "False", "1+2j", "(3-4j)", "2j", "2020-01-02", "NaT", "N/A", '"1"', "'a b'", "é", "１",
                     "99999999999999999999", "-9223372036854775808", "1d3", "1 2", "#", "- 1", "--1", "1e", "e5"]))
DTYPES = st.sampled_from(["f8", "f4", "f2", "i8", "i4", "i1", "u1", "u8", "?", "c16", "c8", "U3", "U", "S3", "S", "M8[D]",
                          "M8", "m8[s]", "i4,f8", "U2,i8,f4", ">f8", ">i2", "g"])


@st.composite
def texts(draw, delimiter):
    columns = draw(st.integers(1, 4))
    rows = []
    plain = draw(st.booleans())
    fields = st.integers(-99, 99).map(str) if plain else FIELDS
    for _ in range(draw(st.integers(0, 5))):
        count = columns if draw(st.integers(0, 9)) else draw(st.integers(0, 5))
        row = (delimiter or draw(st.sampled_from([" ", "  ", "\t"]))).join(draw(fields) for _ in range(count))
        row += draw(st.sampled_from(["", "", "", " ", "# c", " # c,d", "\t"]))
        rows.append(row)
        if draw(st.integers(0, 9)) == 0:
            rows.append(draw(st.sampled_from(["", " ", "# comment", "#"])))
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    return end.join(rows) + draw(st.sampled_from(["", end]))


def outcome(function, *arguments, **keywords):
    """What NumPy makes of a text, and its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value = function(*arguments, **keywords)
        except Exception as error:
            value = error
    # An overflow on the way to a narrower float is a matter of the processor's flags.
    return value, [str(warning.message) for warning in caught
                   if not issubclass(warning.category, (DeprecationWarning, RuntimeWarning))]


def compare(result, expected, caught, context):
    if isinstance(expected, Exception):
        if ": b'" in str(expected):
            # genfromtxt hands a single named column to NumPy as bytes, which `int` and `float` then refuse.
            return
        if any(words in str(expected) for words in ("parsing datetime string", "NumPy timedelta", "generic units")) or (
                context[1] == "M8"):
            # docs/differences.md: other words, or another of several faults first.
            assert result.returncode == 1
            return
        assert result.returncode == 1, (context, expected, result.stdout[:200])
        said = [line for line in result.stderr.decode().splitlines()
                if line.startswith("npy: ") and not line.startswith("npy: warning")]
        assert len(said) == 1, (context, expected, result.stderr)
        assert str(expected).split(";")[0].splitlines()[0][:60] in said[0], (context, expected, result.stderr)
        return
    assert result.returncode == 0, (context, expected, result.stderr)
    got = np.load(io.BytesIO(result.stdout), allow_pickle=False)
    expected = np.asarray(expected)
    assert got.dtype == expected.dtype and got.shape == expected.shape, (context, expected, got)
    for name in expected.dtype.names or [...]:
        left, right = np.ascontiguousarray(got[name]), np.ascontiguousarray(expected[name])
        if right.dtype.char in "gG":
            # The bytes that pad an 80-bit number say nothing.
            assert np.array_equal(left, right, equal_nan=True), (context, expected, got)
        else:
            assert left.tobytes() == right.tobytes(), (context, expected, got)
    for warning in caught:
        # NumPy's advice on rows that are counted is about itertools: docs/differences.md.
        words = warning.split(".  This differs")[0] if warning.startswith("Input line") else warning
        assert words.splitlines()[0].split('"')[0] in result.stderr.decode(), (context, warning, result.stderr)


@settings(max_examples=300, **SETTINGS)
@given(st.data())
def test_loadtxt(data):
    delimiter = data.draw(st.sampled_from([None, None, ",", ";", "\t"]))
    text = data.draw(texts(delimiter))
    dtype = data.draw(DTYPES)
    options = data.draw(st.fixed_dictionaries({}, optional=dict(
        skiprows=st.integers(0, 3), max_rows=st.integers(0, 4), ndmin=st.integers(0, 2),
        usecols=st.lists(st.integers(-2, 3), min_size=1, max_size=3), unpack=st.just(True),
        quotechar=st.sampled_from(['"', "'"]), comments=st.sampled_from([None, "#", ["#", "//"], "%"]))))
    if np.dtype(dtype).names:
        options.pop("unpack", None)
    if np.dtype(dtype).itemsize == 0 or np.dtype(dtype) == "M8":
        # NumPy reads such a table in pieces, whose number it lets slip: no piece at all is an error of its own.
        options.pop("max_rows", None)
    arguments = [f"--dtype={dtype_text(np.dtype(dtype))}"]
    for name, value in options.items():
        if name == "unpack":
            arguments.append("--unpack")
        elif name == "comments":
            arguments += [f"--comments={mark}" for mark in ([""] if value is None else [value] if isinstance(value, str) else value)]
        else:
            value = ",".join(map(str, value)) if name == "usecols" else value
            arguments.append(f"--{name.replace('_', '-')}={value}")
    if delimiter is not None:
        arguments.append(f"--delimiter={escaped(delimiter)}")
    source = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
    expected, caught = outcome(np.loadtxt, source, dtype=dtype, delimiter=delimiter, **options)
    result = run_npy("convert", "-", "-", "--from", "txt", "--to", "npy", *arguments, stdin=text.encode(), check=False)
    caught = [warning for warning in caught if "max_rows=50000" not in warning]
    compare(result, expected, caught, (text, dtype, delimiter, options))


def is_slip(expected, text, dtype, delimiter, options):
    """Whether NumPy's answer is one of its own slips, or listed in docs/differences.md."""
    if isinstance(expected, Exception) and (
            not isinstance(expected, ValueError) or "iterable argument is empty" in str(expected)
            or "max() arg is an empty" in str(expected)):
        # A slip of NumPy's own code, such as an index out of range.
        return True
    if dtype is None:
        # What only C's strtold reads.
        return "0x" in text
    dtype = np.dtype(dtype)
    if dtype == bool and "names" in options:
        # As a field of records every text is true, "0" as well.
        return True
    if dtype.char == "g" and delimiter is not None:
        # Fields of white space are 0 to strtold, and none may follow.
        return " " in text or "\t" in text
    if isinstance(expected, Exception) and "names" in options:
        # Which of two errors comes first.
        return len(set(options.get("usecols", []))) < len(options.get("usecols", []))
    return False


@settings(max_examples=300, **SETTINGS)
@given(st.data())
def test_genfromtxt(data):
    delimiter = data.draw(st.sampled_from([None, None, ",", ";", 3]))
    text = data.draw(texts(delimiter if isinstance(delimiter, str) else None))
    # Durations: docs/differences.md.
    dtype = data.draw(st.one_of(st.none(), DTYPES.filter(lambda dtype: not dtype.startswith("m8"))))
    options = data.draw(st.fixed_dictionaries({}, optional=dict(
        skip_header=st.integers(0, 2), skip_footer=st.integers(0, 2), ndmin=st.integers(0, 2),
        names=st.sampled_from([True, "a,b,c", "x"]), autostrip=st.just(True), loose=st.just(False),
        invalid_raise=st.just(False), missing_values=st.sampled_from(["N/A", "N/A,-", "1"]),
        filling_values=st.sampled_from([0, -1]), usecols=st.lists(st.integers(-2, 3), min_size=1, max_size=3),
        comments=st.sampled_from([None, "#"]), case_sensitive=st.sampled_from(["upper", "lower"]))))
    if "names" in options and dtype is not None and np.dtype(dtype).names is None and (
            np.dtype(dtype).char in "USMm" or not np.dtype(dtype).isnative):
        # NumPy takes the names' dtypes without their lengths, units and byte orders: texts become empty.
        options.pop("names")
    if options.get("names") is True and "usecols" in options:
        # Of all columns in another order NumPy leaves the names where they are: docs/differences.md.
        options["usecols"] = sorted({column for column in options["usecols"] if column >= 0}) or [0]
    arguments = ["--genfromtxt", "--dtype=" + ("auto" if dtype is None else dtype_text(np.dtype(dtype)))]
    renamed = dict(skip_header="skiprows", case_sensitive="case")
    flags = dict(autostrip="--autostrip", loose="--strict-values", invalid_raise="--skip-invalid")
    for name, value in options.items():
        if name in flags:
            arguments.append(flags[name])
            continue
        if name == "usecols":
            value = ",".join(map(str, value))
        elif value is None:
            value = ""
        elif value is True:
            value = "true"
        arguments.append(f"--{renamed.get(name, name).replace('_', '-')}={value}")
    if isinstance(delimiter, int):
        arguments.append(f"--widths={delimiter}")
    elif delimiter is not None:
        arguments.append(f"--delimiter={escaped(delimiter)}")
    source = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
    expected, caught = outcome(np.genfromtxt, source, dtype=dtype, delimiter=delimiter, encoding="utf-8", **options)
    if is_slip(expected, text, dtype, delimiter, options):
        return
    result = run_npy("convert", "-", "-", "--from", "txt", "--to", "npy", *arguments, stdin=text.encode(), check=False)
    compare(result, expected, [warning for warning in caught if "Empty input" not in warning],
            (text, dtype, delimiter, options))


# Cases that chance does not find

@pytest.mark.parametrize("extension", [".gz", ".bz2", ".xz", ".lzma"])
def test_compressed_text_has_the_container_of_numpy(tmp_path, extension):
    array = np.arange(12.0).reshape(3, 4)
    np.savetxt(tmp_path / f"a{extension}", array)
    run_npy("convert", "-", tmp_path / f"b{extension}", "--to", "txt", stdin=npy_bytes(array))
    ours, theirs = ((tmp_path / f"{name}{extension}").read_bytes() for name in "ba")
    assert ours[:3] == theirs[:3]
    openers = {".gz": gzip.open, ".bz2": bz2.open}
    read = openers.get(extension, lzma.open)
    with read(tmp_path / f"a{extension}") as first, read(tmp_path / f"b{extension}") as second:
        assert first.read() == second.read()


GAPS = "a,b,c\n1,,x\n,-5,2\nN/A,4,\n" + "7,8,9\n" * 120 + "1.5,,y\n"


@pytest.mark.parametrize("options", [
    dict(filling_values=[0, 1, 2], usecols=[2, 1]), dict(filling_values=[None, 5]), dict(filling_values={2: 7, 1: -7}),
    dict(filling_values={2: 7, 1: -7}, usecols=[2, 1]), dict(missing_values=["N/A", "-5"]),
    dict(dtype=None, missing_values="N/A", filling_values=-9), dict(dtype="i8,f4,U2"), dict(dtype="i2", usecols=[0, 1]),
    dict(missing_values="N/A", loose=False, usecols=[0, 1]), dict(loose=False), dict(usemask=True, dtype="f8,f8,U1"),
    dict(usemask=True, dtype=None, missing_values=["N/A", "-5.0"]), dict(dtype=None, filling_values=[0, 1, 2], missing_values="N/A")], ids=str)
def test_gaps(options):
    options = dict(skip_header=1) | options
    expected, caught = outcome(np.genfromtxt, io.StringIO(GAPS), delimiter=",", encoding="utf-8", **options)
    arguments = ["--skiprows=1"]
    for name, value in options.items():
        if name == "dtype":
            value = "auto" if value is None else value
        if name in ("usemask", "loose"):
            arguments.append("--usemask" if name == "usemask" else "--strict-values")
        elif name != "skip_header":
            value = ",".join(map(str, value)) if name == "usecols" else value if isinstance(value, str) else literal(value)
            arguments.append(f"--{name.replace('_', '-')}={value}")
    kind = "npz" if "usemask" in options else "npy"
    result = run_npy("convert", "-", "-", "--from", "csv", "--genfromtxt", "--to", kind, *arguments, stdin=GAPS.encode(),
                     check=False)
    if kind == "npz":
        members = np.load(io.BytesIO(result.stdout))
        assert members["mask"].tolist() == expected.mask.tolist()
        assert members["data"].dtype == expected.dtype and members["data"].tobytes() == expected.data.tobytes()
        return
    compare(result, expected, caught, (GAPS, options.get("dtype"), options))
