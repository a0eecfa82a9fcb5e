"""Masked arrays, alone and within other values: what is hidden is never printed as data. NumPy is the oracle."""
import csv
import json
import pickle

import numpy as np
import pytest
from conftest import run_npy

ARRAYS = {
    "integers": np.ma.array([3, 4, 5], mask=[0, 1, 0]),
    "floats": np.ma.array([0.5, 2, 3], mask=[1, 0, 0]),
    "short": np.ma.array([3, 4], mask=[1, 0], dtype="i2"),
    "unsigned": np.ma.array([3, 4], mask=[1, 0], dtype="u1"),
    "half": np.ma.array([3, 4], mask=[1, 0], dtype="f2"),
    "all hidden": np.ma.array([3, 4], mask=[1, 1]),
    "matrix": np.ma.array([[1, 2, 3], [4, 5, 6]], mask=[[0, 1, 0], [1, 0, 0]]),
    "one row": np.ma.array([[1, 2, 3]], mask=[[0, 1, 0]]),
    "cube": np.ma.array(np.arange(8).reshape(2, 2, 2), mask=np.arange(8).reshape(2, 2, 2) % 3 == 1),
    "fortran": np.ma.array(np.asfortranarray(np.arange(6.).reshape(2, 3)), mask=np.eye(2, 3)),
    "texts": np.ma.array(["a", "bcd"], mask=[0, 1]),
    "bytes": np.ma.array([b"ab", b"c"], mask=[0, 1]),
    "flags": np.ma.array([True, False], mask=[0, 1]),
    "complex": np.ma.array([1j, 2], mask=[1, 0]),
    "alone": np.ma.array(7, mask=True),
    "shown": np.ma.array(7.5, mask=False),
    "empty": np.ma.array([], dtype="f8"),
    "records": np.ma.array([(1, 2.5), (3, 4)], dtype="i4,f8", mask=[(0, 1), (1, 0)]),
    "days": np.ma.array(["2020-02-03", "2021-01-01"], dtype="M8[D]", mask=[0, 1]),
    "objects": np.ma.array([1, "a", None], dtype=object, mask=[0, 1, 0]),
    "long": np.ma.array(np.arange(2000), mask=np.arange(2000) % 7 == 0),
    "wide": np.ma.array(np.arange(40) * 1000, mask=[0, 1] * 20, fill_value=-9),
    "filled": np.ma.array([1.5, 2], mask=[0, 1], fill_value=-1),
    "no mask": np.ma.array([1, 2]),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("masked") / "t.pkl"
    path.write_bytes(pickle.dumps(ARRAYS, protocol=4))
    return path, pickle.loads(path.read_bytes())


@pytest.mark.parametrize("name", ARRAYS)
def test_str_and_repr(saved, name):
    path, arrays = saved
    assert run_npy("show", f"{path}:{name}").decode() == str(arrays[name]) + "\n"
    assert run_npy("show", "--repr", f"{path}:{name}").decode() == repr(arrays[name]) + "\n"


def test_within_others(saved, tmp_path):
    path, arrays = saved
    assert run_npy("show", path).decode() == repr(arrays) + "\n"
    within = [arrays["integers"], (arrays["matrix"],), np.ma.masked]
    other = tmp_path / "l.pkl"
    other.write_bytes(pickle.dumps(within))
    assert run_npy("show", other).decode() == repr(within) + "\n"
    boxed = np.empty(1, dtype=object)
    boxed[0] = arrays["floats"]
    other.write_bytes(pickle.dumps(boxed))
    assert run_npy("show", other).decode() == str(boxed) + "\n"


def test_a_part(saved):
    path, arrays = saved
    assert run_npy("show", f"{path}:matrix[0]").decode() == str(arrays["matrix"][0]) + "\n"
    assert run_npy("show", f"{path}:integers[1]").decode() == repr(arrays["integers"][1]) + "\n"
    assert run_npy("show", f"{path}:integers[2]").decode() == str(arrays["integers"][2]) + "\n"
    assert run_npy("show", f"{path}:integers[1:]").decode() == str(arrays["integers"][1:]) + "\n"


def plain(array):
    """The array as json.dumps takes it."""
    values = array.tolist()  # None for what is hidden
    if array.dtype.kind == "c":
        return json.loads(json.dumps(values, default=lambda c: [c.real, c.imag]))
    return values


@pytest.mark.parametrize("name", [name for name in ARRAYS if name not in ("bytes", "days", "records", "long")])
def test_json(saved, name):
    path, arrays = saved
    assert json.loads(run_npy("show", "--json-values", f"{path}:{name}")) == plain(arrays[name])


def test_json_of_records_and_dates(saved):
    path, arrays = saved
    assert json.loads(run_npy("show", "--json-values", f"{path}:records")) == [
        {"f0": 1, "f1": None}, {"f0": None, "f1": 4.0}]
    assert json.loads(run_npy("show", "--json-values", f"{path}:days")) == ["2020-02-03", None]
    assert json.loads(run_npy("show", "--json-values", f"{path}:bytes")) == ["ab", None]
    assert json.loads(run_npy("show", "--json-values", f"{path}:matrix[:,1]")) == arrays["matrix"][:, 1].tolist()


def test_json_within_others(saved, tmp_path):
    path, arrays = saved
    run_npy("convert", path, tmp_path / "t.json")
    found = json.loads((tmp_path / "t.json").read_text())
    assert found["matrix"] == arrays["matrix"].tolist()
    assert found["objects"] == arrays["objects"].tolist()
    assert found["long"] == arrays["long"].tolist()
    run_npy("convert", f"{path}:floats", tmp_path / "f.json")
    assert json.loads((tmp_path / "f.json").read_text()) == arrays["floats"].tolist()


def test_masks_in_archives(saved, tmp_path):
    path, arrays = saved
    run_npy("convert", f"{path}:records", tmp_path / "r.npz")
    with np.load(tmp_path / "r.npz") as archive:
        assert np.array_equal(archive["mask"], arrays["records"].mask)
        assert np.array_equal(archive["data"], arrays["records"].data)


def compared(one, other, *options):
    result = run_npy("diff", one, other, *options, check=False)
    assert result.returncode in (0, 1), result.stderr
    return result.returncode == 0, result.stdout.decode().splitlines()


def test_what_is_beneath_a_mask_is_no_difference(tmp_path):
    arrays = {
        "a": np.ma.array([1.0, 2, 3], mask=[0, 1, 0]), "beneath": np.ma.array([1.0, 99, 3], mask=[0, 1, 0]),
        "mask": np.ma.array([1.0, 2, 3], mask=[0, 0, 0]), "value": np.ma.array([1.0, 2, 4], mask=[0, 1, 0]),
    }
    for name, array in arrays.items():
        (tmp_path / f"{name}.pkl").write_bytes(pickle.dumps(array))
        (tmp_path / f"in-{name}.pkl").write_bytes(pickle.dumps({"x": array, "y": 1}))
    np.save(tmp_path / "plain.npy", [1.0, 2, 3])
    for prefix in ("", "in-"):
        first = tmp_path / f"{prefix}a.pkl"
        assert compared(first, tmp_path / f"{prefix}beneath.pkl") == (True, [])
        assert not compared(first, tmp_path / f"{prefix}value.pkl")[0]
        same, lines = compared(first, tmp_path / f"{prefix}mask.pkl")
        assert not same and all("mask: " in line for line in lines)
    assert compared(tmp_path / "mask.pkl", tmp_path / "plain.npy") == (True, [])
    assert not compared(tmp_path / "a.pkl", tmp_path / "plain.npy")[0]
    assert compared(f"{tmp_path}/a.pkl[::2]", f"{tmp_path}/plain.npy[::2]") == (True, [])


def test_a_masked_array_is_packed_with_its_mask(tmp_path):
    array = np.ma.array([[1, 2], [3, 4]], mask=[[0, 1], [0, 0]])
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(array))
    (tmp_path / "d.pkl").write_bytes(pickle.dumps({"x": array}))
    run_npy("pack", tmp_path / "p.npz", tmp_path / "m.pkl", f"{tmp_path}/d.pkl:x", f"row={tmp_path}/m.pkl[0]")
    with np.load(tmp_path / "p.npz") as archive:
        assert set(archive) == {"m", "m.mask", "x", "x.mask", "row", "row.mask"}
        for name in ("m", "x"):
            np.testing.assert_array_equal(archive[name], array.data)
            np.testing.assert_array_equal(archive[f"{name}.mask"], array.mask)
        np.testing.assert_array_equal(archive["row.mask"], array.mask[0])


