"""longdouble and clongdouble, whose digits and range no double holds, through diff, stats and text."""
import itertools
import json
import platform
import re

import numpy as np
import pytest
from conftest import run_npy

pytestmark = pytest.mark.skipif(
    np.dtype("g").itemsize != 16 or np.finfo("g").nmant != 63 or platform.machine() not in ("x86_64", "AMD64"),
    reason="this machine's longdouble is not the x87's")

L = np.longdouble
RNG = np.random.default_rng(14)


def numbers(count, exponent):
    """Random numbers of all 64 bits of the significand around 2**exponent."""
    return np.ldexp(RNG.integers(1 << 62, 1 << 63, count).astype("g") * 2 + RNG.integers(0, 2, count), exponent - 64) * RNG.choice([-1, 1], count)


def outcome(tmp_path, a, b, *options):
    np.save(tmp_path / "a.npy", a)
    np.save(tmp_path / "b.npy", b)
    return run_npy("diff", tmp_path / "a.npy", tmp_path / "b.npy", *options, check=False).returncode


@pytest.mark.parametrize("exponent", [0, 63, 1000, 5000, 16000, -900, -3000, -16000])
def test_neighbours_differ(tmp_path, exponent):
    a = numbers(50, exponent)
    assert outcome(tmp_path, a, a.copy()) == 0
    for place in [0, 49]:
        b = a.copy()
        b[place] = np.nextafter(b[place], L("inf"))
        assert not np.array_equal(a, b) and outcome(tmp_path, a, b) == 1
        assert outcome(tmp_path, a + 0j, b + 0j) == 1
        assert outcome(tmp_path, a.astype(a.dtype.newbyteorder()), b) == 1
        assert outcome(tmp_path, a * L(1) + 1j * a, a + 1j * b) == 1
        record = np.zeros(50, [("x", "g"), ("y", "i4")])
        record["x"] = a
        other = record.copy()
        other["x"] = b
        assert outcome(tmp_path, record, other) == 1


@pytest.mark.parametrize("exponent", [0, 700, 9000, -700, -9000])
def test_relative_tolerance(tmp_path, exponent):
    a = numbers(30, exponent)
    for factor, rtol in itertools.product(["1.0001", "1.3", "3"], [1e-6, 0.01, 0.4, 10]):
        b = a * L(factor)
        # A bound that is met exactly is not tried: it is a matter of the last bit.
        assert outcome(tmp_path, a, b, "--rtol", rtol) == (not np.allclose(a, b, rtol=rtol, atol=0))
        assert outcome(tmp_path, a + 1j * a, b + 1j * b, "--rtol", rtol) == (not np.allclose(a + 1j * a, b + 1j * b, rtol=rtol, atol=0))


def test_absolute_tolerance_and_what_is_not_finite(tmp_path):
    a = np.array(["1e4000", "1e-4000", "1", "inf", "-inf", "nan", "0", "-0"], "g")
    assert outcome(tmp_path, a, a) == 1
    assert outcome(tmp_path, a, a, "--equal-nan") == 0
    assert outcome(tmp_path, a[:5], np.array(["1e4000", "2e-4000", "1.5", "inf", "-inf"], "g"), "--atol", 0.6) == 0
    assert outcome(tmp_path, a[:5], np.array(["1e4000", "2e-4000", "1.5", "inf", "-inf"], "g"), "--atol", 0.4) == 1
    assert outcome(tmp_path, a[3:4], a[4:5], "--rtol", 1e9) == 1
    assert outcome(tmp_path, a[6:7], a[7:8]) == 0
    assert outcome(tmp_path, a[:1], a[3:4]) == 1


@pytest.mark.parametrize("code", ["i8", "u8", "f8", "f4"])
def test_against_other_dtypes(tmp_path, code):
    a = np.array([2**63 - 1, 5, 7], "u8").astype(code)
    assert outcome(tmp_path, a, a.astype("g"), "--rtol", 0) in (0, 1)
    same = run_npy("diff", tmp_path / "a.npy", tmp_path / "b.npy", "--json", check=False)
    assert json.loads(same.stdout)["differing"] == 0
    outcome(tmp_path, a, np.nextafter(a.astype("g"), L(0)))
    assert json.loads(run_npy("diff", tmp_path / "a.npy", tmp_path / "b.npy", "--json", check=False).stdout)["differing"] == 3


