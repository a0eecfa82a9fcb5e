"""Arrays of Dask in files, also where workers are killed; zarr's references."""
import os
import pickle
import random
import signal
import subprocess
import sys
import time

import numpy as np
import npyfast
import pytest
from conftest import same

da = pytest.importorskip("dask.array")
dask = pytest.importorskip("dask")
files = pytest.importorskip("npyfast.dask")
parts = pytest.importorskip("npyfast._dask_file")


@pytest.fixture(autouse=True)
def single_machine():
    with dask.config.set(scheduler="threads"):
        yield


SHAPES = [((20,), (7,)), ((12, 5), (5, 5)), ((12, 10), (5, 3)), ((4, 6, 8), (4, 2, 3)), ((6, 5, 4), (2, 5, 4)), ((0, 3), (1, 3)), ((), ())]


@pytest.mark.parametrize("shape, chunks", SHAPES, ids=str)
def test_one_file_by_many_tasks(tmp_path, shape, chunks):
    for dtype in ("<f8", ">i4", "U3", [("a", "i2"), ("b", "f8")]):
        array = np.zeros(shape, dtype)
        array.reshape(-1)[:] = np.arange(array.size).astype("i4").astype(dtype) if not array.dtype.names else np.array(
            [(n, n) for n in range(array.size)], dtype)
        files.to_npy(tmp_path / "a", da.from_array(array, chunks=chunks))
        np.save(tmp_path / "b.npy", array)
        assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()
        assert os.listdir(tmp_path) in (["a.npy", "b.npy"], ["b.npy", "a.npy"])
        # An element by itself is in the machine's byte order, in NumPy as in Dask.
        assert same(files.from_npy(tmp_path / "a.npy").compute().astype(dtype), array)


def test_what_fails_leaves_nothing(tmp_path):
    def broken(block):
        raise RuntimeError("no")
    np.save(tmp_path / "a.npy", np.arange(3))
    bad = da.ones(10, chunks=2).map_blocks(broken, dtype=float, meta=np.empty(0))
    for write in (lambda: files.to_npy(tmp_path / "a.npy", bad), lambda: files.to_npy_stack(tmp_path / "stack", bad)):
        with pytest.raises(RuntimeError):
            write()
    assert same(np.load(tmp_path / "a.npy"), np.arange(3)) and sorted(os.listdir(tmp_path)) == ["a.npy", "stack"]
    with pytest.raises(FileNotFoundError):
        da.from_npy_stack(tmp_path / "stack")


def test_tasks_that_are_done_again_when_all_is_done(tmp_path):
    """As those of a worker that is lost before it has told its results."""
    file, _ = parts._File.made(str(tmp_path / "a.npy"), (4,), np.dtype("f8"), is_claimed=False)
    for _ in range(2):
        for start in (0, 2):
            parts._write_part(np.arange(start, start + 2.), file, (start,), (2,), "none")
        parts._publish([], file, "none")
        assert same(np.load(tmp_path / "a.npy"), np.arange(4.)) and os.listdir(tmp_path) == ["a.npy"]
    os.rename(tmp_path / "a.npy", tmp_path / "b.npy")
    np.save(tmp_path / "a.npy", np.zeros(2))
    for again in (lambda: parts._write_part(np.zeros(2), file, (0,), (2,), "none"), lambda: parts._publish([], file, "none")):
        with pytest.raises(FileNotFoundError):
            again()


