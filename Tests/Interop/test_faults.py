"""Full disks, broken disks, quotas, and processes that are killed at every write: files are old or new, and whole.

The Nth of each system call that writes is made to fail, for every N: see faults.c.
"""
import errno
import os
import pathlib
import re
import shutil
import signal
import subprocess
import zipfile

import numpy as np
import pytest

from conftest import COMMAND

HERE = pathlib.Path(__file__).resolve().parent
PROBE = pathlib.Path(COMMAND).parent / "AppendProbe"
CALLS = ["write", "pwrite", "fsync", "close", "rename", "link", "ftruncate"]
ERRORS = [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG]
# What a process that was killed may leave: recognisable, and gone after the next save.
TEMPORARY = re.compile(r"^\.(?P<name>.+)\.npyio-\d+\.tmp$")


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler or os.uname().sysname != "Linux":
        pytest.skip("letting system calls fail needs Linux and a C compiler")
    path = tmp_path_factory.mktemp("shim") / "faults.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", path, HERE / "faults.c", "-ldl"], check=True)
    return path


class Scene:
    """A folder in which one operation writes to one file, again and again."""

    def __init__(self, folder, shim, arguments, target, program=COMMAND):
        self.folder, self.shim, self.arguments, self.target = folder, shim, arguments, folder / target
        self.program = program
        self.kept = {path.name: path.read_bytes() for path in folder.iterdir()}
        self.old = self.kept.get(target)
        assert self.run().returncode == 0
        self.new = self.target.read_bytes()
        assert self.new != self.old
        self.reset()

    def reset(self):
        for path in self.folder.iterdir():
            if path.name not in self.kept:
                path.unlink()
        for name, content in self.kept.items():
            (self.folder / name).write_bytes(content)

    def run(self, calls="", at=0, error=0):
        log = self.folder.parent / "calls"
        log.unlink(missing_ok=True)
        environment = {
            **os.environ, "LD_PRELOAD": str(self.shim), "FAULT_CALLS": calls, "FAULT_AT": str(at),
            "FAULT_ERROR": str(error), "FAULT_LOG": str(log), "NPY_THREADS": "1"}
        result = subprocess.run(
            [self.program, *self.arguments], cwd=self.folder, env=environment, capture_output=True, timeout=60)
        self.calls = int(log.read_text() or 0) if log.exists() else 0
        return result

    def count(self, calls):
        self.reset()
        result = self.run(calls)
        assert result.returncode == 0, result.stderr
        self.reset()
        return self.calls

    def content(self):
        return self.target.read_bytes() if self.target.exists() else None

    def strangers(self):
        return [path.name for path in self.folder.iterdir() if path.name not in {*self.kept, self.target.name}]


def scenes(folder, shim):
    """The operations under test, by name."""
    large = np.arange(60_000, dtype=np.int64)
    result = {}

    def scene(name, arguments, target, files, program=COMMAND):
        place = folder / name
        place.mkdir()
        for file, save in files.items():
            save(place / file)
        result[name] = Scene(place, shim, arguments, target, program)

    def array(value):
        return lambda path: np.save(path, value)

    def archive(**arrays):
        return lambda path: np.savez(path, **arrays)

    source = {"a.npy": array(large), "b.npy": array(large[::-1].copy())}
    scene("replace", ["convert", "a.npy", "b.npy"], "b.npy", source)
    scene("make", ["convert", "a.npy", "-n", "c.npy"], "c.npy", source)
    scene("text", ["convert", "a.npy", "b.txt"], "b.txt", {**source, "b.txt": lambda p: p.write_text("1\n2\n")})
    scene("pickle", ["convert", "a.npy", "b.pkl"], "b.pkl", {**source, "b.pkl": lambda p: p.write_bytes(b"\x80\x04N.")})
    scene("pack", ["pack", "b.npz", "a.npy"], "b.npz", {**source, "b.npz": archive(x=large[:9])})
    scene(
        "compress", ["pack", "--compress", "b.npz", "a.npy"], "b.npz", {**source, "b.npz": archive(x=large[:9])})
    scene("append", ["pack", "--append", "b.npz", "a.npy"], "b.npz", {**source, "b.npz": archive(x=large[:9])})
    many = {f"member{index}": large[:1] for index in range(900)}
    scene("append-copy", ["pack", "--append", "b.npz", "a.npy"], "b.npz", {**source, "b.npz": archive(**many)})
    if PROBE.exists():
        scene("rows", ["b.npy", "a.npy"], "b.npy", source, PROBE)
    return result


