"""Several arrays in one file are the same to every command, whatever holds them: an archive, a model, a pickle, JSON."""

import datetime
import gzip
import io
import json
import pickle
import pickletools
import re
import zipfile

import numpy as np
import pytest

from conftest import run_npy

ARRAYS = {"a": np.arange(3), "b.c": np.linspace(0, 1, 6).reshape(2, 3), "b.d.e": np.array([[7]])}
NESTED = {"a": ARRAYS["a"], "b": {"c": ARRAYS["b.c"], "d": {"e": ARRAYS["b.d.e"]}}}


def as_lists(value):
    return {key: as_lists(inner) if isinstance(inner, dict) else inner.tolist() for key, inner in value.items()}


def write(folder, form):
    path = folder / ("x." + form)
    if form == "pkl":
        path.write_bytes(pickle.dumps(NESTED))
    elif form == "pkl.gz":
        path.write_bytes(gzip.compress(pickle.dumps(NESTED, 2)))
    elif form == "npy":
        np.save(path, NESTED)
    elif form == "json":
        path.write_text(json.dumps(as_lists(NESTED)))
    else:
        np.savez(folder / "x.npz", **ARRAYS)
        if form != "npz":
            run_npy("convert", folder / "x.npz", path)
    return path


FORMS = ["npz", "pkl", "pkl.gz", "npy", "json", "pt", "safetensors"]


@pytest.mark.parametrize("form", FORMS)
def test_unpack_pack_and_stats(tmp_path, form):
    path = write(tmp_path, form)
    run_npy("unpack", path, "-C", tmp_path / "out")
    files = {str(file.relative_to(tmp_path / "out")): np.load(file) for file in (tmp_path / "out").rglob("*") if file.is_file()}
    assert files.keys() == {name + ".npy" for name in ARRAYS}
    run_npy("pack", tmp_path / "packed.npz", path)
    run_npy("pack", tmp_path / "named.npz", f"m={path}", path)
    stats = {row["file"]: row for row in json.loads(run_npy("stats", "--json", path))}
    with np.load(tmp_path / "packed.npz") as packed, np.load(tmp_path / "named.npz") as named:
        assert set(packed) == set(ARRAYS) and set(named) == {prefix + name for prefix in ("", "m/") for name in ARRAYS}
        for name, array in ARRAYS.items():
            for found in (files[name + ".npy"], packed[name], named["m/" + name]):
                assert found.dtype == array.dtype
                np.testing.assert_array_equal(found, array)
            row = stats[f"{path}:{name}"]
            assert (row["count"], row["min"], row["max"]) == (array.size, array.min(), array.max())
    again = run_npy("unpack", path, "-C", tmp_path / "out", check=False)
    assert again.returncode == 1 and b"--force" in again.stderr


@pytest.mark.parametrize("form", FORMS)
def test_diff_goes_over_any_two_forms(tmp_path, form):
    path = write(tmp_path, form)
    (tmp_path / "other").mkdir()
    for other in FORMS:
        second = write(tmp_path / "other", other)
        assert run_npy("diff", path, second) == b""
    changed = {**ARRAYS, "b.c": ARRAYS["b.c"] + 1}
    del changed["a"]
    np.savez(tmp_path / "y.npz", **changed)
    result = run_npy("diff", "--json", path, tmp_path / "y.npz", check=False)
    found = json.loads(result.stdout)
    assert result.returncode == 1 and found["only_in_one"] == ["a"]
    assert {member["name"]: member["same"] for member in found["members"]} == {"b.c": False, "b.d.e": True}


def test_what_is_no_array_counts_in_diff(tmp_path):
    for name, value in {"a": {"x": np.arange(2), "t": None, "u": {"v": 1}}, "b": {"x": np.arange(2), "t": {}, "u": {"v": 1}}}.items():
        (tmp_path / name).write_bytes(pickle.dumps(value))
    result = run_npy("diff", tmp_path / "a", tmp_path / "b", check=False)
    assert result.returncode == 1 and result.stdout == b"t: not an array; its values differ\n"
    assert run_npy("diff", tmp_path / "a", tmp_path / "a") == b""


