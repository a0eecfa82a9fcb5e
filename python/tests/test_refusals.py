"""What the system refuses, and names of files that are no plain text: as Python and NumPy have it."""
import os
import pickle
import subprocess
import sys

import numpy as np
import npyfast
import pytest
from conftest import same

DATA = np.arange(20_000.).reshape(-1, 10)
SAVES = {
    "npy": lambda module, path: module.save(path, DATA), "npz": lambda module, path: module.savez(path, DATA, b=DATA),
    "compressed": lambda module, path: module.savez_compressed(path, DATA, b=DATA),
    "txt": lambda module, path: module.savetxt(path, DATA),
}
READS = {
    "open_array": npyfast.open_array, "batch": lambda path: npyfast.batch([path]), "load_pickle": npyfast.load_pickle,
    "load_safetensors": npyfast.load_safetensors, "member": lambda path: npyfast.open_array(path, "a"),
    "load": npyfast.load, "mapped": lambda path: npyfast.load(path, mmap_mode="r"), "NpzFile": npyfast.NpzFile,
}


def refusal(function, *arguments):
    with pytest.raises((OSError, ValueError)) as raised:
        function(*arguments)
    return raised.value


def system_refusal(function, *arguments):
    error = refusal(function, *arguments)
    return type(error), getattr(error, "errno", None)


@pytest.mark.parametrize("kind", SAVES)
@pytest.mark.parametrize("place", ["nowhere/a", "file/a", "x" * 300])
def test_the_systems_numbers_of_errors(tmp_path, monkeypatch, kind, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    assert system_refusal(SAVES[kind], npyfast, place) == system_refusal(SAVES[kind], np, place)
    assert os.listdir(".") == ["file"]


@pytest.mark.parametrize("place", ["folder/", "file/", "new/", "no/folder/", "http://host/a", "folder/s3://b/c", "file:///a"])
def test_tables_that_are_no_files(tmp_path, monkeypatch, place):
    """Names that end like folders, and those that look like addresses: `savetxt` adds nothing to a name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for kind in SAVES if place != "folder/" else ["txt"]:
        assert system_refusal(SAVES[kind], npyfast, place) == system_refusal(SAVES[kind], np, place), kind
    loads = [lambda module: module.load(place), lambda module: module.load(place + ".npz")]
    for load in loads if "://" in place else [*loads, lambda module: module.loadtxt(place), lambda module: module.genfromtxt(place)]:
        assert system_refusal(load, npyfast) == system_refusal(load, np)


def test_a_path_that_looks_like_an_address(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "http:" / "host").mkdir(parents=True)
    npyfast.save("http://host/a.npy", [1, 2])
    npyfast.savez("http://host/a.npz", [3])
    npyfast.savez_compressed("http://host/b.npz", [4])
    npyfast.save_safetensors("http://host/a.safetensors", {"x": np.arange(2)})
    assert sorted(os.listdir("http:/host")) == ["a.npy", "a.npz", "a.safetensors", "b.npz"]
    assert list(npyfast.load("http://host/a.npy")) == [1, 2] and npyfast.load("http://host/b.npz")["arr_0"] == 4
    assert len(npyfast.load_safetensors("http://host/a.safetensors")["x"]) == 2
    with pytest.raises(FileNotFoundError) as refusal:
        npyfast.load("http://host/c.npy")
    assert refusal.value.filename == "http://host/c.npy"


FULL = """
import errno, os, resource, sys
import numpy as np
import npyfast
data = np.random.default_rng(0).normal(size=(40_000, 2))
names = ["a.npy", "a.npz", "b.npz", "a.txt", "a.txt.gz", "a.txt.bz2", "a.txt.xz", "a.safetensors"]
def save(what):
    npyfast.save("a.npy", what)
def savez(what):
    npyfast.savez("a.npz", what[:1], what)
def compressed(what):
    npyfast.savez_compressed("b.npz", what[:1], what)
def text(ending):
    return lambda what: npyfast.savetxt("a.txt" + ending, what)
def tensors(what):
    npyfast.save_safetensors("a.safetensors", {"a": what[:1], "b": what})
functions = [save, savez, compressed, *map(text, ["", ".gz", ".bz2", ".xz"]), tensors]
for function in functions:
    function(data[:2])
before = {name: open(name, "rb").read() for name in names}
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 18, 1 << 18))
for function in functions:
    try:
        function(data)
    except OSError as error:
        assert error.errno == errno.EFBIG, error
    else:
        raise AssertionError(function)
try:
    npyfast.append("a.npy", data)
except OSError as error:
    assert error.errno == errno.EFBIG, error
