"""What NumPy has not: batches, pickles read as data, and NumPy's functions replaced."""
import collections
import concurrent.futures
import datetime
import decimal
import gc
import inspect
import io
import logging
import os
import pickle
import uuid

import numpy as np
import npyfast
import pytest
from conftest import same


def test_batches(tmp_path):
    for order in "CF":
        arrays = [np.array(np.arange(n, n + 12).reshape(3, 4), dtype="<f4", order=order) for n in range(30)]
        paths = [tmp_path / f"{n}.npy" for n in range(30)]
        for path, array in zip(paths, arrays):
            np.save(path, array)
        assert same(npyfast.batch(paths), np.stack(arrays))
        assert same(npyfast.batch(paths, [3, 29, 3]), np.stack([arrays[3], arrays[29], arrays[3]]))
        for save in (npyfast.savez, npyfast.savez_compressed, np.savez):
            save(tmp_path / "a.npz", **{f"m{n}": array for n, array in enumerate(arrays)})
            archive = npyfast.load(tmp_path / "a.npz")
            assert same(npyfast.batch(archive, ["m5", 7, -1]), np.stack([arrays[5], arrays[7], arrays[29]]))
            assert same(npyfast.batch(archive), np.stack(arrays))
        np.save(tmp_path / "all.npy", np.array(np.stack(arrays), order=order))
        assert same(npyfast.batch(tmp_path / "all.npy", [2, 1, -1]), np.stack([arrays[2], arrays[1], arrays[29]]))
    np.save(paths[4], np.zeros(3))
    with pytest.raises(npyfast.ArrayFileError, match="alike"):
        npyfast.batch(paths)
    paths[4].unlink()
    with pytest.raises(FileNotFoundError):
        npyfast.batch(paths)
    with pytest.raises(KeyError):
        npyfast.batch(archive, ["nothing"])


def test_samples_that_are_not_quite_alike(tmp_path):
    """Other bytes for the same header, damage, other sizes: as if each were loaded by itself."""
    arrays = [np.arange(n, n + 6.).reshape(2, 3) for n in range(20)]
    for n, array in enumerate(arrays):
        with open(tmp_path / f"{n}.npy", "wb") as file:
            np.lib.format.write_array(file, array, version=(1 + n % 3, 0))
            file.write(b"more" * (n % 2))
    paths = [str(tmp_path / f"{n}.npy") for n in range(20)]
    assert same(npyfast.batch(paths), np.stack(arrays))
    for save in (np.savez, np.savez_compressed, npyfast.savez, npyfast.savez_compressed):
        save(tmp_path / "a.npz", *arrays, large=np.arange(100_000.), more=np.arange(100_000.) * 2)
        archive = npyfast.load(tmp_path / "a.npz")
        names = [f"arr_{n}" for n in range(20)]
        assert same(npyfast.batch(archive, names), np.stack(arrays))
        assert same(npyfast.batch(archive, ["large", "more"]), np.stack([np.arange(100_000.), np.arange(100_000.) * 2]))
        with pytest.raises(npyfast.ArrayFileError, match="alike"):
            npyfast.batch(archive, ["arr_0", "large"])
        for wrong in (np.array([0, 22]), np.array([-23]), [0, 22]):
            with pytest.raises(IndexError):
                npyfast.batch(archive, wrong)
        # One changed byte in the middle of a member is told, with its name.
        content = bytearray((tmp_path / "a.npz").read_bytes())
        start = content.index(b"arr_13.npy") if save in (np.savez, npyfast.savez) else content.rindex(b"arr_13.npy", 0, content.index(b"arr_14.npy"))
        content[start + 60 if save in (np.savez_compressed, npyfast.savez_compressed) else content.index(arrays[13].tobytes(), start) + 5] ^= 0x55
        (tmp_path / "b.npz").write_bytes(content)
        with pytest.raises((npyfast.ArrayFileError, OSError)) as raised:
            npyfast.batch(npyfast.load(tmp_path / "b.npz"), names)
        assert "arr_13" in str(raised.value)
    for content in (np.arange(6.).reshape(3, 2), np.arange(6).reshape(2, 3), np.asfortranarray(arrays[0]), arrays[0].astype(">f8")):
        np.save(paths[7], content)
        with pytest.raises(npyfast.ArrayFileError, match="alike"):
            npyfast.batch(paths)
    with open(paths[7], "wb") as file:
        np.save(file, arrays[7])
        file.truncate(file.tell() - 1)
    with pytest.raises(npyfast.ArrayFileError, match="7.npy"):
        npyfast.batch(paths)


