"""Text as people have it: what NumPy's readers refuse or get wrong. The values come from Python: its codecs, csv, datetime."""
import csv
import datetime
import io
import json
import pickle
import random
import re

import numpy as np
import pytest

from conftest import run_npy


def loaded(path, *options):
    return np.load(io.BytesIO(run_npy("convert", path, "-", "--to", "npy", *options)))


def table(text, *options, name="t.txt", folder=None):
    """The array that the command makes of a text."""
    data = text if isinstance(text, bytes) else text.encode()
    result = run_npy("convert", "-", "-", "--to", "npy", *options, stdin=data)
    return np.load(io.BytesIO(result))


def refusal(text, *options):
    data = text if isinstance(text, bytes) else text.encode()
    result = run_npy("convert", "-", "-", "--to", "npy", *options, stdin=data, check=False)
    assert result.returncode == 1 and len(result.stderr) < 700, result
    return result.stderr.decode()


# Encodings

SINGLE = ["cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp437", "cp850", "cp852",
          "cp858", "cp866", "iso8859-2", "iso-8859-5", "iso8859_7", "latin5", "iso8859-15", "latin10", "mac_roman", "koi8-r",
          "KOI8-U"]


@pytest.mark.parametrize("encoding", SINGLE)
def test_code_pages(encoding):
    good, bad = [], []
    for byte in range(0x80, 0x100):
        try:
            if not bytes([byte]).decode(encoding).isspace():
                good.append(byte)
        except UnicodeDecodeError:
            bad.append(byte)
    data = b"\n".join(b"a" + bytes([byte]) + b"b" for byte in good) + b"\n"
    expected = np.array(data.decode(encoding).split("\n")[:-1])
    array = table(data, "--dtype", "U", "--encoding", encoding)
    assert array.dtype == expected.dtype and np.array_equal(array, expected)
    # And written again, byte for byte.
    stream = io.BytesIO()
    np.save(stream, expected)
    assert run_npy("convert", "-", "-", "--to", "txt", "--fmt", "%s", "--encoding", encoding, stdin=stream.getvalue()) == data
    for byte in bad[:2]:
        line = b"abc\n" + bytes([byte]) + b"\n"
        with pytest.raises(UnicodeDecodeError) as error:
            line.decode(encoding)
        assert str(error.value).split(":")[0] in refusal(line, "--dtype", "U", "--encoding", encoding)


@pytest.mark.parametrize("encoding, text", [
    ("shift_jis", "表示 ソート テスト 十"), ("cp932", "①②表 テスト"), ("euc-jp", "日本語 かな テスト"), ("gbk", "中文 測試 试验"),
    ("gb18030", "中文 𠀀 试验"), ("gb2312", "中文 试验"), ("big5", "中文 測試"), ("euc-kr", "한국어 시험"), ("cp949", "한국어 똠방")])
def test_two_byte_encodings(encoding, text):
    words = text.split() * 3000
    data = "\n".join(words).encode(encoding) + b"\n"
    assert np.array_equal(table(data, "--dtype", "U", "--encoding", encoding), np.array(words))
    assert "multibyte sequence" in refusal(data + data[:1], "--dtype", "U", "--encoding", encoding)


def test_marks():
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        data = "1 2\n3 4\n".encode(encoding)
        for options in ([], ["--genfromtxt"], ["--genfromtxt", "--dtype", "auto"]):
            assert table(data, *options).tolist() == [[1, 2], [3, 4]], (encoding, options)
    assert table("a,b\n1,2\n".encode("utf-8-sig"), "--names", "true", "--delimiter", ",").dtype.names == ("a", "b")


# Numbers

