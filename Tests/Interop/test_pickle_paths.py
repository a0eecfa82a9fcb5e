"""Everything within pickles by its path: NumPy and Python's pickle are the oracle."""
import bz2
import gzip
import io
import json
import lzma
import pathlib
import pickle

import numpy as np
import pytest

from conftest import run_npy


def read(address):
    """An array at an address, as NumPy loads what `convert` writes of it."""
    return np.load(io.BytesIO(run_npy("convert", address, "-", "--to", "npy")), allow_pickle=True)


KEYS = ["plain", "a.b", "1", "", "None", " x ", "it's", "[0]", "été", 1, -2, 1.5, None, True, (1, 2), ("a", 2.5), b"raw", "x[1]"]


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_keys_of_any_kind(tmp_path, protocol):
    """Each address that a key is told to have finds its array and no other."""
    path = tmp_path / "x.pkl"
    values = {key: np.full(2, place, dtype="i4") for place, key in enumerate(KEYS) if key is not True}
    path.write_bytes(pickle.dumps(values, protocol=protocol))
    run_npy("convert", path, tmp_path / "x.npz")
    with np.load(tmp_path / "x.npz") as archive:
        names = {int(archive[name][0]): name for name in archive.files}
    assert sorted(names) == sorted(int(value[0]) for value in values.values())
    for place, key in enumerate(KEYS):
        if key is True:
            continue
        for name in {names[place], repr(key)}:
            if not name.startswith("arr_") and name:
                assert read(f"{path}:{name}").tolist() == [place, place], (key, name)


# Of a number and a point `ls` makes what looks like another number.
BRANCHES = {
    0: [np.array([10]), 7], 5: [[np.array([11])]], -3: [(0, 1, np.array([12]))], 2.5: [np.array([13])],
    7.0: [np.array([14]), [np.array([15])]], 1e22: {0: np.array([16])}, True: [np.array([17])], "8": [np.array([18])],
    "s": {1: {0: np.array([19]), 4.0: np.array([20])}}, 6: {0.0: np.array([21])}, 9: {"0": np.array([22])},
    -0.5: (np.array([23]),),
}


def test_numbers_within_numbers(tmp_path):
    """What `ls` prints names what it says, where keys are numbers, and indices follow them."""
    path = tmp_path / "x.pkl"
    path.write_bytes(pickle.dumps(BRANCHES))
    entries = [(entry.split()[0]) for entry in run_npy("ls", path).decode().splitlines()]
    assert len(entries) == 14
    assert [int(read(address)[0]) for address in entries] == list(range(10, 24))
    # An equal number finds a key where no other does, as in Python.
    for name, expected in {"7.1.0": 15, "2.50.0": 13, "1.0": 17, "1e22.0": 16, "0e0.0": 10}.items():
        assert read(f"{path}:{name}").tolist() == [expected], name


def test_shared_arrays_have_all_their_paths(tmp_path):
    shared = np.arange(4.0)
    value = {"a": shared, "b": [shared, {"c": shared}], "d": np.zeros(2)}
    value["self"] = value
    path = tmp_path / "x.pkl"
    path.write_bytes(pickle.dumps(value))
    names = [line.split()[0] for line in run_npy("ls", path).decode().splitlines()]
    addresses = [name for name in names if name.startswith(str(path))] or [f"{path}:{n.split(':', 1)[1]}" for n in names if ":" in n]
    assert [address.split("x.pkl:")[1] for address in addresses] == ["a", "b.0", "b.1.c", "d"]
    for address in addresses[:3]:
        assert read(address).tolist() == [0, 1, 2, 3]
    assert run_npy("ls", path).decode().count("= a") == 2
    result = run_npy("convert", path, tmp_path / "x.npz", check=False)
    assert result.returncode == 0 and b"written more than once" in result.stderr
    with np.load(tmp_path / "x.npz") as archive:
        assert archive.files == ["a", "b.0", "b.1.c", "d"]
        assert archive["b.1.c"].tolist() == [0, 1, 2, 3]


def test_several_pickles_in_a_file(tmp_path):
    path = tmp_path / "x.pkl"
    parts = [{"w": np.arange(3)}, np.eye(2), {"w": [np.ones(2), "text"]}]
    path.write_bytes(b"".join(map(pickle.dumps, parts)))
    assert read(f"{path}:w").tolist() == read(f"{path}:#0.w").tolist() == [0, 1, 2]
    assert read(f"{path}:#1").tolist() == [[1, 0], [0, 1]]
    assert read(f"{path}:#2.w.0").tolist() == [1, 1]
    assert run_npy("show", f"{path}:#2.w.1").decode().strip() in ("text", "'text'")
    result = run_npy("show", f"{path}:#3", check=False)
    assert result.returncode == 1 and b"holds 3" in result.stderr
    run_npy("convert", f"{path}:#2", tmp_path / "y.pkl")
    assert pickle.loads((tmp_path / "y.pkl").read_bytes())["w"][1] == "text"


