"""Tables of text that are larger than what may be held: the command goes through them in bounded memory."""
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from conftest import COMMAND

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


def run(folder, *arguments):
    """Standard output of the command, which must not have taken more than the limit."""
    output = subprocess.check_output([sys.executable, "-c", LAUNCHER, folder / "out", COMMAND, *map(str, arguments)])
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
