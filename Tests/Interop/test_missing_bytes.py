"""Files of several arrays that lost or gained bytes in the middle, or at their end: what is whole is found."""
import io
import json
import pickle
import struct
import tarfile
import zipfile

import numpy as np
import pytest

from conftest import peak_memory, run_npy

ARRAYS = {"a": np.arange(500), "b": np.arange(300.) / 7, "c": np.array(["x", "yz"]), "d": np.arange(40, dtype="i2").reshape(5, 8)}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def archive(compressed):
    content = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(content, **ARRAYS)
    places = {info.filename[:-4]: info.header_offset for info in zipfile.ZipFile(content).infolist()}
    return content.getvalue(), places


def equal(one, other):
    return one.dtype == other.dtype and np.array_equal(one, other)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("damaged", ["a", "b", "d"])
@pytest.mark.parametrize("count", [-20, -3, 1, 50])
def test_a_member_that_lost_or_gained_bytes(folder, compressed, damaged, count):
    data, places = archive(compressed)
    place = places[damaged] + 120
    changed = data[:place] + (bytes(count) + data[place:] if count > 0 else data[place - count:])
    (folder / "m.npz").write_bytes(changed)
    result = run_npy("convert", "--recover", "--skip-bad", "m.npz", "o.npz", check=False)
    assert result.returncode in (0, 1)
    with np.load("o.npz") as loaded:
        for name, array in ARRAYS.items():
            if name != damaged:
                assert equal(loaded[name], array), name
    # What NumPy can read, lenient reading can; of the others it says why.
    for name, array in ARRAYS.items():
        try:
            theirs = np.load("m.npz")[name]
        except Exception:
            continue
        assert equal(theirs, array)
        assert equal(np.load(io.BytesIO(run_npy("convert", "--lenient", f"m.npz:{name}", "-", "--to", "npy"))), array)
    told = run_npy("ls", "m.npz", check=False)
    assert told.returncode == 1 and b"--recover" in told.stderr or count > 0


def test_a_header_within_a_member_is_its_own(folder):
    """An archive stored in an archive whose directory is lost is one member, whether bytes follow it or not."""
    inner, _ = archive(False)
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as file:
        file.writestr("inner.npz", inner)
        # Of other bytes the checksum tells that the headers within are theirs.
        file.writestr("log.bin", b"begins otherwise" + inner + bytes(70_000))
        end = file.fp.tell()
    for rest in (b"", b"some bytes that are none of a directory"):
        (folder / "o.npz").write_bytes(outer.getvalue()[:end] + rest)
        names = [line.split()[0] for line in run_npy("ls", "--recover", "o.npz").decode().splitlines()]
        assert names == ["o.npz:inner.npz", "o.npz:log.bin"]
        assert run_npy("show", "--recover", "--raw", "o.npz:log.bin", check=False).returncode in (0, 64)


@pytest.mark.parametrize("flags", [0, 8])
def test_headers_without_end_take_no_time(folder, flags):
    """Members that each claim all the rest, and members whose ends are nowhere: as many as there are, in one pass."""
    count = 30_000
    members = b""
    for number in range(count):
        name = b"%07d.npy" % number
        size = 0 if flags else 2**31 - 100
        members += struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, flags, 0, 0, 0x21, 0, size, size, len(name), 0) + name + b"x" * 20
    (folder / "h.npz").write_bytes(members)
    result = run_npy("ls", "--recover", "h.npz", check=False, timeout=60)
    assert result.returncode in (0, 1) and len(result.stderr) < 20_000_000
    assert peak_memory("info", "--recover", "h.npz", code=result.returncode) < 600 << 20


@pytest.fixture
def several(folder):
    arrays = [np.arange(4), np.arange(12.).reshape(6, 2), np.arange(5, dtype="u1")]
    content = io.BytesIO()
    ends = []
    for array in arrays:
        np.save(content, array)
        ends.append(content.tell())
    return arrays, content.getvalue(), ends