def test_masked_arrays(tmp_path):
    masked = np.ma.array([[1.5, 2, 3], [4, 5, 6.25]], mask=[[0, 1, 0], [0, 0, 1]])
    path = tmp_path / "x.pkl"
    path.write_bytes(pickle.dumps({"m": masked}))
    assert run_npy("show", f"{path}:m").decode().rstrip("\n") == str(masked)
    assert read(f"{path}:m.mask").tolist() == masked.mask.tolist()
    assert read(f"{path}:m.data").tolist() == masked.data.tolist()
    result = run_npy("convert", f"{path}:m", tmp_path / "m.npy", check=False)
    assert result.returncode == 0 and b"mask" in result.stderr
    assert np.load(tmp_path / "m.npy").tolist() == masked.data.tolist()
    run_npy("convert", f"{path}:m", tmp_path / "m.npz")
    with np.load(tmp_path / "m.npz") as archive:
        assert archive["data"].tolist() == masked.data.tolist() and archive["mask"].tolist() == masked.mask.tolist()
    stats = json.loads(run_npy("stats", "--json", f"{path}:m"))
    stats = stats[0] if isinstance(stats, list) else stats
    assert stats["mean"] == pytest.approx(float(masked.mean())) and stats["max"] == float(masked.max())
    long = np.ma.array(np.arange(3000), mask=np.arange(3000) % 7 == 0)
    path.write_bytes(pickle.dumps(long))
    assert run_npy("show", path).decode().rstrip("\n") == str(long)


def test_paths_into_arrays_of_objects(tmp_path):
    value = {"a": np.arange(3), "b": {"c": [np.ones(2), 7]}}
    objects = np.empty(2, dtype=object)
    objects[:] = [value, [np.zeros(1)]]
    np.save(tmp_path / "one.npy", value)
    np.save(tmp_path / "many.npy", objects)
    np.savez(tmp_path / "x.npz", one=value, many=objects, plain=np.arange(2))
    for address in ["one.npy:a", "x.npz:one.a", "many.npy:0.a", "x.npz:many.0.a", "many.npy:-2.a"]:
        assert read(tmp_path / address).tolist() == [0, 1, 2], address
    for address in ["one.npy:b.c.0", "x.npz:one.b.c.0", "x.npz:many.0.b.c[0]"]:
        assert read(tmp_path / address).tolist() == [1, 1], address
    assert run_npy("show", tmp_path / "one.npy:b.c.1").strip() == b"7"
    assert read(tmp_path / "x.npz:plain").tolist() == [0, 1]
    for address in ["one.npy:nothing", "many.npy:2.a", "x.npz:one.b.z"]:
        assert run_npy("show", tmp_path / address, check=False).returncode == 1


@pytest.mark.parametrize("extension, module", [("gz", gzip), ("bz2", bz2), ("xz", lzma)])
def test_compressed_output(tmp_path, extension, module):
    np.save(tmp_path / "a.npy", np.arange(5000) % 3)
    run_npy("convert", tmp_path / "a.npy", tmp_path / f"a.pkl.{extension}")
    raw = (tmp_path / f"a.pkl.{extension}").read_bytes()
    assert len(raw) < 5000 and np.array_equal(pickle.loads(module.decompress(raw)), np.arange(5000) % 3)
    run_npy("convert", tmp_path / f"a.pkl.{extension}", tmp_path / "b.npy")
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()
    assert run_npy("convert", tmp_path / "a.npy", tmp_path / f"a.npz.{extension}", check=False).returncode == 1


def test_what_is_no_array(tmp_path):
    """Numbers, texts and lists of them become what `np.array` makes of them; the rest is left out, by name."""
    value = {"n": 3, "f": 2.5, "t": "text", "l": [[1, 2], [3, 4]], "u": [2**64 - 1], "mixed": [1, "a"], "none": None, "b": True,
             "ragged": [[1], [2, 3]], "d": {"deep": [1.5, 2]}}
    path = tmp_path / "x.pkl"
    path.write_bytes(pickle.dumps(value))
    result = run_npy("convert", path, tmp_path / "x.npz", check=False)
    assert result.returncode == 0
    with np.load(tmp_path / "x.npz") as archive:
        for name in ["n", "f", "t", "l", "u", "b"]:
            expected = np.array(value[name])
            assert archive[name].dtype == expected.dtype and archive[name].tolist() == expected.tolist(), name
        assert archive["d.deep"].tolist() == [1.5, 2]
        assert "none" not in archive.files and not any(archive[name].dtype.hasobject for name in archive.files)
    assert b"left out" in result.stderr and b"none" in result.stderr and b"mixed.1" not in result.stderr.split(b"left out")[0]


