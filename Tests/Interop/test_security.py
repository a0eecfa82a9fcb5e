"""What others may have put in a file or a folder: it must not decide what is read, written, shown or made public."""
import io
import os
import pathlib
import pickle
import shutil
import stat
import struct
import subprocess
import zipfile

import numpy as np
import pytest

from conftest import COMMAND, run_npy

# System calls that do nothing: what should have happened before them, or goes wrong without them, can then be seen.
SHIM = """
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
int unlink(const char *path) { errno = EPERM; return getenv("KEEP_FILES") ? -1 : remove(path); }
int fchmod(int file, mode_t mode) { return 0; }
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    np.save("arr.npy", np.arange(6))
    np.savez("two.npz", **{"weights": np.zeros(3), "deep/bias": np.zeros(2)})
    return folder


@pytest.fixture
def shimmed(tmp_path):
    """Runs the command with the shim."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler or os.uname().sysname != "Linux":
        pytest.skip("replacing system calls needs Linux and a C compiler")
    (tmp_path / "shim.c").write_text(SHIM.replace("remove(path)", "unlinkat(AT_FDCWD, path, 0)").replace(
        "#include <errno.h>", "#include <errno.h>\n#include <fcntl.h>\nint unlinkat(int, const char *, int);"))
    shim = tmp_path / "shim.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", shim, tmp_path / "shim.c"], check=True)

    def run(*arguments, **environment):
        return subprocess.run(
            [COMMAND, *arguments], env={**os.environ, "LD_PRELOAD": str(shim), **environment}, capture_output=True,
            timeout=60)
    return run


def fails(*arguments):
    result = run_npy(*arguments, check=False, timeout=30)
    assert result.returncode == 1 and result.stderr.count(b"\n") == 1, (arguments, result)
    return result.stderr.decode()


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


# MARK: Temporary files


def test_leftovers_that_cannot_be_removed(folder, shimmed):
    """Others' files in a sticky folder, or immutable ones: another name is taken."""
    left = [".out.npy.npyio-0.tmp", ".out.npy.npyio-1.tmp"]
    for name in left:
        pathlib.Path(name).touch()
    result = shimmed("convert", "arr.npy", "out.npy", KEEP_FILES="1")
    assert result.returncode == 0, result.stderr
    assert pathlib.Path("out.npy").read_bytes() == pathlib.Path("arr.npy").read_bytes()
    assert sorted(name for name in os.listdir() if name.startswith(".")) == left


def test_replacements_are_private_from_the_start(folder, shimmed):
    for name in ["out.npy", "out.npz", "out.pkl", "out.txt.gz"]:
        path = pathlib.Path(name)
        path.touch(0o640)
        assert shimmed("convert", "arr.npy", name).returncode == 0
        # The mode was to be copied at the end.
        assert mode(path) == 0o600
        path.chmod(0o640)
        run_npy("convert", "arr.npy", name)
        assert mode(path) == 0o640


def test_sizes_keeps_its_copies_to_itself(folder, shimmed, tmp_path):
    (tmp_path / "scratch").mkdir()
    shimmed("sizes", "arr.npy", TMPDIR=str(tmp_path / "scratch"), KEEP_FILES="1")
    (inner,) = (tmp_path / "scratch").iterdir()
    assert mode(inner) == 0o700
    assert [mode(path) for path in inner.iterdir() if path.name == "data"] == [0o600]


def test_folder_for_temporary_files(folder, tmp_path):
    missing = tmp_path / "missing" / "inner"
    for command in (["sizes", "arr.npy"], ["demo"]):
        result = subprocess.run([COMMAND, *command], env={**os.environ, "TMPDIR": str(missing)}, capture_output=True)
        assert result.returncode == 1 and str(missing).encode() in result.stderr, result
        assert not missing.parent.exists()
    before = set(os.listdir("/"))
    subprocess.run([COMMAND, "sizes", "arr.npy"], env={**os.environ, "TMPDIR": ""}, stdout=subprocess.DEVNULL, check=True)
    assert not [name for name in set(os.listdir("/")) - before if name.startswith("npy-")]


