"""The dtypes of models that NumPy lacks: what `--astype bfloat16` and the like write is what ml_dtypes writes."""
import json
import pickle
import struct
import warnings
import zipfile

import numpy as np
import pytest

from conftest import run_npy

try:
    import ml_dtypes
except ImportError:
    ml_dtypes = None

FLOATS = ["bfloat16", "float8_e3m4", "float8_e4m3", "float8_e4m3fn", "float8_e4m3b11fnuz", "float8_e4m3fnuz",
          "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu", "float6_e2m3fn", "float6_e3m2fn", "float4_e2m1fn"]
INTEGERS = ["int4", "uint4", "int2", "uint2", "int1", "uint1"]
COMPLEX = ["complex32", "bcomplex32"]


def special_values():
    """Numbers of every size, halves between those of any format, their neighbours, and what is no number."""
    rng = np.random.default_rng(11)
    halves = (1 + np.arange(0, 512) / 512) * 2.0 ** rng.integers(-20, 20, 512)
    values = np.concatenate([
        [0, np.inf, np.nan, 1, 448, 464, 465, 57344, 61440, 240, 248, 6, 7, 7.5, 28, 30, 2.0**-127, 2.0**-149, 3.4e38],
        2.0 ** np.arange(-149, 128), 1.5 * 2.0 ** np.arange(-149, 127), halves, np.nextafter(halves, 0),
        np.nextafter(halves, np.inf), rng.standard_normal(500) * 10 ** rng.uniform(-9, 9, 500)])
    return np.concatenate([values, -values]).astype("f8")


def bfloat16_bits(values):
    """By the definition: the upper half of a float32, rounded to the nearest, of two to the even one."""
    bits = values.astype("f4").view("u4").astype("u8")
    rounded = ((bits + 0x7fff + (bits >> 16 & 1)) >> 16).astype("u2")
    return np.where(np.isnan(values), (bits >> 16 & 0x8000 | 0x7fc0).astype("u2"), rounded)


def read(path):
    """The header's dtype, and the bytes behind it."""
    content = path.read_bytes()
    size = 10 + struct.unpack("<H", content[8:10])[0]
    return eval(content[10:size])["descr"], content[size:]


def test_bfloat16(tmp_path):
    values = special_values()
    np.save(tmp_path / "x.npy", values)
    run_npy("convert", tmp_path / "x.npy", tmp_path / "y.npy", "--astype", "bfloat16")
    descr, data = read(tmp_path / "y.npy")
    assert descr == "<V2" and np.array_equal(np.frombuffer(data, "u2"), bfloat16_bits(values))
    run_npy("convert", tmp_path / "y.npy", tmp_path / "back.npy", "--view", "bfloat16")
    back = np.load(tmp_path / "back.npy")
    assert back.dtype == "f4" and np.array_equal(
        back, (bfloat16_bits(values).astype("u4") << 16).view("f4"), equal_nan=True)


@pytest.mark.skipif(ml_dtypes is None, reason="the Python package ml_dtypes is not installed")
@pytest.mark.parametrize("name", FLOATS + INTEGERS + COMPLEX)
def test_as_ml_dtypes(tmp_path, name):
    dtype = np.dtype(getattr(ml_dtypes, name))
    values = special_values()
    if name in INTEGERS:
        values = np.concatenate([values[np.abs(values) < 2**31], [2**31 + 5.0, np.nan, np.inf]])
    arrays = {"f8": values, "f4": values.astype("f4"), "f2": np.arange(0, 2**16, 7, dtype="u2").view("f2"),
              "i8": np.array([0, 1, -1, 7, -8, 8, 255, 300, 2**24 + 1, 2**40 + 2**32 + 1, -2**62]),
              "u1": np.arange(256, dtype="u1"), "?": np.array([True, False]), "c8": (values[:60] + 1j * values[60:120]).astype("c8"),
              ">f4": values.astype(">f4"), "F": np.asfortranarray(values[:600].reshape(20, 30))}
    np.savez(tmp_path / "x.npz", **arrays)
    run_npy("convert", tmp_path / "x.npz", tmp_path / "y.npz", "--astype", name)
    members = zipfile.ZipFile(tmp_path / "y.npz")
    for kind, array in arrays.items():
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted = array.astype(dtype)
        (tmp_path / "member.npy").write_bytes(members.read(kind + ".npy"))
        descr, data = read(tmp_path / "member.npy")
        assert descr == dtype.str, (kind, descr)
        got = np.frombuffer(data, f"u{dtype.itemsize}")
        expected = np.frombuffer(wanted.tobytes("F" if kind == "F" else "C"), f"u{dtype.itemsize}")
        wrong = np.flatnonzero(got != expected)
        assert wrong.size == 0, (kind, array.ravel()[wrong[:5]], got[wrong[:5]], expected[wrong[:5]])


