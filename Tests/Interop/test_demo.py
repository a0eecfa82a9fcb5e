"""The demo with --seed 0: the tour's files, and what it prints, are those of Python with NumPy."""
import io
import json
import pickle
import re
import subprocess

import numpy as np
import pytest

from conftest import COMMAND, run_npy


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """What `npy demo --seed 0` prints, and the folder with its files."""
    folder = tmp_path_factory.mktemp("demo")
    return run_npy("demo", "-C", folder, "--seed", "0").decode(), folder


@pytest.fixture(scope="module")
def tour():
    """The arrays and the dictionary of the tour, as NumPy makes them."""
    np.random.seed(0)
    arr = np.random.randint(1, 100, 1_000_000).reshape(100, 100, 100)
    data = {"array": arr, "description": "A million random integers", "list": [5.4, 9.1, 3.4],
            "another_array": np.arange(5.0)}
    return arr, data


def test_the_tour_prints_what_python_prints(demo, tour):
    """Every result of the tour's cells, in their order, each on lines of its own."""
    output, folder = demo
    arr, data = tour
    np.savez(folder.parent / "expected.npz", arr, data["another_array"])
    with np.load(folder.parent / "expected.npz") as archive:
        names = "".join(f"{name} {archive[name].shape} {archive[name].dtype}\n" for name in archive)
        last = f"{names}{archive['arr_1']}"
    new_data = pickle.loads(pickle.dumps(data))
    head = "\n".join((folder / "arr-txt.tsv").read_text().splitlines()[:10])
    sizes = [f"{(folder / name).stat().st_size} {name}" for name in
             ("arr-compress.npz", "arr.npy", "arr.npz", "arr.pkl", "arr-txt.tsv")]
    expected = [
        f"{arr.shape}", repr(arr[2:6, 4, 3:4] @ arr[8:9, 3, 4:8]), repr(arr[:2]),
        f"{pickle.dumps(data, 4)[:35]}\nDescription: {new_data['description']}\nExtra data: {new_data['another_array']}",
        head, r"CPU times: user [\d.]+ .?s, sys: [\d.]+ .?s, total: [\d.]+ .?s\nWall time: [\d.]+ .?s", repr(arr[:2]),
        last, "\n".join(r" *" + re.escape(line).replace(r"\ ", r" +") for line in sizes),
        "The text is not the largest file: "]
    assert len(head.splitlines()) == 10
    place = 0
    for text in expected:
        pattern = text if text.startswith(("CPU", " *")) else re.escape(text)
        end = "" if text.endswith(": ") else "$"
        found = re.compile(f"^{pattern}{end}", re.MULTILINE).search(output, place)
        assert found, f"not in its place: {text}\n{output[place:place + 1000]}"
        place = found.end()
    # What is not in the tour comes after it.
    assert "\n=== " in output[place:] and "===" not in output[:place]


def test_the_files_are_those_of_python(demo, tour):
    folder = demo[1]
    arr, data = tour
    text = io.BytesIO()
    np.savetxt(text, arr.reshape(100_000, 10), "%d", "\t", header="Original shape: (100, 100, 100)", comments="# ")
    npy, npz, compressed = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(npy, arr)
    np.savez(npz, arr, data["another_array"])
    np.savez_compressed(compressed, arr, data["another_array"])
    # CPython 3.13's pickler and 3.11's agree on these bytes at protocol 4.
    expected = {
        "arr.pkl": pickle.dumps(arr, 4), "arr-txt.tsv": text.getvalue(), "arr.npy": npy.getvalue(),
        "arr.npz": npz.getvalue(), "arr-compress.npz": compressed.getvalue()}
    for name, content in expected.items():
        assert (folder / name).read_bytes() == content, name
    # What the demo adds to the tour.
    assert {path.name for path in folder.iterdir()} == {*expected, "data.pkl", "arr-small.npz"}
    assert (folder / "data.pkl").read_bytes() == pickle.dumps(data, 4)
    with np.load(folder / "arr-small.npz") as small:
        assert small.files == ["arr_0", "arr_1"]
        np.testing.assert_array_equal(small["arr_0"], arr)
        np.testing.assert_array_equal(small["arr_1"], data["another_array"])
    assert (folder / "arr-small.npz").stat().st_size < len(expected["arr-compress.npz"])


def test_what_follows_the_tour(demo, tour):
    output, folder = demo
    arr, data = tour
    output = output[output.index("==="):]
    assert str(arr[2:6, 4, 3:7]) in output and str(arr) in output and str(data["list"]) in output
    # The table has the files' own sizes.
    for path in folder.iterdir():
        assert re.search(rf"^ *{path.stat().st_size}  {re.escape(path.name)} ", output, re.MULTILINE), path


def test_shell_lines(demo):
    """The commands that the demo shows can be typed as they are; they print what it printed and write what it wrote."""
    output, folder = demo
    lines = [line[4:] for line in output.splitlines() if line.startswith("  $ ")]
    assert len(lines) > 10
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    for line in lines:
        script = f'set -e; npy() {{ "{COMMAND}" "$@"; }}; {line}'
        result = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True)
        assert result.returncode == 0 and result.stderr == b"", (line, result.stderr)
        if line.startswith(("npy show", "head")):
            assert result.stdout.decode() in output, line
    for name, content in files.items():
        assert (folder / name).read_bytes() == content, name


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