# MARK: Links, pipes, devices


def test_unpack_follows_no_links(folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "old").write_bytes(b"old")
    target = pathlib.Path("target")

    def attempt(link, to, *options):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        (target / "inner").mkdir()
        (target / link).symlink_to(to)
        return fails("unpack", "two.npz", "-C", "target", *options)

    for options in ([], ["--force"]):
        for link, to in [("weights.npy", outside / "new"), ("weights.npy", outside / "old"), ("deep", outside),
                         ("deep", outside / "none"), ("deep", "../../outside"), ("weights.npy", "../x.npy")]:
            assert "symbolic link" in attempt(link, to, *options)
            # Nothing has been written, neither there nor here.
            assert sorted(os.listdir(outside)) == ["old"] and (outside / "old").read_bytes() == b"old"
            assert sorted(os.listdir(target)) == sorted(["inner", link]) and not pathlib.Path("x.npy").exists()
    assert "symbolic link" in attempt("deep", "inner")
    run_npy("unpack", "--force", "two.npz", "-C", "target")
    assert (target / "inner" / "bias.npy").exists()
    # The folder itself may be a link: it is what the user has named.
    os.symlink(outside, "named")
    run_npy("unpack", "two.npz", "-C", "named")
    assert (outside / "weights.npy").exists()


def test_pipes_are_not_written_to_unasked(folder):
    os.mkdir("target")
    os.mkfifo("target/weights.npy")
    for options in ([], ["--force"]):
        assert "a pipe or a device" in fails("unpack", "two.npz", "-C", "target", *options)
    os.mkfifo("pipe.npy")
    assert "exists" in fails("convert", "-n", "arr.npy", "pipe.npy")
    assert "exists" in fails("convert", "-n", "arr.npy", "/dev/null", "--to", "npz")
    run_npy("convert", "arr.npy", "/dev/null", "--to", "npz")


def test_links_to_names_that_are_not_utf8(folder):
    try:
        os.symlink(b"caf\xe9.npy", b"link.npy")
    except OSError:
        pytest.skip("the file system has UTF-8 names only")
    before = sorted(os.listdir(b"."))
    assert "not UTF-8" in fails("convert", "arr.npy", "link.npy")
    assert sorted(os.listdir(b".")) == before


# MARK: Two archives in one file


