#!/usr/bin/env python3
"""Compare our decoder of deflate with libdeflate's and zlib's, on the streams of several writers.

usage: compare-inflate.py [--kinds WORD,...] [--writers default,zlib-6,libdeflate-6,zlib-ng-6,isal-2,...] [--cut BYTES]
                          [--seconds S] [--seed N] [--folder DIR] [--tsv FILE]

The arrays are those of compare-deflate.py. Each stream is inflated by the three in turns, in one process, timed by processor
time; the last columns are our speed as a multiple of libdeflate's and of zlib's. Writers: levels of ours (fast, default, best),
zlib-N (0 is stored), and libdeflate-N, zlib-ng-N, isal-N where Python has their packages.
"""
import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
WORKER = os.path.join(HERE, ".build/release/InflateBenchmark")
specification = importlib.util.spec_from_file_location("compare_deflate", os.path.join(HERE, "compare-deflate.py"))
compare = importlib.util.module_from_spec(specification)
specification.loader.exec_module(compare)

OURS = ("fast", "default", "best")


class Worker:
    """The program that inflates by all three."""

    def __init__(self, path):
        self.process = subprocess.Popen(
            [path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ, NPY_THREADS="1"))

    def __call__(self, stream, array, seconds, path):
        """The size of a stream, and the microseconds of each decoder."""
        strides = ",".join(str(stride) for stride in array.strides[:-1][::-1]) or "0"
        request = f"{stream} {array.itemsize} {compare.atom_size(array.dtype)} {strides} {seconds} {path}"
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        try:
            return [float(field) for field in answer.split()]
        except ValueError:
            sys.exit("InflateBenchmark: " + answer)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kinds", default="")
    parser.add_argument("--writers", default="default,zlib-6,libdeflate-6,zlib-ng-6,isal-2")
    parser.add_argument("--cut", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder")
    parser.add_argument("--tsv")
    parser.add_argument("--worker", default=WORKER)
    options = parser.parse_args()
    writers = options.writers.split(",")
    functions = compare.peers([writer for writer in writers if writer not in OURS])
    writers = [writer for writer in writers if writer in OURS or writer in functions]
    worker = Worker(options.worker)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path, stream = os.path.join(folder, "bytes"), os.path.join(folder, "stream")
        for name, array in compare.arrays(options):
            data = array.tobytes()[: options.cut or None]
            with open(path, "wb") as file:
                file.write(data)
            for writer in writers:
                if writer not in OURS:
                    with open(stream, "wb") as file:
                        file.write(functions[writer](data))
                size, ours, libdeflate, zlib = worker(writer if writer in OURS else stream, array, options.seconds, path)
                rows.append((name, writer, len(data), size / max(len(data), 1), len(data) / ours, libdeflate / ours, zlib / ours))
                print(line(rows[-1]), flush=True)
    if options.tsv:
        with open(options.tsv, "w") as table:
            for row in rows:
                print(*row, sep="\t", file=table)
    print("\nslowest beside libdeflate first")
    for row in sorted(rows, key=lambda row: row[5])[:24]:
        print(line(row))
    print("\nslowest beside zlib first")
    for row in sorted(rows, key=lambda row: row[6])[:8]:
        print(line(row))
    print()
    for writer in writers:
        of = [row for row in rows if row[1] == writer]
        print(
            f"{writer:>14}: to libdeflate {compare.geometric([row[5] for row in of]):.2f}"
            f" (median {statistics.median(row[5] for row in of):.2f}, worst {min(row[5] for row in of):.2f},"
            f" below 1 {sum(row[5] < 1 for row in of)} of {len(of)}),"
            f" to zlib {compare.geometric([row[6] for row in of]):.2f} (worst {min(row[6] for row in of):.2f})")


def line(row):
    name, writer, count, ratio, speed, libdeflate, zlib = row
    return f"{name:30.30}  {writer:13} {count:8}  {ratio:7.4f}  {speed:8.0f} MB/s  {libdeflate:5.2f} {zlib:6.2f}"


if __name__ == "__main__":
    main()