def test_chunks_are_written_as_they_were_declared(tmp_path):
    """Dask's own store converts what tasks make to the dtype of the array; another shape is an error."""
    whole = da.from_array(np.arange(10), chunks=3)
    for declared in ("f4", ">f8", "i2", "?"):
        other = whole.map_blocks(lambda block: block * 2, dtype=declared)
        files.to_npy(tmp_path / "a.npy", other)
        files.to_npy_stack(tmp_path / "stack", other)
        expected = (np.arange(10) * 2).astype(declared)
        assert same(np.load(tmp_path / "a.npy"), expected)
        assert same(files.from_npy_stack(tmp_path / "stack").compute().astype(declared), expected)
        assert np.load(tmp_path / "stack" / "0.npy").dtype == np.dtype(declared)
    short = da.from_array(np.zeros((4, 4)), chunks=(2, 2)).map_blocks(lambda block: block[:1], dtype="f8")
    for write in (lambda: files.to_npy(tmp_path / "a.npy", short), lambda: files.to_npy_stack(tmp_path / "stack", short)):
        with pytest.raises(ValueError):
            write()
    # What was there is there.
    assert same(np.load(tmp_path / "a.npy"), expected) and same(files.from_npy_stack(tmp_path / "stack").compute(), expected)
    assert sorted(os.listdir(tmp_path)) == ["a.npy", "stack"]
    assert sorted(os.listdir(tmp_path / "stack")) == ["0.npy", "1.npy", "2.npy", "3.npy", "info"]


def test_names_modes_and_links(tmp_path):
    array = np.zeros(3, [("\u00b5\u6f22", "f4"), ("b", "i2")])
    files.to_npy(tmp_path / "a.npy", da.from_array(array, chunks=2))
    with pytest.warns(UserWarning, match="format 3.0"):
        np.save(tmp_path / "b.npy", array)
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()
    files.to_npy(tmp_path / "plain.npy", np.arange(3))
    assert same(np.load(tmp_path / "plain.npy"), np.arange(3))
    os.chmod(tmp_path / "a.npy", 0o600)
    os.symlink("a.npy", tmp_path / "link.npy")
    files.to_npy(tmp_path / "link.npy", da.arange(4, chunks=2))
    assert os.path.islink(tmp_path / "link.npy") and os.stat(tmp_path / "a.npy").st_mode & 0o777 == 0o600
    assert same(np.load(tmp_path / "a.npy"), np.arange(4))
    with pytest.raises(npyfast.ArrayFileError):
        files.to_npy(tmp_path / "o.npy", da.from_array(np.array([None, 1]), chunks=1))
    with pytest.raises(Exception):
        files.to_npy(tmp_path / "c.npy", da.arange(4, chunks=2), scheduler="nonsense")
    assert sorted(os.listdir(tmp_path)) == ["a.npy", "b.npy", "link.npy", "plain.npy"]


def test_stacks_are_replaced_by_what_is_made_of_them(tmp_path):
    files.to_npy_stack(tmp_path / "stack", da.arange(10, chunks=4))
    files.to_npy_stack(tmp_path / "stack", files.from_npy_stack(tmp_path / "stack").rechunk(3) + 1)
    assert same(files.from_npy_stack(tmp_path / "stack").compute(), np.arange(1, 11))
    for wrong in (1, -2):
        with pytest.raises(ValueError):
            files.to_npy_stack(tmp_path / "stack", da.arange(10, chunks=4), axis=wrong)
    with pytest.raises(ValueError):
        files.to_npy_stack(tmp_path / "stack", da.from_array(np.array(1.0)))
    assert same(files.from_npy_stack(tmp_path / "stack").compute(), np.arange(1, 11))


def test_stacks_that_are_not_what_info_says(tmp_path):
    folder = tmp_path / "stack"
    files.to_npy_stack(folder, da.arange(10, chunks=5))
    for part in (np.arange(3), np.arange(5.0), np.arange(5, dtype=">i8"), np.zeros((5, 1), int)):
        np.save(folder / "1.npy", part)
        with pytest.raises(npyfast.ArrayFileError, match="info has"):
            files.from_npy_stack(folder).compute()
    for chunks, axis in ((("ab",), 0), (((-3,),), 0), (((5, 5),), 1), (((5, 5),), -1), (((5,), (1, 1)), 0), (5, 0)):
        with open(folder / "info", "wb") as info:
            pickle.dump({"chunks": chunks, "dtype": np.dtype("i8"), "axis": axis}, info)
        with pytest.raises(npyfast.ArrayFileError, match="description"):
            files.from_npy_stack(folder)


