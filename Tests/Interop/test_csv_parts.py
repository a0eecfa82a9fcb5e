"""CSV files of several megabytes, which all cores read in parts. The cells are Python's; the same file compressed is read by one core,
row after row, and must be the same array."""
import csv
import gzip
import io
import random

import numpy as np
import pytest

from conftest import run_npy
from test_csv import KINDS, expected

TEXTS = ["a", "", 'say "x"', "one, two", "Grüße", "two\nlines", "three\n\n\nlines, and \"quotes\"", " blank ", "日本", "#no comment", "x" * 40]


def convert(path, *options):
    return np.load(io.BytesIO(run_npy("convert", str(path), "-", "--to", "npy", *options)))


def both_ways(path):
    """The array of a file, the same when it is read by parts and row after row."""
    packed = path.with_name(path.name + ".gz")
    packed.write_bytes(gzip.compress(path.read_bytes(), 1))
    found, other = convert(path), convert(packed)
    assert found.dtype == other.dtype
    assert found.tobytes() == other.tobytes()
    return found


def text_of(rows, **dialect):
    text = io.StringIO(newline="")
    csv.writer(text, **{"lineterminator": "\n", **dialect}).writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("seed", range(6))
def test_tables(tmp_path, seed):
    random_ = random.Random(seed)
    kinds = ["text"] * (seed % 2) + [random_.choice([*KINDS, "text"]) for _ in range(5)]
    names = [f"{kind} {place}" for place, kind in enumerate(kinds)]
    makers = {**KINDS, "text": lambda r: r.choice(TEXTS)}
    rows = [[makers[kind](random_) for kind in kinds] for _ in range(60_000)]
    if seed > 1:
        for row in random_.sample(rows, 500):
            row[random_.randrange(1, len(row))] = None
    text = text_of([names] + rows, quoting=random_.choice([csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
                   lineterminator=random_.choice(["\n", "\r\n"]))
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    found = both_ways(path)
    assert found.dtype.names == tuple(names) and found.shape == (len(rows),)
    for place, kind in enumerate(kinds):
        wanted = expected(kind, [row[place] for row in rows])
        assert found[names[place]].dtype == wanted.dtype, kind
        np.testing.assert_array_equal(found[names[place]], wanted)


@pytest.mark.parametrize("last, dtype", [("1", "i8"), ("1.5", "f8"), ("", "f8"), ("2020-01-01", "U10"), ("x" * 99, "U99"), ("ß" * 99, "U99"),
                                         ("9223372036854775808", "u8"), ("-9223372036854775808", "i8"), ("1e5", "f8"), ("1e999", "f8"),
                                         ("123456789012345678901", "U21"), ("NA", "f8"), ("1j", "c16"), ("1_0", "U3"), ("nan", "f8")])
def test_the_last_field_decides(tmp_path, last, dtype):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "".join(f"{i},{i % 7}\n" for i in range(250_000)) + f"0,{last}\n")
    found = both_ways(path)["b"]
    assert found.dtype == dtype
    assert found[:3].tolist() == np.array(["0", "1", "2"]).astype(found.dtype).tolist()
    if dtype[0] == "U":
        assert found[-1] == last
    else:
        np.testing.assert_array_equal(found[-1:], np.array([last.replace("NA", "nan") or "nan"]).astype(dtype))


def test_numbers_as_numpy_reads_them(tmp_path):
    random_ = np.random.default_rng(0)
    columns = [random_.normal(size=60_000), random_.normal(size=60_000) * 10.0**random_.integers(-300, 300, 60_000),
               random_.integers(-2**62, 2**62, 60_000), np.round(random_.normal(0, 99, 60_000), 2)]
    path = tmp_path / "t.csv"
    with open(path, "w") as file:
        file.write("a,b,c,d\n")
        for row in zip(*columns):
            file.write(",".join([repr(float(row[0])), "%.18e" % row[1], str(row[2]), str(row[3])]) + "\n")
    found = both_ways(path)
    for name, column in zip("abcd", columns):
        np.testing.assert_array_equal(found[name], column, strict=True)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=repr)
@pytest.mark.parametrize("line", [2, 100_000, 239_999])
def test_a_row_that_is_too_short_is_filled_and_told_with_its_line(tmp_path, line, end):
    lines = ["a,b,c"] + [f"{i},x,{i / 4}" for i in range(240_000)]
    lines[line - 1] = "7"
    lines[239_999] = '"say ""8""",y'
    path = tmp_path / "t.csv"
    path.write_text(end.join(lines) + end)
    result = run_npy("convert", str(path), "-", "--to", "npy")
    errors = run_npy("convert", str(path), str(tmp_path / "out.npy"), check=False).stderr.decode()
    assert errors == f"npy: warning: {path}: line {line} has 1 column instead of 3 (and 1 row more has too few): what is missing counts as empty\n"
    found = np.load(io.BytesIO(result))
    a, b, c = (list(column) for column in zip(*((str(i), "x", i / 4) for i in range(240_000))))
    a[line - 2], b[line - 2], c[line - 2] = "7", "", np.nan
    a[239_998], b[239_998], c[239_998] = 'say "8"', "y", np.nan
    for name, column in zip("abc", (a, b, c)):
        np.testing.assert_array_equal(found[name], np.array(column), strict=True)


