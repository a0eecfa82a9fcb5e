#!/usr/bin/env python3
"""Times the Python package against NumPy and what else Python has for the same work, in turns in one process.

usage: compare-python.py [--rows tiny,batch,archives,text] [--rounds N] [--folder DIR]

For each row: the processor time of a call (of all threads; the median over the rounds) of NumPy and of npyfast, the ratio of the
two with its spread over the rounds (the quartiles), and the ratio by time passed. Peers that are not installed are left out:
pip install npyfast isal pandas polars. A library that is not installed: NPYFAST_LIBRARY and PYTHONPATH.
"""
import argparse
import contextlib
import io
import os
import pathlib
import shutil
import statistics
import tempfile
import time
import zipfile

import numpy as np
import npyfast


def optional(name):
    with contextlib.suppress(ImportError):
        return __import__(name)


isal = getattr(optional("isal.isal_zlib"), "isal_zlib", None)
pandas, polars = optional("pandas"), optional("polars")


@contextlib.contextmanager
def zipfile_over(module):
    """Has zipfile, which NumPy uses, compress and decompress by another module than zlib."""
    before = zipfile.zlib, zipfile.crc32
    zipfile.zlib, zipfile.crc32 = module, module.crc32
    try:
        yield
    finally:
        zipfile.zlib, zipfile.crc32 = before


def timed(work, count):
    """The processor time and the time passed of one call."""
    passed, processor = time.perf_counter(), time.process_time()
    for _ in range(count):
        work()
    return (time.process_time() - processor) / count, (time.perf_counter() - passed) / count


def compare(row, works, rounds, notes=None):
    """Prints what several ways to do the same take, NumPy's and ours among them."""
    counts = {}
    for name, work in works.items():
        work()
        # As many calls as take 20 ms: clocks are coarse.
        counts[name] = max(1, min(1000, round(0.02 / max(timed(work, 1)[1], 1e-6))))
    times = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(timed(work, counts[name]))
    reference = times["numpy"]
    for name in works:
        if name == "numpy" and len(works) > 1:
            continue
        cpu = [theirs[0] / ours[0] for theirs, ours in zip(reference, times[name])]
        wall = [theirs[1] / ours[1] for theirs, ours in zip(reference, times[name])]
        low, middle, high = statistics.quantiles(cpu, n=4)
        numbers = [statistics.median(value[0] for value in times[key]) * 1e6 for key in ("numpy", name)]
        print(f"| {row} | {name} | {numbers[0]:,.1f} | {numbers[1]:,.1f} | {middle:.2f} ({low:.2f} to {high:.2f}) "
              f"| {statistics.median(wall):.2f} | {(notes or {}).get(name, '')} |", flush=True)


def heading(title):
    print(f"\n{title}\n\n| work | by | NumPy µs | µs | NumPy's processor time / its (quartiles) | time passed | |\n"
          "| --- | --- | --- | --- | --- | --- | --- |", flush=True)


