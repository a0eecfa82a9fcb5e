"""Calls within calls: what handlers of signals, finalizers and file objects do while the package works."""
import gc
import io
import os
import signal
import threading
import time

import numpy as np
import npyfast
import pytest
from conftest import same
from npyfast import _library

SECONDS = float(os.environ.get("NPY_SECONDS", "1.5"))
pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers here")

#: No two have a dtype, a shape or a size in common.
ARRAYS = [np.arange(3, dtype=">i2"), np.full((2, 7), 1.5), np.array(["a", "bcd"]), np.zeros((0, 4), "<c8"), np.array(7, "<u4"),
          np.zeros(5, [("x", "<i4"), ("y", "U2")]), np.ones((3, 1, 2), "?"), np.arange(40_000.)]


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number, array in enumerate(ARRAYS):
        np.save(f"{number}.npy", array)
    np.savez("all.npz", *ARRAYS)


class Other:
    """Calls of every kind, one after the other, which are made within those of a test."""

    def __init__(self):
        self.count = 0
        self.is_within = False
        self.failures = []
        self.archive = npyfast.load("all.npz")

    def __call__(self, *_):
        if self.is_within:
            return
        self.is_within = True
        try:
            self.count += 1
            number = self.count % len(ARRAYS)
            assert same(npyfast.load(f"{number}.npy"), ARRAYS[number])
            assert same(self.archive[f"arr_{number}"], ARRAYS[number])
            with pytest.raises(FileNotFoundError, match="other"):
                npyfast.load("other.npy")
            npyfast.append("other_log.npy", np.zeros((1, 2))) if self.count % 16 == 0 else None
        except BaseException as failure:
            self.failures.append(failure)
        finally:
            self.is_within = False


def work(archive):
    """Calls that are right whatever is called within them."""
    for number, array in enumerate(ARRAYS):
        assert same(npyfast.load(f"{number}.npy"), array)
        assert same(archive[f"arr_{number}"], array)
    with pytest.raises(FileNotFoundError, match="missing"):
        npyfast.load("missing.npy")
    memory = io.BytesIO()
    npyfast.savez(memory, *ARRAYS[:3])
    assert same(npyfast.load(io.BytesIO(memory.getvalue()))["arr_1"], ARRAYS[1])
    assert same(npyfast.batch(["1.npy", "1.npy"])[1], ARRAYS[1])
    assert same(npyfast.open_array("1.npy")[1, 2:4], ARRAYS[1][1, 2:4])


def test_handlers_of_signals(files):
    other, archive, end = Other(), npyfast.load("all.npz"), time.monotonic() + SECONDS
    previous = signal.signal(signal.SIGALRM, other)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0003, 0.0003)
        while time.monotonic() < end:
            work(archive)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    assert not other.failures and other.count > 50


class Finalized:
    """Is in a cycle, so that it ends when garbage is collected."""

    def __init__(self, work):
        self.work, self.itself = work, self

    def __del__(self):
        self.work()


def test_finalizers(files):
    other, archive, end = Other(), npyfast.load("all.npz"), time.monotonic() + SECONDS
    threshold = gc.get_threshold()
    gc.set_threshold(5)
    try:
        while time.monotonic() < end:
            Finalized(other)
            work(archive)
    finally:
        gc.set_threshold(*threshold)
    gc.collect()
    assert not other.failures and other.count > 10


def test_handlers_that_append(files):
    """Also to the file to which rows are being appended."""
    counts = {"one.npy": 0, "two.npy": 0}
    state = {"within": False, "turn": 0}

    def handler(*_):
        if not state["within"]:
            state["within"] = True
            state["turn"] += 1
            path = ("one.npy", "two.npy")[state["turn"] % 2]
            npyfast.append(path, np.full((1, 3), 2.0))
            counts[path] += 1
            state["within"] = False
    previous = signal.signal(signal.SIGALRM, handler)
    thread = threading.Timer(10 * SECONDS + 20, os._exit, (9,))  # rather than to wait for ever
    thread.daemon = True
    thread.start()
    end = time.monotonic() + SECONDS
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        while time.monotonic() < end:
            npyfast.append("one.npy", np.full((1, 3), 1.0))
            counts["one.npy"] += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
        thread.cancel()
    assert state["turn"] > 5
    for path, count in counts.items():
        assert np.load(path).shape == (count, 3)


def test_file_objects_that_call(files):
    """Their methods use the package; only what they are themselves being read for is refused."""
    refused = []

    class File(io.BytesIO):
        archive = lazy = None

        def readinto(self, buffer):
            work(npyfast.load("all.npz"))
            if self.archive is not None and not refused:
                for read in (lambda: self.archive["y"], lambda: self.lazy[1:3], lambda: npyfast.batch(self.archive, ["y"])):
                    with pytest.raises(RuntimeError, match="reentrant"):
                        read()
                    refused.append(read)
            return super().readinto(buffer)

        def write(self, part):
            work(npyfast.load("all.npz"))
            return super().write(bytes(part))
    x, y = np.arange(50_000.), np.eye(9)
    file = File()
    npyfast.savez_compressed(file, x=x, y=y)
    file.seek(0)
    archive = npyfast.load(file)
    file.lazy = archive.lazy("y")
    file.archive = archive
    assert same(archive["x"], x) and len(refused) == 3
    assert same(archive["y"], y) and same(file.lazy[1:3], y[1:3])


class Interrupted(BaseException):
    """What a handler of a signal raises, as Python's own does for Ctrl-C."""


def large_calls(folder):
    big = np.arange(3_000_000.).reshape(300, -1) % 997
    np.save(folder / "big.npy", big)
    np.savez(folder / "stored.npz", big=big)
    npyfast.savez_compressed(folder / "deflated.npz", big=big)
    npyfast.savez_compressed(folder / "many.npz", **{f"m{row}": big[row * 30:row * 30 + 30] for row in range(10)})
    lazy, stored = npyfast.open_array(folder / "big.npy"), npyfast.open_array(folder / "stored.npz", "big")
    deflated, many = npyfast.open_array(folder / "deflated.npz", "big"), npyfast.load(folder / "many.npz")
    return {
        "all": lambda: lazy[:], "most": lambda: stored[..., 3:], "columns": lambda: lazy[None, :, ::-1],
        "array": lambda: np.asarray(stored), "rows": lambda: lazy.take(range(299)), "list": lambda: lazy[[*range(250)]],
        "inflated": lambda: deflated[299], "paths": lambda: npyfast.batch([folder / "big.npy"] * 3),
        "members": lambda: npyfast.batch(many), "some": lambda: npyfast.batch(many, ["m3"] * 12),
    }


def test_parts_and_batches_can_be_interrupted(tmp_path, monkeypatch):
    """A call that goes through much ends when its task is cancelled; one of little has no task."""
    tasks = []

    def interrupted(call):
        tasks.append(call)
        raise Interrupted
    calls = large_calls(tmp_path)
    small = npyfast.open_array(tmp_path / "big.npy")
    monkeypatch.setattr(_library, "_interruptibly", interrupted)
    for name, call in calls.items():
        with pytest.raises(Interrupted):
            call()
            pytest.fail(f"{name}: nothing can interrupt it")
    assert len(tasks) == len(calls)
    assert small[7, 3] == (7 * 10_000 + 3) % 997 and small[5:9, :2].shape == (4, 2) and len(small.take([3, 4])) == 2
    assert len(npyfast.load(tmp_path / "many.npz").lazy("m3")[:2]) == 2
