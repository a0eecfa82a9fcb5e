"""Indices and slices of arrays in any container, through every command that tells of them; several pickles of one file. NumPy and
CPython are the oracle."""
import bz2
import gzip
import io
import json
import lzma
import pickle
import re
import tarfile

import numpy as np
import pytest

from conftest import run_npy

ARRAYS = {
    "rows": np.arange(12).reshape(3, 4),
    "columns": np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    "records": np.array([(1, 2.5), (3, 4.5)], dtype=[("a", "i4"), ("b", "f8")]),
    "zero": np.array(7.5),
    "scalar": np.float32(1.5),
    "words": np.array(["a", "bc", "d"]),
    "masked": np.ma.array([1, 2, 3], mask=[False, True, False]),
    "objects": np.array([1, "x", None], dtype=object),
}
INDICES = [0, 1, 2, 3, 4, 5, 99, -1, -3, -4, -99]


@pytest.fixture(scope="module")
def pickled(tmp_path_factory):
    path = tmp_path_factory.mktemp("pickled") / "a.pkl"
    path.write_bytes(pickle.dumps(ARRAYS))
    return path


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("form", [":{}.{}", ":{}[{}]"])
def test_an_index_is_an_index(pickled, name, form):
    """One beyond an array is an error as in NumPy, never a part of what the pickle rebuilds the array from."""
    for index in INDICES:
        address = str(pickled) + form.format(name, index)
        try:
            part = ARRAYS[name][index]
        except IndexError:
            for command in ["show", "info", "ls"]:
                result = run_npy(command, address, check=False)
                assert result.returncode not in (0, 132) and not result.stdout, (command, address, result)
                assert str(pickled) in result.stderr.decode()
            continue
        shown = run_npy("show", address).decode()
        wanted = repr(part) if part is np.ma.masked or isinstance(part, str) and name == "objects" else str(part)
        assert shown.strip("'\n") == wanted.strip("'"), (address, shown)


@pytest.mark.parametrize("container", ["npy", "npz", "pkl", "json"])
def test_slices_have_one_shape(tmp_path, container):
    array = ARRAYS["rows"]
    path = tmp_path / f"a.{container}"
    if container == "npy":
        np.save(path, array)
    elif container == "npz":
        np.savez(path, x=array)
    else:
        values = {"x": array if container == "pkl" else array.tolist()}
        path.write_bytes(pickle.dumps(values) if container == "pkl" else json.dumps(values).encode())
    for text, part in [("1", array[1]), ("1:", array[1:]), (":,1", array[:, 1]), ("::2,1:3", array[::2, 1:3])]:
        address = f"{path}{'' if container == 'npy' else ':x'}[{text}]"
        shape = ", ".join(map(str, part.shape)) + ("," if part.ndim == 1 else "")
        assert f"({shape})" in run_npy("info", address).decode(), address
        assert f"({shape})" in run_npy("ls", address).decode(), address
        assert json.loads(run_npy("info", "--json", address))["shape"] == list(part.shape), address
        assert json.loads(run_npy("stats", "--json", address))["count"] == part.size, address


@pytest.mark.parametrize("number", [-1, -9, -2**63, 1, 2**63 - 1])
@pytest.mark.parametrize("command", ["ls", "info", "show", "stats"])
def test_numbers_of_arrays_that_are_not_there(tmp_path, command, number):
    np.save(tmp_path / "a.npy", np.arange(3))
    result = run_npy(command, f"{tmp_path / 'a.npy'}:{number}", check=False)
    assert result.returncode == 1 and result.stderr.count(b"\n") == 1, result


@pytest.mark.parametrize("values", [{"x": np.arange(3), "y": np.arange(2)}, [np.arange(3), {"a": np.arange(2)}, 5]], ids=type)
@pytest.mark.parametrize("slice_", ["[0]", "[2]", "[99]", "[0:1]", "[::0]"])
def test_slices_of_what_is_no_array(tmp_path, values, slice_):
    """An item where the brackets hold the number of one, else an error, by every command."""
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(values))
    number = int(slice_[1:-1]) if slice_[1:-1].isdigit() else None
    is_item = isinstance(values, list) and number is not None and number < len(values)
    for command in ["info", "ls", "show"]:
        result = run_npy(command, f"{path}{slice_}", check=False)
        assert (result.returncode == 0) == is_item, (command, result)
        if is_item and command != "show":
            array = values[number]["a"] if isinstance(values[number], dict) else values[number]
            shapes = [line for line in result.stdout.decode().splitlines() if "int64" in line]
            assert len(shapes) == isinstance(array, np.ndarray), result.stdout
            assert all(f"({len(array)},)" in line for line in shapes)


