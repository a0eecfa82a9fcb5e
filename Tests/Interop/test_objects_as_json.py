"""Python's objects as JSON: json.dumps is the oracle, with what a person would give it as `default`."""
import collections
import csv
import dataclasses
import datetime
import decimal
import enum
import fractions
import io
import json
import pathlib
import pickle
import types
import uuid

import numpy as np
import pytest
from conftest import run_npy

Point = collections.namedtuple("Point", "x y")


@dataclasses.dataclass
class Run:
    name: str
    values: object


class Slots:
    __slots__ = ("left", "right")


class Words(dict):
    pass


class Numbers(list):
    pass


class Bare:
    pass


class Color(enum.Enum):
    RED = 1


class WithKeywords:
    def __new__(cls, *arguments, **keywords):
        return object.__new__(cls)

    def __getnewargs_ex__(self):
        return (1,), {"weights": np.arange(3)}


class Called:
    def __init__(self, values):
        self.values = values

    def __reduce__(self):
        return Called, (self.values,)


slots = Slots()
slots.left, slots.right = 1, np.arange(2.5)
zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))

# The object, and what json.dumps makes of it or of what it stands for.
CASES = {
    "ordered": (collections.OrderedDict(b=1, a=np.arange(2)), {"b": 1, "a": [0, 1]}),
    "default": (collections.defaultdict(list, {"k": [1, 2.5]}), {"k": [1, 2.5]}),
    "counter": (collections.Counter("abca"), {"a": 2, "b": 1, "c": 1}),
    "subclass of dict": (Words(a=1), {"a": 1}),
    "keys": ({1: "a", True: "b", None: "c", 2.5: "d"}, json.loads(json.dumps({1: "a", True: "b", None: "c", 2.5: "d"}))),
    "tuple key": ({(1, 2): 3}, {"(1, 2)": 3}),
    "tuple": ((1, (2, None)), [1, [2, None]]),
    "named tuple": (Point(1, np.array([1.5])), [1, [1.5]]),
    "set": ({7}, [7]),
    "frozen": (frozenset(["a"]), ["a"]),
    "deque": (collections.deque([1, "b"], 5), [1, "b"]),
    "range": (range(3, 10, 3), [3, 6, 9]),
    "subclass of list": (Numbers([1, 2]), [1, 2]),
    "large": (10 ** 30, 10 ** 30),
    "negative": (-(2 ** 80), -(2 ** 80)),
    "complex": (1 + 2.5j, [1.0, 2.5]),
    "date": (datetime.date(2020, 2, 3), "2020-02-03"),
    "moment": (datetime.datetime(2020, 2, 3, 4, 5, 6), "2020-02-03T04:05:06"),
    "zoned": (datetime.datetime(2020, 2, 3, 4, 5, 6, 7, zone), "2020-02-03T04:05:06.000007+05:30"),
    "time": (datetime.time(1, 2, 3), "01:02:03"),
    "duration": (datetime.timedelta(1, 2), str(datetime.timedelta(1, 2))),
    "decimal": (decimal.Decimal("1.50"), "1.50"),
    "fraction": (fractions.Fraction(1, 3), "1/3"),
    "path": (pathlib.PurePosixPath("/a/b.c"), "/a/b.c"),
    "uuid": (uuid.UUID(int=5), str(uuid.UUID(int=5))),
    "namespace": (types.SimpleNamespace(a=np.arange(1500), b=None), {"a": list(range(1500)), "b": None}),
    "dataclass": (Run("x", np.eye(2)), {"name": "x", "values": [[1, 0], [0, 1]]}),
    "slots": (slots, {"left": 1, "right": [0.0, 1.0, 2.0]}),
    "keywords": (WithKeywords(), {"0": 1, "weights": [0, 1, 2]}),
    "called": (Called([np.arange(2), 5]), {"0": [[0, 1], 5]}),
    "scalar": (np.float32(0.5), 0.5),
    "arrays in lists": ([np.array([np.nan, 1]), [np.array(3)]], [[None, 1.0], [3]]),
    "array of objects": (np.array([{"a": np.arange(2)}, None], dtype=object), [{"a": [0, 1]}, None]),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    result = {}
    folder = tmp_path_factory.mktemp("objects")
    for protocol in (2, 4):
        path = folder / f"p{protocol}.pkl"
        path.write_bytes(pickle.dumps({name: value for name, (value, _) in CASES.items()}, protocol))
        result[protocol] = json.loads(run_npy("show", "--json-values", path))
    return result


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("name", CASES)
def test_json(found, name, protocol):
    assert found[protocol][name] == CASES[name][1]


def test_what_holds_nothing_is_its_repr(tmp_path):
    path = tmp_path / "r.pkl"
    path.write_bytes(pickle.dumps([Bare(), Color.RED, len, np.dtype("f4"), b"ab"]))
    texts = json.loads(run_npy("show", "--json-values", path))
    assert all(isinstance(text, str) for text in texts)
    assert texts[1].endswith("Color(1)") and texts[3] == "dtype('float32')" and texts[4] == repr(b"ab")


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_keyword_arguments_are_shown_and_walked(tmp_path, protocol):
    path = tmp_path / "k.pkl"
    path.write_bytes(pickle.dumps({"it": WithKeywords()}, protocol))
    assert "weights" in run_npy("show", path).decode()
    assert "it.weights" in run_npy("ls", path).decode()
    assert run_npy("show", f"{path}:it.weights") == b"[0 1 2]\n"
    run_npy("convert", path, tmp_path / "k.npz")
    with np.load(tmp_path / "k.npz") as archive:
        assert archive["it.weights"].tolist() == [0, 1, 2]


def test_constants_patterns_and_zones_as_python_prints_them(tmp_path):
    import re
    import zoneinfo
    values = [..., NotImplemented, type(None), type(...), re.compile("a.b", re.I | re.S), re.compile(b"x"),
              re.compile("y", re.A), {"k": (Ellipsis,)}]
    try:
        values.append(zoneinfo.ZoneInfo("Europe/Berlin"))
    except zoneinfo.ZoneInfoNotFoundError:
        pass
    path = tmp_path / "c.pkl"
    for protocol in (2, 4):
        path.write_bytes(pickle.dumps(values, protocol))
        assert run_npy("show", path).decode() == repr(values) + "\n"


def test_keys_that_read_alike_are_told_apart(tmp_path):
    value = {(1, 2): np.arange(3), "(1, 2)": np.arange(4), b"k": np.arange(5), "b'k'": np.arange(6),
             decimal.Decimal("1.5"): np.arange(7), "Decimal('1.5')": np.arange(8), "None": np.arange(9), None: np.arange(10)}
    path = tmp_path / "k.pkl"
    path.write_bytes(pickle.dumps(value))
    for line in run_npy("ls", path).decode().splitlines():
        address, _, shape = line.partition("  ")
        count = int(shape.split("(")[-1].split(",")[0])
        assert run_npy("show", address).decode() == str(np.arange(count)) + "\n", line


VALUES = [
    ["a", None, "b"], [[1, 2], [3]], [1, "x", 2.5, None, True], [{"n": "ann", "v": 1}, {"n": None, "w": [1, {"z": 2}]}],
    [1, 12345678901234567890123], [-(2**70) - 1], [18446744073709551615, "x"], [{"a": {"b": 1}}], [[], [1]], [[[1], [2, 3]], 4],
    [9007199254740993, None], [None, 2, -(2**62) - 1], [18446744073709551615, None],
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_lists_that_are_no_array_are_pythons(tmp_path, value):
    path = tmp_path / "v.json"
    path.write_text(json.dumps(value))
    assert run_npy("show", path).decode() == repr(value) + "\n"
    assert pickle.loads(run_npy("convert", path, "-", "--to", "pkl")) == value
    assert json.loads(run_npy("convert", path, "-", "--to", "json")) == value
    # An array has to be one: the reason is that of the first place that does not fit.
    result = run_npy("convert", path, "-", "--to", "npy", check=False)
    assert result.returncode == 1 and b"(byte " in result.stderr and len(result.stderr.splitlines()) == 1
    assert run_npy("diff", path, path, check=False).returncode == 0
    other = tmp_path / "o.json"
    other.write_text(json.dumps([*value, "more"]))
    assert run_npy("diff", path, other, check=False).returncode == 1
    # Under a key as well, beside what is an array.
    path.write_text(json.dumps({"x": value, "y": [1, 2]}))
    assert json.loads(run_npy("convert", path, "-", "--to", "json")) == {"x": value, "y": [1, 2]}
    # And line by line.
    path.write_text("".join(json.dumps(item) + "\n" for item in value))
    if len(value) > 1:
        assert pickle.loads(run_npy("convert", path, "-", "--to", "pkl")) == value


def test_integers_that_floats_have_exactly_are_floats(tmp_path):
    # JavaScript writes 1e20 with all its digits.
    path = tmp_path / "v.json"
    path.write_text("[1.5, 100000000000000000000]")
    found = np.load(io.BytesIO(run_npy("convert", path, "-", "--to", "npy")))
    np.testing.assert_array_equal(found, np.array([1.5, 1e20]), strict=True)
    path.write_text("[1, 12345678901234567890123]")
    found = np.load(io.BytesIO(run_npy("convert", path, "-", "--to", "npy", "--dtype", "f8")))
    np.testing.assert_array_equal(found, np.array([1, 12345678901234567890123], "f8"), strict=True)
    # What a float has exactly may stand beside NaN, and who asks for floats gets the nearest.
    path.write_text("[9007199254740992, null, 18014398509481984]")
    found = np.load(io.BytesIO(run_npy("convert", path, "-", "--to", "npy")))
    np.testing.assert_array_equal(found, np.array([2.0**53, np.nan, 2.0**54]), strict=True)
    path.write_text("[null, 9007199254740993]")
    found = np.load(io.BytesIO(run_npy("convert", path, "-", "--to", "npy", "--dtype", "f8")))
    np.testing.assert_array_equal(found, np.array([np.nan, 9007199254740993]), strict=True)


@pytest.mark.parametrize("value, rows", [
    ({"a": [1, 2], "b": ["x", "y z"]}, [["a", "b"], ["1", "x"], ["2", "y z"]]),
    ({"a": [1, None], "b": ["x", 'q"']}, [["a", "b"], ["1", "x"], ["", 'q"']]),
    ([{"a": 1, "b": "x"}, {"c": 2.5, "a": None}], [["a", "b", "c"], ["1", "x", ""], ["", "", "2.5"]]),
    ([(1, "a", 2.5), (2, "b", None)], [["1", "a", "2.5"], ["2", "b", ""]]),
    (["a", None, 3], [["a"], [""], ["3"]]),
    ({"a": np.arange(2), "b": np.array(["x", "y"])}, [["a", "b"], ["0", "x"], ["1", "y"]]),
], ids=repr)
def test_objects_that_are_a_table_are_written_as_one(tmp_path, value, rows):
    (tmp_path / "v.pkl").write_bytes(pickle.dumps(value))
    assert list(csv.reader(io.StringIO(run_npy("convert", tmp_path / "v.pkl", "-", "--to", "csv").decode()))) == rows


@pytest.mark.parametrize("value", [
    {"a": [1, 2], "b": [3, "x", 4]}, [(1, 2), ("x",)], [{"a": 1}, "x"], {"a": [[1], "x"]}, [{"a": 1}, {2: "x"}],
    [{f"k{n}": n, f"m{n}": "x"} for n in range(5000)]], ids=lambda value: repr(value)[:40])
def test_objects_that_are_no_table_are_refused(tmp_path, value):
    (tmp_path / "v.pkl").write_bytes(pickle.dumps(value))
    result = run_npy("convert", tmp_path / "v.pkl", "-", "--to", "csv", check=False)
    assert result.returncode == 1 and result.stdout == b"" and len(result.stderr.splitlines()) == 1


def test_cells_of_csv_are_what_python_writes(tmp_path):
    """Python's csv writes the `str` of what is no text, and nothing for None."""
    rows = [
        {"id": 1, "value": datetime.date(2020, 1, 2)}, {"id": 2, "value": decimal.Decimal("1.10")},
        {"id": 3, "value": datetime.time(1, 2, 3)}, {"id": 4, "value": datetime.datetime(2020, 1, 1, 10, 0, 0, 5)},
        {"id": 5, "value": datetime.timedelta(days=1, seconds=2)}, {"id": 6, "value": fractions.Fraction(1, 3)},
        {"id": 7, "value": np.int64(3)}, {"id": 8, "value": np.float32(0.1)}, {"id": 9, "value": np.arange(3)},
        {"id": 10, "value": None}, {"id": 11, "value": "a,b"}, {"id": 12, "value": b"x"}, {"id": 13, "value": True},
        {"id": 14, "value": 1e100}, {"id": 15, "value": uuid.UUID(int=5)}, {"id": 16, "value": np.datetime64("2020-01-01")},
        {"id": 17, "value": np.bool_(True)}, {"id": 18, "value": 1 + 2j}]
    (tmp_path / "v.pkl").write_bytes(pickle.dumps(rows))
    expected = io.StringIO()
    writer = csv.DictWriter(expected, ["id", "value"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    assert run_npy("convert", tmp_path / "v.pkl", "-", "--to", "csv").decode() == expected.getvalue()


@pytest.mark.parametrize("point", [0x7F, 0x85, 0x9F, 0x61C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2066, 0x2069])
def test_characters_that_a_terminal_obeys_are_escaped(tmp_path, point):
    name = "a" + chr(point) + "b"
    (tmp_path / "v.pkl").write_bytes(pickle.dumps({name: [name, "\u00e9\u65e5\U0001f600\u200d"]}))
    np.savez(tmp_path / "v.npz", **{name: np.arange(3)})
    for arguments in [("show", "--json-values", tmp_path / "v.pkl"), ("info", "--json", tmp_path / "v.npz"), ("ls", "--json", tmp_path / "v.npz")]:
        text = run_npy(*arguments).decode()
        assert chr(point) not in text and json.dumps(name)[1:-1] in json.dumps(json.loads(text))
    assert "\u00e9\u65e5\U0001f600\u200d" in run_npy("show", "--json-values", tmp_path / "v.pkl").decode()
