"""Conversions of Python's objects: every kind of object to every kind of dtype and under every kind of `%` format."""
import collections
import datetime
import decimal
import fractions
import io
import sys
import uuid
import warnings

import numpy as np
import pytest

from conftest import run_npy

OBJECTS = {
    "None": None, "True": True, "False": False, "zero": 0, "five": 5, "minus seven": -7, "300": 300, "2**31": 2**31,
    "2**53+1": 2**53 + 1, "2**63": 2**63, "2**64-1": 2**64 - 1, "2**64": 2**64, "2**70": 2**70, "-2**70": -2**70,
    "10**400": 10**400, "2.9": 2.9, "-2.5": -2.5, "-0.0": -0.0, "300.0": 300.0, "1e19": 1e19, "-1e30": -1e30,
    "nan": float("nan"), "inf": float("inf"), "-inf": float("-inf"), "1e300": 1e300, "1+2j": 1 + 2j, "2j": 2j,
    "'12'": "12", "'-7'": "-7", "'1.5'": "1.5", "' 7 '": " 7 ", "'é'": "é", "'éxé'": "éxé", "''": "", "'x'": "x",
    "'1+2j'": "1+2j", "date text": "2020-01-02", "'NaT'": "NaT", "'True'": "True", "'a\\0b'": "a\0b",
    "'ab\\0'": "ab\0\0", "'1_000'": "1_000", "'1__0'": "1__0", "'inf'": "inf", "'あ'": "あ", "long text": "ab" * 400,
    "'99999999999999999999'": "99999999999999999999", "'9223372036854775808'": "9223372036854775808",
    "b'12'": b"12", "b'1.5'": b"1.5", "b'a\\xe9'": b"a\xe9", "b''": b"", "date bytes": b"2020-01-02",
    "b'a\\0b\\0'": b"a\0b\0", "bytearray": bytearray(b"12"), "bytearray é": bytearray(b"\xe9"),
    "list": [1, 2], "list of one": [1], "[]": [], "tuple": (1, 2), "tuple of one": (3,), "()": (), "dict": {"a": 1},
    "{}": {}, "set": {1}, "frozenset": frozenset([1]), "Decimal": decimal.Decimal("1.5"),
    "Decimal 300.7": decimal.Decimal("300.7"), "Decimal 1E+3": decimal.Decimal("1E+3"), "Decimal 0": decimal.Decimal(0),
    "Decimal NaN": decimal.Decimal("NaN"), "Fraction": fractions.Fraction(1, 2), "Fraction -7/2": fractions.Fraction(-7, 2),
    "datetime": datetime.datetime(2020, 1, 2, 3, 4, 5, 6), "midnight": datetime.datetime(2020, 1, 2),
    "date": datetime.date(2020, 1, 2), "timedelta": datetime.timedelta(1, 2, 3), "minus a day": datetime.timedelta(-1),
    "no time": datetime.timedelta(0), "time": datetime.time(1, 2), "uuid": uuid.UUID(int=7), "range": range(1, 3),
    "deque": collections.deque([1]), "OrderedDict": collections.OrderedDict(a=1),
    "array of two": np.array([1, 2]), "array of one": np.array([5]), "array without axes": np.array(5),
    "1x1": np.array([[5.5]]), "array of none": np.array([]), "array of None": np.array(None, object),
    "np.int64": np.int64(5), "np.int64 300": np.int64(300), "np.int8": np.int8(-1), "np.uint64": np.uint64(2**64 - 1),
    "np.float32": np.float32(0.1), "np.float64": np.float64(0.1), "np.float16": np.float16(0.1),
    "np.longdouble": np.longdouble("1.1"), "np.complex128": np.complex128(1 + 2j), "np.complex64": np.complex64(1),
    "np.str_": np.str_("héé"), "np.bytes_": np.bytes_(b"12"), "np.bytes_ é": np.bytes_(b"\xe9"),
    "np.bool": np.bool_(True), "np.datetime64[D]": np.datetime64("2020-01-02"),
    "np.datetime64[s]": np.datetime64("2020-01-02T03:04:05"), "np.timedelta64": np.timedelta64(5, "s"),
}
DTYPES = ("? i1 u1 <i2 >u2 i4 >u4 i8 u8 f2 f4 >f8 f8 g c8 c16 U U3 >U8 S S3 S8 V4 M8 M8[D] M8[s] >M8[us] m8 m8[s] m8[D] "
          "i4,f8").split()
