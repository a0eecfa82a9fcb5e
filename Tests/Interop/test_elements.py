"""Elements as other programs hold them: formats that NumPy has no dtype for, bytes without a header, JSON, images."""
import gzip
import io
import json
import math
import pickle
import warnings

import numpy as np
import pytest

from conftest import run_npy
from pictures import decode_png


def fails(*arguments, code=1, stdin=None):
    result = run_npy(*arguments, check=False, stdin=stdin)
    assert result.returncode == code, result
    return result.stderr.decode()


def loaded(*arguments, stdin=None):
    return np.load(io.BytesIO(run_npy("convert", *arguments, "-", "--to", "npy", stdin=stdin)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Formats of elements

# Name, bits of exponent and fraction, bias, what is no number, and the largest number as published (ml_dtypes' README,
# the OCP formats' specification).
SMALL_FLOATS = [
    ("float8_e3m4", 3, 4, 3, "ieee", 15.5), ("float8_e4m3", 4, 3, 7, "ieee", 240), ("float8_e4m3fn", 4, 3, 7, "ones", 448),
    ("float8_e4m3b11fnuz", 4, 3, 11, "uz", 30), ("float8_e4m3fnuz", 4, 3, 8, "uz", 240), ("float8_e5m2", 5, 2, 15, "ieee", 57344),
    ("float8_e5m2fnuz", 5, 2, 16, "uz", 57344), ("float6_e2m3fn", 2, 3, 1, "none", 7.5),
    ("float6_e3m2fn", 3, 2, 3, "none", 28), ("float4_e2m1fn", 2, 1, 1, "none", 6),
]


def small_float(bits, exponent_bits, fraction_bits, bias, specials):
    sign, rest = divmod(bits, 1 << exponent_bits + fraction_bits)
    exponent, fraction = divmod(rest, 1 << fraction_bits)
    if specials == "uz" and sign and not rest:
        return math.nan
    if specials == "ones" and rest == (1 << exponent_bits + fraction_bits) - 1:
        return math.nan
    if specials == "ieee" and exponent == (1 << exponent_bits) - 1:
        return math.nan if fraction else math.copysign(math.inf, -sign)
    number = (fraction + (1 << fraction_bits if exponent else 0)) * 2.0 ** (max(exponent, 1) - bias - fraction_bits)
    return math.copysign(number, -1 if sign else 1)


@pytest.mark.parametrize("name, exponent, fraction, bias, specials, largest", SMALL_FLOATS, ids=lambda value: str(value))
def test_decodes_small_floats(folder, name, exponent, fraction, bias, specials, largest):
    codes = np.arange(1 << 1 + exponent + fraction, dtype="u1")
    expected = np.array([small_float(int(code), exponent, fraction, bias, specials) for code in codes], "f4")
    np.save("a.npy", codes.view("V1"))
    found = loaded("a.npy", "--view", name)
    assert found.dtype == "f4" and np.array_equal(found, expected, equal_nan=True)
    assert np.array_equal(np.signbit(found)[expected == 0], np.signbit(expected)[expected == 0])
    assert found[np.isfinite(found)].max() == largest


@pytest.mark.parametrize("name", ["int4", "uint4", "int2", "uint2", "int1", "uint1"])
def test_decodes_small_integers(folder, name):
    codes = np.arange(256, dtype="u1")
    np.save("a.npy", codes.reshape(16, 16).view("V1"))
    bits = int(name[-1])
    expected = codes & (1 << bits) - 1
    if name[0] == "i":
        expected = np.where(expected >= 1 << bits - 1, expected.astype("i2") - (1 << bits), expected)
    found = loaded("a.npy", "--view", name)
    assert found.dtype == ("u1" if name[0] == "u" else "i1") and np.array_equal(found.reshape(-1), expected)


def test_decodes_wider_formats(folder):
    codes = np.arange(65536, dtype="<u2")
    np.save("a.npy", codes.reshape(256, 256).view("V2"))
    found = loaded("a.npy", "--view", "bfloat16")
    assert np.array_equal(found.reshape(-1), (codes.astype("u4") << 16).view("f4"), equal_nan=True)
    np.save("f.npy", np.asfortranarray(codes.reshape(256, 256).view("V2")))
    assert np.array_equal(loaded("f.npy", "--view", "bfloat16"), found, equal_nan=True)
    np.save("c.npy", np.arange(1000, dtype="<u4").view("V4"))
    halves = np.arange(1000, dtype="<u4").view("f2").astype("f4").view("c8")
    assert np.array_equal(loaded("c.npy", "--view", "complex32"), halves, equal_nan=True)
    e8m0 = loaded("--from", "raw", "--dtype", "float8_e8m0fnu", "-", stdin=bytes([0, 127, 130, 254, 255]))
    assert np.array_equal(e8m0, np.array([2.0**-127, 1, 8, 2.0**127, math.nan], "f4"), equal_nan=True)


def test_sees_elements_in_every_command(folder):
    values = np.array([[1.5, -2], [0.25, 3]], "f4")
    raw = (values.view("u4") >> 16).astype("u2")
    np.save("a.npy", raw.view("V2"))
    np.save("b.npy", values)
    np.savez_compressed("m.npz", w=raw.view("V2"))
    for address in ("a.npy", "m.npz:w", "m.npz"):
        assert run_npy("show", "--view", "bfloat16", address).decode() == str(values) + "\n"
    assert run_npy("show", "--view", "bfloat16", "a.npy[:, 1]").decode() == str(values[:, 1]) + "\n"
    assert json.loads(run_npy("stats", "--json", "--view", "bfloat16", "a.npy"))["max"] == 3
    run_npy("diff", "--view", "u2", "a.npy", "m.npz:w")
    assert json.loads(run_npy("plot", "--json", "--kind", "hist", "--view", "bfloat16", "a.npy"))
    assert np.array_equal(loaded("a.npy", "--view", "u2"), raw)
    assert np.array_equal(loaded("a.npy", "--view", "u1"), raw.view("u1"))
    assert np.array_equal(loaded("a.npy", "--view", "u4"), raw.view("u4"))
    run_npy("pack", "p.npz", "w=a.npy", "--view", "bfloat16")
    assert np.array_equal(np.load("p.npz")["w"], values)
    run_npy("cat", "--view", "bfloat16", "a.npy", "m.npz:w", "-o", "c.npy")
    assert np.array_equal(np.load("c.npy"), np.concatenate([values, values]))
    assert "4 bytes" in fails("show", "--view", "bfloat16", "b.npy")
    assert "--view" in fails("stats", "a.npy")
    assert "bfloat16" in fails("show", "--view", "bfloat", "a.npy", code=64)
    assert "divisor" in fails("show", "--view", "f16", "a.npy")


# Raw bytes

@pytest.mark.parametrize("shape, given", [((24,), None), ((4, 6), "4,6"), ((4, 6), "-1,6"), ((2, 3, 4), "2,-1,4"), ((0, 3), "0,3")], ids=str)
@pytest.mark.parametrize("dtype", ["f4", ">i2", "M8[s]", "i4,f8", "S3"])
def test_reads_and_writes_raw_bytes(folder, dtype, shape, given):
    count = math.prod(shape)
    array = np.frombuffer(bytes(range(256)) * 2, "u1")[:count * np.dtype(dtype).itemsize].view(dtype).reshape(shape)
    options = ["--shape", given] if given else []
    with open("r.dat", "wb") as file:
        file.write(b"header" + array.tobytes())
    found = loaded("--from", "raw", "--dtype", dtype, *options, "--offset", "6", "r.dat")
    assert found.dtype == array.dtype and found.shape == shape and found.tobytes() == array.tobytes()
    with open("r.dat", "wb") as file:
        file.write(array.tobytes("F"))
    found = loaded("--from", "raw", "--dtype", dtype, *options, "--raw-order", "F", "r.dat")
    assert found.tobytes() == array.tobytes() and (found.flags.f_contiguous or not array.size)
    for layout in (np.ascontiguousarray, np.asfortranarray):
        np.save("a.npy", layout(array))
        run_npy("convert", "a.npy", "out.raw")
        array.tofile("expected.raw")
        assert open("out.raw", "rb").read() == open("expected.raw", "rb").read()
    run_npy("convert", "a.npy", "out.bin", "--order", "F")
    assert open("out.bin", "rb").read() == array.tobytes("F")
    assert run_npy("convert", "a.npy", "-", "--to", "raw") == array.tobytes()


def test_raw_bytes_from_anywhere(folder):
    values = np.arange(6, dtype="f8")
    values.tofile("v.bin")
    with gzip.open("v.raw.gz", "wb") as file:
        file.write(values.tobytes())
    assert run_npy("show", "v.bin", "--dtype", "f8").decode() == str(values) + "\n"
    assert run_npy("show", "--from", "raw", "--dtype", "f8", "v.raw.gz").decode() == str(values) + "\n"
    assert run_npy("show", "--from", "raw", "--dtype", "f8", "--shape", "2,-1", "-", stdin=values.tobytes()).decode() \
        == str(values.reshape(2, 3)) + "\n"
    assert run_npy("show", "--from", "raw", "--dtype", "f8", "--shape", "2,3", "v.bin[1, ::-1]").decode() \
        == str(values.reshape(2, 3)[1, ::-1]) + "\n"
    assert run_npy("show", "--from", "raw", "--dtype", "f8", "--shape", "2", "v.bin").decode() == "[0. 1.]\n"


def test_refuses_raw_bytes_that_do_not_fit(folder):
    np.arange(6, dtype="f8").tofile("v.bin")
    assert "--dtype" in fails("show", "--from", "raw", "v.bin", code=64)
    assert "--from raw --dtype" in fails("show", "v.bin")
    assert "(7,)" in fails("show", "--from", "raw", "--dtype", "f8", "--shape", "7", "v.bin")
    assert "whole number" in fails("show", "--from", "raw", "--dtype", "f8", "--offset", "3", "v.bin")
    assert "whole number" in fails("show", "--from", "raw", "--dtype", "f8", "--shape", "4,-1", "v.bin")
    assert "49" in fails("show", "--from", "raw", "--dtype", "f8", "--offset", "49", "v.bin")
    for shape in ("-1,-1", "-2,3", "-1,0", "99999999999,99999999999,99999999999"):
        assert fails("show", "--from", "raw", "--dtype", "f8", "--shape", shape, "v.bin")
    assert "--raw-order" in fails("convert", "--from", "raw", "--dtype", "f8", "v.bin", "o.npy", "--order", "F", code=64)
    assert "--from raw" in fails("show", "--offset", "3", "v.npy", code=64)
    np.save("o.npy", np.array([None]))
    fails("convert", "o.npy", "o.raw")


# JSON

def tolist(array):
    """As the command writes it: NaN is null, complex numbers are pairs."""
    def value(item):
        if isinstance(item, list):
            return [value(inner) for inner in item]
        if isinstance(item, complex):
            return [value(item.real), value(item.imag)]
        if isinstance(item, float) and math.isnan(item):
            return None
        return item
    return value(array.tolist())


@pytest.mark.parametrize("array", [
    np.arange(24).reshape(2, 3, 4), np.array(5), np.zeros((0, 3)), np.zeros((2, 0, 3)), np.array([True, False]),
    np.array([1.5, np.nan, np.inf, -np.inf, 1e300, 5e-324, -0.0]), np.array([2**64 - 1], "u8"), np.array([1 + 2j, np.nan]),
    np.array(["a\"\\\n", "é☃𝄞", ""]), np.asfortranarray(np.arange(6).reshape(2, 3)), np.array([1, -1], ">i2"),
], ids=lambda array: f"{array.dtype}{array.shape}")
def test_values_as_json(folder, array):
    np.save("a.npy", array)
    text = run_npy("show", "--json-values", "a.npy")
    assert json.loads(text) == tolist(array)
    run_npy("convert", "a.npy", "a.json")
    assert open("a.json", "rb").read() == text
    # And back again, to the same array.
    options = ["--dtype", array.dtype.str.replace(">", "<")]
    found = loaded("a.json", *options)
    # Of an array without elements JSON keeps the axes up to the first of length 0.
    assert found.shape == (np.array(array.tolist()).shape if not array.size else array.shape)
    assert not array.size or np.array_equal(found, array, equal_nan=array.dtype.kind in "fc")


def test_json_of_what_json_does_not_have(folder):
    dates = np.array(["2020-02-29T12:00", "NaT"], "M8[m]")
    np.save("d.npy", dates)
    assert json.loads(run_npy("show", "--json-values", "d.npy")) == ["2020-02-29T12:00", None]
    np.save("t.npy", np.array([5, "NaT"], "m8[s]"))
    assert json.loads(run_npy("show", "--json-values", "t.npy")) == [5, None]
    np.save("f.npy", np.array([0.1, 1e10], "f4"))
    assert run_npy("show", "--json-values", "f.npy") == b"[0.1, 1e+10]\n"
    np.save("b.npy", np.array([b"ab", b"\xff"]))
    assert json.loads(run_npy("show", "--json-values", "b.npy")) == ["ab", "\xff"]
    records = np.array([(1, "x", [1.5, 2]), (2, "y", [3, np.nan])], [("a", "i4"), ("b", "U1"), ("c", "f8", (2,))])
    np.save("r.npy", records)
    assert json.loads(run_npy("show", "--json-values", "r.npy")) \
        == [{"a": 1, "b": "x", "c": [1.5, 2]}, {"a": 2, "b": "y", "c": [3, None]}]
    objects = np.empty(3, object)
    objects[:] = [None, {"k": [1, "a"]}, np.arange(2)]
    np.save("o.npy", objects)
    assert json.loads(run_npy("show", "--json-values", "o.npy")) == [None, {"k": [1, "a"]}, [0, 1]]
    assert "--json-values" in fails("show", "--json-values", "--repr", "d.npy", code=64)


@pytest.mark.parametrize("value", [
    [1, 2, 3], [[1, 2], [3, 4]], [1, 2.5], [True, False], [True, 2], [True, 2.5], ["a", "bcd"], 7, 1.5, "x", True, [[[1]]], [],
    [[], []], [1e400, 2], [2**63, 2**64 - 1], [-1, 2**63], [0.1, 1e-300, 123456789012345678],
], ids=str)
def test_arrays_from_json(folder, value):
    expected = np.array(value)
    if expected.dtype == object:
        expected = expected.astype("f8")
    text = json.dumps(value).replace("Infinity", "1e999").encode()
    for source in (["x.json"], ["--from", "json", "-"]):
        open("x.json", "wb").write(text)
        found = loaded(*source, stdin=text)
        assert found.dtype == expected.dtype and found.shape == expected.shape and np.array_equal(found, expected)


def test_documents_from_json(folder):
    open("d.json", "w").write('{"w": [1, 2], "n": {"k": [[true]]}, "s": "text"}')
    run_npy("convert", "d.json", "d.npz")
    found = np.load("d.npz")
    assert found["w"].tolist() == [1, 2] and found["n.k"].tolist() == [[True]]
    assert run_npy("show", "d.json:n.k") == b"[[ True]]\n"
    open("r.json", "w").write('[{"a": 1, "b": "x"}, {"b": "yy", "a": 2}]')
    assert loaded("r.json").tolist() == [(1, "x"), (2, "yy")]
    assert np.array_equal(loaded("--from", "json", "-", stdin=b"[1, null, NaN, -Infinity]"), [1, np.nan, np.nan, -np.inf], equal_nan=True)
    assert loaded("--from", "json", "-", "--dtype", "M8[D]", stdin=b'["2020-01-02"]').tolist() == np.array(["2020-01-02"], "M8[D]").tolist()


@pytest.mark.parametrize("text, place", [
    (b"[1, 2", 5), (b"[1,, 2]", 3), (b"[[1, 2], [3]]", 9), (b"[1, [2]]", 4), (b"[[1], 2]", 6), (b"[01]", 1), (b"[1] x", 4),
    (b'["a]', 1), (b'["\\q"]', 2), (b'{"a" 1}', 5), (b"[1, \"a\"]", 4), (b"nul", 0), (b'["\\ud800"]', 2), (b"", 0),
    (b"[+1]", 1), (b"[.5]", 1), (b'[{"a": 1}, {"b": 2}]', 11), (b"[" * 200, 100), (b'{"a": 1, "a": 2}', 9), (b'["\xff"]', 1),
])
def test_refuses_what_is_not_json(folder, text, place):
    message = fails("convert", "--from", "json", "-", "-", "--to", "npy", stdin=text)
    assert f"(byte {place})" in message and "standard input" in message


# Images

def test_writes_plain_images(folder):
    random = np.random.default_rng(1)
    arrays = {
        "gray": random.integers(0, 256, (5, 7), "u1"), "rgb": random.integers(0, 256, (6, 5, 3), "u1"),
        "rgba": random.integers(0, 256, (3, 4, 4), "u1"), "one": random.integers(0, 256, (5, 7, 1), "u1"),
    }
    for name, array in arrays.items():
        np.save(name + ".npy", array)
        run_npy("plot", "--image", name + ".npy", "-o", name + ".png")
        picture = decode_png(open(name + ".png", "rb").read())
        expected = array if array.ndim == 3 and array.shape[2] > 1 else np.repeat(array.reshape(5, 7, 1), 3, axis=2)
        assert np.array_equal(picture, expected)
    np.save("chw.npy", np.moveaxis(arrays["rgb"], 2, 0))
    assert np.array_equal(decode_png(run_npy("plot", "--image", "chw.npy", "-o", "-")), arrays["rgb"])
    np.save("f.npy", np.array([[0, 0.5], [1, np.nan]]))
    assert decode_png(run_npy("plot", "--image", "f.npy", "-o", "-"))[..., 0].tolist() == [[0, 128], [255, 0]]
    assert decode_png(run_npy("plot", "--image", "f.npy", "--range", "0,2", "-o", "-"))[..., 0].tolist() == [[0, 64], [128, 0]]
    np.save("b.npy", np.array([[True, False]]))
    assert decode_png(run_npy("plot", "--image", "b.npy", "-o", "-"))[..., 0].tolist() == [[255, 0]]
    assert decode_png(run_npy("plot", "--image", "f.npy", "--cmap", "viridis", "-o", "-"))[0, 0].tolist() == [0x44, 0x01, 0x54, 255]


def test_refuses_what_is_no_image(folder):
    np.save("line.npy", np.arange(5))
    np.save("deep.npy", np.zeros((5, 5, 5)))
    np.save("text.npy", np.array([["a"]]))
    np.save("good.npy", np.zeros((5, 5)))
    for name in ("line", "deep", "text"):
        fails("plot", "--image", name + ".npy", "-o", "x.png")
    assert "-o FILE.png" in fails("plot", "--image", "good.npy", code=64)
    for option in (("--width", "100"), ("--kind", "hist"), ("--title", "x"), ("--log",), ("--theme", "dark")):
        assert option[0] in fails("plot", "--image", "good.npy", "-o", "x.png", *option, code=64)


def test_json_lines(tmp_path):
    path = tmp_path / "l.json"
    rows = [{"a": n, "b": f"t{n}", "c": n / 4} for n in range(5)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = np.load(io.BytesIO(run_npy("convert", path, "-", "--to", "npy")))
    assert found.dtype.names == ("a", "b", "c") and found.tolist() == [tuple(row.values()) for row in rows]
    for values in ([1, 2, 3], [[1, 2.5], [3, 4]], ["x", "yy"]):
        path.write_text("\n".join(json.dumps(value) for value in values))
        found = np.load(io.BytesIO(run_npy("convert", path, "-", "--to", "npy")))
        np.testing.assert_array_equal(found, np.array(values), strict=True)
    for text, message in [("[1, 2] [3, 4]", b"text follows"), ("[1, 2]\n[3]\n", b"inhomogeneous"), ('{"a": 1}\n{"b": 2}\n', b"same fields")]:
        path.write_text(text)
        result = run_npy("convert", path, "-", "--to", "npy", check=False)
        assert result.returncode == 1 and message in result.stderr


def test_dates_in_json_and_back(tmp_path):
    for moments in (["2020-01-01", "NaT"], ["NaT", "1999-12-31"]):
        dates = np.array(moments, "M8[D]")
        np.save(tmp_path / "d.npy", dates)
        (tmp_path / "d.json").write_bytes(run_npy("show", tmp_path / "d.npy", "--json-values"))
        found = np.load(io.BytesIO(run_npy("convert", tmp_path / "d.json", "-", "--to", "npy", "--dtype", "M8[D]")))
        np.testing.assert_array_equal(found, dates, strict=True)


@pytest.mark.parametrize("kind", ["pkl", "json", "txt", "csv", "dict"])
def test_views_of_what_is_no_npy(folder, kind):
    """What NumPy's `view` makes of an array does not depend on the file that it comes from."""
    values = np.array([[1.5, -2.25, 0.1], [1e300, 3.0, 7.5]])
    name = {"pkl": "v.pkl", "json": "v.json", "txt": "v.txt", "csv": "v.csv", "dict": "d.pkl"}[kind]
    if kind == "json":
        with open(name, "w") as file:
            json.dump(values.tolist(), file)
    elif kind in ("txt", "csv"):
        np.savetxt(name, values, fmt="%.17g", delimiter="," if kind == "csv" else " ")
    else:
        with open(name, "wb") as file:
            pickle.dump({"x": values} if kind == "dict" else values, file)
    address = name + (":x" if kind == "dict" else "")
    np.save("v.npy", values)
    for view in ["i8", "u4", "V8", "S4"]:
        np.testing.assert_array_equal(loaded(address, "--view", view), values.view(view), strict=True)
        run_npy("diff", "--view", view, address, "v.npy")
    assert run_npy("show", "--view", "i8", address + "[1]").decode() == str(values.view("i8")[1]) + "\n"
    assert json.loads(run_npy("stats", "--json", "--view", "i8", address))["max"] == values.view("i8").max()
    run_npy("convert", "--view", "i8", name, "o.npz", *([] if kind == "dict" else ["--name", "x"]))
    np.testing.assert_array_equal(np.load("o.npz")["x"], values.view("i8"), strict=True)
    run_npy("convert", "--view", "i8", address, "o.pkl")
    with open("o.pkl", "rb") as file:
        np.testing.assert_array_equal(pickle.load(file), values.view("i8"), strict=True)
    if kind == "dict":
        with open("two.pkl", "wb") as file:
            pickle.dump({"x": values, "n": 1}, file)
        assert b"dict" in run_npy("convert", "--view", "i8", "two.pkl", "o.pkl", check=False).stderr


def test_objects_have_no_view(folder):
    np.save("o.npy", np.array([1, "x"], dtype=object))
    with open("o.pkl", "wb") as file:
        pickle.dump(np.array([1, "x"], dtype=object), file)
    for name in ["o.npy", "o.pkl"]:
        result = run_npy("show", "--view", "i8", name, check=False)
        assert result.returncode == 1 and result.stderr, result


WARNED = [("f8", [1.5, float("nan")], "i4"), ("f8", [1e20], "i8"), ("f8", [-1e30, 2], "i2"), (">f4", [float("inf")], "u1"),
          ("f8", [70000.0], "f2"), ("f8", [1.0, float("nan"), 1e300], "f4"), ("i8", [70000], "f2"), ("c16", [1 + 2j], "f8"),
          ("c8", [1], "i4"), ("c16", [1e300j], "c8"), (">c16", [1e300], "c8"), ("f8", [-1e300], "c8")]
SILENT = [("f8", [1.9, -2147483648.5], "i4"), ("f8", [float("inf"), float("nan")], "f4"), ("f8", [65519.0], "f2"),
          ("f4", [0.0, 255.9], "u1"), ("i8", [300], "i1"), ("c16", [1 + 2j], "c8"), ("f8", [9.2e18], "i8"), ("f8", [], "i4"),
          ("c16", [complex("inf"), complex("nan")], "c8"), ("f8", [float("nan"), 1], "?"), ("c16", [1e300], "U5")]


@pytest.mark.parametrize("dtype, values, wanted", WARNED + SILENT)
@pytest.mark.parametrize("size", [1, 400_000])
def test_casts_that_lose_values_say_so(tmp_path, dtype, values, wanted, size):
    """In NumPy's words, once for a file, in memory or run by run."""
    array = np.array(values * size if len(values) else [], dtype)
    with warnings.catch_warnings(record=True) as known:
        warnings.simplefilter("always")
        expected = array.astype(wanted)
    np.save(tmp_path / "x.npy", array)
    np.savez(tmp_path / "x.npz", x=array)
    for source, target in (("x.npy", "y.npy"), ("x.npz", "y.npz"), ("x.npz", "y.pkl"), ("x.npy", "y.npz")):
        result = run_npy("convert", str(tmp_path / source), str(tmp_path / target), "--astype", wanted, check=False)
        assert result.returncode == 0, result
        words = result.stderr.decode()
        assert words.count("\n") == len({str(w.message) for w in known}), (words, known)
        for warning in known:
            assert str(warning.message) in words
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), expected)


@pytest.mark.parametrize("code", ["f4", "f8", "i2", "u4", "c8", "c16", "M8[s]", "m8[D]", "U3", "S3", "?", "f2"])
@pytest.mark.parametrize("order", "<>")
def test_bytes_of_elements_as_void(tmp_path, code, order):
    """NumPy makes elements native before it takes their bytes."""
    values = ["ab", "é", ""] if code == "U3" else ["ab", "c", ""] if code == "S3" else [1, 0, 1]
    array = np.array(values).astype(code).astype(np.dtype(code).newbyteorder(order))
    np.save(tmp_path / "x.npy", array)
    for size in {1, 3, array.itemsize, array.itemsize + 2}:
        run_npy("convert", tmp_path / "x.npy", tmp_path / "o.npy", "--astype", f"V{size}")
        expected = array.astype(f"V{size}")
        found = np.load(tmp_path / "o.npy")
        assert found.dtype == expected.dtype and found.tobytes() == expected.tobytes(), size
