"""What a power failure leaves, at each level of durability: the calls of a save are recorded, and a disk is played that
has lost whatever was not waited for. See faults.c."""
import os
import subprocess

import numpy as np
import pytest

from conftest import COMMAND
from test_faults import shim  # noqa: F401  (a fixture)

OLD, NEW = "old", "new"


def recorded(folder, shim, arguments):
    """The calls of a command: (what, inode, path)."""
    trace = folder / "trace"
    trace.unlink(missing_ok=True)
    environment = {**os.environ, "LD_PRELOAD": str(shim), "FAULT_TRACE": str(trace), "NPY_THREADS": "1"}
    result = subprocess.run([COMMAND, *arguments], cwd=folder, env=environment, capture_output=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return [line.split(" ", 2) for line in trace.read_text().splitlines()]


def after_failures(calls, folder, target, old):
    """All that the target can be after a power failure: after each call, and after the last.

    Names reach the disk in any order and at any time, at the latest when their folder is waited for; bytes when their file
    is waited for, and else never. `None` is no file, "old" the one that was there, "new" the one that was written, whole,
    "broken" one without its bytes.
    """
    place = str(os.stat(folder).st_ino)
    written, synced = {}, {}
    inodes = [old]  # What the name may lead to, on disk.
    outcomes = []
    last_write = {inode: index for index, (what, inode, _) in enumerate(calls) if what == "write"}

    def content(inode, index):
        if inode is None or inode == old:
            return OLD if inode else None
        whole = synced.get(inode) == written.get(inode) and last_write.get(inode, -1) <= index
        return NEW if whole else "broken"

    for index, (what, inode, path) in enumerate(calls):
        if what == "write":
            written[inode] = written.get(inode, 0) + 1
        elif what == "sync" and inode == place:
            inodes = inodes[-1:]
        elif what == "sync":
            synced[inode] = written.get(inode)
        elif what == "name" and os.path.basename(path.strip()) == target:
            inodes.append(inode)
        outcomes.append({content(each, index) for each in inodes})
    return outcomes


COMMANDS = {
    "npy": ["convert", "a.npy", "target.npy"], "npz": ["convert", "a.npy", "target.npz"],
    "pickle": ["convert", "a.npy", "target.pkl"], "text": ["convert", "a.npy", "target.csv"],
    "slice": ["convert", "a.npy[::2]", "target.npy"], "pack": ["pack", "--compress", "target.npz", "a.npy"],
    "gzip": ["convert", "a.npy", "target.csv.gz"],
}


@pytest.mark.parametrize("durable", [False, True])
@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize("name", list(COMMANDS))
def test_power_failures(tmp_path, shim, name, exists, durable):  # noqa: F811
    arguments = COMMANDS[name] + ["--durable"] * durable
    target = next(argument for argument in arguments if argument.startswith("target"))
    np.save(tmp_path / "a.npy", np.arange(60_000))
    old = None
    if exists:
        (tmp_path / target).write_bytes(b"old")
        old = str((tmp_path / target).stat().st_ino)
    calls = recorded(tmp_path, shim, arguments)
    assert any(what == "write" for what, _, _ in calls)
    assert any(what == "name" and path.strip().endswith(target) for what, _, path in calls)
    outcomes = after_failures(calls, tmp_path, target, old)
    if exists:
        # What was there is never lost.
        assert all(outcome <= {OLD, NEW} for outcome in outcomes), calls
    if durable:
        assert outcomes[-1] == {NEW}, calls
    else:
        # A new name is not waited for, nor is the folder.
        assert [what for what, _, _ in calls].count("sync") == exists, calls


def test_the_model_sees_what_is_not_waited_for(tmp_path):
    """The disk that is played loses bytes and names, so that the test above can fail."""
    place = str(tmp_path.stat().st_ino)
    write, sync, name, folder = ("write", "7", ""), ("sync", "7", ""), ("name", "7", "x"), ("sync", place, "")
    assert after_failures([write, name], tmp_path, "x", "1")[-1] == {OLD, "broken"}
    assert after_failures([write, sync, write, name], tmp_path, "x", "1")[-1] == {OLD, "broken"}
    assert after_failures([write, name, sync], tmp_path, "x", "1")[-2:] == [{OLD, "broken"}, {OLD, NEW}]
    assert after_failures([write, sync, name], tmp_path, "x", "1")[-1] == {OLD, NEW}
    assert after_failures([write, sync, name, folder], tmp_path, "x", None)[-2:] == [{None, NEW}, {NEW}]
