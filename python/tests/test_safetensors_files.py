"""safetensors, against their Python package."""
import pickle

import numpy as np
import npyfast
import pytest
from conftest import same

DTYPES = ["?", "i1", "u1", "<i2", "<u2", "<i4", ">i4", "<u4", "<i8", "<u8", "<f2", "<f4", ">f8", "<f8", "<c8"]


def tensors():
    made = {np.dtype(dtype).name + dtype[0].strip("<?"): np.arange(24).astype(dtype).reshape(4, 6) for dtype in DTYPES}
    return made | {"scalar": np.array(5.), "empty": np.zeros((0, 3)), "é": np.arange(3), "fortran": np.asfortranarray(np.arange(6.).reshape(2, 3)),
                   "strided": np.arange(20)[::-3]}


@pytest.mark.parametrize("metadata", [None, {"format": "np", "ü": "\"\n"}])
def test_files_are_their_packages(tmp_path, metadata):
    theirs = pytest.importorskip("safetensors.numpy")
    arrays = tensors()
    npyfast.save_safetensors(tmp_path / "a.safetensors", arrays, metadata)
    loaded = theirs.load_file(tmp_path / "a.safetensors")
    assert loaded.keys() == arrays.keys()
    for name, array in arrays.items():
        assert same(loaded[name], array.astype(array.dtype.newbyteorder("<"))), name
    # Of several metadata the package's order changes from run to run.
    theirs.save_file({name: np.asarray(array, array.dtype.newbyteorder("<"), order="C") for name, array in arrays.items()},
                     tmp_path / "b.safetensors", None if metadata is None else {"format": "np"})
    if metadata is None:
        assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    opened = npyfast.open_safetensors(tmp_path / "a.safetensors")
    assert opened.metadata == (metadata or {}) and set(opened) == arrays.keys() and opened.types["float32"] == "F32"
    ours = npyfast.load_safetensors(tmp_path / "b.safetensors")
    for name in loaded:
        assert same(ours[name], loaded[name]) and ours[name].flags.writeable, name
    assert same(pickle.loads(pickle.dumps(opened))["strided"], np.arange(20)[::-3])
    with pytest.raises(KeyError):
        opened["nothing"]


@pytest.mark.parametrize("metadata", [None, {}, {"one": "word"}, {"": ""}, {"\u00e4\x01\"\\": "\n/\u2028"}], ids=str)
@pytest.mark.parametrize("names", [["b", "a"], ["\u6f22\U0001f600"], [""]], ids=str)
def test_what_stands_beside_tensors(tmp_path, metadata, names):
    theirs = pytest.importorskip("safetensors.numpy")
    arrays = {name: np.arange(place + 3.) for place, name in enumerate(names)}
    npyfast.save_safetensors(tmp_path / "a.safetensors", arrays, metadata)
    assert (tmp_path / "a.safetensors").read_bytes() == theirs.save(arrays, metadata)
    assert npyfast.open_safetensors(tmp_path / "a.safetensors").metadata == (metadata or {})


def test_types_of_ml_dtypes(tmp_path):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    arrays = {name: np.arange(8).astype(getattr(ml_dtypes, name)).reshape(2, 4) for name in
              ("bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu")}
    npyfast.save_safetensors(tmp_path / "a.safetensors", arrays)
    opened = npyfast.open_safetensors(tmp_path / "a.safetensors")
    assert opened.types == {"bfloat16": "BF16", "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2", "float8_e8m0fnu": "F8_E8M0"}
    for name, array in arrays.items():
        assert opened[name].dtype == array.dtype and opened[name].tobytes() == array.tobytes()


def test_without_ml_dtypes_numbers_are_decoded(tmp_path, monkeypatch):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    npyfast.save_safetensors(tmp_path / "a.safetensors", {"x": np.arange(8).astype(ml_dtypes.bfloat16)})
    monkeypatch.setattr("npyfast._safetensors._ml_dtype", lambda name: None)
    assert same(npyfast.load_safetensors(tmp_path / "a.safetensors")["x"], np.arange(8, dtype="f4"))


def test_what_is_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    npyfast.save_safetensors(path, {"x": np.arange(3)})
    before = path.read_bytes()
    for wrong in (np.zeros(2, "M8[s]"), np.array(["a"]), np.zeros(2, "i4,f8"), np.array([None]), np.zeros(2, "V3"), np.zeros(2, "c16")):
        with pytest.raises(npyfast.ArrayFileError) as raised:
            npyfast.save_safetensors(path, {"x": wrong})
        assert raised.value.code == "unsupported" and raised.value.member == "x"
    assert path.read_bytes() == before
    with pytest.raises(FileNotFoundError):
        npyfast.load_safetensors(tmp_path / "missing.safetensors")
    for damaged in (before[:-3], before[:5], b"", b"\xff" * 20):
        path.write_bytes(damaged)
        with pytest.raises(npyfast.ArrayFileError):
            npyfast.load_safetensors(path)


def test_a_file_that_is_closed(tmp_path):
    npyfast.save_safetensors(tmp_path / "a.safetensors", {"x": np.arange(3)})
    with npyfast.open_safetensors(tmp_path / "a.safetensors") as tensors:
        array = tensors["x"]
    tensors.close()
    assert same(array, np.arange(3)) and list(tensors) == ["x"]
    with pytest.raises(ValueError, match="closed"):
        tensors["x"]
