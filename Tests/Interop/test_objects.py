"""Arrays of Python objects through the command: between .npy, .npz and pickles, sliced, printed, compared."""
import io
import itertools
import json
import pickle

import numpy as np
import pytest

from conftest import run_npy


def objects(values, shape=None):
    array = np.empty(len(values), object)
    array[:] = values
    return array.reshape(shape or (len(values),))


SHARED = [1, 2]
ARRAYS = {
    "mixed": objects([1, "a", None, 2.5, [1, 2], {"k": (True, b"x")}], (2, 3)),
    "fortran": np.asfortranarray(objects([1, "a", None, 2.5, [1, 2], 2**70], (2, 3))),
    "shared": objects([SHARED, SHARED]),
    "empty": np.empty((0, 2), object),
    "scalar": np.array(None, dtype=object),
    "records": np.array([(1, None, "x"), (2, [1], "y")], dtype=[("a", "<i4"), ("o", "O"), ("s", "U2")]),
    "long": objects(["word %d" % number for number in range(40)]),
    "summary": objects(list(range(1200)), (2, 600)),
    "nested": objects([np.eye(2), np.arange(3.0), "text"]),
    "texts": objects(["a\nb", "é", "\u3042" * 30, "'\""] * 5),
}


def same(left, right):
    return (left.dtype == right.dtype and left.shape == right.shape and left.flags.fnc == right.flags.fnc
            and repr(left.tolist()) == repr(right.tolist()))


def written(array, kind):
    stream = io.BytesIO()
    if kind == "npy":
        np.save(stream, array)
    elif kind == "npz":
        np.savez(stream, arr_0=array)
    else:
        pickle.dump(array, stream, 4)
    return stream.getvalue()


def read(data, kind):
    if kind == "pkl":
        return pickle.loads(data)
    loaded = np.load(io.BytesIO(data), allow_pickle=True)
    return loaded["arr_0"] if kind == "npz" else loaded


@pytest.mark.parametrize("source, target", itertools.product(["npy", "npz", "pkl"], repeat=2))
def test_convert(tmp_path, source, target):
    for name, array in ARRAYS.items():
        data = written(array, source)
        got = read(run_npy("convert", "-", "-", "--to", target, stdin=data), target)
        if source == "npz" and target == "pkl" and isinstance(got, dict):
            got = got["arr_0"]
        assert same(got, array), (name, got)
        path, out = tmp_path / f"in.{source}", tmp_path / f"out.{target}"
        path.write_bytes(data)
        run_npy("convert", path, out, *(["--numpy-layout"] if target == "npz" else []))
        if target != "pkl" and name != "nested":
            assert out.read_bytes() == written(array, target), name
        if name == "shared":
            got = read(out.read_bytes(), target)
            got = got["arr_0"] if isinstance(got, dict) else got
            assert got[0] is got[1]


@pytest.mark.parametrize("name", ARRAYS)
def test_show(name):
    array = ARRAYS[name]
    for kind in ("npy", "pkl"):
        data = written(array, kind)
        assert run_npy("show", "-", stdin=data).decode() == str(array) + "\n"
        assert run_npy("show", "-", "--repr", stdin=data).decode() == repr(array) + "\n"
    with np.printoptions(linewidth=40, threshold=5, edgeitems=2):
        shown = run_npy("show", "-", "--repr", "--linewidth=40", "--threshold=5", "--edgeitems=2",
                        stdin=written(array, "npy"))
        assert shown.decode() == repr(array) + "\n"


def test_an_array_that_contains_itself():
    array = np.array([None, None])
    array[1] = array
    assert run_npy("show", "-", "--repr", stdin=written(array, "npy")).decode() == repr(array) + "\n"
    array = objects([1])
    for _ in range(3000):
        array = objects([array])
    # Python's own printing gives up with a RecursionError.
    import sys
    sys.setrecursionlimit(100_000)
    assert b"..." in run_npy("show", "-", stdin=written(array, "npy"))


