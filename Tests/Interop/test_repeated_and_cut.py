"""Archives with several members of a name, those that are cut within a header, and .gz with too few or too many bytes."""
import gzip
import io
import warnings
import zipfile
import zlib

import numpy as np
import pytest
from conftest import run_npy


def member(values):
    data = io.BytesIO()
    np.save(data, values)
    return data.getvalue()


@pytest.fixture
def repeated(tmp_path):
    path = tmp_path / "r.npz"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(path, "w") as archive:
            for name, count in [("w", 3), ("v", 2), ("w", 5)]:
                archive.writestr(name + ".npy", member(np.arange(count)))
    return path


def test_lenient_reading_takes_the_last_of_a_name(repeated, tmp_path):
    with np.load(repeated) as archive:
        wanted = {name: archive[name] for name in set(archive.files)}
    refused = run_npy("show", f"{repeated}:w", check=False)
    assert refused.returncode == 1 and b"--lenient" in refused.stderr
    for name, array in wanted.items():
        assert run_npy("show", "--lenient", f"{repeated}:{name}").decode() == str(array) + "\n"
    run_npy("convert", "--lenient", repeated, tmp_path / "c.npz")
    with np.load(tmp_path / "c.npz") as archive:
        assert sorted(archive.files) == sorted(wanted)
        assert all(np.array_equal(archive[name], wanted[name]) for name in wanted)
    # Whoever looks for what is hidden is told all the same.
    checked = run_npy("check", "--lenient", repeated, check=False)
    assert checked.returncode == 1 and b"several members" in checked.stdout and checked.stdout.count(b"error") == 1


def test_changes_leave_no_member_of_the_name_behind(repeated):
    run_npy("mv", "--lenient", repeated, "w", "u")
    with np.load(repeated) as archive:
        assert archive.files == ["v", "u"] and archive["u"].tolist() == [0, 1, 2, 3, 4]


def test_leaving_out_says_it_once(repeated, tmp_path):
    result = run_npy("convert", "--skip-bad", repeated, tmp_path / "s.npz", check=False)
    assert result.stderr.count(b"several members") == 1
    with np.load(tmp_path / "s.npz") as archive:
        assert archive.files == ["v"]


@pytest.mark.parametrize("old, new", [("w", "w"), ("w", ""), ("w", ".npy"), ("w", "v")])
def test_names_that_no_member_can_get(tmp_path, old, new):
    path = tmp_path / "a.npz"
    np.savez(path, w=np.arange(3), v=np.arange(2))
    before = path.read_bytes()
    result = run_npy("mv", path, old, new, check=False)
    assert result.returncode != 0 and path.read_bytes() == before
    assert (b"npy rm" in result.stderr) == (new == "v")


def test_members_before_a_cut_header_are_recovered(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, a=np.arange(6), b=np.arange(1000.))
    data = path.read_bytes()
    start = data.index(b"b.npy") - 30
    for place in (start + 36, start + 50, start + 150):
        cut = tmp_path / f"c{place}.npz"
        cut.write_bytes(data[:place])
        run_npy("convert", "--recover", cut, tmp_path / f"r{place}.npz")
        with np.load(tmp_path / f"r{place}.npz") as archive:
            assert archive.files == ["a"] and archive["a"].tolist() == list(range(6))


@pytest.mark.parametrize("cut", [1, 4, 8, 9])
def test_gzip_that_ends_too_early(tmp_path, cut):
    path = tmp_path / "t.txt.gz"
    path.write_bytes(gzip.compress(b"1 2\n3 4\n")[:-cut])
    for arguments in (["show", path], ["check", path]):
        result = run_npy(*arguments, check=False)
        assert result.returncode == 1 and b"ends too early" in result.stderr + result.stdout


def test_bytes_behind_gzip(tmp_path):
    path = tmp_path / "t.csv.gz"
    data = gzip.compress(b"1,2\n3,4\n")
    path.write_bytes(data + b"garbage")
    result = run_npy("show", path, check=False)
    assert result.returncode == 1 and f"(byte {len(data)})".encode() in result.stderr and b"follow" in result.stderr
    # Zeros and further members are no garbage, as Python's gzip has it.
    path.write_bytes(data + gzip.compress(b"5,6\n") + bytes(64))
    assert run_npy("show", path) == b"[[1. 2.]\n [3. 4.]\n [5. 6.]]\n"


def cut_archive(path):
    """An archive of which one member is an array that is cut short, though the archive is whole."""
    whole = io.BytesIO()
    np.save(whole, np.arange(12.0).reshape(3, 4))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("short.npy", whole.getvalue()[:-40])
        rest = io.BytesIO()
        np.save(rest, np.arange(3))
        archive.writestr("ok.npy", rest.getvalue())


def test_whole_rows_of_cut_members(tmp_path):
    cut_archive(tmp_path / "a.npz")
    assert b"--recover takes" in run_npy("show", f"{tmp_path}/a.npz:short", check=False).stderr
    result = run_npy("show", "--recover", f"{tmp_path}/a.npz:short", check=False)
    assert result.returncode == 0 and result.stderr.count(b"1 of 3 rows") == 1
    result = run_npy("convert", "--recover", tmp_path / "a.npz", tmp_path / "o.npz", check=False)
    assert result.returncode == 0, result.stderr
    with np.load(tmp_path / "o.npz") as archive:
        assert archive["short"].tolist() == [[0, 1, 2, 3]] and archive["ok"].tolist() == [0, 1, 2]
    # What was asked for is not advised.
    np.save(tmp_path / "o.npy", np.arange(4))
    assert b"--recover" not in run_npy("append", "--recover", tmp_path / "o.npy", "nothing.npy", check=False).stderr