def test_what_is_masked_is_not_drawn(tmp_path):
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(np.ma.array([1, 50, 3], mask=[0, 1, 0])))
    picture = json.loads(run_npy("plot", "--json", tmp_path / "m.pkl"))
    assert picture["min"] == [1, None, 3] and picture["max"] == [1, None, 3]


@pytest.mark.parametrize("name, rows", [
    ("integers", [["3"], [""], ["5"]]), ("floats", [[""], ["2.0"], ["3.0"]]), ("matrix", [["1", "", "3"], ["", "5", "6"]]),
    ("texts", [["a"], [""]]), ("days", [["2020-02-03"], [""]]), ("flags", [["True"], [""]]), ("half", [[""], ["4.0"]]),
    ("records", [["f0", "f1"], ["1", ""], ["", "4.0"]]), ("fortran", [["", "1.0", "2.0"], ["3.0", "", "5.0"]]),
])
def test_what_is_masked_is_empty_in_csv(saved, tmp_path, name, rows):
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(ARRAYS[name]))
    run_npy("convert", tmp_path / "m.pkl", tmp_path / "m.csv")
    assert list(csv.reader(open(tmp_path / "m.csv"))) == rows
    run_npy("convert", tmp_path / "m.pkl", tmp_path / "m.tsv")
    assert list(csv.reader(open(tmp_path / "m.tsv"), delimiter="\t")) == rows