def test_marks_of_numbers():
    values = [0.5, -1234.25, 1234567.0, -0.125, 12.0, 1e6, 987654321.5]
    for decimal, thousands in ((",", "."), (",", " "), (".", ","), (",", "'"), (",", "\u00a0")):
        shown = [f"{value:,.3f}".replace(",", "x").replace(".", decimal).replace("x", thousands) for value in values]
        text = "".join(f"{field};{field}\n" for field in shown)
        for reader in ([], ["--genfromtxt"], ["--genfromtxt", "--dtype", "auto"]):
            array = table(text, "--delimiter", ";", "--thousands", thousands, *(["--decimal", ","] if decimal == "," else []),
                          *reader)
            assert array.tolist() == [[value, value] for value in values], (decimal, thousands, reader)
    # What contradicts the marks is not guessed.
    assert "1.234" in refusal("1.234;2\n", "--delimiter", ";", "--decimal", ",")
    result = run_npy("show", "-", "--genfromtxt", "--delimiter", ";", "--decimal", ",", stdin=b"1;2.5\n3;4\n", check=False)
    assert result.stdout == b"[[ 1. nan]\n [ 3.  4.]]\n" and b"'2.5'" in result.stderr, result
    assert "12.34" in refusal("12.34;2\n", "--delimiter", ";", "--decimal", ",", "--thousands", ".")
    assert "decimal mark and the delimiter" in refusal("1,2\n", "--delimiter", ",", "--decimal", ",")
    # Columns of text stay as they are.
    array = table("1,5;2,5\n3,5;4,5\n", "--delimiter", ";", "--decimal", ",", "--dtype", "f8,U3")
    assert array.tolist() == [(1.5, "2,5"), (3.5, "4,5")]


@pytest.mark.parametrize("accept, field, value", [
    ("fortran", "1.0D+3", 1.0e3), ("fortran", "-2.5d-2", -2.5e-2), ("fortran", "3.14-114", 3.14e-114),
    ("fortran", "1.+05", 1e5), ("fortran", "1D0", 1.0), ("hex", "0x1F", 31), ("hex", "-0xff", -255),
    ("hex", "0x1.8p3", float.fromhex("0x1.8p3")), ("minus", "31.25-", -31.25), ("percent", "12%", 0.12),
    ("percent", "0.7%", 0.007), ("percent", "1.5e2 %", 1.5), ("currency", "$1.50", 1.5), ("currency", "-$2", -2),
    ("currency", "3.25€", 3.25), ("truth", "yes", 1), ("truth", "OFF", 0), ("all", "1.5D2", 150)])
def test_spellings(accept, field, value):
    text = f"{field};1\n2;{field}\n"
    for reader in ([], ["--genfromtxt"]):
        assert table(text, "--delimiter", ";", "--accept", accept, *reader).tolist() == [[value, 1], [2, value]]
    if accept != "all":
        assert f"--accept {accept}" in refusal(text, "--delimiter", ";", *(["--dtype", "?"] if accept == "truth" else []))


def test_truths():
    text = "yes no\nTrue f\n"
    for reader in (["--dtype", "?"], ["--genfromtxt", "--dtype", "?"], ["--genfromtxt", "--dtype", "auto"]):
        array = table(text, "--accept", "truth", *reader)
        assert array.dtype == bool and array.tolist() == [[True, False], [True, False]]


def test_missing_numbers(tmp_path):
    text = "1 -9999 3\n-9999.00 5 -1\n-9.999e3 8 9\n"
    options = ["--missing-number", "-9999", "--missing-number", "-1"]
    expected = [[1, np.nan, 3], [np.nan, 5, np.nan], [np.nan, 8, 9]]
    assert np.array_equal(table(text, *options), expected, equal_nan=True)
    assert table(text, "--genfromtxt", "--filling-values", "0", *options).tolist() == np.nan_to_num(expected).tolist()
    run_npy("convert", "-", tmp_path / "m.npz", "--genfromtxt", "--usemask", *options, stdin=text.encode())
    assert np.array_equal(np.load(tmp_path / "m.npz")["mask"], np.isnan(expected))


def test_dates():
    random.seed(3)
    moments = [datetime.datetime(1950, 1, 1) + datetime.timedelta(seconds=random.randrange(3 * 10**9)) for _ in range(60)]
    for format, unit in (("%d.%m.%Y %H:%M:%S", "s"), ("%m/%d/%y", "D"), ("%d %b %Y %I:%M %p", "m"), ("%Y%m%d%H%M%S", "s"),
                         ("%Y-%j", "D"), ("%a, %d %B %Y %H:%M", "m"), ("%d/%m/%Y %H:%M:%S.%f", "us")):
        shown = [moment.strftime(format) for moment in moments]
        expected = np.array([datetime.datetime.strptime(text, format) for text in shown], "M8[us]").astype(f"M8[{unit}]")
        array = table("\n".join(shown) + "\n", "--dtype", f"M8[{unit}]", "--delimiter", ";", "--date-format", format)
        assert np.array_equal(array, expected), format
    array = table("31.12.2020 23:30 +0200\n", "--dtype", "M8[m]", "--delimiter", ";", "--date-format", "%d.%m.%Y %H:%M %z")
    assert array == np.datetime64("2020-12-31T21:30")
    assert "30.02.2020" in refusal("30.02.2020\n", "--dtype", "M8[D]", "--date-format", "%d.%m.%Y")