FORMATS = ["%s", "%d", "%i", "%u", "%5.2f", "%e", "%G", "%.18e", "%r", "%a", "%c", "%x", "%#X", "%o", "%-12s|", "%.2s",
           "%+d", "%06d", "% d", "%.3d"]
# Those whose refusals are compared as well, each by a run of its own.
REFUSALS = ["?", "i1", "u8", "f8", "g", "c16", "U", "S3", "V4", "M8", "M8[D]", "m8", "i4,f8", "%d", "%e", "%c", "%x"]
# What differs on purpose: see docs/differences.md.
DOCUMENTED = {("'99999999999999999999'", "M"), ("'9223372036854775808'", "M"), ("'99999999999999999999'", "m"),
              ("'9223372036854775808'", "m"), ("np.timedelta64", "M"), ("np.datetime64[D]", "m"), ("np.datetime64[s]", "m")}
if sys.version_info < (3, 12):
    # Written by its items since then.
    DOCUMENTED |= {("OrderedDict", "%"), ("OrderedDict", "*")}


def array_of(*values):
    array = np.empty(len(values), object)
    for index, value in enumerate(values):
        array[index] = value
    return array


def stored(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def attempt(action):
    """What NumPy returns, or its words."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return action()
        except Exception as error:
            return str(error)


def text_of(array, fmt):
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.savetxt(stream, array, fmt=fmt, encoding="utf-8", delimiter=",")
    return stream.getvalue()


def bits(array):
    """The bytes; of an 80-bit number those that hold it."""
    if array.dtype == np.longdouble:
        return [array[index:index + 1].tobytes()[:10] for index in range(len(array))]
    return [array[index:index + 1].tobytes() for index in range(len(array))]


def convert(array, *options, check=False):
    return run_npy("convert", "-", "-", *options, stdin=stored(array), check=check)


def differences_of_astype(dtype, refusals=True):
    """Of the objects that NumPy converts one by one, all at once; of others each, and the words that name it."""
    taken, found = {}, []
    for name, value in OBJECTS.items():
        if (name, np.dtype(dtype).kind) in DOCUMENTED or (name, "*") in DOCUMENTED:
            continue
        expected = attempt(lambda: array_of(value).astype(dtype))
        if not isinstance(expected, str):
            taken[name] = value
        elif refusals:
            if dtype == "g" and isinstance(value, (str, bytes)):
                continue
            result = convert(array_of(value), "--to", "npy", f"--astype={dtype}")
            if dtype.startswith("M8") and isinstance(value, (str, bytes)) and result.returncode == 1:
                continue
            # Long values are shortened in messages.
            if result.returncode != 1 or expected.partition("\n")[0].rstrip(".")[:80] not in result.stderr.decode():
                found.append((name, expected, result.returncode, result.stderr.decode(), result.stdout[128:]))
    array = array_of(*taken.values())
    expected = attempt(lambda: array.astype(dtype))
    result = convert(array, "--to", "npy", f"--astype={dtype}")
    if result.returncode != 0:
        return found + [(result.stderr.decode(), list(taken))]
    got = np.load(io.BytesIO(result.stdout))
    if got.dtype != expected.dtype or got.shape != expected.shape:
        return found + [(got.dtype, expected.dtype)]
    return found + [(name, one, other) for name, a, b, one, other in
                    zip(taken, bits(got), bits(expected), got.tolist(), expected.tolist()) if a != b]


def differences_of_text(fmt, refusals=True):
    taken, found = {}, []
    for name, value in OBJECTS.items():
        if (name, fmt) in DOCUMENTED or (name, "%") in DOCUMENTED:
            continue
        expected = attempt(lambda: text_of(array_of(value), fmt))
        if not isinstance(expected, str):
            taken[name] = value
        elif refusals:
            result = convert(array_of(value), "--to", "csv", "--fmt", fmt)
            if result.returncode != 1 or expected not in result.stderr.decode():
                found.append((name, expected, result.returncode, result.stderr.decode(), result.stdout))
    array = array_of(*taken.values())
    result = convert(array, "--to", "csv", "--fmt", fmt)
    if result.returncode != 0:
        return found + [(result.stderr.decode(), list(taken))]
    expected = [text_of(array_of(value), fmt) for value in taken.values()]
    if result.stdout != b"".join(expected):
        lines = zip(taken, result.stdout.split(b"\n"), b"".join(expected).split(b"\n"))
        found += [line for line in lines if line[1] != line[2]]
    return found


@pytest.mark.parametrize("dtype", DTYPES)
def test_astype(dtype):
    assert differences_of_astype(dtype, dtype in REFUSALS) == []


@pytest.mark.parametrize("fmt", FORMATS)
def test_text(fmt):
    assert differences_of_text(fmt, fmt in REFUSALS) == []


def test_tables_of_objects():
    mixed = array_of(1, b"raw", "x", None, 2.5, [1, 2]).reshape(2, 3)
    numbers = array_of(1, 2.5, True, decimal.Decimal("0.25")).reshape(2, 2)
    records = np.array([(1, None, 2.5), (2, "x", 0.1)], dtype=[("a", "<i4"), ("o", "O"), ("f", "<f4")])
    for array, fmt in ((mixed, "%s"), (mixed, "%r"), (numbers, "%.3f"), (numbers, "%d %6.2f"), (records, "%s"),
                       (records, "%d %s %.2f"), (mixed[:0], "%s"), (mixed, "%d"), (numbers, "%d %s %s")):
        expected = attempt(lambda: text_of(array, fmt))
        result = convert(array, "--to", "csv", "--fmt", fmt)
        if isinstance(expected, str):
            assert result.returncode == 1 and expected in result.stderr.decode()
        else:
            assert result.stdout == expected, fmt


def test_bytes_of_fields(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"0,1\n2,3\n")
    got = run_npy("convert", tmp_path / "x.csv", "-", "--to", "csv", "--astype", "S1", "--fmt", "%s")
    (tmp_path / "s.npy").write_bytes(stored(np.array([[b"0", b"1"], [b"2", b"3"]])))
    assert got == b"b'0',b'1'\nb'2',b'3'\n"
    assert run_npy("convert", tmp_path / "s.npy", "-", "--to", "csv", "--astype", "O", "--fmt", "%s") == got


@pytest.mark.parametrize("slicing", ["", "[::-1]", "[1:3]", "[:, ::2]", "[:, 1:2]", "[0]", "[..., None]", "[1:3, ::-1]"])
def test_order_in_memory(tmp_path, slicing):
    """`astype` keeps the order of the axes: `order='K'`."""
    numbers = np.arange(24).reshape(4, 6)
    for order in "CF":
        for source, dtype in ((numbers.astype(object), "f8"), (numbers.astype("f4"), "O"), (numbers.astype("f4"), "i2")):
            array = np.array(source, order=order)
            (tmp_path / "a.npy").write_bytes(stored(array))
            expected = eval("array" + slicing).astype(dtype)
            data = run_npy("convert", f"{tmp_path}/a.npy{slicing.replace('None', 'newaxis')}", "-", "--to", "npy",
                           f"--astype={dtype}")
            got = np.load(io.BytesIO(data), allow_pickle=True)
            assert got.shape == expected.shape and got.tolist() == expected.tolist()
            assert got.flags.fnc == expected.flags.fnc, (order, dtype)


if __name__ == "__main__":
    for each in DTYPES:
        for line in differences_of_astype(each, each in REFUSALS):
            print(each, *line, sep=" | ", flush=True)
    for each in FORMATS:
        for line in differences_of_text(each, each in REFUSALS):
            print(each, *line, sep=" | ", flush=True)