def test_diff_of_pickles(tmp_path):
    one = {"a": np.arange(3), "b": [np.ones(2)], "only": np.zeros(1)}
    for name, value in [("x", one), ("y", one), ("z", {**one, "b": [np.array([1, 2.0])]}), ("w", {"a": one["a"], "b": one["b"]})]:
        (tmp_path / f"{name}.pkl").write_bytes(pickle.dumps(value))
    codes = [run_npy("diff", tmp_path / "x.pkl", tmp_path / f"{name}.pkl", check=False) for name in "yzw"]
    assert [result.returncode for result in codes] == [0, 1, 1]
    assert b"b.0" in codes[1].stdout and b"only" in codes[2].stdout


# What pandas 3.1.1 writes by `to_csv` of the frames and series in Tests/Fixtures/pandas.
FRAME = """,,int,float,text,bool,date,kind,number,float2,span,small,nullable,full,7
p,1,0,0.0,a,True,2020-01-01,x,2.5,0.0,0 days 00:00:00,0,1,1,10
p,2,1,1.5,b,False,2020-01-02,y,1.5,2.5,0 days 01:00:00,1,,2,11
q,1,2,3.0,,True,2020-01-03,x,2.5,5.0,0 days 02:00:00,2,3,3,12
q,2,3,4.5,é,False,2020-01-04,,2.5,7.5,0 days 03:00:00,3,4,4,13
"""
SERIES = ",s\n10,1.5\n20,2.5\n"

# The same of a frame with time zones, made one of UTC by `tz_convert`.
ZONED = """,berlin,utc,offset,plain
2020-02-29 15:00:00+00:00,2019-12-31 23:00:00.000+00:00,2020-01-01 00:00:00+00:00,2019-12-31 19:30:00+00:00,2020-01-01
2020-03-01 15:00:00+00:00,2020-07-01 10:00:00.500+00:00,,2020-01-01 21:00:00+00:00,
2020-10-31 15:00:00+00:00,,1999-12-31 00:00:00+00:00,2020-12-31 18:30:00+00:00,2021-01-01
"""


@pytest.mark.parametrize("version", ["2.2", "3.1"])
def test_frames_as_csv(tmp_path, version):
    frames = pathlib.Path(__file__).resolve().parents[1] / "Fixtures/pandas"
    for kind, text in [("frame", FRAME), ("series", SERIES)]:
        run_npy("convert", frames / f"{kind}-{version}.pkl", tmp_path / "x.csv")
        assert (tmp_path / "x.csv").read_text(encoding="utf-8") == text
        run_npy("convert", frames / f"{kind}-{version}.pkl", tmp_path / "x.csv", "--out-delimiter", ";")
        assert (tmp_path / "x.csv").read_text(encoding="utf-8") == text.replace(",", ";")
        # What to_csv would not do is refused, not ignored.
        result = run_npy("convert", frames / f"{kind}-{version}.pkl", tmp_path / "y.csv", "--header", "x", check=False)
        assert result.returncode == 1 and not (tmp_path / "y.csv").exists()


@pytest.mark.parametrize("version", ["0.25", "1.0", "1.5", "2.2", "3.1"])
def test_frames_are_shown_as_tables_and_are_records_in_json(version):
    frames = pathlib.Path(__file__).resolve().parents[1] / "Fixtures/pandas"
    shown = run_npy("show", frames / f"frame-{version}.pkl").decode().splitlines()
    rows = [line.split(",") for line in FRAME.splitlines()]
    assert [line.split() for line in shown[:5]] == [" ".join(row).split() for row in rows]
    assert shown[5:] == ["", "[4 rows x 13 columns]"]
    records = json.loads(run_npy("show", "--json-values", frames / f"frame-{version}.pkl"))
    # What reset_index calls labels without a name.
    assert [record["level_0"] for record in records] == ["p", "p", "q", "q"]
    assert [record["level_1"] for record in records] == [1, 2, 1, 2]
    assert [record["text"] for record in records] == ["a", "b", None, "é"]
    assert [record["float2"] for record in records] == [0, 2.5, 5, 7.5]
    assert [record["nullable"] for record in records] == [1, None, 3, 4]
    assert json.loads(run_npy("show", "--json-values", frames / f"series-{version}.pkl")) == [
        {"index": 10, "s": 1.5}, {"index": 20, "s": 2.5}]


def test_moments_of_time_zones(tmp_path):
    """Their instants are kept: as pandas' to_csv and to_json have them after `tz_convert("UTC")`."""
    path = pathlib.Path(__file__).resolve().parents[1] / "Fixtures/pandas/zoned-3.1.pkl"
    run_npy("convert", path, tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text() == ZONED
    records = json.loads(run_npy("convert", path, "-", "--to", "json"))
    assert [record["index"] for record in records] == [
        "2020-02-29T15:00:00.000000Z", "2020-03-01T15:00:00.000000Z", "2020-10-31T15:00:00.000000Z"]
    assert [record["berlin"] for record in records] == ["2019-12-31T23:00:00.000000Z", "2020-07-01T10:00:00.500000Z", None]
    assert records[0]["plain"] == "2020-01-01T00:00:00.000000"
    assert b"+00:00" in run_npy("show", path)
