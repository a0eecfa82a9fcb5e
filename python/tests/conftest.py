"""What the tests of the package share: the package beside them, and arrays of every kind and layout."""
import os
import pathlib
import signal
import sys

import numpy as np
import pytest

sys.dont_write_bytecode = True
if hasattr(signal, "pthread_sigmask"):
    signal.pthread_sigmask(signal.SIG_SETMASK, [])  # what started the tests may have blocked the signals that they send
if "NPYFAST_INSTALLED" not in os.environ:  # set where a wheel is what is to be tested
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

DTYPES = ["?", "i1", "u1", "<i2", ">i2", "<u4", "<i8", ">i8", "<f2", "<f4", ">f8", "<f8", "<f16", "<c8", ">c16", "S5", "U3",
          ">U2", "V7", "<M8[s]", ">m8[D]", "<M8[25us]", [("x", "<i4"), ("y", ">f8", (2, 3))],
          np.dtype({"names": ["a", "b"], "formats": ["i1", "<f8"], "offsets": [1, 16], "itemsize": 32})]


def values(dtype, count):
    """Elements that are repeatable and, but for NaN and the like, valid for any dtype."""
    dtype = np.dtype(dtype)
    if dtype.kind in "SU":
        return np.array([str(n % 997)[:3] for n in range(count)], dtype)
    if dtype.names or dtype.kind == "V":
        made = np.zeros(count, dtype)
        made.view("u1").reshape(count, -1)[:] = (np.arange(count * dtype.itemsize) % 251).reshape(count, -1)
        return made
    return np.arange(count).astype(dtype)


def layouts(array):
    """The same number of elements laid out in all ways that NumPy knows."""
    yield "C", array.reshape(2, 3, 4)
    yield "Fortran", np.asfortranarray(array.reshape(2, 3, 4))
    yield "transposed", array.reshape(4, 6).T
    yield "reversed", array[::-1]
    yield "strided", array.reshape(4, 6)[::2, ::-3]
    yield "broadcast", np.broadcast_to(array[:4], (3, 4))
    yield "0-d", array[:1].reshape(())
    yield "empty", array[:0].reshape(0, 5)


@pytest.fixture(autouse=True)
def nothing_is_tiny(monkeypatch):
    """No text is so small that it is left to NumPy itself, which it is to be compared with."""
    from npyfast import _tables
    monkeypatch.setattr(_tables, "TINY", -25 * 6)


@pytest.fixture(params=DTYPES, ids=str)
def dtype(request):
    return np.dtype(request.param)


def same(left, right):
    """Whether arrays agree in dtype, shape and bytes; those between fields are nobody's."""
    if left.dtype.names and left.dtype == right.dtype:
        return left.shape == right.shape and all(same(left[name], right[name]) for name in left.dtype.names)
    return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