@pytest.mark.parametrize("scale", ["1e200", "1e-200", "1e300", "1e-310", "1"])
def test_complex_doubles_by_hypot(tmp_path, scale):
    """The square of no part overflows or vanishes."""
    a = (RNG.normal(size=40) + 1j * RNG.normal(size=40)) * float(scale)
    for factor, rtol in itertools.product([1.0001, 1.4, 3], [1e-6, 0.01, 0.5]):
        assert outcome(tmp_path, a, a * factor, "--rtol", rtol) == (not np.allclose(a, a * factor, rtol=rtol, atol=0))


def statistics(path):
    """The figures as text, by whose digits nothing is lost."""
    text = run_npy("stats", path, "--json").decode()
    return {key: re.search(rf'"{key}": ([^,\n}}]+)', text)[1] for key in ["count", "min", "max", "mean", "std", "nan", "inf", "zeros"]}


@pytest.mark.parametrize("exponent", [0, 64, 600, 5000, 16000, -600, -5000, -15000])
@pytest.mark.parametrize("order", ["<", ">"])
def test_statistics(tmp_path, exponent, order):
    a = np.concatenate([numbers(400, exponent), numbers(3, exponent - 3)])
    np.save(tmp_path / "x.npy", a.astype(np.dtype("g").newbyteorder(order)))
    found = statistics(tmp_path / "x.npy")
    assert L(found["min"]) == a.min() and L(found["max"]) == a.max()
    with np.errstate(all="ignore"):
        scaled = np.ldexp(a, -exponent)
        mean, std = np.ldexp(scaled.mean(), exponent), np.ldexp(scaled.std(), exponent)
    # Doubles' digits are promised of these two, at any magnitude.
    assert abs(L(found["mean"]) / mean - 1) < 1e-13 and abs(L(found["std"]) / std - 1) < 1e-13
    assert [found[key] for key in ["count", "nan", "inf", "zeros"]] == ["403", "0", "0", "0"]


def test_statistics_of_neighbours_and_special_values(tmp_path):
    np.save(tmp_path / "x.npy", np.array([2**63 + 1, 2**63 + 3], "u8").astype("g"))
    found = statistics(tmp_path / "x.npy")
    assert (int(float(found["std"])), L(found["min"]), L(found["max"])) == (1, L(2**63) + 1, L(2**63) + 3)
    assert L(found["mean"]) == L(2**63) + 2
    np.save(tmp_path / "x.npy", np.array(["1e4000", "nan", "-2", "1e-4000", "0", "inf"], "g"))
    found = statistics(tmp_path / "x.npy")
    assert (found["nan"], found["inf"], found["zeros"], L(found["min"])) == ("1", "1", "1", -2)
    a = numbers(100, 3000) + 1j * numbers(100, 3000)
    np.save(tmp_path / "x.npy", a)
    found = statistics(tmp_path / "x.npy")
    assert abs(L(found["max"]) / abs(a).max() - 1) < 1e-15 and abs(L(found["mean"]) / abs(a).mean() - 1) < 1e-13


@pytest.mark.parametrize("exponent", [0, 5000, -5000, 16000])
def test_text_keeps_digits(tmp_path, exponent):
    """What `%.18e` of a double would round is written so that it reads back; what a double holds, as NumPy writes it."""
    a = np.concatenate([numbers(20, exponent), [0, 1, -0.5]]).astype("g")
    np.save(tmp_path / "x.npy", a)
    run_npy("convert", tmp_path / "x.npy", tmp_path / "x.txt")
    lines = (tmp_path / "x.txt").read_text().split()
    assert np.array_equal(np.array([L(line) for line in lines]), a)
    assert lines[-3:] == ["0.000000000000000000e+00", "1.000000000000000000e+00", "-5.000000000000000000e-01"]
    run_npy("convert", tmp_path / "x.npy", tmp_path / "f.txt", "--fmt", "%.18e")
    np.savetxt(tmp_path / "n.txt", a)
    assert (tmp_path / "f.txt").read_bytes() == (tmp_path / "n.txt").read_bytes()