class Custom:
    def __init__(self):
        self.weights = np.arange(3.)


class Dangerous:
    def __reduce__(self):
        return os.system, ("touch ran",)


VALUES = [None, True, False, 0, -1, 2**70, -2**70, 1.5, float("inf"), 1 + 2j, "text", "é\ud800", b"bytes", bytearray(b"x"), [1, [2]],
          (1, (2,)), {"a": 1, 2: None}, {1, 2}, frozenset([3]), collections.OrderedDict(a=1), datetime.date(2020, 1, 2),
          datetime.datetime(2020, 1, 2, 3), decimal.Decimal("1.5"), datetime.timedelta(3), collections.deque([1, 2]), range, [], {}]


@pytest.mark.parametrize("protocol", range(6))
def test_pickles_of_plain_values(tmp_path, protocol):
    for value in VALUES:
        if isinstance(value, type):
            continue
        (tmp_path / "p.pkl").write_bytes(pickle.dumps(value, protocol))
        loaded = npyfast.load_pickle(tmp_path / "p.pkl")
        assert loaded == value and type(loaded) is type(value), value


@pytest.mark.parametrize("protocol", range(6))
def test_pickles_of_arrays(dtype, protocol):
    array = np.zeros(6, dtype)
    array.view("u1")[:] = np.arange(array.nbytes) % 100 if dtype.kind not in "?U" else 0
    for value in (array.reshape(2, 3), np.asfortranarray(array.reshape(2, 3)), array[:0]):
        assert same(npyfast.load_pickle(io.BytesIO(pickle.dumps({"x": value}, protocol)))["x"], value)
    if dtype.names is None and dtype.kind != "V":
        scalar = npyfast.load_pickle(io.BytesIO(pickle.dumps(array[0], protocol)))
        assert type(scalar) is type(array[0]) and scalar.tobytes() == array[0].tobytes()
    assert npyfast.load_pickle(io.BytesIO(pickle.dumps(dtype, protocol))) == dtype


def test_pickles_run_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.pkl").write_bytes(pickle.dumps([Dangerous(), Custom(), np.array([1, None, {"a": 2}], object)]))
    danger, custom, objects = npyfast.load_pickle("p.pkl")
    assert not (tmp_path / "ran").exists()
    assert isinstance(danger, npyfast.PickledObject) and danger.args == ("touch ran",)
    assert danger.callable == npyfast.PickledClass(os.system.__module__, "system")
    assert same(custom.weights, np.arange(3.)) and custom.callable == npyfast.PickledClass(__name__, "Custom")
    assert objects.tolist() == [1, None, {"a": 2}]
    np.save("o.npy", np.array([1, "b"], object))
    with pytest.raises(FileNotFoundError):
        npyfast.load_pickle("missing.pkl")
    for broken in (b"", b"\x80\x04", b"hello", pickle.dumps([1, 2])[:-3]):
        with pytest.raises(npyfast.ArrayFileError):
            npyfast.load_pickle(io.BytesIO(broken))