def dumped(path, values):
    with open(path, "wb") as file:
        for value in values:
            pickle.dump(value, file)
    return path


@pytest.mark.parametrize("first, second, same", [
    ([{"a": np.arange(3)}] * 2, [{"a": np.arange(3)}] * 2, True),
    ([{"a": np.arange(3)}] * 2, [{"a": np.arange(3)}, {"a": np.arange(3) + 1}], False),
    ([{"a": np.arange(3)}] * 2, [{"a": np.arange(3)}], False),
    ([{"a": np.arange(3)}], [{"a": np.arange(3)}, 5], False),
    ([np.arange(3), 1, "x"], [np.arange(3), 1, "x"], True),
    ([np.arange(3), 1, "x"], [np.arange(3), 1, "y"], False),
    ([np.arange(3), {"k": 1}], [np.arange(3), {"k": 2}], False),
    ([np.arange(3), np.ma.array([1, 2], mask=[0, 1])], [np.arange(3), np.ma.array([1, 2], mask=[1, 0])], False),
], ids=range(8))
def test_all_pickles_of_a_file_are_compared(tmp_path, first, second, same):
    left, right = dumped(tmp_path / "a.pkl", first), dumped(tmp_path / "b.pkl", second)
    for one, other in [(left, right), (right, left)]:
        result = run_npy("diff", one, other, check=False)
        assert result.returncode == (0 if same else 1) and not result.stderr, result
        assert json.loads(run_npy("diff", "--json", one, other, check=False).stdout)["same"] == same


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig"])
@pytest.mark.parametrize("value", [[1, 2], [[1.5, -2], [0, 3]], {"é": [1, 2, 3]}, 7])
def test_json_in_wide_characters(tmp_path, encoding, value):
    path = tmp_path / "a.json"
    path.write_bytes(json.dumps(value, ensure_ascii=False).encode(encoding))
    assert json.loads(path.read_bytes()) == value
    name = ":é" if isinstance(value, dict) else ""
    found = np.load(io.BytesIO(run_npy("convert", f"{path}{name}", "-", "--to", "npy")))
    wanted = np.array(value["é"] if isinstance(value, dict) else value)
    assert found.dtype == wanted.dtype and np.array_equal(found, wanted)
    run_npy("check", path)


@pytest.mark.parametrize("dtype", ["f8", ">f8"])
@pytest.mark.parametrize("values", [[1e300, 2e300, 3e300, 5e300], [1e300, -1e300], [1e200, 1e190]])
def test_deviations_that_overflow(tmp_path, dtype, values):
    array = np.array(values, dtype)
    np.save(tmp_path / "a.npy", array)
    with np.errstate(over="ignore"):
        wanted = np.std(array.astype("f8"))
    assert wanted == np.inf
    assert json.loads(run_npy("stats", "--json", tmp_path / "a.npy"))["std"] in ["inf", "Infinity", np.inf, None]
    assert "inf" in run_npy("stats", tmp_path / "a.npy").decode()


@pytest.mark.parametrize("view", ["u1", "f4", "bfloat16"])
@pytest.mark.parametrize("archive", [False, True])
def test_views_in_info_and_ls(tmp_path, view, archive):
    array = np.arange(8, dtype="u4" if view != "bfloat16" else "u2")
    path = tmp_path / ("a.npz" if archive else "a.npy")
    np.savez(path, x=array) if archive else np.save(path, array)
    shown = np.load(io.BytesIO(run_npy("convert", path, "-", "--to", "npy", "--view", view)))
    for command in ["info", "ls"]:
        line = run_npy(command, "--view", view, path).decode()
        assert f"({shown.shape[0]},)" in line and str(shown.dtype) in line, line


