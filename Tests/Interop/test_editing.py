"""Arrays that are joined and appended to, archives that are merged and changed: as NumPy would have made the result."""
import io
import itertools
import os
import subprocess
import zipfile

import numpy as np
import pytest

from conftest import COMMAND, peak_memory, run_npy


def fails(*arguments, code=1):
    result = run_npy(*arguments, check=False)
    assert result.returncode == code, result
    assert not result.stdout
    return result.stderr.decode()


def saved(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def members(path):
    with np.load(path, allow_pickle=True) as archive:
        return {name: archive[name] for name in archive.files}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


# cat

LAYOUTS = {
    "C": np.ascontiguousarray, "F": np.asfortranarray,
}


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
@pytest.mark.parametrize("layouts", itertools.product("CF", repeat=2), ids="".join)
def test_concatenates_as_numpy(folder, axis, layouts):
    shapes = [[3, 4, 5], [3, 4, 5], [3, 4, 5]]
    shapes[1][axis], shapes[2][axis] = 2, 0
    arrays = []
    for number, (shape, layout) in enumerate(zip(shapes, (*layouts, layouts[0]))):
        array = LAYOUTS[layout](np.arange(np.prod(shape), dtype="f8").reshape(shape) + 100 * number)
        np.save(f"{number}.npy", array)
        np.savez_compressed(f"{number}.npz", array)
        arrays.append(array)
    expected = np.concatenate(arrays, axis=axis)
    for end in ("npy", "npz"):
        run_npy("cat", "--axis", axis, *[f"{number}.{end}" for number in range(3)], "-o", "all.npy")
        found = np.load("all.npy")
        assert np.array_equal(found, expected) and found.dtype == expected.dtype
    # The same bytes wherever NumPy's result lies in one of the two orders that a file can have.
    if expected.flags.c_contiguous or expected.flags.f_contiguous:
        assert open("all.npy", "rb").read() == saved(expected)
    assert run_npy("cat", "--axis", axis, "0.npy", "1.npy", "2.npy") == open("all.npy", "rb").read()


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2])
def test_stacks_as_numpy(folder, axis):
    arrays = [np.arange(6).reshape(2, 3) + number for number in range(3)] + [np.asfortranarray(np.ones((2, 3)))]
    for number, array in enumerate(arrays):
        np.save(f"{number}.npy", array)
    run_npy("cat", "--stack", "--axis", axis, "0.npy", "1.npy", "2.npy", "3.npy", "-o", "all.npy")
    found, expected = np.load("all.npy"), np.stack(arrays, axis=axis)
    assert np.array_equal(found, expected) and found.dtype == expected.dtype
    np.save("s.npy", np.float32(3))
    run_npy("cat", "--stack", "s.npy", "s.npy", "-o", "line.npy")
    assert np.load("line.npy").tolist() == [3, 3]


DTYPES = ["?", "u1", "<i2", "u8", ">f4", "F", "S3", ">U5", "M8[Y]", "M8[25s]", "M8", "m8[D]", "V3", "O", "i4,f4", "f8,i4"]


def test_promotes_as_numpy(folder):
    for number, dtype in enumerate(DTYPES):
        if dtype == "O":
            np.save(f"{number}.npy", np.array([None, "x"], dtype="O"))
        else:
            # A moment without a unit has a value that no unit can give.
            np.save(f"{number}.npy", np.full(2, "NaT", dtype) if dtype == "M8" else np.zeros(2, dtype))
    wrong = []
    for left, right in itertools.combinations(range(len(DTYPES)), 2):
        arrays = [np.load(f"{number}.npy", allow_pickle=True) for number in (left, right)]
        try:
            expected = np.concatenate(arrays)
        except TypeError:
            expected = None
        result = run_npy("cat", f"{left}.npy", f"{right}.npy", check=False)
        if expected is None:
            if result.returncode != 1 or not result.stderr:
                wrong.append((DTYPES[left], DTYPES[right], "joined"))
            continue
        if result.returncode:
            wrong.append((DTYPES[left], DTYPES[right], str(expected.dtype), result.stderr.decode()))
            continue
        found = np.load(io.BytesIO(result.stdout), allow_pickle=True)
        if found.dtype != expected.dtype or found.tolist() != expected.tolist():
            wrong.append((DTYPES[left], DTYPES[right], str(found.dtype), str(expected.dtype)))
    assert not wrong, wrong


