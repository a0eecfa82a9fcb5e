#!/usr/bin/env python3
"""Times the library beside NumPy, CPython, pandas and polars on many small operations, in turns, and prints the ratios, worst first.

usage: compare.py [ROWS...] [--folder DIR] [--rounds N] [--size N] [--seed N] [--tsv FILE] [--report FILE.md]

ROWS are `arrays`, `pickles`, `text`, `files`, `peers`, or parts of a row's name. Above 1 the library is faster. Wall and processor
time are both given: on a busy machine the second counts. Peers that Python does not have are left out.
"""
import argparse
import datetime
import decimal
import pathlib
import os
import pickle
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("rows", nargs="*")
parser.add_argument("--folder", default="/dev/shm")
parser.add_argument("--rounds", type=int, default=7)
parser.add_argument("--size", type=int, default=1_000_000, help="elements of an array, a tenth as many objects")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--tsv")
parser.add_argument("--report", help="a page in Markdown")
options = parser.parse_args()
folder = pathlib.Path(tempfile.mkdtemp(dir=options.folder))
rng = np.random.default_rng(options.seed)
random.seed(options.seed)
N = options.size
ROWS = []  # name, what the benchmark is asked, what NumPy does


def row(name, asked, peer):
    if not options.rows or any(part in name for part in options.rows):
        ROWS.append((name, asked, peer))


def saved(name, array):
    path = folder / f"{name}.npy"
    np.save(path, array)
    return path


# Arrays
LAYOUTS = {"C": lambda a: a, "F": lambda a: a.T, "strided": lambda a: a[..., ::2]}