def test_masks_go_with_slices_and_casts(tmp_path):
    array = np.ma.array([[1, 2, 3], [4, 5, 6]], mask=[[0, 1, 0], [1, 0, 0]])
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(array))
    for address, options, expected in [
        ("[0]", [], array[0]), ("[:, 1:]", [], array[:, 1:]), ("", ["--astype", "f4"], array.astype("f4")),
        ("", ["--reshape", "3,2"], array.reshape(3, 2)), ("[0]", ["--astype", "f8", "--reshape", "3,1"], array[0].astype("f8").reshape(3, 1)),
    ]:
        found = pickle.loads(run_npy("convert", f"{tmp_path}/m.pkl{address}", "-", "--to", "pkl", *options))
        assert isinstance(found, np.ma.MaskedArray) and found.dtype == expected.dtype and found.shape == expected.shape
        np.testing.assert_array_equal(found.mask, expected.mask)
        np.testing.assert_array_equal(found.filled(0), expected.filled(0))
        run_npy("convert", f"{tmp_path}/m.pkl{address}", tmp_path / "m.npz", *options)
        with np.load(tmp_path / "m.npz") as archive:
            np.testing.assert_array_equal(archive["mask"], expected.mask)


@pytest.mark.parametrize("stacked", [False, True])
def test_masks_go_with_what_is_joined(tmp_path, stacked):
    """Also with arrays that have none; a .npy, which has no masks, is told of."""
    arrays = {
        "a.pkl": np.ma.array([[1, 2], [3, 4]], mask=[[0, 1], [0, 0]]),
        "b.pkl": np.ma.array([[5.5, 6], [7, 8]], mask=[[1, 0], [0, 1]]),
    }
    for name, array in arrays.items():
        (tmp_path / name).write_bytes(pickle.dumps(array))
    np.save(tmp_path / "c.npy", np.array([[9, 10], [11, 12]]))
    names = [str(tmp_path / name) for name in ["a.pkl", "b.pkl", "c.npy"]]
    parts = [*arrays.values(), np.load(tmp_path / "c.npy")]
    want = np.ma.stack(parts) if stacked else np.ma.concatenate(parts)
    how = ["--stack"] if stacked else []
    run_npy("cat", *how, *names, "-o", tmp_path / "all.pkl")
    with open(tmp_path / "all.pkl", "rb") as file:
        found = pickle.load(file)
    assert isinstance(found, np.ma.MaskedArray) and found.dtype == want.dtype
    assert found.tolist() == want.tolist()
    run_npy("cat", *how, *names, "-o", tmp_path / "all.npz")
    with np.load(tmp_path / "all.npz") as archive:
        assert np.array_equal(archive["mask"], want.mask)
        assert np.array_equal(archive["data"][~want.mask], want.compressed().reshape(-1))
    assert b"masked" in run_npy("cat", *how, *names, "-o", tmp_path / "all.npy", check=False).stderr