def test_pickles_keep_identity():
    shared = [1]
    circle = [shared, shared, {"again": shared}]
    circle.append(circle)
    loaded = npyfast.load_pickle(io.BytesIO(pickle.dumps(circle)))
    assert loaded[0] is loaded[1] is loaded[2]["again"] and loaded[3] is loaded
    array = np.arange(3)
    loaded = npyfast.load_pickle(io.BytesIO(pickle.dumps([array, array])))
    assert loaded[0] is loaded[1]
    # Deeper than Python's own pickler goes.
    data = b"\x80\x02" + b"]" * 50_000 + b"a" * 49_999 + b"."
    loaded = npyfast.load_pickle(io.BytesIO(data))
    for _ in range(49_999):
        (loaded,) = loaded
    assert loaded == []


def test_masked_arrays_in_pickles():
    masked = np.ma.array([1, 2, 3], mask=[0, 1, 0])
    loaded = npyfast.load_pickle(io.BytesIO(pickle.dumps(masked)))
    assert loaded.tolist() == masked.tolist()
    for value in (7, -1):
        masked.fill_value = value
        assert npyfast.load_pickle(io.BytesIO(pickle.dumps(masked))).fill_value == value


class Hashed:
    """A class of the tests', whose objects are equal by what they hold."""

    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return hash(self.value)

    def __eq__(self, other):
        return self.value == other.value


@pytest.mark.parametrize("protocol", range(6))
def test_containers_made_of_others_keep_what_these_hold(protocol):
    """Python gives some classes their content as arguments: lists and dictionaries within which others may be."""
    inner = {"x": [1, {2, 3}]}
    values = [
        collections.Counter("abca"), collections.OrderedDict([("b", [1, [2]]), ("a", inner)]), collections.deque([[1], inner, 2], 5),
        collections.defaultdict(list, {"k": [1, 2]}), collections.defaultdict(None, {1: inner}), collections.defaultdict(int), {3, 4},
        frozenset([(1, frozenset("ab"))]), [set(), [collections.Counter({"z": 0}), collections.Counter()]], bytearray(b"ab"),
        uuid.UUID(int=5), [uuid.UUID(int=2**127), collections.deque(maxlen=2)], complex(1, -2), slice(1, None, 2)]
    loaded = npyfast.load_pickle(io.BytesIO(pickle.dumps(values, protocol)))
    assert loaded == values and list(map(type, loaded)) == list(map(type, values))
    assert loaded[2].maxlen == 5 and loaded[3].default_factory is list and loaded[4].default_factory is None
    assert loaded[8][1] == [collections.Counter({"z": 0}), collections.Counter()]
    # What nothing is known of can be no member of a set: its text stands there.
    strange = npyfast.load_pickle(io.BytesIO(pickle.dumps([frozenset([Hashed(1)]), {Hashed(2)}, {Hashed(3): 1}], protocol)))
    assert [len(part) for part in strange] == [1, 1, 1]
    factory = npyfast.load_pickle(io.BytesIO(pickle.dumps(collections.defaultdict(Hashed, {1: 2}), protocol)))
    assert isinstance(factory, npyfast.PickledObject) and factory.pairs == [(1, 2)]


@pytest.mark.parametrize("data", [
    b"cfractions\nFraction\n(V1e9999999\ntR.", b"cbuiltins\nbytearray\n(I3000000000\ntR.",
    b"cbuiltins\nlist\n(cbuiltins\nbytearray\n(I3000000000\ntRtR.", b"ccollections\nCounter\n(cbuiltins\nbytearray\n(I3000000000\ntRtR.",
    b"ccollections\ndeque\n(cbuiltins\nrange\n(I3000000000\ntRtR.", b"cbuiltins\nslice\n(I1\ntR."], ids=repr)
def test_what_would_be_larger_than_the_pickle_is_not_made(data):
    value = npyfast.load_pickle(io.BytesIO(data))
    assert isinstance(value, (npyfast.PickledObject, slice))


