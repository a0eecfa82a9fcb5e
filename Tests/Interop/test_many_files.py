"""One bad file or member among good ones; names with brackets; options with optional values; messages of check, diff."""
import json
import pickle
import zipfile

import numpy as np
import pytest

from conftest import run_npy


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_exact_name_wins_over_a_slice(folder):
    arrays = {"w[1]": np.arange(3), "w": np.arange(10, 20), "layer[0][2:4]": np.eye(2), "a:b[x]": np.array([7]),
              "only": np.arange(5)}
    np.savez("k.npz", **arrays)
    for name, array in arrays.items():
        run_npy("convert", f"k.npz:{name}", "out.npy")
        assert np.array_equal(np.load("out.npy"), array), name
        assert run_npy("show", f"k.npz:{name}").decode().strip() == str(array)
        assert json.loads(run_npy("info", "--json", f"k.npz:{name}"))["shape"] == list(array.shape)
    assert run_npy("show", "k.npz:w[2]").decode().strip() == "12"
    assert run_npy("show", "k.npz:w[1][0:2]").decode().strip() == "[0 1]"
    assert run_npy("show", "k.npz:only[::-1]").decode().strip() == "[4 3 2 1 0]"
    run_npy("pack", "p.npz", "k.npz:w[1]")
    assert np.load("p.npz").files == ["w[1]"]


@pytest.mark.parametrize("level", ["fast", "default", "best", "zlib"])
def test_a_level_after_compress_is_an_error(folder, level):
    np.save("a.npy", np.arange(9))
    for arguments in (["pack", "--compress", level, "all.npz", "a.npy"], ["convert", "--compress", level, "a.npy"],
                      ["convert", "a.npy", "all.npz", "--compress", level]):
        result = run_npy(*arguments, check=False)
        assert result.returncode == 64 and f"--compress={level}" in result.stderr.decode(), result
    assert sorted(path.name for path in folder.iterdir()) == ["a.npy"]
    run_npy("pack", f"--compress={level}", "all.npz", "a.npy")
    run_npy("pack", "--compress", "more.npz", "a.npy")
    run_npy("pack", "--compress", f"./{level}", "a.npy")
    for name in ["all.npz", "more.npz", level]:
        assert np.array_equal(np.load(name)["a"], np.arange(9))


def bad_archive(path):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in [("good", "'<f4'"), ("bad", "'<f1'"), ("last", "'|b1'")]:
            header = f"{{'descr': {text}, 'fortran_order': False, 'shape': (0,), }}".ljust(117) + "\n"
            archive.writestr(name + ".npy", b"\x93NUMPY\1\0" + bytes([len(header), 0]) + header.encode())


def test_the_rest_is_told_of(folder):
    np.save("a.npy", np.zeros((2, 3)))
    np.savez("m.npz", x=np.arange(4))
    (folder / "page.npy").write_bytes(b"<html>")
    bad_archive("bad.npz")
    result = run_npy("ls", "a.npy", "page.npy", "none.npy", "m.npz", check=False)
    assert result.returncode == 1
    assert [line.split()[0] for line in result.stdout.decode().splitlines()] == ["a.npy", "m.npz:x"]
    errors = result.stderr.decode().splitlines()
    assert len(errors) == 2 and "HTML" in errors[0] and "none.npy: there is no such file" in errors[1]
    result = run_npy("info", "page.npy", "a.npy", "m.npz", check=False)
    assert result.returncode == 1 and result.stdout == run_npy("info", "a.npy", "m.npz")
    result = run_npy("info", "--json", "a.npy", "page.npy", "m.npz", check=False)
    objects = json.loads(result.stdout)
    assert result.returncode == 1 and result.stderr == b"" and len(objects) == 3
    assert objects[1]["file"] == "page.npy" and objects[1]["error"]["code"] == "wrong_kind"
    assert "error" not in objects[0] and objects[2]["members"][0]["shape"] == [4]
    # A member.
    for command in ["ls", "info"]:
        result = run_npy(command, "bad.npz", check=False)
        assert result.returncode == 1 and result.stderr.decode().count("\n") == 1 and b"bad.npz:bad: " in result.stderr
        assert b"float32" in result.stdout and b"bool" in result.stdout and b"(unreadable)" in result.stdout
        result = run_npy(command, "--json", "bad.npz", check=False)
        members = json.loads(result.stdout)["members"]
        assert result.returncode == 1 and ["error" in member for member in members] == [False, True, False]


