"""Archives through the command: tools that read them, edits, and processes that die while they write."""
import io
import os
import random
import shutil
import signal
import subprocess
import time
import zipfile

import numpy as np
import pytest

from conftest import COMMAND


def arrays(seed):
    generator = np.random.default_rng(seed)
    return {
        "a b": generator.integers(0, 100, (40, 50, 60)),
        "x/y": generator.standard_normal((300, 70)).astype("f4"),
        "größe": np.asfortranarray(generator.integers(0, 5, (90, 80), "u2")),
        "empty": np.zeros((3, 0)),
        "scalar": np.float64(2.5),
        "text": np.array(["a", "bcé"]),
        "record": np.array([(1, 2.5)], [("i", ">i4"), ("x", "f8")]),
    }


def saved(folder, seed=0):
    """Each array in a file of its own; the arguments of pack."""
    arguments = []
    for place, (name, array) in enumerate(arrays(seed).items()):
        path = folder / f"{place}.npy"
        np.save(path, array)
        arguments.append(f"{name}={path}")
    return arguments


def check(path, wanted):
    with np.load(path) as archive:
        assert archive.files == list(wanted)
        for name, array in wanted.items():
            assert archive[name].dtype == array.dtype and archive[name].shape == array.shape
            np.testing.assert_array_equal(archive[name], array)