def test_objects_that_numpy_saved(tmp_path):
    objects = np.array([1, "b", {"a": [2.5]}, None], object)
    for value in ({"a": 1}, objects.reshape(2, 2), objects[:0]):
        np.save(tmp_path / "o.npy", value)
        loaded = npyfast.load_pickle(tmp_path / "o.npy")
        with open(tmp_path / "o.npy", "rb") as file:
            again = npyfast.load_pickle(file)
        expected = np.load(tmp_path / "o.npy", allow_pickle=True)
        for found in (loaded, again):
            assert found.dtype == object and found.shape == expected.shape and found.tolist() == expected.tolist()
    np.save(tmp_path / "n.npy", np.arange(3))
    with pytest.raises(npyfast.ArrayFileError):
        npyfast.load_pickle(tmp_path / "n.npy")


def test_ordered_dictionaries_of_python_2():
    data = b"ccollections\nOrderedDict\np0\n((lp1\n(lp2\nS'a'\naI1\naa(lp3\nS'b'\naI2\naatR."
    assert npyfast.load_pickle(io.BytesIO(data)) == pickle.loads(data)


def test_dtypes_of_subarrays_in_pickles():
    for dtype in [np.dtype(("<f4", (2,))), np.dtype((">i2", (3, 1))), np.dtype([("a", "<f4", (2,))])]:
        loaded = npyfast.load_pickle(io.BytesIO(pickle.dumps(dtype)))
        assert loaded == dtype and loaded.subdtype == dtype.subdtype


def test_threads_that_append_to_one_file_take_turns(tmp_path):
    def work(number):
        for row in range(20):
            npyfast.append(tmp_path / "a.npy", np.full((1, 2), number * 100 + row))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    found = np.load(tmp_path / "a.npy")
    assert sorted(found[:, 0].tolist()) == sorted(number * 100 + row for number in range(8) for row in range(20))


@pytest.mark.parametrize("name", ["save", "load", "savetxt", "loadtxt", "genfromtxt"])
def test_parameters_are_numpys(name):
    """Each of NumPy's, of whatever release, at its place and with its default."""
    ours, theirs = (inspect.signature(getattr(module, name)).parameters for module in (npyfast, np))
    for place, (parameter, own) in enumerate(theirs.items()):
        assert parameter in ours and own.kind in (ours[parameter].kind, inspect.Parameter.KEYWORD_ONLY)
        assert own.kind == inspect.Parameter.KEYWORD_ONLY or list(ours)[place] == parameter
        assert ours[parameter].default == own.default or parameter == "fix_imports"


@pytest.mark.filterwarnings("ignore:The 'fix_imports' flag:DeprecationWarning")
def test_a_parameter_that_numpy_had(tmp_path):
    def outcome(module, path):
        try:
            module.save(path, np.arange(3), True, False)
            return path.read_bytes()
        except TypeError as error:
            return type(error)
    assert outcome(npyfast, tmp_path / "a.npy") == outcome(np, tmp_path / "b.npy")


def test_patch(tmp_path):
    before = np.load, np.savez_compressed
    with npyfast.patch():
        assert np.load is npyfast.load
        np.savez_compressed(tmp_path / "a", level=3, x=np.arange(3))
        with np.load(tmp_path / "a.npz") as loaded:
            assert loaded["level"] == 3 and isinstance(loaded, npyfast.NpzFile)
        np.save(tmp_path / "o.npy", np.array([None], object))
        assert np.load(tmp_path / "o.npy", allow_pickle=True)[0] is None
        with pytest.raises(ValueError):
            np.load(tmp_path / "o.npy")
    assert (np.load, np.savez_compressed) == before
    first, second = npyfast.patch(), npyfast.patch()
    first.undo()
    assert np.load is npyfast.load
    second.undo()
    second.undo()
    assert (np.load, np.savez_compressed) == before


