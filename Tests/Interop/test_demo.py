"""The tour with --seed 0: every file's bytes and every array it prints are those of Python with NumPy."""
import io
import pickle

import numpy as np

from conftest import run_npy


def test_tour(tmp_path):
    output = run_npy("demo", "-C", tmp_path, "--seed", "0").decode()
    np.random.seed(0)
    arr = np.random.randint(1, 100, size=(100, 100, 100))
    second = np.random.randint(1, 100, size=(100, 100))
    assert str(arr) in output
    assert str(arr[2:6, 4, 3:4] @ arr[8:9, 3, 4:8]) in output
    assert str(arr[0:2]) in output
    data = {"array": arr, "description": "A million random integers", "extra": [1.5, 2.5, 3.5], "second": second}
    # CPython 3.13's pickler and 3.11's agree on these bytes at protocol 4.
    assert repr(pickle.dumps(data, 4)[:35]) in output
    assert (tmp_path / "data.pkl").read_bytes() == pickle.dumps(data, 4)
    assert (tmp_path / "array.pkl").read_bytes() == pickle.dumps(arr, 4)
    stream = io.BytesIO()
    np.savetxt(stream, arr.reshape(100_000, 10), "%d", "\t", header="Original shape: (100, 100, 100)")
    assert (tmp_path / "array.tsv").read_bytes() == stream.getvalue()
    np.save(tmp_path / "expected.npy", arr)
    assert (tmp_path / "array.npy").read_bytes() == (tmp_path / "expected.npy").read_bytes()
    np.savez(tmp_path / "expected.npz", arr, second)
    assert (tmp_path / "arrays.npz").read_bytes() == (tmp_path / "expected.npz").read_bytes()
    np.savez_compressed(tmp_path / "expected.npz", arr, second)
    assert (tmp_path / "arrays_compressed.npz").read_bytes() == (tmp_path / "expected.npz").read_bytes()
    assert str(second) in output
    with np.load(tmp_path / "arrays_small.npz") as small:
        np.testing.assert_array_equal(small["arr_0"], arr)
    assert (tmp_path / "arrays_small.npz").stat().st_size < (tmp_path / "arrays_compressed.npz").stat().st_size