def test_joins_what_only_reading_counts(folder):
    """Text has an unknown number of rows, a pipe is read once, an archive's member from front to back."""
    with open("a.csv", "w") as file:
        file.write("1,2\n3,4\n5,6\n")
    np.save("b.npy", np.arange(4.).reshape(2, 2))
    expected = np.concatenate([np.loadtxt("a.csv", delimiter=","), np.load("b.npy")])
    run_npy("cat", "a.csv", "b.npy", "-o", "out.npy")
    assert open("out.npy", "rb").read() == saved(expected)
    with open("b.npy", "rb") as pipe:
        result = subprocess.run([COMMAND, "cat", "b.npy[::-1]", "-", "--axis", "1"], stdin=pipe, capture_output=True,
                                check=True)
    b = np.load("b.npy")
    assert result.stdout == saved(np.concatenate([b[::-1], b], axis=1))
    run_npy("cat", "--stack", "a.csv", "a.csv", "-o", "deep.npy", "--astype", "i4")
    assert np.load("deep.npy").tolist() == np.stack([np.loadtxt("a.csv", delimiter=",").astype("i4")] * 2).tolist()
    run_npy("cat", "b.npy", "b.npy", "-o", "out.csv", "--fmt", "%d")
    assert open("out.csv").read() == "0,1\n2,3\n0,1\n2,3\n"


def test_refuses_what_does_not_fit(folder):
    np.save("a.npy", np.zeros((2, 3)))
    np.save("b.npy", np.zeros((2, 4)))
    np.save("s.npy", np.float64(1))
    assert "(2, 3) and (2, 4)" in fails("cat", "a.npy", "b.npy", "-o", "out.npy")
    assert "same shape" in fails("cat", "--stack", "a.npy", "b.npy", "-o", "out.npy")
    assert "axis 2" in fails("cat", "--axis", "2", "a.npy", "a.npy", "-o", "out.npy")
    assert "zero-dimensional" in fails("cat", "s.npy", "s.npy", "-o", "out.npy")
    assert "--to" in fails("cat", "a.npy", "-o", "out.what", code=64)
    assert not os.path.exists("out.npy")
    np.save("out.npy", np.arange(3))
    assert "exists" in fails("cat", "-n", "a.npy", "-o", "out.npy")


def test_joins_in_bounded_memory(folder):
    np.save("a.npy", np.zeros((1000, 6000)))
    np.save("f.npy", np.zeros((1000, 6000), order="F"))
    floor = peak_memory("info", "a.npy")
    for arguments in (["a.npy", "a.npy"], ["--axis", "1", "a.npy", "f.npy"], ["--stack", "--axis", "1", "a.npy", "a.npy"]):
        assert peak_memory("cat", *arguments, "-o", "out.npy") < floor + (40 << 20), arguments


# append

@pytest.mark.parametrize("shape", [(3,), (0,), (2, 3), (4, 0, 2), (1, 2, 3)])
@pytest.mark.parametrize("dtype", ["<f8", ">i4", "S3", "M8[D]", "i4,f8"])
def test_appended_files_are_those_of_save(folder, shape, dtype):
    count = int(np.prod(shape))
    raw = np.arange(count * np.dtype(dtype).itemsize, dtype="u1").tobytes()
    array = np.frombuffer(raw, dtype).reshape(shape)
    np.save("log.npy", array[:1])
    np.save("rows.npy", array)
    np.savez_compressed("rows.npz", array)
    run_npy("append", "log.npy", "rows.npy", "rows.npz", "rows.npy[:1]")
    assert open("log.npy", "rb").read() == saved(np.concatenate([array[:1], array, array, array[:1]]).astype(dtype))


