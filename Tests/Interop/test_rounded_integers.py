"""Integers beyond 2**53 in texts without a header: as np.loadtxt they become doubles, but not without a word."""
import gzip
import io
import random

import numpy as np
import pytest

from conftest import run_npy


def convert(tmp_path, name, text, *options):
    """Converts a text; the array and what was said."""
    path, out = tmp_path / name, tmp_path / "out.npy"
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    result = run_npy("convert", path, out, *options, check=False)
    assert result.returncode == 0, result.stderr
    return np.load(out), result.stderr.decode()


def rows(seed, low, high, count=5, columns=3):
    random_ = random.Random(seed)
    return [[random_.randrange(low, high) for _ in range(columns)] for _ in range(count)]


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.tsv", "a.dat", "a.txt.gz"])
@pytest.mark.parametrize("low, high, dtype", [
    (2**62, 2**63, "i8"), (-2**62, -2**61, "i8"), (2**63 + 1, 2**64, "u8"), (10**16 + 1, 10**16 + 99, "i8")])
def test_told_and_kept_by_the_dtype(tmp_path, name, low, high, dtype):
    mark = {"a.csv": ",", "a.tsv": "\t"}.get(name, " ")
    values = rows(name + dtype, low, high)
    # One that a double holds stands among them.
    values[0][0] = 7
    if all(float(value) == value for row in values for value in row):
        values[1][1] = low | 1
    text = "".join(mark.join(map(str, row)) + "\n" for row in values)
    array, said = convert(tmp_path, name, text)
    expected = np.loadtxt(io.StringIO(text), delimiter=None if mark == " " else mark)
    assert array.dtype == expected.dtype and np.array_equal(array, expected)
    first = next(value for row in values for value in row if int(float(value)) != value)
    line = next(index for index, row in enumerate(values) if first in row) + 1
    assert f"{first} in line {line} is rounded" in said and f"--dtype {dtype} keeps it" in said
    array, said = convert(tmp_path, name, text, "--dtype", dtype)
    assert array.tolist() == values and said == ""


@pytest.mark.parametrize("text", [
    "9007199254740992 1\n2 3\n", "9007199254740994\n18014398509481984\n", "0.12345678901234567\n2.5\n",
    "12345678901234567e3\n", "12345678901234567.0\n", "# 12345678901234567891\n1 2\n", "00000000000000000012\n1\n",
    "1234567890123456\n", "10000000000000000000000\n"])
def test_silent_where_nothing_is_lost(tmp_path, text):
    array, said = convert(tmp_path, "a.txt", text)
    assert np.array_equal(array, np.loadtxt(io.StringIO(text)))
    # Whole numbers beyond 64 bits are judged by their digits alone.
    assert said == "" or text.startswith("1" + "0" * 22)


def test_only_columns_that_are_read(tmp_path):
    text = "1.5,1234567890123456789\n2.5,3\n"
    assert convert(tmp_path, "a.csv", text, "--usecols", "0")[1] == ""
    said = convert(tmp_path, "a.csv", text)[1]
    assert "1234567890123456789 in line 1" in said and "--dtype 'i8,f8'" in said
    array, said = convert(tmp_path, "a.csv", text, "--dtype", "f8,i8")
    assert array["f1"].tolist() == [1234567890123456789, 3] and said == ""
    # Who asks for doubles gets them.
    assert convert(tmp_path, "a.csv", text, "--dtype", "f8")[1] == ""


def test_beyond_all_integers_and_lines_that_are_skipped(tmp_path):
    text = "no number\n\n123456789012345678901234 5\n1 2\n"
    said = convert(tmp_path, "a.txt", text, "--skiprows", "1")[1]
    assert "123456789012345678901234 in line 3" in said and "--dtype U24" in said


def test_standard_input(tmp_path):
    result = run_npy("show", "-", stdin=b"9007199254740993\n", check=False)
    assert result.returncode == 0 and b"9007199254740993 in line 1" in result.stderr
