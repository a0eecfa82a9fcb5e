"""`save`, `load`, `savez`, `append` and lazy arrays, against NumPy."""
import gc
import io
import os
import pathlib
import pickle
import threading

import numpy as np
import npyfast
import pytest
from conftest import layouts, same, values


def numpy_bytes(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_save_writes_numpys_bytes(tmp_path, dtype):
    for name, array in layouts(values(dtype, 24)):
        npyfast.save(tmp_path / "a.npy", array)
        ours, theirs = (tmp_path / "a.npy").read_bytes(), numpy_bytes(array)
        if dtype.isalignedstruct or dtype.itemsize == 32 and dtype.names:  # what lies between fields is undefined
            start = len(theirs) - array.nbytes
            assert ours[:start] == theirs[:start] and same(np.load(io.BytesIO(ours)), array), name
        else:
            assert ours == theirs, name


def test_load_gives_what_numpy_gives(tmp_path, dtype):
    for name, array in layouts(values(dtype, 24)):
        np.save(tmp_path / "a.npy", array)
        ours, theirs = npyfast.load(tmp_path / "a.npy"), np.load(tmp_path / "a.npy")
        assert same(ours, theirs), name
        assert (ours.flags.c_contiguous, ours.flags.f_contiguous, ours.flags.writeable) == (
            theirs.flags.c_contiguous, theirs.flags.f_contiguous, theirs.flags.writeable), name


@pytest.mark.parametrize("save", [npyfast.savez, npyfast.savez_compressed])
def test_archives_go_both_ways(tmp_path, dtype, save):
    arrays = {name: array for name, array in layouts(values(dtype, 24))}
    save(tmp_path / "ours", **arrays)
    np.savez_compressed(tmp_path / "theirs", **arrays)
    with np.load(tmp_path / "ours.npz") as loaded:
        assert loaded.files == list(arrays)
        assert all(same(loaded[name], array) for name, array in arrays.items())
    with npyfast.load(tmp_path / "theirs.npz") as loaded, np.load(tmp_path / "theirs.npz") as theirs:
        assert loaded.files == list(arrays)
        assert all(same(loaded[name], theirs[name]) for name in arrays)


def test_names_follow_numpys_rules(tmp_path):
    npyfast.save(tmp_path / "x", [1])
    npyfast.save(str(tmp_path / "y.npy"), [1])
    npyfast.savez(tmp_path / "z", np.arange(3), name=np.arange(2))
    assert sorted(os.listdir(tmp_path)) == ["x.npy", "y.npy", "z.npz"]
    with npyfast.load(tmp_path / "z.npz") as loaded:
        assert loaded.files == ["name", "arr_0"]
        assert "arr_0" in loaded and "arr_0.npy" in loaded and "arr_1" not in loaded
        assert same(loaded.f.name, np.arange(2)) and same(loaded["name.npy"], np.arange(2))
    with pytest.raises(ValueError, match="Cannot use un-named variables and keyword arr_0"):
        npyfast.savez(tmp_path / "z", np.arange(3), arr_0=np.arange(2))


def test_a_level_is_not_an_array_and_an_array_is_not_a_level(tmp_path):
    data = np.arange(50_000) // 100
    sizes = {}
    for level in ("none", "fast", "default", "best", "zlib", 0, 1, 6, 9):
        npyfast.savez_compressed(tmp_path / "a", data, level=level)
        sizes[level] = (tmp_path / "a.npz").stat().st_size
        assert same(np.load(tmp_path / "a.npz")["arr_0"], data)
    assert sizes["none"] > data.nbytes > sizes["fast"] and sizes["best"] <= sizes["default"]
    npyfast.savez_compressed(tmp_path / "a", level=data)
    assert same(np.load(tmp_path / "a.npz")["level"], data)
    with pytest.raises(ValueError):
        npyfast.savez_compressed(tmp_path / "a", data, level=10)


class OnlyReads:
    """A file object with nothing but what NumPy asks for."""
    def __init__(self, data):
        self._file = io.BytesIO(data)

    def read(self, count=-1):
        return self._file.read(count)

    def seek(self, *place):
        return self._file.seek(*place)

    def tell(self):
        return self._file.tell()


def test_file_objects(tmp_path):
    first, second = np.arange(12.).reshape(3, 4), np.array([(1, 2.5)], [("a", "i4"), ("b", "f8")])
    memory = io.BytesIO()
    with open(tmp_path / "both", "wb") as file:
        for array in (first, second):
            npyfast.save(memory, array)
            npyfast.save(file, array)
    expected = numpy_bytes(first) + numpy_bytes(second)
    assert memory.getvalue() == expected == (tmp_path / "both").read_bytes()
    for file in (io.BytesIO(expected), open(tmp_path / "both", "rb"), OnlyReads(expected)):
        assert same(npyfast.load(file), first)
        assert file.tell() == len(numpy_bytes(first))
        assert same(npyfast.load(file), second)
        with pytest.raises(EOFError, match="No data left in file"):
            npyfast.load(file)


@pytest.mark.parametrize("save", [npyfast.savez, npyfast.savez_compressed])
def test_archives_in_file_objects(tmp_path, save):
    data = np.arange(1000)
    memory = io.BytesIO()
    save(memory, data, x=data[::2])
    with open(tmp_path / "a.npz", "wb") as file:
        save(file, data, x=data[::2])
    for file in (memory, open(tmp_path / "a.npz", "rb"), OnlyReads(memory.getvalue())):
        file.seek(0)
        with npyfast.load(file) as loaded:
            assert same(loaded["arr_0"], data) and same(loaded["x"], data[::2])
            with pytest.raises(TypeError):
                pickle.dumps(loaded)
    with np.load(io.BytesIO(memory.getvalue())) as loaded:
        assert same(loaded["arr_0"], data)


class Failing(io.RawIOBase):
    def __init__(self, error):
        self.error = error

    def write(self, data):
        raise self.error

    def seekable(self):
        return False


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), ZeroDivisionError("x")])
def test_what_a_file_object_raises_is_raised(error):
    with pytest.raises(type(error)):
        npyfast.save(Failing(error), np.arange(100_000))
    with pytest.raises(type(error)):
        npyfast.savez(Failing(error), np.arange(100_000))