# Layout

@pytest.mark.parametrize("text, options, expected", [
    ("title\n\nx y\n1 2\n3 4\n", ["--skiprows", "auto"], [[1, 2], [3, 4]]),
    ("# made by\nx,y\n1,2\n3,4\n", ["--skiprows", "auto", "--delimiter", "auto"], [[1, 2], [3, 4]]),
    ("1;2\n3;4\n", ["--delimiter", "auto"], [[1, 2], [3, 4]]),
    ("1,5;2\n3;4,5\n", ["--delimiter", "auto", "--decimal", ","], [[1.5, 2], [3, 4.5]]),
    ("1\t2\n3\t4\n", ["--delimiter", "auto"], [[1, 2], [3, 4]]),
    ("1 || 2\n3 || 4\n", ["--delimiter", "||"], [[1, 2], [3, 4]]),
    ("junk\nData (12)\n1 2\n3 4\n", ["--skip-to", r"Data \(\d+\)"], [[1, 2], [3, 4]]),
    ("'1,5','2'\n'3','4'\n", ["--delimiter", ",", "--quotechar", "'", "--decimal", ","], [[1.5, 2], [3, 4]])], ids=str)
def test_layouts(text, options, expected):
    for reader in ([], ["--genfromtxt"]):
        assert table(text, *options, *reader).tolist() == expected, reader


@pytest.mark.parametrize("first, told", [
    ("1.0D3 2", True), ("NA 2", True), ("1,5 2", True), ("x y", False), ("year 2020", False), ("n NA", False), ("0x1F 7", True)])
def test_rows_that_are_passed_are_told(tmp_path, first, told):
    path = tmp_path / "t.txt"
    path.write_text(first + "\n" + "".join(f"{row} {row + 1}\n" for row in range(9)))
    result = run_npy("show", path, "--skiprows", "auto", check=False)
    assert result.returncode == 0 and (b"left out: " + first.encode() in result.stderr) == told, result.stderr


def test_names():
    text = "# a title\ntime (s),flow,id\ns,l,-\n0,1.5,7\n1,2.5,8\n"
    options = ["--delimiter", ",", "--skiprows", "auto", "--names", "true", "--units-row"]
    array = table(text, *options)
    assert array.dtype.names == ("time (s)", "flow", "id") and array.tolist() == [(0, 1.5, 7), (1, 2.5, 8)]
    array = table(text, *options, "--genfromtxt", "--dtype", "auto")
    assert array.dtype.names == ("time_s", "flow", "id") and array["id"].tolist() == [7, 8]
    array = table(text, *options, "--usecols", "id,flow", "--dtype", "i4,f4")
    assert array.dtype == np.dtype([("id", "i4"), ("flow", "f4")]) and array.tolist() == [(7, 1.5), (8, 2.5)]
    assert "did you mean flow" in refusal(text, *options, "--usecols", "flaw")