def archive(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def end_fields(data, **changes):
    """The archive with numbers of its end record changed."""
    names = ["disk", "first_disk", "here", "count", "size", "offset", "comment"]
    fields = dict(zip(names, struct.unpack("<4H2LH", data[-18:])))
    for name, change in changes.items():
        fields[name] = (fields[name] + change) & (0xFFFFFFFF if name in ("size", "offset") else 0xFFFF)
    return data[:-18] + struct.pack("<4H2LH", *fields.values())


@pytest.mark.parametrize("changes", [
    dict(disk=3), dict(first_disk=1), dict(here=7), dict(here=-1), dict(count=1000, here=1000), dict(comment=9),
    dict(comment=65535), dict(disk=0xFFFF, count=300), dict(offset=1 << 31)], ids=str)
@pytest.mark.parametrize("place", ["after", "in the comment", "in the comment, followed by bytes"])
def test_two_archives(folder, changes, place):
    """The last end record is what others read, so its trouble is not forgotten because an earlier one is whole."""
    good, evil = archive(good=np.zeros(1)), end_fields(archive(evil=np.zeros(1)), **changes)
    tail = b"12345" if "bytes" in place else b""
    if "comment" in place:
        good = end_fields(good, comment=len(evil + tail))
    path = pathlib.Path("two archives.npz")
    path.write_bytes(good + evil + tail)
    for command in ("info", "check"):
        result = run_npy(command, path, check=False)
        assert result.returncode == 1, result
        assert b"good" not in result.stdout


def test_the_last_of_two_whole_archives_counts(folder):
    """As for NumPy; one within the other's comment is an error, also where bytes follow it."""
    good, other = archive(good=np.zeros(1)), archive(other=np.zeros(1))
    path = pathlib.Path("both.npz")
    path.write_bytes(good + other)
    assert b"other" in run_npy("info", path) and np.load(path).files == ["other"]
    path.write_bytes(end_fields(good, comment=len(other) + 4) + other + b"\0\1\2\3")
    assert np.load(path).files == ["other"]
    assert "two end records" in fails("info", path)
    # A comment that only mentions the signature leads no reader anywhere.
    comment = b"about PK\5\6 and what follows it, at some length"
    path.write_bytes(end_fields(good, comment=len(comment)) + comment)
    assert b"good" in run_npy("info", path)


# MARK: Types that share their parts


class Pickled:
    """What is pickled as a call, with a state: NumPy itself would take as long as its types are nested."""

    def __init__(self, *parts):
        self.parts = parts

    def __reduce__(self):
        return self.parts


def shared(levels, subarray):
    """A pickled array of four bytes an element, whose type has two fields of one type, which has two of one type."""
    dtype = np.dtype("<i4")
    for _ in range(levels):
        if subarray:
            dtype = Pickled(np.dtype, ("V4", False, True), (3, "|", (dtype, (1,)), None, None, 4, 1, 0))
        fields = {"a": (dtype, 0), "b": (dtype, 0)}
        dtype = Pickled(np.dtype, ("V4", False, True), (3, "|", None, ("a", "b"), fields, 4, 1, 16))
    call, arguments, _ = np.zeros(0).__reduce__()
    return pickle.dumps(Pickled(call, arguments, (1, (3,), dtype, False, b"abcd" * 3)))


@pytest.mark.parametrize("subarray", [False, True])
def test_dtypes_that_share_types(folder, subarray):
    path = pathlib.Path("shared.pkl")
    path.write_bytes(shared(6, subarray))
    expected = pickle.loads(path.read_bytes())
    run_npy("convert", path, "again.pkl")  # The fields overlap, which no header can say.
    again = pickle.loads(pathlib.Path("again.pkl").read_bytes())
    assert again.dtype == expected.dtype and again.tobytes() == expected.tobytes()
    for levels in (25, 31):
        path.write_bytes(shared(levels, subarray))
        assert len(path.read_bytes()) < 10_000
        assert "types that nest" in fails("convert", path, "out.npy")
        for command in ("info", "show", "check"):
            run_npy(command, path, check=False, timeout=20)


@pytest.mark.parametrize("name", [b"\x1b[31mtem", b'"\x1btem', b"a\x07b", "\u202etem".encode(), b"\x9b1m".decode("latin-1").encode()])
def test_names_do_not_reach_the_terminal_raw(tmp_path, name):
    """What a pickle calls, names, or is an instance of may be called anything; nothing of it moves a cursor."""
    short = b"\x8c" + bytes([len(name)]) + name
    pickles = {
        "named": b"cos\nsys" + name + b"\n.", "called": b"cos\nsys" + name + b'\n(S"id"\ntR.',
        "made": b"\x80\x04\x8c\x01m" + short + b"\x93)\x81.", "in": b"\x80\x04]\x8c\x01m" + short + b"\x93a.",
        "key": b"\x80\x04}" + short + b"K\x01s.", "id": b"P" + b"x\n." if b"\n" in name else b"\x80\x04" + short + b"Q.",
    }
    raw = [name, name.decode().encode("utf-16-le")]
    for kind, data in pickles.items():
        path = tmp_path / f"{kind}.pkl"
        path.write_bytes(data)
        for command in (["show"], ["ls"], ["info"], ["pickle"], ["check"], ["convert"], ["stats"], ["info", "--json"], ["ls", "--json"]):
            extra = [str(tmp_path / "o.npy")] if command == ["convert"] else []
            result = run_npy(*command, path, *extra, check=False)
            for text in (result.stdout, result.stderr):
                # JSON has its own escapes, which it needs for controls alone.
                assert "--json" in command or not any(part in text for part in raw), (kind, command, text)
                assert all(byte >= 0x20 or byte == 10 for byte in text), (kind, command, text)
