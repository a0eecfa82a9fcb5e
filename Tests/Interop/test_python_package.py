"""The Python package over the interface for C: its own tests (python/tests), with the library that was built beside the
command."""
import os
import pathlib
import subprocess
import sys

import pytest
from conftest import COMMAND

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
    import pickle

    import numpy as np
    from conftest import run_npy

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


def test_references_say_where_the_bytes_are(tmp_path):
    """Read as zarr reads them: the bytes at the places that the references name."""
    import json

    import numpy as np
    from conftest import run_npy

    arrays = {"c": np.arange(24.).reshape(6, 4), "f": np.asfortranarray(np.arange(24, dtype=">i4").reshape(6, 4)), "s": np.array(5)}
    np.savez(tmp_path / "a.npz", **arrays)
    refs = json.loads(run_npy("refs", tmp_path / "a.npz", "--chunk", 64))["refs"]
    assert json.loads(refs["zarr.json"])["node_type"] == "group"
    for name, array in arrays.items():
        about = json.loads(refs[f"{name}/zarr.json"])
        assert about["shape"] == list(array.shape) and about["data_type"] == array.dtype.newbyteorder("=").name
        grid = about["chunk_grid"]["configuration"]["chunk_shape"]
        transposed = about["codecs"][0]["name"] == "transpose"
        endian = about["codecs"][-1]["configuration"]["endian"]
        seen = np.zeros(array.shape, bool)
        for key, place in refs.items():
            if not key.startswith(f"{name}/c"):
                continue
            file, offset, size = place
            with open(file, "rb") as opened:
                opened.seek(offset)
                data = np.frombuffer(opened.read(size), array.dtype.newbyteorder("<" if endian == "little" else ">"))
            index = [int(part) for part in key.split("/")[2:]]
            part = tuple(slice(at * length, (at + 1) * length) for at, length in zip(index, grid))
            chunk = data.reshape(grid[::-1]).T if transposed else data.reshape(grid)
            assert np.array_equal(array[part], chunk)
            seen[part] = True
        assert seen.all()
    np.savez_compressed(tmp_path / "z.npz", **arrays)
    assert run_npy("refs", tmp_path / "z.npz", check=False).returncode == 1
    np.save(tmp_path / "t.npy", np.array(["a"]))
    assert run_npy("refs", tmp_path / "t.npy", check=False).returncode == 1