assert before == {name: open(name, "rb").read() for name in names}
assert sorted(os.listdir(".")) == sorted(names), os.listdir(".")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="sizes of files are limited as on Linux")
def test_a_full_disk_is_an_error_of_the_system_and_leaves_the_old_file(tmp_path):
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(npyfast.__file__))}
    outcome = subprocess.run([sys.executable, "-c", FULL], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert outcome.returncode == 0, outcome.stderr[-2000:]


@pytest.mark.parametrize("path", ["a\0b", "\0", "a\0b.npy", "a\0b.npz"])
def test_a_path_does_not_end_at_a_null(tmp_path, monkeypatch, path):
    """Else another file would be read, or replaced."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").write_bytes(b"keep")
    for kind in SAVES:
        assert str(refusal(SAVES[kind], npyfast, path)) == "embedded null byte"
    for function in READS.values():
        assert str(refusal(function, path)) == "embedded null byte"
    assert str(refusal(npyfast.append, path, DATA)) == "embedded null byte"
    assert str(refusal(npyfast.save_safetensors, path, {"a": DATA})) == "embedded null byte"
    assert os.listdir(".") == ["a"] and (tmp_path / "a").read_bytes() == b"keep"


def test_no_path_is_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for function in READS.values():
        with pytest.raises(FileNotFoundError):
            function("")
    for function in (lambda: npyfast.savetxt("", DATA), lambda: npyfast.save_safetensors("", {"a": DATA})):
        with pytest.raises(FileNotFoundError):
            function()


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes on Linux")
def test_names_that_are_not_utf8(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    base = os.fsdecode(b"a\xffb")
    for kind, save in SAVES.items():
        save(npyfast, base + ".txt" if kind == "txt" else base)
    assert sorted(os.listdir(b".")) == [b"a\xffb.npy", b"a\xffb.npz", b"a\xffb.txt"]
    assert same(npyfast.load(base + ".npy"), DATA) and same(npyfast.load(base + ".npz")["b"], DATA)
    assert same(npyfast.load(base + ".npy", mmap_mode="r"), DATA)
    assert same(npyfast.loadtxt(base + ".txt"), DATA) and same(npyfast.genfromtxt(base + ".txt"), DATA)
    with pytest.raises(npyfast.ArrayFileError, match="UTF-8"):
        npyfast.open_array(base + ".npy")


def test_a_mapped_array_of_more_bytes_than_there_are_addresses(tmp_path):
    """Of such a shape NumPy's memmap divides by zero, and Python is gone."""
    header = b"{'descr': '|V2147483647', 'fortran_order': False, 'shape': (0, 9223372036854775807), }\n"
    (tmp_path / "a.npy").write_bytes(b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header + bytes(50))
    for mode in ("r", "r+", "c"):
        with pytest.raises(ValueError, match="array is too big"):
            npyfast.load(tmp_path / "a.npy", mmap_mode=mode)


def test_a_header_may_be_as_long_as_any_number_says(tmp_path):
    np.save(tmp_path / "a.npy", DATA)
    np.savez(tmp_path / "a.npz", DATA)
    for size in (1e5, float("inf"), 10**30):
        assert same(npyfast.load(tmp_path / "a.npy", max_header_size=size), DATA)
        assert same(npyfast.load(tmp_path / "a.npz", max_header_size=size)["arr_0"], DATA)


def test_objects_are_pickled_beside_what_the_system_refuses(tmp_path):
    with pytest.raises(FileNotFoundError):
        npyfast.savez(tmp_path / "nowhere" / "a.npz", DATA, np.array([None]))
    with pytest.raises((AttributeError, pickle.PicklingError)):
        npyfast.savez(tmp_path / "a.npz", DATA, np.array([lambda: 0]))
    assert not (tmp_path / "a.npz").exists()


def test_what_cannot_be_appended(tmp_path):
    npyfast.save(tmp_path / "a.npy", DATA)
    for rows in (DATA.astype(object), np.ma.array(DATA, mask=DATA > 5), DATA[:, :3], DATA.astype("<f4"), DATA[0, :3], 5):
        with pytest.raises(npyfast.ArrayFileError):
            npyfast.append(tmp_path / "a.npy", rows)
    assert same(np.load(tmp_path / "a.npy"), DATA)


def test_texts_of_safetensors_do_not_end_at_a_null(tmp_path):
    for tensors, metadata in (({"a\0b": DATA}, None), ({"a": DATA}, {"x\0y": "z"}), ({"a": DATA}, {"x": "y\0z"})):
        with pytest.raises(ValueError, match="null"):
            npyfast.save_safetensors(tmp_path / "a.safetensors", tensors, metadata)
    for tensors, metadata in (({5: DATA}, None), ({"a": DATA}, {"x": 5})):
        with pytest.raises(TypeError):
            npyfast.save_safetensors(tmp_path / "a.safetensors", tensors, metadata)
    assert not os.listdir(tmp_path)


def test_closed_archives_and_indices_that_are_none(tmp_path):
    npyfast.savez(tmp_path / "a.npz", DATA, DATA)
    archive = npyfast.load(tmp_path / "a.npz")
    with pytest.raises(ValueError, match="step"):
        archive.lazy("arr_0")[::0]
    archive.close()
    for use in (npyfast.batch, lambda archive: archive.lazy("arr_0"), lambda archive: archive["arr_0"]):
        with pytest.raises(ValueError, match="the archive is closed"):
            use(archive)
