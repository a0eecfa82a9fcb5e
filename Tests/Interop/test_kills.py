"""SIGKILL at random moments of commands that replace and append: the file is the old one or the new one, and what a kill has
left beside it is gone after the next save. NPY_KILLS=1000 for a longer run."""
import os
import random
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest

from conftest import COMMAND, run_npy, summary

KILLS = int(os.environ.get("NPY_KILLS", "40"))


def equals(path, wanted):
    """Whether NumPy reads these arrays from a file."""
    with np.load(path) if path.suffix == ".npz" else open(path, "rb") as file:
        found = {name: file[name] for name in file.files} if path.suffix == ".npz" else {"": np.load(path)}
    return found.keys() == wanted.keys() and all(np.array_equal(found[name], wanted[name]) for name in wanted)


def cases(folder):
    """Each case: the file, what it holds at first, the command, and what it holds when that has succeeded."""
    random_ = np.random.default_rng(0)
    old, new = random_.integers(0, 9, (300, 1000)), random_.integers(0, 9, (400, 1000))
    rows = random_.integers(0, 9, (1500, 1000))
    np.save(folder / "new.npy", new)
    np.save(folder / "rows.npy", rows)

    def first_npy(path):
        np.save(path, old)

    def first_npz(path):
        np.savez(path, a=old)

    yield "replace.npy", first_npy, ["convert", "new.npy", "replace.npy"], {"": old}, {"": new}
    yield "replace.npz", first_npz, ["pack", "--compress", "replace.npz", "b=new.npy"], {"a": old}, {"b": new}
    yield "grow.npy", first_npy, ["append", "--discard-trailing", "grow.npy", "rows.npy"], {"": old}, {"": np.concatenate([old, rows])}
    yield "grow.npz", first_npz, ["pack", "--append", "grow.npz", "b=rows.npy"], {"a": old}, {"a": old, "b": rows}
    yield "less.npz", lambda path: np.savez(path, a=old, b=rows), ["rm", "less.npz", "a"], {"a": old, "b": rows}, {"b": rows}


@pytest.mark.parametrize("case", range(5))
def test_killed_at_random_moments(tmp_path, case):
    name, first, command, before, after = list(cases(tmp_path))[case]
    path = tmp_path / name
    random_ = random.Random(case)
    first(path)
    start = time.monotonic()
    subprocess.run([COMMAND, *command], cwd=tmp_path, check=True, capture_output=True)
    longest = time.monotonic() - start
    assert equals(path, after)
    first(path)
    shutil.copy(path, tmp_path / "kept")
    killed = 0
    for _ in range(KILLS):
        process = subprocess.Popen([COMMAND, *command], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random_.uniform(0, 1.2 * longest))
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += process.returncode == -signal.SIGKILL
        if not equals(path, before):
            # The last step was done; the next round begins anew.
            assert equals(path, after), (name, process.returncode)
            shutil.copy(tmp_path / "kept", path)
    assert killed > 0
    subprocess.run([COMMAND, *command], cwd=tmp_path, check=True, capture_output=True)
    assert equals(path, after)
    assert {entry.name for entry in tmp_path.iterdir()} == {name, "new.npy", "rows.npy", "kept"}
    summary(f"{name}: {killed} of {KILLS} kills in the middle, nothing lost")
