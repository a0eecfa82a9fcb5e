"""The sources of the conversion matrix: the same arrays in every container that the command reads."""
import gzip
import io
import pickle

import numpy as np

from matrix_arrays import ARRAYS, GAP_TABLES, TABLES


class Source:
    """An array in a file, or on standard input: how the command addresses it, and what NumPy loads from it."""

    def __init__(self, address, array, options=(), stdin=None, name="arr_0", pickled=None):
        self.address, self.array, self.options, self.stdin = address, array, list(options), stdin
        # The name of the array in an archive that is made of it, and the pickle that it is.
        self.name, self.pickled = name, pickled


def saved(array):
    """The bytes of np.save."""
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def loaded(data):
    return np.load(io.BytesIO(data), allow_pickle=True)


def write(path, data):
    if not path.exists():
        path.write_bytes(data)
    return path


def npy(change):
    def source(folder, name):
        data = saved(change(ARRAYS[name]))
        return Source(write(folder / f"{change.__name__} {name}.npy", data), loaded(data))
    return source


def c_order(array):
    return array


def fortran(array):
    return np.asfortranarray(array) if array.ndim else array


def big_endian(array):
    return array.astype(array.dtype.newbyteorder(">"))


def archive(save, address):
    """An archive of one member, or of several, with `address` after its path."""
    def source(folder, name):
        stream = io.BytesIO()
        # Every second one is in Fortran order.
        array = fortran(ARRAYS[name]) if len(name) % 2 else ARRAYS[name]
        save(stream, **({"x": array} if "one" in address else {"before": np.arange(3), "x": array, "z.y": np.ones(2)}))
        path = write(folder / f"{save.__name__} {address.strip(':')} {name}.npz", stream.getvalue())
        suffix = "" if address == "one" else ":x"
        return Source(f"{path}{suffix}", loaded(stream.getvalue())["x"], name="x")
    return source


def pickled(protocol):
    def source(folder, name):
        data = pickle.dumps(ARRAYS[name], protocol)
        return Source(write(folder / f"{protocol} {name}.pkl", data), pickle.loads(data), pickled=data)
    return source


def pickled_dict(folder, name):
    data = pickle.dumps({"n": 1, "x": [ARRAYS[name], "text"]}, 4)
    return Source(f"{write(folder / f'dict {name}.pkl', data)}:x.0", pickle.loads(data)["x"][0])


def table(array):
    """Comma-separated text of an array."""
    def text(value):
        value = value.item() if isinstance(value, np.generic) and value.dtype.kind not in "Mf" else value
        if isinstance(value, tuple):
            return ",".join(map(text, value))
        return str(int(value)) if isinstance(value, bool) else value.decode() if isinstance(value, bytes) else str(value)
    rows = [[row] if array.ndim == 1 else row for row in array]
    return "".join(",".join(map(text, row)) + "\n" for row in rows).encode()


def dtype_option(dtype):
    return str(dtype.descr) if dtype.names else dtype.str.replace("|", "")


def text(read, extension=".csv"):
    def source(folder, name):
        array = ARRAYS[name]
        data = b"# a comment\n" + table(array)
        array = read(io.StringIO(data.decode()), dtype=array.dtype, delimiter=",")
        data = gzip.compress(data, mtime=0) if extension.endswith(".gz") else data
        options = ["--dtype", dtype_option(array.dtype)] + (["--genfromtxt"] if read is np.genfromtxt else [])
        return Source(write(folder / f"{name}{extension}", data), array, options)
    return source


def piped(source, *options):
    """The same on standard input."""
    def result(folder, name):
        inner = source(folder, name)
        path, _, member = str(inner.address).partition(":")
        with open(path, "rb") as file:
            data = file.read()
        address = "-:" + member if member else "-"
        return Source(address, inner.array, [*inner.options, *options], data, inner.name, inner.pickled)
    return result


PLAIN = npy(c_order)
CSV, GZ = text(np.loadtxt), text(np.loadtxt, ".csv.gz")

# By name: what makes the source of an array, and the arrays that it can hold.
SOURCES = {
    "npy": (PLAIN, list(ARRAYS)),
    "npy fortran": (npy(fortran), [name for name, array in ARRAYS.items() if array.ndim > 1]),
    "npy big-endian": (npy(big_endian), [name for name in ARRAYS if "objects" not in name]),
    "npz stored": (archive(np.savez, "several"), list(ARRAYS)),
    "npz deflated": (archive(np.savez_compressed, "several"), list(ARRAYS)),
    "npz of one": (archive(np.savez, "one"), list(ARRAYS)),
    "npz of one, deflated, named": (archive(np.savez_compressed, "one:"), list(ARRAYS)),
    "pickle": (pickled(4), list(ARRAYS)),
    "pickle, protocol 2": (pickled(2), list(ARRAYS)),
    "pickle, protocol 5": (pickled(5), list(ARRAYS)),
    "pickled dict": (pickled_dict, list(ARRAYS)),
    "csv": (CSV, TABLES),
    "csv.gz": (GZ, TABLES),
    "csv by genfromtxt": (text(np.genfromtxt), GAP_TABLES),
    "npy on stdin": (piped(PLAIN), list(ARRAYS)),
    "npz on stdin": (piped(archive(np.savez_compressed, "several")), list(ARRAYS)),
    "pickle on stdin": (piped(pickled(4)), list(ARRAYS)),
    "csv on stdin": (piped(CSV, "--from", "csv"), TABLES),
    "csv.gz on stdin": (piped(GZ, "--from", "csv"), TABLES),
}


def is_archive(source_name):
    return source_name.startswith("npz")


def is_text(source_name):
    return source_name.startswith("csv")