def test_masks_of_parts_and_of_records_are_joined(tmp_path):
    records = np.ma.array([(1, 2.5), (3, 4)], dtype="i4,f8", mask=[(0, 1), (1, 0)])
    (tmp_path / "r.pkl").write_bytes(pickle.dumps(records))
    path = tmp_path / "r.pkl"
    run_npy("cat", path, f"{path}[1:]", "-o", tmp_path / "o.pkl")
    with open(tmp_path / "o.pkl", "rb") as file:
        assert pickle.load(file).tolist() == np.ma.concatenate([records, records[1:]]).tolist()


def test_fields_of_masked_records(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inner = np.dtype([("u", "f8"), ("v", "i2")])
    records = np.ma.array([(1, 2.5, (1, 2)), (3, 4.5, (3, 4)), (5, -1.0, (9, 8))], dtype=[("a", "i4"), ("b", "f8"), ("c", inner)],
                          mask=[(0, 1, (0, 1)), (1, 0, (1, 0)), (0, 0, (0, 0))])
    with open("r.pkl", "wb") as file:
        pickle.dump({"r": records}, file)
    for path, field in {"a": records["a"], "b": records["b"], "c.u": records["c"]["u"], "c.v": records["c"]["v"]}.items():
        address = f"r.pkl:r.{path}"
        assert run_npy("show", address).decode() == str(field) + "\n"
        assert run_npy("show", address + "[1:]").decode() == str(field[1:]) + "\n"
        found = json.loads(run_npy("stats", "--json", address))
        assert (found["count"], found["min"], found["max"]) == (field.count(), field.min(), field.max())
        run_npy("convert", address, "o.pkl")
        with open("o.pkl", "rb") as file:
            loaded = pickle.load(file)
        assert loaded.tolist() == field.tolist() and loaded.dtype == field.dtype
        drawn = json.loads(run_npy("plot", "--json", "--kind", "hist", address))
        assert sum(drawn["counts"]) == field.count()
        whole = json.loads(run_npy("plot", "--json", "--kind", "hist", "r.pkl:r", "--field", path))
        assert {**whole, "file": 0} == {**drawn, "file": 0}
    fields = {entry["file"]: entry for entry in json.loads(run_npy("stats", "--json", "r.pkl:r"))}
    for path, field in {"a": records["a"], "b": records["b"], "c.u": records["c"]["u"]}.items():
        entry = fields["r.pkl:r." + path]
        assert (entry["count"], entry["min"], entry["max"]) == (field.count(), field.min(), field.max())



def test_masks_of_what_brackets_name(tmp_path):
    masked = np.ma.array([1.0, 2, 3, 999], mask=[0, 1, 0, 1])
    objects = np.empty(1, object)
    objects[0] = masked
    (tmp_path / "o.pkl").write_bytes(pickle.dumps({"e": objects, "l": [masked]}))
    np.savez(tmp_path / "o.npz", e=objects)
    for address in ("o.pkl:l[0]", "o.pkl:l.0", "o.pkl:e[0]", "o.npz:e[0]", "o.npz:e.0"):
        assert run_npy("show", tmp_path / address).split() == b"[1.0 -- 3.0 --]".split(), address
        figures = json.loads(run_npy("stats", "--json", tmp_path / address))
        assert (figures["count"], figures["max"]) == (2, 3.0), address


def test_a_view_is_of_plain_arrays(tmp_path):
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(np.ma.array(np.arange(4, dtype="u2"), mask=[0, 1, 0, 0])))
    (tmp_path / "d.pkl").write_bytes(pickle.dumps({"a": np.arange(4, dtype="u2")}))
    for arguments in (["show", "m.pkl"], ["stats", "m.pkl"], ["plot", "--json", "m.pkl"], ["show", "d.pkl"]):
        result = run_npy(*arguments[:-1], "--view", "bfloat16", tmp_path / arguments[-1], check=False)
        assert result.returncode in (1, 64) and (b"seen as others" if arguments[-1] == "m.pkl" else b"d.pkl:a") in result.stdout + result.stderr
    assert run_npy("show", "--view", "bfloat16", tmp_path / "d.pkl:a").startswith(b"[0.")


def test_a_part_keeps_what_stands_for_missing_values(tmp_path):
    masked = np.ma.array([1.0, 2, 3], mask=[0, 1, 0], fill_value=-7)
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(masked))
    assert run_npy("show", "--repr", f"{tmp_path}/m.pkl[0:2]").decode().strip() == repr(masked[0:2])