def outcome(function, *arguments, **keywords):
    """What a call does: the exception's type and text, or the result."""
    try:
        return function(*arguments, **keywords)
    except Exception as exception:
        return type(exception), str(exception)


def test_errors_are_numpys(tmp_path):
    whole = numpy_bytes(np.arange(100))
    np.savez(tmp_path / "good.npz", x=np.arange(100), o=np.array([None], object))
    archive = (tmp_path / "good.npz").read_bytes()
    at = archive.index(np.arange(100).tobytes())
    files = {
        "empty.npy": b"", "short.npy": whole[:200], "header.npy": whole[:40], "text.npy": b"1 2 3\n",
        "version.npy": whole[:6] + b"\x09\x00" + whole[8:], "dtype.npy": whole.replace(b"<i8", b"<q9"),
        "pickle.npy": pickle.dumps([1, 2]), "cut.npz": archive[:300], "damaged.npz": archive[:at] + b"\xff" + archive[at + 1:],
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    np.save(tmp_path / "objects.npy", np.array([None, 1], object))
    for name in [*files, "objects.npy", "missing.npy", "."]:
        path = str(tmp_path / name)

        def all_of(load):
            loaded = load(path)
            return loaded["x"] if isinstance(loaded, np.lib.npyio.NpzFile) else loaded
        assert outcome(all_of, npyfast.load) == outcome(all_of, np.load), name
    for arguments in ({"encoding": "utf-8"}, {"max_header_size": 10}):
        (tmp_path / "whole.npy").write_bytes(whole)
        assert outcome(npyfast.load, tmp_path / "whole.npy", **arguments) == outcome(np.load, tmp_path / "whole.npy", **arguments)
    with npyfast.load(tmp_path / "good.npz") as ours, np.load(tmp_path / "good.npz") as theirs:
        for name in ("o", "nothing"):
            assert outcome(ours.__getitem__, name) == outcome(theirs.__getitem__, name)
    assert outcome(npyfast.save, tmp_path / "no" / "x.npy", [1]) == outcome(np.save, tmp_path / "no" / "x.npy", [1])
    (tmp_path / "folder.npy").mkdir()
    assert outcome(npyfast.save, tmp_path / "folder.npy", [1]) == outcome(np.save, tmp_path / "folder.npy", [1])


def test_the_place_of_an_error_is_its_cause(tmp_path):
    (tmp_path / "short.npy").write_bytes(numpy_bytes(np.arange(100))[:200])
    with pytest.raises(ValueError) as raised:
        npyfast.load(tmp_path / "short.npy")
    cause = raised.value.__cause__
    assert isinstance(cause, npyfast.ArrayFileError) and cause.code == "truncated" and cause.offset == 200


def test_objects_are_numpys(tmp_path):
    array = np.array([1, "two", None, [3]], object)
    npyfast.save(tmp_path / "o.npy", array)
    assert npyfast.load(tmp_path / "o.npy", allow_pickle=True).tolist() == array.tolist()
    npyfast.savez_compressed(tmp_path / "o", o=array, x=np.arange(3))
    with npyfast.load(tmp_path / "o.npz", allow_pickle=True) as loaded:
        assert loaded["o"].tolist() == array.tolist() and loaded.files == ["o", "x"]
    with pytest.raises(ValueError, match="Object arrays cannot be saved when allow_pickle=False"):
        npyfast.save(tmp_path / "p.npy", array, allow_pickle=False)
    with pytest.raises(ValueError, match="Object arrays cannot be saved when allow_pickle=False"):
        npyfast.savez(tmp_path / "p.npz", array, allow_pickle=False)
    assert not (tmp_path / "p.npz").exists()
    with open(tmp_path / "p.pkl", "wb") as file:
        pickle.dump({"a": 1}, file)
    assert npyfast.load(tmp_path / "p.pkl", allow_pickle=True) == {"a": 1}


def test_members_are_mapped(tmp_path):
    arrays = {"c": np.arange(24.).reshape(4, 6), "f": np.asfortranarray(np.arange(24).reshape(4, 6)), "empty": np.zeros(0)}
    for save in (np.savez, npyfast.savez):
        save(tmp_path / "a.npz", **arrays)
        with npyfast.load(tmp_path / "a.npz", mmap_mode="r") as loaded:
            for name, array in arrays.items():
                assert same(loaded[name], array)
            assert isinstance(loaded["c"], np.memmap) and not loaded["c"].flags.writeable
        with npyfast.load(tmp_path / "a.npz", mmap_mode="c") as loaded:
            changed = loaded["c"]
            changed[0] = -1
            assert same(npyfast.load(tmp_path / "a.npz")["c"], arrays["c"])
    npyfast.savez_compressed(tmp_path / "a.npz", **arrays)
    assert same(npyfast.load(tmp_path / "a.npz", mmap_mode="r")["f"], arrays["f"])
    with pytest.raises(ValueError):
        npyfast.load(tmp_path / "a.npz", mmap_mode="r+")
    np.save(tmp_path / "a.npy", arrays["c"])
    npyfast.load(tmp_path / "a.npy", mmap_mode="r+")[0, 0] = 7
    assert npyfast.load(tmp_path / "a.npy", mmap_mode="r")[0, 0] == 7


def test_views_outlive_their_base(tmp_path):
    npyfast.save(tmp_path / "a.npy", np.arange(1000))
    npyfast.savez_compressed(tmp_path / "a.npz", np.arange(1000))
    views = []
    for _ in range(20):
        views.append(npyfast.load(tmp_path / "a.npy")[10::7])
        with npyfast.load(tmp_path / "a.npz") as loaded:
            views.append(loaded["arr_0"][10::7])
        gc.collect()
    assert all(same(view, np.arange(1000)[10::7]) for view in views)
    views[0][0] = 5  # it may be written to, and nobody else sees it
    assert views[2][0] == 10


KEYS = [0, -1, slice(None), slice(1, 3), slice(None, None, -1), slice(5, 1, -2), (0, 1), (..., 0), (None, 1), (slice(1, None), -1),
        [2, 0, 2], np.array([1, -1]), (slice(None), [0, 2]), np.int64(2), (1, ..., slice(0, 100)), slice(2**70, None)]


@pytest.mark.parametrize("member", [None, "x"])
def test_parts_of_lazy_arrays(tmp_path, member):
    for order in "CF":
        array = np.array(np.arange(60.).reshape(4, 5, 3), order=order)
        np.save(tmp_path / "a.npy", array)
        npyfast.savez_compressed(tmp_path / "a.npz", x=array)
        lazy = npyfast.open_array(tmp_path / ("a.npz" if member else "a.npy"), member)
        assert (lazy.shape, lazy.dtype, lazy.ndim, lazy.nbytes, len(lazy)) == (array.shape, array.dtype, 3, array.nbytes, 4)
        for key in KEYS:
            part = lazy[key]
            assert type(part) is type(array[key]) and np.array_equal(part, array[key]), key
        for key in (4, (0, 0, 0, 0), [9], "x"):
            with pytest.raises(IndexError):
                lazy[key]
        assert same(np.asarray(lazy), array) and np.array_equal(pickle.loads(pickle.dumps(lazy))[1], array[1])
        assert type(lazy[0, 0, 0]) is np.float64


def test_rows_are_appended(tmp_path):
    array = np.arange(12.).reshape(4, 3)
    npyfast.append(tmp_path / "a.npy", array)
    for _ in range(3):
        npyfast.append(tmp_path / "a.npy", array.astype(">f8"))
    assert (tmp_path / "a.npy").read_bytes() == numpy_bytes(np.concatenate([array] * 4))
    npyfast.append(tmp_path / "a.npy", array[1])
    assert (tmp_path / "a.npy").read_bytes() == numpy_bytes(np.concatenate([array] * 4 + [array[1:2]]))
    for wrong in (np.zeros((1, 4)), np.zeros(4), np.zeros((1, 3), "f4")):
        with pytest.raises(npyfast.ArrayFileError):
            npyfast.append(tmp_path / "a.npy", wrong)


def test_threads_share_archives(tmp_path):
    arrays = {f"a{n}": np.arange(n, n + 2000) for n in range(40)}
    npyfast.savez_compressed(tmp_path / "a.npz", **arrays)
    loaded = npyfast.load(tmp_path / "a.npz")
    wrong = []

    def work():
        for name, array in arrays.items():
            if not same(loaded[name], array):
                wrong.append(name)
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    again = pickle.loads(pickle.dumps(loaded))
    assert same(again["a3"], arrays["a3"])
    loaded.close()
    with pytest.raises(ValueError):
        loaded["a3"]


def test_subclasses_and_what_is_like_an_array(tmp_path):
    matrix = np.matrix([[1, 2], [3, 4]])
    records = np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])
    for array in (matrix, records, [1, 2, 3], 5, 2.5, True, "text", np.float32(3)):
        npyfast.save(tmp_path / "a.npy", array)
        assert (tmp_path / "a.npy").read_bytes() == numpy_bytes(array)
    masked = np.ma.array([1, 2], mask=[0, 1])
    ours, theirs = io.BytesIO(), io.BytesIO()
    npyfast.save(ours, masked)
    np.save(theirs, masked)
    assert ours.getvalue() == theirs.getvalue()


def test_a_path_named_dash_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("a.npy", np.arange(3))
    pathlib.Path("a.npy").rename("-")
    assert same(npyfast.load("-"), np.arange(3))


def test_metadata_warns_as_in_numpy(tmp_path):
    array = np.zeros(2, np.dtype("i4", metadata={"unit": "m"}))
    with pytest.warns(UserWarning, match="metadata on a dtype is not saved"):
        npyfast.save(tmp_path / "a.npy", array)
