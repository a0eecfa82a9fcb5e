"""CSV files as programs write them, without a word about how to read them. Python's csv module writes and reads the cells."""
import csv
import datetime
import gzip
import io
import random

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
    assert b"could not convert string 'a'" in run_npy("show", str(path), "--delimiter", ",", check=False).stderr


def test_ragged_rows_have_their_line(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n3\n4,5\n")
    result = run_npy("show", str(path), check=False)
    assert result.returncode == 1 and b"Line #3 (got 1 columns instead of 2)" in result.stderr


def test_there_and_back(tmp_path):
    rows = [["name", "n", "x", "day"], ['Ann "Q", Lee', 3, 0.1, datetime.date(2024, 2, 29)], ["Bob", 4, 1e22, datetime.date(1970, 1, 1)]]
    path = written(tmp_path, rows)
    run_npy("convert", str(path), str(tmp_path / "a.npy"))
    run_npy("convert", str(tmp_path / "a.npy"), str(tmp_path / "b.csv"), "--csv")
    back = list(csv.reader(open(tmp_path / "b.csv", encoding="utf-8")))
    assert back[0] == rows[0] and [[c[0], int(c[1]), float(c[2]), c[3]] for c in back[1:]] == [
        [r[0], r[1], r[2], r[3].isoformat()] for r in rows[1:]]
    np.testing.assert_array_equal(loaded(tmp_path / "b.csv"), np.load(tmp_path / "a.npy"))
