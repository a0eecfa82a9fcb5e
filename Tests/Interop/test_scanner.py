"""`check` as a scanner of downloads: pickles are found by their content in any container, and nothing is called."""
import bz2
import gzip
import io
import json
import lzma
import os
import pathlib
import pickle
import struct
import tarfile
import zipfile
import zlib

import numpy as np
import pytest

from conftest import run_npy


class Call:
    """Is pickled as a call, and unpickled nowhere in these tests."""

    def __init__(self, function, *arguments):
        self.parts = (function, arguments)

    def __reduce__(self):
        return self.parts


def named(module, name, *arguments, protocol=4):
    """The pickle of a call by its name, which need not exist here."""
    text = pickle.dumps(arguments, protocol=2)[2:-1]
    if protocol == 0:
        return f"c{module}\n{name}\n".encode() + text + b"R."
    def short(word):
        return b"\x8c" + bytes([len(word)]) + word.encode()
    return b"\x80\x04" + short(module) + short(name) + b"\x93" + text + b"R."


EVIL = {f"system{protocol}": pickle.dumps(Call(os.system, "echo pwned"), protocol=protocol) for protocol in range(6)}
EVIL |= {
    "eval": named("builtins", "eval", "1+1"), "old exec": named("__builtin__", "exec", "x=1", protocol=0),
    "dotted": named("torch.serialization", "os.system", "id"), "runpy": named("runpy", "run_path", "/tmp/x.py"),
    "instance": b"(S'id'\nios\nsystem\n.", "object": b"(cos\nsystem\nS'id'\no.", "dropped": b"cos\nsystem\n(S'id'\ntR0N.",
    "built-in chain": b"\x80\x04" + b"cbuiltins\ngetattr\ncos\nsystem\nX\x08\x00\x00\x00__call__\x86R(X\x02\x00\x00\x00idtR.",
    "broken later": b"cos\nsystem\n(S'id'\ntR0\xff\xff\xff", "loads": named("_pickle", "loads", b"N."),
    "f2py": named("numpy.f2py.crackfortran", "getlincoef", "x", {}), "memmap": named("numpy.core.memmap", "memmap", "/tmp/x"),
    "requests": named("requests.api", "get", "http://127.0.0.1"), "joblib": named("joblib.numpy_pickle", "load", "x.pkl"),
    "cloudpickle": named("cloudpickle.cloudpickle", "_make_function", 1), "hub": named("torch.hub", "load", "x", "y"),
    "asyncio": named("asyncio.unix_events", "_UnixSubprocessTransport._start", 1), "code": named("types", "CodeType", 0),
    "partial": b"cfunctools\npartial\n(cos\nsystem\ntR(X\x02\x00\x00\x00idtR.", "ctypes": named("ctypes", "CDLL", "x.so"),
    "setstate": b"\x80\x02c__main__\nX\n)\x81}X\x0c\x00\x00\x00__setstate__cos\nsystem\nsbX\x02\x00\x00\x00idb.",
    "second": pickle.dumps([1, 2]) + pickle.dumps(Call(os.system, "id")),
    "memo": b"Vos\np2\n0Vsystem\np3\n0Vtorch\np0\n0g2\ng3\n\x93(Vid\ntR.",
    "mark taken off": b"(0cos\nsystem\n(S'id'\ntR.", "hexadecimal": b"I0x1\n0cos\nsystem\n(S'id'\ntR.",
    "8-bit names": b"\x80\x02U\x02osU\x06system\x93U\x02id\x85R.",
}


def findings(path, *options, code=None):
    result = run_npy("check", "--json", *options, path, check=False, timeout=60)
    assert code is None or result.returncode == code, (result, path)
    return json.loads(result.stdout)


def assert_dangerous(path):
    found = findings(path, code=1)
    # Of a folder there is a list.
    reports = found if isinstance(found, list) else [found]
    assert any(not report["ok"] and report["risk"] == "dangerous" for report in reports), found
    return found


@pytest.mark.parametrize("kind", EVIL)
def test_plain_pickles_under_any_name(tmp_path, kind):
    for name in ["x.pkl", "x.npy", "x.npz", "x", "x.dat", "x.csv"]:
        path = tmp_path / name
        path.write_bytes(EVIL[kind])
        assert_dangerous(path)