def test_members_of_archives(tmp_path):
    array = np.arange(600.).reshape(20, 30)
    npyfast.savez_compressed(tmp_path / "a.npz", x=array)
    np.savez(tmp_path / "b.npz", x=array)
    for name in ("a.npz", "b.npz"):
        lazy = files.from_npz(tmp_path / name, "x", chunks=(7, 11))
        assert same(lazy[3:9, ::2].compute(), array[3:9, ::2])


def test_stacks_are_dasks(tmp_path):
    array = da.from_array(np.arange(60.).reshape(10, 6), chunks=(4, 2))
    for axis in (0, 1, -1):
        files.to_npy_stack(tmp_path / "ours", array, axis=axis)
        da.to_npy_stack(tmp_path / "theirs", array, axis=axis % 2)
        for reader in (files.from_npy_stack, da.from_npy_stack):
            for folder in ("ours", "theirs"):
                assert same(reader(tmp_path / folder).compute(), array.compute())
        with open(tmp_path / "ours" / "info", "rb") as ours, open(tmp_path / "theirs" / "info", "rb") as theirs:
            assert pickle.load(ours) == pickle.load(theirs)
    os.remove(tmp_path / "theirs" / "1.npy")
    with pytest.raises(FileNotFoundError):
        files.from_npy_stack(tmp_path / "theirs")
    os.remove(tmp_path / "ours" / "info")
    with pytest.raises(FileNotFoundError):
        files.from_npy_stack(tmp_path / "ours")


def kill_once(block, mark, block_info=None):
    """Ends the worker the first time that the fourth chunk is made."""
    if block_info and block_info[0]["chunk-location"][0] == 3:
        try:
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return block
        os.kill(os.getpid(), signal.SIGKILL)
    return block


@pytest.mark.parametrize("kind", ["file", "stack"])
def test_a_killed_worker_loses_nothing(tmp_path, kind):
    distributed = pytest.importorskip("distributed")
    expected = np.arange(16000.).reshape(1600, 10)
    with dask.config.set({"scheduler": None, "distributed.worker.daemon": False}):
        with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, \
                distributed.Client(cluster):
            array = da.from_array(expected, chunks=(100, 10)).map_blocks(kill_once, mark=str(tmp_path / "mark"), dtype=float,
                                                                         meta=np.empty((0, 0)))
            if kind == "file":
                files.to_npy(tmp_path / "a.npy", array)
                assert same(np.load(tmp_path / "a.npy"), expected)
            else:
                files.to_npy_stack(tmp_path / "a", array)
                assert same(files.from_npy_stack(tmp_path / "a").compute(), expected)
    assert (tmp_path / "mark").exists() and sorted(os.listdir(tmp_path)) == sorted(["a.npy" if kind == "file" else "a", "mark"])


#: How many workers are killed, each at a random moment: NPY_KILLS=100, which takes five to ten minutes.
KILLS = int(os.environ.get("NPY_KILLS", "0"))


def slowly(block):
    time.sleep(0.005)
    return block