@pytest.mark.parametrize("line", [2, 100_000, 239_999])
def test_a_row_that_is_too_long_is_told_with_its_line(tmp_path, line):
    lines = ["a,b"] + [f"{i},x" for i in range(240_000)]
    lines[line - 1] = "7,8,9"
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines) + "\n")
    result = run_npy("convert", str(path), str(tmp_path / "out.npy"), check=False)
    # Two columns and a third in the second line are labels and names.
    if line == 2:
        assert b"has 2 columns instead of 3 (and 239998 rows more have too few)" in result.stderr
    else:
        assert result.returncode != 0 and f"#{line} (got 3 columns instead of 2)".encode() in result.stderr


def test_what_is_no_utf8_is_told(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n" + b"1,x\n" * 400_000 + b"2,\xff\n")
    result = run_npy("convert", str(path), str(tmp_path / "out.npy"), check=False)
    assert result.returncode != 0 and b"can't decode byte 0xff" in result.stderr


def test_quotes_around_many_parts(tmp_path):
    long = "line, with \"\"quotes\"\"\n" * 200_000
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,x\n" * 300_000 + f'2,"{long}"\n' + "3,y\n" * 300_000)
    found = run_npy("convert", str(path), "-", "--to", "npy", "--usecols", "a")
    column = np.load(io.BytesIO(found))
    column = column["a"] if column.dtype.names else column
    np.testing.assert_array_equal(column.ravel(), [1] * 300_000 + [2] + [3] * 300_000)


def test_columns_blank_lines_and_comments(tmp_path):
    rows = "".join(f"{i},x{i},{i / 4}\n" + ("\n" if i % 1000 == 0 else "") + ("# note\n" if i % 999 == 0 else "") for i in range(150_000))
    path = tmp_path / "t.csv"
    path.write_text("n,name,q\n" + rows)
    found = both_ways(path)
    np.testing.assert_array_equal(found["n"], np.arange(150_000))
    np.testing.assert_array_equal(convert(f"{path}:q"), np.arange(150_000) / 4)
    np.testing.assert_array_equal(convert(f"{path}:name"), [f"x{i}" for i in range(150_000)])


# What a column has from its third row on, after which its kind is another: the texts, and the dtype that holds all of them.
TURNS = {
    "numbers": (["1", "2", "-0", "4.5", "7"], "f8"),
    "numbers beyond gaps": (["", "1", "", "-0", "2.5"], "f8"),
    "integers and gaps": (["12", "", "123456789012", "-7"], "f8"),
    "integers of 64 bits": (["12", "9223372036854775807", "-9223372036854775808", "+5"], "i8"),
    "integers and texts": (["1", "2", "A3", "0x", "-4"], "U2"),
    "numbers and texts": (["1.50", "2", "n", "3.25"], "U4"),
    "gaps and texts": (["", "", "é", "", "xyz"], "U3"),
    "blanks and texts": (["  ", "", "a", "   "], "U3"),
    "truth and integers": (["True", "1", "False", "0"], "U5"),
    "truth and gaps": (["True", "", "False"], "U5"),
    "days and seconds": (["2020-02-29", "", "1969-12-31T23:59:59", "2020-01-01 00:00:00.25"], "M8[us]"),
    "days and numbers": (["2020-01-01", "5", "2020-01-02"], "U10"),
    "words for what is missing": (["NA", "1", "n/a", "-2.5", "NULL"], "f8"),
    "words and texts": (["NA", "", "text", "n/a"], "U4"),
    "nothing": (["", "", ""], "f8"),
    "integers and NaN": (["1", "nan", "3"], "f8"),
    "integers between blanks": (["1", " 2", "3 "], "i8"),
}


@pytest.mark.parametrize("name", TURNS)
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL], ids=["plain", "quoted"])
def test_columns_that_turn_into_another_kind(tmp_path, name, quoting):
    texts, dtype = TURNS[name]
    if quoting == csv.QUOTE_ALL and "blanks" in name:
        pytest.skip("blanks in quotes are text")
    # The kinds come one after the other in the second half only, and again in each part of the third.
    column = [texts[0]] * 60_000 + [text for text in texts for _ in range(20_000)] + texts * 60_000
    path = tmp_path / "t.csv"
    path.write_text(text_of([["n", "x", "q"]] + [[i, text, 'a "b"' if i % 5000 == 0 else ""] for i, text in enumerate(column)], quoting=quoting))
    found = both_ways(path)
    np.testing.assert_array_equal(found["n"], np.arange(len(column)))
    np.testing.assert_array_equal(found["q"], ['a "b"' if i % 5000 == 0 else "" for i in range(len(column))])
    assert found["x"].dtype == dtype
    if dtype[0] == "U":
        wanted = np.array(column, dtype)
    elif dtype[0] == "M":
        wanted = np.array([text or "NaT" for text in column], dtype)
    else:
        missing = {"": "nan", "NA": "nan", "n/a": "nan", "NULL": "nan"}
        wanted = np.array([np.dtype(dtype).type(missing.get(text, text)) for text in column])
    np.testing.assert_array_equal(found["x"], wanted)
    if dtype == "f8":
        np.testing.assert_array_equal(np.signbit(found["x"][found["x"] == 0]), np.signbit(wanted[wanted == 0]))


