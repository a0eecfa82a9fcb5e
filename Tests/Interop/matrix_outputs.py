"""The outputs of the conversion matrix: what NumPy writes, and whether the command has written the same."""
import gzip
import io
import pickle
import zipfile

import numpy as np

from matrix_sources import saved


class Output:
    """A kind of output: the file's name, the command's options, and the check of what has been written."""

    def __init__(self, file, *options):
        self.file, self.options = file, list(options)

    @property
    def is_text(self):
        return "csv" in self.file or "csv" in self.options

    def text_options(self, array, random):
        """Options of np.savetxt, and the function that it stands for."""
        formats = {"i": ["%d", "%s", "%5.1f"], "u": ["%d"], "b": ["%d", "%s"], "f": ["%.6g", "%s", "%10.3e"],
                   "c": ["%.3e"], "O": ["%s", "%d"]}.get(array.dtype.kind, ["%s"])
        formats = [None, *formats, *formats] if array.dtype.kind in "iufb" else [*formats, *formats, None]
        fmt = random.choice(formats)
        options = [] if fmt is None else ["--fmt", fmt]
        keywords = {} if fmt is None else {"fmt": fmt}
        if random.random() < 0.2:
            options += ["--header", "a header", "--footer=end"]
            keywords.update(header="a header", footer="end")
        return options, keywords

    def expected(self, array, name, keywords):
        """What NumPy writes; an exception if it refuses."""
        if self.is_text:
            stream = io.StringIO()
            np.savetxt(stream, array, delimiter=",", **keywords)
            text = stream.getvalue()
            # The command loses no digits of integers by NumPy's default: docs/differences.md.
            for value in np.unique(array) if array.dtype.kind in "iu" and "fmt" not in keywords else []:
                if int(float(value)) != int(value):
                    text = text.replace("%.18e" % value, str(value))
            return text.encode()
        if self.kind == "npy":
            return saved(array)
        if self.kind == "pkl":
            return array
        stream = io.BytesIO()
        compressed = "--compress=zlib" in self.options
        (np.savez_compressed if compressed else np.savez)(stream, **{name: array})
        return stream.getvalue()

    @property
    def kind(self):
        for kind in ("npy", "npz", "pkl", "csv"):
            if kind in self.file or kind in self.options:
                return kind

    def fault(self, data, expected):
        """What is wrong with what has been written; None if it is as NumPy's."""
        if self.kind == "csv":
            data = gzip.decompress(data) if self.file.endswith(".gz") else data
            return None if data == expected else f"text differs: {data[:200]} for {expected[:200]}"
        if self.kind == "pkl":
            return pickle_fault(data, expected)
        if self.kind == "npy":
            return npy_fault(data, expected)
        if "--numpy-layout" in self.options and b"numpy.core" not in data and b"numpy._core" not in data:
            return None if data == expected else "the archive's bytes differ: " + (npz_fault(data, expected) or "layout")
        return npz_fault(data, expected)


def same(left, right):
    return (left.dtype == right.dtype and left.shape == right.shape and left.flags.fnc == right.flags.fnc
            and left.dtype.str == right.dtype.str
            and (repr(left.tolist()) == repr(right.tolist()) if left.dtype.hasobject else left.tobytes() == right.tobytes()))


def describe(array):
    order = "F" if array.flags.fnc else "C"
    return f"{array.dtype.str}{array.shape}{order} {str(array.tolist())[:120]}"


def npy_fault(data, expected):
    if data == expected:
        return None
    left, right = (np.load(io.BytesIO(bytes), allow_pickle=True) for bytes in (data, expected))
    if same(left, right):
        # The pickle of objects may be of another protocol than NumPy's, where it is copied as it was.
        return None if right.dtype.hasobject else f"npy bytes differ: {data[:128]} for {expected[:128]}"
    return f"npy: {describe(left)} for {describe(right)}"


def npz_fault(data, expected):
    with zipfile.ZipFile(io.BytesIO(data)) as left, zipfile.ZipFile(io.BytesIO(expected)) as right:
        if left.namelist() != right.namelist():
            return f"npz names {left.namelist()} for {right.namelist()}"
        for name in right.namelist():
            fault = npy_fault(left.read(name), right.read(name))
            if fault:
                return f"npz {name}: {fault}"


def pickle_fault(data, array):
    """What is wrong with a pickle of an array; with a copy of one if `array` are its bytes."""
    if isinstance(array, bytes) or data == pickle.dumps(array, 4):
        return None if isinstance(array, np.ndarray) or data == array else "the pickle is not copied as it was"
    left = pickle.loads(data)
    if not isinstance(left, np.ndarray) or not same(left, array):
        return f"pickle: {describe(left) if isinstance(left, np.ndarray) else left} for {describe(array)}"
    if array.dtype.hasobject:
        return None
    return f"pickle bytes differ: {data[:150]} for {pickle.dumps(array, 4)[:150]}"


OUTPUTS = {
    "npy": [Output("out.npy"), Output("out", "--to", "npy")],
    "npz": [
        Output("out.npz"), Output("out.npz", "--compress"), Output("out.npz", "--numpy-layout"),
        Output("out.npz", "--numpy-layout", "--compress=zlib")],
    "pkl": [Output("out.pkl")],
    "csv": [Output("out.csv")],
    "csv.gz": [Output("out.csv.gz")],
    "npy on stdout": [Output("-", "--to", "npy")],
    "other on stdout": [Output("-", "--to", "csv"), Output("-", "--to", "npz"), Output("-", "--to", "pkl")],
}