def object_array(pickled):
    header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode() + pickled


def zipped(content, name, method=zipfile.ZIP_STORED, **more):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("readme.txt", "class Foo:\n  def bar(self): return 1\n")
        archive.writestr(name, content)
        for other, text in more.items():
            archive.writestr(other, text)
    return buffer.getvalue()


def tarred(content, name, mode="w"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def damaged(content):
    """An archive whose members have a wrong checksum: PyTorch reads it all the same."""
    content = bytearray(content)
    for signature, offset in ((b"PK\1\2", 16), (b"PK\3\4", 14)):
        place = content.rindex(signature)
        content[place + offset] ^= 1
    return bytes(content)


CONTAINERS = {
    **{f"zip {name}": lambda evil, name=name: zipped(evil, name) for name in [
        "data", "x.pickle", "X.PKL", "x.p", "x.pt", "x.joblib", "x.dat", "x.txt", "folder/deep/x.bin", "arr_0.npy", "data.pkl",
        "archive/data.pkl", "archive/data/0", "version", "x.json"]},
    "deflated": lambda evil: zipped(evil, "x.bin", zipfile.ZIP_DEFLATED),
    "bzip2 in zip": lambda evil: zipped(evil, "x.bin", zipfile.ZIP_BZIP2),
    "lzma in zip": lambda evil: zipped(evil, "x.bin", zipfile.ZIP_LZMA),
    "wrong checksum": lambda evil: damaged(zipped(evil, "x.bin")),
    "bytes before": lambda evil: b"#!/bin/sh\n" + zipped(evil, "x.pkl"),
    "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zlib": zlib.compress,
    "lzma": lambda evil: lzma.compress(evil, format=lzma.FORMAT_ALONE),
    "old joblib": lambda evil: b"ZF" + hex(len(evil)).encode().ljust(19) + zlib.compress(evil),
    "gzip in gzip": lambda evil: gzip.compress(gzip.compress(evil)),
    "gzip in zip": lambda evil: zipped(gzip.compress(evil), "x.pkl.gz"),
    "zip in zip": lambda evil: zipped(zipped(evil, "y"), "x.zip"),
    "zip in deflated zip": lambda evil: zipped(zipped(evil, "y"), "x.keras", zipfile.ZIP_DEFLATED),
    "tar": lambda evil: tarred(evil, "x"), "tar.gz": lambda evil: tarred(evil, "x", "w:gz"),
    "tar.xz": lambda evil: tarred(evil, "x" * 150, "w:xz"), "zip in tar": lambda evil: tarred(zipped(evil, "y"), "x"),
    "npy": object_array, "npy in zip": lambda evil: zipped(object_array(evil), "e.npy"),
    "npy under another name": lambda evil: zipped(object_array(evil), "e.bin"), "npy.gz": lambda evil: gzip.compress(object_array(evil)),
    "behind an array": lambda evil: saved(np.arange(3)) + evil,
    "behind an array, as an array": lambda evil: saved(np.arange(3)) + object_array(evil),
    "before an archive": lambda evil: pickle.dumps(1) + zipped(evil, "x.pkl"),
    # What some readers find and others pass over.
    "zip behind an array": lambda evil: saved(np.arange(3)) + zipped(evil, "x.pkl"),
    "zip within an array": lambda evil: saved(np.frombuffer(zipped(evil, "x.pkl"), np.uint8)),
    "zip behind text": lambda evil: b"a,b\n1,2\n" + zipped(evil, "x.pkl", zipfile.ZIP_DEFLATED),
    "zip behind JSON": lambda evil: b'{"a": 1}' + zipped(evil, "x.pkl"),
    "zip behind a tar": lambda evil: tarred(b"text", "x") + zipped(evil, "x.pkl"),
    "zip behind a zip": lambda evil: zipped(evil, "x.pkl") + zipped(b"text", "y"),
    "zip behind gzip": lambda evil: gzip.compress(b"text") + zipped(evil, "x.pkl"),
    "zip behind an array in gzip": lambda evil: gzip.compress(saved(np.arange(3)) + zipped(evil, "x.pkl")),
    "zip behind an array in zip": lambda evil: zipped(saved(np.arange(3)) + zipped(evil, "x.pkl"), "a.npy"),
    "zip behind an array in deflated zip": lambda evil: zipped(
        saved(np.arange(3)) + zipped(evil, "x.pkl"), "a.npy", zipfile.ZIP_DEFLATED),
    "zip behind text in deflated zip": lambda evil: zipped(b"text" * 99 + zipped(evil, "x"), "a", zipfile.ZIP_DEFLATED),
    "tar behind a tar": lambda evil: tarred(b"text", "x") + tarred(evil, "y"),
    "tar behind a tar in gzip": lambda evil: gzip.compress(tarred(b"text", "x") + tarred(evil, "y")),
    "zip member called a folder": lambda evil: zipped(evil, "archive/data.pkl/"),
    "tar without a signature": lambda evil: without_signature(tarred(evil, "x")),
    "tar member replaced": lambda evil: tarred(evil, "x")[:512 + -(-len(evil) // 512) * 512] + tarred(b"text", "x"),
    "tar member of an unknown kind": lambda evil: resealed(tarred(evil, "x"), 156, b"Q"),
    "sparse tar member": lambda evil: resealed(tarred(evil, "x"), 156, b"S"),
    "tar behind a folder with a size": lambda evil: resealed(
        resealed(tarred(b"", "x"), 156, b"5"), 124, b"%011o" % 1024)[:512] + tarred(evil, "y"),
}


def resealed(content, place, new):
    """A tar archive whose first header says something else."""
    header = bytearray(content[:512])
    header[place:place + len(new)] = new
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + content[512:]


def without_signature(content):
    """The form of tar from before 1988, which Python's tarfile opens too."""
    return resealed(content[:257] + bytes(255) + content[512:], 0, content[:1])


def saved(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.mark.parametrize("container", CONTAINERS)
def test_any_container(tmp_path, container):
    path = tmp_path / "x"
    for kind in ["system4", "system0", "memo", "dropped"]:
        path.write_bytes(CONTAINERS[container](EVIL[kind]))
        found = assert_dangerous(path)
        call = next(f for f in found["findings"] if f.get("name"))
        assert call["name"] in ("posix.system", "os.system") and call["code"] == "dangerous_call"
        assert any(text.startswith(call["name"] + "('") for text in call["calls"])


def test_what_cannot_be_opened_is_not_ok(tmp_path):
    for start in [b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\0", b"!<arch>\n", b"070701",
                  b"MSCF\0\0\0\0", b"\x1f\x9d\x90", b"\x89LZO\0\r\n\x1a\n"]:
        for content in [start + bytes(50), zipped(start + bytes(50), "x.pkl")]:
            (tmp_path / "x").write_bytes(content)
            assert findings(tmp_path / "x", code=1)["ok"] is False
    nested = EVIL["system4"]
    for _ in range(20):
        nested = zipped(nested, "x")
    (tmp_path / "x").write_bytes(nested)
    assert "within each other" in run_npy("check", tmp_path / "x", check=False).stdout.decode()


@pytest.mark.parametrize("content", [
    b'{"config": {"layers": [{"class_name": "Lambda", "config": {"function": "x"}}]}}',
    b'{"config":{"layers":[{"class_name":"Lambda"}]}}', b"\x89HDF\r\n\x1a\n" + bytes(100) + b'"class_name": "Lambda"',
    b"\x0a\x90\x03\x0a\x02\x08\x01" + b'R\x82\x03{"class_name": "Lambda", "config": {"function": {"items": ["4wEAAA=="]}}}',
    b"\x08\x01\x12\x20" + bytes(30) + b"\x12\x09WriteFile" + bytes(9), b"\x08\x01\x12\x20" + b"\x12\x06PyFunc"])
def test_models_of_other_libraries(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    assert_dangerous(tmp_path / "x")
    (tmp_path / "x").write_bytes(zipped(content, "config.json"))
    assert_dangerous(tmp_path / "x")
    (tmp_path / "x").write_bytes(zipped(content.replace(b"Lambda", b"Dense!").replace(b"\x12\x09", b"\x0a\x09").replace(
        b"\x12\x06", b"\x0a\x06"), "config.json"))
    assert findings(tmp_path / "x", code=0)["ok"]


def test_harmless_files_of_a_folder(tmp_path):
    """What lies beside arrays and models is no fault of theirs, whatever it is; what calls itself a table should be one."""
    folder = tmp_path / "download"
    folder.mkdir()
    texts = {
        "README.md": "# Title\n\nSome prose, with commas\nand 1 2 3\n", "LICENSE": "MIT\n", "setup.py": "import os\n", "a.yaml": "a: 1\n",
        "config.json": '{"a": 1, "b": [1, "x"], "c": {"d": null}}', "broken.json": '{"a": ', "notes.txt": "Prose, of\nlines\n\na b c\n",
        "merges.txt": "#version: 0.2\nt h\nin g e\n", "log": "epoch 1 loss 2\nepoch\n", "empty": "", "empty.txt": "", "T.txt": "T"}
    for name, text in texts.items():
        (folder / name).write_text(text)
    binaries = {
        "spiece.model": b"\x0a\x05hello\x12\x04aaaa", "m.onnx": b"\x08\x07\x12\x07pytorch", "latin.txt": "caf\xe9\nx y".encode("latin1"),
        "raw.bin": np.random.default_rng(1).random(100).tobytes(), "a.wav": b"RIFF\x10\0\0\0WAVEfmt " + bytes(20),
        "z.bin": b"\x78\x9c" + bytes(range(100)), "README.md.gz": gzip.compress(b"# prose\nof two\n"), "zeros": bytes(5000),
        "all.model": bytes(range(256)) * 9}
    for name, content in binaries.items():
        (folder / name).write_bytes(content)
    np.save(folder / "a.npy", np.arange(3))
    found = findings(folder, code=0)
    assert len(found) == len(texts) + len(binaries) + 1
    assert all(file["ok"] and {f["severity"] for f in file["findings"]} <= {"note"} for file in found), found
    for name, content in {"t.csv": b"a,b\n1,2\n3,4,5\n", "b.npy": b"\x93NUMPY\1\0", "c.pkl": b"text", "d.npz": b"text", "e.pt": b"\x0a"}.items():
        (folder / name).write_bytes(content)
        wrong = [file["file"] for file in findings(folder, code=1) if not file["ok"]]
        assert wrong == [str(folder / name)]
        (folder / name).unlink()
    for name in ["README.md", "config.json", "notes.txt", "raw.bin", "spiece.model"]:
        (folder / name).write_bytes(EVIL["system4"])
        assert any(file["risk"] == "dangerous" for file in findings(folder, code=1))
        (folder / name).unlink()


def test_rows_that_are_filled_are_told(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n3\n")
    found = findings(path, code=0)["findings"]
    assert [finding["severity"] for finding in found] == ["warning"]
    assert found[0]["message"] == "line 3 has 1 column instead of 2: what is missing counts as empty"
    findings(path, "--strict", code=1)


KNOWN = [
    ("sklearn.linear_model._base", "LinearRegression"), ("sklearn.linear_model.base", "LinearRegression"),
    ("sklearn.ensemble.forest", "RandomForestClassifier"), ("sklearn.tree._tree", "Tree"), ("torch.nn.modules.linear", "Linear"),
    ("torch._utils", "_rebuild_parameter"), ("pandas.core.frame", "DataFrame"), ("scipy.sparse._csr", "csr_matrix"),
    ("joblib.numpy_pickle", "NumpyArrayWrapper"), ("argparse", "Namespace"), ("collections", "OrderedDict"),
    ("numpy.char", "chararray"), ("pandas.core.indexes.timedeltas", "_new_TimedeltaIndex"), ("pandas", "DateOffset"),
    ("pandas._libs.tslibs.offsets", "CustomBusinessHour"), ("decimal", "Context"), ("numpy.linalg._linalg", "SVDResult"),
    ("numpy.random._pickle", "__generator_ctor"), ("sklearn.svm.classes", "SVC"), ("pandas.core.indexes.base", "_new_Index"),
]


@pytest.mark.parametrize("module, name", KNOWN)
def test_known_names(tmp_path, module, name):
    (tmp_path / "x.pkl").write_bytes(named(module, name))
    found = findings(tmp_path / "x.pkl", code=0)
    assert found["ok"] and found["risk"] == "data" and [f["severity"] for f in found["findings"]] == ["note"]


def test_levels_and_allow_lists(tmp_path):
    path = tmp_path / "x.pkl"
    path.write_bytes(pickle.dumps({"a": [1, 2.5, "os.system", b"cos\nsystem\n", None, {3}]}, protocol=2))
    assert findings(path, code=0)["risk"] in ("none", "data")
    path.write_bytes(pickle.dumps({"a": [1, 2.5, "os.system", None]}))
    assert findings(path, code=0)["risk"] == "none"
    path.write_bytes(named("mylab.models.net", "Net", 1))
    found = findings(path, code=2)
    assert found["risk"] == "unknown" and found["findings"][0]["name"] == "mylab.models.net.Net"
    for allowed in ["mylab.models.net.Net", "mylab.*", "mylab.models.*"]:
        assert findings(path, "--allow", allowed, code=0)["ok"]
    for other in ["mylab.models.net.Nets", "mylabs.*", "net.*"]:
        findings(path, "--allow", other, code=2)
    assert run_npy("check", "--allow", "no name", path, check=False).returncode == 64
    # What is known to be dangerous is not allowed by its package, only by its own name.
    path.write_bytes(named("torch.hub", "load", "x"))
    findings(path, "--allow", "torch.*", code=1)
    findings(path, "--allow", "torch.hub.load", code=0)
    path.write_bytes(named("mylab", "os.system", "id"))
    findings(path, "--allow", "mylab.*", code=1)
    # One worse than the other.
    (tmp_path / "y.pkl").write_bytes(named("mylab.models.net", "Net", 1))
    assert run_npy("check", tmp_path / "y.pkl", path, check=False).returncode == 1


def test_benign_contents_are_ok(tmp_path):
    """Text, pictures and numbers within archives are no pickles, whatever bytes they begin with."""
    random = np.random.default_rng(3)
    contents = [b"class Foo:\n    pass\n\nimport os\nos.system('id')\n", b"I am text.\n", b"cos\nof the angle\n", bytes(range(256)),
                b"(" * 5000, b"N" * 5000, b"\x80\x04" + bytes(100), b"c" * 5000, b"]\0\0", b"x\x9c", b"\x78\x01abc", b"BZ", b""]
    contents += [random.bytes(2000) for _ in range(40)]
    contents += [bytes([first]) + random.bytes(300) for first in range(256)]
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(tmp_path / "x.zip", "w", method) as archive:
            for index, content in enumerate(contents):
                archive.writestr(f"data/{index}", content)
        found = findings(tmp_path / "x.zip", code=0)
        assert found["ok"] and found["risk"] in ("none", "data"), found


def test_folders_and_patterns(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a/b").mkdir(parents=True)
    np.save(tmp_path / "a/x.npy", np.arange(3))
    (tmp_path / "a/README.md").write_text("# Text\nis nothing to be run.\n")
    (tmp_path / "a/b/config.json").write_text('{"a": 1}')
    (tmp_path / "a/b/model.bin").write_bytes(EVIL["system2"])
    (tmp_path / "a/loop").symlink_to(tmp_path / "a", target_is_directory=True)
    found = json.loads(run_npy("check", "--json", tmp_path / "a", check=False).stdout)
    assert [pathlib.Path(f["file"]).name for f in found] == ["README.md", "loop", "x.npy", "config.json", "model.bin"]
    assert [f["ok"] for f in found] == [True, True, True, True, False]
    assert "not looked into" in found[1]["findings"][0]["message"]
    for pattern in ["**/*.bin", "a/*/mod[a-m]l.???", "*/b/*.bin"]:
        found = json.loads(run_npy("check", "--json", pattern, check=False).stdout)
        assert [f["file"] for f in found] == ["a/b/model.bin"], pattern
    assert run_npy("check", "*.nothing", check=False).returncode == 1
    (tmp_path / "a/b/model.bin").unlink()
    run_npy("check", tmp_path / "a")
    (tmp_path / "a/y.pt").write_text("version https://git-lfs.github.com/spec/v1\n")
    assert b"Git LFS" in run_npy("check", tmp_path / "a", check=False).stdout


def test_sarif(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b.pkl").write_bytes(EVIL["system4"])
    result = run_npy("check", "--sarif", "a b.pkl", check=False)
    assert result.returncode == 1
    report = json.loads(result.stdout)
    assert report["version"] == "2.1.0" and report["$schema"].endswith("sarif-2.1.0.json")
    (run,) = report["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for found in run["results"]:
        assert rules[found["ruleIndex"]] == found["ruleId"] and found["level"] in ("error", "warning", "note")
        assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.pkl"
    assert run["results"][0]["ruleId"] == "dangerous_call" and "system('echo pwned')" in run["results"][0]["message"]["text"]
    assert run_npy("check", "--json", "--sarif", "a b.pkl", check=False).returncode == 64


# MARK: What would fail when it is asked for


def array_pickle(shape, dtype, data, fortran=False):
    call, arguments, _ = np.zeros(0).__reduce__()

    class Array:
        def __reduce__(self):
            return call, arguments, (1, shape, dtype, fortran, data)
    return pickle.dumps({"x": Array()})


def test_arrays_that_cannot_be_rebuilt(tmp_path):
    f8 = np.dtype("f8")
    path = tmp_path / "x.pkl"
    path.write_bytes(array_pickle((2,), f8, bytes(16)))
    findings(path, code=0)
    for shape, dtype, data in [
            ((2,), f8, bytes(15)), ((3,), f8, bytes(16)), ((-1,), f8, b""), ((1,) * 200, f8, bytes(8)), ((2,), f8, [1, 2]),
            ((2,), np.dtype("O"), bytes(16)), ((1 << 62,), f8, b""), ((2.5,), f8, bytes(16)),
            ((2,), Call(np.dtype, "Q17", False, True), bytes(16))]:
        path.write_bytes(array_pickle(shape, dtype, data))
        found = findings(path, code=1)
        assert any(f["code"] in ("malformed", "unsupported") for f in found["findings"]), (shape, found)
        assert run_npy("show", f"{path}:x", check=False).returncode == 1


def torch_archive(data, storage):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("m/data.pkl", data)
        if storage is not None:
            archive.writestr("m/data/0", storage)
        archive.writestr("m/version", "3\n")
    return buffer.getvalue()


def tensor(offset=0, shape=(2, 3), strides=(3, 1), count=6, tail=b""):
    storage = (b"((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu"
               + pickle.dumps(count, protocol=2)[2:-1] + b"tQ")
    values = b"".join(pickle.dumps(part, protocol=2)[2:-1] for part in (offset, shape, strides, False))
    return (b"\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n" + storage + values
            + b"ccollections\nOrderedDict\n)RtR" + tail + b"s.")


def test_tensors_that_cannot_be_rebuilt(tmp_path):
    path = tmp_path / "x.pt"
    path.write_bytes(torch_archive(tensor(), bytes(24)))
    assert findings(path, code=0)["risk"] == "data"
    assert run_npy("show", f"{path}:w").split() == b"[[0. 0. 0.] [0. 0. 0.]]".split()
    for content in [
            torch_archive(tensor(), bytes(23)), torch_archive(tensor(), bytes(8)), torch_archive(tensor(), None),
            torch_archive(tensor(offset=1), bytes(24)), torch_archive(tensor(offset=-1), bytes(24)),
            torch_archive(tensor(strides=(-3, 1)), bytes(24)), torch_archive(tensor(count=5), bytes(24)),
            torch_archive(tensor(tail=b"K\x01K\x02s"), bytes(24))]:
        path.write_bytes(content)
        found = findings(path, code=1)
        assert any(f["severity"] == "error" and f["code"] in ("malformed", "not_found", "out_of_bounds") for f in found["findings"])


def test_bombs_are_refused(tmp_path):
    path = tmp_path / "x.pkl"
    doubled = b"\x80\x02]q\0K\1aq\1" + b"".join(b"h" + bytes([n]) + b"h" + bytes([n]) + b"\x86q" + bytes([n + 1]) for n in range(1, 60))
    path.write_bytes(doubled + b".")
    findings(path, code=1)
    path.write_bytes(b"(" * 3 + b"l" + b"]" + b"\x85" * 50_000 + b".")
    run_npy("check", path, check=False, timeout=60)
    path.write_bytes(b"\x80\x02N" + b"r\xff\xff\xff\x7f" + b".")
    assert "memo index" in run_npy("check", path, check=False).stdout.decode()
    # Inflated no further than an option says.
    path.write_bytes(bz2.compress(pickle.dumps(bytes(3_000_000))))
    for command in (["check"], ["ls"], ["show"]):
        result = run_npy(*command, "--memory", "1M", path, check=False)
        assert result.returncode == 1 and b"--memory" in result.stdout + result.stderr, result
        run_npy(*command, path)


def test_old_text_is_said(tmp_path):
    path = tmp_path / "x.pkl"
    path.write_bytes(b"(dp0\nS'a'\nS'caf\\xe9'\ns.")
    found = findings(path, code=0)
    assert [f["severity"] for f in found["findings"]] == ["warning"]
    result = run_npy("show", path)
    assert result.decode() == "{'a': 'café'}\n"
    assert run_npy("show", "--pickle-encoding", "ascii", path, check=False).returncode == 1


@pytest.mark.parametrize("length", [262, 300, 511, 512, 600, 5000])
def test_text_with_the_signature_of_tar(tmp_path, length):
    """A short or plain text may have it at byte 257; nothing there is a tar archive."""
    text = b"id,name,note\n1,x," + b"a" * 239 + b"ustar rules\n"
    text += b"2,y,zz\n" * ((length - len(text)) // 7 + 1 if length > len(text) else 0)
    for name, content in {"u.csv": text, "u": b"x" * 257 + b"ustar" + bytes(max(0, length - 262)), "z.zip": zipped(text, "u.txt")}.items():
        (tmp_path / name).write_bytes(content)
        result = run_npy("check", tmp_path / name, check=False)
        assert result.returncode in (0, 1), (name, result)
    assert b"note" in run_npy("info", tmp_path / "u.csv")
    assert run_npy("check", tmp_path / "u.csv").startswith(b"ok")


@pytest.mark.parametrize("padding", [b"\n", b"\r\n", bytes(1), bytes(5000), b" " * 70000])
def test_pickles_behind_padding(tmp_path, padding):
    content = pickle.dumps({"a": 1}) + padding + EVIL["system2"]
    for name in ("x.pkl", "x.dat", "x"):
        (tmp_path / name).write_bytes(content)
        assert findings(tmp_path / name, code=1)["risk"] == "dangerous"
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("data/0", content)
    assert findings(tmp_path / "x.zip", code=1)["risk"] == "dangerous"


def test_pickles_behind_an_archive(tmp_path):
    for name in ("x.npz", "x.zip", "x.pt", "x"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("a.txt", "text")
        content = (tmp_path / name).read_bytes()
        for evil in EVIL.values():
            (tmp_path / name).write_bytes(content + evil)
            assert findings(tmp_path / name, code=1)["risk"] == "dangerous"
        (tmp_path / name).write_bytes(content + b"just text, and more of it")
        found = findings(tmp_path / name, code=0)
        assert found["ok"] and [f["severity"] for f in found["findings"]] == ["warning"]


def test_a_shells_pattern_is_judged_as_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("a.npy", np.arange(3))
    texts = {"LICENSE": "MIT, and more\n", "labels.txt": "cat\ndog\na b c\n", "__init__.py": "", "c.json": '{"a": [1, "x", {}]}'}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "r.bin").write_bytes(np.random.default_rng(2).bytes(200))
    names = sorted([*texts, "a.npy", "r.bin"])
    for operands in (names, ["."], ["*"], ["*", "."]):
        found = json.loads(run_npy("check", "--json", *operands).decode())
        assert all(file["ok"] for file in found), found
    assert len(json.loads(run_npy("check", "--json", "*", "**/*"))) == len(names)
    (tmp_path / "b.npy").write_bytes(b"no array")
    assert run_npy("check", *names, "b.npy", check=False).returncode == 1


def test_arrays_mapped_from_files(tmp_path):
    """The class of a mapped array names no file; called, it opens one."""
    array = np.memmap(tmp_path / "m", dtype="u1", mode="w+", shape=3)
    (tmp_path / "x.pkl").write_bytes(pickle.dumps(array))
    assert findings(tmp_path / "x.pkl", code=0)["ok"]
    (tmp_path / "x.pkl").write_bytes(b"cnumpy\nmemmap\n(S'/tmp/x'\ntR.")
    assert findings(tmp_path / "x.pkl", code=1)["risk"] == "dangerous"


# What runs before it breaks, and what has the name of something else: by CPython, NumPy, pandas and PyTorch it is read all the same.
CALLS = {
    "inst": b'(S"id"\niposix\nsystem\n]s.', "inst behind a value": b'K\x00(S"id"\niposix\nsystem\n2}\x90.',
    "inst of protocol 4": b'\x80\x04(S"id"\niposix\nsystem\n\xff', "reduce": b"cposix\nsystem\n(S'id'\ntR.",
    "protocol 2": b"\x80\x02cposix\nsystem\nU\x02id\x85R.", "protocol 4": b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.",
}
WRAPPED = {
    "plain": lambda content: content, "gzip": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress,
    "zip in gzip": lambda content: gzip.compress(zipped(content, "a.bin")), "zip in bz2": lambda content: bz2.compress(zipped(content, "a.bin")),
    "zlib in gzip": lambda content: gzip.compress(zlib.compress(content)), "zlib in xz": lambda content: lzma.compress(zlib.compress(content)),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("wrapping", WRAPPED)
def test_calls_under_any_name(tmp_path, call, wrapping):
    content = WRAPPED[wrapping](CALLS[call])
    for name in ["x", "x.dat", "x.txt", "x.csv", "x.tsv", "x.json", "x.safetensors", "x.gguf", "x.npy", "x.npz", "x.pt", "x.h5", "x.jpg", "x.bin"]:
        path = tmp_path / name
        path.write_bytes(content)
        assert_dangerous(path)
        folder = tmp_path / ("f" + name)
        folder.mkdir()
        path.rename(folder / name)
        assert_dangerous(folder)


@pytest.mark.parametrize("name", ["data.pkl", "model/data.pkl"])
def test_containers_named_as_pytorchs_pickle(tmp_path, name):
    for wrapping in ["zip in gzip", "bz2", "zlib in xz"]:
        (tmp_path / "x.zip").write_bytes(zipped(WRAPPED[wrapping](CALLS["protocol 4"]), name))
        assert_dangerous(tmp_path / "x.zip")
    (tmp_path / "x.zip").write_bytes(zipped(zipped(CALLS["protocol 2"], "b.dat"), name))
    assert_dangerous(tmp_path / "x.zip")


def test_what_is_left_out_of_a_folder_is_told(tmp_path):
    """Links to folders are not followed, as they may lead in circles; nobody is to think that they were."""
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / "p.pkl").write_bytes(CALLS["reduce"])
    folder = tmp_path / "f"
    folder.mkdir()
    np.save(folder / "x.npy", np.arange(3))
    (folder / "model").symlink_to(tmp_path / "evil")
    (folder / "lost").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "pipe.pkl")
    lines = run_npy("check", folder).decode().splitlines()
    assert len(lines) == 4 and lines[-1].startswith("ok: ") and lines[-1].endswith("x.npy"), lines
    assert all("not looked into" in line and line.startswith("note: ") for line in lines[:-1])
    assert_dangerous(folder / "model")
    reports = json.loads(run_npy("check", "--json", folder))
    assert [report["ok"] for report in reports] == [True] * 4