def tiny(rounds):
    heading("Small arrays")
    for size in (100, 1_000, 10_000):
        array = np.random.default_rng(size).normal(size=size // 8)
        np.save("in.npy", array)
        np.savez("in.npz", x=array)
        np.savetxt("in.txt", array)
        content = pathlib.Path("in.npy").read_bytes()

        def both(call):
            return {"numpy": lambda: call(np), "npyfast": lambda: call(npyfast)}

        def member(module):
            with module.load("in.npz") as archive:
                return archive["x"]
        for name, call in {
            "save": lambda module: module.save("out.npy", array), "load": lambda module: module.load("in.npy"),
            "save to memory": lambda module: module.save(io.BytesIO(), array),
            "load from memory": lambda module: module.load(io.BytesIO(content)),
            "savez": lambda module: module.savez("out.npz", x=array), "load a member": member,
            "savez_compressed": lambda module: module.savez_compressed("out.npz", x=array),
            "savetxt": lambda module: module.savetxt("out.txt", array), "loadtxt": lambda module: module.loadtxt("in.txt"),
        }.items():
            compare(f"{name}, {size:,} bytes", both(call), rounds)


def batches(rounds):
    heading("Batches of 256 samples of 3 KB; NumPy: np.stack over one load each")
    samples = np.random.default_rng(0).integers(0, 256, (10_000, 32, 32, 3), np.uint8)
    chosen = np.random.default_rng(1).integers(0, len(samples), 256)
    os.makedirs("samples", exist_ok=True)
    for number in chosen:
        np.save(f"samples/{number}.npy", samples[number])
    np.save("samples.npy", samples)
    for name, save in (("stored", np.savez), ("deflated", np.savez_compressed)):
        save(f"{name}.npz", **{str(number): sample for number, sample in enumerate(samples)})
    paths = [f"samples/{number}.npy" for number in chosen]
    rows = npyfast.open_array("samples.npy")

    def by_numpy(archive):
        return np.stack([archive[str(number)] for number in chosen])
    compare("files", {"numpy": lambda: np.stack([np.load(path) for path in paths]), "npyfast": lambda: npyfast.batch(paths)}, rounds)
    for name in ("stored", "deflated"):
        ours, theirs = npyfast.load(f"{name}.npz"), np.load(f"{name}.npz")
        compare(f"members, {name}", {"numpy": lambda: by_numpy(theirs), "npyfast": lambda: npyfast.batch(ours, chosen)}, rounds)
    mapped = np.load("samples.npy", mmap_mode="r")
    compare("rows of one file; NumPy: of a mapped one", {"numpy": lambda: mapped[chosen], "npyfast": lambda: rows.take(chosen)}, rounds)
    compare("opening 10,000 members", {"numpy": lambda: np.load("stored.npz").close(), "npyfast": lambda: npyfast.load("stored.npz").close()},
            max(3, rounds // 3))


def kinds():
    """Arrays of about eight megabytes, each of another kind."""
    random = np.random.default_rng(5)
    np.random.seed(0)
    yield "the tour's integers", np.random.randint(1, 100, size=(100, 100, 100))
    yield "normal doubles", random.normal(size=1_000_000)
    yield "a walk, int32", np.cumsum(random.integers(-50, 51, 2_000_000)).astype(np.int32)
    yield "a gradient, uint8", np.add.outer(np.arange(2000), np.arange(4000)).astype(np.uint8)
    yield "labels, uint16", random.integers(0, 20, 4_000_000).astype(np.uint16)
    yield "a sine with noise, float32", (np.sin(np.arange(2_000_000) / 500) + random.normal(size=2_000_000) / 100).astype(np.float32)
    yield "sorted times, int64", np.sort(random.integers(0, 10**9, 1_000_000))
    yield "tenths, float64", np.round(random.normal(20, 5, 1_000_000), 1)


def archives(rounds):
    heading("Archives of 8 MB; isal is isal.isal_zlib put under zipfile; the last column: bytes")
    for kind, array in kinds():
        def save(name, function=np.savez_compressed, **options):
            def work():
                with zipfile_over(isal) if name == "isal" and isal else contextlib.nullcontext():
                    function(f"{name}.npz", x=array, **options)
            return work

        def load(name, module=np):
            def work():
                with zipfile_over(isal) if name == "isal" and isal else contextlib.nullcontext(), module.load("numpy.npz") as archive:
                    return archive["x"]
            return work
        works = {"numpy": save("numpy"), "npyfast": save("npyfast", npyfast.savez_compressed),
                 "npyfast, fast": save("npyfast, fast", npyfast.savez_compressed, level="fast"), "isal": save("isal")}
        works = works if isal else {name: work for name, work in works.items() if name != "isal"}
        for work in works.values():
            work()
        sizes = {name: f"{os.path.getsize(f'{name}.npz'):,}, NumPy's {os.path.getsize('numpy.npz'):,}" for name in works}
        compare(f"save {kind}", works, max(3, rounds // 4), sizes)
        works = {"numpy": load("numpy"), "npyfast": load("npyfast", npyfast), "isal": load("isal")}
        compare(f"load {kind}", works if isal else {name: works[name] for name in ("numpy", "npyfast")}, rounds)


def text(rounds):
    heading("Tables of text of 100,000 rows and 10 columns")
    rounds = max(3, rounds // 4)
    integers = np.random.default_rng(0).integers(0, 100_000, (100_000, 10))
    doubles = np.random.default_rng(0).normal(size=(100_000, 10))
    for name, array, fmt in (("integers", integers, "%d"), ("doubles", doubles, "%.18e")):
        frame = pandas and pandas.DataFrame(array)
        lines = polars and polars.DataFrame(array)
        np.savetxt("in.csv", array, fmt, ",")
        dtype = array.dtype
        works = {"numpy": lambda: np.savetxt("out.csv", array, fmt, ","), "npyfast": lambda: npyfast.savetxt("out.csv", array, fmt, ",")}
        if pandas:
            works["pandas"] = lambda: frame.to_csv("out.csv", header=False, index=False)
        if polars:
            works["polars"] = lambda: lines.write_csv("out.csv", include_header=False)
        compare(f"savetxt, {name}, {fmt}", works, rounds)
        works = {"numpy": lambda: np.loadtxt("in.csv", dtype, delimiter=","), "npyfast": lambda: npyfast.loadtxt("in.csv", dtype, delimiter=",")}
        if pandas:
            works["pandas"] = lambda: pandas.read_csv("in.csv", header=None, dtype=dtype).to_numpy()
        if polars:
            works["polars"] = lambda: polars.read_csv("in.csv", has_header=False).to_numpy()
        compare(f"loadtxt, {name}", works, rounds)
        compare(f"genfromtxt, {name}", {"numpy": lambda: np.genfromtxt("in.csv", dtype, delimiter=","),
                                        "npyfast": lambda: npyfast.genfromtxt("in.csv", dtype, delimiter=",")}, rounds)
    compare("savetxt, doubles, .gz", {"numpy": lambda: np.savetxt("out.csv.gz", doubles), "npyfast": lambda: npyfast.savetxt("out.csv.gz", doubles)}, 3)


PARTS = {"tiny": tiny, "batch": batches, "archives": archives, "text": text}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default=",".join(PARTS))
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--folder", help="where to write; by default a new folder in /tmp")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(dir=options.folder)
    os.chdir(folder)
    print(f"NumPy {np.__version__}, npyfast {npyfast.__version__}, {os.cpu_count()} cores")
    try:
        for part in options.rows.split(","):
            PARTS[part](options.rounds)
    finally:
        os.chdir("/")
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