@pytest.mark.parametrize("text", ["[0]", "[:,1]", "[::-1,::2]", "[...,newaxis]", "[1:,-1]"])
def test_slices(tmp_path, text):
    for name in ("mixed", "fortran"):
        array = ARRAYS[name]
        np.save(tmp_path / "a.npy", array)
        expected = eval("array" + text, {"array": array, "newaxis": None})
        got = np.load(io.BytesIO(run_npy("convert", f"{tmp_path}/a.npy{text}", "-", "--to", "npy")), allow_pickle=True)
        assert same(got, expected)


def test_archives(tmp_path):
    mixed = ARRAYS["mixed"]
    np.savez(tmp_path / "many.npz", x=np.arange(3), o=mixed, y=np.ones(2))
    run_npy("convert", tmp_path / "many.npz", tmp_path / "many.pkl")
    run_npy("convert", tmp_path / "many.pkl", tmp_path / "back.npz", "--compress")
    with np.load(tmp_path / "back.npz", allow_pickle=True) as back:
        assert back.files == ["x", "o", "y"] and same(back["o"], mixed)
    np.save(tmp_path / "mixed.npy", mixed)
    run_npy("pack", tmp_path / "p.npz", tmp_path / "mixed.npy", f"q={tmp_path}/many.npz:o", "--numpy-layout")
    expected = io.BytesIO()
    np.savez(expected, mixed=mixed, q=mixed)
    assert (tmp_path / "p.npz").read_bytes() == expected.getvalue()
    run_npy("pack", "--append", tmp_path / "p.npz", f"r={tmp_path}/mixed.npy")
    with np.load(tmp_path / "p.npz", allow_pickle=True) as loaded:
        assert loaded.files == ["mixed", "q", "r"] and same(loaded["r"], mixed)
    assert run_npy("diff", f"{tmp_path}/p.npz:q", tmp_path / "mixed.npy") == b""
    changed = mixed.copy()
    changed[1, 1] = [1, 3]
    np.save(tmp_path / "changed.npy", changed)
    result = run_npy("diff", tmp_path / "mixed.npy", tmp_path / "changed.npy", check=False)
    assert result.returncode == 1 and b"[1, 1]: [1, 2] and [1, 3]" in result.stdout


@pytest.mark.parametrize("values, dtype", [
    ([1, 2.5, True], "f8"), ([1, 0, -3], "i1"), (["1", "2.5"], "f8"), ([None, 1], "f8"), ([True, "x"], "U"),
    (["2020-01-01", None], "M8[D]"), ([2**70], "f8"), ([1.9], "i4"), ([1 + 2j], "c16"), ([b"ab", b"c"], "S"),
    ([300], "i1"), ([[1]], "i4"), (["x"], "f8")])
def test_astype(values, dtype):
    array = objects(values)
    result = run_npy("convert", "-", "-", "--to", "npy", f"--astype={dtype}", stdin=written(array, "npy"), check=False)
    try:
        expected = array.astype(dtype)
    except Exception:
        assert result.returncode == 1
        return
    got = np.load(io.BytesIO(result.stdout))
    assert got.dtype == expected.dtype and got.tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", ["?", "i2", ">u8", "f4", "c8", "U3", "S2"])
def test_values_as_objects(dtype):
    array = np.asfortranarray(np.array([[0, 1, 2], [3, 4, 5]]).astype(dtype))
    got = np.load(io.BytesIO(run_npy("convert", "-", "-", "--to", "npy", "--astype=O", stdin=written(array, "npy"))),
                  allow_pickle=True)
    assert same(got, array.astype(object))


@pytest.mark.parametrize("values, fmt", [
    ([[1, "a"], [2.5, None]], "%s"), ([[1, 2], [3, 4]], "%d"), ([[1, 2.5]], "%.3f"), ([["x", "y"]], "%5s"),
    ([[1, 2]], "%.18e")])
def test_text(values, fmt):
    array = np.array(values, object)
    stream = io.BytesIO()
    np.savetxt(stream, array, fmt=fmt)
    assert run_npy("convert", "-", "-", "--to", "txt", "--fmt", fmt, stdin=written(array, "npy")) == stream.getvalue()