def test_columns_by_name(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('id,name,price,"a, b",when\n9007199254740993,x,1.5,True,2020-01-02\n2,"y, z",,False,2021-03-04\n')
    for name, expected in {"id": [9007199254740993, 2], "name": ["x", "y, z"], "price": [1.5, np.nan], "a, b": [True, False],
                           "when": ["2020-01-02", "2021-03-04"], "2": [1.5, np.nan]}.items():
        run_npy("convert", f"{path}:{name}", tmp_path / "o.npy")
        array = np.load(tmp_path / "o.npy")
        expected = np.array(expected, "M8[D]" if name == "when" else None)
        assert array.dtype == expected.dtype, name
        assert np.array_equal(array, expected, equal_nan=array.dtype.kind == "f"), name
    assert run_npy("show", f"{path}:id[1]") == b"2\n"
    run_npy("convert", f"{path}:when", tmp_path / "o.npy", "--dtype", "M8[D]")
    assert np.load(tmp_path / "o.npy").dtype == "M8[D]"
    assert json.loads(run_npy("stats", "--json", f"{path}:price"))["nan"] == 1
    assert run_npy("show", "-:b", stdin=b"a b\n1 2\n3 4\n") == b"[2 4]\n"
    result = run_npy("show", f"{path}:prise", check=False)
    assert result.returncode == 1 and b"did you mean price?" in result.stderr


# Recognition and errors

@pytest.mark.parametrize("name", ["t", "t.data", "t.asc", "t.prn", "t.log", "t.xyz", "t.s2p"])
def test_text_under_any_extension(tmp_path, name):
    path = tmp_path / name
    path.write_text("# f S11\n1 2\n3 4\n")
    for command in ("show", "stats", "info", "ls", "check", "sizes", "plot"):
        run_npy(command, path)
    run_npy("diff", path, path)
    assert run_npy("show", "-", stdin=path.read_bytes()) == run_npy("show", path) == b"[[1. 2.]\n [3. 4.]]\n"


@pytest.mark.parametrize("protocol", range(5))
def test_pickles_stay_pickles(tmp_path, protocol):
    for value in (1, 2.5, "text", [1, 2], {"a": (1, "b")}, None, True, np.arange(3), 10**30, b"bytes"):
        path = tmp_path / "x"
        path.write_bytes(pickle.dumps(value, protocol))
        assert b"text" not in run_npy("info", path).split(b"\n")[1], value
    path.write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    assert run_npy("check", path, check=False).returncode == 1
    (tmp_path / "x.csv").write_bytes(path.read_bytes())
    assert run_npy("check", tmp_path / "x.csv", check=False).returncode == 1


def test_places_and_hints(tmp_path):
    data = b"# c\n1,2\n\n3,4\n5,x7\n"
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    error = json.loads(run_npy("stats", "--json", path, check=False).stdout)["error"]
    assert error["line"] == 5 and data[error["offset"]:].startswith(b"x7")
    assert "could not convert string 'x7' to float64 at row 2, column 2." in error["message"]
    big = b"".join(b"%d,%d\r\n" % (i, i) for i in range(120_000)) + b"7,y\r\n" + b"1,2\r\n" * 9
    path.write_bytes(big)
    error = json.loads(run_npy("stats", "--json", path, check=False).stdout)["error"]
    assert error["line"] == 120_001 and big[error["offset"]:].startswith(b"y\r\n")
    error = json.loads(run_npy("stats", "--json", "-", "--delimiter", ",", stdin=big, check=False).stdout)["error"]
    assert error["line"] == 120_001 and big[error["offset"]:].startswith(b"y\r\n")
    for text, options, hint in [
            ("time,flow\n1,2\n", ["--delimiter", ","], "--skiprows 1"), ("1,2\n3,4\n", [], "--delimiter ','"),
            ("1;2\n", ["--delimiter", ","], "--delimiter ';'"), ("1\t2\n", ["--delimiter", ","], "--delimiter '\\t'"),
            ("1,5;2\n", ["--delimiter", ";"], "--decimal ,"), ("1,,2\n", ["--delimiter", ","], "--genfromtxt"),
            ("1,2,\n", ["--delimiter", ","], "--trailing-delimiter"), ('"1" "2"\n', [], "--quotechar"),
            ("2020-01-02\n", [], "M8["), ("1.5\n", ["--dtype", "i4"], "--dtype f8"), ("1 2\n3 N/A\n", [], "--genfromtxt")]:
        assert hint in refusal(text, *options), (text, options)


def test_messages_are_short(tmp_path):
    title = "title\n" + "1,2,3\n" * 3000
    assert "2995 lines more" in refusal(title, "--genfromtxt", "--delimiter", ",")
    refusal("x" * 100_000, "--genfromtxt", "--strict-values")
    refusal("1 " + "x" * 100_000 + "\n")
    for options in ([], ["--genfromtxt"]):
        result = run_npy("show", "-", *options, stdin=b"x" * 100_000 + b" 1\n", check=False)
        assert len(result.stderr) < 700


# Writing

def test_csv(tmp_path):
    records = np.array([(1, 'a "b"', b"x,y", 2.5, "2020-01-02"), (-2, "c\nd", b"", np.nan, "NaT")],
                       [("id", "i8"), ("the name", "U8"), ("b", "S4"), ("x, y", "f8"), ("t", "M8[D]")])
    np.save(tmp_path / "r.npy", records)
    run_npy("convert", tmp_path / "r.npy", tmp_path / "r.csv", "--csv")
    with open(tmp_path / "r.csv", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == list(records.dtype.names)
    assert rows[1:] == [["1", 'a "b"', "x,y", "2.5", "2020-01-02"], ["-2", "c\nd", "", "nan", "NaT"]]
    run_npy("convert", f"{tmp_path}/r.csv:the name", tmp_path / "o.npy")
    np.save(tmp_path / "p.npy", np.array([[1.5, 2], [3, 4e-10]]))
    assert run_npy("convert", tmp_path / "p.npy", "-", "--to", "csv", "--csv") == b"1.5,2.0\n3.0,4e-10\n"


def test_no_digits_are_lost():
    for dtype, values in (("i8", [9007199254740993, -2**63, 2**63 - 1, 5]), ("u8", [2**64 - 1, 2**53 + 1, 7])):
        array = np.array(values, dtype)
        stream, text = io.BytesIO(), io.BytesIO()
        np.save(stream, array)
        written = run_npy("convert", "-", "-", "--to", "txt", stdin=stream.getvalue()).decode().split()
        assert [int(word) if "e" not in word else int(float(word)) for word in written] == values
        # With the format given, as NumPy.
        np.savetxt(text, array, "%.18e")
        assert run_npy("convert", "-", "-", "--to", "txt", "--fmt", "%.18e", stdin=stream.getvalue()) == text.getvalue()
    small, text = np.arange(-5, 5), io.BytesIO()
    np.savetxt(text, small)
    stream = io.BytesIO()
    np.save(stream, small)
    assert run_npy("convert", "-", "-", "--to", "txt", stdin=stream.getvalue()) == text.getvalue()


def test_columns_of_text_stay_what_they_are(tmp_path):
    """A dialect is for numbers, truth values and dates: what turns out to be a column of text is left alone."""
    path = tmp_path / "t.txt"
    path.write_text("name;land;v\nA;1.234;1.234,5\nB;1,5;2,5\nC;zz;3\n")
    auto = ("--delimiter", ";", "--genfromtxt", "--dtype", "auto", "--names", "true")
    found = loaded(path, *auto, "--decimal", ",", "--thousands", ".")
    assert found.tolist() == [("A", "1.234", 1234.5), ("B", "1,5", 2.5), ("C", "zz", 3.0)]
    # Without the mark of thousands these are no numbers.
    found = loaded(path, *auto, "--decimal", ",")
    assert found["land"].tolist() == ["1.234", "1,5", "zz"] and found["v"].tolist() == ["1.234,5", "2,5", "3"]
    path.write_text("a;land\n1;NO\n2;YES\n3;SE\n")
    assert loaded(path, *auto, "--accept", "truth")["land"].tolist() == ["NO", "YES", "SE"]
    path.write_text("a;land\n1;NO\n2;YES\n3;no\n")
    assert loaded(path, *auto, "--accept", "truth")["land"].tolist() == [False, True, False]
    path.write_text("name;c\nA;0x1F\nB;12%\nC;5-\nD;$7\nE;1D5\nF;zz\n")
    found = loaded(path, *auto, "--accept", "all")
    assert found.tolist() == [("A", "0x1F"), ("B", "12%"), ("C", "5-"), ("D", "$7"), ("E", "1D5"), ("F", "zz")]
    path.write_text("name;c\nA;0x1F\nB;12%\nC;5-\nD;$7\nE;1D5\n")
    assert loaded(path, *auto, "--accept", "all")["c"].tolist() == [31, 0.12, -5, 7, 1e5]
    # Also of a stream, which is read twice as well.
    result = run_npy("convert", "-", "-", "--from", "txt", "--to", "npy", *auto, "--accept", "all", stdin=path.read_bytes())
    assert np.load(io.BytesIO(result))["c"].tolist() == [31, 0.12, -5, 7, 1e5]


def test_line_ends_in_quotes_are_not_lost(tmp_path):
    path = tmp_path / "t.txt"
    path.write_text('a,b\n1,"x\ny"\n')
    result = run_npy("show", path, "--delimiter", ",", "--genfromtxt", "--dtype", "auto", "--quotechar", '"', check=False)
    assert result.returncode == 1 and b"line end within quotes" in result.stderr and b"line 2" in result.stderr


@pytest.mark.parametrize("text, options, offset", [
    ("0x1F ff\n", ["--accept", "hex"], 5), ("1 2\n0x1F   ff\n", ["--accept", "hex"], 11),
    ("1;2\n3,5;4\n1,5;x\n", ["--delimiter", ";", "--decimal", ","], 14),
    ("note\n1;2\n3,5;zz\n", ["--delimiter", ";", "--decimal", ",", "--skiprows", "1"], 13)])
@pytest.mark.parametrize("name", ["t.txt", "-"])
def test_places_in_text_that_is_spelled_otherwise(tmp_path, name, text, options, offset):
    path = tmp_path / name if name != "-" else "-"
    if name != "-":
        path.write_text(text)
    result = run_npy("show", path, *options, stdin=text.encode() if name == "-" else None, check=False)
    line = text[:offset].count("\n") + 1
    # Standard input cannot be read again.
    place = f"(line {line})" if name == "-" else f"(line {line}, byte {offset})"
    assert result.returncode == 1 and place in result.stderr.decode(), result.stderr



@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "\u2009"])
def test_spaces_between_thousands(tmp_path, space):
    """Of French, Swedish or ISO 31-0: any space that lines do not break at is meant by a space."""
    numbers = [1234, -1234567, 12, 999999]
    texts = [f"{n:,}".replace(",", space) for n in numbers]
    path = tmp_path / "t.csv"
    path.write_text("a;b\n" + "".join(f"{t};{n}\n" for t, n in zip(texts, numbers)), encoding="utf-8")
    found = loaded(str(path), "--thousands", " ", "--delimiter", ";")
    assert found["a"].tolist() == numbers == found["b"].tolist()
    plain = table("\n".join(texts), "--from", "txt", "--thousands", " ", "--delimiter", ";")
    assert plain.tolist() == numbers


