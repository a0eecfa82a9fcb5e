"""Arrays of numbers in JSON, whatever their spelling and the order in which their kinds come: Python's json and np.array are the oracle."""
import io
import json
import pickle
import random

import numpy as np
import pytest

from conftest import run_npy

KINDS = {
    "integers": lambda r: str(r.randint(-10**r.randint(0, 18), 10**r.randint(0, 18))),
    "long integers": lambda r: str(r.choice([2**63 - 1, -2**63, 10**18, -10**18, 999999999999999999, r.randint(-2**63, 2**63 - 1)])),
    "floats": lambda r: repr(r.gauss(0, 10.0**r.randint(-20, 20))),
    "exponents": lambda r: f"{r.randint(-99, 99)}{r.choice(['', '.5', '.25'])}{r.choice('eE')}{r.choice(['', '+', '-'])}{r.randint(0, 30)}",
    "zeros": lambda r: r.choice(["0", "-0", "0.0", "-0.0", "0e5", "-0E-1"]),
    "words": lambda r: r.choice(["1", "2.5", "true", "null", "NaN", "-Infinity"]),
}


def converted(path):
    return np.load(io.BytesIO(run_npy("convert", str(path), "-", "--to", "npy")))


def wanted(values):
    return np.array([np.nan if value is None else value for value in values], float)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("spacing", [",", ", ", " ,\n\t", "\r\n , "], ids=repr)
@pytest.mark.parametrize("kind", KINDS)
def test_lists(tmp_path, kind, spacing, seed):
    r = random.Random(seed)
    # Of more values than are read at a time; others come in between, late.
    texts = [KINDS[kind](r) for _ in range(70_000)]
    if seed:
        other = KINDS[r.choice(list(KINDS))]
        for _ in range(seed * 3):
            texts[r.randrange(60_000, len(texts))] = other(r)
    path = tmp_path / "a.json"
    path.write_text("[ " + spacing.join(texts) + " ]")
    values, found = json.loads(path.read_text()), converted(path)
    if all(type(value) is int for value in values):
        np.testing.assert_array_equal(found, np.array(values), strict=True)
    else:
        np.testing.assert_array_equal(found, wanted(values), strict=True)
        # Python's -0 is an integer, which has no sign.
        assert (np.signbit(found) == np.signbit(wanted(values)))[found == 0].all()


@pytest.mark.parametrize("shape", [(1000, 3), (3, 1000), (40, 30, 7), (5, 1, 1), (70_000, 2)], ids=str)
def test_nested_lists(tmp_path, shape):
    array = np.random.default_rng(0).integers(-9999, 9999, shape)
    path = tmp_path / "a.json"
    path.write_text(json.dumps(array.tolist()))
    np.testing.assert_array_equal(converted(path), array, strict=True)
    path.write_text(json.dumps((array / 8).tolist(), indent=1))
    np.testing.assert_array_equal(converted(path), array / 8, strict=True)


@pytest.mark.parametrize("text", ["01", "-01", "1.", "1.e5", ".5", "-", "+1", "1e", "1e+", "0x10", "1_0", "--1", "1 2", "", "1.5.5", "-.5", "00", "1,", "infinity"])
@pytest.mark.parametrize("before", ["", "1, 2, ", "0.5, 2, "])
def test_what_is_no_json_is_refused(tmp_path, before, text):
    path = tmp_path / "a.json"
    path.write_text(f"[{before}{text}]")
    if not text and not before:
        return
    with pytest.raises(json.JSONDecodeError):
        json.loads(path.read_text())
    result = run_npy("convert", str(path), str(tmp_path / "out.npy"), check=False)
    assert result.returncode == 1 and result.stderr


def test_lists_of_different_lengths_are_no_array(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("[[1, 2, 3], [4, 5], [6, 7, 8]]")
    assert b"elements where 3 are expected" in run_npy("convert", str(path), str(tmp_path / "a.npy"), check=False).stderr
    path.write_text("[[1, 2], [3, [4]]]")
    assert run_npy("convert", str(path), str(tmp_path / "a.npy"), check=False).returncode == 1


def test_integers_beyond_64_bits_keep_their_digits(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([1, 2, 2**70 + 1]))
    assert run_npy("convert", str(path), "-", "--to", "json") == b"[1, 2, 1180591620717411303425]\n"


def test_floats_are_spelled_as_by_json(tmp_path):
    """Python writes an exponent from 1e16 on, Swift from 2**53 on."""
    values = [2.0**53, 2.0**53 + 2, 9007199254740996.0, -9999999999999998.0, 1e15, 1e16, 1.5e16, -1e22, 123456.75, 1e-4, 1e-5, 0.1]
    np.save(tmp_path / "x.npy", np.array(values))
    assert run_npy("show", "--json-values", tmp_path / "x.npy").decode().split() == json.dumps(values).split()
    (tmp_path / "x.pkl").write_bytes(pickle.dumps({"a": values[1], "b": [values[2], None]}))
    run_npy("convert", tmp_path / "x.pkl", tmp_path / "x.json")
    assert json.dumps(values[2]) in (tmp_path / "x.json").read_text()
