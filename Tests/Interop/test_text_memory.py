"""Tables of text that are larger than what may be held: the command goes through them in bounded memory."""
import gzip
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from conftest import COMMAND, run_npy

ROW = b"1,22,333,4444\n"
VALUES = np.array([1, 22, 333, 4444])
COUNT = 6_000_000
# The array alone has 183 MiB.
LIMIT = 120 << 10

# A small process of its own starts the command: a child begins with the peak of who forks it.
LAUNCHER = """
import os, sys
out = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out, 1)])
_, status, usage = os.wait4(pid, 0)
print(status, usage.ru_maxrss)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("text")
    with open(folder / "a.csv", "wb") as file:
        for _ in range(COUNT // 100_000):
            file.write(ROW * 100_000)
    yield folder
    for path in folder.iterdir():
        path.unlink()


def run(folder, *arguments, stdin=os.devnull):
    """Standard output of the command, which must not have taken more than the limit."""
    with open(stdin, "rb") as source:
        output = subprocess.check_output(
            [sys.executable, "-c", LAUNCHER, folder / "out", COMMAND, *map(str, arguments)], stdin=source)
    status, peak = map(int, output.split())
    assert status == 0
    assert peak < LIMIT, f"{peak} KiB"
    return (folder / "out").read_bytes()


def expected():
    return np.broadcast_to(VALUES, (COUNT, 4))


def test_stats(folder):
    result = json.loads(run(folder, "stats", "--json", "--dtype", "i8", folder / "a.csv"))
    assert (result["count"], result["min"], result["max"], result["zeros"]) == (4 * COUNT, 1, 4444, 0)
    assert result["mean"] == pytest.approx(1200) and result["std"] == pytest.approx(np.std(VALUES))


def test_show(folder):
    path = folder / "a.csv"
    assert run(folder, "show", "--dtype", "i8", path).decode() == str(expected()) + "\n"
    assert run(folder, "show", "--dtype", "i8", "--repr", path).decode() == repr(expected()) + "\n"
    assert run(folder, "show", "--dtype", "i8", "--unpack", path).decode() == str(expected().T) + "\n"
    assert run(folder, "show", "--dtype", "i8", f"{path}[:3]").decode() == str(expected()[:3]) + "\n"


@pytest.mark.parametrize("options", [
    [], ["--unpack"], ["--ndmin", "2"], ["--max-rows", "5999999"], ["--genfromtxt", "--dtype", "auto"],
    ["--genfromtxt", "--names", "a,b,c,d"]], ids=" ".join)
def test_to_npy(folder, options):
    dtype = [] if "auto" in options else ["--dtype", "i8"]
    run(folder, "convert", folder / "a.csv", folder / "a.npy", *dtype, *options)
    array = np.load(folder / "a.npy", mmap_mode="r")
    rows = COUNT - 1 if "--max-rows" in options else COUNT
    if "--names" in options:
        assert array.shape == (rows,) and array.dtype.names == ("a", "b", "c", "d")
        assert array.dtype["a"] == np.int64
        array = array.view("i8").reshape(rows, 4)
    assert array.dtype == np.int64
    if "--unpack" in options:
        assert array.flags.f_contiguous
        array = array.T
    assert array.shape == (rows, 4)
    assert (array == VALUES).all()


def test_to_text_and_back(folder):
    run(folder, "convert", folder / "a.csv", folder / "a.tsv", "--dtype", "i8", "--fmt", "%d")
    line = ROW.replace(b",", b"\t")
    assert os.path.getsize(folder / "a.tsv") == COUNT * len(line)
    with open(folder / "a.tsv", "rb") as file:
        while block := file.read(100_000 * len(line)):
            assert block == line * (len(block) // len(line))
    run(folder, "convert", folder / "a.tsv", folder / "b.npy", "--dtype", "i8")
    run(folder, "convert", folder / "b.npy", folder / "b.csv", "--fmt", "%d")
    assert subprocess.run(["cmp", folder / "a.csv", folder / "b.csv"]).returncode == 0


@pytest.fixture(scope="module")
def records(folder):
    """A table of records with a footer, plain and compressed."""
    with open(folder / "r.csv", "wb") as file:
        for index in range(COUNT // 200_000):
            file.write(b"%d,1.5,text\n" % index * 100_000)
        file.write(b"7,2.5,longer\n7,8,the longest text of all\nend\n")
    with open(folder / "r.csv", "rb") as plain, gzip.open(folder / "r.csv.gz", "wb", 1) as packed:
        shutil.copyfileobj(plain, packed)
    index = np.repeat(np.arange(COUNT // 200_000), 100_000)
    return index


@pytest.mark.parametrize("form", ["file", "gz", "stdin", "packed stdin"])
def test_columns_and_footer(folder, records, form):
    path = folder / ("r.csv.gz" if form in ("gz", "packed stdin") else "r.csv")
    source, stdin = ("-", path) if "stdin" in form else (path, os.devnull)
    run(folder, "convert", source, folder / "r.npy", "--from", "csv", "--genfromtxt", "--dtype", "auto",
        "--usecols", "2,0", "--skip-footer", "2", stdin=stdin)
    array = np.load(folder / "r.npy", mmap_mode="r")
    assert array.dtype == [("f0", "U6"), ("f1", "i8")]
    assert len(array) == len(records) + 1 and array[-1].item() == ("longer", 7)
    assert (array["f1"][:-1] == records).all() and (array["f0"][:-1] == "text").all()


@pytest.mark.parametrize("form", ["file", "stdin"])
def test_text_of_unknown_size(folder, records, form):
    source, stdin = ("-", folder / "r.csv") if form == "stdin" else (folder / "r.csv", os.devnull)
    run(folder, "convert", source, folder / "u.npy", "--from", "csv", "--dtype", "U", "--usecols", "0",
        "--max-rows", len(records), stdin=stdin)
    array = np.load(folder / "u.npy", mmap_mode="r")
    assert array.dtype == "U2" and (array == records.astype("U2")).all()


@pytest.fixture(scope="module")
def columns(folder):
    """Columns of fixed widths: an integer with a gap in every hundredth row, a truth value, a complex number, a text."""
    rows = b"".join(
        (b"     " if index == 99 else b"%5d" % index) + (b"False" if index % 3 else b" True")
        + b"%8s%-6s\n" % (b"%d-%dj" % (index, index), b"text" if index else b"longer")
        for index in range(100))
    with open(folder / "w.txt", "wb") as file:
        for _ in range(15_000):
            file.write(rows)
        file.write(b"    7 True     1.5a\n")
    index = np.tile(np.arange(100), 15_000)
    table = np.zeros(len(index) + 1, [("f0", "i8"), ("f1", "?"), ("f2", "c16"), ("f3", "U6")])
    table["f0"], table["f1"], table["f2"] = np.append(index, 7), np.append(index % 3 == 0, True), np.append(index * (1 - 1j), 1.5)
    table["f3"] = np.append(np.where(index, "text", "longer"), "a")
    table["f0"][:-1][index == 99] = -1
    return table


def test_fixed_widths_truth_and_complex_numbers(folder, columns):
    run(folder, "convert", folder / "w.txt", folder / "w.npy", "--genfromtxt", "--dtype", "auto", "--widths", "5,5,8,6",
        "--autostrip")
    array = np.load(folder / "w.npy", mmap_mode="r")
    assert array.dtype == columns.dtype and (array == columns).all()


@pytest.mark.parametrize("dtype", ["auto", "i4,?,c8,U4"])
def test_mask(folder, columns, dtype):
    run(folder, "convert", folder / "w.txt", folder / "m.npz", "--genfromtxt", "--dtype", dtype, "--widths", "5,5,8,6",
        "--autostrip", "--usemask")
    with np.load(folder / "m.npz") as archive:
        data = archive["data"]
        expected = columns if dtype == "auto" else columns.astype(np.dtype("i4,?,c8,U4"))
        assert data.dtype == expected.dtype and (data == expected).all()
        mask = archive["mask"]
        assert mask.dtype == np.ma.make_mask_descr(expected.dtype)
        assert (mask["f0"] == (columns["f0"] == -1)).all() and not any(mask[name].any() for name in ("f1", "f2", "f3"))
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("options", [[], ["--quotechar", "'"], ["--genfromtxt"], ["--genfromtxt", "--widths", "3"]], ids=" ".join)
def test_line_without_end(folder, options):
    with open(folder / "line.csv", "wb") as file:
        for _ in range(80):
            file.write(b"1," * (1 << 19))
    output = subprocess.run(
        [sys.executable, "-c", LAUNCHER, folder / "out", COMMAND, "stats", folder / "line.csv", *options],
        capture_output=True)
    status, peak = map(int, output.stdout.split())
    assert os.waitstatus_to_exitcode(status) == 1 and b"a line is longer than" in output.stderr
    assert peak < LIMIT, f"{peak} KiB"


@pytest.mark.parametrize("options", [["o.npz"], ["o.npz", "--compress=fast"], ["o.npy", "--reshape=-1,2"], ["-"]], ids=" ".join)
def test_what_must_be_counted_first(folder, options):
    destination = "-" if options[0] == "-" else folder / options[0]
    kind = [] if options[0] != "-" else ["--to", "npy"]
    run(folder, "convert", folder / "a.csv", destination, "--dtype", "i8", *kind, *options[1:])
    if options[0] == "o.npz":
        array = np.load(destination)["arr_0"]
    else:
        array = np.load(folder / "out" if options[0] == "-" else destination, mmap_mode="r")
    assert array.shape == ((2 * COUNT, 2) if "--reshape=-1,2" in options else (COUNT, 4))
    assert (array.reshape(COUNT, 4) == VALUES).all()
    # Nothing is left beside the destination.
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_a_line_of_more_than_the_limit(tmp_path):
    """It is read where more memory is allowed; the error says how."""
    values = np.arange(11_000_000)
    (tmp_path / "x.txt").write_bytes(b" ".join(b"%d" % value for value in range(11_000_000)) + b"\n")
    result = run_npy("info", tmp_path / "x.txt", "--dtype", "i4", check=False)
    assert b"longer than 67108864 bytes" in result.stderr and b"--memory" in result.stderr, result
    run_npy("convert", "--memory", "100M", "--dtype", "i4", tmp_path / "x.txt", tmp_path / "x.npy")
    assert np.array_equal(np.load(tmp_path / "x.npy"), values)