def test_single_arrays_are_none(tmp_path):
    for name, value in {"one.pkl": np.arange(3), "numbers.pkl": [1, 2, 3], "text.pkl": "text"}.items():
        (tmp_path / name).write_bytes(pickle.dumps(value))
        result = run_npy("unpack", tmp_path / name, "-C", tmp_path / "out", check=False)
        assert result.returncode == 1 and b"npy convert" in result.stderr and not (tmp_path / "out").exists()
    np.save(tmp_path / "one.npy", np.arange(3))
    assert run_npy("unpack", tmp_path / "one.npy", check=False).returncode == 1


def test_names_that_leave_the_folder(tmp_path):
    (tmp_path / "x.pkl").write_bytes(pickle.dumps({"/tmp/evil": np.arange(3), "good": np.arange(2)}))
    result = run_npy("unpack", tmp_path / "x.pkl", "-C", tmp_path / "out", check=False)
    assert result.returncode == 1 and b"--skip-bad" in result.stderr and not (tmp_path / "out").exists()
    assert run_npy("unpack", "--skip-bad", tmp_path / "x.pkl", "-C", tmp_path / "out", check=False).returncode == 1
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["good.npy"]


def test_series_and_indices_are_arrays(tmp_path):
    pandas = pytest.importorskip("pandas")
    cases = {
        "index": pandas.Index([3, 1, 2], name="x"), "texts": pandas.Index(["a", "b"], dtype=object),
        "series": pandas.Series([1.5, 2.5], index=["r", "s"]), "range": pandas.RangeIndex(2, 20, 3),
        "dates": pandas.Series(np.array(["2020-01-01", "NaT"], "M8[ns]"))}
    for name, value in cases.items():
        (tmp_path / "x.pkl").write_bytes(pickle.dumps({name: value}, 4))
        (tmp_path / "y.pkl").write_bytes(pickle.dumps(value, 2))
        for address in (f"{tmp_path}/x.pkl:{name}", tmp_path / "y.pkl"):
            run_npy("convert", address, tmp_path / "out.npy")
            np.testing.assert_array_equal(np.load(tmp_path / "out.npy", allow_pickle=True), np.asarray(value), strict=True)
    (tmp_path / "z.pkl").write_bytes(pickle.dumps(pandas.Series([1.0, 4.0])))
    assert json.loads(run_npy("stats", "--json", tmp_path / "z.pkl"))["mean"] == 2.5


def test_pack_takes_nothing_for_an_archive(tmp_path):
    np.savez(tmp_path / "z.npz", a=np.arange(3))
    np.save(tmp_path / "a.npy", np.arange(3))
    np.save(tmp_path / "b.npy", np.ones(2))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for arguments in (["z.npz"], ["--append", "z.npz"], ["--replace", "z.npz"], ["a.npy", "b.npy"], ["x.txt", "a.npy"]):
        names = [argument if argument.startswith("--") else tmp_path / argument for argument in arguments]
        result = run_npy("pack", *names, check=False)
        assert result.returncode == 64 and b"archive comes first" in result.stderr
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    run_npy("pack", tmp_path / "new.npz")
    assert np.load(tmp_path / "new.npz").files == []


def test_records_are_compared_by_field(tmp_path):
    array = np.array([(np.nan, 1, "x"), (2.0, 3, "y")], dtype="f8,i4,U3")
    other = array.copy()
    other["f0"][1] += 1e-9
    np.save(tmp_path / "a.npy", array)
    np.save(tmp_path / "b.npy", other)
    pair = [tmp_path / "a.npy", tmp_path / "b.npy"]
    assert b"--equal-nan" in run_npy("diff", pair[0], pair[0], check=False).stdout
    assert run_npy("diff", "--equal-nan", pair[0], pair[0]) == b""
    assert b"1 of 2 elements" in run_npy("diff", "--equal-nan", *pair, check=False).stdout
    assert run_npy("diff", "--equal-nan", "--rtol", "1e-6", *pair) == b""


def test_masked_values_are_no_values(tmp_path):
    value = {"m": np.ma.array([1.0, 100.0, 3.0], mask=[0, 1, 0]), "n": {"plain": np.arange(4)}}
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(value))
    found = {row["file"].split(":")[1]: row for row in json.loads(run_npy("stats", "--json", tmp_path / "m.pkl"))}
    assert found.keys() == {"m", "n.plain"}
    assert (found["m"]["count"], found["m"]["max"], found["n.plain"]["count"]) == (2, 3, 4)