def array_rows():
    shape = (N // 1000, 1000)
    files = {}
    for code in ["?", "i1", "u1", "i2", "i4", "i8", "u8", "f2", "f4", "f8", "c16", ">i4", ">f8"]:
        dtype = np.dtype(code)
        array = (rng.normal(0, 50, shape) + (1j if dtype.kind == "c" else 0)).astype(dtype) if dtype.kind in "fc" \
            else rng.integers(0, 2 if dtype.kind == "b" else 100, shape).astype(dtype)
        files[code] = saved(f"a{len(files)}", array), array
    for code, (path, array) in files.items():
        for operation in ["sum", "max", "std"]:
            if operation == "std" and code in "?c16":
                continue
            for layout in ["C", "F", "strided"]:
                for axis in ["", "0", "1"] if layout == "C" else [""]:
                    viewed, number = LAYOUTS[layout](array), int(axis) if axis else None
                    row(f"arrays {operation} {code} {layout} axis {axis or 'all'}", [operation, path, layout, axis],
                        lambda operation=operation, viewed=viewed, number=number: getattr(viewed, operation)(number))
        for layout in ["C", "F", "strided"]:
            viewed = LAYOUTS[layout](array)
            row(f"arrays copy {code} {layout}", ["copy", path, layout], lambda viewed=viewed: np.array(viewed, order="C"))
            other = viewed.copy()
            row(f"arrays equal {code} {layout}", ["equal", path, layout],
                lambda viewed=viewed, other=other: np.array_equal(viewed, other))
        for target in ["?", "i1", "i2", "i4", "i8", "f2", "f4", "f8", "c16", ">i4"]:
            if target != code and not (code == "c16" and target not in ("f8", "i8")):
                row(f"arrays astype {code} to {target}", ["astype", path, "C", target],
                    lambda array=array, target=target: quietly(array, target))
        if code in ["i1", "u1", "i2", "i4", "i8", "f4", "f8"]:
            for layout in ["C", "F", "strided"]:
                viewed = LAYOUTS[layout](array)
                for operation, peer in [("add", lambda v: v + v), ("multiply", lambda v: v * v), ("add a number", lambda v: v + 3)]:
                    row(f"arrays {operation} {code} {layout}", [operation, path, layout], lambda peer=peer, viewed=viewed: peer(viewed))
    for code, left, right in [("f8", (500, 500), (500, 500)), ("f4", (500, 500), (500, 500)), ("c16", (300, 300), (300, 300)),
                              ("f8", (200, 50, 50), (200, 50, 50)), ("f8", (10, 1000), (1000, 10)), ("i8", (200, 200), (200, 200)),
                              ("f8", (1000, 1000), (1000,))]:
        a, b = rng.normal(0, 9, left).astype(code), rng.normal(0, 9, right).astype(code)
        name = f"arrays matmul {code} {left} {right}"
        row(name, ["matmul", saved(f"l{len(ROWS)}", a), saved(f"r{len(ROWS)}", b)], lambda a=a, b=b: a @ b)


def quietly(array, target):
    with np.errstate(all="ignore"):
        return array.astype(target)


# Pickles
class Plain:
    def __init__(self, x):
        self.x, self.name = x, "n"


def pickle_rows():
    n = N // 10
    word = "a word"
    words = ["".join(random.choices("abcdefghij", k=random.randint(3, 12))) for _ in range(n)]
    kinds = {
        "references to one string": [word] * 5 * n,
        "distinct strings": words,
        "few strings": random.choices(words[:50], k=n),
        "small ints": [random.randrange(256) for _ in range(5 * n)],
        "ints of 30 bits": [random.randrange(1 << 30) for _ in range(2 * n)],
        "ints of 60 bits": [random.randrange(1 << 60) for _ in range(2 * n)],
        "ints of 200 bits": [random.randrange(1 << 200) for _ in range(n)],
        "floats": [random.random() for _ in range(2 * n)],
        "bools and None": random.choices([True, False, None], k=5 * n),
        "bytes": [w.encode() for w in words],
        "bytearrays": [bytearray(w.encode()) for w in words],
        "tuples of 2": [(i, i + 1) for i in range(n)],
        "tuples of 5": [(i, 1.5, "x", None, i) for i in range(n // 2)],
        "lists of 3": [[i, i, i] for i in range(n)],
        "dict of strings": {w: v for w, v in zip(words, reversed(words))},
        "dict of ints": {i: i * i for i in range(2 * n)},
        "dicts, a record each": [{"id": i, "name": w, "value": i * .5} for i, w in enumerate(words[:n // 2])],
        "a set of ints": set(range(0, 3 * n, 3)),
        "sets": [{i, i + 1, "a"} for i in range(n // 2)],
        "frozensets": [frozenset((i, "a")) for i in range(n // 2)],
        "complex": [complex(i, -i) for i in range(n)],
        "datetimes": [datetime.datetime(2020, 1, 1) + datetime.timedelta(minutes=i) for i in range(n)],
        "dates": [datetime.date(2020, 1, 1) + datetime.timedelta(days=i % 9000) for i in range(n)],
        "Decimals": [decimal.Decimal(i) / 8 for i in range(n // 2)],
        "objects": [Plain(i) for i in range(n // 2)],
        "numpy scalars": [np.float64(i) for i in range(n // 2)],
        "an object array of ints": np.array([random.randrange(1000) for _ in range(2 * n)], object),
        "an object array of strings": np.array(words, object),
        "small arrays": [np.arange(i % 7) for i in range(n // 4)],
        "nested lists": [[[i], [[i, "b"]]] for i in range(n // 2)],
    }
    for name, value in kinds.items():
        for version in [2, 4, 5]:
            path = folder / f"{len(ROWS)}.pkl"
            dumped = pickle.dumps(value, version)
            path.write_bytes(dumped)
            row(f"pickles loads {name} protocol {version}", ["loads", path], lambda dumped=dumped: pickle.loads(dumped))
            row(f"pickles dumps {name} protocol {version}", ["dumps", path, version],
                lambda value=value, version=version: pickle.dumps(value, version))


# Text
def text_rows():
    n = N // 10
    tables = {
        "ints": (rng.integers(-1000, 100000, (n, 10)), "%d", "i8"),
        "floats": (rng.normal(0, 100, (n, 5)), "%.18e", "f8"),
        "shortest floats": (rng.normal(0, 100, (n, 5)), "%s", "f8"),
        "one decimal": (np.round(rng.normal(0, 100, (n, 5)), 1), "%.1f", "f8"),
        "zeros and ones": (rng.integers(0, 2, (n, 10)), "%d", "f8"),
        "ints as floats": (rng.integers(-1000, 100000, (n, 10)), "%d", "f8"),
        "ints of 19 digits": (rng.integers(10**18, 9 * 10**18, (n, 4)), "%d", "i8"),
        "float32": (rng.normal(0, 100, (n, 5)).astype("f4"), "%s", "f4"),
        "big-endian ints": (rng.integers(-1000, 100000, (n, 10)).astype(">i8"), "%d", ">i8"),
        "longdouble": (rng.normal(0, 100, (n // 10, 5)).astype("g"), "%.18e", "g"),
        "days": (np.datetime64("2000-01-01") + rng.integers(0, 9000, (n, 2)), "%s", "M8[D]"),
        "seconds": (np.datetime64("2000-01-01T00:00:00") + rng.integers(0, 10**9, (n, 2)), "%s", "M8[s]"),
        "dates, unit to be found": (np.datetime64("2000-01-01") + rng.integers(0, 9000, (n, 2)), "%s", "M8"),
        "strings": (np.array([f"w{i % 977}" for i in range(n)]).reshape(-1, 2), "%s", "U5"),
        "strings beyond ASCII": (np.array([f"é{i % 977}ß" for i in range(n)]).reshape(-1, 2), "%s", "U5"),
        "complex": (rng.normal(0, 1, (n // 2, 2)) + 1j * rng.normal(0, 1, (n // 2, 2)), "%s", "c16"),
        "one column": (rng.integers(-1000, 100000, (5 * n, 1)), "%d", "i8"),
        "hexadecimal": (rng.integers(0, 100000, (n, 4)), "%x", None),
        "%g": (rng.normal(0, 100, (n, 5)), "%g", "f8"),
    }
    for name, (array, form, dtype) in tables.items():
        path = saved(f"t{len(ROWS)}", array)
        for delimiter in [",", " "]:
            said = "blank" if delimiter == " " else "comma"
            text = folder / f"t{len(ROWS)}{said}.txt"
            row(f"text savetxt {form} {name}, {said}", ["savetxt", path, form, delimiter],
                lambda text=text, array=array, form=form, delimiter=delimiter: np.savetxt(text, array, form, delimiter))
            if dtype:
                np.savetxt(text, array, form, delimiter, encoding="utf-8")
                separator = None if delimiter == " " else delimiter
                row(f"text loadtxt {name}, {said}", ["loadtxt", text, dtype, separator or ""],
                    lambda text=text, dtype=dtype, separator=separator: np.loadtxt(text, dtype, delimiter=separator, encoding="utf-8"))
    truths = folder / "truths.txt"
    np.savetxt(truths, rng.integers(0, 2, (n, 10)), "%d", ",")
    row("text loadtxt truth values, comma", ["loadtxt", truths, "?", ","], lambda: np.loadtxt(truths, bool, delimiter=","))
    quoted = folder / "quoted.txt"
    quoted.write_text("\n".join(f'"{i}","{i * 7}",{i}' for i in range(n)))
    row("text loadtxt quoted ints", ["loadtxt", quoted, "i8", ",", '"'], lambda: np.loadtxt(quoted, "i8", delimiter=",", quotechar='"'))
    bare = folder / "bare.txt"
    bare.write_text("\n".join(f"{i},{i * 7},{i}" for i in range(n)))
    row("text loadtxt quotechar, nothing quoted", ["loadtxt", bare, "i8", ",", '"'],
        lambda: np.loadtxt(bare, "i8", delimiter=",", quotechar='"'))
    mixed = folder / "mixed.txt"
    mixed.write_text("\n".join(f"{i},{i * .25},name{i % 99}" for i in range(n)))
    row("text genfromtxt dtype=None", ["genfromtxt", mixed, "None", ","],
        lambda: np.genfromtxt(mixed, dtype=None, delimiter=",", encoding="utf-8"))


def file_rows():
    for size, label in [(1000, "8 KB"), (10**6, "8 MB"), (125 * 10**5, "100 MB")]:
        array = rng.normal(size=size)
        path = saved(f"f{size}", array)
        row(f"files load {label}", ["load", path], lambda path=path: np.load(path))
        row(f"files save {label}", ["save", path], lambda path=path, array=array: np.save(str(path) + ".peer.npy", array))
    printed = rng.normal(size=N // 10)
    path = saved("printed", printed)

    def text():
        with np.printoptions(threshold=sys.maxsize):
            return str(printed)
    row("files str of floats", ["str", path], text)


def measure(asked, peer, ours):
    """The ratios of NumPy's time to ours, by the clock and by the processor, of each round."""
    ratios, cost = [], []
    repeat = 1
    for index in range(options.rounds + 1):
        ours.stdin.write("\t".join(str(word) for word in [repeat, *asked]) + "\n")
        ours.stdin.flush()
        answer = ours.stdout.readline().strip()
        if not answer or answer.startswith("error"):
            return answer or "died"
        pairs = [[float(part) for part in pair.split(",")] for pair in answer.split()]
        theirs = []
        for _ in range(repeat):
            wall, busy = time.perf_counter(), time.process_time()
            peer()
            theirs.append((time.perf_counter() - wall, time.process_time() - busy))
        best = [(min(p[k] for p in theirs), min(p[k] for p in pairs)) for k in range(2)]
        if index == 0:  # Warms up, and says how often to repeat.
            repeat = max(1, min(200, int(0.02 / max(best[0]))))
            continue
        ratios.append(best[0][0] / best[0][1])
        cost.append(best[1][0] / max(best[1][1], 1e-9))
    return statistics.median(ratios), statistics.median(cost), min(ratios), max(ratios), best[0][1]


# Other libraries' tables
def peer_rows():
    n = N // 10
    tables = {
        "ints": (rng.integers(-1000, 100000, (n, 10)), "%d", "i8"),
        "floats": (rng.normal(0, 100, (n, 5)), "%.17g", "f8"),
        "ints as floats": (rng.integers(0, 2, (n, 10)), "%d", "f8"),
        "ints of 19 digits": (rng.integers(10**18, 9 * 10**18, (n, 4)), "%d", "i8"),
        "one column": (rng.integers(-1000, 100000, (5 * n, 1)), "%d", "i8"),
        "one decimal": (np.round(rng.normal(0, 100, (n, 5)), 1), "%.1f", "f8"),
        "seconds": (np.datetime64("2000-01-01T00:00:00") + rng.integers(0, 10**9, (n, 2)), "%s", "M8[s]"),
    }
    try:
        import pandas
    except ImportError:
        pandas = None
    try:
        import polars
    except ImportError:
        polars = None
    for name, (array, form, dtype) in tables.items():
        text = folder / f"peer{len(ROWS)}.csv"
        np.savetxt(text, array, form, ",")
        path = saved(f"peer{len(ROWS)}", array)
        asked = ["loadtxt", text, dtype, ","]
        numeric = dtype != "M8[s]"
        if pandas is not None and numeric:
            row(f"peers pandas.read_csv {name}", asked, lambda text=text, dtype=dtype: pandas.read_csv(text, header=None, dtype=dtype))
            frame = pandas.DataFrame(array)
            out = str(text) + ".pandas"
            row(f"peers pandas.to_csv {name}", ["savetxt", path, "%s", ","], lambda frame=frame, out=out: frame.to_csv(out, header=False, index=False))
        if polars is not None:
            types = {"i8": polars.Int64, "f8": polars.Float64, "M8[s]": polars.Datetime("ms")}
            row(f"peers polars.read_csv {name}", asked, lambda text=text, types=[types[dtype]] * array.shape[1]: polars.read_csv(
                text, has_header=False, schema_overrides=types))
            if numeric:
                frame = polars.DataFrame(array)
                out = str(text) + ".polars"
                row(f"peers polars.write_csv {name}", ["savetxt", path, "%s", ","], lambda frame=frame, out=out: frame.write_csv(out, include_header=False))


array_rows(), pickle_rows(), text_rows(), file_rows(), peer_rows()
server = subprocess.Popen([HERE / ".build/release/OperationBenchmark"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
found = []
for name, asked, peer in ROWS:
    outcome = measure(asked, peer, server)
    if isinstance(outcome, str):
        print(f"{name}: {outcome}", flush=True)
        if outcome == "died":
            server = subprocess.Popen([HERE / ".build/release/OperationBenchmark"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    else:
        found.append((outcome, name))
found.sort()
lines = ["wall\tcpu\tleast\tmost\tours, ms\trow"] + [
    f"{wall:.2f}\t{cpu:.2f}\t{least:.2f}\t{most:.2f}\t{seconds * 1e3:.3f}\t{name}" for (wall, cpu, least, most, seconds), name in found]
print("\n".join(lines))
if options.tsv:
    pathlib.Path(options.tsv).write_text("\n".join(lines) + "\n")
GROUPS = ["arrays", "pickles loads", "pickles dumps", "text loadtxt", "text savetxt", "text genfromtxt", "files", "peers"]
summary = []
for group in GROUPS:
    rows = [(outcome, name) for outcome, name in found if name.startswith(group)]
    if rows:
        walls = [outcome[0] for outcome, _ in rows]
        summary.append((group, len(rows), statistics.median(walls), min(walls), sum(wall < 1 for wall in walls), rows))
        print(f"{group}: {len(rows)} rows, median {statistics.median(walls):.2f}, behind {sum(w < 1 for w in walls)}")


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.processor()) \
        if os.path.exists("/proc/cpuinfo") else platform.processor()
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout.split("\n")[0]
    versions = [f"Python {platform.python_version()}", f"NumPy {np.__version__}"]
    for name in ["pandas", "polars"]:
        if name in sys.modules:
            versions.append(f"{name} {sys.modules[name].__version__}")
    return f"{model}, {os.cpu_count()} cores; {swift}; {', '.join(versions)}; {datetime.date.today()}"


if options.report:
    page = ["# Beside NumPy and others", "",
            "Written by `make bench ROWS=compare`: each row is timed in turns with its peer, in two processes that go on. A ratio is the peer's time",
            f"over ours, by the clock, the median of {options.rounds} rounds: above 1 the library is faster. Arrays have {N:,} elements, pickles and",
            "tables about a tenth as many. The peer is NumPy for arrays, text and files, CPython for pickles.", "", machine() + ".", "",
            "| rows | how many | median | least | behind |", "| --- | --- | --- | --- | --- |"]
    page += [f"| {group} | {count} | {median:.2f} | {least:.2f} | {behind} |" for group, count, median, least, behind, _ in summary]
    for group, _, _, _, behind, rows in summary:
        page += ["", f"## {group[0].upper()}{group[1:]}: behind" if behind else f"## {group[0].upper()}{group[1:]}: none is behind", ""]
        page += [f"- {wall:.2f} ({least:.2f} to {most:.2f}): {name.removeprefix(group).strip()}"
                 for (wall, _, least, most, _), name in rows if wall < 1]
        page += ["", "The others from the least:" if behind else "From the least:", ""]
        rest = [(outcome, name) for outcome, name in rows if outcome[0] >= 1]
        for k in range(0, len(rest), max(1, len(rest) // 12)):
            (wall, _, _, _, seconds), name = rest[k]
            page.append(f"- {wall:.1f}: {name.removeprefix(group).strip()} ({seconds * 1e3:.3g} ms)")
    pathlib.Path(options.report).write_text("\n".join(page) + "\n")
subprocess.run(["rm", "-r", folder])
