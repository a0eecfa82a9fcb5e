"""Indices and slices of arrays in any container, through every command that tells of them; several pickles of one file. NumPy and
CPython are the oracle."""
import io
import json
import pickle

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
        wanted = repr(part) if isinstance(part, str) and name == "objects" else str(part)
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