@pytest.mark.parametrize("options", [["--from", "csv"], ["--genfromtxt", "--dtype", "auto", "--delimiter", ","]])
def test_a_date_format_that_fits_nothing_is_told(tmp_path, options):
    path = tmp_path / "t.csv"
    path.write_text("x,01/02/2020\ny,05/06/2021\n")
    for form, told in (("%Y-%m-%d", True), ("%d/%m/%Y", False)):
        result = run_npy("show", str(path), *options, "--date-format", form, check=False)
        assert result.returncode == 0 and (form.encode() in result.stderr) == told, result


def test_imaginary_parts_of_other_languages():
    assert "end in j" in refusal("1.5+2.5i 3\n", "--from", "txt")


MICROSOFT = {"1.#INF": "inf", "-1.#INF": "-inf", "1.#QNAN": "nan", "-1.#IND": "nan", "1.#SNAN": "nan", "1.#INF00": "inf", "1.#INF00e+000": "inf",
             # What `%.2f` and `%.3f` make of NaN.
             "1.#R": "nan", "-1.#QO": "nan"}


@pytest.mark.parametrize("field", MICROSOFT)
@pytest.mark.parametrize("place", [0, 1])
def test_microsofts_infinities(tmp_path, field, place):
    """Their `#` begins no comment, so that no 1 is left of them."""
    rows = [[2.0, 3.0], [4.0, 5.0]]
    rows[1][place] = float(MICROSOFT[field])
    text = "".join(" ".join(field if row == 1 and column == place else str(value) for column, value in enumerate(values)) + " # note 1.5\n"
                   for row, values in enumerate(rows))
    assert "--accept microsoft" in refusal(text)
    for accept in ("microsoft", "all"):
        for reader in ([], ["--genfromtxt"]):
            np.testing.assert_array_equal(table(text, "--accept", accept, *reader), rows)
    result = run_npy("show", "-", "--genfromtxt", stdin=text.encode(), check=False)
    assert result.returncode == 0 and f"'{field}'" in result.stderr.decode(), result
    path = tmp_path / "t.csv"
    path.write_text(f"{field},2\n3,4\n")
    found = loaded(path, "--accept", "microsoft")
    np.testing.assert_array_equal(found.tolist(), [(float(MICROSOFT[field]), 2), (3, 4)])
    # And without: two rows, none of them names.
    assert len(loaded(path)) == 2


