#!/usr/bin/env python3
"""Times text: NumPy, and those of pandas, polars and pyarrow that this Python has, and the library, on the same files.

usage: compare-text.py [--folder DIR] [--only PART] [--threads 1,2] [--no-numpy] [--repeat N]

Everything happens in memory (/dev/shm). Each library runs in a process of its own, once per number of threads; the
table has medians in milliseconds, and for the library the spread and the ratios to NumPy and to the fastest peer.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

here = pathlib.Path(__file__).parent
parser = argparse.ArgumentParser()
parser.add_argument("--folder")
parser.add_argument("--only", default="")
parser.add_argument("--threads", default="1,2")
parser.add_argument("--no-numpy", action="store_true")
parser.add_argument("--repeat", type=int, default=9)
parser.add_argument("--peer", help=argparse.SUPPRESS)
arguments = parser.parse_args()


def make(folder):
    """The files: S a million small integers, W wide ones, F doubles, R records, N columns with names."""
    random = np.random.RandomState(0)
    S = random.randint(1, 100, size=(100_000, 10))
    F = random.standard_normal((100_000, 10))
    W = random.randint(-(2**62), 2**62, size=(100_000, 10)) >> random.randint(0, 62, size=(100_000, 10))
    R = np.zeros(100_000, "i4,f8,U8")
    R["f0"], R["f1"], R["f2"] = S[:, 0], F[:, 0], [f"name{value}" for value in S[:, 1]]
    for name, array in dict(S=S, F=F, W=W, R=R, F32=F.astype("f4"), F1=F.ravel()[:100_000].copy()).items():
        np.save(f"{folder}/{name}.npy", array)
    np.savetxt(f"{folder}/S.tsv", S, "%d", "\t")
    np.savetxt(f"{folder}/W.csv", W, "%d", ",")
    np.savetxt(f"{folder}/F.txt", F)
    with open(f"{folder}/F-shortest.csv", "w") as file:
        file.writelines(",".join(map(repr, row)) + "\n" for row in F.tolist())
    np.savetxt(f"{folder}/R.csv", R, ["%d", "%.6g", "%s"], ",")
    with open(f"{folder}/N.csv", "w") as file:
        file.write("id,value,label\n")
        np.savetxt(file, R, ["%d", "%.6g", "%s"], ",")


def numpy_work(folder):
    S, F, W, R, F32 = (np.load(f"{folder}/{name}.npy") for name in ("S", "F", "W", "R", "F32"))
    out = f"{folder}/numpy.txt"
    small, normal = np.arange(100_000) * 1.37 - 5, np.load(f"{folder}/F1.npy")
    mixed = ["%.6g", "%10.3f"] * 5

    def printed(array):
        with np.printoptions(threshold=sys.maxsize):
            return str(array)

    return {
        "loadtxt int S": lambda: np.loadtxt(f"{folder}/S.tsv", int, delimiter="\t"),
        "loadtxt wide ints": lambda: np.loadtxt(f"{folder}/W.csv", int, delimiter=","),
        "loadtxt F": lambda: np.loadtxt(f"{folder}/F.txt"),
        "loadtxt F shortest": lambda: np.loadtxt(f"{folder}/F-shortest.csv", delimiter=","),
        "loadtxt F float32": lambda: np.loadtxt(f"{folder}/F.txt", "f4"),
        "loadtxt F usecols 1,3": lambda: np.loadtxt(f"{folder}/F.txt", usecols=(1, 3)),
        "loadtxt records": lambda: np.loadtxt(f"{folder}/R.csv", R.dtype, delimiter=","),
        "genfromtxt int S": lambda: np.genfromtxt(f"{folder}/S.tsv", int, delimiter="\t"),
        "genfromtxt S dtype=None": lambda: np.genfromtxt(f"{folder}/S.tsv", None, delimiter="\t"),
        "genfromtxt F": lambda: np.genfromtxt(f"{folder}/F-shortest.csv", delimiter=","),
        "genfromtxt names": lambda: np.genfromtxt(f"{folder}/N.csv", None, delimiter=",", names=True),
        "savetxt %d S": lambda: np.savetxt(out, S, "%d", "\t"),
        "savetxt %d wide": lambda: np.savetxt(out, W, "%d", ","),
        "savetxt F": lambda: np.savetxt(out, F),
        "savetxt %.6g F": lambda: np.savetxt(out, F, "%.6g"),
        "savetxt %.3f F": lambda: np.savetxt(out, F, "%.3f"),
        "savetxt %s F": lambda: np.savetxt(out, F, "%s"),
        "savetxt F32": lambda: np.savetxt(out, F32),
        "savetxt %s F32": lambda: np.savetxt(out, F32, "%s"),
        "savetxt %.6g %10.3f widths": lambda: np.savetxt(out, F, mixed),
        "savetxt records": lambda: np.savetxt(out, R, ["%d", "%.6g", "%s"], ","),
        "array2string of 100,000 doubles": lambda: printed(small),
        "array2string of 100,000 normal doubles": lambda: printed(normal),
        "array2string of 100,000 ints": lambda: printed(S.ravel()[:100_000]),
    }


def pandas_work(folder):
    import pandas as pd

    S, F = pd.DataFrame(np.load(f"{folder}/S.npy")), pd.DataFrame(np.load(f"{folder}/F.npy"))
    out = f"{folder}/pandas.txt"
    return {
        "loadtxt int S": lambda: pd.read_csv(f"{folder}/S.tsv", sep="\t", header=None),
        "loadtxt wide ints": lambda: pd.read_csv(f"{folder}/W.csv", header=None),
        "loadtxt F": lambda: pd.read_csv(f"{folder}/F.txt", sep=" ", header=None),
        "loadtxt F shortest": lambda: pd.read_csv(f"{folder}/F-shortest.csv", header=None),
        "savetxt %d S": lambda: S.to_csv(out, sep="\t", header=False, index=False),
        "savetxt %s F": lambda: F.to_csv(out, sep=" ", header=False, index=False),
    }


def polars_work(folder):
    import polars as pl

    S, F = pl.DataFrame(np.load(f"{folder}/S.npy")), pl.DataFrame(np.load(f"{folder}/F.npy"))
    out = f"{folder}/polars.txt"
    return {
        "loadtxt int S": lambda: pl.read_csv(f"{folder}/S.tsv", separator="\t", has_header=False),
        "loadtxt wide ints": lambda: pl.read_csv(f"{folder}/W.csv", has_header=False),
        "loadtxt F": lambda: pl.read_csv(f"{folder}/F.txt", separator=" ", has_header=False),
        "loadtxt F shortest": lambda: pl.read_csv(f"{folder}/F-shortest.csv", has_header=False),
        "savetxt %d S": lambda: S.write_csv(out, separator="\t", include_header=False),
        "savetxt %s F": lambda: F.write_csv(out, separator=" ", include_header=False),
        "savetxt %.3f F": lambda: F.write_csv(out, separator=" ", include_header=False, float_precision=3),
    }


def pyarrow_work(folder):
    import pyarrow as pa
    from pyarrow import csv

    def table(array):
        return pa.table({str(index): column for index, column in enumerate(np.ascontiguousarray(array.T))})

    def read(name, mark):
        return csv.read_csv(
            f"{folder}/{name}", read_options=csv.ReadOptions(autogenerate_column_names=True),
            parse_options=csv.ParseOptions(delimiter=mark))

    def write(data, mark):
        csv.write_csv(data, f"{folder}/pyarrow.txt", csv.WriteOptions(include_header=False, delimiter=mark))

    pa.set_cpu_count(int(os.environ["NPY_THREADS"]))
    S, F = table(np.load(f"{folder}/S.npy")), table(np.load(f"{folder}/F.npy"))
    return {
        "loadtxt int S": lambda: read("S.tsv", "\t"),
        "loadtxt wide ints": lambda: read("W.csv", ","),
        "loadtxt F": lambda: read("F.txt", " "),
        "loadtxt F shortest": lambda: read("F-shortest.csv", ","),
        "savetxt %d S": lambda: write(S, "\t"),
        "savetxt %s F": lambda: write(F, " "),
    }


WORK = dict(numpy=numpy_work, pandas=pandas_work, polars=polars_work, pyarrow=pyarrow_work)


def run_peer():
    for name, work in WORK[arguments.peer](arguments.folder).items():
        if arguments.only not in name:
            continue
        work()
        times = []
        while len(times) < arguments.repeat and (len(times) < 3 or sum(times) < 1):
            begin = time.perf_counter()
            work()
            times.append(time.perf_counter() - begin)
        print(name, *times, sep="\t", flush=True)


def child(command, threads):
    environment = dict(os.environ)
    for name in ("NPY_THREADS", "POLARS_MAX_THREADS", "OMP_NUM_THREADS"):
        environment[name] = str(threads)
    done = subprocess.run([str(part) for part in command], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    lines = [line.replace("\t", " \t ", 1).split(" \t ") for line in done.stdout.splitlines()]
    return {name: [float(value) * 1e3 for value in values.split()] for name, values in lines}


def installed(name):
    return subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True).returncode == 0


def main():
    folder = arguments.folder or tempfile.mkdtemp(dir="/dev/shm")
    if not os.path.exists(f"{folder}/N.csv"):
        make(folder)
    peers = [name for name in ("pandas", "polars", "pyarrow") if installed(name)]
    options = ["--folder", folder, "--only", arguments.only, "--repeat", arguments.repeat]
    python = [sys.executable, __file__, *options, "--peer"]
    numpy = {} if arguments.no_numpy else child([*python, "numpy"], 1)
    for threads in arguments.threads.split(","):
        tables = {name: child([*python, name], threads) for name in peers}
        ours = child([here / ".build/release/TextBenchmark", folder, arguments.repeat, arguments.only], threads)
        print(f"\n{threads} thread(s)\n\n| work | NumPy |{''.join(f' {name} |' for name in peers)} ours (min to max) | x NumPy | x best peer |")
        print("| --- |" + " --- |" * (len(peers) + 4))
        for name, values in ours.items():
            mine = statistics.median(values)
            base = statistics.median(numpy[name]) if name in numpy else None
            others = [statistics.median(tables[peer][name]) if name in tables[peer] else None for peer in peers]
            known = [other for other in others if other]
            cells = [f"{base:.0f}" if base else ""] + [f"{other:.1f}" if other else "" for other in others]
            cells.append(f"{mine:.2f} ({min(values):.2f} to {max(values):.2f})")
            cells.append(f"{base / mine:.1f}" if base else "")
            cells.append(f"{min(known) / mine:.1f}" if known else "")
            print(f"| {name} | " + " | ".join(cells) + " |")
    if not arguments.folder:
        for path in pathlib.Path(folder).iterdir():
            path.unlink()
        os.rmdir(folder)


run_peer() if arguments.peer else main()