@pytest.mark.parametrize("compression", ["none", "fast", "default", "best", "zlib"])
@pytest.mark.parametrize("layout", ["aligned", "numpy"])
def test_every_reader(npy, tmp_path, compression, layout):
    out = tmp_path / "out.npz"
    options = [] if compression == "none" else [f"--compress={compression}"]
    options += ["--numpy-layout"] if layout == "numpy" else []
    npy("pack", out, *saved(tmp_path), *options)
    check(out, arrays(0))
    assert zipfile.ZipFile(out).testzip() is None
    for tool in (["unzip", "-t"], ["zipinfo"], ["7z", "t"]):
        result = subprocess.run([*tool, out], capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
    assert npy("check", "--strict", out).decode().startswith("ok")
    if layout == "numpy" and compression in ("none", "zlib"):
        theirs = io.BytesIO()
        (np.savez if compression == "none" else np.savez_compressed)(theirs, **arrays(0))
        assert out.read_bytes() == theirs.getvalue()


def kinds(count, size):
    """Data of every kind that compressors treat differently, of items of one size: about `count` bytes each."""
    rng = np.random.default_rng(size)
    dtype = np.dtype({1: "u1", 2: "<i2", 4: "<i4", 8: "<i8", 16: "<c16"}[size])
    number = count // size
    yield "zeros", np.zeros(number, dtype)
    yield "constant", np.full(number, 77, dtype)
    yield "small", rng.integers(1, 100, number).astype(dtype)
    yield "labels", np.repeat(rng.integers(0, 10, number // 8 + 1), 8)[:number].astype(dtype)
    yield "walk", np.cumsum(rng.integers(-9, 10, number)).astype(dtype)
    yield "range", np.arange(number).astype(dtype)
    yield "sparse", np.where(rng.random(number) < 0.03, rng.integers(0, 127, number), 0).astype(dtype)
    yield "noise", np.frombuffer(rng.bytes(number * size), dtype)
    yield "periodic", np.resize(rng.integers(0, 127, 1000), number).astype(dtype)
    if size in (4, 8):
        yield "rounded", np.round(rng.normal(50, 15, number), 1).astype(f"f{size}")
        yield "normal", rng.normal(size=number).astype(f"f{size}")
        yield "text", np.array(["alpha", "beta", "gamma"])[rng.integers(0, 3, count // 20)]


@pytest.mark.parametrize("level", ["fast", "default", "best", "zlib"])
def test_members_of_every_kind_for_every_reader(npy, tmp_path, level):
    # More than one segment of a megabyte, but for the level that takes its time.
    count = 100_000 if level == "best" else 1_300_000
    wanted = {f"{name}{size}": array for size in (1, 2, 4, 8, 16) for name, array in kinds(count, size)}
    theirs, out, back = tmp_path / "theirs.npz", tmp_path / "out.npz", tmp_path / "back.npz"
    np.savez(theirs, **wanted)
    npy("convert", theirs, out, f"--compress={level}")
    check(out, wanted)
    assert zipfile.ZipFile(out).testzip() is None
    for tool in (["unzip", "-tq"], ["7z", "t"]):
        result = subprocess.run([*tool, out], capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
    # And the other way round: what we read of our own archive, and of one that NumPy compressed.
    npy("convert", out, back)
    check(back, wanted)
    if level == "zlib":
        np.savez_compressed(theirs, **wanted)
        npy("convert", theirs, back)
        check(back, wanted)
    for name in list(wanted)[::7]:
        part = wanted[name][100:20_000:7]
        npy("convert", f"{out}:{name}[100:20000:7]", tmp_path / "part.npy")
        np.testing.assert_array_equal(np.load(tmp_path / "part.npy"), part)


def test_members_and_slices(npy, tmp_path):
    out = tmp_path / "out.npz"
    npy("pack", out, *saved(tmp_path), "--compress")
    wanted = arrays(0)
    assert npy("show", f"{out}:a b[2:6,4,3:4]").decode() == str(wanted["a b"][2:6, 4, 3:4]) + "\n"
    assert npy("show", f"{out}:größe[::-7,-1]").decode() == str(wanted["größe"][::-7, -1]) + "\n"
    npy("convert", f"{out}:x/y", tmp_path / "xy.npy")
    theirs = io.BytesIO()
    np.save(theirs, wanted["x/y"])
    assert (tmp_path / "xy.npy").read_bytes() == theirs.getvalue()
    npy("unpack", out, "-C", tmp_path / "folder")
    for name, array in wanted.items():
        np.testing.assert_array_equal(np.load(tmp_path / "folder" / (name + ".npy")), array)
    other = tmp_path / "other.npz"
    np.savez_compressed(other, **wanted)
    assert npy("diff", out, other, check=False).returncode == 0
    changed = dict(wanted)
    changed["scalar"] = np.float64(3)
    np.savez(other, **changed)
    result = npy("diff", out, other, check=False)
    assert result.returncode == 1 and b"scalar" in result.stdout


def test_archive_to_archive_keeps_everything(npy, tmp_path):
    source, out = tmp_path / "a.npz", tmp_path / "b.npz"
    np.savez(source, **arrays(1))
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("note.txt", "hello")
    npy("convert", source, out, "--compress=best")
    with np.load(out) as archive:
        assert archive.files == [*arrays(1), "note.txt"]
        assert archive["note.txt"] == b"hello"


@pytest.mark.parametrize("name", ["../up", "/tmp/npy-absolute", "a\nb", "a\x1b[31m", "..\\up"])
def test_names_are_never_paths(npy, tmp_path, name):
    path = tmp_path / "bad.npz"
    np.savez(path, **{name: np.arange(3)})
    (tmp_path / "folder").mkdir()
    result = npy("unpack", path, "-C", tmp_path / "folder", check=False)
    assert result.returncode == 1 and not os.listdir(tmp_path / "folder")
    assert not (tmp_path / "up.npy").exists()
    for output in (result.stderr, npy("ls", path)):
        assert len(output.strip().splitlines()) == 1 and b"\x1b" not in output


def test_killed_while_writing(tmp_path):
    """A process that is killed at any moment leaves the old archive or the new one."""
    generator = np.random.default_rng(3)
    old, more = generator.integers(0, 100, 400_000), generator.integers(0, 100, 700_000)
    np.save(tmp_path / "more.npy", more)
    out = tmp_path / "out.npz"
    random.seed(4)
    outcomes = set()
    for attempt in range(60):
        np.savez(out, old=old)
        append = attempt % 2 == 0
        command = [COMMAND, "pack", out, f"more={tmp_path / 'more.npy'}"]
        command += ["--append"] if append else []
        command += ["--compress"] if attempt % 3 == 0 else []
        process = subprocess.Popen(command)
        time.sleep(random.random() * 0.03)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with np.load(out) as archive:
            names = archive.files
            outcomes.add((append, tuple(names)))
            assert names in ([["old"], ["old", "more"]] if append else [["old"], ["more"]])
            for name in names:
                np.testing.assert_array_equal(archive[name], old if name == "old" else more)
    # Both outcomes came about, so that the moments were well chosen.
    assert len(outcomes) >= 2, outcomes
    # What was left of the attempts is cleared away by the next save.
    assert subprocess.run([COMMAND, "pack", out, tmp_path / "more.npy"]).returncode == 0
    assert sorted(os.listdir(tmp_path)) == ["more.npy", "out.npz"]