@pytest.mark.parametrize("field", ["1.#J", "-1.#J", "1.#IO"])
def test_what_infinities_and_nans_are_both_rounded_to_is_no_number(field):
    for accept in [[], ["--accept", "microsoft"]]:
        result = run_npy("show", "-", *accept, stdin=f"1.5\n{field}\n".encode(), check=False)
        assert result.returncode == 1 and field in result.stderr.decode(), result


def test_a_comment_behind_a_number_is_one():
    text = "1.#info\n2.#1\n11.#x\n1.# INF\n1.#I\n1.#Jan\n1.#Run\n"
    np.testing.assert_array_equal(table(text), np.loadtxt(io.StringIO(text)))
    np.testing.assert_array_equal(table(text, "--genfromtxt"), np.genfromtxt(io.StringIO(text)))


def test_the_mathematical_minus():
    text = "\u221230;\u22121.5\n4;5\n"
    for reader in ([], ["--genfromtxt"]):
        assert table(text, "--delimiter", ";", "--accept", "minus", *reader).tolist() == [[-30, -1.5], [4, 5]]
    assert "--accept minus" in refusal(text, "--delimiter", ";")


@pytest.mark.parametrize("columns", ["C,B,A", "2,1,0", "-1,1,0", "B,A,C", "A,B,C", "1,2,0"])
@pytest.mark.parametrize("options", [[], ["--dtype", "auto"], ["--skiprows", "auto"], ["--dtype", "i4,f8,i8"]], ids=str)
def test_all_columns_in_another_order_keep_their_names(columns, options):
    """NumPy leaves the names of the first line where they are, above the values of other columns."""
    names, rows = ["A", "B", "C"], [[1, 2, 3], [4, 5, 6]]
    text = " ".join(names) + "\n" + "".join(" ".join(map(str, row)) + "\n" for row in rows)
    order = [names.index(column) if column in names else int(column) for column in columns.split(",")]
    found = table(text, "--genfromtxt", "--names", "true", "--usecols", columns, *options)
    assert found.dtype.names == tuple(names[place] for place in order)
    assert found.tolist() == [tuple(row[place] for place in order) for row in rows]
    if "i4,f8,i8" in options:
        # The types are those of the columns that are read, as in NumPy.
        assert [found.dtype[place] for place in range(3)] == [np.dtype(t) for t in ("i4", "f8", "i8")]


