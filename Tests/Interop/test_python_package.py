"""The Python package over the interface for C: its own tests (python/tests), with the library that was built beside the
command."""
import json
import os
import pathlib
import pickle
import subprocess
import sys

import numpy as np
import pytest
from conftest import COMMAND, run_npy

PACKAGE = pathlib.Path(__file__).resolve().parents[2] / "python"
LIBRARIES = [pathlib.Path(COMMAND).parent / f"libNumPyIOC.{ending}" for ending in ("so", "dylib")]
LIBRARY = next((path for path in LIBRARIES if path.exists()), None)


@pytest.mark.skipif(LIBRARY is None, reason="libNumPyIOC is not built: it needs Swift 6.3")
@pytest.mark.parametrize("program", sorted(path.name for path in (PACKAGE / "tests").glob("test_*.py")))
def test_package(program):
    environment = {**os.environ, "NPYFAST_LIBRARY": str(LIBRARY), "PYTHONDONTWRITEBYTECODE": "1"}
    outcome = subprocess.run([sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", program],
                             cwd=PACKAGE / "tests", env=environment, capture_output=True, text=True, timeout=600)
    # 5: all of it was skipped, as where Dask is not installed.
    assert outcome.returncode in (0, 5), outcome.stdout[-6000:] + outcome.stderr[-2000:]


def test_stacks_are_dasks_layout(tmp_path):
    """`npy split`, `join` and `stack`, and the pickle that says what a stack is."""
    for dtype in ("<f8", ">i4", "|b1", "<U3", [("a", "<i2"), ("b", "<f8")], "<M8[s]"):
        array = np.zeros((10, 6), dtype)
        np.save(tmp_path / "a.npy", array)
        for options, chunks, axis in ((["--length", 4], ((4, 4, 2), (6,)), 0), (["--parts", 3, "--axis", 1], ((10,), (2, 2, 2)), 1),
                                      (["--axis=-1", "--length", 4], ((10,), (4, 2)), 1), ([], ((10,), (6,)), 0)):
            run_npy("split", tmp_path / "a.npy", tmp_path / "parts", *options)
            info = pickle.loads((tmp_path / "parts" / "info").read_bytes())
            assert info == {"chunks": chunks, "dtype": array.dtype, "axis": axis}
            for place, length in enumerate(chunks[axis]):
                part = np.load(tmp_path / "parts" / f"{place}.npy")
                assert part.dtype == array.dtype and part.shape[axis] == length
            run_npy("join", tmp_path / "parts", "-o", tmp_path / "b.npy")
            assert (tmp_path / "b.npy").read_bytes() == (tmp_path / "a.npy").read_bytes()
    run_npy("stack", tmp_path / "both", tmp_path / "a.npy", tmp_path / "b.npy")
    assert pickle.loads((tmp_path / "both" / "info").read_bytes())["chunks"] == ((10, 10), (6,))
    assert run_npy("stack", "-n", tmp_path / "both", tmp_path / "a.npy", check=False).returncode == 1
    (tmp_path / "both" / "info").unlink()
    assert b"not completed" in run_npy("join", tmp_path / "both", "-o", tmp_path / "c.npy", check=False).stderr
    (tmp_path / "both" / "info").write_bytes(pickle.dumps({"chunks": 5}))
    assert run_npy("join", tmp_path / "both", "-o", tmp_path / "c.npy", check=False).returncode == 1
    assert not (tmp_path / "c.npy").exists()


def references_of(folder, arrays, *options):
    np.savez(folder / "a.npz", **arrays)
    run_npy("refs", folder / "a.npz", "-o", folder / "refs.json", *options)
    return json.loads((folder / "refs.json").read_text())["refs"]


#: As zarr for Python names the types that its format leaves to others.
ZARR_TYPES = {
    "M8[s]": {"name": "numpy.datetime64", "configuration": {"unit": "s", "scale_factor": 1}},
    "m8[25us]": {"name": "numpy.timedelta64", "configuration": {"unit": "us", "scale_factor": 25}},
    "M8": {"name": "numpy.datetime64", "configuration": {"unit": "generic", "scale_factor": 1}},
    "S5": {"name": "null_terminated_bytes", "configuration": {"length_bytes": 5}},
    ">U3": {"name": "fixed_length_utf32", "configuration": {"length_bytes": 12}},
}


def test_references_say_where_the_bytes_are(tmp_path):
    """Read as zarr reads them: the bytes at the places that the references name."""
    arrays = {"c": np.arange(24.).reshape(6, 4), "f": np.asfortranarray(np.arange(24, dtype=">i4").reshape(6, 4)), "s": np.array(5),
              "b": np.arange(3) > 1, "u": np.arange(5, dtype="u1"), "h": np.arange(4, dtype=">f2"), "z": np.arange(3, dtype="c8")}
    arrays |= {f"t{number}": np.array(["1", "2"]).astype("i8").astype(dtype) for number, dtype in enumerate(ZARR_TYPES)}
    refs = references_of(tmp_path, arrays, "--chunk", 64)
    assert json.loads(refs["zarr.json"])["node_type"] == "group"
    for name, array in arrays.items():
        about = json.loads(refs[f"{name}/zarr.json"])
        plain = array.dtype.newbyteorder("=")
        assert about["shape"] == list(array.shape) and about["data_type"] in (plain.name, *ZARR_TYPES.values())
        grid = about["chunk_grid"]["configuration"]["chunk_shape"]
        transposed = about["codecs"][0]["name"] == "transpose"
        endian = about["codecs"][-1].get("configuration", {}).get("endian")
        assert endian == {"<": "little", ">": "big", "|": None}[array.dtype.str[0]]
        seen = np.zeros(array.shape, bool)
        for key, place in refs.items():
            if not key.startswith(f"{name}/c"):
                continue
            file, offset, size = place
            with open(file, "rb") as opened:
                opened.seek(offset)
                data = np.frombuffer(opened.read(size), array.dtype)
            index = [int(part) for part in key.split("/")[2:]]
            part = tuple(slice(at * length, (at + 1) * length) for at, length in zip(index, grid))
            chunk = data.reshape(grid[::-1]).T if transposed else data.reshape(grid)
            assert np.array_equal(array[part], chunk)
            seen[part] = True
        assert seen.all()
    for number, name in enumerate(ZARR_TYPES.values()):
        assert json.loads(refs[f"t{number}/zarr.json"])["data_type"] == name
    np.savez_compressed(tmp_path / "z.npz", **arrays)
    assert run_npy("refs", tmp_path / "z.npz", check=False).returncode == 1
    for refused in (np.zeros(2, "V3"), np.zeros(2, "i4,f8"), np.array([None])):
        np.save(tmp_path / "t.npy", refused)
        assert run_npy("refs", tmp_path / "t.npy", check=False).returncode == 1


def test_axes_of_one_name_have_one_length(tmp_path):
    """Else xarray, which takes them for the same, opens nothing. Groups are listed too."""
    arrays = {"x": np.zeros((6, 4)), "y": np.zeros(6), "run/a": np.zeros((3, 2)), "run/b": np.zeros((5, 2)), "run/deep/c": np.zeros(7)}
    refs = references_of(tmp_path, arrays)
    names = {name: json.loads(refs[f"{name}/zarr.json"])["dimension_names"] for name in arrays}
    assert names == {"x": ["dim_0", "dim_1"], "y": ["dim_0"], "run/a": ["a_dim_0", "dim_1"], "run/b": ["b_dim_0", "dim_1"],
                     "run/deep/c": ["dim_0"]}
    assert {key for key in refs if key.endswith("zarr.json") and json.loads(refs[key])["node_type"] == "group"} == {
        "zarr.json", "run/zarr.json", "run/deep/zarr.json"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("options", [[], ["--chunk", 100]])
def test_zarr_and_xarray_read_in_place(tmp_path, options):
    zarr, xarray, fsspec = (pytest.importorskip(name) for name in ("zarr", "xarray", "fsspec"))
    numbers = {"c": np.arange(2400.).reshape(60, 40), "f": np.asfortranarray(np.arange(24, dtype=">i4").reshape(6, 4)), "s": np.array(5),
               "b": np.arange(9) > 3, "h": np.arange(6, dtype="<f2"), "z": np.arange(6, dtype="c16"), "q": np.arange(5, dtype=">u8"),
               "e": np.zeros((0, 3)), "g/x": np.arange(7), "g/y": np.arange(5)}
    others = {"t": np.arange(5).astype("M8[s]"), "d": np.arange(5).astype("m8[ns]"), "w": np.array([b"ab", b"c"]), "v": np.array(["ab", "ç"])}
    arrays = numbers | others
    references_of(tmp_path, arrays, *options)
    files = fsspec.filesystem("reference", fo=str(tmp_path / "refs.json"), asynchronous=True, remote_options={"asynchronous": True})
    store = zarr.storage.FsspecStore(files, read_only=True)
    group = zarr.open_group(store, mode="r")
    for name, array in arrays.items():
        read = group[name][...]
        assert read.dtype == array.dtype.newbyteorder("=") and np.array_equal(read, array), name
    # Groups within groups have no members where zarr lists them over fsspec's reference file system.
    opened = xarray.open_zarr(store, consolidated=False, chunks=None)
    assert set(opened) == {name for name in arrays if "/" not in name}
    for name in opened:
        assert np.array_equal(opened[name].values.astype(arrays[name].dtype), arrays[name]), name