BEYOND_ASCII = ["é", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff", "日本語", "a\U0001f600é"]
NO_UTF8 = [b"\x80", b"\xbf", b"\xc0\xaf", b"\xc1\xbf", b"\xc2", b"\xc2a", b"\xe0\x80\xaf", b"\xe0\x9f\xbf", b"\xe0\xa0", b"\xe1\x80", b"\xe1\x80a",
           b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf0\x8f\xbf\xbf", b"\xf0\x90\x80", b"\xf0\x90\x80a", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80",
           b"\xf8\x88\x80\x80\x80", b"\xfe", b"\xff", "é".encode() + b"\xa9", "日本".encode()[:-1]]


def test_characters_of_every_length(tmp_path):
    texts = [before * "x" + text for text in BEYOND_ASCII for before in range(9)]
    path = tmp_path / "t.csv"
    path.write_text("n,x\n" + "".join(f"{i},{texts[i % len(texts)]}\n" for i in range(120_000)), encoding="utf-8")
    found = both_ways(path)
    np.testing.assert_array_equal(found["x"], [texts[i % len(texts)] for i in range(120_000)])


@pytest.mark.parametrize("bad", NO_UTF8, ids=repr)
def test_bytes_that_are_no_utf8_are_refused(tmp_path, bad):
    with pytest.raises(UnicodeDecodeError):
        bad.decode()
    path = tmp_path / "t.csv"
    lines = [b"a,b\n"] + [b"1,x\n"] * 600_000
    lines[400_000] = b"2,xyz" + bad + b"\n"
    path.write_bytes(b"".join(lines))
    result = run_npy("convert", str(path), str(tmp_path / "out.npy"), check=False)
    assert result.returncode != 0 and b"can't decode byte" in result.stderr


def test_slices(tmp_path):
    """No more is read than the parts in which the rows lie; of a compressed file what precedes them."""
    random_ = random.Random(9)
    rows = [[place, random_.choice(TEXTS), random_.random()] for place in range(90_000)]
    path = tmp_path / "t.csv"
    path.write_bytes(text_of([["id", "text", "value"]] + rows).encode())
    packed = tmp_path / "t.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes(), 1))
    whole = convert(path)
    assert whole["id"].tolist() == [row[0] for row in rows] and whole["value"].tolist() == [row[2] for row in rows]
    for text, part in [("::3", whole[::3]), ("5:70000", whole[5:70000]), ("-4:", whole[-4:]), ("::-7", whole[::-7]), ("44999", whole[44999]),
                       ("9:9", whole[9:9]), ("89000:10:-1000", whole[89000:10:-1000]), ("0:1", whole[:1]), ("newaxis,3:5", whole[None, 3:5])]:
        for source in (path, packed):
            found = convert(f"{source}[{text}]")
            assert found.dtype == part.dtype and found.shape == part.shape and found.tobytes() == part.tobytes(), (source, text)
        found = convert(f"{path}:value[{text}]")
        assert found.tobytes() == part["value"].tobytes(), text
    matrix = tmp_path / "m.csv"
    matrix.write_bytes(text_of([[f"{row[0]}", row[2]] for row in rows], quoting=csv.QUOTE_NONNUMERIC).encode())
    whole = convert(matrix)
    for text, part in [("::-2", whole[::-2]), (":,1", whole[:, 1]), ("70000:,::-1", whole[70000:, ::-1]), ("-1,0", whole[-1, 0])]:
        np.testing.assert_array_equal(convert(f"{matrix}[{text}]"), part)