@pytest.mark.filterwarnings("ignore:Custom dtypes")
@pytest.mark.parametrize("values, options", [
    (["abc", "héé", ""], {}), (["x", None], {"na_object": None}), (["x", float("nan")], {"na_object": float("nan")}),
    (["y"], {"coerce": False})])
def test_strings_of_any_length(tmp_path, values, options):
    """NumPy saves StringDType as objects, by a pickle."""
    array = np.array(values, dtype=np.dtypes.StringDType(**options))
    for source, target in itertools.product(["npy", "npz", "pkl"], repeat=2):
        data = written(array, source)
        got = read(run_npy("convert", "-", "-", "--to", target, stdin=data), target)
        got = got["arr_0"] if isinstance(got, dict) else got
        assert got.dtype == array.dtype and repr(got) == repr(array)
    for flags, expected in ([], str(array)), (["--repr"], repr(array)):
        assert run_npy("show", "-", *flags, stdin=written(array, "npy")).decode() == expected + "\n"


@pytest.mark.parametrize("dtype, names", [
    ("O", None), ("O,O", None), ("i4,O", None), ("O,f8", None), ("O", True), ("i4,O", True), ("O,U2", True), ("U3,O", None)])
@pytest.mark.parametrize("reader", [np.loadtxt, np.genfromtxt])
def test_objects_of_text(tmp_path, dtype, names, reader):
    """Fields of objects beside others, by both readers."""
    path = tmp_path / "t.txt"
    rows = "1;2.5\n3;\u00e4 x\n22;yy\n" if dtype.endswith("O") else "x;1\n\u00e4 y;22\n"
    path.write_text(("a;b\n" if names else "") + rows, encoding="utf-8")
    options = ["--delimiter", ";", "--dtype", dtype]
    if reader is np.genfromtxt:
        options.append("--genfromtxt")
    if names:
        options += ["--names", "true"]
    with open(path, encoding="utf-8") as stream:
        kind = {"O": object}.get(dtype, dtype)
        if reader is np.genfromtxt:
            wanted = np.genfromtxt(stream, delimiter=";", dtype=kind, names=names)
        else:
            if names:
                next(stream)
                kind = np.dtype([("a", "O"), ("b", "O")]) if dtype == "O" else np.dtype(dtype)
                kind = np.dtype(list(zip("ab", [kind[0], kind[1]])))
            wanted = np.loadtxt(stream, delimiter=";", dtype=kind)
    for source, data in ((str(path), None), ("-", path.read_bytes())):
        run_npy("convert", source, tmp_path / "o.npy", "--from", "txt", *options, stdin=data)
        found = np.load(tmp_path / "o.npy", allow_pickle=True)
        assert found.dtype == wanted.dtype and found.shape == wanted.shape and found.tolist() == wanted.tolist()


def test_ls_and_info_reach_what_addresses_name(tmp_path):
    """Fields of records, and what objects in arrays hold."""
    content = {"w": np.arange(6.0).reshape(2, 3), "more": {"k": np.ones(3, "i2")}, "n": 5, "t": "hi"}
    records = np.zeros(3, [("x", "f4"), ("y", "i4", (2,))])
    np.save(tmp_path / "dict.npy", content, allow_pickle=True)
    np.save(tmp_path / "rec.npy", records)
    np.savez(tmp_path / "all.npz", d=np.array(content, dtype=object), r=records)
    for prefix, start in [("dict.npy", ":"), ("all.npz:d", ".")]:
        path = f"{tmp_path}/{prefix}"
        lines = run_npy("ls", path).decode().splitlines()
        assert [line.split()[0] for line in lines] == [f"{path}{start}w", f"{path}{start}more.k"]
        report = json.loads(run_npy("info", "--json", path))
        assert {(a["name"], a["dtype"], tuple(a["shape"])) for a in report["arrays"]} == {
            ("w", "<f8", (2, 3)), ("more.k", "<i2", (3,))}
        assert b"array (2, 3) float64" in run_npy("info", path)
        part = json.loads(run_npy("info", "--json", f"{path}{start}more.k[1:]"))
        assert (part["dtype"], part["shape"], part["nbytes"]) == ("<i2", [2], 4)
        assert b"dict of 1" in run_npy("info", f"{path}{start}more")
        missing = run_npy("info", f"{path}{start}zz", check=False)
        assert missing.returncode == 1 and b"there is no 'zz'" in missing.stderr
    for path in [f"{tmp_path}/rec.npy:y", f"{tmp_path}/all.npz:r.y"]:
        report = json.loads(run_npy("info", "--json", path))
        assert (report["dtype"], report["shape"], report["nbytes"]) == ("<i4", [3, 2], 24)
        assert run_npy("ls", path).split()[-2:] == [b"24", b"B"]
    assert run_npy("info", tmp_path / "rec.npy:zz", check=False).returncode == 1