@pytest.mark.parametrize("command", [["ls"], ["unpack", "-C", "folder"], ["convert"]])
@pytest.mark.parametrize("extension", ["npz", "pt"])
def test_archives_without_a_directory(tmp_path, extension, command):
    np.savez(tmp_path / "w.npz", a=np.arange(3), b=np.ones((2, 2)))
    whole = tmp_path / f"w.{extension}"
    if extension == "pt":
        run_npy("convert", tmp_path / "w.npz", whole)
    path = tmp_path / f"cut.{extension}"
    path.write_bytes(whole.read_bytes()[:-60])
    arguments = [command[0], "--recover", path]
    arguments += ["-C", tmp_path / "folder"] if command[0] == "unpack" else []
    arguments += [tmp_path / "o.npz"] if command[0] == "convert" else []
    result = run_npy(*arguments, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stderr.count(b"directory of") == 1
    if command[0] == "ls":
        assert [line.split()[0].split(b":")[1] for line in result.stdout.splitlines()] == [b"a", b"b"]
    elif command[0] == "convert":
        with np.load(tmp_path / "o.npz") as archive:
            assert archive["a"].tolist() == [0, 1, 2] and archive["b"].shape == (2, 2)
    else:
        assert np.load(tmp_path / "folder" / "a.npy").tolist() == [0, 1, 2]


def changed_member(path, method, change):
    """An archive of which one member was changed without its checksum, as a disk or a wire changes bytes."""
    whole = io.BytesIO()
    np.save(whole, np.arange(12.0).reshape(3, 4))
    data = whole.getvalue()
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("w.npy", change(data))
    bad = bytearray(path.read_bytes())
    # The checksum of what there was before; the two records of the member have it.
    if change(data) != data:
        old, new = zlib.crc32(change(data)).to_bytes(4, "little"), zlib.crc32(data).to_bytes(4, "little")
        bad = bad.replace(old, new)
    else:
        for start in [bad.find(b"PK\3\4") + 14, bad.find(b"PK\1\2") + 16]:
            bad[start] ^= 1
    path.write_bytes(bad)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("change", [
    lambda data: data, lambda data: data.replace(b"<f8", b"<f4"), lambda data: data.replace(b"(3, 4)", b"(2, 4)"),
    lambda data: data.replace(b"(3, 4)", b"(3, 1)"), lambda data: data[:-3] + b"abc"])
def test_every_command_compares_checksums(tmp_path, method, change):
    """Also where the header declares less than there is, or only parts are read at a time."""
    path = tmp_path / "a.npz"
    changed_member(path, method, change)
    with pytest.raises(zipfile.BadZipFile), np.load(path) as archive:
        archive["w"]
    np.savez(tmp_path / "b.npz", w=np.arange(12.0).reshape(3, 4))
    member = f"{path}:w"
    for arguments in [
            ["show", member], ["stats", member], ["convert", member, tmp_path / "o.npy"], ["plot", "--json", member],
            ["convert", path, tmp_path / "o.npz"], ["cat", member, "-o", tmp_path / "o.npy"], ["check", path],
            ["pack", tmp_path / "p.npz", path], ["sizes", member], ["plot", member, "-o", tmp_path / "o.png"]]:
        result = run_npy(*arguments, check=False)
        assert result.returncode == 1 and b"checksum" in result.stderr + result.stdout, arguments
    for other in [path, tmp_path / "b.npz"]:
        assert run_npy("diff", path, other, check=False).returncode == 2
    assert not any((tmp_path / name).exists() for name in ["o.npy", "o.npz", "o.png", "p.npz"])


@pytest.mark.parametrize("order", ["C", "F"])
def test_unpack_takes_what_is_whole(tmp_path, order):
    first, second = np.arange(1000.0), np.asarray(np.arange(2000.0).reshape(200, 10), order=order)
    np.savez(tmp_path / "whole.npz", first=first, second=second)
    data = (tmp_path / "whole.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(data[:len(data) * 6 // 10])
    result = run_npy("unpack", "-C", tmp_path / "a", tmp_path / "cut.npz", check=False)
    assert result.returncode == 1
    result = run_npy("unpack", "--recover", "-C", tmp_path / "b", tmp_path / "cut.npz", check=False)
    assert result.returncode == 0, result.stderr
    np.testing.assert_array_equal(np.load(tmp_path / "b" / "first.npy"), first)
    part = np.load(tmp_path / "b" / "second.npy")
    if order == "C":
        np.testing.assert_array_equal(part, second[:len(part)])
        assert 0 < len(part) < 200 and b" rows " in result.stderr
    else:
        np.testing.assert_array_equal(part, second[:, :part.shape[1]])
        assert 0 < part.shape[1] < 10 and b" columns " in result.stderr