@pytest.mark.skipif(ml_dtypes is None, reason="the Python package ml_dtypes is not installed")
@pytest.mark.parametrize("name", FLOATS)
def test_all_codes(tmp_path, name):
    """Bit for bit, the signs of zeros and NaNs included; a NaN's other bits stay where `float32` has room for them."""
    dtype = np.dtype(getattr(ml_dtypes, name))
    codes = np.arange(1 << (8 * dtype.itemsize if "8" in name or "16" in name else int(name[5])), dtype=f"u{dtype.itemsize}")
    np.save(tmp_path / "codes.npy", codes)
    for kind in ["f4", "f8"]:
        run_npy("convert", tmp_path / "codes.npy", tmp_path / "x.npy", "--view", name, "--astype", kind)
        with np.errstate(all="ignore"):
            wanted = codes.view(dtype).astype(kind).view(f"u{kind[1]}")
        got = np.load(tmp_path / "x.npy").view(f"u{kind[1]}")
        wrong = np.flatnonzero(got != wanted)
        assert wrong.size == 0, (kind, codes[wrong[:5]], got[wrong[:5]], wanted[wrong[:5]])


def test_every_format(tmp_path):
    values = np.array([[1.00390625, -2.5], [3.14159, 1e30]], "f8")
    np.save(tmp_path / "x.npy", values)
    bits = bfloat16_bits(values)
    numbers = (bits.astype("u4") << 16).view("f4")
    for extension in ["csv", "json", "safetensors", "raw", "npz"]:
        run_npy("convert", tmp_path / "x.npy", tmp_path / f"y.{extension}", "--astype", "bfloat16")
    assert np.array_equal(np.loadtxt(tmp_path / "y.csv", delimiter=","), numbers)
    assert np.array_equal(np.array(json.loads((tmp_path / "y.json").read_text()), "f4"), numbers)
    assert (tmp_path / "y.raw").read_bytes() == bits.tobytes()
    content = (tmp_path / "y.safetensors").read_bytes()
    assert json.loads(content[8:8 + struct.unpack("<Q", content[:8])[0]]) == {
        "arr_0": {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]}} and content.endswith(bits.tobytes())
    for protocol in (2, 4, 5):
        run_npy("convert", tmp_path / "x.npy", tmp_path / "y.pkl", "--astype", "bfloat16", "--protocol", protocol)
        if ml_dtypes is not None:
            assert (tmp_path / "y.pkl").read_bytes() == pickle.dumps(values.astype(ml_dtypes.bfloat16), protocol)
        run_npy("convert", tmp_path / "y.pkl", tmp_path / "z.npy")
        assert np.array_equal(np.load(tmp_path / "z.npy"), numbers)
    # From there on, as they are; to NumPy as numbers.
    run_npy("convert", f"{tmp_path}/y.safetensors:arr_0[1]", tmp_path / "z.safetensors")
    assert (tmp_path / "z.safetensors").read_bytes().endswith(bits[1].tobytes()) and b"BF16" in (
        tmp_path / "z.safetensors").read_bytes()
    run_npy("convert", tmp_path / "y.safetensors", tmp_path / "z.npy")
    assert np.array_equal(np.load(tmp_path / "z.npy"), numbers)
    # Whatever else happens to them on the way.
    run_npy("convert", tmp_path / "x.npy", tmp_path / "f.npy", "--astype", "bfloat16", "--order", "F", "--reshape", "4,1")
    assert read(tmp_path / "f.npy")[0] == "<V2"
    for source in ["s.npy", "t.npy"]:
        np.save(tmp_path / source, np.array(["1", "2"]) if source == "s.npy" else np.array([1, 2], "M8[s]"))
        result = run_npy("convert", tmp_path / source, tmp_path / "no.npy", "--astype", "bfloat16", check=False)
        assert result.returncode == 1 and b"no numbers" in result.stderr and result.stderr.count(b"\n") == 1