@pytest.fixture(scope="session")
def stage(shim, tmp_path_factory):
    return scenes(tmp_path_factory.mktemp("faults"), shim)


NAMES = ["replace", "make", "text", "pickle", "pack", "compress", "append", "append-copy", "rows"]
GROWING = {"append", "rows"}


def scene(stage, name):
    if name not in stage:
        pytest.skip("AppendProbe is not built: swift build --product AppendProbe")
    return stage[name]


@pytest.mark.parametrize("name", NAMES)
def test_failing_calls(stage, name):
    """The Nth call fails: an error, the old file, no temporary."""
    s = scene(stage, name)
    failures = 0
    for call in CALLS:
        total = s.count(call)
        for at in range(1, total + 1):
            # All errors for a few, one after the other for the rest.
            for error in ERRORS if total < 8 else [ERRORS[at % len(ERRORS)]]:
                s.reset()
                result = s.run(call, at, error)
                where = (name, call, at, errno.errorcode[error], result.stderr)
                assert result.returncode in (0, 1) or s.program == PROBE, where
                assert s.strangers() == [], where
                if result.returncode == 0:
                    # Closing what was read, or a lock given up: nothing that matters.
                    assert call in ("close", "ftruncate"), where
                    assert s.content() == s.new, where
                    continue
                failures += 1
                if s.program == COMMAND:
                    assert result.stderr.startswith(b"npy: ") and result.stderr.count(b"\n") == 1, where
                content = s.content()
                if call == "fsync" and at == total and content == s.new:
                    # The folder alone could not be brought to disk: the file is there, the error says that it may
                    # not stay.
                    continue
                assert content == s.old, where
    assert failures > 3


@pytest.mark.parametrize("name", NAMES)
def test_short_and_interrupted_writes(stage, name):
    """A write that takes half of the bytes, or is interrupted by a signal, is gone on with."""
    s = scene(stage, name)
    for call in ("write", "pwrite"):
        for at in range(1, s.count(call) + 1):
            for error in (-1, errno.EINTR):
                s.reset()
                result = s.run(call, at, error)
                assert result.returncode == 0, (name, call, at, error, result.stderr)
                assert s.content() == s.new, (name, call, at, error)
                assert s.strangers() == []


@pytest.mark.parametrize("name", NAMES)
def test_killed(stage, name):
    """Killed at the Nth call: the old file or the new one, whole; the next save leaves no temporary."""
    s = scene(stage, name)
    for call in CALLS:
        for at in range(1, s.count(call) + 1):
            s.reset()
            result = s.run(call, at, 0)
            where = (name, call, at)
            assert result.returncode == -signal.SIGKILL, where
            for stranger in s.strangers():
                match = TEMPORARY.match(stranger)
                assert match and match["name"] == s.target.name, (where, stranger)
            if name in GROWING:
                check_grown(s, name, where)
            else:
                assert s.content() in (s.old, s.new), where
            if s.content() == s.new and name in ("append", "append-copy", "make"):
                continue
            if name == "rows" and np.load(s.target).shape != (60_000,):
                continue
            again = s.run()
            assert again.returncode == 0, (where, again.stderr)
            assert s.strangers() == [], where
            if name not in GROWING:
                assert s.content() == s.new, where


def check_grown(s, name, where):
    """A file that is added to in place: its content is the old or the new one, for every reader."""
    if name == "rows":
        array = np.load(s.target)
        old = np.arange(60_000)[::-1]
        assert np.array_equal(array, old) or np.array_equal(array, np.concatenate([old, np.arange(60_000)])), where
        return
    with zipfile.ZipFile(s.target) as archive:
        assert archive.testzip() is None, where
        names = archive.namelist()
    assert names in (["x.npy"], ["x.npy", "a.npy"]), (where, names)
    with np.load(s.target) as archive:
        assert np.array_equal(archive["x"], np.arange(9)), where
        if len(names) == 2:
            assert np.array_equal(archive["a"], np.arange(60_000)), where
            # The new archive is whole: appending again would find the name taken.
            s.target.write_bytes(s.old)
