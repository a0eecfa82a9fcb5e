"""What other libraries call arrays: saved as NumPy saves them, by their buffers or ``__array__``."""
import array as python_array
import io
import tempfile
import warnings

import numpy as np
import npyfast
import pytest


def torch_values():
    torch = pytest.importorskip("torch")
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    return [base, base.T, base[::2, 1::3], base.to(torch.int64), base.bool(), base.half(), torch.tensor(5), torch.zeros(0, 3)]


def jax_values():
    jax = pytest.importorskip("jax.numpy")
    base = jax.arange(24, dtype="float32").reshape(4, 6)
    return [base, base.T, base[::2], base.astype("bfloat16"), base.astype(bool), jax.float32(2)]


def pandas_values():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2, 3], "b": [1.5, 2.5, 3.5]})
    return [frame, frame["a"], frame[["a"]], frame.index, pandas.Series([True, False]), pandas.Series(pandas.date_range("2020", periods=3)),
            pandas.Series([1, 2], dtype="Int64"), pandas.Series(["x", "y"]).to_numpy("U1")]


def ml_values():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    return [np.arange(6).astype(ml_dtypes.bfloat16).reshape(2, 3), np.arange(6).astype(ml_dtypes.float8_e4m3fn)]


def python_values():
    class Interface:
        def __init__(self, values):
            self.values = values

        @property
        def __array_interface__(self):
            return self.values.__array_interface__

    class Protocol(Interface):
        __array_interface__ = None  # type: ignore[assignment]

        def __array__(self, dtype=None, copy=None):
            return self.values if dtype is None else self.values.astype(dtype)
    Protocol.__array_interface__ = property(lambda self: (_ for _ in ()).throw(AttributeError()))
    values = np.arange(12.).reshape(3, 4)[:, ::2]
    return [python_array.array("d", [1, 2]), memoryview(b"abc"), bytearray(b"abc"), memoryview(values), Interface(values),
            Protocol(values), range(5), [[1, 2], [3, 4]], (1.5, 2), True, 2**40]


def written(save, value):
    file = io.BytesIO()
    save(file, value)
    return file.getvalue()


@pytest.mark.parametrize("values", [python_values, torch_values, jax_values, pandas_values, ml_values])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_saved_as_numpy_saves_them(values):
    for value in values():
        assert written(npyfast.save, value) == written(np.save, value), type(value)
        with tempfile.TemporaryDirectory() as folder:
            npyfast.save(f"{folder}/a.npy", value)
            with open(f"{folder}/a.npy", "rb") as file:
                assert file.read() == written(np.save, value)
            npyfast.savez_compressed(f"{folder}/a.npz", value)
            np.savez(f"{folder}/b.npz", value)
            with np.load(f"{folder}/a.npz", allow_pickle=True) as ours, np.load(f"{folder}/b.npz", allow_pickle=True) as theirs:
                assert ours["arr_0"].dtype == theirs["arr_0"].dtype and ours["arr_0"].tobytes() == theirs["arr_0"].tobytes() \
                    or ours["arr_0"].dtype == object
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if np.asarray(value).dtype.kind in "biuf" and np.ndim(value) in (1, 2):
                assert written(npyfast.savetxt, value) == written(np.savetxt, value)


def test_loaded_arrays_become_others(tmp_path):
    torch = pytest.importorskip("torch")
    npyfast.save(tmp_path / "a.npy", np.arange(6.).reshape(2, 3))
    tensor = torch.from_numpy(npyfast.load(tmp_path / "a.npy"))
    tensor += 1
    assert tensor.tolist() == (np.arange(6.).reshape(2, 3) + 1).tolist()