@pytest.mark.skipif(not KILLS, reason="NPY_KILLS says how many")
@pytest.mark.parametrize("kind", ["file", "stack"])
def test_workers_killed_at_random_moments(tmp_path, kind):
    """What is there is the old array or the new one while the writing goes on, and the new one when it has ended."""
    distributed = pytest.importorskip("distributed")
    randomness = random.Random(7)
    versions = [np.arange(4000.).reshape(400, 10), np.arange(4000.)[::-1].reshape(400, 10) * 2]
    path = tmp_path / ("a.npy" if kind == "file" else "a")
    write, read = (files.to_npy, files.from_npy) if kind == "file" else (files.to_npy_stack, files.from_npy_stack)
    killed_while_writing = 0
    # A worker that is not there again within `lost-worker-timeout`, 15 s, Dask's local cluster gives up for ever, though its nanny is about
    # to start it: where starting takes seconds and many are killed, none is left after a while, and whoever waits waits for ever.
    settings = {"scheduler": None, "distributed.worker.daemon": False, "distributed.scheduler.allowed-failures": 20,
                "distributed.deploy.lost-worker-timeout": "1 day"}
    with dask.config.set(settings), distributed.LocalCluster(
            n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, distributed.Client(cluster) as client:
        write(path, da.from_array(versions[1], chunks=(10, 10)))
        turn = 0
        while killed_while_writing < KILLS and turn < 4 * KILLS + 10:
            client.wait_for_workers(2, timeout=300)
            pids = [worker.pid for worker in cluster.workers.values() if worker.pid]
            array = da.from_array(versions[turn % 2], chunks=(10, 10)).map_blocks(slowly, dtype=float, meta=np.empty((0, 0)))
            pending = write(path, array, compute=False)
            future = client.compute(pending)
            time.sleep(randomness.uniform(0, 0.15))
            is_writing = not future.done()
            try:
                os.kill(randomness.choice(pids), signal.SIGKILL)
                killed_while_writing += is_writing
            except ProcessLookupError:  # killed in an earlier turn, and not started again yet
                pass
            if kind == "file":
                found = np.load(path)
                assert any(same(found, version) for version in versions)
            future.result(timeout=300)
            assert same(read(path).compute(scheduler="sync"), versions[turn % 2]), turn
            turn += 1
    assert killed_while_writing >= KILLS
    assert os.listdir(tmp_path) == [path.name] and not hidden(path if kind == "stack" else tmp_path)


KILLED = """
import os, signal, sys, threading
import dask, dask.array as da, numpy as np
import npyfast.dask as files
begun = threading.Event()
def slow(block, block_info=None):
    if block_info and block_info[0]["chunk-location"][0] == 2:
        print("begun", flush=True)
        threading.Event().wait()
    return block
array = da.from_array(np.arange(40.), chunks=10).map_blocks(slow, dtype=float, meta=np.empty(0))
with dask.config.set(scheduler="threads", num_workers=2):
    getattr(files, sys.argv[1])(sys.argv[2], array)
"""


def begin(function, path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, "-c", KILLED, function, str(path)], stdout=subprocess.PIPE, env=environment)
    assert process.stdout.readline() == b"begun\n"
    return process


def hidden(folder):
    return {name for name in os.listdir(folder) if name.startswith(".")}


@pytest.mark.parametrize("function", ["to_npy", "to_npy_stack"])
def test_what_killed_writers_leave_the_next_removes(tmp_path, function):
    """And nothing of writers that live, of those that write later, or of other files."""
    path = tmp_path / "a" if function == "to_npy_stack" else tmp_path / "a.npy"
    folder = path if function == "to_npy_stack" else tmp_path
    write = getattr(files, function)
    killed = [begin(function, path) for _ in range(2)]
    others = f".b.npy.{'0' * 32}.part", ".a.npy.mine.part", f".7.{'0' * 32}.npy"
    for other in others:
        (folder / other).touch()
    for process in killed:
        process.kill()
        process.wait()
    assert len(hidden(folder)) >= 2 + len(others)
    living = begin(function, path)
    of_living = hidden(folder) - set(others)
    assert of_living and len(of_living) <= 4  # those of the killed ones are gone
    later = write(path, da.arange(6, chunks=2), compute=False)
    write(path, da.arange(8, chunks=4))
    read = files.from_npy_stack if function == "to_npy_stack" else files.from_npy
    assert same(read(path).compute(), np.arange(8)) and of_living <= hidden(folder)
    later.compute()
    assert same(read(path).compute(), np.arange(6))
    living.kill()
    living.wait()
    write(path, da.arange(8, chunks=4))
    assert same(read(path).compute(), np.arange(8)) and hidden(folder) == set(others)


def test_files_whose_writers_cannot_be_known_stay(tmp_path, monkeypatch):
    import fcntl

    def without_locks(*_):
        raise OSError(38, "no locks")
    (tmp_path / f".a.npy.{'1' * 32}.part").touch()
    monkeypatch.setattr(fcntl, "flock", without_locks)
    files.to_npy(tmp_path / "a.npy", da.arange(4, chunks=2))
    assert len(os.listdir(tmp_path)) == 2 and same(np.load(tmp_path / "a.npy"), np.arange(4))
