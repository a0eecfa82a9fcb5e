"""The tour with --seed 0: every file's bytes and every array it prints are those of Python with NumPy."""
import io
import json
import pickle
import re
import subprocess

import numpy as np

from conftest import COMMAND, run_npy


def test_tour(tmp_path):
    output = run_npy("demo", "-C", tmp_path, "--seed", "0").decode()
    np.random.seed(0)
    arr = np.random.randint(1, 100, size=(100, 100, 100))
    second = np.random.randint(1, 100, size=(100, 100))
    assert str(arr) in output
    assert str(arr[2:6, 4, 3:4] @ arr[8:9, 3, 4:8]) in output
    assert str(arr[0:2]) in output
    data = {"array": arr, "description": "A million random integers", "extra": [1.5, 2.5, 3.5], "second": second}
    # CPython 3.13's pickler and 3.11's agree on these bytes at protocol 4.
    assert repr(pickle.dumps(data, 4)[:35]) in output
    assert (tmp_path / "data.pkl").read_bytes() == pickle.dumps(data, 4)
    assert (tmp_path / "array.pkl").read_bytes() == pickle.dumps(arr, 4)
    stream = io.BytesIO()
    np.savetxt(stream, arr.reshape(100_000, 10), "%d", "\t", header="Original shape: (100, 100, 100)")
    assert (tmp_path / "array.tsv").read_bytes() == stream.getvalue()
    np.save(tmp_path / "expected.npy", arr)
    assert (tmp_path / "array.npy").read_bytes() == (tmp_path / "expected.npy").read_bytes()
    np.savez(tmp_path / "expected.npz", arr, second)
    assert (tmp_path / "arrays.npz").read_bytes() == (tmp_path / "expected.npz").read_bytes()
    np.savez_compressed(tmp_path / "expected.npz", arr, second)
    assert (tmp_path / "arrays_compressed.npz").read_bytes() == (tmp_path / "expected.npz").read_bytes()
    assert str(second) in output
    text = (tmp_path / "array.tsv").read_text().splitlines()
    assert "\n".join(text[:4]) in output
    assert "A million random integers\n[1.5, 2.5, 3.5]" in output
    # As %time tells it.
    assert re.search(r"CPU times: user [\d.]+ .?s, sys: [\d.]+ .?s, total: [\d.]+ .?s\nWall time: [\d.]+ .?s", output)
    # The table has the files' own sizes.
    for path in tmp_path.iterdir():
        if not path.name.startswith("expected"):
            assert re.search(rf"^ *{path.stat().st_size}  {re.escape(path.name)} ", output, re.MULTILINE), path
    with np.load(tmp_path / "arrays_small.npz") as small:
        np.testing.assert_array_equal(small["arr_0"], arr)
    assert (tmp_path / "arrays_small.npz").stat().st_size < (tmp_path / "arrays_compressed.npz").stat().st_size


def test_shell_lines(tmp_path):
    """The commands that the tour shows can be typed as they are, and print what the tour has printed."""
    output = run_npy("demo", "-C", tmp_path).decode()
    lines = [line[4:] for line in output.splitlines() if line.startswith("  $ ")]
    assert len(lines) > 6
    for line in lines:
        script = f'set -e; npy() {{ "{COMMAND}" "$@"; }}; {line}'
        result = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True)
        assert result.returncode == 0 and result.stderr == b"", (line, result.stderr)
        if line.startswith(("npy show", "head")):
            # What lies in a pickle is shown as repr does, the tour prints the text itself.
            assert result.stdout.decode().replace("'", "") in output, line


def test_sizes(tmp_path):
    """The sizes are those of the files that Python with NumPy writes."""
    array = np.random.RandomState(0).randint(1, 100, size=(300, 40))
    np.save(tmp_path / "a.npy", array)
    np.savez_compressed(tmp_path / "a.npz", array)
    text = io.BytesIO()
    np.savetxt(text, array, "%d")
    expected = {
        "npy": (tmp_path / "a.npy").stat().st_size, "npz, zlib as NumPy": (tmp_path / "a.npz").stat().st_size,
        "pickle, protocol 4": len(pickle.dumps(array, 4)), "pickle, protocol 5": len(pickle.dumps(array, 5)),
        "text, %d": len(text.getvalue()),
    }
    told = json.loads(run_npy("sizes", "--json", tmp_path / "a.npy"))
    sizes = {entry["format"]: entry for entry in told["formats"]}
    for name, size in expected.items():
        assert sizes[name]["bytes"] == size, name
        assert sizes[name]["bits_per_value"] == size * 8 / array.size
        assert sizes[name]["save_seconds"] > 0 and sizes[name]["load_seconds"] > 0
    assert set(sizes) == {*expected, "npz", "npz, fast", "npz, default", "npz, best", "npy.gz"}
    # From 1 to 99: compression pays, and a byte would do.
    assert told["count"] == array.size and told["choice"] in ("npz, default", "npz, best")
    assert told["fits_dtype"] == "uint8"
    shown = run_npy("sizes", tmp_path / "a.npy").decode()
    assert all(name in shown for name in sizes) and "Choose npz" in shown and "uint8" in shown
    # Random doubles are not worth compressing; text holds them in the fewest digits.
    noise = np.random.RandomState(0).rand(1000)
    np.save(tmp_path / "b.npy", noise)
    told = json.loads(run_npy("sizes", "--json", tmp_path / "b.npy"))
    sizes = {entry["format"]: entry for entry in told["formats"]}
    assert told["choice"] == "npy" and told["fits_dtype"] is None
    assert sizes["text, shortest"]["bytes"] == sum(len(repr(float(value))) + 1 for value in noise)
    for value in (np.array(1.5), np.zeros((0, 3)), np.array(["ab"]), np.zeros(2, "<f8,i4"), np.array(["2020"], "M8[D]")):
        np.save(tmp_path / "c.npy", value)
        assert json.loads(run_npy("sizes", "--json", tmp_path / "c.npy"))["count"] == value.size
