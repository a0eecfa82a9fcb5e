"""JSON Lines, records of JSON with fields of several values, and files of one array. json and NumPy are the oracles."""
import gzip
import json
import pickle

import numpy as np
import pytest
from conftest import run_npy

ARRAYS = {
    "line": np.arange(5) * 1.5,
    "table": np.arange(6).reshape(2, 3),
    "cube": np.arange(24).reshape(2, 3, 4),
    "texts": np.array(["a\nb", "é", ""]),
    "no columns": np.zeros((3, 0)),
    "records": np.array([((1, 2), 3.5, "x"), ((4, 5), 6, "y")], dtype=[("p", "i8", 2), ("q", "f8"), ("s", "U1")]),
    "matrices": np.array([([[1, 2], [3, 4]],), ([[5, 6], [7, 8]],)], dtype=[("m", "i8", (2, 2))]),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_lines_there_and_back(tmp_path, name):
    array = ARRAYS[name]
    np.save(tmp_path / "a.npy", array)
    run_npy("convert", tmp_path / "a.npy", tmp_path / "a.jsonl")
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(array)
    for line, row in zip(lines, array):
        wanted = {n: row[n].tolist() for n in array.dtype.names} if array.dtype.names else row.tolist()
        assert json.loads(line) == wanted
    run_npy("convert", tmp_path / "a.jsonl", tmp_path / "b.npy")
    back = np.load(tmp_path / "b.npy")
    assert back.shape == array.shape and (back == array).all() and back.dtype.names == array.dtype.names


def test_lines_of_objects_and_compressed(tmp_path):
    path = tmp_path / "l.pkl"
    path.write_bytes(pickle.dumps([{"a": 1}, {"b": np.eye(2)}, None]))
    run_npy("convert", path, tmp_path / "l.ndjson")
    lines = (tmp_path / "l.ndjson").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [{"a": 1}, {"b": [[1, 0], [0, 1]]}, None]
    np.save(tmp_path / "a.npy", np.arange(4).reshape(2, 2))
    run_npy("convert", tmp_path / "a.npy", tmp_path / "a.jsonl.gz")
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == b"[0, 1]\n[2, 3]\n"


@pytest.mark.parametrize("text", [
    '[{"p": [1, 2]}, {"p": [1]}]', '[{"p": [1, 2]}, {"p": 1}]', '[{"p": [1, [2]]}]', '[{"p": {"q": 1}}]',
    '[{"p": [[1, 2], [3]]}]', '[{"p": [1, "a"]}]',
])
def test_fields_of_several_shapes_are_refused(tmp_path, text):
    path = tmp_path / "r.json"
    path.write_text(text)
    result = run_npy("convert", path, "-", "--to", "npy", check=False)
    assert result.returncode == 1 and b"(byte" in result.stderr


def test_pairs_become_complex_numbers_where_the_type_says_so(tmp_path):
    np.save(tmp_path / "a.npy", np.array([1 + 2j, 3]))
    run_npy("convert", tmp_path / "a.npy", tmp_path / "a.jsonl")
    run_npy("convert", tmp_path / "a.jsonl", tmp_path / "b.npy", "--dtype", "c16")
    assert np.load(tmp_path / "b.npy").tolist() == [1 + 2j, 3]


def test_a_dictionary_of_one_array_is_that_array(tmp_path):
    array = np.arange(6.).reshape(2, 3)
    (tmp_path / "one.pkl").write_bytes(pickle.dumps({"w": array}))
    (tmp_path / "deep.pkl").write_bytes(pickle.dumps({"m": {"w": array}}))
    (tmp_path / "one.json").write_text(json.dumps({"w": array.tolist()}))
    np.save(tmp_path / "a.npy", array)
    run_npy("convert", tmp_path / "a.npy", tmp_path / "one.pt")
    for name in ("one.pkl", "deep.pkl", "one.json", "one.pt"):
        run_npy("convert", tmp_path / name, tmp_path / "b.npy")
        assert np.array_equal(np.load(tmp_path / "b.npy"), array), name
    assert run_npy("show", f"{tmp_path / 'one.pkl'}[1]") == b"[3. 4. 5.]\n"
    (tmp_path / "two.pkl").write_bytes(pickle.dumps({"w": array, "note": "x"}))
    result = run_npy("convert", tmp_path / "two.pkl", tmp_path / "c.npy", check=False)
    assert result.returncode == 1 and b"two.pkl:w" in result.stderr


def test_items_of_a_list_by_brackets(tmp_path):
    path = tmp_path / "l.pkl"
    path.write_bytes(pickle.dumps([(1, "a"), np.arange(3), {"k": [5]}]))
    assert run_npy("show", f"{path}[1]") == b"[0 1 2]\n"
    assert run_npy("show", f"{path}[0]") == b"(1, 'a')\n"
    assert run_npy("show", f"{path}[-1]") == b"{'k': [5]}\n"
    result = run_npy("show", f"{path}[0:2]", check=False)
    assert result.returncode == 1 and f"{path}:0".encode() in result.stderr


@pytest.mark.parametrize("text", [
    "Time\tx\n1\t2\n", "U,V\n1,2\n", "City;Land\n1;2\n", "G,K\n1,2\n", "True\tFalse\n1\t2\n", "Bob\n1\n", "Xenon,Y\n1,2\n",
    "Time,x\n" + "1,2\n" * 3, "Time\tx\n" + "1\t2\n" * 1200, "B,C\n" + "1,2\n" * 500,
])
def test_text_on_standard_input_is_no_pickle(tmp_path, text):
    delimiter = next((d for d in "\t,;" if d in text), ",")
    wanted = np.loadtxt(text.splitlines(), delimiter=delimiter, skiprows=1)
    found = run_npy("show", "-", "--skiprows", "1", "--delimiter", delimiter, stdin=text.encode())
    assert found.decode() == str(wanted) + "\n"
    (tmp_path / "plain").write_text(text)
    assert run_npy("show", tmp_path / "plain", "--skiprows", "1", "--delimiter", delimiter) == found