def test_appends_rows_of_anything(folder):
    table = np.arange(6.).reshape(3, 2)
    np.save("log.npy", table)
    np.save("f.npy", np.asfortranarray(table))
    np.save("ints.npy", table.astype("i4"))
    with open("t.csv", "w") as file:
        file.write("7,8\n9,10\n")
    run_npy("append", "log.npy", "f.npy", "ints.npy[1]", "t.csv", "log.npy[:, ::-1]")
    rows = np.concatenate([table, table, table[1:2], [[7, 8], [9, 10]], table[:, ::-1]])
    assert open("log.npy", "rb").read() == saved(rows)
    with open("t.csv", "rb") as pipe:
        subprocess.run([COMMAND, "append", "log.npy", "-", "--from", "csv"], stdin=pipe, check=True)
    assert np.array_equal(np.load("log.npy"), np.concatenate([rows, [[7, 8], [9, 10]]]))
    np.save("line.npy", np.arange(3, dtype="f4"))
    np.save("s.npy", np.float32(9))
    run_npy("append", "line.npy", "s.npy")
    assert np.load("line.npy").tolist() == [0, 1, 2, 9]


def test_a_failed_append_changes_nothing(folder):
    np.save("log.npy", np.arange(6, dtype="i4").reshape(3, 2))
    before = open("log.npy", "rb").read()
    np.save("good.npy", np.zeros((100000, 2), "i4"))
    np.save("wide.npy", np.zeros((2, 3), "i4"))
    np.save("floats.npy", np.zeros((2, 2)))
    np.savez_compressed("bad.npz", np.random.default_rng(1).integers(0, 99, (1000, 2), "i4"))
    broken = bytearray(open("bad.npz", "rb").read())
    broken[1500] ^= 255
    open("bad.npz", "wb").write(broken)
    for second, word in (("wide.npy", "(3, 2)"), ("floats.npy", "--astype"), ("bad.npz", "bad.npz"), ("none.npy", "none.npy")):
        assert word in fails("append", "log.npy", "good.npy", second)
        assert open("log.npy", "rb").read() == before
    run_npy("append", "log.npy", "floats.npy", "--astype", "i4")
    assert np.load("log.npy").shape == (5, 2)
    for name, array in {"f": np.asfortranarray(np.ones((2, 2))), "s": np.float64(3), "o": np.array([None])}.items():
        np.save(name + ".npy", array)
        fails("append", name + ".npy", name + ".npy")
        assert open(name + ".npy", "rb").read() == saved(array)


def test_creates_only_when_told(folder):
    np.save("rows.npy", np.arange(4.).reshape(2, 2))
    assert "--create" in fails("append", "log.npy", "rows.npy")
    run_npy("append", "--create", "log.npy", "rows.npy", "rows.npy")
    run_npy("append", "--create", "log.npy", "rows.npy")
    assert open("log.npy", "rb").read() == saved(np.concatenate([np.load("rows.npy")] * 3))
    with open("log.npy", "ab") as file:
        file.write(b"rest of another append" * 9)
    assert "--discard-trailing" in fails("append", "log.npy", "rows.npy")
    run_npy("append", "--discard-trailing", "log.npy", "rows.npy")
    assert open("log.npy", "rb").read() == saved(np.concatenate([np.load("rows.npy")] * 4))


# pack, rm, mv

@pytest.fixture
def archives(folder):
    np.savez("x.npz", x=np.arange(3), both=np.zeros(2))
    np.savez_compressed("y.npz", y=np.ones((2, 2)), both=np.ones(2))
    with zipfile.ZipFile("y.npz", "a") as archive:
        archive.writestr("meta.json", '{"a": 1}')
    np.savez("one.npz", only=np.arange(5))
    np.savez("o.npz", o=np.array([1, "a", None], dtype=object))
    return folder