def test_the_tree_of_objects_in_arrays(tmp_path):
    np.save(tmp_path / "d.npy", {"k": [1, 2]}, allow_pickle=True)
    np.save(tmp_path / "o.npy", np.array([1, "a", None], dtype=object), allow_pickle=True)
    tree = json.loads(run_npy("pickle", "--json", tmp_path / "d.npy"))
    assert tree["type"] == "dict" and "k" in tree["tree"]["items"]
    assert json.loads(run_npy("pickle", "--json", tmp_path / "o.npy"))["tree"]["dtype"] == "|O"


@pytest.mark.parametrize("form", ["csr", "csc", "bsr", "coo", "coo 3-d", "dia"])
def test_sparse_matrices_of_scipy_in_archives(tmp_path, form):
    """The members that scipy.sparse.save_npz writes."""
    dense = np.array([[0, 1.5, 0, 0], [2, 0, 3, 0]])
    parts = {
        "csr": dict(data=[1.5, 2, 3], indices=[1, 0, 2], indptr=[0, 1, 3]),
        "csc": dict(data=[2, 1.5, 3], indices=[1, 0, 1], indptr=[0, 1, 2, 3, 3]),
        "bsr": dict(data=[[[0, 1.5], [2, 0]], [[0, 0], [3, 0]]], indices=[0, 1], indptr=[0, 2]),
        "coo": dict(data=[1.5, 2, 3], row=[0, 1, 1], col=[1, 0, 2]),
        "coo 3-d": dict(data=[1.5, 2, 3], coords=[[0, 0, 0], [0, 1, 1], [1, 0, 2]]),
        "dia": dict(data=[[2, 0, 0], [0, 1.5, 0], [0, 0, 3]], offsets=[-1, 1, 1]),
    }[form]
    if form == "dia":
        parts = dict(data=[[2, 0, 3, 0], [0, 1.5, 0, 0]], offsets=[-1, 1])
        dense[1, 2] = 0
    arrays = {name: np.array(value, "f8" if name == "data" else "i4") for name, value in parts.items()}
    if form == "coo 3-d":
        dense = dense[None]
    np.savez(tmp_path / "s.npz", **arrays, format=form.split()[0].encode(), shape=dense.shape)
    run_npy("convert", f"{tmp_path}/s.npz:toarray", tmp_path / "o.npy")
    assert np.array_equal(np.load(tmp_path / "o.npy"), dense)


def test_stats_count_what_has_no_numbers(tmp_path):
    np.savez(tmp_path / "a.npz", w=np.arange(3.0), name=np.array("x"), words=np.array(["a", "b"]))
    rows = {line.split()[0]: line.split()[1:] for line in run_npy("stats", tmp_path / "a.npz").decode().splitlines()}
    assert rows["name"][:2] == ["1", "-"] and rows["words"][:2] == ["2", "-"] and rows["w"][0] == "3"


def are_same(tmp_path, left, right, *options, protocols=(5, 5)):
    for name, value, protocol in (("l", left, protocols[0]), ("r", right, protocols[1])):
        (tmp_path / f"{name}.pkl").write_bytes(pickle.dumps(value, protocol))
    code = run_npy("diff", *options, tmp_path / "l.pkl", tmp_path / "r.pkl", check=False).returncode
    assert code in (0, 1)
    return code == 0