def test_an_archive_of_unreadable_members_is_listed(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, x=np.arange(3), y=np.arange(4))
    data = path.read_bytes()
    # The method of each member becomes one that nobody knows.
    for signature, place in [(b"PK\x03\x04", 8), (b"PK\x01\x02", 10)]:
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            data = data[:at + place] + b"\x63\x00" + data[at + place + 2:]
    path.write_bytes(data)
    for command in ["ls", "info"]:
        result = run_npy(command, path, check=False)
        assert result.returncode == 1
        assert result.stdout.count(b"(unreadable)") == 2 and result.stderr.count(b"\n") == 2, result


def test_hard_links_in_tar_archives(tmp_path):
    """Each name is a member, as Python's tarfile has it; a symbolic link is told of."""
    np.save(tmp_path / "a.npy", np.arange(5))
    (tmp_path / "long").mkdir()
    name = "long/" + "x" * 120 + ".npy"
    for link in ["b.npy", name]:
        (tmp_path / link).hardlink_to(tmp_path / "a.npy")
    (tmp_path / "s.npy").symlink_to("a.npy")
    for form in [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]:
        with tarfile.open(tmp_path / "x.tar", "w", format=form) as archive:
            for member in ["a.npy", "b.npy", name, "s.npy"]:
                archive.add(tmp_path / member, arcname=member)
        with tarfile.open(tmp_path / "x.tar") as archive:
            assert [archive.getmember(member).type for member in ["a.npy", "b.npy", name]] == [b"0", b"1", b"1"]
            wanted = {member: np.load(io.BytesIO(archive.extractfile(member).read())) for member in ["a.npy", "b.npy", name]}
        result = run_npy("convert", tmp_path / "x.tar", tmp_path / "x.npz", check=False)
        assert result.returncode == 0 and b"s.npy" in result.stderr and result.stderr.count(b"\n") == 1, result
        with np.load(tmp_path / "x.npz") as archive:
            assert sorted(archive.files) == sorted(member[:-4] for member in wanted)
            for member, array in wanted.items():
                assert np.array_equal(archive[member[:-4]], array)
        run_npy("unpack", tmp_path / "x.tar", "-C", tmp_path / f"out{form}")
        for member, array in wanted.items():
            assert np.array_equal(np.load(tmp_path / f"out{form}" / member), array)


def test_links_do_not_multiply_an_archive(tmp_path):
    """A hundred names of one file of a megabyte are no hundred megabytes: what is beyond the archive's size is told of."""
    np.save(tmp_path / "a.npy", np.zeros(1 << 17))
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        archive.add(tmp_path / "a.npy", arcname="a.npy")
        for place in range(100):
            link = tarfile.TarInfo(f"l{place}.npy")
            link.type, link.linkname = tarfile.LNKTYPE, "a.npy"
            archive.addfile(link)
    result = run_npy("ls", tmp_path / "x.tar", check=False)
    assert 1 <= result.stdout.count(b"float64") <= 3 and b"left out" in result.stderr, result


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
@pytest.mark.parametrize("rows", [3, 100, 5000, 200000])
def test_rows_before_a_wrong_checksum_are_recovered(tmp_path, compress, rows):
    text = "".join(f"{row},{row}\n" for row in range(rows)).encode()
    extension = {gzip.compress: "gz", bz2.compress: "bz2", lzma.compress: "xz"}[compress]
    data = bytearray(compress(text))
    # The checksum of gzip; the one of bzip2's stream; within the footer of xz.
    data[-5 if extension == "gz" else -3] ^= 1
    path = tmp_path / f"a.csv.{extension}"
    path.write_bytes(data)
    assert run_npy("convert", path, tmp_path / "o.npy", check=False).returncode == 1
    result = run_npy("convert", "--recover", path, tmp_path / "o.npy", check=False)
    assert result.returncode == 0, result
    assert len(np.load(tmp_path / "o.npy")) == rows


