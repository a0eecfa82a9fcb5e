"""Many forks, many calls, many interruptions: few of each by default, more for who sets NPY_FORKS=100 (of each function),
NPY_CALLS=1000000 (of each function) or NPY_INTERRUPTS=1000."""
import gc
import io
import os
import random
import signal
import sys
import time

import numpy as np
import npyfast
import pytest
from conftest import same
from npyfast import _library
from test_processes import fork_and_wait

FORKS = int(os.environ.get("NPY_FORKS", "2"))
CALLS = int(os.environ.get("NPY_CALLS", "300"))
INTERRUPTS = int(os.environ.get("NPY_INTERRUPTS", "20"))
TABLE = np.arange(60_000.).reshape(-1, 10)


def in_memory(save, *arrays):
    file = io.BytesIO()
    save(file, *arrays)
    file.seek(0)
    return file


def save(data):
    npyfast.save("out.npy", data)
    return np.load("out.npy")


def append(data):
    npyfast.save("out.npy", data[:1])
    npyfast.append("out.npy", data[1:])
    return np.load("out.npy")


def archive(function, **options):
    def call(data):
        function("out.npz", data, **options)
        with np.load("out.npz") as written:
            return written["arr_0"]
    return call


def member(data):
    with npyfast.load("in.npz") as loaded:
        return loaded["arr_0"]


def text(name):
    def call(data):
        npyfast.savetxt(name, data, "%d")
        return npyfast.loadtxt(name)
    return call


#: Each function: what comes of data that `prepared` has put into the files `in.*`, and into others.
FUNCTIONS = {
    "save": save, "append": append, "load": lambda data: npyfast.load("in.npy"), "load_npz": member,
    "savez": archive(npyfast.savez), "savez_compressed": archive(npyfast.savez_compressed),
    "savez_best": archive(npyfast.savez_compressed, level="best"),
    "savetxt_and_loadtxt": text("out.txt"), "savetxt_gz": text("out.txt.gz"), "savetxt_xz": text("out.txt.xz"),
    "loadtxt_bz2": lambda data: npyfast.loadtxt("in.txt.bz2"), "genfromtxt": lambda data: npyfast.genfromtxt("in.txt"),
    "batch_of_files": lambda data: npyfast.batch(["in.npy"] * 3, [1, 2])[1],
    "batch_of_members": lambda data: npyfast.batch(npyfast.load("in.npz"), [0, 0])[1],
    "open_array": lambda data: npyfast.open_array("in.npy")[:],
    "open_member": lambda data: npyfast.open_array("in.npz", "arr_0")[:],
    "load_pickle": lambda data: npyfast.load_pickle("in.pkl"),
    "file_objects": lambda data: npyfast.load(in_memory(npyfast.save, data)),
    "archives_in_file_objects": lambda data: npyfast.load(in_memory(npyfast.savez_compressed, data))["arr_0"],
}


@pytest.fixture
def prepared(tmp_path, monkeypatch):
    """Makes the files of which functions read, by NumPy."""
    def prepare(data):
        np.save("in.npy", data)
        np.savez_compressed("in.npz", data)
        for name in ("in.txt", "in.txt.bz2"):
            np.savetxt(name, data, "%d")
        data.dump("in.pkl")
        return data
    monkeypatch.chdir(tmp_path)
    return prepare


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_forks_in_each_function(prepared, name):
    data = prepared(TABLE)
    function = FUNCTIONS[name]
    assert same(function(data), data)  # the library has its threads now

    def work():
        assert same(function(data), data)
    for child in range(FORKS):
        assert fork_and_wait(work) == 0, child
    work()


def refused(function, *arguments):
    try:
        function(*arguments)
    except (ValueError, OSError, EOFError):
        return
    raise AssertionError("not refused")


FAILURES = {
    "missing": lambda data: refused(npyfast.load, "missing.npy"), "cut": lambda data: refused(npyfast.load, "cut.npy"),
    "nowhere": lambda data: refused(npyfast.save, "no/x.npy", data), "no_number": lambda data: refused(npyfast.loadtxt, "words.txt"),
    "no_pickle": lambda data: refused(npyfast.load_pickle, "words.txt"),
    "no_batch": lambda data: refused(npyfast.batch, ["in.npy", "missing.npy"]),
}


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
@pytest.mark.parametrize("name", [*FUNCTIONS, *FAILURES])
def test_calls_leave_no_memory_behind(prepared, name):
    data = prepared(np.arange(40.).reshape(4, 10))
    with open("in.npy", "rb") as whole, open("cut.npy", "wb") as cut:
        cut.write(whole.read()[:-8])
    with open("words.txt", "w") as file:
        file.write("1 2\n3 x\n")
    function = {**FUNCTIONS, **FAILURES}[name]

    def repeat(count):
        for _ in range(count):
            function(data)
        gc.collect()
        return resident()
    # Appending waits for the disk at every call; the others take long.
    calls = CALLS // 10 if name in ("append", "savetxt_xz", "savetxt_gz", "savez_best") else CALLS
    before = repeat(min(calls // 3, 5000))
    handles = len(os.listdir("/proc/self/fd"))
    grown = repeat(calls) - before
    assert grown < 6 << 20, f"{grown / calls:.1f} bytes a call"
    assert len(os.listdir("/proc/self/fd")) == handles


class Interrupted(BaseException):
    """What a handler of a signal raises, as Python's own does for Ctrl-C."""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers here")
@pytest.mark.parametrize("name", ["save", "savez", "savez_compressed", "savetxt"])
def test_interruptions_leave_the_old_file_or_the_new_one(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(_library, "LONG", 0)  # every call is one that can be interrupted
    randomness = random.Random(20)
    ending = {"save": "npy", "savetxt": "txt"}.get(name, "npz")
    path = f"a.{ending}"
    write = {"savetxt": lambda data: npyfast.savetxt(path, data.reshape(-1, 10), "%d")}.get(
        name, lambda data: getattr(npyfast, name)(path, data))

    def read():
        loaded = np.loadtxt(path, np.int64).reshape(-1) if name == "savetxt" else np.load(path)
        return loaded["arr_0"] if name.startswith("savez") else loaded
    versions = [np.arange(100_000), np.arange(100_000)[::-1] * 3]
    write(versions[0])
    began = time.perf_counter()
    write(versions[0])
    duration = time.perf_counter() - began
    interrupted = 0

    def handler(_number, _frame):
        raise Interrupted
    previous = signal.signal(signal.SIGALRM, handler)
    try:
        for turn in range(INTERRUPTS):
            try:
                try:
                    signal.setitimer(signal.ITIMER_REAL, max(1e-6, randomness.uniform(0, 1.2 * duration)))
                    write(versions[turn % 2])
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
            except Interrupted:
                interrupted += 1
            found = read()
            assert any(same(found, version) for version in versions), turn
    finally:
        signal.signal(signal.SIGALRM, previous)
    assert interrupted > INTERRUPTS // 10
    write(versions[0])
    assert os.listdir(".") == [path]