@pytest.mark.parametrize("which, left, rows", [(1, 128 + 50, 3), (1, 128 + 90, 5), (2, 128 + 2, 2), (1, 60, None), (2, 127, None)])
def test_several_arrays_of_which_one_is_cut(folder, several, which, left, rows):
    arrays, data, ends = several
    (folder / "m.npy").write_bytes(data[:ends[which - 1] + left])
    # As np.load, the first.
    result = run_npy("show", "m.npy", check=False)
    assert result.stdout == run_npy("show", "m.npy:0") and result.returncode == 0
    assert (b"that cannot be read" if which == 1 else b"holds more arrays") in result.stderr
    listed = run_npy("ls", "m.npy", check=False)
    assert listed.returncode == 1 and f"m.npy:{which}".encode() in listed.stderr and len(listed.stdout.splitlines()) == which
    assert run_npy("convert", "m.npy", "o.npz", check=False).returncode == 1 and not (folder / "o.npz").exists()
    result = run_npy("convert", "--recover", "m.npy", "o.npz", check=False)
    assert result.returncode == 0 and result.stderr.count(b"\n") == 1
    with np.load("o.npz") as loaded:
        assert len(loaded.files) == which + (rows is not None)
        for place, array in enumerate(arrays[:which]):
            assert equal(loaded[f"arr_{place}"], array)
        if rows is not None:
            assert equal(loaded[f"arr_{which}"], arrays[which][:rows])
            shown = run_npy("convert", "--recover", f"m.npy:{which}", "-", "--to", "npy")
            assert equal(np.load(io.BytesIO(shown)), arrays[which][:rows])


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("change", ["returns", "latin1", "replaced"])
def test_archives_that_went_through_text(folder, compressed, change):
    content = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(content, a=np.random.default_rng(3).integers(0, 2**60, 3000), b=np.linspace(0, 1, 500))
    data = content.getvalue()
    changed = {"returns": lambda: data.replace(b"\n", b"\r\n"), "latin1": lambda: data.decode("latin1").encode(),
               "replaced": lambda: data.decode(errors="replace").encode()}[change]()
    (folder / "x.npz").write_bytes(changed)
    for command in ("show", "ls", "stats"):
        result = run_npy(command, "x.npz", check=False)
        assert result.returncode == 1 and b"changed as if they were text" in result.stderr, (command, result.stderr)


def test_arrays_behind_the_first_in_a_member(folder):
    content = io.BytesIO()
    np.save(content, np.arange(3))
    np.save(content, np.arange(5))
    with zipfile.ZipFile("x.npz", "w") as file:
        file.writestr("log.npy", content.getvalue())
    for arguments in (["show", "x.npz"], ["convert", "x.npz", "o.npy"], ["cat", "x.npz", "-o", "o.npy"], ["stats", "x.npz"]):
        result = run_npy(*arguments, check=False)
        assert result.returncode == 0 and b"x.npz:log: only the first array" in result.stderr, arguments


@pytest.mark.parametrize("first", range(0, 256, 3))
def test_unknown_bytes_are_told_as_such(folder, first):
    data = bytes([first]) + np.random.default_rng(first).bytes(500)
    (folder / "r.npy").write_bytes(data)
    message = run_npy("show", "r.npy", check=False).stderr.decode()
    for words in ("stack underflow", "could not find MARK", "Memo value", "extension code", "persistent IDs"):
        assert words not in message or "No format that is known" in message


def test_a_part_of_a_divided_archive(folder):
    content = io.BytesIO()
    np.savez(content, a=np.arange(300))
    (folder / "x.z01").write_bytes(b"PK\7\x08" + content.getvalue())
    assert b"divided zip archive" in run_npy("show", "x.z01", check=False).stderr