@pytest.mark.parametrize("text", ["n,t\n1,\"x1\"\n2,\"x", "n,t\n1,x\n2,x,3\n", "1,2\n3\n4,5,6\n"])
def test_check_tells_of_csv_what_show_does(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(text)
    shown = run_npy("show", path, check=False)
    checked = run_npy("check", path, check=False)
    assert shown.returncode == checked.returncode == 1
    sentence = shown.stderr.decode().split(": ", 2)[2].split(";")[0].split(" (line")[0].strip()
    assert sentence in checked.stdout.decode() + checked.stderr.decode(), (shown, checked)


@pytest.mark.parametrize("values", [[9007199254740993, 0.5], [18446744073709551615, 1.5], [2**63, -1], [2**60 + 1, None, 2.5]])
def test_digits_beside_floats_are_kept_from_json_to_json(tmp_path, values):
    (tmp_path / "a.json").write_text(json.dumps(values))
    assert json.loads(run_npy("convert", tmp_path / "a.json", "-", "--to", "json")) == values
    if None not in values:
        found = np.load(io.BytesIO(run_npy("convert", tmp_path / "a.json", "-", "--to", "npy")))
        assert found.dtype == np.array(values).dtype and np.array_equal(found, np.array(values))


def test_what_javascript_writes_are_floats(tmp_path):
    """Its floats have no exponent below 1e21, and their shortest digits are filled up with zeros."""
    values = [1152921504606847000, 0.5, 123456789012345680000]
    (tmp_path / "a.json").write_text(json.dumps(values))
    found = np.load(io.BytesIO(run_npy("convert", tmp_path / "a.json", "-", "--to", "npy")))
    assert found.dtype == "f8" and np.array_equal(found, np.array(values, float))


@pytest.mark.parametrize("text", ["a\ud800b", "\udfff", "é\ud801\udc00x", "\U0001f600"])
def test_half_surrogates_are_escaped_in_json(tmp_path, text):
    value = {"k": text, text: 1, "other": ["\ud802", text]}
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(value))
    written = run_npy("convert", tmp_path / "a.pkl", "-", "--to", "json")
    assert json.loads(written) == json.loads(json.dumps(value))


@pytest.mark.parametrize("name", ["x.npy.GZ", "x.csv.GZ", "x.csv.Xz", "x.pkl.BZ2"])
def test_extensions_of_compression_in_any_case(tmp_path, name):
    np.save(tmp_path / "a.npy", np.arange(3))
    run_npy("convert", tmp_path / "a.npy", tmp_path / name)
    opening = {"gz": gzip.open, "xz": lzma.open, "bz2": bz2.open}[name.rsplit(".")[-1].lower()]
    with opening(tmp_path / name) as file:
        data = file.read()
    loaded = {"npy": lambda: np.load(io.BytesIO(data)), "csv": lambda: np.loadtxt(io.BytesIO(data)),
              "pkl": lambda: pickle.loads(data)}[name.split(".")[1]]()
    assert np.array_equal(loaded, np.arange(3))
    assert re.findall(r"\d+", run_npy("show", tmp_path / name).decode()) == ["0", "1", "2"]


@pytest.mark.parametrize("dtype", ["c8", "c16", "f4", "i2"])
def test_values_at_one_place_of_sparse_arrays_add_up(tmp_path, dtype):
    sparse = pytest.importorskip("scipy.sparse")
    values = np.array([1, 2, 3], dtype) * (1j if dtype[0] == "c" else 1)
    array = sparse.coo_array((values.astype(dtype), ([0, 0, 1], [1, 1, 0])), shape=(2, 2))
    sparse.save_npz(tmp_path / "s.npz", array)
    found = np.load(io.BytesIO(run_npy("convert", f"{tmp_path / 's.npz'}:toarray", "-", "--to", "npy")))
    assert found.dtype == dtype and np.array_equal(found, array.toarray())


def test_dictionaries_in_npy_are_compared_by_their_arrays(tmp_path):
    for name, shift in [("a", 0), ("b", 0), ("c", 1)]:
        np.save(tmp_path / f"{name}.npy", {"x": np.arange(3) + shift, "y": 1}, allow_pickle=True)
    assert run_npy("diff", tmp_path / "a.npy", tmp_path / "b.npy") == b""
    result = run_npy("diff", tmp_path / "a.npy", tmp_path / "c.npy", check=False)
    assert result.returncode == 1 and result.stdout.startswith(b"x: 3 of 3 elements differ"), result
