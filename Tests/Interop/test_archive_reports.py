"""What is told of archives some of whose members are out of the ordinary, and of pickles as JSON."""
import io
import json
import os
import pickle
import tarfile
import zipfile

import numpy as np
import pytest

from conftest import run_npy


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_names_of_tensorflow():
    """A letter and a colon are no drive on the systems that this runs on."""
    arrays = {"w:0": np.arange(3), "b:12": np.arange(2), "dense/kernel:0": np.zeros(2), "a b": np.ones(1), "é": np.ones(2)}
    np.savez("x.npz", **arrays)
    run_npy("unpack", "x.npz", "-C", "out")
    for name, array in arrays.items():
        assert (np.load(f"out/{name}.npy") == array).all()
    assert run_npy("check", "x.npz").decode() == "ok: x.npz\n"


@pytest.mark.parametrize("name,reason", {
    "../a": "upwards", "a/../../b": "upwards", "/a": "absolute", "C:/a": "drive", "a\\b": "backslash", "C:\\a": "backslash",
    "a\nb": "control", "a\x1b[2J": "control", "./a": "already"}.items())
def test_names_that_are_no_paths(name, reason):
    """The message says what is wrong with the name; one option leaves such members out and takes the others."""
    with zipfile.ZipFile("x.npz", "w") as archive:
        for member in [name, "good"]:
            with archive.open(zipfile.ZipInfo(member + ".npy"), "w") as file:
                np.lib.format.write_array(file, np.arange(3))
    result = run_npy("unpack", "x.npz", "-C", "out", check=False)
    assert result.returncode == 1 and reason in result.stderr.decode() and b"--skip-bad" in result.stderr
    assert not os.path.exists("out")
    result = run_npy("unpack", "--skip-bad", "x.npz", "-C", "out", check=False)
    assert result.returncode == 1 and reason in result.stderr.decode() and os.listdir("out") == ["good.npy"]
    assert reason in run_npy("check", "x.npz").decode()


def test_stats_of_members_without_numbers():
    np.savez("x.npz", a=np.array([1.5, np.nan, 4]), text=np.array(["x"]), z=np.array([3, 5], "u1"))
    result = run_npy("stats", "x.npz", check=False)
    assert result.returncode == 0 and not result.stderr
    rows = [line.split() for line in result.stdout.decode().splitlines()]
    assert [row[0] for row in rows] == ["member", "a", "text", "z"] and rows[2][1:3] == ["1", "-"]
    result = run_npy("stats", "--json", "x.npz", check=False)
    told = json.loads(result.stdout)
    assert result.returncode == 0 and not result.stderr
    assert [entry["file"] for entry in told] == ["x.npz:a", "x.npz:text", "x.npz:z"]
    assert told[1]["count"] == 1 and told[1]["min"] is None
    assert (told[0]["max"], told[2]["min"]) == (4, 3)
    # Of the member alone, which was asked for, it is an error.
    alone = run_npy("stats", "--json", "x.npz:text", check=False)
    assert alone.returncode == 1 and json.loads(alone.stdout)["error"]["code"] == "unsupported"


@pytest.mark.parametrize("values", [[1, np.inf], [-np.inf, 2], [-np.inf, np.inf], [np.nan, np.inf]])
def test_infinities_in_json(values):
    """An infinity is not a value that is missing."""
    np.save("x.npy", np.array(values))
    told = json.loads(run_npy("stats", "--json", "x.npy"))
    assert (told["min"], told["max"]) == (np.nanmin(values), np.nanmax(values))
    np.save("x.npy", np.array([np.nan, np.nan]))
    told = json.loads(run_npy("stats", "--json", "x.npy"))
    assert (told["min"], told["max"]) == (None, None)


def test_arrays_of_pickles_in_json():
    """Each array with the name that an address gives it."""
    with open("x.pkl", "wb") as file:
        pickle.dump({"a": {0: [np.arange(3), 7]}, 2.5: np.zeros((2, 2), "f4"), "n": 1}, file)
        pickle.dump([np.arange(4, dtype="i2")], file)
    told = json.loads(run_npy("ls", "--json", "x.pkl"))["arrays"]
    assert [(entry["name"], entry["dtype"], entry["shape"]) for entry in told] == [
        ("a.0.0", "<i8", [3]), ("2.5", "<f4", [2, 2]), ("#1.0", "<i2", [4])]
    for entry in told:
        shape = json.loads(run_npy("info", "--json", f"x.pkl:{entry['name']}"))["shape"]
        assert shape == entry["shape"]


def test_help_for_what_is_no_command():
    for name in ["nope", "shwo"]:
        result = run_npy("help", name, check=False)
        assert result.returncode == run_npy(name, check=False).returncode != 0
        assert not result.stdout and f"there is no command '{name}'" in result.stderr.decode()
    assert b"USAGE: npy show" in run_npy("help", "show")


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_links_in_tar_archives_are_told(form):
    """What has no contents of its own is not written, and that is said; a hard link has those of its file."""
    data = io.BytesIO()
    np.save(data, np.arange(3))
    with tarfile.open("x.tar", "w", format=form) as archive:
        for name, kind in [("a.npy", tarfile.REGTYPE), ("b.npy", tarfile.LNKTYPE), ("d" * 60 + "/" + "c" * 90, tarfile.SYMTYPE),
                           ("dev", tarfile.CHRTYPE), ("pipe", tarfile.FIFOTYPE), ("folder", tarfile.DIRTYPE)]:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "a.npy"
            entry.size = len(data.getvalue()) if kind == tarfile.REGTYPE else 0
            archive.addfile(entry, io.BytesIO(data.getvalue()))
    result = run_npy("unpack", "x.tar", "-C", "out", check=False)
    assert result.returncode == 0 and sorted(os.listdir("out")) == ["a.npy", "b.npy"]
    words = result.stderr.decode()
    assert "links and devices" in words and all(n in words for n in ("ddd", "dev", "pipe"))
    assert "folder" not in words and "b.npy" not in words and words.count("\n") == 1
    checked = run_npy("check", "x.tar").decode()
    assert checked.startswith("warning:") and "ddd" in checked and "b.npy" not in checked
    assert run_npy("check", "--strict", "x.tar", check=False).returncode == 1


def test_members_of_one_name_are_told_once():
    with zipfile.ZipFile("x.npz", "w") as archive:
        for count in range(2):
            data = io.BytesIO()
            np.save(data, np.arange(count))
            archive.writestr("a.npy", data.getvalue())
    for command in ("show", "stats"):
        result = run_npy(command, "x.npz", check=False)
        assert result.returncode == 1 and result.stderr.count(b"several members") == 1, result


def test_one_long_name_does_not_widen_all_lines(tmp_path):
    """What is printed is no more than some lines of a page for each member, and the long name."""
    array = io.BytesIO()
    np.save(array, np.arange(3))
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("n" * 60_000 + ".npy", array.getvalue())
        for index in range(2000):
            archive.writestr(f"{index}.npy", array.getvalue())
    for command in ["ls", "info", "stats"]:
        printed = run_npy(command, tmp_path / "x.npz")
        assert 60_000 < len(printed) < 2001 * 400 and printed.count(b"\n") >= 2001, command
    record = np.zeros(3, [("n" * 4000, "i4")] + [(f"f{index}", "f8") for index in range(100)])
    np.save(tmp_path / "x.npy", record)
    assert len(run_npy("stats", tmp_path / "x.npy")) < 4000 + 101 * 400
