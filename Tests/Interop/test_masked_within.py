"""Masked arrays, alone and within other values: what is hidden is never printed as data. NumPy is the oracle."""
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
