"""CSV files as programs write them, without a word about how to read them. Python's csv module writes and reads the cells."""
import csv
import datetime
import gzip
import io
import json
import pickle
import random
import zipfile

import numpy as np
import pytest

from conftest import run_npy


def loaded(path, *options):
    return np.load(io.BytesIO(run_npy("convert", str(path), "-", "--to", "npy", *options)))


def written(folder, rows, name="t.csv", **dialect):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", **dialect).writerows(rows)
    path = folder / name
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


KINDS = {
    "integer": lambda r: r.randint(-10**6, 10**6),
    "float": lambda r: r.choice([r.uniform(-1, 1), 1e300, -2.5e-8, 3.0]),
    "truth": lambda r: r.choice([True, False]),
    "date": lambda r: datetime.date(2000, 1, 1) + datetime.timedelta(r.randint(0, 9999)),
    "moment": lambda r: datetime.datetime(2000, 1, 1) + datetime.timedelta(seconds=r.randint(0, 10**8)),
    "text": lambda r: r.choice(["a", 'say "x"', "one, two", "Grüße", "x y", "it's", "#no comment"]),
}


def expected(kind, cells):
    """The column that holds these cells, `None` for an empty one, by Python and NumPy alone."""
    gaps = None in cells
    if kind == "integer" and not gaps:
        return np.array(cells, "i8")
    if kind in ("integer", "float"):
        return np.array([np.nan if c is None else c for c in cells], "f8")
    if kind == "truth" and not gaps:
        return np.array(cells, "?")
    if kind in ("date", "moment"):
        return np.array(["NaT" if c is None else c.isoformat() for c in cells], "M8[D]" if kind == "date" else "M8[s]")
    return np.array(["" if c is None else str(c) for c in cells])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name, delimiter", [("t.csv", ","), ("t.tsv", "\t"), ("t.csv", ";"), ("t.csv.gz", ",")])
def test_tables(tmp_path, seed, name, delimiter):
    random_ = random.Random(seed)
    kinds = [random_.choice(list(KINDS)) for _ in range(random_.randint(2, 6))]
    names = [f"{kind} {place}" for place, kind in enumerate(kinds)]
    names[0] = random_.choice(["a b", "größe", "x,y", 'q"q', "ID"])
    rows = [[KINDS[kind](random_) for kind in kinds] for _ in range(random_.randint(1, 30))]
    for row in rows[1:]:
        if random_.random() < 0.2:
            row[random_.randrange(len(row))] = None
    quoting = random_.choice([csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC])
    path = written(tmp_path, [names] + rows, name, delimiter=delimiter, quoting=quoting)
    found = loaded(path)
    assert found.dtype.names == tuple(names) and found.shape == (len(rows),)
    for place, kind in enumerate(kinds):
        wanted = expected(kind, [row[place] for row in rows])
        column = found[names[place]]
        assert column.dtype == wanted.dtype, (kind, column.dtype, wanted.dtype)
        np.testing.assert_array_equal(column, wanted)


def test_numbers_alone_are_numpys(tmp_path):
    path = written(tmp_path, [[1, 2.5], [3, 4]])
    np.testing.assert_array_equal(loaded(path), np.loadtxt(path, delimiter=","), strict=True)
    path = written(tmp_path, [["# a", "b"], [1, 2]])
    np.testing.assert_array_equal(loaded(path), np.loadtxt(path, delimiter=","), strict=True)


def test_no_header(tmp_path):
    found = loaded(written(tmp_path, [["Ann", 31], ["Bob", 28]]))
    assert found.dtype.names == ("f0", "f1") and found.tolist() == [("Ann", 31), ("Bob", 28)]
    # Gaps in the first line are no names.
    found = loaded(written(tmp_path, [["", 2], [3, 4]]))
    np.testing.assert_array_equal(found, [[np.nan, 2], [3, 4]])


def test_names_that_are_missing_or_twice(tmp_path):
    found = loaded(written(tmp_path, [["a", "a", "b"], [1, 2, 3]]))
    assert found.dtype.names == ("a", "a_1", "b")


def test_what_the_user_says_counts(tmp_path):
    path = written(tmp_path, [["a", "b"], [1, 2]])
    assert loaded(path, "--skiprows", "1").tolist() == [1.0, 2.0]
    assert b"could not convert string 'a'" in run_npy("show", str(path), "--dtype", "f8", check=False).stderr


