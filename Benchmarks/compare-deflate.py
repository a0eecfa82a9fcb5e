#!/usr/bin/env python3
"""Compare the levels of ArrayDeflate with zlib, zlib-ng, isa-l and libdeflate: sizes and processor time.

usage: compare-deflate.py [--kinds WORD,...] [--levels fast,default,best] [--peers zlib-ng-6,isal-3,libdeflate-6,...]
                          [--cut BYTES] [--threads N] [--seconds S] [--seed N] [--folder DIR] [--tsv FILE]

The arrays are made by deflate_kinds.py, or are the .npy files of --folder. Sizes are relative to zlib -6's (what NumPy
writes), speeds multiples of it by processor time; of --threads more than one by time passed. Each of ours is timed in turns
with zlib. The worst kinds come first. Peers are used where Python has their packages: zlib-ng, isal, deflate (libdeflate).
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zlib

import numpy as np

from deflate_kinds import atom_size, kinds

HERE = os.path.dirname(os.path.abspath(__file__))
WORKER = os.path.join(HERE, ".build/release/DeflateBenchmark")


def raw(data, level):
    """zlib's raw stream at a level, from one call each as NumPy's zip files are made."""
    encoder = zlib.compressobj(level, zlib.DEFLATED, -15)
    return encoder.compress(data) + encoder.flush()


def peers(names):
    """The functions of the peers that there are, by name and level."""
    found = {}
    for name in names:
        library, level = name.rsplit("-", 1)
        level = int(level)
        try:
            if library == "libdeflate":
                import deflate

                found[name] = lambda data, level=level: deflate.deflate_compress(data, level)
            elif library == "isal":
                from isal import isal_zlib

                found[name] = lambda data, level=level: isal_zlib.compress(data, level, -15)
            elif library == "zlib-ng":
                from zlib_ng import zlib_ng

                found[name] = lambda data, level=level: zlib_ng.compress(data, level, -15)
            else:
                found[name] = lambda data, level=level: raw(data, level)
        except ImportError:
            print(f"{library} is not installed for this Python: left out", file=sys.stderr)
    return found


def timed(function, data, seconds):
    """The size of a result, the median processor time and the median time passed."""
    processor, wall = [], []
    start = time.monotonic()
    while not wall or time.monotonic() - start < seconds:
        before, began = time.process_time(), time.monotonic()
        size = len(function(data))
        processor.append(time.process_time() - before)
        wall.append(time.monotonic() - began)
    return size, statistics.median(processor), statistics.median(wall)


class Ours:
    """The program that compresses by ArrayDeflate."""

    def __init__(self, threads):
        environment = dict(os.environ, NPY_THREADS=str(threads))
        self.process = subprocess.Popen(
            [WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def __call__(self, level, array, path, count, seconds):
        atom = atom_size(array.dtype)
        strides = ",".join(str(stride) for stride in array.strides[:-1][::-1]) or "0"
        request = f"{level} {array.itemsize} {atom} {strides} {count} {seconds} {path}"
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        try:
            return int(answer[0]), float(answer[1]), float(answer[2])
        except (ValueError, IndexError):
            sys.exit("DeflateBenchmark: " + " ".join(answer))


def arrays(options):
    """(name, array) of each kind."""
    if options.folder:
        with open(os.path.join(options.folder, "kinds.tsv")) as table:
            for line in table:
                number, name = line.split("\t")[:2]
                if wanted(name, options.kinds):
                    yield name, np.load(os.path.join(options.folder, number + ".npy"))
        return
    for name, _, array in kinds(options.seed):
        if wanted(name, options.kinds):
            yield name, np.ascontiguousarray(array)


def wanted(name, words):
    return not words or any(word in name for word in words.split(","))


def geometric(values):
    return statistics.geometric_mean(values) if values else float("nan")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kinds", default="")
    parser.add_argument("--levels", default="fast,default,best")
    parser.add_argument("--peers", default="zlib-ng-6,isal-3,libdeflate-1,libdeflate-6,libdeflate-12")
    parser.add_argument("--cut", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder")
    parser.add_argument("--tsv")
    options = parser.parse_args()
    levels = [level for level in options.levels.split(",") if level]
    others = peers([name for name in options.peers.split(",") if name])
    ours = Ours(options.threads)
    clock = 1 if options.threads == 1 else 2
    columns = levels + list(others)
    rows = []
    print(" " * 32 + "bytes  z6 MB/s  " + "  ".join(f"{name:>13}" for name in columns), flush=True)
    with tempfile.NamedTemporaryFile() as file:
        for name, array in arrays(options):
            data = array.tobytes()[: options.cut or None]
            file.seek(0)
            file.truncate()
            file.write(data)
            file.flush()
            # One run of zlib before, one after: what else the machine does should hit both.
            before = timed(lambda data: raw(data, 6), data, options.seconds / 2)
            results = {}
            for level in levels:
                results[level] = ours(level, array, file.name, 0, options.seconds)
            for peer, function in others.items():
                results[peer] = timed(function, data, options.seconds)
            after = timed(lambda data: raw(data, 6), data, options.seconds / 2)
            size, seconds = before[0], (before[clock] + after[clock]) / 2
            row = [(results[column][0] / size, seconds / results[column][clock]) for column in columns]
            rows.append((name, len(data), len(data) / seconds / 1e6, row))
            print(line(rows[-1]), flush=True)
    if options.tsv:
        with open(options.tsv, "w") as table:
            for name, count, speed, row in rows:
                print(name, count, speed, *[f"{a:.4f}\t{b:.3f}" for a, b in row], sep="\t", file=table)
    for index, level in enumerate(levels):
        print(f"\n{level}: largest first")
        for row in sorted(rows, key=lambda row: -row[3][index][0])[:12]:
            print(line(row))
        print(f"{level}: slowest first")
        for row in sorted(rows, key=lambda row: row[3][index][1])[:12]:
            print(line(row))
    print()
    for index, column in enumerate(columns):
        sizes = [row[3][index][0] for row in rows]
        speeds = [row[3][index][1] for row in rows]
        print(
            f"{column:>14}: size {geometric(sizes):.4f} (worst {max(sizes):.4f}),"
            f" speed {geometric(speeds):.2f} (median {statistics.median(speeds):.2f}, worst {min(speeds):.2f})")


def line(row):
    name, count, speed, results = row
    return f"{name:30.30}  {count:8}  {speed:7.1f}  " + "  ".join(f"{a:6.4f} {b:6.2f}" for a, b in results)


if __name__ == "__main__":
    main()
