"""Arrays of many kinds, on which deflate is measured, by compare-deflate.py and compare-inflate.py."""
import numpy as np


def atom_size(dtype):
    """The bytes of the smallest elements that items are made of, as `npy` tells the encoder."""
    if dtype.fields or dtype.kind in "SV":
        return 1
    return 4 if dtype.kind == "U" else dtype.itemsize // (2 if dtype.kind == "c" else 1)


def kinds(seed=20240607):
    """Every kind: (name, group, array)."""
    rng = np.random.default_rng(seed)
    n = 1_000_000
    # The tour's integers, from the legacy generator, as the tour makes them.
    legacy = np.random.RandomState(0)
    yield "integers", "known", legacy.randint(1, 100, size=(100, 100, 100)).astype(np.int64)
    yield "labels", "known", np.repeat(rng.integers(0, 10, n // 8), rng.integers(1, 16, n // 8))[:n].astype(np.int64)
    yield "ids", "known", np.cumsum(rng.integers(1, 100, n)).astype(np.int32)
    y, x = np.mgrid[0:1500, 0:2000]
    image = 128 + 60 * np.sin(x / 90.0) + 40 * np.cos(y / 70.0) + rng.normal(0, 6, x.shape)
    yield "image", "known", np.clip(image, 0, 255).astype(np.uint8)
    sparse = np.where(rng.random(n) < 0.03, rng.normal(size=n), 0.0)
    yield "sparse", "known", sparse
    t = np.arange(n)
    series = np.round(20 + 8 * np.sin(t / 2000.0) + np.cumsum(rng.normal(0, 0.02, n)), 2)
    yield "series", "known", series
    yield "doubles", "known", rng.normal(size=n)
    yield "floats", "known", rng.normal(size=n).astype(np.float32)
    blobs = (np.sin(x / 37.0) * np.cos(y / 23.0) + rng.normal(0, 0.05, x.shape)) > 0.4
    yield "mask", "known", blobs
    yield "floats256", "known", (rng.integers(0, 256, n) / 255.0).astype(np.float32)
    words = np.array(["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"])
    text = np.char.add(words[rng.integers(0, 10, n // 8)], rng.integers(0, 1000, n // 8).astype("U4"))
    yield "text", "known", text.astype("U10")
    walk = np.cumsum(rng.integers(-20, 21, 2 * n)) % 20000 - 10000
    yield "walk16", "known", walk.astype(np.int16)
    yield "sorted", "known", np.sort(rng.integers(0, 1 << 40, n)).astype(np.int64)
    yield "poisson", "known", rng.poisson(4.0, n).astype(np.int32)
    yield "tenths", "known", np.round(rng.normal(50, 15, n), 1).astype(np.float32)
    # Named by the goals too.
    yield "arange", "known+", np.arange(n, dtype=np.int64)
    yield "zero-one", "known+", rng.integers(0, 2, n).astype(np.float64)
    # Kept aside while tuning.
    yield "complex", "aside", np.exp(1j * t / 50.0).astype(np.complex64)
    yield "rgb", "aside", np.clip(
        np.stack([image, image * 0.7 + 30, 255 - image], -1)[:1000] + rng.normal(0, 1, (1000, 2000, 3)), 0, 255
    ).astype(np.uint8)
    yield "months", "aside", (np.datetime64("1970-01-01") + rng.integers(0, 20000, n // 2)).astype("M8[ns]")
    record = np.zeros(n // 8, dtype=[("id", "<i4"), ("x", "<f4"), ("y", "<f4"), ("kind", "u1"), ("name", "S7")])
    record["id"] = np.arange(n // 8)
    record["x"] = rng.normal(size=n // 8)
    record["y"] = np.round(rng.normal(size=n // 8), 2)
    record["kind"] = rng.integers(0, 5, n // 8)
    record["name"] = words[rng.integers(0, 10, n // 8)].astype("S7")
    yield "records", "aside", record
    yield "half", "aside", rng.normal(size=n).astype(np.float16)
    yield "onehot", "aside", np.eye(64, dtype=np.float32)[rng.integers(0, 64, n // 32)]
    yield "counts16", "aside", rng.poisson(300, 2 * n).astype(np.uint16)
    yield "prices", "aside", np.round(100 * np.exp(np.cumsum(rng.normal(0, 0.001, n))), 2)
    yield "random", "aside", rng.integers(0, 256, 4 * n).astype(np.uint8)
    yield "repeated", "aside", np.tile(rng.normal(size=1000), 1000)
    # Filled in part: what one part is like says nothing of the others.
    margins = np.zeros((1500, 2000), np.uint8)
    margins[500:1000, 300:1700] = np.clip(image, 0, 255)[500:1000, 300:1700]
    yield "margins", "aside", margins
    partial = np.zeros(n)
    for middle in (n // 4, n // 4 * 3):
        partial[middle - 40_000 : middle + 40_000] = np.round(rng.normal(size=80_000), 2)
    yield "partial", "aside", partial
    # Found wanting, or likely to be: strings, records, what repeats far away, what other programs write.
    yield from strings(rng, n)
    yield from tables(rng, n)
    yield from repeats(rng, n)
    yield from sensors(rng, n)


def strings(rng, n):
    """Text of fixed length: few and many words, codes, names, identifiers, times, mostly nothing."""
    syllables = np.array(["ka", "mo", "ri", "ten", "lu", "sha", "ber", "no", "qui", "dal"])
    many = syllables[rng.integers(0, 10, 3000)]
    for _ in range(3):
        many = np.char.add(many, np.where(rng.random(3000) < 0.7, syllables[rng.integers(0, 10, 3000)], ""))
    few = many[:6]
    yield "strings-few", "strings", few[rng.integers(0, 6, n // 8)].astype("U9")
    yield "strings-codes", "strings", np.array(["red", "blu", "grn"])[rng.integers(0, 3, n // 4)]
    yield "strings-many", "strings", many[rng.zipf(1.3, n // 25) % 3000].astype("U24")
    yield "strings-empty", "strings", np.where(rng.random(n // 8) < 0.92, "", few[rng.integers(0, 6, n // 8)]).astype("U8")
    yield "bytes-few", "strings", few.astype("S8")[rng.integers(0, 6, n // 2)]
    yield "bytes-many", "strings", many.astype("S60")[rng.integers(0, 3000, n // 15)]
    hexadecimal = rng.integers(0, 1 << 62, n // 40)
    yield "strings-hex", "strings", np.array([f"{value:016x}" for value in hexadecimal])
    times = np.datetime64("2021-03-04T05:06:07") + np.cumsum(rng.integers(0, 90, n // 25)).astype("m8[s]")
    yield "strings-times", "strings", np.datetime_as_string(times)
    prose = " ".join(many[rng.zipf(1.15, n // 6) % 3000])
    yield "prose", "strings", np.frombuffer(prose.encode(), np.uint8)
    lines = "".join('{"id": %d, "name": "%s", "value": %.3f}\n' % row for row in zip(
        range(n // 40), many[rng.integers(0, 3000, n // 40)], rng.normal(20, 5, n // 40)))
    yield "json", "strings", np.frombuffer(lines.encode(), np.uint8)


def tables(rng, n):
    """Records of odd sizes, small tables."""
    people = np.zeros(n // 20, [("id", "<u4"), ("name", "S24"), ("city", "S20"), ("age", "u1"), ("sum", "<f8"), ("x", "V6")])
    names = np.array(["ann", "bertrand", "chlothilde", "dmitri", "eve"], "S24")
    people["id"] = np.arange(len(people))
    people["name"] = names[rng.integers(0, 5, len(people))]
    people["city"] = names[rng.integers(0, 5, len(people))]
    people["age"] = rng.integers(18, 90, len(people))
    people["sum"] = np.round(rng.lognormal(5, 1, len(people)), 2)
    yield "records-people", "tables", people
    samples = np.zeros(n // 8, [("t", "<u4"), ("channel", "u1"), ("value", "<f8")])
    samples["t"] = np.cumsum(rng.integers(0, 4, len(samples)))
    samples["channel"] = rng.integers(0, 6, len(samples))
    samples["value"] = np.round(rng.normal(0, 3, len(samples)), 2)
    yield "records-samples", "tables", samples
    yield "table-small", "tables", np.round(rng.normal(5, 1, (150, 4)), 1)
    yield "table-64k", "tables", rng.normal(size=(800, 10))
    yield "tokens", "tables", (rng.zipf(1.2, n) % 30_000).astype(np.uint16)


def repeats(rng, n):
    """What comes again: at once, after a row, after more than the window."""
    yield "zeros", "repeats", np.zeros(n)
    yield "constant", "repeats", np.full(n, 1 / 3)
    yield "period-2", "repeats", np.tile(np.array([1, 90_000], np.int32), n)
    yield "period-5", "repeats", np.tile(rng.integers(0, 1 << 20, 5).astype(np.int32), n // 4)
    yield "period-700", "repeats", np.tile(rng.normal(size=700), n // 700)
    yield "rows", "repeats", np.broadcast_to(rng.normal(size=900), (900, 900))
    yield "columns", "repeats", np.broadcast_to(rng.normal(size=(900, 1)), (900, 900))
    yield "rule", "repeats", (np.add.outer(np.arange(1800), np.arange(1800)) // 5 % 251).astype(np.uint8)
    yield "rule-floats", "repeats", (np.add.outer(np.arange(900), np.arange(900)) // 5 % 251).astype(np.float32)
    yield "held", "repeats", np.repeat(np.round(np.cumsum(rng.normal(size=n // 8)), 1), 8)


def sensors(rng, n):
    """Pictures, flags, positions, clocks."""
    y, x = np.mgrid[0:700, 0:900]
    scene = np.stack([128 + 90 * np.sin(x / a) * np.cos(y / b) for a, b in ((50, 41), (63, 55), (71, 30))], -1)
    yield "photograph", "sensors", np.clip(scene + rng.normal(0, 3, scene.shape), 0, 255).astype(np.uint8)
    yield "flags-rare", "sensors", rng.random(2 * n) < 0.02
    yield "flags-even", "sensors", rng.random(2 * n) < 0.5
    yield "one-hot-bytes", "sensors", np.eye(24, dtype=np.uint8)[rng.integers(0, 24, n // 12)]
    yield "bases", "sensors", np.frombuffer(b"ACGT", "S1")[rng.integers(0, 4, 2 * n)]
    yield "clock", "sensors", np.datetime64("2020-01-01", "us") + np.cumsum(rng.integers(1, 5000, n // 2)).astype("m8[us]")
    yield "track", "sensors", np.round(47 + np.cumsum(rng.normal(0, 1e-5, n // 2)), 6)