def test_numpys_share_is_told_once(tmp_path, caplog):
    from npyfast import _fallback
    _fallback._told.clear()
    caplog.set_level(logging.DEBUG, "npyfast")
    for _ in range(3):
        npyfast.save(tmp_path / "o.npy", np.array([None], object))
    assert len(caplog.records) == 1 and "numpy itself handles" in caplog.text


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path, umask):
    array, path = np.arange(9), tmp_path / "x.npy"
    before = os.umask(umask)
    try:
        for mode in (0o644, 0o664, 0o666, 0o600, 0o640, 0o604, 0o755, 0o4755, 0o2644):
            for durability in ("none", "consistent", "durable"):
                path.write_bytes(b"old")
                path.chmod(mode)
                npyfast.save(path, array, durability=durability)
                assert path.stat().st_mode & 0o7777 == mode
                np.testing.assert_array_equal(np.load(path), array)
        npyfast.save(tmp_path / "new.npy", array)
        assert (tmp_path / "new.npy").stat().st_mode & 0o7777 == 0o666 & ~umask
    finally:
        os.umask(before)
    assert sorted(os.listdir(tmp_path)) == ["new.npy", "x.npy"]


def test_links_stay_and_lead_to_the_new_file(tmp_path):
    array = np.arange(9)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x.npy").write_bytes(b"old")
    (tmp_path / "one.npy").symlink_to("folder/x.npy")
    (tmp_path / "two.npy").symlink_to("one.npy")
    (tmp_path / "new.npy").symlink_to("folder/new.npy")
    for link, target in (("two.npy", "x.npy"), ("new.npy", "new.npy")):
        npyfast.save(tmp_path / link, array)
        assert (tmp_path / link).is_symlink() and (tmp_path / "one.npy").is_symlink()
        np.testing.assert_array_equal(np.load(tmp_path / "folder" / target), array)


@pytest.mark.parametrize("protocol", range(6))
def test_plain_values_and_arrays_are_what_pickle_makes(tmp_path, protocol):
    """What needs no class is made by Python's own reader; what stands twice is one object, and may contain itself."""
    shared = [1, 2.5, "é\ud800", b"x", None, True, 2**80, -1, 1j]
    value = {"rows": [{"id": n, "name": f"n{n}"} for n in range(1000)], "t": (shared, {3, 4}, frozenset({5})), "shared": shared,
             "array": np.arange(6.0).reshape(2, 3), "fortran": np.asfortranarray(np.arange(4).reshape(2, 2)), "number": np.float32(0.1)}
    value["again"], value["self"] = value["array"], value
    path = tmp_path / "v.pkl"
    path.write_bytes(pickle.dumps(value, protocol))
    found, expected = npyfast.load_pickle(path), pickle.loads(path.read_bytes())
    assert found["self"] is found and found["t"][0] is found["shared"] and found["again"] is found["array"]
    for name in ("rows", "t", "shared"):
        assert found[name] == expected[name]
    for name in ("array", "fortran"):
        assert same(found[name], expected[name])
    assert type(found["number"]) is np.float32 and found["number"] == expected["number"]


def test_one_object_among_plain_values(tmp_path):
    """Where there is more the whole is read as before; ids of a pickle's own are not taken for arrays."""
    rows = [{"n": n} for n in range(100)]
    (tmp_path / "v.pkl").write_bytes(pickle.dumps({"rows": rows, "date": datetime.date(2020, 1, 2), "a": np.arange(3)}))
    found = npyfast.load_pickle(tmp_path / "v.pkl")
    assert found["rows"] == rows and found["date"] == datetime.date(2020, 1, 2) and same(found["a"], np.arange(3))
    for text in [b"\x80\x04]\x94(K\x00QK\x01e.", b"\x80\x04K\x01Q."]:
        (tmp_path / "p.pkl").write_bytes(text)
        assert "persistent id" in repr(npyfast.load_pickle(tmp_path / "p.pkl"))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="open files are counted as Linux tells them")
def test_archives_that_nobody_has_are_closed_at_once(tmp_path):
    npyfast.savez(tmp_path / "a.npz", x=np.arange(3))
    gc.collect()
    gc.disable()
    try:
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(3):
            archive = npyfast.load(tmp_path / "a.npz")
            assert same(archive.f.x, archive["x"]) and dir(archive.f) == ["x"]
            del archive
        assert len(os.listdir("/proc/self/fd")) == before
    finally:
        gc.enable()