@pytest.mark.parametrize("usecols", ["2,1,0", "2,0", "-1", "0,1,2"])
@pytest.mark.parametrize("names", ["x,y,z", "x,y"])
def test_names_of_the_columns_that_are_read_are_numpys(usecols, names):
    columns = [int(column) for column in usecols.split(",")]
    text = "1 2 3\n4 5 6\n"
    try:
        expected = np.genfromtxt(io.StringIO(text), names=names, usecols=columns)
    except IndexError:
        return
    found = table(text, "--genfromtxt", "--names", names, "--usecols", usecols)
    np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize("text, options, told", [
    ("1 2\n3 4\n5 6\n", [], 1), ("x y\nm s\n1 2\n3 4\n", ["--names", "true"], None), ("x y\n1 2\n3 4\n", ["--names", "true"], 2),
    ("m s\n1 2\n3 4\n", [], None), ("x y\n\n1.5 2\n3 4\n", ["--names", "true"], 3)])
def test_a_row_of_units_that_has_numbers_is_told(text, options, told):
    result = run_npy("show", "-", "--units-row", *options, stdin=text.encode(), check=False)
    assert result.returncode == 0 and (b"left out as one of units" in result.stderr) == (told is not None), result
    assert told is None or f"line {told} is left out" in result.stderr.decode()


@pytest.mark.parametrize("text, options, hint, others", [
    ("year 2019 2020\na 1 2\n", [], "--genfromtxt --dtype auto", "a header"), ("x y z\n1 2 3\n", [], "a header is left out", "auto"),
    ("Title of it\nmade by me\n\n1 2\n3 4\n", [], "--skiprows auto", "a header"), ("1, 2, 3\n4, 5, 6\n", [], "--delimiter ','", "--decimal"),
    ("| a | b |\n|---|---|\n| 1 | 2 |\n", [], "--delimiter '|'", "--from csv"), ("+---+\n| 1 |\n+---+\n", [], "--comments +", "header"),
    ("19.08.2020;1\n20.08.2020;2\n", ["--delimiter", ";", "--date-format", "%d.%m.%Y"], "--dtype 'M8[D],f8'", "header"),
    ("1 19.08.2020\n2 20.08.2020\n", [], "--date-format '%d.%m.%Y'", "header"),
    ("1 2\n3 4\n", ["--date-format", "%d.%m.%Y"], "--dtype 'M8[D],f8'", "header"),
    ("T p\n[K] [Pa]\n1 2\n3 4\n", ["--usecols", "T"], "--units-row", "--from")])
