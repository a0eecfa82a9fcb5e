#!/usr/bin/env python3
"""Make the arrays that deflate is measured on, with NumPy, one raw file a kind.

usage: make-deflate-data.py FOLDER

Each file is the array's data alone; `kinds.tsv` lists name, item size, atom size, row stride, and whether
the kind is one of the fifteen that the goals name (known) or one kept aside while the encoder was tuned (aside).
"""
import os
import sys

import numpy as np


def kinds():
    """Every kind: (name, group, array, atom size)."""
    rng = np.random.default_rng(20240607)
    n = 1_000_000
    # The tour's integers, from the legacy generator, as the tour makes them.
    legacy = np.random.RandomState(0)
    yield "integers", "known", legacy.randint(1, 100, size=(100, 100, 100)).astype(np.int64), None
    yield "labels", "known", np.repeat(rng.integers(0, 10, n // 8), rng.integers(1, 16, n // 8))[:n].astype(np.int64), None
    yield "ids", "known", np.cumsum(rng.integers(1, 100, n)).astype(np.int32), None
    y, x = np.mgrid[0:1500, 0:2000]
    image = 128 + 60 * np.sin(x / 90.0) + 40 * np.cos(y / 70.0) + rng.normal(0, 6, x.shape)
    yield "image", "known", np.clip(image, 0, 255).astype(np.uint8), None
    sparse = np.where(rng.random(n) < 0.03, rng.normal(size=n), 0.0)
    yield "sparse", "known", sparse, None
    t = np.arange(n)
    series = np.round(20 + 8 * np.sin(t / 2000.0) + np.cumsum(rng.normal(0, 0.02, n)), 2)
    yield "series", "known", series, None
    yield "doubles", "known", rng.normal(size=n), None
    yield "floats", "known", rng.normal(size=n).astype(np.float32), None
    blobs = (np.sin(x / 37.0) * np.cos(y / 23.0) + rng.normal(0, 0.05, x.shape)) > 0.4
    yield "mask", "known", blobs, None
    yield "floats256", "known", (rng.integers(0, 256, n) / 255.0).astype(np.float32), None
    words = np.array(["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"])
    text = np.char.add(words[rng.integers(0, 10, n // 8)], rng.integers(0, 1000, n // 8).astype("U4"))
    yield "text", "known", text.astype("U10"), 4
    walk = np.cumsum(rng.integers(-20, 21, 2 * n)) % 20000 - 10000
    yield "walk16", "known", walk.astype(np.int16), None
    yield "sorted", "known", np.sort(rng.integers(0, 1 << 40, n)).astype(np.int64), None
    yield "poisson", "known", rng.poisson(4.0, n).astype(np.int32), None
    yield "tenths", "known", np.round(rng.normal(50, 15, n), 1).astype(np.float32), None
    # Named by the goals too.
    yield "arange", "known+", np.arange(n, dtype=np.int64), None
    yield "zero-one", "known+", rng.integers(0, 2, n).astype(np.float64), None
    # Kept aside while tuning.
    yield "complex", "aside", np.exp(1j * t / 50.0).astype(np.complex64), 4
    yield "rgb", "aside", np.clip(
        np.stack([image, image * 0.7 + 30, 255 - image], -1)[:1000] + rng.normal(0, 1, (1000, 2000, 3)), 0, 255
    ).astype(np.uint8), None
    yield "months", "aside", (np.datetime64("1970-01-01") + rng.integers(0, 20000, n // 2)).astype("M8[ns]"), None
    record = np.zeros(n // 8, dtype=[("id", "<i4"), ("x", "<f4"), ("y", "<f4"), ("kind", "u1"), ("name", "S7")])
    record["id"] = np.arange(n // 8)
    record["x"] = rng.normal(size=n // 8)
    record["y"] = np.round(rng.normal(size=n // 8), 2)
    record["kind"] = rng.integers(0, 5, n // 8)
    record["name"] = words[rng.integers(0, 10, n // 8)].astype("S7")
    yield "records", "aside", record, 1
    yield "half", "aside", rng.normal(size=n).astype(np.float16), None
    yield "onehot", "aside", np.eye(64, dtype=np.float32)[rng.integers(0, 64, n // 32)], None
    yield "counts16", "aside", rng.poisson(300, 2 * n).astype(np.uint16), None
    yield "prices", "aside", np.round(100 * np.exp(np.cumsum(rng.normal(0, 0.001, n))), 2), None
    yield "random", "aside", rng.integers(0, 256, 4 * n).astype(np.uint8), None
    yield "repeated", "aside", np.tile(rng.normal(size=1000), 1000), None
    # Filled in part: what one part is like says nothing of the others.
    margins = np.zeros((1500, 2000), np.uint8)
    margins[500:1000, 300:1700] = np.clip(image, 0, 255)[500:1000, 300:1700]
    yield "margins", "aside", margins, None
    partial = np.zeros(n)
    for middle in (n // 4, n // 4 * 3):
        partial[middle - 40_000 : middle + 40_000] = np.round(rng.normal(size=80_000), 2)
    yield "partial", "aside", partial, None


def main(folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "kinds.tsv"), "w") as table:
        for name, group, array, atom in kinds():
            array = np.ascontiguousarray(array)
            array.tofile(os.path.join(folder, name + ".raw"))
            np.save(os.path.join(folder, name + ".npy"), array)
            stride = array.strides[0] if array.ndim > 1 else 0
            print(name, array.itemsize, atom or array.itemsize, stride, group, sep="\t", file=table)


main(sys.argv[1])
