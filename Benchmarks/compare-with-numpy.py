#!/usr/bin/env python3
"""Times NumPy and the library on the same work, in turns, and prints medians, spread and ratios.

usage: compare-with-numpy.py [FOLDER [PREFIXES]]    (best in memory: /dev/shm; PREFIXES: only the work whose name
begins with one of these, separated by commas; what is read must be written first: "save npy,map npy")
"""
import pathlib
import pickle
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

here = pathlib.Path(__file__).parent
folder = pathlib.Path(tempfile.mkdtemp(dir=sys.argv[1] if len(sys.argv) > 1 else "/dev/shm"))
np.random.seed(0)
S = np.random.randint(1, 100, size=(100, 100, 100))
F = np.random.standard_normal((1000, 1000))
table = S.reshape(100_000, 10)
small = np.arange(100_000) * 1.37 - 5
p = str(folder / "numpy")
lists = {f"key {i}": [i * 0.5] for i in range(100_000)}
dumped, listed = pickle.dumps(S, 4), pickle.dumps(lists, 4)


def dump():
    with open(p + ".pkl", "wb") as stream:
        pickle.dump(S, stream, 4)


def load():
    with open(p + ".pkl", "rb") as stream:
        return pickle.load(stream)


def printed():
    with np.printoptions(threshold=sys.maxsize):
        return str(small)


WORK = [
    ("save npy S", lambda: np.save(p + ".npy", S), 9), ("load npy S", lambda: np.load(p + ".npy"), 9),
    ("map npy S", lambda: np.load(p + ".npy", mmap_mode="r"), 9), ("savez S", lambda: np.savez(p + ".npz", S), 9),
    ("load npz S", lambda: np.load(p + ".npz")["arr_0"], 9), ("map npz member S", lambda: np.load(p + ".npz")["arr_0"], 9),
    ("savez_compressed S", lambda: np.savez_compressed(p + "c.npz", S), 3),
    ("savez_compressed S, fast", None, 0),
    ("load compressed S", lambda: np.load(p + "c.npz")["arr_0"], 9),
    ("load NumPy's compressed S", lambda: np.load(p + "c.npz")["arr_0"], 9),
    ("savez_compressed F", lambda: np.savez_compressed(p + "g.npz", F), 3), ("pickle dump S", dump, 9),
    ("pickle load S", load, 9), ("pickle load S, mapped", load, 9),
    ("pickle dumps S", lambda: pickle.dumps(S, 4), 9), ("pickle loads S", lambda: pickle.loads(dumped), 9),
    ("pickle dumps 100k lists", lambda: pickle.dumps(lists, 4), 9),
    ("pickle loads 100k lists", lambda: pickle.loads(listed), 9), ("savetxt %d S", lambda: np.savetxt(p + ".tsv", table, "%d", "\t"), 3),
    ("savetxt F", lambda: np.savetxt(p + ".txt", F), 3),
    ("loadtxt int S", lambda: np.loadtxt(p + ".tsv", int, delimiter="\t"), 5), ("loadtxt F", lambda: np.loadtxt(p + ".txt"), 3),
    ("array2string of 100,000 doubles", printed, 3),
]
left, square = np.random.randint(0, 100, (512, 512)), np.random.standard_normal((1024, 1024))
WORK += [
    ("matmul int64 512", lambda: left @ left, 3), ("matmul float64 1024", lambda: square @ square, 5),
    ("sum F", lambda: F.sum(), 9), ("std F", lambda: F.std(), 9), ("max S", lambda: S.max(), 9),
    ("F transposed to C order", lambda: np.ascontiguousarray(F.T), 9), ("S as float32", lambda: S.astype("f4"), 9),
]

prefixes = sys.argv[2] if len(sys.argv) > 2 else ""
WORK = [work for work in WORK if work[0].startswith(tuple(prefixes.split(",")))]
theirs, ours = {}, {}
for name, work, count in WORK:
    if work is None:
        theirs[name] = theirs["savez_compressed S"]
        continue
    times = []
    for _ in range(count + 1):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    theirs[name] = times[1:]
output = subprocess.run([here / ".build/release/FileBenchmark", folder, "9", prefixes], capture_output=True, text=True, check=True).stdout
for line in output.splitlines():
    name, values = line.split("\t")
    ours[name] = [float(value) for value in values.split()]
print("| work | NumPy ms | ours ms (min to max) | ratio |\n| --- | --- | --- | --- |")
for name, _, _ in WORK:
    a, b = statistics.median(theirs[name]) * 1e3, statistics.median(ours[name]) * 1e3
    print(f"| {name} | {a:.2f} | {b:.2f} ({min(ours[name]) * 1e3:.2f} to {max(ours[name]) * 1e3:.2f}) | {a / b:.1f} |")
for path in folder.iterdir():
    path.unlink()
folder.rmdir()