def test_rows_that_are_longer_have_their_line(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n3,4,5\n4,5\n")
    result = run_npy("show", str(path), check=False)
    assert result.returncode == 1 and b"Line #3 (got 3 columns instead of 2)" in result.stderr


@pytest.mark.parametrize("options", [[], ["--decimal", ","], ["--skiprows", "auto"], ["--max-rows", "4"], ["--usecols", "b,c,a"]], ids=str)
def test_what_a_row_lacks_is_empty(tmp_path, options):
    path = tmp_path / "t.csv"
    path.write_text('a,b,c\n1,2,x\n3\n\n4,5,"y"\n"6",7\n')
    result = run_npy("convert", str(path), "-", "--to", "npy", *options, check=False)
    assert result.stderr == (b"npy: warning: t.csv: line 3 has 1 column instead of 3 (and 1 row more has too few): "
                             b"what is missing counts as empty\n").replace(b"t.csv", str(path).encode())
    found = np.load(io.BytesIO(result.stdout))
    np.testing.assert_array_equal(found["a"], np.array([1, 3, 4, 6]), strict=True)
    np.testing.assert_array_equal(found["b"], [2, np.nan, 5, 7], strict=True)
    np.testing.assert_array_equal(found["c"], np.array(["x", "", "y", ""]), strict=True)


def test_numbers_without_names_have_rows_of_one_length(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("1;2\n3\n4;5\n")
    result = run_npy("show", str(path), check=False)
    assert result.returncode == 1 and b"Line #2 (got 1 columns instead of 2)" in result.stderr


def test_there_and_back(tmp_path):
    rows = [["name", "n", "x", "day"], ['Ann "Q", Lee', 3, 0.1, datetime.date(2024, 2, 29)], ["Bob", 4, 1e22, datetime.date(1970, 1, 1)]]
    path = written(tmp_path, rows)
    run_npy("convert", str(path), str(tmp_path / "a.npy"))
    run_npy("convert", str(tmp_path / "a.npy"), str(tmp_path / "b.csv"), "--csv")
    back = list(csv.reader(open(tmp_path / "b.csv", encoding="utf-8")))
    assert back[0] == rows[0] and [[c[0], int(c[1]), float(c[2]), c[3]] for c in back[1:]] == [
        [r[0], r[1], r[2], r[3].isoformat()] for r in rows[1:]]
    np.testing.assert_array_equal(loaded(tmp_path / "b.csv"), np.load(tmp_path / "a.npy"))


TEXTS = ["x\ny", "1e+5", "12e+03", " spaced ", "tab\t", "NA", "yes", "0x1F", "1_000", "a\r\nb", "#", "", "'", '""']


@pytest.mark.parametrize("seed", range(6))
def test_texts_stay_what_they_are(tmp_path, seed):
    """What is no number, truth value or date comes out as Python's csv module has put it in."""
    random_ = random.Random(seed)
    rows = [[random_.choice(TEXTS), random_.choice(TEXTS), n] for n in range(20)] + [["word", "word", 0]]
    path = written(tmp_path, [["a", "b", "n"]] + rows, quoting=csv.QUOTE_NONNUMERIC)
    found = loaded(path)
    assert found["a"].tolist() == [row[0] for row in rows]
    assert found["b"].tolist() == [row[1] for row in rows]
    assert found["n"].tolist() == [row[2] for row in rows]


def test_one_column(tmp_path):
    rows = [["A"], [""], ["B"], ["x, y"], [""]]
    found = loaded(written(tmp_path, [["name"]] + rows, quoting=csv.QUOTE_ALL))
    assert found["name"].tolist() == [row[0] for row in rows]
    found = loaded(written(tmp_path, [["x"], [1], [""], [3]], quoting=csv.QUOTE_ALL))
    np.testing.assert_array_equal(found["x"], [1, np.nan, 3])
    # And back: an empty text is no empty line.
    np.save(tmp_path / "s.npy", np.array([("x",), ("",), ("y ",)], dtype=[("n", "U3")]))
    run_npy("convert", tmp_path / "s.npy", tmp_path / "s.csv", "--csv")
    assert list(csv.reader(open(tmp_path / "s.csv"))) == [["n"], ["x"], [""], ["y "]]
    assert loaded(tmp_path / "s.csv")["n"].tolist() == ["x", "", "y "]


def test_names_that_are_empty(tmp_path):
    """pandas writes the numbers of rows under no name."""
    found = loaded(written(tmp_path, [["", "a", "b"], [0, 1.5, "x"], [1, 2.5, "y"]]))
    assert found.dtype.names == ("f0", "a", "b") and found.tolist() == [(0, 1.5, "x"), (1, 2.5, "y")]
    found = loaded(written(tmp_path, [["", "a", "b"], [0, "x", "y"]]))
    assert found.dtype.names == ("f0", "a", "b")
    found = loaded(written(tmp_path, [["id", "", "x"], [1, "a", "b"]]))
    assert found.dtype.names == ("id", "f1", "x")
    # No header: the rows are all alike.
    found = loaded(written(tmp_path, [["Ann", "", "Berlin"], ["Bob", "x", "Bonn"]]))
    assert found.dtype.names == ("f0", "f1", "f2") and len(found) == 2
    found = loaded(written(tmp_path, [["a", "a", "a_1", "f4", ""], [1, 2, 3, 4, 5]]))
    assert found.dtype.names == ("a", "a_2", "a_1", "f4", "f4_1")


def test_digits_of_other_scripts(tmp_path):
    rows = [["\uff11\uff12", "\u0663\u0664"], ["3", "4"], ["5", "6"]]
    np.testing.assert_array_equal(loaded(written(tmp_path, rows)), [[int(c) for c in row] for row in rows], strict=True)


def test_no_digit_is_lost(tmp_path):
    big = [2**64 - 1, 2**63, 5]
    assert loaded(written(tmp_path, [["n"]] + [[n] for n in big]))["n"].dtype == np.uint64
    for column in ([2**64, 3], [2**53 + 1, ""], [-1, 2**63]):
        found = loaded(written(tmp_path, [["k", "n"]] + [[k, n] for k, n in enumerate(column)]))
        assert found["n"].tolist() == [str(n) for n in column], column


def test_words_for_missing_values(tmp_path):
    rows = [[1, 0.5, "2020-01-31", "NA"], ["NA", "null", "NaT", "b"], [3, "N/A", "", "c"]]
    found = loaded(written(tmp_path, [["i", "x", "d", "t"]] + rows))
    np.testing.assert_array_equal(found["i"], [1, np.nan, 3])
    np.testing.assert_array_equal(found["x"], [0.5, np.nan, np.nan])
    np.testing.assert_array_equal(found["d"], np.array(["2020-01-31", "NaT", "NaT"], "M8[D]"))
    assert found["t"].tolist() == ["NA", "b", "c"]


def test_nanoseconds(tmp_path):
    moments = np.array(["2020-01-01T00:00:00.123456789", "NaT", "1999-12-31T23:59:59.000000001"], "M8[ns]")
    np.save(tmp_path / "a.npy", np.rec.fromarrays([moments, [1, 2, 3]], names="t,n"))
    run_npy("convert", tmp_path / "a.npy", tmp_path / "a.csv", "--csv")
    np.testing.assert_array_equal(loaded(tmp_path / "a.csv")["t"], moments, strict=True)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig", "utf-32"])
def test_an_encoding_says_nothing_of_the_table(tmp_path, encoding):
    (tmp_path / "e.csv").write_bytes("a,b\n1,\u00e9\n2,x\n".encode(encoding))
    assert loaded(tmp_path / "e.csv", "--encoding", encoding).tolist() == [(1, "\u00e9"), (2, "x")]


def test_a_column_is_that_of_the_table(tmp_path):
    rows = [[1, "x\ny", "2020-01-01", "NA"], [2, "", "", 5]]
    path = written(tmp_path, [["n", "t", "d", "g"]] + rows)
    table = loaded(path)
    for place, name in enumerate(table.dtype.names):
        np.testing.assert_array_equal(loaded(f"{path}:{name}"), table[name], strict=True)
        np.testing.assert_array_equal(loaded(f"{path}:{place}"), table[name], strict=True)
    result = run_npy("show", f"{path}:no", check=False)
    assert result.returncode == 1 and b"there is no column 'no'" in result.stderr


def test_first_lines(tmp_path):
    path = tmp_path / "t.csv"
    for text, names, values in [
        ("year,2019,2020\nDE,1,2\nFR,3,4\n", ("year", "2019", "2020"), [("DE", 1, 2), ("FR", 3, 4)]),
        ("country,1990,2000,note\nDE,1,2,x\n", ("country", "1990", "2000", "note"), [("DE", 1, 2, "x")]),
        ("id,2020-01-01,2020-02-01\nDE,1,2.5\n", ("id", "2020-01-01", "2020-02-01"), [("DE", 1, 2.5)]),
        ("T,1e5\n1,2\n", ("T", "1e5"), [(1, 2)]),
        ("-,1\n3,4\n", ("f0", "f1"), [("-", 1), ("3", 4)]),
        ("Ann,1984,x\nBob,1990,y\n", ("f0", "f1", "f2"), [("Ann", 1984, "x"), ("Bob", 1990, "y")]),
        ("sep=;\na;b\n1;x\n", ("a", "b"), [(1, "x")]),
        ("a,b\n1,x\n\x1a", ("a", "b"), [(1, "x")]),
        # pandas and R: the labels of the rows have no name.
        ("a,b\nr1,1,2\nr2,3,4\n", ("f0", "a", "b"), [("r1", 1, 2), ("r2", 3, 4)]),
        ("a,b\nr1,x,y\n", ("f0", "a", "b"), [("r1", "x", "y")]),
        # A delimiter at the end of each line.
        ("a,b\n1,x,\n3,y,\n", ("a", "b"), [(1, "x"), (3, "y")]),
        ("# made by x\na,b\n1,x\n", ("a", "b"), [(1, "x")]),
        ("# made by x\n# id,name\n1,x\n", ("id", "name"), [(1, "x")]),
        ("a, b\n1, x\n2,\n", ("a", "b"), [(1, " x"), (2, "")]),
        ("a,b\n1,x\n# the end\n", ("a", "b"), [(1, "x")]),
        # One year of our time, if there are none below it.
        ("city,2021\nBonn,12%\nUlm,\n", ("city", "2021"), [("Bonn", "12%"), ("Ulm", "")]),
        ("Ann,1984\nBob,1990\n", ("f0", "f1"), [("Ann", 1984), ("Bob", 1990)]),
        # Digits without letters are values, if not numbers.
        ("5%,x\n7%,y\n", ("f0", "f1"), [("5%", "x"), ("7%", "y")]),
        ("0x1F,0xA\n0x2F,0xB\n", ("f0", "f1"), [("0x1F", "0xA"), ("0x2F", "0xB")]),
        # pandas' labels without a name.
        (",x,y\nr,a,c\ns,b,d\n", ("f0", "x", "y"), [("r", "a", "c"), ("s", "b", "d")]),
        (",0,1\n0,2.5,1.0\n1,3.0,4.0\n", ("f0", "0", "1"), [(0, 2.5, 1.0), (1, 3.0, 4.0)]),
        (",0\na,1.5\nb,2.5\n", ("f0", "0"), [("a", 1.5), ("b", 2.5)]),
        (",2019,2020\nDE,,2\nFR,3,4\n", ("f0", "2019", "2020"), None),
        ("n,,q\n01.01.2020,x,0j\n02.01.2020,y,1j\n", ("n", "f1", "q"), None),
        (",2020\n0,1574\n1,4526\n", ("f0", "2020"), [(0, 1574), (1, 4526)]),
        (",100,200\n0,1,2\n1,3,4\n", ("f0", "100", "200"), [(0, 1, 2), (1, 3, 4)]),
        (",True,False\nx,5,6\ny,7,8\n", ("f0", "True", "False"), [("x", 5, 6), ("y", 7, 8)]),
        ("name,0,1\nx,True,False\ny,False,True\n", ("name", "0", "1"), [("x", True, False), ("y", False, True)]),
        ("day,1,2\nMon,a,b\nTue,c,d\n", ("day", "1", "2"), [("Mon", "a", "b"), ("Tue", "c", "d")]),
        ("lat;lon,id\n52.5;13.4,7\n48.1;11.6,8\n", ("lat;lon", "id"), [("52.5;13.4", 7), ("48.1;11.6", 8)]),
        (",e;f,n\n0,6;6,2037\n1,6;3,1161\n", ("f0", "e;f", "n"), [(0, "6;6", 2037), (1, "6;3", 1161)]),
        ("2021\tprice (EUR;net)\ta\n0.16\t6;3\t34\n0.64\t2;1\t28\n", ("2021", "price (EUR;net)", "a"), None),
        ("#,Name\n1,a\n2,b\n", ("#", "Name"), [(1, "a"), (2, "b")]),
        # Titles above the names.
        ("Data, 2020 (v2)\nA,B,C\n1,x,y\n2,z,w\n", ("A", "B", "C"), [(1, "x", "y"), (2, "z", "w")]),
        ("Data, 2020 (v2)\nA,B,C,D,E\na,x,y,1,2\n", ("A", "B", "C", "D", "E"), [("a", "x", "y", 1, 2)]),
        ("Report\na;b;c\n1;x;2\n3;y;4\n", ("a", "b", "c"), [(1, "x", 2), (3, "y", 4)]),
        ("Report\n\nfor 2020\na\tb\n1\tx\n3\ty\n", ("a", "b"), [(1, "x"), (3, "y")]),
        ("by foo\non 2020-01-01\nn;No.;y\n-6e-01;1702;hello, world\n-3e-01;238;hello, you\n", ("n", "No.", "y"),
         [(-0.6, 1702, "hello, world"), (-0.3, 238, "hello, you")]),
        ("lat\ta;b\tn\n2015\t3\t2\n1998\t4\t3\n", ("lat", "a;b", "n"), [(2015, 3, 2), (1998, 4, 3)]),
        ("a;b\nno\na b\n", ("a;b",), [("no",), ("a b",)]),
        ("Report of the day\n\nt,v\n0,x\n1,y\n", ("t", "v"), [(0, "x"), (1, "y")]),
        ("Station 7\nHeight 12 m\nt,v,w\n0,x,2\n1,y,3\n", ("t", "v", "w"), [(0, "x", 2), (1, "y", 3)]),
        ('"x"\n"r1","u"\n"r2","v"\n', ("f0", "x"), [("r1", "u"), ("r2", "v")]),
        ("a,b\n1,#FF\n2,#00\n", ("a", "b"), [(1, "#FF"), (2, "#00")]),
    ]:
        path.write_text(text)
        found = loaded(path)
        assert found.dtype.names == names and values in (None, found.tolist()), (text, found)
        for name in names:
            np.testing.assert_array_equal(loaded(f"{path}:{name}"), found[name], strict=True)
    path.write_text(",a\n")
    assert loaded(path).dtype.names == ("f0", "a") and loaded(path).shape == (0,)
    path.write_text(",2,3\n4,5,6\n7,8,9\n")
    np.testing.assert_array_equal(loaded(path), [[np.nan, 2, 3], [4, 5, 6], [7, 8, 9]])
    path.write_text("a,b\n")
    assert loaded(path).dtype.names == ("a", "b") and loaded(path).shape == (0,)


def test_slices(tmp_path):
    path = written(tmp_path, [["a", "b"]] + [[n, f"t{n}"] for n in range(10)])
    table = loaded(path)
    for index, part in [("[0]", table[0]), ("[2:4]", table[2:4]), ("[-1:]", table[-1:]), ("[::3]", table[::3]), (":a[2:4]", table["a"][2:4])]:
        np.testing.assert_array_equal(loaded(f"{path}{index}"), part, strict=True)


def test_a_name_with_brackets(tmp_path):
    path = written(tmp_path, [["n", "n[0]"], [1, 5], [2, 6]])
    assert loaded(f"{path}:n[0]").tolist() == [5, 6]
    assert loaded(f"{path}:n[1]").tolist() == 2 and loaded(f"{path}:n[0][1]").tolist() == 6


def test_a_long_text_does_not_blow_the_table_up(tmp_path):
    path = written(tmp_path, [["a", "b"]] + [[n, "x"] for n in range(30_000)] + [[3, "z" * 10_000]])
    result = run_npy("show", path, check=False)
    assert result.returncode == 1 and b"10000 characters" in result.stderr and len(result.stderr) < 500
    assert loaded(f"{path}:a").shape == (30_001,)


def test_a_quote_that_is_not_closed(tmp_path):
    (tmp_path / "q.csv").write_text('a,b\n1,"x\n2,y\n')
    result = run_npy("show", tmp_path / "q.csv", check=False)
    assert result.returncode == 1 and b"not closed" in result.stderr and b"line 2" in result.stderr


def test_objects_and_complex_numbers(tmp_path):
    objects = np.array([[1, "a,b"], [None, 'q"x'], ["n\nl", 2.5]], dtype=object)
    np.save(tmp_path / "o.npy", objects)
    text = run_npy("convert", tmp_path / "o.npy", "-", "--to", "csv", "--csv").decode()
    assert list(csv.reader(io.StringIO(text))) == [["f0", "f1"]] + [[str(cell) for cell in row] for row in objects]
    records = np.array([(1, "a,b"), (2, None)], dtype=[("a", "i4"), ("o", "O")])
    np.save(tmp_path / "r.npy", records)
    text = run_npy("convert", tmp_path / "r.npy", "-", "--to", "csv", "--csv").decode()
    assert list(csv.reader(io.StringIO(text))) == [["a", "o"], ["1", "a,b"], ["2", "None"]]
    numbers = np.array([[1 + 2j, -0.0 - 0j], [complex("nan"), 3e300j]])
    np.save(tmp_path / "c.npy", numbers)
    text = run_npy("convert", tmp_path / "c.npy", "-", "--to", "csv", "--csv").decode()
    assert list(csv.reader(io.StringIO(text))) == [[str(cell) for cell in row] for row in numbers.tolist()]


def test_bytes_that_are_no_utf8(tmp_path):
    (tmp_path / "l.csv").write_bytes(b"a,b\n1,2\n3,\xe9\n")
    result = run_npy("show", tmp_path / "l.csv", check=False)
    assert result.returncode == 1 and b"line 3, byte 10" in result.stderr and b"--encoding" in result.stderr


@pytest.mark.parametrize("text, values", [
    ("Name, Vorname;Alter\nx;3\ny;4\n", [("x", 3), ("y", 4)]),
    ("v,w;c\r\nTRUE;90%\r\nFALSE;70%\r\n", [(True, "90%"), (False, "70%")]),
    ("1,5;2,5\n3,5;4,5\n", [("1,5", "2,5"), ("3,5", "4,5")]),
    ("Druck (bar, abs);n\n1,5;3\n-2,25;4\n", [("1,5", 3), ("-2,25", 4)]),
    ("1.5.2020 10:00;1,5\n2.5.2020 11:00;1.206,5\n", [("1.5.2020 10:00", "1,5"), ("2.5.2020 11:00", "1.206,5")]),
    ("id|name\n1|a\n2|b\n", [(1, "a"), (2, "b")]),
    ("id\tname, first\n1\ta\n2\tb, c\n", [(1, "a"), (2, "b, c")]),
    # A comma it is where that fits as well.
    ("x;y,1\nz;w,2\n", [("x;y", 1), ("z;w", 2)]),
    ("2020-01-01,1;2;3,4\n2020-01-02,1;2;3,5\n", [(datetime.date(2020, 1, 1), "1;2;3", 4), (datetime.date(2020, 1, 2), "1;2;3", 5)]),
    ("tags\nx|y\nz|w\n", [("x|y",), ("z|w",)]),
    ('"a;b","c"\n"d;e","f"\n', [("d;e", "f")]),
])
def test_delimiters_are_found(tmp_path, text, values):
    path = tmp_path / "t.csv"
    path.write_text(text, newline="")
    assert loaded(path).tolist() == values


@pytest.mark.parametrize("text", ["1 2\n3 4\n", "5 6\n", "1:2\n3:4\n", "1 2 3\n4 5 6\n"])
def test_other_delimiters_are_named(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text)
    found = run_npy("show", str(path), check=False)
    assert found.returncode == 1 and b"--delimiter" in found.stderr


@pytest.mark.parametrize("word", ["NaN", "nan", "-nan", "NA", "#NA", "#N/A", "1.#IND", "-1.#QNAN", "1.#QNAN", "<NA>", "#N/A N/A", ""])
def test_words_for_gaps(tmp_path, word):
    path = tmp_path / "t.csv"
    path.write_text(f"a,b,c\n{word},1,x\n2,{word},{word}\n2.5,3,y\n")
    found = loaded(path)
    np.testing.assert_array_equal(found["a"], [np.nan, 2, 2.5])
    np.testing.assert_array_equal(found["b"], [1, np.nan, 3])
    assert found["c"].tolist() == ["x", word, "y"]
    path.write_text(f"a,b\n{word},1\n9007199254740993,2\n")
    assert loaded(path)["a"].tolist() == [word, "9007199254740993"]


TABLE = "n,name,value,when,ok\n1,Ann,1.5,2020-01-02,true\n2,\"B, b\",,2021-03-04,false\n3,Cy,-2,2022-05-06,true\n"


def test_options_leave_a_table_a_table(tmp_path):
    """What says how a table is cut, or how much of it is read, says nothing of its types."""
    path = tmp_path / "t.csv"
    path.write_text(TABLE)
    whole = loaded(path)
    names = whole.dtype.names
    for count in range(5):
        part = loaded(path, "--max-rows", str(count))
        assert part.dtype.names == names and part.shape == (min(count, 3),)
        for name in names if count else ():
            np.testing.assert_array_equal(part[name], whole[name][:count])
    for columns, chosen in {"1": [1], "3,0": [3, 0], "-1,2": [4, 2], "1:4": [1, 2, 3]}.items():
        part = loaded(path, "--usecols", columns)
        assert part.dtype.names == tuple(names[place] for place in chosen)
        for name in part.dtype.names:
            np.testing.assert_array_equal(part[name], whole[name], strict=True)
    assert b"invalid column index 7" in run_npy("show", str(path), "--usecols", "0,7", check=False).stderr
    for text, options in {
            TABLE: ("--delimiter", ","), "made by x\nand y\n" + TABLE: ("--skiprows", "2"), TABLE.replace("\n", ",\n"): ("--trailing-delimiter",),
            TABLE.replace('"', "'"): ("--quotechar", "'"), TABLE + "% the end\n": ("--comments", "%"),
            TABLE.replace("\n", "\n# note\n"): ()}.items():
        path.write_text(text)
        assert loaded(path, *options).dtype == whole.dtype
        for name in names:
            np.testing.assert_array_equal(loaded(path, *options)[name], whole[name], strict=True)
            np.testing.assert_array_equal(loaded(f"{path}:{name}", *options), whole[name], strict=True)


@pytest.mark.parametrize("text, options, values", [
    ("Name;Preis\nA;1.234,50\nB;-2,25\n", ["--decimal", ",", "--thousands", "."], [("A", 1234.5), ("B", -2.25)]),
    ("Name;Preis\nA, a;7\n", ["--decimal", ","], [("A, a", 7)]),
    ("n,ok\n1,yes\n2,no\n", ["--accept", "truth"], [(1, True), (2, False)]),
    ('n,part\n"x, y",1.5%\nz,2%\n', ["--accept", "percent"], [("x, y", 0.015), ("z", 0.02)]),
    ('n,part\n"x\ny",1.5%\nz,2%\n', ["--accept", "percent"], [("x\ny", 0.015), ("z", 0.02)]),
    ("t,v\n0,-99\n1,2\n", ["--missing-number=-99"], [(0, None), (1, 2.0)]),
    ("t,v\ns,V\n0,1.5\n1,2\n", ["--units-row"], [(0, 1.5), (1, 2.0)]),
    ("when;v\n1.5.2020 10:00;1,5\n", ["--decimal", ",", "--date-format", "%d.%m.%Y %H:%M"],
     [(datetime.datetime(2020, 5, 1, 10), 1.5)]),
    # As pandas: what other marks than the given ones make a number is text, and words for missing values are none.
    ("a;b\n1,5;1.234\n2,5;3.000\n", ["--decimal", ","], [(1.5, "1.234"), (2.5, "3.000")]),
    ("1;2.5\n3;4\n", ["--decimal", ","], [(1, "2.5"), (3, "4")]),
    ("a;b\n1,5;1.234,5\n2,5;3\n", ["--decimal", ","], [(1.5, "1.234,5"), (2.5, "3")]),
    ("a;b\n1,5;NA\n2,5;3,0\n", ["--decimal", ","], [(1.5, None), (2.5, 3.0)]),
])
def test_spelled_tables(tmp_path, text, options, values):
    path = tmp_path / "t.csv"
    path.write_text(text)
    found = loaded(path, *options)
    assert [tuple(None if item != item else item for item in row) for row in found.tolist()] == values
    for name in found.dtype.names:
        np.testing.assert_array_equal(loaded(f"{path}:{name}", *options), found[name], strict=True)


@pytest.mark.parametrize("fields, dtype", [
    (["(1+2j)", "3j", "4.5"], "c16"), (["(5.00)", "12.50"], "U6"), (["12J", "7J"], "U3"), (["j", "k"], "U1"), (["(7)", "8"], "U3"),
    (["1e3-2j", "-1j"], "c16")])
def test_complex_numbers_and_what_looks_like_them(tmp_path, fields, dtype):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "".join(f"{field},x\n" for field in fields))
    found = loaded(path)["a"]
    assert found.dtype == np.dtype(dtype)
    assert found.tolist() == (fields if dtype[0] == "U" else [complex(field) for field in fields])


@pytest.mark.parametrize("array", [
    np.array(["a", "b", "c"]), np.array(["1", "2"]), np.array([["a", "b"], ["c,d", 'e"f']]), np.array([b"x", b"y z"]),
    np.array([1, 2], "m8[s]"), np.array(["first", None, 3], dtype=object)])
def test_texts_without_fields_come_back(tmp_path, array):
    """Their first row would be taken for names: they get some."""
    np.save(tmp_path / "a.npy", array)
    run_npy("convert", tmp_path / "a.npy", tmp_path / "a.csv", "--csv")
    with open(tmp_path / "a.csv", newline="") as file:
        names, *rows = csv.reader(file)
    texts = np.char.decode(array) if array.dtype.kind == "S" else array.astype(str)
    assert names == [f"f{place}" for place in range(array.shape[-1] if array.ndim == 2 else 1)]
    assert rows == [row if array.ndim == 2 else [row] for row in texts.tolist()]
    found = loaded(tmp_path / "a.csv")
    assert found.dtype.names == tuple(names) and len(found) == len(array)
    for place, name in enumerate(names):
        assert found[name].astype(str).tolist() == [row[place] for row in rows]


def test_numbers_for_names(tmp_path):
    path = tmp_path / "t.csv"
    for text, names in {"0\na\nb\n": ("0",), "0,1\na,2.5\nb,3.5\n": ("0", "1"), "0,1\n2,x\n": ("0", "1")}.items():
        path.write_text(text)
        assert loaded(path).dtype.names == names
    for text in ["0\n1.5\n2.5\n", "0,1\n2,3\n"]:
        path.write_text(text)
        np.testing.assert_array_equal(loaded(path), np.loadtxt(path, delimiter=","), strict=True)


def test_slices_are_of_the_whole_table(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,x\n2,yy\n3.5,\nz,long text\n")
    whole = loaded(path)
    for count in range(5):
        np.testing.assert_array_equal(loaded(f"{path}[:{count}]"), whole[:count], strict=True)
        np.testing.assert_array_equal(loaded(f"{path}:a[:{count}]"), whole["a"][:count], strict=True)
    assert loaded(f"{path}[1]", "--max-rows", "2").tolist() == (2, "yy")


def test_many_columns_of_one_name(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a," * 50_000 + "b\n" + "1," * 50_000 + "2\n")
    assert run_npy("show", f"{path}:a_49999", timeout=20) == b"[1]\n"


def test_numbers_in_quotes(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('"1","2.5"\n"3","4"\n')
    np.testing.assert_array_equal(loaded(path), [[1, 2.5], [3, 4]], strict=True)


def test_options_that_say_how_a_table_is_cut(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("name,x,T [K]\nann,1,2.5\nbob,2,3.5\n")
    whole = np.array([("ann", 1, 2.5), ("bob", 2, 3.5)], [("name", "U3"), ("x", "i8"), ("T [K]", "f8")])
    for options in (["--names", "true"], ["--delimiter", "auto"], ["--skiprows", "auto"], ["--ndmin", "1"]):
        np.testing.assert_array_equal(loaded(path, *options), whole, strict=True)
    # As np.loadtxt(ndmin=2) has records.
    np.testing.assert_array_equal(loaded(path, "--ndmin", "2"), whole.reshape(-1, 1), strict=True)
    chosen = loaded(path, "--usecols", "x,name")
    assert chosen.dtype.descr == [("x", "<i8"), ("name", "<U3")] and chosen.tolist() == [(1, "ann"), (2, "bob")]
    renamed = loaded(path, "--names", "who,n,t")
    assert renamed.dtype.names == ("who", "n", "t") and renamed.tolist() == whole.tolist()
    result = run_npy("show", path, "--names", "a,b", check=False)
    assert result.returncode == 1 and b"3 columns and 2 names" in result.stderr
    titled = tmp_path / "titled.csv"
    titled.write_text("Report of 2020\n\nby us\nx,y,who\n1,2,ann\n3,4,bob\n")
    assert loaded(titled, "--skiprows", "auto").tolist() == [(1, 2, "ann"), (3, 4, "bob")]
    numbers = tmp_path / "numbers.csv"
    numbers.write_text("Report\n\nx,y\n1,2\n3,4\n")
    # Lines up to the first of numbers are passed, as of every text.
    np.testing.assert_array_equal(loaded(numbers, "--skiprows", "auto"), np.array([[1.0, 2], [3, 4]]), strict=True)
    tabs = tmp_path / "t.tsv"
    tabs.write_text("a;b\n1;x\n")
    assert loaded(tabs, "--delimiter", "auto").tolist() == [(1, "x")]


def test_columns_by_name_in_any_text(tmp_path):
    path = tmp_path / "t.txt"
    path.write_text("# a title\nx y z\n1 2 3\n4 5 6\n")
    found = loaded(path, "--usecols", "z,x")
    assert found.dtype.names == ("z", "x") and found.tolist() == [(3, 1), (6, 4)]
    result = run_npy("show", path, "--usecols", "w", check=False)
    assert result.returncode == 1 and b"there is no column 'w'" in result.stderr


def test_a_unit_in_brackets_is_part_of_a_name(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("p [hPa],T [K]\n1,2.5\n3,4.5\n")
    assert run_npy("show", f"{path}:T [K]") == b"[2.5 4.5]\n"
    assert run_npy("show", f"{path}:T [K][1]") == b"4.5\n"
    result = run_npy("show", f"{path}:T [C]", check=False)
    assert result.returncode == 1 and b"is no index" in result.stderr
    records = np.array([(1.5, 2, 3)], [("T [K]", "f4"), ("p", "i4"), ("p[0]", "i4")])
    np.save(tmp_path / "r.npy", records)
    np.savez(tmp_path / "r.npz", x=records, y=np.arange(3))
    for place in ("r.npy:", "r.npz:x."):
        assert run_npy("show", f"{tmp_path}/{place}T [K]") == b"[1.5]\n"
        assert run_npy("show", f"{tmp_path}/{place}p[-1]") == b"2\n"
        # An exact name is meant before a slice of another.
        assert run_npy("show", f"{tmp_path}/{place}p[0]") == b"[3]\n"
    assert run_npy("show", f"{tmp_path}/r.npz:y[1]") == b"1\n"
    (tmp_path / "d.pkl").write_bytes(pickle.dumps({"T [K]": np.arange(3)}))
    assert run_npy("show", f"{tmp_path}/d.pkl:T [K]") == b"[0 1 2]\n"


def test_statistics_of_a_table_are_those_of_its_columns(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("who,x,when\nann,1,2020-01-01\nbob,3,2020-01-03\n")
    lines = run_npy("stats", path).decode().splitlines()
    assert [line.split() for line in lines] == [
        ["field", "count", "min", "max", "mean", "std", "nan", "inf", "zeros"],
        ["who", "2", "-", "-", "-", "-", "0", "0", "0"],
        ["x", "2", "1", "3", "2.0", "1.0", "0", "0", "0"],
        ["when", "2", "2020-01-01", "2020-01-03", "2020-01-02", "1.0", "steps", "of", "datetime64[D]", "0", "0", "0"],
    ]
    records = np.array([(1, (2.5, [3, 4])), (5, (6.5, [7, 8]))], [("a", "i4"), ("b", [("c", "f4"), ("d", "u2", 2)])])
    np.save(tmp_path / "r.npy", records)
    found = json.loads(run_npy("stats", "--json", tmp_path / "r.npy"))
    assert [(entry["file"].split(":")[1], entry["count"], entry["min"], entry["max"], entry["mean"]) for entry in found] == [
        ("a", 2, 1, 5, 3), ("b.c", 2, 2.5, 6.5, 4.5), ("b.d", 4, 3, 8, 5.5)]


def test_a_table_after_a_marker(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,c\n1,2,3\n*** DATA ***\nwho,x\nann,1.5\nbob,2.5\n")
    found = loaded(path, "--skip-to", r"\*\*\* DATA")
    assert found.dtype.names == ("who", "x") and found.tolist() == [("ann", 1.5), ("bob", 2.5)]
    assert run_npy("show", f"{path}:x", "--skip-to", "DATA") == b"[1.5 2.5]\n"
    result = run_npy("show", path, "--skip-to", "NOTHING", check=False)
    assert result.returncode == 1 and b"no line has a match" in result.stderr


@pytest.mark.parametrize("text, options, line", [
    ("T,v\n10,oops\n11,2\n12,3\n", ["--from", "txt", "--delimiter", ","], 2), ("1,5;2\n2,5;3\n3;4\n5;6\n", ["--from", "txt", "--delimiter", ";"], 1),
    ("x y\n1 a\n2 b\n3 4\n5 6\n7 8\n9 1\n", ["--from", "txt"], 2)])
def test_rows_that_are_passed_are_told(tmp_path, text, options, line):
    path = tmp_path / "t.csv"
    path.write_text(text)
    result = run_npy("convert", path, "-", "--to", "npy", "--skiprows", "auto", *options, check=False)
    assert result.returncode == 0 and f"line {line}".encode() in result.stderr and b"left out" in result.stderr, result


@pytest.mark.parametrize("text", ["title\n\nx,y\n1,2\n3,4\n", "x,y\nm,s\n1,2\n3,4\n", "# a 1\n1,2\n3,4\n"])
def test_titles_are_passed_without_a_word(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text)
    result = run_npy("convert", path, "-", "--to", "npy", "--skiprows", "auto", check=False)
    assert result.returncode == 0 and result.stderr == b""


def test_a_column_beyond_the_last(tmp_path):
    (tmp_path / "n.csv").write_text("1,2\n3,4\n5,6\n")
    refusal = run_npy("show", f"{tmp_path}/n.csv:2", check=False)
    assert refusal.returncode == 1 and b"invalid column index 2" in refusal.stderr
    np.save(tmp_path / "a.npy", np.ones((2, 4)))
    refusal = run_npy("append", tmp_path / "a.npy", tmp_path / "n.csv", check=False)
    assert b"of shape (3, 2) does not fit one of shape (2, 4)" in refusal.stderr


@pytest.mark.parametrize("names", [
    "_1,_2", "id,_1", "5%,50%", "12:30,12:45", "1-2,3-4", "1/2,3/4", "(1),(2)", "1_,2_", "=1,=2", "v,5%"])
@pytest.mark.parametrize("label", [False, True])
def test_names_that_are_no_words(tmp_path, names, label):
    """What is no number above nothing but numbers is a name, as it is to pandas."""
    rows = [[1, 2], [3, 4]]
    lines = [("name," if label else "") + names]
    lines += [("bob," if label else "") + ",".join(map(str, row)) for row in rows]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    run_npy("convert", tmp_path / "t.csv", tmp_path / "o.npy")
    found = np.load(tmp_path / "o.npy")
    assert list(found.dtype.names) == lines[0].split(",")
    assert [list(row)[-2:] for row in found.tolist()] == rows


@pytest.mark.parametrize("first", ["1,5", "1.234,5", "1 234", "0x1F", "1e5", "12"])
def test_values_that_are_spelled_otherwise_are_no_names(tmp_path, first):
    (tmp_path / "t.csv").write_text(f'bob;{first}\namy;2\nzoe;3\n')
    run_npy("convert", tmp_path / "t.csv", tmp_path / "o.npy")
    assert len(np.load(tmp_path / "o.npy")) == 3


@pytest.mark.parametrize("options", [[], ["--accept", "percent"]])
def test_line_ends_in_quotes_stay_what_they_are(tmp_path, options):
    """As in Python's csv, which is the oracle of what the cells are."""
    path = tmp_path / "r.csv"
    text = 'a,b\r\n"x\r\ny",1\r\n"p\rq",2\r\n"s\nt",3\r\n'
    path.write_bytes(text.encode())
    expected = [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:]
    assert loaded(path, *options)["a"].tolist() == expected
    cells = np.array(["x\r\ny", "p\rq", "s\nt", "plain"])
    np.save(tmp_path / "q.npy", cells)
    run_npy("convert", tmp_path / "q.npy", tmp_path / "q.csv", "--csv")
    assert [row[0] for row in csv.reader(io.StringIO((tmp_path / "q.csv").read_bytes().decode(), newline=""))][1:] == cells.tolist()


def test_a_long_cell_is_a_matter_of_memory(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("a\n" + "x\n" * 20_000 + "y" * 20_000 + "\n")
    result = run_npy("info", path, check=False)
    result = run_npy("stats", path, check=False)
    assert result.returncode == 1 and b"--memory" in result.stderr, result
    run_npy("convert", "--memory", "4G", f"{path}[-3:]", tmp_path / "o.npy")
    assert np.load(tmp_path / "o.npy")["a"].tolist() == ["x", "x", "y" * 20_000]


@pytest.mark.parametrize("word", ["NA", "null", "None", "N/A", "NaT", ""])
@pytest.mark.parametrize("text, options, values", [
    ("1.500;2\n{};3\n", ["--thousands", ".", "--decimal", ","], [1500, None]),
    ("1,5;2\n{};3\n", ["--decimal", ","], [1.5, None]), ("12%;2\n{};3\n", ["--accept", "percent"], [0.12, None]),
    ("$1;2\n{};3\n", ["--accept", "currency"], [1, None]), ("1.5D0;2\n{};3\n", ["--accept", "fortran"], [1.5, None]),
    ("0x10;2\n{};3\n", ["--accept", "hex"], [16, None]), ("5-;2\n{};3\n", ["--accept", "minus"], [-5, None])])
def test_missing_values_beside_other_spellings(tmp_path, word, text, options, values):
    path = tmp_path / "t.csv"
    path.write_text("p;q\n" + text.format(word))
    found = [None if value != value else value for value in loaded(path, *options)["p"].tolist()]
    assert found == values


@pytest.mark.parametrize("text", ["v;w\n1.234;2\n5.67;3\n", "1.234;2\n5.67;3\n", "v;w\n1.234;2\n5.6789;3\n"])
def test_marks_that_fit_only_some_cells_make_texts(tmp_path, text):
    """A thousandth of a value, or a thousand times it, would be a guess."""
    path = tmp_path / "t.csv"
    path.write_text(text)
    table = loaded(path, "--thousands", ".", "--decimal", ",")
    first = table.dtype.names[0]
    assert table[first].tolist() == [line.split(";")[0] for line in text.splitlines() if line[0] != "v"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.txt", "t.json"])
def test_a_text_alone_in_a_zip_archive(tmp_path, name, method):
    """What pandas' `to_csv("t.csv.zip")` writes is read as the text is that lies in it."""
    rows = [["name", "a"]] + [[f"n{i % 7}", i] for i in range(3000)]
    if name.endswith("json"):
        plain = tmp_path / name
        plain.write_text(json.dumps([row[1] for row in rows[1:]]))
    elif name.endswith("txt"):
        plain = tmp_path / name
        np.savetxt(plain, np.arange(3000.0).reshape(-1, 3))
    else:
        plain = written(tmp_path, rows, name, delimiter="\t" if name.endswith("tsv") else ",")
    archive = tmp_path / (name + ".zip")
    with zipfile.ZipFile(archive, "w", method) as file:
        file.write(plain, name)
    np.testing.assert_array_equal(loaded(archive), loaded(plain))
    assert run_npy("show", str(archive)) == run_npy("show", str(plain))
    if name.endswith(("csv", "tsv")):
        np.testing.assert_array_equal(loaded(f"{archive}:a"), np.arange(3000))
    # A flaw is told, be it behind the rows that are shown.
    if method == zipfile.ZIP_STORED:
        data = bytearray(archive.read_bytes())
        data[len(data) // 2] ^= 1
        archive.write_bytes(data)
        result = run_npy("show", f"{archive}:[:2]", check=False)
        assert result.returncode == 1 and b"checksum" in result.stderr, result
    # Several members, and what is called an archive of arrays, stay an archive.
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("other.txt", "1 2\n")
    assert name.encode() in run_npy("ls", str(archive))
    plain.rename(tmp_path / "x")
    with zipfile.ZipFile(tmp_path / "t.npz", "w", method) as file:
        file.write(tmp_path / "x", name)
    assert b"no array" in run_npy("ls", str(tmp_path / "t.npz"))


def test_a_column_is_named_once(tmp_path):
    path = written(tmp_path, [["a", "b"], [1, 2], [3, 4]])
    for options in (["--usecols", "1"], ["--usecols", "b"], ["--genfromtxt", "--names", "true", "--usecols", "1"]):
        result = run_npy("show", f"{path}:a", *options, check=False)
        assert result.returncode == 1 and b"names a column already" in result.stderr, result


@pytest.mark.parametrize("text, delimiter", [
    ("time,val\n1,10\n2,20\n3,30,err\n4,40,err\n", ","), ("id;name;city\n1;Bob;NY\n2;Ann;LA;CA\n3;Tom;SF;CA\n", ";"),
    ("x,y,z\n" + "1,2,3\n" * 9 + "1,2,3,4\n" * 400, ","), ("name,city\nAnn,Rome\nBob,Paris,FR\nTom,3,X\n", ","),
    ("val\n1\n2\n3,err\n4,err\n", ","), ("k,v\nx,1\n\nt,val,err\n1,2,x\n", ","), ("Serial,1234\nMass,5\nt,val,err\n1,2,x\n", ","), ("a,b,c,d\n1,2,3,4\n1,2,3,4\n1,2,3,4,,x\n1,2,3,4,,x\n1,2,3,4,,x\n", ",")])
def test_rows_that_grow_are_no_reason_to_leave_out_others(tmp_path, text, delimiter):
    """A header and rows of values above longer rows are no titles: as in pandas, the first longer row is an error."""
    path = tmp_path / "t.csv"
    path.write_text(text)
    widths = [len(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    line = next(number for number, width in enumerate(widths, 1) if width > widths[0])
    result = run_npy("show", path, check=False)
    message = f"Line #{line} (got {widths[line - 1]} columns instead of {widths[0]})"
    assert result.returncode == 1 and message.encode() in result.stderr, result


@pytest.mark.parametrize("text", [
    "time,val\n1,10\n2,20\n3,30,\n4,40,\n5,50,\n", "A,B,C\n1,2,3\n4,5,6,\n4,5,6,\n4,5,6,\n",
    ",".join(f"n{column}" for column in range(18)) + "\n" + (",".join(["7"] * 18) + ",\n") * 30])
def test_a_delimiter_behind_some_rows_leaves_nothing_out(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text)
    names, *rows = csv.reader(io.StringIO(text))
    found = loaded(path)
    assert found.dtype.names == tuple(names)
    assert found.tolist() == [tuple(map(int, row[:len(names)])) for row in rows]


@pytest.mark.parametrize("text, told", [
    ("Report\na;b;c\n1;x;2\n3;y;4\n", b"line 1 above the table is left out: Report"),
    ("Report\n\nfor 2020\na\tb\n1\tx\n3\ty\n", b"lines 1 to 3 above the table are left out: Report"),
    ("Data, 2020 (v2)\nA,B,C\n1,x,y\n2,z,w\n", b"line 1 above the table is left out: Data,2020 (v2)"),
    ("# a comment\na,b\n1,x\n", None), ("a,b\n1,x\n", None),
    ("Serial,1234\nDate,2020-01-01\n\nt,val,err\n1,2,x\n2,3,y\n", b"lines 1 to 2 above the table are left out: Serial,1234"), ("a,b\nr1,1,2\nr2,3,4\n", None)])
def test_titles_that_are_left_out_are_told(tmp_path, text, told):
    path = tmp_path / "t.csv"
    path.write_text(text)
    result = run_npy("show", path, check=False)
    assert result.returncode == 0 and (told in result.stderr if told else result.stderr == b""), result
    assert b"left out" not in run_npy("show", path, "--skiprows", "auto", check=False).stderr


@pytest.mark.parametrize("text, names, values", [
    ("wavelength,400,410,420\ns1,.1,.2,.3\ns2,.4,.5,.6\n", ("wavelength", "400", "410", "420"), [("s1", .1, .2, .3), ("s2", .4, .5, .6)]),
    ("t,-10,0,10\n0,1.5,2.5,3.5\n1,4.5,5.5,6.5\n", ("t", "-10", "0", "10"), [(0, 1.5, 2.5, 3.5), (1, 4.5, 5.5, 6.5)]),
    ("bob,1,2,4\namy,.1,.2,.3\n", ("f0", "f1", "f2", "f3"), [("bob", 1, 2, 4), ("amy", .1, .2, .3)])])
def test_steps_for_names(tmp_path, text, names, values):
    path = tmp_path / "t.csv"
    path.write_text(text)
    found = loaded(path)
    assert found.dtype.names == names and found.tolist() == values


def test_names_that_may_be_values_are_told(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("gene,1,2\nBRCA1,2,3\nTP53,4,5\n")
    result = run_npy("show", path, check=False)
    assert result.returncode == 0 and b"line 1 is read as a row" in result.stderr and b"--names true" in result.stderr
    result = run_npy("convert", path, tmp_path / "o.npy", "--names", "true", check=False)
    assert result.returncode == 0 and result.stderr == b""
    assert np.load(tmp_path / "o.npy").dtype.names == ("gene", "1", "2")
    result = run_npy("show", f"{path}:gene", check=False)
    assert result.returncode == 1 and b"--names true" in result.stderr
    path.write_text("Ann,31,5\nBob,28,4\n")
    assert run_npy("show", path, check=False).stderr == b""


def test_a_number_beyond_the_columns_is_a_name(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("Country,2019,2020\nDE,1,2\nFR,3,4\n")
    found = loaded(path, "--usecols", "Country,2020")
    assert found.dtype.names == ("Country", "2020") and found.tolist() == [("DE", 2), ("FR", 4)]
    assert loaded(path, "--usecols", "2").dtype.names == ("2020",)
    assert b"invalid column index 2021" in run_npy("show", path, "--usecols", "2021", check=False).stderr
    text = tmp_path / "t.txt"
    text.write_text("n 2019 2020\n0 1 2\n5 3 4\n")
    for options in (["--names", "true"], ["--names", "true", "--genfromtxt"]):
        for columns, names, values in [("2020", ("2020",), [2, 4]), ("2020,n", ("2020", "n"), [(2, 0), (4, 5)])]:
            found = loaded(text, *options, "--usecols", columns)
            assert found.dtype.names == names, (options, columns)
            assert [row if len(names) > 1 else row[0] for row in found.tolist()] == values


@pytest.mark.parametrize("text, hint", [
    ('"Label"; "Type"; "#N"\n"a"; "x"; 1\n"b"; "y"; 2\n', "--delimiter '; '"), ('a, b\n1, "x, y"\n2, "z"\n', "--delimiter ', '")])
def test_quotes_behind_spaces(tmp_path, text, hint):
    """Python's csv reads them with skipinitialspace."""
    path = tmp_path / "t.csv"
    path.write_text(text)
    assert hint in run_npy("show", path, check=False).stderr.decode()
    delimiter = hint[-3:-1]
    names, *rows = csv.reader(io.StringIO(text), delimiter=delimiter[0], skipinitialspace=True)
    found = loaded(path, "--delimiter", delimiter)
    assert found.dtype.names == tuple(names)
    assert [[str(cell) for cell in row] for row in found.tolist()] == rows


@pytest.mark.parametrize("options", [[], ["--from", "csv"]])
def test_a_zipped_table_that_is_called_one(tmp_path, options):
    with zipfile.ZipFile(tmp_path / "t.csv.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("t.csv", "a,b\n1,x\n2,y\n")
    assert loaded(tmp_path / "t.csv.zip", *options).tolist() == [(1, "x"), (2, "y")]
    if options:
        data = (tmp_path / "t.csv.zip").read_bytes()
        assert run_npy("show", "-:a", *options, stdin=data) == b"[1 2]\n"
        with zipfile.ZipFile(tmp_path / "t.csv.zip", "a") as file:
            file.writestr("u.csv", "a,b\n1,x\n")
        result = run_npy("show", tmp_path / "t.csv.zip", *options, check=False)
        assert result.returncode == 1 and b"not of one text" in result.stderr


def test_a_table_on_standard_input_is_told_of(tmp_path):
    result = run_npy("show", "-:B", stdin=b"A,B\n1,2\n3,4\n", check=False)
    assert result.returncode == 1 and b"--from csv" in result.stderr
    assert run_npy("show", "-:B", "--from", "csv", stdin=b"A,B\n1,2\n3,4\n") == b"[2 4]\n"


def test_dates_that_are_numbers(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("20200131,1.5\n20200229,2.5\n")
    found = loaded(path, "--date-format", "%Y%m%d")
    assert [row[0] for row in found.tolist()] == [datetime.date(2020, 1, 31), datetime.date(2020, 2, 29)]


@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_date_that_does_not_fit_is_named(tmp_path, place):
    dates = ["01/02/2020", "02/02/2020", "03/02/2020"]
    dates.insert(place, "31/02/2020")
    path = tmp_path / "t.csv"
    path.write_text("a,d\n" + "".join(f"{row},{date}\n" for row, date in enumerate(dates)))
    result = run_npy("convert", path, "-", "--to", "npy", "--date-format", "%d/%m/%Y", check=False)
    # Python's strptime knows no such day.
    assert f"'31/02/2020' in line {place + 2} is no date of the format '%d/%m/%Y'" in result.stderr.decode(), result
    assert np.load(io.BytesIO(result.stdout))["d"].tolist() == dates


@pytest.mark.parametrize("rows", [["high,1", "5,2", "6,3"], ["A1,2020-01-01", "nan,2020-01-02"], ["x,1.5", "2,2.5", "3,3.5"]])
def test_names_behind_a_comment_leave_all_rows(tmp_path, rows):
    path = tmp_path / "x.csv"
    path.write_text("#v,w\n" + "".join(row + "\n" for row in rows))
    shown = json.loads(run_npy("show", "--json-values", path))
    assert [str(list(row)[0]) if not isinstance(row, dict) else str(row["v"]) for row in shown] == [row.split(",")[0] for row in rows]
    plain = tmp_path / "y.csv"
    plain.write_text("v,w\n" + "".join(row + "\n" for row in rows))
    assert json.loads(run_npy("show", "--json-values", plain)) == shown
