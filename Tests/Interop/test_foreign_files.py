"""Files that are not NumPy's under NumPy's names, and what other programs make of arrays: gzip, libarchive's zip."""
import bz2
import gzip
import io
import json
import lzma
import pathlib
import pickle
import pickletools
import sqlite3
import struct
import zipfile
import zlib

import numpy as np
import pytest

from conftest import run_npy


def hdf5():
    return b"\x89HDF\r\n\x1a\n" + bytes(88)


def mat5():
    return b"MATLAB 5.0 MAT-file, Platform: GLNXA64, Created on: Mon Jan  1 00:00:00 2024".ljust(124) + b"\0\1IM" + bytes(64)


def zstd(content):
    """One frame of one raw block (RFC 8878)."""
    return b"\x28\xb5\x2f\xfd\x20" + bytes([len(content)]) + (len(content) << 3 | 1).to_bytes(3, "little") + content


def sqlite():
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (x)")
    return connection.serialize() if hasattr(connection, "serialize") else b"SQLite format 3\0" + bytes(100)


# The start of a file, and words that the message must have.
FOREIGN = {
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32 + b"\nsize 12345\n", "git lfs pull"),
    "html": (b"\n<!DOCTYPE HTML>\n<html lang=en><title>404</title></html>", "HTML"),
    "html2": (b"\xef\xbb\xbf<html><body>Sign in</body></html>", "HTML"),
    "json": (b'{\n  "message": "Not Found", "status": "404"}', "JSON"),
    "json2": (b'[{"error": "rate limit"}]', "JSON"),
    "xml": (b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>', "server's error"),
    "xml2": (b'<?xml version="1.0"?>\n<feed/>', "XML"),
    "zstd of html": (zstd(b"<html>no</html>"), "HTML"),
    "gzip of html": (gzip.compress(b"<html>no</html>"), "HTML"),
    "xz of lfs": (lzma.compress(b"version https://git-lfs.github.com/spec/v1\noid"), "git lfs pull"),
    "hdf5": (hdf5(), "HDF5"),
    "hdf5 behind a user's block": (bytes(512) + hdf5(), "HDF5"),
    "hdf5 behind text": (b"a block of the user's".ljust(2048) + hdf5(), "HDF5"),
    "msgpack": (bytes.fromhex("83a4746573740 1a1780 2a17903".replace(" ", "")), "MessagePack"),
    "no format": (bytes([0xFB, 0x33, 0x10, 0]) + bytes(range(200)), "--from raw"),
    "no format in letters": (b"_zyxwv\0\1\2\3", "5f 7a 79 78"),
    "mat5": (mat5(), "MATLAB"),
    "mat73": (b"MATLAB 7.3 MAT-file, Platform: x".ljust(512, b" ") + hdf5(), "MATLAB 7.3"),
    "parquet": (b"PAR1\x15\x04\x15\x10\x15\x14L\x15\x02", "Parquet"),
    "arrow": (b"ARROW1\0\0\xff\xff\xff\xff\x10\0\0\0", "Arrow"),
    "feather": (b"FEA1\0\0\0\0\x10", "Feather"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
    "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "JPEG"),
    "elf": (b"\x7fELF\2\1\1" + bytes(40), "ELF"),
    "sqlite": (sqlite(), "SQLite"),
    "compress": (b"\x1f\x9d\x90" + bytes(range(60)), "uncompress"),
    "lzip": (b"LZIP\x01\x0c" + bytes(range(60)), "lzip"),
    "fits": (b"SIMPLE  =                    T".ljust(80) + b"BITPIX  =                  -32".ljust(80) + b"END".ljust(2720), "FITS"),
    "office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "Office"),
    "netcdf": (b"CDF\x05" + bytes(60), "NetCDF"),
    "dicom": (bytes(128) + b"DICM\2\0\0\0UL", "DICOM"),
    "r": (b"RDX3\nX\n\0\0\0\3", "R's"),
    "wav": (b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0", "WAV"),
    "avro": (b"Obj\x01\x04\x16avro.schema", "Avro"),
    "zeros": (bytes(4096), "zeros"),
    "bmp": (b"BM" + struct.pack("<IHHIIiiHH", 90, 0, 0, 54, 40, 3, 2, 1, 24) + bytes(60), "BMP"),
    "pgm": (b"P5\n2 2\n255\n\0\1\2\3", "Netpbm"), "webp": (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(20), "WebP"),
    "bigtiff": (b"II+\0\x08\0\0\0" + bytes(30), "BigTIFF"), "heic": (b"\0\0\0\x18ftypheix\0\0\0\0", "HEIC"),
    "jp2": (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"), "psd": (b"8BPS\0\1" + bytes(20), "Photoshop"),
    "exr": (b"\x76\x2f\x31\x01\2\0\0\0", "OpenEXR"), "nifti": (struct.pack("<i", 348) + bytes(340) + b"n+1\0" + bytes(60), "NIfTI"),
    "id3": (b"ID3\x03\0\0\0\0\0\x20" + bytes(40), "MP3"), "mp3": (b"\xff\xfb\x92\x44" + bytes(300), "MP3"),
    "mp4": (b"\0\0\0\x20ftypmp42" + bytes(20), "MP4"), "mkv": (b"\x1aE\xdf\xa3" + bytes(30), "Matroska"),
    "midi": (b"MThd\0\0\0\6\0\1", "MIDI"), "aiff": (b"FORM\0\0\0\x50AIFCFVER" + bytes(20), "AIFF"),
    "pe": (b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0" + bytes(60), "Windows"), "macho": (b"\xcf\xfa\xed\xfe\x0c\0\0\1" + bytes(40), "Apple"),
    "java": (b"\xca\xfe\xba\xbe\0\0\0\x41" + bytes(30), "Java"), "wasm": (b"\0asm\1\0\0\0" + bytes(9), "WebAssembly"),
    "pyc": (b"\xcb\r\r\n" + bytes(12) + b"\xe3" + bytes(30), "compiled Python"), "script": (b"#!/usr/bin/env python\nprint(1)\n", "script"),
    "ar": (b"!<arch>\nx/              0           0     0     644     2         `\nhi", "ar x"), "cab": (b"MSCF\0\0\0\0" + bytes(40), "cabinet"),
    "cpio": (b"070701" + b"0" * 104, "cpio"), "lzop": (b"\x89LZO\0\r\n\x1a\n" + bytes(20), "lzop"),
    "rds": (b"X\n\0\0\0\3\0\4\1\0" + bytes(20), "R's"), "rds of gzip": (gzip.compress(b"X\n\0\0\0\2\0\3\6\0" + bytes(20)), "R's"),
    "stata": (b"\x72\x02\x01\0\3\0" + bytes(60), "Stata"), "stata 13": (b"<stata_dta><header><release>118</release>", "Stata"),
    "mat4": (struct.pack("<5i", 0, 2, 2, 0, 5) + b"data\0" + bytes(32), "MATLAB 4"), "sas": (bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92") + bytes(60), "SAS"),
    "spss": (b"$FL2@(#) IBM SPSS STATISTICS" + bytes(60), "SPSS"), "mtx": (b"%%MatrixMarket matrix array real general\n1 1\n2.5\n", "mmread"),
    "onnx": (b"\x08\x0a\x12\x0bskl2onnx1.7\x1a\x01x" + bytes(30), "ONNX"), "tflite": (b"\x20\0\0\0TFL3" + bytes(30), "TensorFlow Lite"),
    "annex": (b"/annex/objects/MD5E-s12--" + b"0" * 32 + b".npy\n", "git annex get"), "hawser": (b"version https://hawser.github.com/spec/v1\n", "git lfs pull"),
    "answer": (b"Repository not found", "answered"), "answer 2": (b"404: page missing\n", "answered"),
    "utf-8": ("\x93NUMPY\x01\0v\0{'descr'".encode(), "changed as if they were text"),
    "text": (b"0.5 1.5 2.5\n3 4 5\n", "--from txt"),
}


@pytest.mark.parametrize("name", ["x.npy", "x.npz", "x.pkl", "x"])
@pytest.mark.parametrize("kind", FOREIGN)
def test_says_what_a_file_is(tmp_path, kind, name):
    content, words = FOREIGN[kind]
    path = tmp_path / name
    path.write_bytes(content)
    result = run_npy("info", path, check=False)
    if kind in ("text", "json", "json2") and name == "x":
        # Nothing says that it should be anything else.
        assert result.returncode == 0, result
        assert (b"(2, 3)" if kind == "text" else b"JSON") in result.stdout, result
        return
    lines = result.stderr.decode().splitlines()
    assert result.returncode == 1 and result.stdout == b"" and len(lines) == 1, result
    assert words in lines[0] and str(path) in lines[0], lines
    error = json.loads(run_npy("info", "--json", path, check=False).stdout)["error"]
    assert error["code"] == "wrong_kind" and words in error["message"]


BINARY = [
    "hdf5", "mat5", "parquet", "arrow", "png", "elf", "sqlite", "compress", "lzip", "office", "netcdf", "wav", "avro", "r"]


@pytest.mark.parametrize("kind", BINARY)
def test_says_it_under_names_of_text(tmp_path, kind):
    """As a table such a file cannot be read, or, which is worse, it can."""
    content, words = FOREIGN[kind]
    for name, data in {"x.csv": content, "x.dat": content, "x.tsv.gz": gzip.compress(content)}.items():
        path = tmp_path / name
        path.write_bytes(data)
        for command in ["show", "check"]:
            result = run_npy(command, path, check=False)
            told = (result.stderr + result.stdout).decode().splitlines()
            assert result.returncode == 1 and len(told) == 1 and words in told[0], (name, result)


def test_tables_that_begin_like_other_files(tmp_path):
    """Names of columns, and what is written in them, may be the signature of another format."""
    for start in ["PAR1", "ARROW1", "GIF8", "BZ", "RIFF", "LZIP", "Rar!", "Obj", "SQLite format 3", "CDF", "x^2", "]"]:
        path = tmp_path / "x.csv"
        path.write_text(f"{start},b\n1,2\n3,4\n")
        assert run_npy("show", path, "--skiprows", "1").decode() == "[[1. 2.]\n [3. 4.]]\n", start
        assert run_npy("check", path).decode() == f"ok: {path}\n", start


@pytest.mark.parametrize("kind", ["lfs", "html", "json", "hdf5"])
def test_every_command_says_it(tmp_path, kind):
    content, words = FOREIGN[kind]
    path = tmp_path / "x.npy"
    path.write_bytes(content)
    good = tmp_path / "good.npy"
    np.save(good, np.arange(3))
    for arguments in (
            ["ls", path], ["show", path], ["show", f"{path}[0]"], ["stats", path], ["sizes", path], ["plot", path],
            ["convert", path, tmp_path / "y.npz"], ["convert", "--from", "npy", path, tmp_path / "y.npz"],
            ["convert", "--from", "npz", path, tmp_path / "y.npy"], ["pack", tmp_path / "y.npz", path],
            ["unpack", path, "-C", tmp_path / "out"], ["diff", path, good], ["pickle", path], ["check", path]):
        result = run_npy(*arguments, check=False)
        assert result.returncode in (1, 2) and words in (result.stderr + result.stdout).decode(), (arguments, result)
    for command in ["info", "check", "show"] if kind != "json" else []:
        result = run_npy(command, "-", stdin=content, check=False)
        assert result.returncode == 1 and words in (result.stderr + result.stdout).decode(), (command, result)
    assert not (tmp_path / "y.npz").exists()
    findings = json.loads(run_npy("check", "--json", path, check=False).stdout)["findings"]
    assert [finding["code"] for finding in findings] == ["wrong_kind"]


def test_damaged_pickles_and_arrays_stay_what_they_are(tmp_path):
    path = tmp_path / "x.pkl"
    np.arange(100).dump(path)
    path.write_bytes(path.read_bytes()[:-20])
    assert json.loads(run_npy("info", "--json", path, check=False).stdout)["error"]["code"] != "wrong_kind"


OPENERS = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}


@pytest.mark.parametrize("extension", OPENERS)
@pytest.mark.parametrize("array", [
    np.arange(60, dtype=">i4").reshape(3, 4, 5), np.asfortranarray(np.eye(7)), np.array(2.5), np.zeros((0, 3)),
    np.random.default_rng(4).normal(size=(700, 800))], ids=["c", "fortran", "scalar", "empty", "large"])
def test_compressed_arrays(tmp_path, extension, array):
    path = tmp_path / f"x.npy.{extension}"
    with OPENERS[extension](path, "wb") as stream:
        np.save(stream, array)
    plain = tmp_path / "plain.npy"
    np.save(plain, array)
    run_npy("convert", path, tmp_path / "y.npy")
    assert (tmp_path / "y.npy").read_bytes() == plain.read_bytes()
    # Under the wrong name as well.
    path.rename(tmp_path / "z.npy")
    run_npy("convert", "--from", "npy", tmp_path / "z.npy", tmp_path / "y.npz")
    assert np.array_equal(np.load(tmp_path / "y.npz")["arr_0"], array)
    assert run_npy("show", tmp_path / "z.npy") == run_npy("show", plain)
    if array.ndim:
        assert run_npy("show", f"{tmp_path}/z.npy[1:,...]") == run_npy("show", f"{plain}[1:,...]")
    assert run_npy("stats", tmp_path / "z.npy").splitlines()[1:] == run_npy("stats", plain).splitlines()[1:]
    run_npy("check", tmp_path / "z.npy")
    run_npy("diff", tmp_path / "z.npy", plain)
    assert json.loads(run_npy("info", "--json", tmp_path / "z.npy"))["shape"] == list(array.shape)
    # And written.
    for source in [plain, tmp_path / "y.npz"]:
        run_npy("convert", source, tmp_path / f"w.npy.{extension}")
        with OPENERS[extension](tmp_path / f"w.npy.{extension}") as stream:
            assert stream.read() == plain.read_bytes()


def test_compressed_objects_and_what_is_not_written(tmp_path):
    objects = np.array(["a", 1, None], dtype=object)
    with gzip.open(tmp_path / "o.npy.gz", "wb") as stream:
        np.save(stream, objects)
    assert run_npy("show", tmp_path / "o.npy.gz").decode().strip() == str(objects)
    np.savez(tmp_path / "a.npz", a=np.arange(3), b=np.arange(4))
    result = run_npy("convert", tmp_path / "a.npz", tmp_path / "b.npz.gz", check=False)
    assert result.returncode == 1 and b"compress" in result.stderr, result
    assert not (tmp_path / "b.npz.gz").exists()
    for name, module in {"b.pkl.gz": gzip, "b.pkl.bz2": bz2, "b.pkl.xz": lzma}.items():
        run_npy("convert", f"{tmp_path / 'a.npz'}:b", tmp_path / name)
        with module.open(tmp_path / name) as stream:
            assert pickle.load(stream).tolist() == [0, 1, 2, 3]
    (tmp_path / "a.npz.gz").write_bytes(gzip.compress((tmp_path / "a.npz").read_bytes()))
    result = run_npy("ls", tmp_path / "a.npz.gz", check=False)
    assert b"zip archive" in result.stderr and b"gzip" in result.stderr, result


def libarchive_zip(arrays, method):
    """A zip as bsdtar writes it: descriptors, and in the local headers no checksum, no compressed size, but the true
    uncompressed size (libarchive/archive_write_set_format_zip.c)."""
    out, directory = io.BytesIO(), []
    for name, array in arrays.items():
        stream = io.BytesIO()
        np.save(stream, array)
        content, checksum = stream.getvalue(), zlib.crc32(stream.getvalue())
        packed = content
        if method:
            packer = zlib.compressobj(6, zlib.DEFLATED, -15)
            packed = packer.compress(content) + packer.flush()
        name = (name + ".npy").encode()
        offset = out.tell()
        common = struct.pack("<HHHH", 8, method, 0, 0x21)
        out.write(b"PK\3\4" + struct.pack("<H", 20) + common + struct.pack("<IIIHH", 0, 0, len(content), len(name), 0))
        out.write(name + packed)
        out.write(b"PK\7\x08" + struct.pack("<III", checksum, len(packed), len(content)))
        directory.append(
            b"PK\1\2" + struct.pack("<HH", 0x314, 20) + common
            + struct.pack("<IIIHHHHHII", checksum, len(packed), len(content), len(name), 0, 0, 0, 0, 0, offset) + name)
    start = out.tell()
    out.write(b"".join(directory))
    size = out.tell() - start
    out.write(b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(directory), len(directory), size, start, 0))
    return out.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zip_of_libarchive(tmp_path, method):
    arrays = {"first": np.arange(500.0), "second": np.array([[True, False]]), "third": np.array(b"text")}
    path = tmp_path / "z.zip"
    path.write_bytes(libarchive_zip(arrays, method))
    oracle = np.load(path)
    for name, array in arrays.items():
        run_npy("convert", f"{path}:{name}", tmp_path / "out.npy")
        out = np.load(tmp_path / "out.npy")
        assert np.array_equal(out, oracle[name]) and np.array_equal(out, array)
    run_npy("check", path)
    run_npy("convert", path, tmp_path / "all.npz")
    assert np.load(tmp_path / "all.npz").files == list(arrays)
    run_npy("pack", "--append", path, tmp_path / "out.npy")
    assert np.load(path).files == [*arrays, "out"]
    # Another size in the local header is still a contradiction.
    broken = bytearray(libarchive_zip(arrays, method))
    broken[22] ^= 1
    path.write_bytes(broken)
    assert run_npy("show", f"{path}:first", check=False).returncode == 1


# MARK: What a file is, told by its content

COMPRESSORS = {
    "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zlib": zlib.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE), "plain": bytes,
}


def contents():
    """The bytes of a file, and what is in it."""
    values = np.linspace(0, 7, 12).reshape(4, 3)
    file = io.BytesIO()
    np.save(file, values)
    text = "".join(" ".join(map(repr, map(float, row))) + "\n" for row in values)
    pickled = pickle.dumps(values, 4)
    return {
        "npy": (file.getvalue(), values), "txt": (text.encode(), values), "pickle": (pickled, values),
        "old pickle": (pickle.dumps(values, 2), values), "json": (json.dumps(values.tolist()).encode(), values),
    }


@pytest.mark.parametrize("compression", COMPRESSORS)
@pytest.mark.parametrize("kind", contents())
def test_content_counts(tmp_path, kind, compression):
    """A file without an extension, standard input, and a name of text that does not fit give the same."""
    data, values = contents()[kind]
    data = COMPRESSORS[compression](data)
    path = tmp_path / "x"
    path.write_bytes(data)
    ways = {"file": (str(path), None), "stream": ("-", data)}
    if kind in ("npy", "pickle", "old pickle", "txt"):
        ways["name"] = (str(path.with_suffix(".dat")), None)
        path.with_suffix(".dat").write_bytes(data)
    for way, (address, stdin) in ways.items():
        result = run_npy("convert", address, "-", "--to", "npy", stdin=stdin)
        found = np.load(io.BytesIO(result))
        assert found.dtype == values.dtype and (found == values).all(), way
        assert run_npy("check", address, stdin=stdin).decode().endswith(f"ok: {address}\n"), way
    assert run_npy("show", "-", stdin=data) == run_npy("show", path)


def test_json_without_a_name(tmp_path):
    told = run_npy("show", "-", stdin=b' [{"a": 1, "b": 2.5}, {"a": 3, "b": null}]')
    assert told.decode() == "[(1, 2.5) (3, nan)]\n"
    error = run_npy("show", "-", stdin=b'[1, 2', check=False)
    assert error.returncode == 1 and b"MARK" not in error.stderr
    # Under the name of an array it is still a download that failed.
    (tmp_path / "x.npy").write_bytes(b'{"error": "no such file"}')
    assert b"--from json" in run_npy("show", tmp_path / "x.npy", check=False).stderr


def test_listing_of_what_is_no_pickle(tmp_path):
    np.save(tmp_path / "numbers.npy", np.arange(3))
    result = run_npy("pickle", tmp_path / "numbers.npy", check=False)
    assert result.returncode == 1 and not result.stdout and b"without objects" in result.stderr
    objects = np.array([1, "a", None], dtype=object)
    np.save(tmp_path / "objects.npy", objects)
    lines = run_npy("pickle", tmp_path / "objects.npy").decode().splitlines()
    header = (tmp_path / "objects.npy").read_bytes().index(b"\n") + 1
    out = io.StringIO()
    with open(tmp_path / "objects.npy", "rb") as file:
        file.seek(header)
        pickletools.dis(file, out)
    assert lines == out.getvalue().splitlines()
    np.savez(tmp_path / "x.npz", a=np.arange(3))
    result = run_npy("pickle", tmp_path / "x.npz", check=False)
    assert result.returncode == 1 and not result.stdout and b"npz" in result.stderr


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.txt", "x.csv.gz", "x.json"])
@pytest.mark.parametrize("content, what", [
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:12ab\nsize 7\n", b"git lfs pull"),
    (b"<!DOCTYPE html>\n<html><body>Not, found</body></html>\n", b"HTML"), (b"\n <HTML>\n<head>\n", b"HTML"),
    (b'<?xml version="1.0"?>\n<Error><Code>NoSuchKey</Code></Error>\n', b"error message"),
    (b'{"message": "not found", "code": 404}\n', b"JSON"), (b"%PDF-1.4\n1 0 obj\n", b"PDF"),
])
def test_no_tables_under_names_of_text(tmp_path, name, content, what):
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    if name == "x.json" and what == b"JSON":
        assert b"not found" in run_npy("show", path)
        return
    for arguments in (["show", path], ["stats", path], ["convert", path, tmp_path / "out.npy"]):
        result = run_npy(*arguments, check=False)
        assert result.returncode == 1 and what in result.stderr, result
    assert not (tmp_path / "out.npy").exists()


@pytest.mark.parametrize("members, what", [
    (["[Content_Types].xml", "xl/workbook.xml"], b"Excel"), (["[Content_Types].xml", "word/document.xml"], b"office"),
    (["mimetype", "content.xml", "META-INF/manifest.xml"], b"office")])
def test_documents_of_offices(tmp_path, members, what):
    for name in ["x.xlsx", "x.csv", "x"]:
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for member in members:
                archive.writestr(member, "<x/>")
        result = run_npy("show", tmp_path / name, check=False)
        assert result.returncode == 1 and what in result.stderr and b"pandas" in result.stderr


def test_addresses_of_local_files(tmp_path):
    np.save(tmp_path / "a b.npy", np.arange(5))
    address = f"file://{tmp_path}/a%20b.npy"
    assert run_npy("show", address + "[3]") == b"3\n"
    assert run_npy("show", address) == b"[0 1 2 3 4]\n"
    assert b"ftp://" in run_npy("show", "ftp://host/x.npy", check=False).stderr


@pytest.mark.parametrize("content", [
    b"\xff" * 20, b"1,2\n\0\0\n", bytes(100), b"a,b\n1,\0\n", struct.pack("<20d", *range(20))], ids=repr)
def test_bytes_that_are_no_text(tmp_path, content):
    for name in ("x.csv", "x.tsv", "x.txt"):
        (tmp_path / name).write_bytes(content)
        for command in ("show", "check"):
            result = run_npy(command, tmp_path / name, check=False)
            assert result.returncode == 1 and len((result.stdout + result.stderr).splitlines()) <= 2, result


def test_tables_without_rows_say_so(tmp_path):
    (tmp_path / "x.csv").write_text("name,value\n")
    result = run_npy("show", tmp_path / "x.csv", check=False)
    assert result.returncode == 0 and result.stdout == b"[]\n" and b"input contained no data" in result.stderr


def test_utf16_without_a_mark_is_text_if_it_is_said(tmp_path):
    (tmp_path / "x.csv").write_bytes("a,b\n1,2\n".encode("utf-16-le"))
    result = run_npy("show", tmp_path / "x.csv", check=False)
    assert result.returncode == 1 and b"--encoding" in result.stderr
    assert run_npy("show", tmp_path / "x.csv", "--encoding", "utf-16-le") == b"[(1, 2)]\n"


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_arrays_whose_line_ends_were_changed(tmp_path, version):
    """As FTP and git change those of text: NumPy reads numbers that nobody has written."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.arange(100.0), version=version)
    (tmp_path / "x.npy").write_bytes(buffer.getvalue().replace(b"\n", b"\r\n"))
    for command in ("show", "info", "check"):
        result = run_npy(command, tmp_path / "x.npy", check=False)
        assert result.returncode == 1 and b"ends in CR" in result.stdout + result.stderr


@pytest.mark.parametrize("members, what", [
    (["META-INF/MANIFEST.MF", "A.class"], b"JAR"), (["metadata.json", "config.json", "model.weights.h5"], b"Keras"),
    (["mimetype", "META-INF/container.xml"], b"EPUB"), ([".zarray", "0.0"], b"Zarr"), (["mimetype", "content.xml"], b"office")])
def test_archives_of_other_programs(tmp_path, members, what):
    for name in ("x.zip", "x.npz", "x.csv"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for member in members:
                archive.writestr(member, b"?")
        result = run_npy("show", tmp_path / name, check=False)
        assert result.returncode == 1 and what in result.stderr, result


@pytest.mark.parametrize("kind,dtype", [(8, "u1"), (9, "i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8")])
@pytest.mark.parametrize("packed", [False, True])
def test_idx_files_are_read_as_the_message_says(tmp_path, kind, dtype, packed):
    """http://yann.lecun.com/exdb/mnist: the format of MNIST."""
    array = np.arange(12).reshape(2, 3, 2).astype(dtype)
    data = struct.pack(">BBBB3I", 0, 0, kind, 3, *array.shape) + array.tobytes()
    path = tmp_path / ("images-idx3-ubyte" + (".gz" if packed else ""))
    path.write_bytes(gzip.compress(data) if packed else data)
    refusal = run_npy("show", path, check=False)
    message = refusal.stderr.decode()
    assert refusal.returncode == 1 and "IDX" in message
    advice = message[message.index("--from raw"):].split(" reads it")[0]
    run_npy("convert", path, tmp_path / "o.npy", *(word.strip("'") for word in advice.split()))
    found = np.load(tmp_path / "o.npy")
    assert found.dtype == array.dtype and np.array_equal(found, array)


@pytest.mark.parametrize("line", ["nan nan nan", "inf nan inf", "nan 1 nan", "-inf inf +inf", "NaN Infinity nan"])
@pytest.mark.parametrize("name", ["t.txt", "t.dat", "t"])
def test_a_line_of_values_is_a_table(tmp_path, line, name):
    (tmp_path / name).write_text(line + "\n")
    run_npy("convert", "--from", "txt", tmp_path / name, tmp_path / "o.npy")
    if name != "t":
        run_npy("convert", tmp_path / name, tmp_path / "o.npy")
    assert np.array_equal(np.load(tmp_path / "o.npy"), np.array(line.split(), float), equal_nan=True)
    assert b"server" not in run_npy("show", tmp_path / name, check=False).stderr


@pytest.mark.parametrize("text", [
    "a,b\n1,2\n", "solid x\n", "[section]\nkey = 1\n", "Hello\n", "I am text\nof two lines\n", "\\documentclass{article}\n",
    "import numpy as np\nprint(1)\n", "(1, 2)\n(3, 4)\n", "der Größe nach\n", "select * from t;\n"])
@pytest.mark.parametrize("name", ["t.npy", "t.npz", "t.pkl", "t"])
def test_text_under_the_names_of_arrays(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    result = run_npy("show", path, check=False)
    message = result.stderr.decode()
    assert result.returncode == 1 and message.count("\n") == 1 and len(message) < 400, message
    assert "text" in message or "download" in message, message


def test_folders_of_zarr(tmp_path):
    for name in ["zarr.json", ".zarray", ".zgroup"]:
        (tmp_path / name[-6:]).mkdir()
        (tmp_path / name[-6:] / name).write_text("{}")
        result = run_npy("show", tmp_path / name[-6:], check=False)
        assert result.returncode == 1 and b"Zarr" in result.stderr, result
    (tmp_path / "plain").mkdir()
    assert b"a folder, not a file" in run_npy("show", tmp_path / "plain", check=False).stderr


def test_archives_without_arrays(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("weights/0", bytes(range(100)))
        archive.writestr("config.json", "{}")
        archive.writestr("more/1", b"\0\1")
    for command in [["show"], ["stats"], ["convert", tmp_path / "o.npy"], ["plot"]]:
        result = run_npy(command[0], tmp_path / "x.npz", *command[1:], check=False)
        assert result.returncode == 1 and b"none of the archive's 3 members is an array" in result.stderr, (command, result)
    assert run_npy("ls", tmp_path / "x.npz").count(b"(no array)") == 3


def test_zstandard_behind_skippable_frames(tmp_path):
    """pzstd begins with one (RFC 8878, 3.1.2); libzstd's readers skip them wherever they stand."""
    array = io.BytesIO()
    np.save(array, np.arange(4))
    skipped = struct.pack("<II", 0x184D2A5B, 5) + b"12345"
    frames = zstd(array.getvalue()[:100]) + skipped + zstd(array.getvalue()[100:])
    (tmp_path / "x.npy.zst").write_bytes(skipped + frames)
    result = run_npy("show", tmp_path / "x.npy.zst", check=False)
    if b"libzstd" in result.stderr:
        pytest.skip("this system has no libzstd")
    assert result.stdout == b"[0 1 2 3]\n", result
    (tmp_path / "x.zst").write_bytes(skipped + zstd(b"cposix\nsystem\n(S'id'\ntR."))
    assert b"posix.system" in run_npy("check", tmp_path, check=False).stdout


def test_a_window_of_zstandard_that_is_too_large(tmp_path):
    """RFC 8878, 3.1.1.1.2: a window of 2 GB, of which libzstd keeps no more than 128 MB."""
    content = io.BytesIO()
    np.save(content, np.arange(4))
    frame = b"\x28\xb5\x2f\xfd\x00\xa8" + (len(content.getvalue()) << 3 | 1).to_bytes(3, "little") + content.getvalue()
    (tmp_path / "x.npy.zst").write_bytes(frame)
    result = run_npy("show", tmp_path / "x.npy.zst", check=False)
    if b"libzstd" in result.stderr and b"128" not in result.stderr:
        pytest.skip("this system has no libzstd")
    assert result.returncode == 1 and b"128 MB" in result.stderr and b"--long" in result.stderr, result