def test_hints_that_fit(text, options, hint, others):
    message = refusal(text, *options)
    assert hint in message and others not in message, message


def test_dates_beside_numbers():
    found = table("19.08.2020;1\n20.08.2020;2.5\n", "--delimiter", ";", "--date-format", "%d.%m.%Y", "--dtype", "M8[D],f8")
    assert found.tolist() == [(datetime.date(2020, 8, 19), 1.0), (datetime.date(2020, 8, 20), 2.5)]


def test_no_columns():
    result = run_npy("show", "-", "--usecols", "", stdin=b"1 2\n", check=False)
    assert result.returncode == 64 and b"names no column" in result.stderr


@pytest.mark.parametrize("mark", [" ", ",", "\t", ";"])
@pytest.mark.parametrize("gap", ["NA", "-", "--", ".", "?", "N/A", "nan", "null"])
@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_first_row_with_a_gap_is_no_header(tmp_path, mark, gap, row):
    """A column by its name or number has all its rows; what stands for a missing value is NaN, or an error, never a name."""
    rows = [["1", "2.5"], ["2", "3.5"], ["3", "4.5"], ["4", "5.5"]]
    rows[row][1] = gap
    path = tmp_path / "d.txt"
    path.write_text("day" + mark + "temp\n" + "".join(mark.join(cells) + "\n" for cells in rows))
    options = [] if mark == " " else ["--delimiter", mark]
    assert json.loads(run_npy("show", "--json-values", *options, f"{path}:day")) == [1, 2, 3, 4]
    for column in ("temp", "1"):
        result = run_npy("show", "--json-values", *options, f"{path}:{column}", check=False)
        if result.returncode == 0:
            shown = json.loads(result.stdout)
            numbers = [cell if isinstance(cell, float) else None for cell in shown]
            if isinstance(shown[0], str):  # a column of texts
                assert shown == [cells[1] for cells in rows]
            else:
                assert numbers == [None if place == row else place + 2.5 for place in range(4)]
        else:
            assert gap.encode() in result.stderr
    assert b"names" not in run_npy("show", *options, f"{path}:1", check=False).stderr


@pytest.mark.parametrize("pattern", [
    "^BEGIN", r"data\s*:", r"^\d{4}-\d\d", "(?i)begin (of )?data$", r"^#+ (?:x|y)\b", "[A-F]{2,}=[^ ]", "a.?b|c+d", r"\x41\.", "^$", "(?P<n>END)", r"\[units\]"])
def test_lines_are_searched_as_python_does(tmp_path, pattern):
    lines = ["head", "begin of data", "2024-05-17 12:00", "## x rows", "AB=7", "acb", "ccd", "A.", "END of header", "[units]", "BEGIN", "data : 3", ""]
    for start in range(len(lines)):
        text = [*lines[start:], *lines[:start]]
        place = next((number for number, line in enumerate(text) if re.search(pattern, line)), None)
        path = tmp_path / "t.txt"
        path.write_text("".join(line + "\n" for line in text[:(place or 0) + 1]) + "1 2\n3 4\n")
        assert place is not None
        assert json.loads(run_npy("show", "--json-values", "--skip-to", pattern, path)) == [[1, 2], [3, 4]]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(a*)*c", "(?:a|aa)+$x", "((a{1,9}){1,9}){1,9}b"])
def test_a_search_takes_the_time_of_its_lines(tmp_path, pattern):
    path = tmp_path / "t.txt"
    path.write_text("a" * 50_000 + "!\n" + "1 2\n")
    result = run_npy("show", "--skip-to", pattern, path, check=False, timeout=60)
    assert result.returncode == 1 and b"no line has a match" in result.stderr or b"too many" in result.stderr


@pytest.mark.parametrize("pattern", ["(", ")", "[a", "a**+", "*a", "\\", "(?=a)", r"\1", "a{9999}", "a{3,2}", "[z-a]", r"\q", "(" * 500 + ")" * 500])
def test_patterns_that_are_none(tmp_path, pattern):
    (tmp_path / "t.txt").write_text("1 2\n")
    result = run_npy("show", "--skip-to=" + pattern, tmp_path / "t.txt", check=False)
    assert result.returncode == 1 and b"is no regular expression" in result.stderr and len(result.stderr) < 400