NAMES = ["w[0]", " sp ace ", "#1", "'q'", ".hidden", "a.b", "1", "é", "x[-1]", "end.", "None"]


@pytest.mark.parametrize("form", ["pkl", "npz", "pt", "safetensors"])
def test_names_of_any_text_stay_what_they_are(tmp_path, form):
    arrays = {name: np.arange(number + 1) for number, name in enumerate(NAMES)}
    np.savez(tmp_path / "x.npz", **arrays)
    (tmp_path / "x.pkl").write_bytes(pickle.dumps(arrays))
    for source in ("x.npz", "x.pkl"):
        target = tmp_path / ("o." + form)
        run_npy("convert", tmp_path / source, target)
        for one in ("x.npz", "x.pkl"):
            result = run_npy("diff", tmp_path / one, target, check=False)
            assert result.returncode == 0 and result.stdout == b"", (source, one, form, result)
            result = run_npy("diff", "--json", target, tmp_path / one, check=False)
            assert json.loads(result.stdout)["only_in_one"] == [], (source, one, form)
        run_npy("convert", target, tmp_path / "back.npz")
        with np.load(tmp_path / "back.npz") as back:
            assert set(back.files) == set(NAMES)
            for name, array in arrays.items():
                np.testing.assert_array_equal(back[name], array)
    # What one has and the other lacks is called by its name.
    np.savez(tmp_path / "y.npz", **{name: array for name, array in arrays.items() if name != "w[0]"})
    result = run_npy("diff", tmp_path / "x.pkl", tmp_path / "y.npz", check=False)
    assert result.returncode == 1 and result.stdout.decode().startswith("w[0]: only in"), result


def test_keys_that_look_alike_stay_two(tmp_path):
    (tmp_path / "x.pkl").write_bytes(pickle.dumps({"1": np.arange(2), 1: np.arange(3), "'1'": np.arange(4)}))
    run_npy("convert", tmp_path / "x.pkl", tmp_path / "o.npz")
    with np.load(tmp_path / "o.npz") as found:
        assert sorted(found[name].size for name in found.files) == [2, 3, 4]
    assert run_npy("diff", tmp_path / "x.pkl", tmp_path / "o.npz", check=False).returncode == 0


def test_members_that_differ_by_the_extension(tmp_path):
    """What is listed is found by the name by which it is listed."""
    members = {"a": np.arange(3), "a.npy": np.arange(5.0), "c.npy.npy": np.arange(7), "c.npy": np.arange(9), "d.npy": np.arange(2)}
    with zipfile.ZipFile(tmp_path / "odd.npz", "w") as archive:
        for name, array in members.items():
            file = io.BytesIO()
            np.save(file, array)
            archive.writestr(name, file.getvalue())
    listed = run_npy("ls", tmp_path / "odd.npz").decode().splitlines()
    assert len(listed) == len(members)
    for line, array in zip(listed, members.values()):
        address = line.split()[0]
        assert run_npy("show", address).decode() == f"{array}\n", line
    told = json.loads(run_npy("stats", "--json", tmp_path / "odd.npz"))
    assert [run_npy("show", row["file"]).decode() for row in told] == [f"{array}\n" for array in members.values()]
    assert run_npy("diff", tmp_path / "odd.npz", tmp_path / "odd.npz") == b""


def test_errors_and_warnings_name_the_address(tmp_path):
    """Of what is deep in a pickle, and converted from there, the whole address is told."""
    path = tmp_path / "x.pkl"
    path.write_bytes(pickle.dumps({"d": {"masked": np.ma.array([1, 2], mask=[0, 1])}, "p": np.poly1d([1, 2])}))
    warned = run_npy("convert", f"{path}:d.masked", tmp_path / "o.npy", check=False)
    assert warned.returncode == 0 and f"{path}:d.masked.mask".encode() in warned.stderr
    assert run_npy("show", f"{path}:d.masked.mask") == b"[False  True]\n"
    failed = run_npy("convert", f"{path}:p", tmp_path / "p.npy", check=False)
    assert failed.returncode == 1 and f"{path}:p:".encode() in failed.stderr, failed


