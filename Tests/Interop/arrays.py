"""Random arrays of every dtype, order and layout."""
import numpy as np
from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

SCALARS = [
    "?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "g", "F", "D", "G", "S0", "S1", "S5", "U0",
    "U1", "U4", "V0", "V3", "M8[Y]", "M8[M]", "M8[W]", "M8[D]", "M8[h]", "M8[25s]", "M8[ms]", "M8[us]", "M8[ns]",
    "m8[s]", "m8[D]", "m8[ns]", "m8",
]


def scalar_dtypes():
    # NumPy does not align big-endian durations without a unit within records; we do (docs/differences.md).
    return st.tuples(st.sampled_from(SCALARS), st.sampled_from("<>")).map(
        lambda pair: np.dtype(pair[0]).newbyteorder("<" if pair[0] == "m8" else pair[1]))


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1, max_size=6)


@st.composite
def structured_dtypes(draw, depth=2):
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    fields = []
    for name in names:
        inner = structured_dtypes(depth - 1) if depth > 1 and draw(st.integers(0, 4)) == 0 else scalar_dtypes()
        dtype = draw(inner)
        shape = draw(st.sampled_from([(), (), (2,), (2, 3)]))
        title = draw(st.one_of(st.none(), st.none(), st.just("T:" + name)))
        key = (title, name) if title else name
        fields.append((key, dtype, shape) if shape else (key, dtype))
    try:
        return np.dtype(fields, align=draw(st.booleans()))
    except ValueError:  # NumPy has no subarrays of elements without a size
        reject()


def dtypes():
    return st.one_of(scalar_dtypes(), scalar_dtypes(), structured_dtypes())


SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5)


@st.composite
def arrays(draw, dtype=None):
    """An array whose bytes are random, in C, Fortran, strided, reversed or transposed layout."""
    dtype = draw(dtypes()) if dtype is None else np.dtype(dtype)
    shape = draw(SHAPES)
    # Of elements without bytes no order can be told: NumPy says what their strides happen to be, we say C.
    layout = "C" if dtype.itemsize == 0 else draw(st.sampled_from(["C", "F", "strided", "negative", "transposed", "broadcast"]))
    base = tuple(n * 2 for n in shape) if layout == "strided" else shape
    count = int(np.prod(base, dtype=np.int64)) * dtype.itemsize
    seed = draw(st.integers(0, 2**32 - 1))
    raw = np.random.default_rng(seed).integers(0, 256, size=max(1, count), dtype=np.uint8)
    if dtype.itemsize == 0:
        array = np.zeros(base, dtype)
    else:
        array = np.ndarray(base, dtype, buffer=raw.tobytes()).copy()
    clean(array)
    if layout == "F":
        return np.asfortranarray(array)
    if layout == "strided":
        return array[tuple(slice(None, None, 2) for _ in shape)]
    if layout == "negative":
        return array[tuple(slice(None, None, -1) for _ in shape)]
    if layout == "transposed":
        return array.T
    if layout == "broadcast" and shape and shape[0] > 0:
        return np.broadcast_to(array[:1], shape)
    return array


def content(array):
    """The bytes of all values, without the padding of records, whose bytes NumPy does not keep."""
    array = np.asarray(array)
    if array.dtype.names is None:
        return array.tobytes()
    return [content(array[name]) for name in array.dtype.names]


def clean(array):
    """Makes random bytes into values that NumPy itself can hold: booleans of 0 or 1, code points of Unicode, 80-bit
    floats without undefined encodings."""
    dtype = array.dtype
    if dtype.names is not None:
        for name in dtype.names:
            clean(array[name])
        return
    if dtype.kind == "b":
        array[...] = array.view("u1") & 1
    elif dtype.kind == "U" and dtype.itemsize:
        points = array[..., None].view(np.dtype("u4").newbyteorder(dtype.byteorder)) if array.ndim else None
        if points is not None:
            points[...] = points % 0x3000 + 1
        else:
            array[...] = "aé\u3042"
    elif dtype.kind in "fc" and dtype.itemsize >= 16 and dtype.char in "gG":
        array[...] = np.random.default_rng(7).standard_normal(array.shape).astype(dtype)