CLOSE = [
    (objects([np.arange(1., 3), "a"]), objects([np.arange(1., 3) + 1e-9, "a"])), (objects([1.0, "a"]), objects([1.00000001, "a"])),
    (objects([[1.0, {"k": 2.0}]]), objects([[1.0, {"k": 2.00000001}]])), (objects([(np.float64(1), 2)]), objects([(np.float64(1.00000001), 2)])),
    ([np.arange(1., 3), None], [np.arange(1., 3) + 1e-9, None]), ({"a": objects([1.5]), "b": 1}, {"a": objects([1.50000001]), "b": 1}),
    (objects([np.array([1 + 1e-9j])]), objects([np.array([1 + 2e-9j])]))]


@pytest.mark.parametrize("left, right", CLOSE, ids=range(len(CLOSE)))
def test_tolerances_reach_into_objects(tmp_path, left, right):
    for protocols in ((5, 5), (5, 4), (2, 3)):
        assert are_same(tmp_path, left, left, protocols=protocols)
        assert not are_same(tmp_path, left, right, protocols=protocols)
        assert are_same(tmp_path, left, right, "--rtol", "1e-3", protocols=protocols)
        assert not are_same(tmp_path, left, right, "--atol", "1e-12", protocols=protocols)


@pytest.mark.parametrize("value", [
    objects([np.nan, "a"]), objects([[1, np.nan]]), objects([np.array([np.nan])]), [np.array([1, np.nan])], objects([{"a": float("nan")}])], ids=range(5))
def test_a_nan_within_objects_equals_none(tmp_path, value):
    assert not are_same(tmp_path, value, value) and not are_same(tmp_path, value, value, "--rtol", "1")
    assert are_same(tmp_path, value, value, "--equal-nan")


@pytest.mark.parametrize("left, right, expected", [
    (objects([1, True]), objects([1.0, 1]), True), (objects([2**70]), objects([2**70 + 1]), False), (objects(["a"]), objects([b"a"]), False),
    (objects([np.arange(3)]), objects([np.arange(4)]), False), (objects([np.arange(3)]), objects([np.arange(3.)]), False),
    (objects([{1, 2}]), objects([{2, 1}]), True), (objects([SHARED, SHARED]), objects([[1, 2], [1, 3]]), False),
    (objects([SHARED, [1, 3]]), objects([[1, 2], [1, 2]]), False)])
def test_elements_are_equal_as_python_has_it(tmp_path, left, right, expected):
    assert are_same(tmp_path, left, right) is expected


def test_what_contains_itself_ends(tmp_path):
    one, other = [1.0], [1.0]
    one.append(one)
    other.append(other)
    assert are_same(tmp_path, objects([one]), objects([other]))
    other[0] = 2.0
    assert not are_same(tmp_path, objects([one]), objects([other]))
    # What is shared is compared once, whether it is the same or not.
    shared, changed = list(range(20_000)), list(range(20_000))
    changed[-1] = 0
    assert not are_same(tmp_path, objects([[shared] for _ in range(5_000)]), objects([[changed] for _ in range(5_000)]))


def test_series_and_indices_of_pandas(tmp_path):
    pandas = pytest.importorskip("pandas")
    values = [
        pandas.Series([1.0, 2, 3], name="x"), pandas.Index([1.0, 2]), pandas.Series(["a", None]), pandas.MultiIndex.from_tuples([(1, "a"), (2, "b")]),
        pandas.Series(pandas.date_range("2020", periods=3)), pandas.Series([1, None], dtype="Int64"), pandas.RangeIndex(3)]
    for value in values:
        has_gaps = "None" in repr(value) or "NaN" in repr(value)
        for protocols in ((5, 4), (4, 5), (2, 5)):
            assert are_same(tmp_path, value, value, *(["--equal-nan"] if has_gaps else []), protocols=protocols), (value, protocols)
    series = values[0]
    assert not are_same(tmp_path, series, series + 1e-9) and are_same(tmp_path, series, series + 1e-9, "--rtol", "1e-3")
    assert not are_same(tmp_path, series, series.rename("y")) and not are_same(tmp_path, values[1], pandas.Index([1.0, 3]))
    assert not are_same(tmp_path, series, pandas.Series([1.0, 2, 3], index=[3, 4, 5], name="x"))
    assert not are_same(tmp_path, pandas.Series([np.nan]), pandas.Series([np.nan]))