# Values that are no arrays, and whether they are the same: without options, with --rtol 1e-3, with --equal-nan.
NAN = float("nan")
SELF = [1, None]
SELF.append(SELF)
COMPARED = [
    ({"a": None, "b": datetime.date(2020, 1, 2)}, {"b": datetime.date(2020, 1, 2), "a": None}, (0, 0, 0)),
    ([{"a": 1, "b": None}], [{"b": None, "a": 1}], (0, 0, 0)),
    ([{"a": 1, "b": None}], [{"b": None, "a": 2}], (1, 1, 1)),
    ([1.0, "a"], [1.0000001, "a"], (1, 0, 1)), ((1.0, None), (1.1, None), (1, 1, 1)), ([NAN, None], [NAN, None], (1, 1, 0)),
    ([1, None], [1.0, None], (1, 0, 1)), ([True, None], [1, None], (1, 1, 1)), ([None], [None, None], (1, 1, 1)),
    ({"a": None, 1: 2}, {"a": None, 1.0: 2}, (1, 1, 1)), ([{1, 2}, None], [{1, 2}, None], (0, 0, 0)), (SELF, SELF, (0, 0, 0)),
]


@pytest.mark.parametrize("left, right, expected", COMPARED, ids=range(len(COMPARED)))
def test_values_are_compared_by_the_rules_of_arrays(tmp_path, left, right, expected):
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(left))
    (tmp_path / "b.pkl").write_bytes(pickle.dumps(right))
    for options, code in zip([[], ["--rtol", "1e-3"], ["--equal-nan"]], expected):
        result = run_npy("diff", tmp_path / "a.pkl", tmp_path / "b.pkl", *options, check=False)
        assert result.returncode == code, (options, result)


def test_shared_values_are_compared_once(tmp_path):
    value = [None, 1.5]
    for _ in range(60):
        value = [value, value, None]
    for name in ["a.pkl", "b.pkl"]:
        (tmp_path / name).write_bytes(pickle.dumps(value))
    assert run_npy("diff", tmp_path / "a.pkl", tmp_path / "b.pkl", timeout=20) == b""


def test_pickles_are_listed_one_by_one(tmp_path):
    """Each as pickletools.dis has it; those within PyTorch's archives and compressed ones, too."""
    values = [{"a": 2}, [1, 2, None], "text"]
    (tmp_path / "x.pkl").write_bytes(b"".join(pickle.dumps(value, 2) for value in values))
    listings = []
    for value in values:
        stream = io.StringIO()
        pickletools.dis(pickle.dumps(value, 2), stream)
        listings.append(stream.getvalue())
    printed = run_npy("pickle", tmp_path / "x.pkl").decode()
    # The places in the file are not those in each pickle.
    strip = lambda text: [re.sub(r" at \d+", "", line.split(":", 1)[1]) for line in text.splitlines() if line[:1] == " "]  # noqa: E731
    assert strip(printed) == [line for listing in listings for line in strip(listing)]
    assert [line for line in printed.splitlines() if line.startswith("pickle #")] == [
        f"pickle #1, at byte {len(pickle.dumps(values[0], 2))}:", f"pickle #2, at byte {len(pickle.dumps(values[0], 2) + pickle.dumps(values[1], 2))}:"]
    for number, listing in enumerate(listings):
        assert strip(run_npy("pickle", f"{tmp_path / 'x.pkl'}:#{number}").decode()) == strip(listing)
    assert b"there is no pickle 3" in run_npy("pickle", f"{tmp_path / 'x.pkl'}:#3", check=False).stderr
    (tmp_path / "z.pkl.gz").write_bytes(gzip.compress(pickle.dumps(values[0], 2)))
    with zipfile.ZipFile(tmp_path / "m.pt", "w") as archive:
        archive.writestr("m/data.pkl", pickle.dumps(values[0], 2))
    for name in ["z.pkl.gz", "m.pt"]:
        assert run_npy("pickle", tmp_path / name).decode() == listings[0]
    (tmp_path / "y.pkl").write_bytes(pickle.dumps(1, 2) + b"what follows")
    result = run_npy("pickle", tmp_path / "y.pkl", check=False)
    assert result.returncode == 0 and b"12 bytes follow" in result.stderr