@pytest.mark.skipif(ml_dtypes is None, reason="the Python package ml_dtypes is not installed")
@pytest.mark.parametrize("name", FLOATS + INTEGERS + COMPLEX)
def test_appended(tmp_path, name):
    """A file that is made, and rows that join it, of a table, numbers and raw bytes: what `np.save` writes of all of them."""
    dtype = np.dtype(getattr(ml_dtypes, name))
    rows = [np.array([[1, 2], [0, 1.5]]), np.array([[3, 0]], "i4"), np.array([[1, 1]], ">f4"), np.array([[2, 1]], "u2")]
    (tmp_path / "0.csv").write_text("1,2\n0,1.5\n")
    for number, array in enumerate(rows[1:], 1):
        np.save(tmp_path / f"{number}.npy", array)
    log = tmp_path / "log.npy"

    def expected(count):
        np.save(tmp_path / "expected.npy", np.concatenate([array.astype(dtype) for array in rows[:count]]))
        return (tmp_path / "expected.npy").read_bytes()

    run_npy("append", "--create", log, tmp_path / "0.csv", "--astype", name)
    assert log.read_bytes() == expected(1)
    run_npy("append", log, tmp_path / "1.npy", f"{tmp_path}/2.npy[0]", "--astype", name)
    assert log.read_bytes() == expected(3)
    run_npy("convert", tmp_path / "3.npy", tmp_path / "raw.npy", "--astype", name)
    run_npy("append", log, tmp_path / "raw.npy", *(["--view", name] if dtype.str[1] != "V" else []), check=name != "bcomplex32")
    if name != "bcomplex32":  # Has the notation of complex32, as which it is read.
        assert log.read_bytes() == expected(4)
    before = log.read_bytes()
    # Numbers do not become such elements unasked, not even of the same size, nor do those of another notation.
    np.save(tmp_path / "same.npy", np.ones((1, 2), f"u{dtype.itemsize}"))
    result = run_npy("append", log, tmp_path / "same.npy", check=False)
    assert result.returncode == 1 and b"do not fit" in result.stderr, result
    for other in ["bfloat16", "float8_e5m2", "float8_e4m3fn", "complex32", None]:
        if other is not None and np.dtype(getattr(ml_dtypes, other)).str == dtype.str:
            continue
        result = run_npy("append", log, tmp_path / "1.npy", *(["--astype", other] if other else []), check=False)
        assert result.returncode == 1 and b"do not fit" in result.stderr and result.stderr.count(b"\n") == 1, result
    assert log.read_bytes() == before


