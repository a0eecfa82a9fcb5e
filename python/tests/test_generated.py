"""Arrays that Hypothesis makes, there and back and against NumPy."""
import io
import os

import numpy as np
import npyfast
import pytest
from conftest import same

pytest.importorskip("hypothesis")
from hypothesis import HealthCheck, given, settings, strategies as st  # noqa: E402
from hypothesis.extra import numpy as hnp  # noqa: E402

EXAMPLES = int(os.environ.get("NPY_EXAMPLES", "60"))
thorough = settings(max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES <= 60,
                    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

plain = st.one_of(
    hnp.boolean_dtypes(), hnp.integer_dtypes(endianness="?"), hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?"), hnp.complex_number_dtypes(endianness="?"), hnp.datetime64_dtypes(endianness="?"),
    hnp.timedelta64_dtypes(endianness="?"), hnp.byte_string_dtypes(endianness="?", min_len=1),
    hnp.unicode_string_dtypes(endianness="?", min_len=1))
dtypes = st.one_of(plain, hnp.array_dtypes(plain, max_size=4), hnp.nested_dtypes(plain, max_leaves=6))
shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6)


@st.composite
def arrays(draw):
    """An array of any dtype, in any layout."""
    array = draw(hnp.arrays(draw(dtypes), draw(shapes)))
    if array.ndim and draw(st.booleans()):
        array = array[draw(hnp.basic_indices(array.shape, allow_newaxis=True, allow_ellipsis=True))]
        array = np.asarray(array)
    if draw(st.booleans()):
        array = array.transpose(draw(st.permutations(range(array.ndim))))
    return array


def numpy_bytes(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def has_gaps(dtype):
    """Whether some bytes of a record are no field's, so that nobody says what they are."""
    if dtype.subdtype:
        return has_gaps(dtype.subdtype[0])
    if not dtype.names:
        return dtype.kind == "V" or dtype.itemsize == 32 and dtype.kind == "c" or dtype.char in "gG"
    fields = [dtype.fields[name][0] for name in dtype.names]
    return sum(field.itemsize for field in fields) < dtype.itemsize or any(map(has_gaps, fields))


@thorough
@given(arrays())
def test_files(tmp_path, array):
    npyfast.save(tmp_path / "a.npy", array)
    ours, theirs = (tmp_path / "a.npy").read_bytes(), numpy_bytes(array)
    if not has_gaps(array.dtype):
        assert ours == theirs
    expected = np.load(io.BytesIO(theirs))
    (tmp_path / "b.npy").write_bytes(theirs)
    for loaded in (npyfast.load(tmp_path / "a.npy"), npyfast.load(tmp_path / "b.npy"), npyfast.load(io.BytesIO(theirs)),
                   np.asarray(npyfast.open_array(tmp_path / "a.npy"))):
        assert same(loaded, expected)
        assert loaded.flags.f_contiguous == expected.flags.f_contiguous and loaded.flags.writeable


@thorough
@given(st.lists(arrays(), max_size=4), st.sampled_from(["none", "fast", "default", "best", "zlib"]))
def test_archives(tmp_path, several, level):
    npyfast.savez_compressed(tmp_path / "a.npz", *several, level=level)
    np.savez_compressed(tmp_path / "b.npz", *several)
    with npyfast.load(tmp_path / "a.npz") as ours, npyfast.load(tmp_path / "b.npz") as read, np.load(tmp_path / "b.npz") as theirs, \
            np.load(tmp_path / "a.npz") as read_by_numpy:
        assert ours.files == read.files == theirs.files == read_by_numpy.files
        for name in theirs.files:
            assert same(ours[name], theirs[name]) and same(read[name], theirs[name]) and same(read_by_numpy[name], theirs[name])


@thorough
@given(st.data())
def test_parts(tmp_path, data):
    array = data.draw(hnp.arrays(data.draw(dtypes), data.draw(hnp.array_shapes(min_dims=1, max_dims=4, max_side=6))))
    index = data.draw(hnp.basic_indices(array.shape, allow_newaxis=True, allow_ellipsis=True))
    npyfast.save(tmp_path / "a.npy", array)
    npyfast.savez_compressed(tmp_path / "a.npz", x=array)
    for lazy in (npyfast.open_array(tmp_path / "a.npy"), npyfast.open_array(tmp_path / "a.npz", "x")):
        part, expected = lazy[index], array[index]
        assert type(part) is type(expected) and same(np.asarray(part), np.ascontiguousarray(np.asarray(expected)).reshape(np.shape(expected)))


numbers = st.one_of(hnp.integer_dtypes(endianness="?"), hnp.unsigned_integer_dtypes(endianness="?"),
                    hnp.floating_dtypes(endianness="?", sizes=(32, 64)), hnp.complex_number_dtypes(endianness="?", sizes=(64, 128)))


@thorough
@given(st.data())
def test_tables(tmp_path, data):
    array = data.draw(hnp.arrays(data.draw(numbers), data.draw(hnp.array_shapes(min_dims=1, max_dims=2, max_side=8))))
    delimiter = data.draw(st.sampled_from([" ", ",", "\t", ";"]))
    npyfast.savetxt(tmp_path / "a.txt", array, delimiter=delimiter)
    np.savetxt(tmp_path / "b.txt", array, delimiter=delimiter)
    assert (tmp_path / "a.txt").read_bytes() == (tmp_path / "b.txt").read_bytes()
    options = {"dtype": array.dtype if array.dtype.kind in "fc" else float, "ndmin": array.ndim,
               "delimiter": None if delimiter == " " else delimiter}
    assert same(npyfast.loadtxt(tmp_path / "a.txt", **options), np.loadtxt(tmp_path / "a.txt", **options))
