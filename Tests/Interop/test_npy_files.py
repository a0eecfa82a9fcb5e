"""`.npy` files: bytes equal to np.save's, values equal to np.load's, whatever the dtype, order and layout."""
import io
import json
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arrays import arrays, content
from conftest import run_npy

SETTINGS = dict(deadline=None, suppress_health_check=list(HealthCheck))


def saved(array):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


@settings(max_examples=400, **SETTINGS)
@given(arrays())
def test_convert_gives_the_bytes_of_np_save(array):
    try:
        bytes_in = saved(array)
    except (ValueError, RuntimeError):
        return
    assert run_npy("convert", "-", "-", "--from", "npy", "--to", "npy", stdin=bytes_in) == bytes_in


@settings(max_examples=150, **SETTINGS)
@given(arrays(), st.data())
def test_slices_are_those_of_numpy(tmp_path_factory, array, data):
    try:
        bytes_in = saved(array)
    except (ValueError, RuntimeError):
        return
    path = tmp_path_factory.mktemp("slice") / "a.npy"
    path.write_bytes(bytes_in)
    array = np.load(path)
    parts = []
    for size in array.shape:
        kind = data.draw(st.sampled_from(["all", "index", "slice", "step"]))
        if kind == "index" and size:
            parts.append(str(data.draw(st.integers(-size, size - 1))))
        elif kind == "slice":
            parts.append(f"{data.draw(st.integers(-6, 6))}:{data.draw(st.integers(-6, 6))}")
        elif kind == "step":
            parts.append(f"::{data.draw(st.sampled_from([-3, -2, -1, 2, 3]))}")
        else:
            parts.append(":")
    if not parts:
        parts = ["..."]
    text = ",".join(parts)
    # With an ellipsis NumPy gives an array where it would give a scalar without.
    expected = eval(f"array[{text}]" if "..." in text else f"array[{text},...]")
    got = np.load(io.BytesIO(run_npy("convert", f"{path}[{text}]", "-", "--to", "npy")))
    assert got.dtype == np.asarray(expected).dtype
    assert got.shape == np.shape(expected)
    assert content(got) == content(expected)


@pytest.mark.parametrize("slice_text", [
    "2:6,4,3:4", "::-1,...,-1", ":,newaxis", "...", "5", "-1,-1,-1", "10:2:-3", "..., 0:2", "0:0"])
def test_slices_of_a_large_file(tmp_path, slice_text):
    array = np.random.RandomState(3).randint(0, 1 << 40, size=(60, 70, 80))
    for order in "CF":
        path = tmp_path / f"{order}.npy"
        np.save(path, np.asarray(array, order=order))
        expected = eval(f"array[{slice_text}]", {"array": array, "newaxis": None})
        got = np.load(io.BytesIO(run_npy("convert", f"{path}[{slice_text}]", "-", "--to", "npy")))
        np.testing.assert_array_equal(got, expected)
        assert got.shape == expected.shape


def test_info_json(tmp_path):
    for array in [np.zeros((3, 4), ">f4"), np.asfortranarray(np.ones((2, 3))), np.zeros((), "M8[ns]"),
                  np.zeros(3, [("a", "<i4"), (("T", "b"), "<f8", (2,))])]:
        path = tmp_path / "a.npy"
        np.save(path, array)
        info = json.loads(run_npy("info", "--json", path))
        assert info["format"] == "npy" and info["version"] == "1.0"
        assert info["shape"] == list(array.shape)
        assert info["fortran_order"] == (array.flags.f_contiguous and not array.flags.c_contiguous)
        assert info["nbytes"] == array.nbytes
        assert info["data_offset"] == info["header_bytes"] == path.stat().st_size - array.nbytes
        if array.dtype.names is None:
            assert info["dtype"] == array.dtype.str
        else:
            assert info["dtype"] == json.loads(json.dumps(array.dtype.descr))


