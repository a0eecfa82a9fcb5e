#!/usr/bin/env python3
"""Times reading arrays from a server on this machine: the command, and np.load over fsspec and over obstore, in turns.

usage: compare-remote.py NPY [--servers 20,20/100,0] [--rounds N] [--rows WORD,...]

A server is told by its latency in milliseconds and, behind a slash, the megabytes a second that it sends to each connection.

For each row: the time passed, the processor time, the requests and the bytes of each (medians over the rounds), and how many
times as long as ours the faster of the others takes. Ours is a process of its own each time, its start included; the others run in this one, and are
imported before. Each of them reads in the two ways that its users have: from an open file, and all of the file at once.
"""
import argparse
import io
import json
import multiprocessing
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Tests" / "Interop"))
from range_server import RangeServer  # noqa: E402


class Slowly:
    """Sends a megabyte after the other, none before its time."""

    def __init__(self, file, rate):
        self.file, self.rate = file, rate

    def write(self, data):
        due = time.perf_counter()
        for position in range(0, len(data), 1 << 20):
            part = memoryview(data)[position:position + (1 << 20)]
            due += len(part) / self.rate
            time.sleep(max(0, due - time.perf_counter()))
            self.file.write(part)

    def __getattr__(self, name):
        return getattr(self.file, name)


class Server(RangeServer):
    """Tells and forgets its requests where it is asked for `/requests`."""

    rate = None

    def answer(self, handler):
        if self.rate and not isinstance(handler.wfile, Slowly):
            handler.wfile = Slowly(handler.wfile, self.rate)
        if handler.path != "/requests":
            return super().answer(handler)
        told = json.dumps([len(self.requests), self.bytes_sent]).encode()
        self.reset()
        self.send(handler, [0] * 6, 200, {}, told)


def serve(files, latency, rate, pipe):
    with Server(files, latency=latency) as server:
        server.rate = rate
        pipe.send(server.port)
        pipe.recv()


def saved(save, *arrays, **named):
    file = io.BytesIO()
    save(file, *arrays, **named)
    return file.getvalue()


def files():
    rng = np.random.default_rng(0)
    members = {f"w{number}": rng.normal(size=(100_000, 10)) for number in range(8)}
    text = io.BytesIO()
    np.savetxt(text, rng.integers(0, 10**6, (100_000, 5)), fmt="%d", delimiter=",")
    return {
        "x.npy": saved(np.save, rng.normal(size=(1_000_000, 8))),
        "small.npy": saved(np.save, rng.normal(size=(1000, 8))),
        "stored.npz": saved(np.savez, **members),
        "deflated.npz": saved(np.savez_compressed, **{name: np.round(array, 2) for name, array in members.items()}),
        "t.csv": text.getvalue(),
    }


class Reader:
    """A file of obstore, whose bytes are of a type of its own, as NumPy needs it."""

    def __init__(self, file):
        self.file = file
        self.seek, self.tell, self.close = file.seek, file.tell, file.close

    def read(self, count=-1):
        return bytes(self.file.read(count) if count >= 0 else self.file.readall())

    def __iter__(self):
        return (bytes(line) for line in self.file.readlines())

    def seekable(self):
        return True


def readers():
    """Functions that give a file object of an address, by name."""
    found = {}
    try:
        import fsspec
        found["fsspec"] = lambda base, name: fsspec.open(f"{base}/{name}", "rb").open()
        found["fsspec, at once"] = lambda base, name: io.BytesIO(fsspec.filesystem("http").cat_file(f"{base}/{name}"))
    except ImportError:
        pass
    try:
        import obstore
        from obstore.store import HTTPStore
        stores = {}

        def store(base):
            if base not in stores:
                stores[base] = HTTPStore.from_url(base, client_options={"allow_http": True})
            return stores[base]

        found["obstore"] = lambda base, name: Reader(obstore.open_reader(store(base), name))
        found["obstore, at once"] = lambda base, name: io.BytesIO(bytes(obstore.get(store(base), name).bytes()))
    except ImportError:
        pass
    return found


# What is read: the address behind the server's, and what NumPy does with the file.
ROWS = {
    "whole, 8000 numbers": ("small.npy", lambda file: np.load(file)),
    "whole, 64 MB": ("x.npy", lambda file: np.load(file)),
    "100 rows of 64 MB": ("x.npy[500000:500100]", lambda file: np.load(file)[500000:500100]),
    "one of 8 members, stored": ("stored.npz:w6", lambda file: np.load(file)["w6"]),
    "10 rows of a stored member": ("stored.npz:w6[5000:5010]", lambda file: np.load(file)["w6"][5000:5010]),
    "one of 8 members, NumPy's deflate": ("deflated.npz:w6", lambda file: np.load(file)["w6"]),
    "10 rows of it": ("deflated.npz:w6[5000:5010]", lambda file: np.load(file)["w6"][5000:5010]),
    "text, 3 MB": ("t.csv", lambda file: np.loadtxt(file, delimiter=",")),
}


def processor_time():
    """Of this process and of those that it has started and that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def measure(row, base, command, folder, rounds, found):
    address, work = ROWS[row]
    name = address.split("[")[0].split(":")[0]
    results = {}

    def ours():
        target = folder / "out.npy"
        target.unlink(missing_ok=True)
        subprocess.run([command, "convert", f"{base}/{address}", target], check=True)
        return target

    ways = {"npy": ours} | {who: lambda get=get: np.array(work(get(base, name))) for who, get in found.items()}
    expected = None
    for _ in range(rounds):
        for who, way in ways.items():
            urllib.request.urlopen(base + "/requests").read()
            start, busy = time.perf_counter(), processor_time()
            array = way()
            passed, busy = time.perf_counter() - start, processor_time() - busy
            array = np.load(array) if isinstance(array, pathlib.Path) else array
            requests, sent = json.load(urllib.request.urlopen(base + "/requests"))
            results.setdefault(who, []).append((passed, busy, requests, sent))
            expected = array if expected is None else expected
            assert np.array_equal(array, expected), (row, who)
    return {who: [statistics.median(values) for values in zip(*all_of)] for who, all_of in results.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command")
    parser.add_argument("--servers", default="20,20/100,0")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", default="")
    options = parser.parse_args()
    content, found = files(), readers()
    rows = [row for row in ROWS if any(word in row for word in options.rows.split(","))]
    shared = "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None
    for server in options.servers.split(","):
        latency, _, rate = server.partition("/")
        pipe, other = multiprocessing.Pipe()
        server = multiprocessing.Process(
            target=serve, args=(content, float(latency) / 1000, float(rate) * 1e6 if rate else None, other), daemon=True)
        server.start()
        base = f"http://127.0.0.1:{pipe.recv()}"
        print(f"\n{latency} ms{f', {rate} MB/s a connection' if rate else ''}\n\n| | npy | " + " | ".join(found) + " | times |")
        print("| --- " * (len(found) + 3) + "|")
        with tempfile.TemporaryDirectory(dir=shared) as folder:
            for row in rows:
                results = measure(row, base, options.command, pathlib.Path(folder), options.rounds, found)
                cells = [f"{passed * 1000:.0f} ms, {busy * 1000:.0f} ms, {requests:.0f}, {sent / 1e6:.2f} MB"
                         for passed, busy, requests, sent in results.values()]
                others = [values[0] for who, values in results.items() if who != "npy"]
                print(f"| {row} | " + " | ".join(cells) + f" | {min(others) / results['npy'][0]:.1f} |", flush=True)
        pipe.send(None)
        server.join(5)


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    main()
