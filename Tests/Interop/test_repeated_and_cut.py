"""Archives with several members of a name, those that are cut within a header, and .gz with too few or too many bytes."""
import gzip
import io
import warnings
import zipfile

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