@pytest.mark.parametrize("names", [["é.npy", "è.npy", "b.npy"], ["a/ü.npy", "a/ö.npy"], ["é" * 120 + ".npy", "è" * 120 + ".npy"]])
@pytest.mark.parametrize("format", [tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("encoding", ["latin1", "utf-8"])
def test_names_of_tars(folder, names, format, encoding):
    if format == tarfile.USTAR_FORMAT and len(names[0]) > 100:
        names = [name[:30] + ".npy" for name in names]
    with tarfile.open("t.tar", "w", format=format, encoding=encoding) as tar:
        for number, name in enumerate(names):
            content = io.BytesIO()
            np.save(content, np.arange(number + 1))
            info = tarfile.TarInfo(name)
            info.size = len(content.getvalue())
            tar.addfile(info, io.BytesIO(content.getvalue()))
    run_npy("convert", "t.tar", "o.npz")
    with np.load("o.npz") as loaded:
        assert [loaded[name].tolist() for name in loaded.files] == [list(range(number + 1)) for number in range(len(names))]
        assert loaded.files == [name[:-4] for name in names]


@pytest.mark.parametrize("directory", [False, True])
def test_a_name_that_is_not_utf_8_is_not_taken_for_a_link(folder, directory):
    inside = folder / "models"
    inside.mkdir()
    np.save(inside / "good.npy", np.arange(3))
    name = bytes(inside) + b"/evil\xff" + (b"" if directory else b".pkl")
    try:
        if directory:
            import os
            os.mkdir(name)
            name += b"/a.pkl"
        with open(name, "wb") as file:
            file.write(pickle.dumps(print))
    except OSError:
        pytest.skip("the file system takes no such names")
    for operand in ("models", "models/*"):
        result = run_npy("check", operand, check=False)
        assert result.returncode == 1 and b"not UTF-8" in result.stdout and b"ok: models/good.npy" in result.stdout
    report = json.loads(run_npy("check", "--json", "models", check=False).stdout)
    assert len(report) == 2


def test_more_files_than_are_open_by_default(folder):
    import resource
    count = 1500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < count + 100:
        pytest.skip("the system allows no more files")
    for number in range(count):
        np.save(f"{number:05d}.npy", np.arange(3) + number)
    files = sorted(str(path.name) for path in folder.glob("*.npy"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1024), hard))
    try:
        run_npy("cat", "--stack", *files, "-o", "all.npy")
        run_npy("pack", "all.npz", *files)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert np.array_equal(np.load("all.npy"), np.arange(count)[:, None] + np.arange(3))
    assert len(np.load("all.npz").files) == count


@pytest.fixture
def tar(folder):
    arrays = {f"m{number}": np.arange(3000).reshape(-1, 4) + number for number in range(4)}
    places = {}
    with tarfile.open("t.tar", "w") as file:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.save(content, array)
            info = tarfile.TarInfo(name + ".npy")
            info.size = len(content.getvalue())
            places[name] = file.offset
            file.addfile(info, io.BytesIO(content.getvalue()))
    return arrays, places, (folder / "t.tar").read_bytes()


@pytest.mark.parametrize("member", ["m1", "m2", "m3"])
@pytest.mark.parametrize("count", [512 + 128 + 5 * 32 + 3, 512 + 200, 512])
def test_a_tar_that_is_cut(folder, tar, member, count):
    arrays, places, data = tar
    (folder / "c.tar").write_bytes(data[:places[member] + count])
    result = run_npy("ls", "c.tar", check=False)
    assert result.returncode == 1 and b"--recover" in result.stderr
    result = run_npy("convert", "--recover", "c.tar", "o.npz", check=False)
    assert result.returncode == 0 and b"cut" in result.stderr
    with np.load("o.npz") as loaded:
        for name, array in arrays.items():
            if name < member:
                assert equal(loaded[name], array)
        rows = max(0, count - 512 - 128) // 32
        assert equal(loaded[member], arrays[member][:rows]) if rows else member not in loaded.files


@pytest.mark.parametrize("member", ["m0", "m1", "m3"])
def test_a_tar_with_a_header_that_is_damaged(folder, tar, member):
    arrays, places, data = tar
    changed = bytearray(data)
    changed[places[member] + 3] ^= 1
    (folder / "d.tar").write_bytes(changed)
    assert b"--recover" in run_npy("ls", "d.tar", check=False).stderr
    result = run_npy("convert", "--recover", "d.tar", "o.npz", check=False)
    assert result.returncode == 0 and b"damaged" in result.stderr
    with np.load("o.npz") as loaded:
        assert loaded.files == [name for name in arrays if name != member]
        assert all(equal(loaded[name], arrays[name]) for name in loaded.files)
