"""`npy show` prints what NumPy's str and repr print, byte for byte."""
import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arrays import arrays
from conftest import run_npy

SETTINGS = dict(deadline=None, suppress_health_check=list(HealthCheck))


def shown(array, *options):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return run_npy("show", "-", *options, stdin=stream.getvalue()).decode("utf-8", "surrogatepass")


def loaded(array):
    """The array as np.load gives it: metadata and flags that a file does not hold are gone."""
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    stream.seek(0)
    return np.load(stream)


@settings(max_examples=500, **SETTINGS)
@given(arrays())
def test_str_and_repr(array):
    try:
        array = loaded(array)
    except (ValueError, RuntimeError):
        return
    assert shown(array) == str(array) + "\n"
    assert shown(array, "--repr") == repr(array) + "\n"


@settings(max_examples=200, **SETTINGS)
@given(st.sampled_from(["f2", "f4", "f8", "g", "F", "D", "i2", "u8", "M8[s]", "U3", "?"]), st.integers(0, 2**32 - 1),
       st.sampled_from([(2000,), (40, 50), (3, 4, 200), (1001,), (5,)]), st.integers(-20, 20),
       st.fixed_dictionaries({}, optional=dict(
           precision=st.integers(0, 20), threshold=st.integers(0, 3000), edgeitems=st.integers(0, 5),
           linewidth=st.integers(5, 200), suppress=st.just(True), sign=st.sampled_from("+- "),
           floatmode=st.sampled_from(["fixed", "unique", "maxprec", "maxprec_equal"]))))
def test_options(dtype, seed, shape, scale, options):
    random = np.random.default_rng(seed)
    values = random.standard_normal(shape) * 10.0**scale
    if random.integers(3) == 0:
        values = np.round(values, 3)
    if dtype in ("i2", "u8", "M8[s]"):
        values = random.integers(0, 30000, shape)
    elif dtype == "?":
        values = values > 0
    elif dtype == "U3":
        values = random.integers(0, 999, shape)
    with np.errstate(all="ignore"):
        array = np.asarray(values).astype(dtype)
    if array.dtype.kind in "fc" and random.integers(4) == 0:
        array.flat[0] = np.nan
        array.flat[-1] = -np.inf
    arguments = []
    for name, value in options.items():
        arguments += ["--suppress"] if name == "suppress" else [f"--{name}={value}"]
    with np.printoptions(**options):
        assert shown(array, *arguments) == str(array) + "\n"
        assert shown(array, "--repr", *arguments) == repr(array) + "\n"


@pytest.mark.parametrize("array", [
    np.zeros((0,)), np.zeros((3, 0, 2), "i4"), np.array("x\ny'z"), np.array(b"\xff'"), np.array("NaT", "M8[D]"),
    np.array(["2000-01-01", "NaT"], "M8[m]"), np.arange(3, dtype="m8[D]"), np.array(1 + 2j), np.array(["a\u2028b", "ü"]),
    np.zeros(3, "V3"), np.array([True]), np.zeros(2, [("a", "i4", (2,)), ("b", [("c", "U2")])]), np.arange(10**5),
    np.array([1e300, 1e-300]), np.array([np.nan, 1.0]), np.float16([65504, 0.1]), np.array([], "M8[s]"),
], ids=str)
def test_single_cases(array):
    assert shown(array) == str(array) + "\n"
    assert shown(array, "--repr") == repr(array) + "\n"
