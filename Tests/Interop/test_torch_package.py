"""PyTorch itself as the oracle: what is written, `torch.load(weights_only=True)` opens; what `torch.save` writes, is read."""
import warnings

import numpy as np
import pytest
from conftest import run_npy

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

TYPES = ["float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "complex64", "complex128",
         "uint16", "uint32", "uint64", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"]
CASTS = ["bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"]


def raw(tensor):
    """The bytes, whatever the type."""
    return tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def random_tensor(name, shape, seed):
    dtype = getattr(torch, name)
    size = torch.empty(0, dtype=dtype).element_size()
    data = np.random.default_rng(seed).integers(0, 2 if name == "bool" else 256, size=int(np.prod(shape)) * size, dtype=np.uint8)
    return torch.from_numpy(data).view(dtype).reshape(shape)


def test_written(tmp_path):
    rng = np.random.default_rng(1)
    codes = ["f4", "f8", "f2", "i8", "i4", "i2", "i1", "u1", "?", "c8", "c16", "u2", "u4", "u8"]
    arrays = {f"layer.{code}.é": (rng.standard_normal((3, 1, 4)) * 100).astype(code) for code in codes}
    arrays |= {"scalar": np.array(2.5), "empty": np.zeros((0, 3), "f4"), "fortran": np.asfortranarray(rng.normal(size=(3, 4)))}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.savez(tmp_path / "x.npz", **arrays)
    run_npy("convert", tmp_path / "x.npz", tmp_path / "m.pt")
    for options in [{}, {"mmap": True}]:
        loaded = torch.load(tmp_path / "m.pt", weights_only=True, **options)
        assert list(loaded) == list(arrays)
        for name, array in arrays.items():
            found = loaded[name].numpy()
            assert found.dtype == array.dtype and np.array_equal(found, array, equal_nan=True), name


@pytest.mark.parametrize("name", CASTS)
def test_written_types_that_numpy_lacks(tmp_path, name):
    """And their values are those of PyTorch's own conversion, where those of all three agree: not beyond the largest number."""
    values = np.random.default_rng(2).uniform(-200, 200, size=(50, 40)).astype("f4")
    values = np.abs(values) if name == "float8_e8m0fnu" else values
    np.save(tmp_path / "x.npy", values)
    run_npy("convert", tmp_path / "x.npy", tmp_path / "m.pt", "--astype", name, "--name", "w")
    loaded = torch.load(tmp_path / "m.pt", weights_only=True)["w"]
    assert loaded.dtype == getattr(torch, name) and loaded.shape == (50, 40)
    assert raw(loaded) == raw(torch.from_numpy(values).to(getattr(torch, name)))


@pytest.mark.parametrize("name", TYPES)
def test_read(tmp_path, name):
    """All bits of each type, also of tensors that share their memory or do not lie in order."""
    whole = random_tensor(name, (6, 8), 3)
    state = {"w": whole, "part": whole[1:3, 2:5], "turned": whole.T, "deep": {"list": [whole[0], whole[1, 1]]}}
    torch.save(state, tmp_path / "m.pt")
    for address, tensor in [("w", whole), ("part", whole[1:3, 2:5]), ("turned", whole.T)]:
        run_npy("convert", f"{tmp_path}/m.pt:{address}", tmp_path / "again.pt", "--name", "x")
        again = torch.load(tmp_path / "again.pt", weights_only=True)["x"]
        assert again.dtype == tensor.dtype and again.shape == tensor.shape and raw(again) == raw(tensor), address
        if name in CASTS:
            run_npy("convert", f"{tmp_path}/m.pt:{address}", tmp_path / "x.npy")
            wanted = tensor.to(torch.float32).numpy()
            assert np.array_equal(np.load(tmp_path / "x.npy"), wanted, equal_nan=True), address
