"""Random dtype descriptors in headers: read where NumPy reads them, as NumPy reads them, and refused where it refuses."""
import json
import random
import warnings

import numpy as np
import pytest

from conftest import run_npy

NAMES = """bool int8 int16 int32 int64 uint8 uint64 float16 float32 float64 float128 half single double float int intp uint byte
ubyte short intc long longlong csingle cdouble clongdouble complex complex64 complex128 object str bytes void str_ bytes_ bool_
datetime64 timedelta64 longdouble uintp ulong object_ unicode int_ float_""".split()
CODES = "?bBhHiIlLqQpPnNefdgFDGSaUVMmOc"
UNITS = "Y M W D h m s ms us ns ps fs as generic μs B".split()
SHAPES = [(), (1,), (2,), (2, 3), (0,), (0, 1), 3, (1, 1)]


class Headers:
    """Descriptors made of all that NumPy's notation has, and a little that it has not."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def notation(self):
        choose = self.random.choice
        kind = self.random.randrange(9)
        order = choose(["", "", "<", ">", "=", "|"])
        if kind == 0:
            return order + choose(NAMES)
        if kind == 1:
            return order + choose(CODES)
        if kind == 2:
            return order + choose("bBiufcSaUVOMm") + choose(["1", "2", "4", "8", "16", "32", "0", "3", "10", "+4", " 4", "04", "-1"])
        if kind == 3:
            # A step of no length is refused here, and a division by 0 ends NumPy's process.
            unit = choose(["", "", "1", "25", "-3", "10", "+2", " 5"]) + choose(UNITS) + choose(["", "", "/3", "/12"])
            return order + choose(["M8", "m8", "datetime64", "timedelta64", "M", "m"]) + f"[{unit}]"
        if kind == 4:
            repeats = choose(["", "2", "3", "10", "0", "(2,)", "(2,3)", "()", "(0,)", "(1,)", "(2)", "( 2 , 3 )", "( 2, 3)"])
            return order + repeats + choose(["", "<", ">", "|", " "]) + self.notation()
        if kind == 5:
            return ",".join(self.notation() for _ in range(choose([1, 2, 2, 3]))) + choose(["", "", " ", ","])
        return order + choose(["f8", "i4", "u1", "S3", "U2", "b1", "c8", "f4", "i8"])

    def descriptor(self, depth=0):
        choose = self.random.choice
        kind = self.random.randrange(8)
        if kind < 3 or depth > 2:
            return self.notation()
        if kind == 3:
            return (self.descriptor(depth + 1), choose(SHAPES))
        fields = []
        for _ in range(choose([1, 1, 2, 3])):
            name = choose(["a", "b", "c", "", "f0", "f1", ("T", "a"), ("", "b"), "é", "x y", "☃"])
            inner = self.descriptor(depth + 1)
            fields.append((name, inner) if self.random.random() < 0.7 else (name, inner, choose(SHAPES)))
        return fields

    def header(self):
        choose = self.random.choice
        shape = choose([(), (1,), (2,), (3,), (2, 3), (0,), (2, 0), (1, 2, 3)])
        entries = [f"'descr': {self.descriptor()!r}", f"'fortran_order': {choose([True, False])}", f"'shape': {shape!r}"]
        if self.random.random() < 0.05:
            self.random.shuffle(entries)
        return "{" + ", ".join(entries) + choose([", }", "}"]) + (choose(["# x", "  ", "#é", "\n"]) if self.random.random() < 0.03 else "")


def file_of(text):
    try:
        encoded, version = text.encode("latin1"), 1
    except UnicodeError:
        encoded, version = text.encode(), 3
    size = 2 if version == 1 else 4
    encoded += b" " * (63 - (8 + size + len(encoded)) % 64) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + len(encoded).to_bytes(size, "little") + encoded


def described(dtype):
    """As the command's JSON tells dtypes."""
    if dtype.subdtype:
        return [described(dtype.subdtype[0]), list(dtype.subdtype[1])]
    if dtype.names is None:
        return dtype.str
    entries, offset = [], 0
    for name in dtype.names:
        inner, start, *title = dtype.fields[name]
        if start > offset:
            entries.append(["", f"|V{start - offset}"])
        key = [title[0], name] if title else name
        entries.append([key, *(described(inner) if inner.subdtype else [described(inner)])])
        offset = start + inner.itemsize
    if dtype.itemsize > offset:
        entries.append(["", f"|V{dtype.itemsize - offset}"])
    return entries


@pytest.mark.parametrize("seed", range(3))
def test_random_headers(tmp_path, monkeypatch, seed):
    monkeypatch.chdir(tmp_path)
    headers = Headers(seed)
    texts = [headers.header() for _ in range(1200)]
    for number, text in enumerate(texts):
        # As many bytes as any of these arrays needs.
        (tmp_path / f"{number}.npy").write_bytes(file_of(text) + bytes(40_000))
    result = run_npy("info", "--json", *[f"{number}.npy" for number in range(len(texts))], check=False)
    assert result.returncode == 1 and not result.stderr
    read = refused = 0
    for text, path, found in zip(texts, range(len(texts)), json.loads(result.stdout), strict=True):
        try:
            with open(f"{path}.npy", "rb") as file, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                version = np.lib.format.read_magic(file)
                header = {(1, 0): np.lib.format.read_array_header_1_0, (3, 0): read_version_3}[version](file)
        except Exception:
            header = None
        if "error" in found:
            refused += 1
            # A number behind a subarray without elements, which NumPy takes for the size of its elements.
            is_sized = "invalid itemsize in generic type tuple" in found["error"]["message"]
            assert header is None or is_sized, (text, found["error"], header)
            continue
        read += 1
        assert header is not None, (text, found)
        shape, is_fortran, dtype = header
        assert (found["shape"], found["fortran_order"]) == (list(shape), is_fortran), text
        assert found["dtype"] == described(dtype), text
    assert read > 300 and refused > 200


def read_version_3(file):
    from numpy.lib import _format_impl
    return _format_impl._read_array_header(file, (3, 0))