def same(found, expected):
    assert list(found) == list(expected)
    for name, value in expected.items():
        assert found[name] == value if isinstance(value, bytes) else found[name].tolist() == value.tolist()


def test_merges_archives(archives):
    y = members("y.npz")
    run_npy("pack", "all.npz", "one.npz", "o.npz", "x.npz:x")
    same(members("all.npz"), members("one.npz") | members("o.npz") | {"x": np.arange(3)})
    message = fails("pack", "new.npz", "x.npz", "y.npz")
    assert "both" in message and "NAME=" in message and "--replace" in message and not os.path.exists("new.npz")
    run_npy("pack", "new.npz", "x.npz", "second=y.npz")
    same(members("new.npz"), members("x.npz") | {"second/" + name: value for name, value in y.items()})
    run_npy("pack", "--replace", "last.npz", "x.npz", "y.npz")
    same(members("last.npz"), {"x": np.arange(3)} | {"y": y["y"], "both": np.ones(2), "meta.json": y["meta.json"]})
    # A name before an archive of one array is that array's.
    run_npy("pack", "named.npz", "w=o.npz")
    assert list(members("named.npz")) == ["w"]


def test_adds_archives_to_one_that_is_there(archives):
    before = members("x.npz")
    assert "--replace" in fails("pack", "--append", "x.npz", "y.npz")
    same(members("x.npz"), before)
    run_npy("pack", "--append", "x.npz", "y=y.npz")
    same(members("x.npz"), before | {"y/" + name: value for name, value in members("y.npz").items()})


@pytest.mark.parametrize("options", [(), ("--compress",), ("--numpy-layout",)], ids=str)
def test_replaces_members_in_place(archives, options):
    np.savez("many.npz", **{f"m{number}": np.full(50, number) for number in range(40)})
    np.save("new.npy", np.arange(7))
    expected = members("many.npz")
    inode = os.stat("many.npz").st_ino
    for number in (3, 17, 39, 3):
        run_npy("pack", "--replace", "many.npz", f"m{number}=new.npy", *options)
        expected.pop(f"m{number}")
        expected[f"m{number}"] = np.arange(7)
        same(members("many.npz"), expected)
    assert os.stat("many.npz").st_ino == inode
    assert zipfile.ZipFile("many.npz").testzip() is None
    run_npy("check", "many.npz")
    # What is not there yet is added.
    run_npy("pack", "--replace", "many.npz", "new.npy")
    same(members("many.npz"), expected | {"new": np.arange(7)})


def test_an_archive_does_not_grow_without_end(archives):
    np.save("big.npy", np.arange(20000))
    run_npy("pack", "state.npz", "big=big.npy", "small=x.npz:x")
    size = os.path.getsize("state.npz")
    for _ in range(6):
        run_npy("pack", "--replace", "state.npz", "big.npy")
        assert os.path.getsize("state.npz") < 3 * size
        assert list(members("state.npz")) == ["small", "big"]


def test_removes_and_renames(archives):
    before = members("y.npz")
    run_npy("rm", "y.npz", "y", "meta.json")
    same(members("y.npz"), {"both": before["both"]})
    run_npy("mv", "x.npz", "x", "weights")
    run_npy("mv", "x.npz", "both.npy", "b/c")
    same(members("x.npz"), {"weights": np.arange(3), "b/c": np.zeros(2)})
    content = open("x.npz", "rb").read()
    assert "npy rm" in fails("mv", "x.npz", "b/c", "weights")
    assert "did you mean weights" in fails("rm", "x.npz", "b/c", "weighst")
    assert "weights" in fails("mv", "x.npz", "nothing", "other")
    assert open("x.npz", "rb").read() == content
    fails("rm", "x.npz", code=64)
    # What stays is as np.savez would have written it without the others.
    np.savez("two.npz", gone=np.ones(7), only=np.arange(5))
    run_npy("rm", "two.npz", "gone")
    assert open("two.npz", "rb").read() == open("one.npz", "rb").read()


