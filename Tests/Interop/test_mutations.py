"""Twenty thousand damaged files of every format, through the library under a limit of memory: a result or a typed error."""
import bz2
import datetime
import gzip
import io
import lzma
import os
import pathlib
import pickle
import resource
import subprocess
import zipfile

import numpy as np
import pytest

from conftest import COMMAND
from models import expected, gguf_file, text

PROBE = pathlib.Path(COMMAND).parent / "MutationProbe"
ARRAYS = {
    "f8": np.arange(35.0).reshape(5, 7), "f": np.asfortranarray(np.arange(12, dtype=">i2").reshape(3, 4)),
    "u": np.array(["ab", "", "größe"]), "s": np.array([b"x", b"yz"]), "m": np.array(["2020-01-01", "NaT"], "M8[D]"),
    "r": np.array([(1, 2.5, "q"), (3, 4.5, "w")], dtype=[("a", "<i4"), ("b", "<f8", (1,)), ("c", "U3")]),
    "zero": np.array(7), "empty": np.zeros((0, 3)), "bool": np.array([True, False]), "c": np.array([1 + 2j]),
    "long": np.arange(3, dtype="g"), "many": np.arange(4000) % 7, "none": np.zeros(4, "V0")}


def saved(save, *arguments, **options):
    file = io.BytesIO()
    save(file, *arguments, **options)
    return file.getvalue()


def seeds():
    """Files by name, as NumPy and Python write them."""
    files = {f"{name}.npy": saved(np.save, array) for name, array in ARRAYS.items()}
    files["o.npy"] = saved(np.save, np.array([1, "x", None, [2.5]], dtype=object))
    files["two.npy"] = files["f8.npy"] + files["u.npy"]
    files["a.npz"] = saved(np.savez, **ARRAYS)
    files["b.npz"] = saved(np.savez_compressed, **ARRAYS)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_BZIP2) as zipped:
        zipped.writestr("x.npy", files["many.npy"])
        with zipped.open("y.npy", "w", force_zip64=True) as member:
            member.write(files["f8.npy"])
    files["c.npz"] = archive.getvalue()
    value = {
        "w": ARRAYS["f8"], "twice": [ARRAYS["f8"]] * 2, "r": ARRAYS["r"], "t": (1, -2, 2**70, 2.5, None, True), "s": {1, 2},
        "x": b"bytes", "d": datetime.date(2020, 1, 2), "scalar": np.float32(1.5), "dtype": np.dtype("M8[ns]"),
        "nested": {"a": {"b": np.arange(3, dtype="u1")}}, "o": np.array([1, "a"], dtype=object)}
    for protocol in range(6):
        files[f"p{protocol}.pkl"] = pickle.dumps(value, protocol)
        files[f"a{protocol}.pkl"] = pickle.dumps(ARRAYS["f8"], protocol)
    files["z.pkl.gz"] = gzip.compress(files["p4.pkl"], mtime=0)
    files["z.pkl.bz2"] = bz2.compress(files["p2.pkl"])
    files["z.pkl.xz"] = lzma.compress(files["p5.pkl"])
    numbers = {name: ARRAYS[name] for name in ["f8", "f", "zero", "empty", "bool"]}
    files["m.safetensors"] = expected(numbers, {"format": "np", "é": "\n"})
    files["n.safetensors"] = expected({"w": np.arange(12, dtype="f4").reshape(3, 4)})
    files["m.gguf"] = gguf_file(
        [("general.architecture", 8, text("llama")), ("general.alignment", 4, (64).to_bytes(4, "little")),
         ("words", 9, (8).to_bytes(4, "little") + (2).to_bytes(8, "little") + text("a") + text("é"))],
        [("w", (4, 3), 0, np.arange(12, dtype="f4").tobytes()), ("b", (3,), 30, bytes(range(6))),
         ("q", (64, 2), 2, bytes(range(72)))], alignment=64)
    files["t.csv"] = saved(np.savetxt, ARRAYS["f8"], delimiter=",").replace(b"e+00", b"")
    files["t.txt"] = b"# a comment\n1 2 3\n4 5 6\n\n7 8 9\n"
    files["t.csv.gz"] = gzip.compress(files["t.csv"], mtime=0)
    return files


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seeds")
    for name, content in seeds().items():
        (folder / name).write_bytes(content)
    return folder


COUNT = int(os.environ.get("NPY_MUTATIONS", 20_000))
KINDS = {"npy": [".npy"], "npz": [".npz"], "pickle": [".pkl"], "compressed": [".gz", ".bz2", ".xz"], "text": [".csv", ".txt"],
         "models": [".safetensors", ".gguf"]}


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files(folder, tmp_path, kind):
    names = sorted(path.name for path in folder.iterdir() if path.suffix in KINDS[kind])
    # In parts, so that time is bounded for each thousand.
    part = min(1000, COUNT // len(KINDS))
    for index in range(COUNT // len(KINDS) // part):
        seed = int(os.environ.get("NPY_MUTATION_SEED", 1)) * 1000 + index
        result = subprocess.run(
            [PROBE, folder, tmp_path, str(part), str(seed), *names], capture_output=True, timeout=300,
            env={**os.environ, "NPY_THREADS": "2"},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 31, 1 << 31)))
        left = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name in names}
        assert result.returncode == 0, (
            kind, seed, result.stdout.decode()[-2000:], result.stderr.decode(errors="replace")[:2000],
            left if len(repr(left)) < 5000 else list(left))
        for path in tmp_path.iterdir():
            path.unlink()
