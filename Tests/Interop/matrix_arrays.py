"""The arrays of the conversion matrix and what is done to them, with NumPy's own functions as the oracle."""
import numpy as np

RECORDS = np.array(
    [(1, 2.5, "ab"), (-3, np.inf, "ç"), (5, -0.0, ""), (7, 1e300, "xyz")],
    dtype=[("x", "<i4"), ("y", "<f8"), ("s", "<U3")])


def objects(values, shape):
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array.reshape(shape)


ARRAYS = {
    "i4": np.arange(-11, 13, dtype="<i4").reshape(4, 6),
    "i8": np.array([[2**62, -1, 0], [7, -2**63, 100]], "<i8"),
    "u1": np.arange(250, 260, dtype="u2").astype("u1"),
    "u8": np.array([[2**64 - 1], [0], [3]], "<u8"),
    "f2": np.linspace(-2, 2, 12, dtype="<f2").reshape(3, 4),
    "f4": np.geomspace(1e-30, 1e30, 10, dtype="<f4").reshape(5, 2),
    "f8": np.array([[0.1, -0.0, 1e-320], [np.pi, 1e308, -2.5], [3, 1 / 3, 1e22], [-1, 0, 5e-324]], "<f8"),
    "nan": np.array([[np.nan, 1.5], [np.inf, -np.inf]], "<f8"),
    "bool": np.array([[True, False], [False, False], [True, True]]),
    "c8": np.array([1 + 2j, -0.5j, 3], "<c8"),
    "c16": np.array([[1 + 2j, -3.25 - 1j], [0, 1e100j], [-7, 0.1]], "<c16"),
    "U": np.array([["ab", "é"], ["xyz", "-"], ["7", "q"]], "<U3"),
    "S": np.array([[b"ab", b"c"], [b"xyz", b"0"]], "S3"),
    "bytes": np.array([b"h\xe9", b"\xff\x01", b""], "S3"),
    "M8": np.array(["2020-02-29", "1969-12-31", "0001-01-01", "NaT"], "<M8[D]"),
    "m8": np.array([[1, -2], [3, 86400]], "<m8[s]"),
    "records": RECORDS,
    "numbers": np.array([(1, 2.5), (3, -4.5)], dtype=[("a", "<i2"), ("b", "<f4")]),
    "nested": np.array(
        [(1, ([2, 3], b"q")), (4, ([5, 6], b""))], dtype=[("a", "u1"), ("b", [("c", "<i2", (2,)), ("d", "S2")])]),
    "objects": objects([1, "text", None, 2.5, -7, b"raw"], (3, 2)),
    "integers as objects": objects([1, 2, 3, 4], (2, 2)),
    "empty": np.zeros((0, 3), "<f8"),
    "empty rows": np.zeros((3, 0, 2), "<i4"),
    "0-d": np.array(3.75, "<f8"),
    "0-d text": np.array("abc", "<U3"),
    "3-d": np.arange(24, dtype="<i2").reshape(2, 3, 4),
    "row": np.arange(5, dtype="<i8").reshape(1, 5),
}

# What loadtxt can read back without options.
TABLES = ["i4", "i8", "u1", "u8", "f4", "f8", "nan", "bool", "c16", "U", "S", "M8", "records", "numbers", "row"]
# What genfromtxt reads as loadtxt does.
GAP_TABLES = ["i4", "f8", "numbers", "records", "row"]


def slices(array):
    """Slices that suit the array's shape: basic ones, with steps, backwards, single elements, new axes."""
    if array.ndim == 0:
        return ["[...]", "[None]", "[None,...]"]
    texts = ["[1:3]", "[1:]", "[:2]", "[::2]", "[::-1]", "[...]", "[None]", "[-2:]", "[5:]"]
    if len(array):
        texts += ["[0]", "[-1]"]
    if array.ndim > 1:
        texts += ["[:,1:]", "[::2,::-1]", "[...,:1]", "[:,None]"]
        if array.shape[1]:
            texts += ["[:,0]", "[1:,-1]"]
    return texts


def sliced(array, text):
    part = eval("array" + text, {"array": array})
    # A scalar of text or bytes is only as long as its value.
    return np.asarray(part, dtype=array.dtype if array.dtype.kind in "SU" else None)


# By the kind of the elements: dtypes that they can become, of other kinds, sizes and byte orders.
CASTS = {
    "i": ["f8", "<f4", ">i2", "u1", "?", "c16", "U21", "S21", "O", "m8[s]"],
    "u": ["f8", ">f4", "i8", "?", "S5", "O"],
    "f": ["<f4", ">f8", "c8", "U12", "O", "?", "f2"],
    "b": ["i1", "f8", "U5", "O", ">i4"],
    "c": ["c8", ">c16", "O", "?"],
    "U": ["S4", "U2", "U9", "O", ">U3"],
    "S": ["U3", "S1", "S9", "O"],
    "M": ["M8[s]", "M8[h]", "U10", ">M8[D]", "i8"],
    "m": ["m8[ms]", "i8", ">m8[s]"],
    "V": [],
    "O": ["U8", "S8", "f8"],
}
STRUCTURED_CASTS = {"records": ["<f4,<i8,U2", ">i4,>f8,S2"], "numbers": ["<f8,<f8", "U4,i1"], "nested": []}


def casts(name, array):
    if array.dtype.names:
        return STRUCTURED_CASTS.get(name, [])
    return CASTS[array.dtype.kind]


def reshapes(array):
    """New shapes as the option takes them, with and without a length to be computed; the last does not fit."""
    texts = ["-1", f"{array.size}", "1,-1"]
    if array.size:
        texts.append("-1,1")
    if array.size % 2 == 0 and array.size:
        texts += ["-1,2", f"2,{array.size // 2}"]
    return texts + [f"{array.size + 1},3"]


STEPS = ["none", "astype", "reshape", "order", "several"]
SEVERAL = ["reshape astype", "astype order", "reshape order", "reshape astype order"]


def steps(kind, name, array, random):
    """Options of one of STEPS, in a random order, and what NumPy makes of the array; an exception if it refuses.

    Whatever their order on the command line: first the shape, then the type, then the order in memory.
    """
    options, result = [], array
    kind = random.choice(SEVERAL) if kind == "several" else kind
    try:
        if "reshape" in kind:
            shape = random.choice(reshapes(array))
            options.append(("--reshape", shape))
            result = result.reshape([int(length) for length in shape.split(",")])
        if "astype" in kind:
            choices = casts(name, array)
            if choices:
                dtype = random.choice(choices)
                options.append(("--astype", dtype))
                result = result.astype(dtype)
        if "order" in kind:
            order = random.choice("FFC")
            options.append(("--order", order))
            result = np.asarray(result, order=order)
    except (TypeError, ValueError, UnicodeError) as error:
        result = error
    random.shuffle(options)
    return [f"{name}={value}" for name, value in options], result