def test_append_makes_a_file_as_it_would_grow(tmp_path):
    matrix, row, number = np.arange(6.0).reshape(2, 3), np.arange(3.0), np.array(5.0)
    for name, array in {"matrix": matrix, "row": row, "number": number}.items():
        np.save(tmp_path / f"{name}.npy", array)
    run_npy("append", "--create", tmp_path / "a.npy", tmp_path / "matrix.npy", tmp_path / "row.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), np.vstack([matrix, row]), strict=True)
    run_npy("append", "--create", tmp_path / "b.npy", tmp_path / "number.npy")
    run_npy("append", "--create", tmp_path / "b.npy", tmp_path / "number.npy", tmp_path / "row.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "b.npy"), np.concatenate([[5.0, 5.0], row]), strict=True)


def test_changes_at_the_same_time(tmp_path):
    """Those that meet another are refused; what was told as done is done, and nothing else is lost."""
    path = tmp_path / "x.npz"
    names = [f"z{index}" for index in range(40)]
    np.savez(path, **{name: np.full(30_000, index) for index, name in enumerate(names)})
    np.save(tmp_path / "new.npy", np.arange(3))
    commands = [["rm", path, f"z{index}"] for index in range(8)] + [["mv", path, f"z{index}", f"m{index}"] for index in range(8, 16)]
    commands += [["pack", "--append", path, f"a{index}={tmp_path / 'new.npy'}"] for index in range(8)]
    running = [subprocess.Popen([COMMAND, *map(str, command)], stderr=subprocess.PIPE) for command in commands]
    expected = set(names)
    for command, process in zip(commands, running):
        error = process.communicate(timeout=60)[1]
        if process.returncode:
            assert b"changing the file" in error or b"was replaced" in error, error
        elif command[0] == "rm":
            expected.remove(command[2])
        elif command[0] == "mv":
            expected.symmetric_difference_update(command[2:])
        else:
            expected.add(command[3].split("=")[0])
    with np.load(path) as loaded:
        assert set(loaded) == expected
        assert all(loaded[name][0] == index for index, name in enumerate(names) if name in expected)
    # What could be done then can be done now.
    assert "z39" in expected
    run_npy("rm", path, "z39")


def test_names_that_file_systems_do_not_take(tmp_path):
    np.savez(tmp_path / "x.npz", a=np.arange(3), **{"n" * 300: np.arange(2)}, b=np.arange(4))
    result = run_npy("unpack", tmp_path / "x.npz", "-C", tmp_path / "o", check=False)
    assert result.returncode == 1 and b"255" in result.stderr and not (tmp_path / "o").exists()
    result = run_npy("unpack", "--skip-bad", tmp_path / "x.npz", "-C", tmp_path / "o", check=False)
    assert result.returncode == 1 and sorted(path.name for path in (tmp_path / "o").iterdir()) == ["a.npy", "b.npy"]


def test_refs_of_an_archive_without_arrays(tmp_path):
    with zipfile.ZipFile(tmp_path / "m.pt", "w") as archive:
        archive.writestr("m/data.pkl", b"N.")
    result = run_npy("refs", tmp_path / "m.pt", "-o", tmp_path / "r.json", check=False)
    assert result.returncode == 1 and b"no array" in result.stderr and not (tmp_path / "r.json").exists()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("options", [[], ["--axis", "1"], ["--stack"]], ids=str)
def test_joined_arrays_have_the_byte_order_of_the_machine(tmp_path, order, count, options):
    array = np.array(np.arange(6).reshape(2, 3), dtype=">u2", order=order)
    np.save(tmp_path / "a.npy", array)
    run_npy("cat", *[tmp_path / "a.npy"] * count, *options, "-o", tmp_path / "o.npy")
    join = (lambda arrays: np.stack(arrays)) if options == ["--stack"] else (lambda arrays: np.concatenate(arrays, axis=len(options) // 2))
    expected = join([array] * count)
    result = np.load(tmp_path / "o.npy")
    assert result.dtype.str == expected.dtype.str and np.array_equal(result, expected)