def test_order_and_reshape(tmp_path):
    array = np.arange(24).reshape(2, 3, 4)
    np.save(tmp_path / "a.npy", array)
    run_npy("convert", tmp_path / "a.npy", tmp_path / "f.npy", "--order", "F")
    expected = saved(np.asfortranarray(array))
    assert (tmp_path / "f.npy").read_bytes() == expected
    run_npy("convert", tmp_path / "f.npy", tmp_path / "c.npy", "--order=C")
    assert (tmp_path / "c.npy").read_bytes() == saved(array)
    run_npy("convert", tmp_path / "a.npy", tmp_path / "r.npy", "--reshape", "-1,6")
    assert (tmp_path / "r.npy").read_bytes() == saved(array.reshape(-1, 6))
    run_npy("convert", tmp_path / "a.npy", tmp_path / "t.npy", "--astype", ">f4")
    assert (tmp_path / "t.npy").read_bytes() == saved(array.astype(">f4"))


NUMBERS = "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 g F D G".split()


@settings(max_examples=200, **SETTINGS)
@given(st.sampled_from(NUMBERS), st.sampled_from(NUMBERS), st.sampled_from("<>"), st.sampled_from("<>"),
       st.lists(st.integers(-100, 100), min_size=1, max_size=40))
def test_astype(source, target, source_order, target_order, values):
    source = np.dtype(source).newbyteorder(source_order)
    target = np.dtype(target).newbyteorder(target_order)
    array = np.array(values).astype(source)
    if array.dtype.kind in "fc":
        array = (array / np.array(3, source.newbyteorder("="))).astype(source)
    # A negative float has no unsigned value; what C makes of it is undefined.
    if target.kind == "u" and source.kind in "fc":
        array = np.abs(array).astype(source)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = array.astype(target)
    result = run_npy("convert", "-", "-", "--from", "npy", "--to", "npy", "--astype", target.str, stdin=saved(array))
    got = np.load(io.BytesIO(result))
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got, expected)


def test_ls_and_info_tell_of_all_arrays(tmp_path):
    path = tmp_path / "s.npy"
    arrays = [np.arange(3), np.ones((2, 2), "f4"), np.array("text")]
    with open(path, "wb") as file:
        for array in arrays:
            np.save(file, array)
    lines = run_npy("ls", path).decode().splitlines()
    assert [line.split()[0] for line in lines] == [str(path), f"{path}:1", f"{path}:2"]
    assert "(2, 2)" in lines[1] and "float32" in lines[1]
    report = json.loads(run_npy("info", "--json", path))
    assert [part["dtype"] for part in report["following"]] == ["<f4", "<U4"]
    assert b"3, named" in run_npy("info", path)
    assert "following" not in json.loads(run_npy("info", "--json", f"{path}:1"))


@pytest.mark.parametrize("suffix", ["npy", "npz", "pkl"])
def test_fields_that_are_named_by_numbers(tmp_path, suffix):
    """As pandas' to_records has them: a name that is there comes before a number."""
    records = np.array([(0, 1.5, 2.5), (1, 3.5, 4.5)], dtype=[("index", "i8"), ("0", "f8"), ("1", "f8")])
    path = tmp_path / f"r.{suffix}"
    if suffix == "npy":
        np.save(path, records)
    elif suffix == "npz":
        np.savez(path, r=records)
    else:
        path.write_bytes(pickle.dumps({"r": records}))
    prefix = f"{path}:" + ("" if suffix == "npy" else "r.")
    for name in ["0", "1", "index"]:
        run_npy("convert", prefix + name, tmp_path / "o.npy")
        np.testing.assert_array_equal(np.load(tmp_path / "o.npy"), records[name], strict=True)
    if suffix == "npy":
        run_npy("convert", prefix + "#0", tmp_path / "o.npy")
        np.testing.assert_array_equal(np.load(tmp_path / "o.npy"), records, strict=True)