def test_error_lines_are_short(folder):
    np.save("r.npy", np.zeros(2, dtype=[(f"quantity_{index}", "f8") for index in range(2500)]))
    result = run_npy("plot", "--max-header-size", 200000, "r.npy", check=False)
    assert result.returncode == 1 and len(result.stderr) < 700, len(result.stderr)
    name = "n" * 3000
    np.savez("long.npz", **{name: np.arange(3)})
    result = run_npy("show", f"long.npz:{name}x", check=False)
    assert result.returncode == 1 and len(result.stderr) < 700


def test_diff_of_members_that_are_no_arrays(folder):
    for path, text in [("a.npz", "one"), ("b.npz", "two")]:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("notes.txt", text)
            archive.writestr("same.txt", "same")
    result = run_npy("diff", "a.npz", "b.npz", check=False)
    assert result.returncode == 1 and result.stdout == b"notes.txt: not an array; its bytes differ\n"
    found = json.loads(run_npy("diff", "--json", "a.npz", "b.npz", check=False).stdout)
    assert found == {"same": False, "members": [{"name": "notes.txt", "same": False}], "only_in_one": []}


def test_check_prints_no_name_twice(folder):
    header = "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }".ljust(100) + "\n"
    with zipfile.ZipFile("old.npz", "w") as archive:
        archive.writestr("v.npy", b"\x93NUMPY\1\0" + bytes([len(header), 0]) + header.encode() + bytes(7))
    lines = run_npy("check", "old.npz").decode().splitlines()
    assert len(lines) == 3 and all(line.count("v.npy") <= 1 for line in lines), lines
    assert sum("old.npz:v.npy: " in line for line in lines) == 2


def test_check_and_diff_take_the_options_of_reading(folder):
    wide = np.zeros(3, dtype=[(f"a_rather_long_name_{index}", "f4") for index in range(800)])
    np.save("wide.npy", wide)
    np.savez("wide.npz", wide=wide)
    for path in ["wide.npy", "wide.npz"]:
        assert run_npy("check", path, check=False).returncode == 1
        run_npy("check", "--max-header-size", 100000, path)
    run_npy("diff", "--max-header-size", 100000, "wide.npy", "wide.npy")
    # An array of objects whose pickle is of Python 2: a byte above 127 in a str.
    objects = np.empty(1, dtype=object)
    objects[0] = "MARK"
    np.save("py2.npy", objects)
    raw = (folder / "py2.npy").read_bytes()
    start = raw.index(b"\n") + 1
    text = pickle.dumps(objects, protocol=2).replace(b"X\4\0\0\0MARK", b"U\4M\xe9RK")
    assert b"U\4" in text
    (folder / "py2.npy").write_bytes(raw[:start] + text)
    assert np.load("py2.npy", allow_pickle=True, encoding="latin1")[0] == "M\xe9RK"
    # NumPy needs to be told the encoding: that is a warning, as what the file holds is whole.
    assert b"warning: py2.npy: strings of Python 2" in run_npy("check", "py2.npy")
    assert run_npy("check", "--strict", "py2.npy", check=False).returncode == 1
    assert b"warning" not in run_npy("check", "--strict", "--pickle-encoding", "latin1", "py2.npy")
    result = run_npy("diff", "py2.npy", "py2.npy", check=False)
    assert result.returncode == 0 and b"read as latin1" in result.stderr
    run_npy("diff", "--pickle-encoding", "latin1", "py2.npy", "py2.npy")
