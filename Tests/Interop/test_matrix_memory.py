"""Arrays that are larger than what may be held: on every way that needs no more than a part at a time, memory is bounded.

By default each source and output gets two parts, and these one of the steps; NPY_MATRIX_ALL=1 runs them all.
"""
import concurrent.futures
import gzip
import itertools
import os
import shlex
import shutil
import zipfile

import numpy as np
import pytest

from measured import Measured

ROW = b"1,22,333,4444\n"
VALUES = np.array([1, 22, 333, 4444])
COUNT = 4_700_000
# The array has 150 million bytes.
LIMIT = 100 << 20
PARTS = {"": slice(None), "[5:4500000]": slice(5, 4_500_000), "[::2]": slice(None, None, 2)}
STEPS = [[], ["--astype", "f4"], ["--reshape=-1,2"], ["--reshape=-1,1", "--astype=>i2"]]
OUTPUTS = {
    "npy": ["out.npy"], "npz": ["out.npz"], "npz, compressed": ["out.npz", "--compress=fast"],
    "csv": ["out.csv", "--fmt", "%d"], "csv.gz": ["out.csv.gz", "--fmt", "%d"], "stdout": ["-", "--to", "npy"],
    "text on stdout": ["-", "--to", "csv", "--fmt", "%d"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    array = np.lib.format.open_memmap(folder / "a.npy", "w+", "<i8", (COUNT, 4))
    for start in range(0, COUNT, 100_000):
        array[start:start + 100_000] = VALUES
    del array
    shutil.copy(folder / "a.npy", folder / "b.npy")
    array = np.lib.format.open_memmap(folder / "bytes.npy", "w+", "u1", (150_000_000,))
    for start in range(0, 150_000_000, 1_000_000):
        array[start:start + 1_000_000] = 7
    del array
    for name, compression in (("stored.npz", zipfile.ZIP_STORED), ("deflated.npz", zipfile.ZIP_DEFLATED)):
        with zipfile.ZipFile(folder / name, "w", compression, compresslevel=1) as archive:
            archive.write(folder / "a.npy", "x.npy")
            archive.writestr("note.txt", "not an array")
    with open(folder / "a.csv", "wb") as file:
        for _ in range(COUNT // 100_000):
            file.write(ROW * 100_000)
    yield folder
    shutil.rmtree(folder)


# Addresses, options and standard input.
SOURCES = {
    "npy": ("a.npy", [], None), "npz stored": ("stored.npz:x", [], None), "npz deflated": ("deflated.npz:x", [], None),
    "csv": ("a.csv", ["--dtype", "i8"], None), "npy on stdin": ("-", [], "a.npy"),
    "csv on stdin": ("-", ["--from", "csv", "--dtype", "i8"], "a.csv"),
}


def at(folder, address):
    return address if address.startswith("-") else f"{folder}/{address}"


def measure(folder, scratch, arguments, stdin=None, limit=LIMIT, code=0):
    """What is wrong with a command: how it ended, or how much memory it took."""
    done = Measured(scratch, arguments, folder / stdin if stdin else os.devnull, stdout=scratch / "stdout")
    if done.was_ended or done.code != code:
        return f"exit code {done.code}: {done.errors[:2]}"
    if done.peak > limit:
        return f"{done.peak / 1e6:.0f} MB"


def content_fault(path, rows, step, fmt):
    """What is wrong with a file: its shape, type or values; of text only the size and the first lines are looked at."""
    width = int(step[0].rpartition(",")[2]) if step and "reshape" in step[0] else 4
    if fmt:
        text = b"".join(b",".join(b"%d" % value for value in row) + b"\n" for row in VALUES.reshape(-1, width))
        if path.suffix == ".gz":
            with gzip.open(path, "rb") as file:
                return None if file.read(1 << 20).startswith(text) else "text differs"
        if path.stat().st_size != len(text) * rows:
            return f"{path.stat().st_size} bytes for {len(text) * rows}"
        with open(path, "rb") as file:
            return None if file.read(1 << 20).startswith(text) else "text differs"
    got = np.load(path, mmap_mode="r")
    got = got[got.files[0]] if path.suffix == ".npz" else got
    dtype = {"f4": "<f4", "--astype=>i2": ">i2"}.get(step[-1] if step else "", "<i8")
    if got.shape != (rows * 4 // width, width) or got.dtype != dtype:
        return f"{got.shape} {got.dtype}"
    return None if (got.reshape(-1, 4) == VALUES).all() else "values differ"


def conversions():
    """One cell after another: name, address, options, standard input, result, output."""
    everything = os.environ.get("NPY_MATRIX_ALL")
    for index, (source, part, output) in enumerate(itertools.product(SOURCES, PARTS, OUTPUTS)):
        steps = STEPS if everything else [STEPS[(index + index // 4) % len(STEPS)]]
        if not everything and part == list(PARTS)[1 + index % 2]:
            continue
        for step in steps:
            yield source, part, step, output


def convert(folder, scratch, cell):
    source, part, step, output = cell
    address, options, stdin = SOURCES[source]
    destination, *more = OUTPUTS[output]
    arguments = ["convert", at(folder, address + part), destination, *options, *step, *more]
    scratch.mkdir()
    fault = measure(folder, scratch, arguments, stdin)
    name = "stdout" if destination == "-" else destination
    if not fault:
        fault = content_fault(scratch / name, len(range(COUNT)[PARTS[part]]), step, "--fmt" in more)
    left = sorted(path.name for path in scratch.iterdir())
    if not fault and left != sorted({"stdout", name}):
        fault = f"leaves {left}"
    shutil.rmtree(scratch)
    return f"{source}, {'sliced' if part else 'whole'} to {output}", arguments, stdin, fault


def check(results):
    lines = [f"memory: {kind}\n    {'<' + stdin + ' ' if stdin else ''}{shlex.join(['npy', *map(str, arguments)])}\n        {fault}"
             for kind, arguments, stdin, fault in results if fault]
    path = os.environ.get("NPY_MATRIX_REPORT")
    if path:
        with open(path, "a") as file:
            file.write("\n".join(lines) + ("\n" if lines else ""))
    assert not lines, f"{len(lines)} of {len(results)} cells\n" + "\n".join(lines)


@pytest.mark.parametrize("source", SOURCES)
def test_conversions(folder, tmp_path, source):
    cells = [cell for cell in conversions() if cell[0] == source]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        check(list(pool.map(lambda pair: convert(folder, tmp_path / str(pair[0]), pair[1]), enumerate(cells))))


def commands():
    """Other commands over large files, whole and in part."""
    files = ["a.npy", "stored.npz:x", "deflated.npz:x", "bytes.npy"]
    for index, (name, part) in enumerate(itertools.product(files, ["", "[1:4600000]", "[::3]"])):
        if not os.environ.get("NPY_MATRIX_ALL") and part and index % 2:
            continue
        other = "b.npy" if name != "bytes.npy" else name
        yield f"stats, {'sliced' if part else 'whole'}", ["stats", name + part], None, 0
        yield f"show, {'sliced' if part else 'whole'}", ["show", name + part], None, 0
        yield f"plot, {'sliced' if part else 'whole'}", ["plot", "--kind=hist", name + part], None, 0
        yield f"diff, {'sliced' if part else 'whole'}", ["diff", name + part, other + part], None, 0
        yield f"pack, {'sliced' if part else 'whole'}", ["pack", "--compress=fast", "out.npz", "y=" + name + part], None, 0
    for name in ["a.npy", "stored.npz", "deflated.npz"]:
        for command in ("check", "info", "ls"):
            yield command, [command, name], None, 0
    yield "unpack", ["unpack", "deflated.npz"], None, 0
    for command in ("stats", "show"):
        yield f"{command}, npz on stdin", [command, "-:x"], "stored.npz", 0
    for part in ("", "[1:4600000]"):
        for options, stdin in ((["-" + part], "a.npy"), (["a.csv" + part, "--dtype", "i8"], None)):
            for command in (["stats"], ["plot", "--kind=hist"], ["show"]):
                yield f"{command[0]}, {'stdin' if stdin else 'csv'}", [*command, *options], stdin, 0


def test_other_commands(folder, tmp_path):
    def run(pair):
        index, (kind, arguments, stdin, code) = pair
        scratch = tmp_path / str(index)
        scratch.mkdir()

        def path(argument):
            name, equals, address = argument.rpartition("=")
            known = address.partition(":")[0].partition("[")[0]
            return f"{name}{equals}{folder}/{address}" if (folder / known).is_file() else argument
        arguments = [path(argument) for argument in arguments]
        fault = measure(folder, scratch, arguments, stdin, code=code)
        shutil.rmtree(scratch)
        return kind, arguments, stdin, fault
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        check(list(pool.map(run, enumerate(commands()))))