@pytest.mark.skipif(ml_dtypes is None, reason="the Python package ml_dtypes is not installed")
def test_appended_tensors(tmp_path):
    """Tensors of models join files as the bytes that they are, where the file says of which format it is."""
    values = special_values()[:40].reshape(-1, 4)
    np.save(tmp_path / "x.npy", values)
    for name in ["bfloat16", "float8_e5m2", "float8_e4m3fn"]:
        model, log = tmp_path / f"{name}.safetensors", tmp_path / f"{name}.npy"
        run_npy("convert", tmp_path / "x.npy", model, "--astype", name)
        run_npy("convert", tmp_path / "x.npy", log, "--astype", name)
        result = run_npy("append", log, f"{model}:arr_0[2:]", check=False)
        if name == "float8_e4m3fn":  # One of many that are `<V1`.
            assert result.returncode == 1 and b"do not fit" in result.stderr
            continue
        assert result.returncode == 0, result
        with np.errstate(all="ignore"):
            encoded = values.astype(getattr(ml_dtypes, name))
        np.save(tmp_path / "expected.npy", np.concatenate([encoded, encoded[2:]]))
        assert log.read_bytes() == (tmp_path / "expected.npy").read_bytes()
        # Joined tensors of one format stay of it, in files that have types for it.
        run_npy("cat", f"{model}:arr_0[:1]", f"{model}:arr_0[1:]", "-o", tmp_path / f"joined-{name}.safetensors")
        joined = (tmp_path / f"joined-{name}.safetensors").read_bytes()
        assert joined.endswith(encoded.tobytes()) and (b"BF16" if name == "bfloat16" else b"F8_E5M2") in joined
        run_npy("cat", f"{model}:arr_0", tmp_path / "x.npy", "-o", tmp_path / f"mixed-{name}.npy")
        assert np.load(tmp_path / f"mixed-{name}.npy").dtype == "f8"
    result = run_npy("show", "--dtype", "bfloat16", tmp_path / "0.csv", check=False)
    assert result.returncode == 64 and b"--astype bfloat16" in result.stderr


def test_rows_of_text(tmp_path):
    """A table whose number of rows is not known before it has been read has the same header."""
    (tmp_path / "t.csv").write_text("1,2\n3,4.5\n")
    np.save(tmp_path / "t.npy", np.array([[1, 2], [3, 4.5]]))
    for name, notation in [("bfloat16", "<V2"), ("float8_e5m2", "<f1"), ("float8_e4m3fn", "<V1"), ("complex32", "<W4")]:
        outputs = []
        for source in ["t.csv", "t.npy"]:
            outputs.append(tmp_path / f"{source}.{name}.npy")
            run_npy("convert", tmp_path / source, outputs[-1], "--astype", name)
        assert outputs[0].read_bytes() == outputs[1].read_bytes() and read(outputs[0])[0] == notation


PACKED = {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6}


@pytest.mark.parametrize("name", PACKED)
def test_packed(tmp_path, name):
    """Bits from the lowest of the first byte on; kept as they are from file to file."""
    bits = PACKED[name]
    data = np.random.default_rng(3).integers(0, 256, 3 * bits, dtype="u1").tobytes()
    shape = [4, len(data) * 8 // bits // 4]
    header = json.dumps({"w": {"dtype": name, "shape": shape, "data_offsets": [0, len(data)]}},
                        separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    path = tmp_path / "m.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)
    number = int.from_bytes(data, "little")
    items = [number >> bits * index & 2**bits - 1 for index in range(shape[0] * shape[1])]
    exponent, fraction, bias = {"F4": (2, 1, 1), "F6_E2M3": (2, 3, 1), "F6_E3M2": (3, 2, 3)}[name]

    def value(item):
        sign, rest = item >> exponent + fraction, item & 2**(exponent + fraction) - 1
        power, digits = rest >> fraction, rest & 2**fraction - 1
        whole = digits if power == 0 else digits + 2**fraction
        return (-1)**sign * whole * 2.0**(max(power, 1) - bias - fraction)

    wanted = np.array([value(item) for item in items], "f4").reshape(shape)
    run_npy("convert", path, tmp_path / "x.npz")
    assert np.array_equal(np.load(tmp_path / "x.npz")["w"], wanted)
    assert run_npy("show", f"{path}:w[1:3,::2]").decode() == str(wanted[1:3, ::2]) + "\n"
    run_npy("convert", path, tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == path.read_bytes()
