"""Files that are cut short, broken in a part, or written against the rules: what is there is read, and nothing is made up."""
import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import struct
import tarfile
import zipfile
import zlib

import numpy as np
import pytest

from conftest import run_npy


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments, code, stdin=None):
    result = run_npy(*arguments, check=False, stdin=stdin)
    assert result.returncode == code, result
    return result.stdout.decode(), result.stderr.decode()


def saved(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def cut(path, count):
    with open(path, "r+b") as file:
        file.truncate(count)


# Arrays that are cut short

@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("dtype, shape", [("f8", (100, 4)), ("i2", (30,)), ("i4,f4", (9, 2, 3))], ids=str)
def test_rows_of_a_cut_array(folder, dtype, shape, order):
    raw = np.arange(np.prod(shape) * np.dtype(dtype).itemsize, dtype="u2").astype("u1")
    array = raw.view(dtype).reshape(shape, order=order)
    content = saved(array)
    isf = order == "F" and len(shape) > 1
    rows = shape[-1] if isf else shape[0]
    row = array.nbytes // rows
    start = len(content) - array.nbytes
    for whole in (0, 1, rows // 2, rows - 1):
        with open("cut.npy", "wb") as file:
            file.write(content[:start + whole * row + row // 2])
        out, error = run("info", "cut.npy", code=1)
        parts = "rows" if not isf else "columns" if len(shape) == 2 else "parts along the last axis"
        assert f"{whole} of {rows} {parts}" in out and str(shape) in out and "seems not fully written" in error
        description = json.loads(run("info", "--json", "cut.npy", code=1)[0])
        assert description["whole_rows"] == whole and description["shape"] == list(shape)
        assert run("ls", "cut.npy", code=1)[0]
        _, error = run("convert", "cut.npy", "out.npy", code=1)
        assert "--recover" in error and not os.path.exists("out.npy")
        _, error = run("convert", "--recover", "cut.npy", "out.npy", code=0)
        assert f"{whole} of {rows} {parts}" in error
        expected = array[..., :whole] if isf else array[:whole]
        found = np.load("out.npy")
        assert found.dtype == array.dtype and found.tobytes() == expected.tobytes() and found.shape == expected.shape
        os.remove("out.npy")
        # Parts that are there are read, others not.
        if whole > 1:
            part = f"...,:{whole}" if isf else f":{whole}"
            there = array[..., :whole] if isf else array[:whole]
            assert run("show", f"cut.npy[{part}]", code=0)[0] == str(there) + "\n"
        last = f"...,{whole}" if isf else str(whole)
        assert "seems not fully written" in run("show", f"cut.npy[{last}]", code=1)[1]
        assert "seems not fully written" in run("stats", "cut.npy", code=1)[1]


def test_recovers_from_streams_and_compressed_files(folder):
    array = np.random.default_rng(1).integers(0, 100, (500, 4))
    content = saved(array)
    packed = gzip.compress(content)
    with open("cut.npy.gz", "wb") as file:
        file.write(packed[:len(packed) // 2])
    run("convert", "--recover", "cut.npy.gz", "out.npy", code=0)
    found = np.load("out.npy")
    assert 100 < len(found) < 400 and np.array_equal(found, array[:len(found)])
    run("convert", "--recover", "-", "piped.npy", code=0, stdin=content[:-3000])
    found = np.load("piped.npy")
    assert np.array_equal(found, array[:(16000 - 3000) // 32])
    # A header over bytes that are not there takes no memory.
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 1000), }".ljust(117) + b"\n"
    with open("huge.npy", "wb") as file:
        file.write(b"\x93NUMPY\1\0" + struct.pack("<H", 118) + header + bytes(16000))
    assert run("show", "huge.npy[:90000000000]", code=1)[1]
    run("convert", "--recover", "huge.npy", "small.npy", code=0)
    assert np.load("small.npy").shape == (2, 1000)


# Archives whose directory is lost

@pytest.fixture
def arrays():
    random = np.random.default_rng(2)
    return {"a": np.arange(400.).reshape(100, 4), "b/c": np.arange(50), "last": random.integers(0, 9, 5000)}


@pytest.mark.parametrize("writer", ["savez", "savez_compressed", "ours", "ours compressed", "streamed"])
def test_members_without_a_directory(folder, arrays, writer):
    if writer.startswith("ours"):
        for number, (name, array) in enumerate(arrays.items()):
            np.save(f"{number}.npy", array)
        options = ["--compress"] if writer.endswith("compressed") else []
        run("pack", "x.npz", *[f"{name}={number}.npy" for number, name in enumerate(arrays)], *options, code=0)
    elif writer == "streamed":
        class Pipe(io.RawIOBase):
            def __init__(self):
                self.bytes = b""

            def writable(self):
                return True

            def write(self, data):
                self.bytes += bytes(data)
                return len(data)
        pipe = Pipe()
        np.savez(pipe, **arrays)
        open("x.npz", "wb").write(pipe.bytes)
    else:
        getattr(np, writer)("x.npz", **arrays)
    content = open("x.npz", "rb").read()
    directory = content.index(b"PK\1\2")
    for end in (directory, directory - 100, directory - (3000 if "compressed" in writer else 30000) // 3):
        open("cut.npz", "wb").write(content[:end])
        assert "--recover" in run("ls", "cut.npz", code=1)[1]
        assert "--recover" in run("convert", "cut.npz", "out.npz", code=1)[1]
        out, error = run("ls", "--recover", "cut.npz", code=0)
        assert len(out.splitlines()) == 3 and "directory" in error
        run("convert", "--recover", "cut.npz", "out.npz", code=0)
        with np.load("out.npz") as found:
            assert found.files == list(arrays)
            for name in ("a", "b/c"):
                assert np.array_equal(found[name], arrays[name])
            rest = found["last"]
            assert len(rest) == 5000 if end == directory else 500 < len(rest) < 5000
            assert np.array_equal(rest, arrays["last"][:len(rest)])
        assert run("show", "--recover", "cut.npz:b/c[:3]", code=0)[0] == "[0 1 2]\n"
        _, error = run("unpack", "--recover", "cut.npz", "-C", "out", "--force", code=0)
        assert np.array_equal(np.load("out/a.npy"), arrays["a"])
        assert np.array_equal(np.load("out/last.npy"), rest) and ("cut short" in error) == (end != directory)


def test_a_changed_byte_is_not_recovered(folder, arrays):
    np.savez("x.npz", **arrays)
    content = bytearray(open("x.npz", "rb").read())
    content[content.index(b"b/c.npy") + 250] ^= 1
    open("x.npz", "wb").write(content)
    assert "checksum" in run("convert", "--recover", "x.npz", "out.npz", code=1)[1]
    assert "checksum" in run("convert", "--recover", "--skip-bad", "x.npz", "out.npz", code=1)[1]
    assert np.load("out.npz").files == ["a", "last"]


# One bad member

@pytest.fixture
def basket(folder, arrays):
    """An archive with good members, and each way in which one can be bad."""
    with zipfile.ZipFile("x.npz", "w") as archive:
        archive.writestr("good.npy", saved(arrays["a"]))
        archive.writestr("dtype.npy", saved(arrays["b/c"]).replace(b"'<i8'", b"'<i7'"))
        archive.writestr("short.npy", saved(arrays["b/c"])[:-9])
        archive.writestr("nothing.npy", b"no array")
        archive.writestr("meta.json", '{"k": 1}')
        archive.writestr("crc.npy", saved(arrays["last"]))
        archive.writestr("also.npy", saved(arrays["last"]))
    content = bytearray(open("x.npz", "rb").read())
    content[content.index(b"crc.npy") + 3000] ^= 255
    open("x.npz", "wb").write(content)
    return folder


def test_a_bad_member_does_not_hide_the_rest(basket, arrays):
    for command in ("ls", "info"):
        out, error = run(command, "x.npz", code=1)
        for name in ("good", "dtype", "short", "meta.json", "crc", "also"):
            assert name in out
        assert "x.npz:dtype: " in error and "x.npz:short: " in error
    objects = json.loads(run("info", "--json", "x.npz", code=1)[0])["members"]
    assert [entry["name"] for entry in objects if "error" in entry] == ["dtype", "short"]
    for command in ("stats", "show"):
        out, error = run(command, "x.npz", code=1)
        assert "good" in out and "also" in out
        for name in ("dtype", "short", "nothing", "crc"):
            assert f"x.npz:{name}" in error
    rows = json.loads(run("stats", "--json", "x.npz", code=1)[0])
    assert {row["file"] for row in rows if "error" in row} == {f"x.npz:{name}" for name in ("dtype", "short", "nothing", "crc")}
    rows = [row for row in rows if "error" not in row]
    assert [row["file"] for row in rows] == ["x.npz:good", "x.npz:also"]
    assert rows[1]["mean"] == pytest.approx(arrays["last"].mean())
    out, _ = run("check", "x.npz", code=1)
    for name in ("dtype", "short", "nothing", "crc"):
        assert any(line.startswith("error") and name in line for line in out.splitlines())


def test_differences_beside_bad_members(basket, arrays):
    np.savez("other.npz", good=arrays["a"], also=arrays["last"] + 1, dtype=arrays["b/c"], short=arrays["b/c"], crc=arrays["last"])
    for operands in [("x.npz", "other.npz"), ("other.npz", "x.npz")]:
        out, error = run("diff", *operands, code=2)
        assert "also" in out and "good" not in out, out
        for name in ("dtype", "short", "crc"):
            assert f"x.npz:{name}" in error


def test_conversion_leaves_out_what_is_bad(basket, arrays):
    assert "--skip-bad" in run("convert", "x.npz", "out.npz", code=1)[1]
    assert not os.path.exists("out.npz")
    _, error = run("convert", "--skip-bad", "x.npz", "out.npz", code=1)
    for name in ("dtype", "short", "crc"):
        assert f"x.npz:{name}" in error
    with np.load("out.npz") as found:
        assert [name for name in found.files if name != "nothing"] == ["good", "meta.json", "also"]
        assert np.array_equal(found["also"], arrays["last"]) and found["meta.json"] == b'{"k": 1}'
    run("unpack", "x.npz", "-C", "all", code=1)
    _, error = run("unpack", "--skip-bad", "--force", "x.npz", "-C", "all", code=1)
    assert "crc" in error and sorted(os.listdir("all")) == ["also.npy", "dtype.npy", "good.npy", "meta.json", "nothing.npy", "short.npy"]
    np.save("a.npy", arrays["a"])
    assert "--skip-bad" in run("convert", "--skip-bad", "a.npy", "out.npz", code=64)[1]


def test_bytes_of_other_members(basket):
    assert run("show", "x.npz:meta.json", code=0)[0] == "b'{\"k\": 1}'\n"
    assert "npy show" in run("info", "x.npz:meta.json", code=1)[1]
    assert run("stats", "x.npz:meta.json", code=1)[1]


# Headers against the rules

def file_of(text, data, version=1):
    text = text.encode("utf-8" if version == 3 else "latin1")
    size = 2 if version == 1 else 4
    text = text.ljust(64 * (1 + (8 + size + len(text)) // 64) - 8 - size - 1) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + len(text).to_bytes(size, "little") + text + data


CLEAR = [
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (np.int64(3),)}", "f8", (3,)),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (numpy.int32(1), 3)}", "f8", (1, 3)),
    ("{'descr': '<f8', 'fortran_order': np.False_, 'shape': (3)}", "f8", (3,)),
    ("{'descr': '<f8', 'fortran_order': 0, 'shape': [3]}", "f8", (3,)),
    ("{'descr': ('<f8', {'vlen': <class 'bytes'>}), 'fortran_order': False, 'shape': (3,)}", "f8", (3,)),
    ("{'descr': [('a', ('<f4', {'unit': 'm'})), ('b', '<i4')], 'fortran_order': False, 'shape': (3,)}", "f4,i4", (3,)),
    ("{'descr': <class 'numpy.float64'>, 'fortran_order': False, 'shape': (3,)}", "f8", (3,)),
    ("{'descr': np.dtype('<f8'), 'fortran_order': False, 'shape': (3,)}", "f8", (3,)),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'note': 'x'}", "f8", (3,)),
    ("{'descr': {'names': ['f0'], 'formats': ['<i4'], 'offsets': [4], 'itemsize': 8}, 'fortran_order': False, 'shape': (3,)}",
     {"names": ["f0"], "formats": ["<i4"], "offsets": [4], "itemsize": 8}, (3,)),
]


@pytest.mark.parametrize("text, dtype, shape", CLEAR, ids=[text[10:40] for text, _, _ in CLEAR])
def test_reads_what_is_clear_if_told_to(folder, text, dtype, shape):
    data = np.arange(3.).tobytes()
    open("x.npy", "wb").write(file_of(text, data))
    with pytest.raises(ValueError):
        np.load("x.npy")
    expected = np.frombuffer(data, dtype).reshape(shape)
    for command in (["show", "x.npy"], ["stats", "x.npy"], ["check", "x.npy"], ["info", "x.npy"], ["diff", "x.npy", "x.npy"]):
        out, error = run(*command, code=2 if command[0] == "diff" else 1)
        assert "--lenient reads it" in out + error
    run("convert", "--lenient", "x.npy", "out.npy", code=0)
    found = np.load("out.npy")
    assert found.shape == shape and found.tolist() == expected.tolist()
    run("diff", "--lenient", "x.npy", "out.npy", code=0)
    run("info", "--lenient", "x.npy", code=0)


@pytest.mark.parametrize("text", [
    "{'descr': '<f8', 'fortran_order': False, 'shape': (3.0,)}", "{'descr': '<f9', 'fortran_order': False, 'shape': (3,)}",
    "{'descr': '<f8', 'fortran_order': 'no', 'shape': (3,)}", "{'descr': '<f8', 'shape': (3,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (-3,)}", "{'descr': '<f8', 'fortran_order': False, 'shape': (f(1, 2),)}",
    "{'descr': open('x'), 'fortran_order': False, 'shape': (3,)}", "[1, 2]", "", "{'descr': '<f8'", "np.", "np.int64(", "<class 'x'",
])
def test_reads_nothing_into_what_is_not_clear(folder, text):
    open("x.npy", "wb").write(file_of(text, bytes(24)))
    _, error = run("show", "x.npy", code=1)
    assert "--lenient" not in error
    assert run("show", "--lenient", "x.npy", code=1)[1]


def test_elements_that_headers_name(folder):
    # ml_dtypes writes '<f1' for float8_e5m2; other programs write names.
    open("e.npy", "wb").write(file_of("{'descr': '<f1', 'fortran_order': False, 'shape': (3,)}", bytes([0x3C, 0x40, 0xC0])))
    open("b.npy", "wb").write(file_of("{'descr': 'bfloat16', 'fortran_order': False, 'shape': (2,)}", bytes([0, 0x40, 0x80, 0x3F])))
    assert "float8_e5m2" in run("show", "e.npy", code=1)[1]
    assert run("show", "--lenient", "e.npy", code=0)[0] == "[ 1.  2. -2.]\n"
    assert run("show", "--view", "float8_e4m3fn", "e.npy", code=0)[0] == "[ 1.5  2.  -2. ]\n"
    assert "bfloat16" in run("info", "--lenient", "b.npy", code=0)[0]
    assert run("show", "--lenient", "b.npy", code=0)[0] == "[2. 1.]\n"


def test_messages_name_the_options(folder):
    long = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}" + " " * 20000
    open("x.npy", "wb").write(file_of(long, np.arange(3.).tobytes()))
    for command in (["show", "x.npy"], ["info", "x.npy"], ["check", "x.npy"], ["stats", "x.npy"], ["pack", "o.npz", "x.npy"],
                    ["cat", "x.npy", "-o", "o.npy"], ["sizes", "x.npy"], ["plot", "--json", "x.npy"], ["convert", "x.npy", "o.csv"]):
        out, error = run(*command, code=1)
        assert "--max-header-size" in out + error, command
        run(*command, "--max-header-size", "30000", code=0)


# Archives that only Python reads

def test_archives_that_only_python_reads(folder, arrays):
    np.savez("x.npz", **arrays)
    content = open("x.npz", "rb").read()
    directory, end = content.index(b"PK\1\2"), content.rindex(b"PK\5\6")
    broken = {
        "disk": content[:end + 4] + b"\1\0" + content[end + 6:],
        "comment": content[:end + 20] + b"\x10\0" + b"cut",
        "local crc": content[:14] + b"\1\2\3\4" + content[18:],
        "local flags": content[:6] + b"\x08\0" + content[8:],
        "disk of a member": content[:directory + 34] + b"\1\0" + content[directory + 36:],
    }
    for name, bytes_ in broken.items():
        open("y.npz", "wb").write(bytes_)
        with np.load("y.npz") as found:
            assert np.array_equal(found["a"], arrays["a"])
        _, error = run("convert", "y.npz", "out.npz", code=1)
        assert "--lenient" in error, name
        run("convert", "--lenient", "y.npz", "out.npz", code=0)
        with np.load("out.npz") as found:
            assert all(np.array_equal(found[key], value) for key, value in arrays.items()), name


# Tar archives

@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_archives_of_arrays(folder, arrays, form):
    names = {"000/img": arrays["a"], "d" * 90 + "/" + "n" * 60: arrays["b/c"], "001.lab": arrays["last"]}
    with tarfile.open("x.tar", "w", format=form) as archive:
        folder_entry = tarfile.TarInfo("000")
        folder_entry.type = tarfile.DIRTYPE
        archive.addfile(folder_entry)
        for name, array in names.items():
            content = saved(array)
            entry = tarfile.TarInfo(name + ".npy")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        entry = tarfile.TarInfo("000/meta.json")
        entry.size = 8
        archive.addfile(entry, io.BytesIO(b'{"k": 1}'))
    out, _ = run("ls", "x.tar", code=0)
    assert len(out.splitlines()) == 4
    assert "tar" in run("info", "x.tar", code=0)[0]
    assert run("show", "x.tar:000/img.npy[1, :2]", code=0)[0] == "[4. 5.]\n"
    assert run("show", "x.tar:001.lab[:2]", code=0)[0] == str(arrays["last"][:2]) + "\n"
    assert run("show", "x.tar:000/meta.json", code=0)[0] == "b'{\"k\": 1}'\n"
    assert json.loads(run("stats", "--json", "x.tar:000/img", code=0)[0])["max"] == 399
    run("convert", "x.tar", "out.npz", code=0)
    with np.load("out.npz") as found:
        assert found.files == [*names, "000/meta.json"]
        assert all(np.array_equal(found[name], array) for name, array in names.items())
    run("diff", "x.tar", "out.npz", code=0)
    run("check", "x.tar", code=0)
    run("unpack", "x.tar", "-C", "out", code=0)
    assert np.array_equal(np.load("out/000/img.npy"), arrays["a"])
    with open("x.tar", "rb") as file:
        content = file.read()
    assert run("show", "-:001.lab[:2]", code=0, stdin=content)[0] == str(arrays["last"][:2]) + "\n"
    open("cut.tar", "wb").write(content[:1500])
    assert run("ls", "cut.tar", code=1)[1]


def deflated(content, behind):
    """An archive of one deflated member, with bytes behind the compressed data that its sizes include."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush() + behind
    sizes = struct.pack("<III", zlib.crc32(content), len(packed), len(content))
    local = b"PK\3\4" + struct.pack("<HHHHH", 20, 0, 8, 0, 0x21) + sizes + struct.pack("<HH", 5, 0) + b"x.npy" + packed
    entry = b"PK\1\2" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0x21) + sizes + struct.pack("<HHHHHII", 5, 0, 0, 0, 0, 0, 0) + b"x.npy"
    return local + entry + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), len(local), 0)


@pytest.mark.parametrize("count", [0, 1, 5000, 100_000])
def test_check_tells_what_follows_compressed_data(folder, count):
    open("x.npz", "wb").write(deflated(saved(np.arange(1000)), b"R" * count))
    assert np.load("x.npz")["x"][999] == 999
    out, _ = run("check", "x.npz", code=0)
    assert (f"{count} bytes follow the compressed data" in out) == (count > 0)
    run("check", "--strict", "x.npz", code=1 if count else 0)


def test_long_dtypes_are_cut_where_people_read(folder):
    np.save("x.npy", np.zeros(2, [(f"field{number}", "f4") for number in range(3000)]))
    for command in ("info", "ls"):
        out, _ = run(command, "--max-header-size", "99999", "x.npy", code=0)
        assert len(out) < 2000 and "3,000 fields" in out
    assert len(json.loads(run("info", "--json", "--max-header-size", "99999", "x.npy", code=0)[0])["dtype"]) == 3000
    assert len(run("plot", "--max-header-size", "99999", "x.npy", code=1)[1]) < 1000


@pytest.mark.skipif(not os.path.exists("/proc/self/mounts"), reason="no /proc")
def test_reads_what_the_kernel_makes_up(folder):
    out, _ = run("show", "/proc/self/stat", "--from", "txt", "--dtype", "U9", "--usecols", "0", "--ndmin", "1", code=0)
    assert out.strip("[]'\n").isdigit()


@pytest.mark.parametrize("names", [("a/b.npy", "a//b.npy"), ("a", "a/b.npy"), ("a/b.npy", "a"), ("x/y", "x/y/z.npy")])
@pytest.mark.parametrize("options", [(), ("--force",)])
def test_members_that_would_be_one_file(folder, arrays, names, options):
    with zipfile.ZipFile("x.npz", "w") as archive:
        for name in names:
            archive.writestr(name, saved(arrays["a"]))
    _, error = run("unpack", *options, "-C", "out", "x.npz", code=1)
    assert error.count("\n") == 1 and "--skip-bad" in error and not os.path.exists("out")
    run("unpack", *options, "--skip-bad", "-C", "out", "x.npz", code=1)
    assert sum(len(files) for _, _, files in os.walk("out")) == 1


# Text, and models, that are cut short

@pytest.mark.parametrize("open_, name", [(gzip.compress, "t.csv.gz"), (bz2.compress, "t.txt.bz2"), (lzma.compress, "t.tsv.xz")])
def test_recovers_the_rows_of_compressed_text(folder, open_, name):
    random = np.random.default_rng(6)
    array = random.integers(0, 1000, (80000, 4))
    delimiter = {"csv": ",", "txt": " ", "tsv": "\t"}[name.split(".")[1]]
    text = io.BytesIO()
    np.savetxt(text, array, "%d", delimiter=delimiter)
    packed = open_(text.getvalue())
    with open(name, "wb") as file:
        file.write(packed[:len(packed) * 3 // 4])
    run("convert", name, "out.npy", code=1)
    _, error = run("convert", "--recover", name, "out.npy", code=0)
    found = np.load("out.npy")
    assert "cut short" in error and 0 < len(found) < len(array) and np.array_equal(found, array[:len(found)])
    run("convert", "--recover", name, "part.npy", "--max-rows", 10, code=0)
    assert np.array_equal(np.load("part.npy"), array[:10])
    with open(name, "wb") as file:
        file.write(packed)
    _, error = run("convert", "--recover", name, "out.npy", code=0)
    assert error == "" and np.array_equal(np.load("out.npy"), array)


def test_recovers_the_tensors_of_gguf(folder):
    tensors = [(f"t{number}", (40,), 0, np.arange(40, dtype="<f4").tobytes()) for number in range(5)]
    content = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), 0)
    offset = 0
    for name, shape, kind, data in tensors:
        content += struct.pack("<Q", len(name)) + name.encode() + struct.pack("<I", len(shape))
        content += b"".join(struct.pack("<Q", length) for length in shape) + struct.pack("<IQ", kind, offset)
        offset += len(data)
    content = content.ljust((len(content) + 31) // 32 * 32, b"\0")
    data = b"".join(tensor[3] for tensor in tensors)
    with open("m.gguf", "wb") as file:
        file.write(content + data)
    assert run("check", "m.gguf", code=0)[0] == "ok: m.gguf\n"
    cut("m.gguf", len(content) + len(data) - 170)
    for command in (["ls", "m.gguf"], ["convert", "m.gguf", "o.npz"]):
        _, error = run(*command, code=1)
        assert "cut short" in error and "--recover" in error
    assert "--recover" not in run("check", "m.gguf", code=1)[0]
    _, error = run("convert", "--recover", "m.gguf", "o.npz", code=0)
    assert "3 of 5 tensors" in error
    with np.load("o.npz") as found:
        assert found.files == ["t0", "t1", "t2"] and np.array_equal(found["t2"], np.arange(40, dtype="f4"))
    cut("m.gguf", 60)
    assert "cut short" in run("ls", "m.gguf", code=1)[1]
    with open("m.gguf", "wb") as file:
        file.write(content + data + b"twenty bytes of more")
    assert "warning: m.gguf: bytes follow the tensors" in run("check", "m.gguf", code=0)[0]


@pytest.mark.parametrize("magic", [0x67676a74, 0x67676d6c, 0x67676d66, 0x67676c61])
def test_models_before_gguf(folder, magic):
    for order in "<>":
        with open("m.ggml", "wb") as file:
            file.write(struct.pack(order + "I8I", magic, 1, 32000, 4096, 256, 32, 32, 128, 2) + bytes(100))
        assert "old llama.cpp" in run("info", "m.ggml", code=1)[1]


def test_a_list_of_tensors_that_is_cut(folder):
    header = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    with open("m.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header[:-9])
    assert "cut short" in run("ls", "m.safetensors", code=1)[1]
    with open("m.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header + bytes(5))
    assert "--recover" in run("ls", "m.safetensors", code=1)[1]


def test_a_wrong_checksum_is_not_an_empty_file(folder):
    packed = bytearray(gzip.compress(saved(np.arange(100))))
    packed[-8] ^= 1
    with open("x.npy.gz", "wb") as file:
        file.write(packed)
    _, error = run("convert", "x.npy.gz", "o.npy", code=1)
    assert "checksum" in error and "no data left" not in error
    # All of it can be inflated, as zcat does.
    _, error = run("convert", "--recover", "x.npy.gz", "o.npy", code=0)
    assert "checksum" in error and np.array_equal(np.load("o.npy"), np.arange(100))


# Bytes that were changed on their way

@pytest.mark.parametrize("errors", ["replace", "latin-1"])
def test_binary_files_that_were_changed_as_text(folder, errors):
    def changed(data):
        text = data.decode("utf-8", "replace") if errors == "replace" else data.decode("latin-1")
        return text.encode()

    npz = io.BytesIO()
    np.savez_compressed(npz, a=np.random.default_rng(3).random(500))
    contents = {"x.npy": saved(np.arange(200.0)), "x.npy.gz": gzip.compress(saved(np.arange(2000.0) / 7)), "x.csv.gz": gzip.compress(b"1,2\n" * 99)}
    contents |= {f"{protocol}.pkl": pickle.dumps({"a": list(range(300))}, protocol) for protocol in (2, 3, 4, 5)}
    if errors == "replace":
        contents["x.npz"] = npz.getvalue()
    for name, data in contents.items():
        with open(name, "wb") as file:
            file.write(changed(data))
        for command in ("show", "check"):
            out, error = run(command, name, code=1)
            assert "changed as if they were text" in out + error, (command, name, out, error)


VALUES = [{"key": "text", "other": [1, 2.5]}, np.arange(4), ["a", "b"], np.float64(2.5), {1: "x"}, [2.5]]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_line_ends_that_were_changed(folder, value):
    data = pickle.dumps(value, 0)
    with open("x.pkl", "wb") as file:
        file.write(data.replace(b"\n", b"\r\n"))
    for command in ("show", "check"):
        out, error = run(command, "x.pkl", code=1)
        assert "CR LF" in out + error, (command, out, error)
    with open("x.pkl", "wb") as file:
        file.write(data)
    run("check", "x.pkl", code=0)


def test_returns_that_are_values(folder):
    """Python reads numbers whatever white space follows them; texts may end in what ends lines."""
    for data in (b"I5\r\n.", b"(lp0\nI1\r\naI2\na.", b"Va\r\n.", pickle.dumps("a\r", 0), pickle.dumps(["x\r", "y\r\n"], 0)):
        value = pickle.loads(data)
        with open("x.pkl", "wb") as file:
            file.write(data)
        assert run("show", "x.pkl", code=0)[0] == f"{value!r}\n", data
