#!/usr/bin/env python3
"""Prints pickles of NumPy arrays, a line each: protocol, kind, dtype, shape, bytes in C order, the pickle (hexadecimal)."""
import pickle

import numpy as np

rng = np.random.RandomState(5)
base = rng.randint(0, 256, 240).astype("u1").tobytes()


def arrays():
    for code in ["?", "i1", "u1", "<i2", ">i2", "<i4", "<u4", "<i8", ">i8", "<u8", "<f2", "<f4", ">f4", "<f8", ">f8",
                 "<f16", "<c8", "<c16", "S3", "<U2", ">U2", "V5", "<M8[ns]", "<m8[25s]", ">M8[D]", "<M8[s]"]:
        dtype = np.dtype(code)
        flat = np.arange(24).astype("u1").astype(dtype) if dtype.kind not in "V" else np.frombuffer(base[:24 * 5], dtype).copy()
        yield flat.reshape(2, 3, 4)
        yield np.asfortranarray(flat.reshape(4, 6))
        yield flat[::2]
        yield flat[:1].copy().reshape(())
        yield flat[:0].reshape(0, 3)
    point = np.dtype([("x", "<f4"), ("y", ">i2"), ("name", "<U3")])
    yield np.zeros(3, point)
    # No field is called b: at protocols 0 to 2 the b'b' of every array is written as that text, which up to Python
    # 3.11 is another object than the name, from 3.12 on the same, as it is here.
    yield np.zeros(2, np.dtype([("a", "u1"), ("q", "<f8")], align=True))
    yield np.zeros(2, np.dtype([("a", "<f4", (2, 3)), ("q", point), ("when", "<M8[us]")]))
    yield np.zeros(2, np.dtype([(("a title", "a"), "<i4")]))
    yield np.zeros(2, np.dtype({"names": ["p", "q"], "formats": ["<i2", "<i4"], "offsets": [4, 0], "itemsize": 12}))
    yield np.arange(30000.0).reshape(100, 300)


def emit(kind, value, array):
    for protocol in range(6):
        data = pickle.dumps(value, protocol)
        # A copy without gaps, whatever the layout.
        raw = array.tobytes()
        print(protocol, kind, array.dtype.str, "x".join(map(str, array.shape)) or "-", raw.hex() or "-", data.hex())


for array in arrays():
    # An array with gaps takes the older form at protocol 5, which one made of its values does not.
    emit("array" if array.flags.forc else "read", array, array)
for value in [np.float64(1.5), np.int32(-4), np.bool_(True), np.str_("ab"), np.datetime64("2020-01-01", "s"), np.complex64(1j)]:
    emit("scalar", value, np.asarray(value))
for value in [np.matrix([[1, 2], [3, 4]]), np.rec.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f8")])]:
    emit("read", value, np.asarray(value))
masked = np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0])
emit("read", masked, masked.data)
