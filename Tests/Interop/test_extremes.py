"""Numbers, lengths and limits at their ends, through the command: an answer or one line of error, never a signal."""
import fractions
import gzip
import json
import os
import pickle
import resource
import signal
import subprocess

import numpy as np
import pytest

from conftest import COMMAND, peak_memory, run_npy

ENDS = ["", "-1", "0", "3", str(2**62), str(-2**62), str(2**63 - 1), str(-2**63)]


def ends_well(*arguments, **options):
    result = subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, timeout=120, **options)
    assert result.returncode >= 0, (arguments, signal.Signals(-result.returncode), result.stderr[:300])
    if result.returncode:
        assert result.stderr.count(b"\n") <= 2, (arguments, result.stderr[:300])
    return result


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    array = np.arange(42, dtype="f4").reshape(6, 7)
    np.save(folder / "c.npy", array)
    np.save(folder / "f.npy", np.asfortranarray(array))
    np.savez_compressed(folder / "z.npz", a=array)
    with open(folder / "p.pkl", "wb") as file:
        pickle.dump(array, file)
    return folder


@pytest.mark.parametrize("name", ["c.npy", "f.npy", "z.npz:a", "p.pkl"])
def test_slices_are_numpys(files, name):
    array = np.arange(42, dtype="f4").reshape(6, 7)
    for start, stop, step in [("", "", ENDS[4]), ("-2", str(2**32), str(2**63 - 2)), ("", "", str(-2**63)),
                              ("5", str(-2**63), str(-2**62)), ("0", "0", ENDS[6]), (ENDS[7], ENDS[6], "3")]:
        part = eval(f"array[{start}:{stop}:{step}, ::{step or 1}]")
        address = f"{files / name}[{start}:{stop}:{step},::{step or 1}]"
        target = files / "part.npy"
        result = ends_well("convert", address, target)
        assert result.returncode == 0, (address, result.stderr)
        assert np.array_equal(np.load(target), part), address
        assert ends_well("show", address).stdout.decode().strip() == str(part).strip()
        ends_well("stats", address)
        ends_well("plot", address)
        assert ends_well("diff", address, target).returncode == 0


def test_every_command_takes_extreme_slices(files):
    for step in ENDS[4:]:
        for bound in ENDS:
            for command in ["show", "stats", "info"]:
                ends_well(command, f"{files / 'c.npy'}[{bound}::{step}]")


def empty(path, shape, descr="<f8"):
    with open(path, "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": descr, "fortran_order": False, "shape": shape})


@pytest.mark.parametrize("shape", [(2**60 - 1, 0), (0, 2**60 - 1), (3, 0, 2**57)])
def test_lengths_beside_a_zero(tmp_path, shape):
    empty(tmp_path / "e.npy", shape)
    for part in ["", "[-1]", "[...,-1:]", f"[::{-2**63}]", "[1:]"]:
        address = f"{tmp_path / 'e.npy'}{part}"
        for command in ["show", "stats", "info", "plot"]:
            ends_well(command, address)
        for target in ["o.npy", "o.npz", "o.pkl", "o.csv"]:
            ends_well("convert", address, tmp_path / target)
            ends_well("convert", "--astype", "c16", address, tmp_path / target)
        ends_well("diff", address, address)


def test_dates_of_long_steps(tmp_path):
    array = np.array([1, 2], "M8[7s]")
    with open(tmp_path / "d.pkl", "wb") as file:
        pickle.dump(array, file, protocol=2)
    content = (tmp_path / "d.pkl").read_bytes()
    assert content.count(b"K\x07K\x01K\x01") == 1
    long = content.replace(b"K\x07K\x01K\x01", b"\x8a\x08" + b"\xff" * 7 + b"\x7f" + b"K\x01K\x01")
    (tmp_path / "l.pkl").write_bytes(long)
    assert ends_well("diff", tmp_path / "l.pkl", tmp_path / "d.pkl").returncode > 1
    assert ends_well("convert", "--astype", "M8[Y]", tmp_path / "l.pkl", tmp_path / "o.npy").returncode != 0


def test_large_and_repeated_values_are_described_shortly(tmp_path):
    blob = bytes(60_000_000)
    with open(tmp_path / "blob.pkl", "wb") as file:
        pickle.dump({"a": blob, "b": "é" * 20_000_000, "c": bytearray(blob)}, file)
    name = "n" * 200_000
    with open(tmp_path / "again.pkl", "wb") as file:
        pickle.dump([{name: name, "x": name.encode()}] * 30_000, file)
    for file, memory in [("blob.pkl", 500 << 20), ("again.pkl", 300 << 20)]:
        for options in [[], ["--json"]]:
            result = ends_well("info", *options, tmp_path / file)
            assert result.returncode == 0
            assert len(result.stdout) < 20 << 20
            if options:
                json.loads(result.stdout)
            assert peak_memory("info", *options, tmp_path / file) < memory


def test_a_limit_on_the_size_of_files(files, tmp_path):
    np.save(tmp_path / "large.npy", np.random.default_rng(1).random(200_000))

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    for target in ["o.npy", "o.npz", "o.csv", "o.pkl"]:
        result = ends_well("convert", tmp_path / "large.npy", tmp_path / target, preexec_fn=limit)
        assert result.returncode > 0 and b"large" in result.stderr.lower(), result.stderr
        assert sorted(os.listdir(tmp_path)) == ["large.npy"]


def test_a_compressed_pickle_longer_than_memory(tmp_path):
    # A bytes object of 2**45 bytes is declared; what follows it are zeros, of which gigabytes take a megabyte.
    with gzip.open(tmp_path / "z.pkl.gz", "wb") as file:
        file.write(b"\x80\x04\x8e" + (2**45).to_bytes(8, "little"))
        for _ in range(400):
            file.write(bytes(1 << 20))
    for command in [["show"], ["ls"], ["check"], ["info"]]:
        assert ends_well(*command, tmp_path / "z.pkl.gz").returncode > 0


COMMANDS_WITHOUT_ROOM = [
    ("show", "big.npy"), ("stats", "big.npy"), ("info", "big.pkl"), ("show", "big.pkl"), ("convert", "big.npy", "o.pkl"),
    ("convert", "big.npz:x", "o.pkl"), ("convert", "big.pkl", "o.npz"), ("convert", "big.npz", "o.npy"),
    ("convert", "--order", "F", "big.npy", "o.npy"), ("sizes", "big.npy"), ("diff", "big.pkl", "big.npz"), ("check", "big.pkl"),
    ("pack", "o.npz", "big.pkl"), ("plot", "big.pkl"), ("convert", "--astype", "c16", "big.npz", "o.npz"), ("check", "big.npz")]


@pytest.fixture(scope="module")
def large_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    array = np.zeros(30_000_000)
    np.save(folder / "big.npy", array)
    np.savez_compressed(folder / "big.npz", x=array)
    with open(folder / "big.pkl", "wb") as file:
        pickle.dump(array, file)
    return folder


@pytest.mark.parametrize("arguments", COMMANDS_WITHOUT_ROOM, ids=" ".join)
def test_no_room(large_files, arguments, monkeypatch):
    """Arrays of 240 MB where the system gives little more than the command itself takes: it works, or says so."""
    monkeypatch.chdir(large_files)
    before = set(os.listdir())
    result = ends_well(*arguments, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (400_000_000, 400_000_000)))
    assert result.returncode in (0, 1, 2), result.stderr[:300]
    if result.returncode and arguments[0] != "check":
        assert b"memory" in result.stderr, result.stderr
    left = set(os.listdir()) - before
    assert left <= ({arguments[-1], "o.npz"} if result.returncode == 0 else set())
    for name in left:
        os.remove(name)


def test_a_table_of_many_columns_takes_time_that_grows_with_them(tmp_path):
    """Columns are found by name: looked through one after the other they would take 15 s here."""
    names = [f"c{i}" for i in range(50_000)]
    rows = [[i * k % 97 if i % 2 else f"x{i}" for i in range(len(names))] for k in range(3)]
    path = tmp_path / "wide.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in [names, *rows]) + "\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    statistics = run_npy("stats", "--json", str(path))
    run_npy("diff", str(path), str(path))
    found = json.loads(run_npy("convert", str(path), "-", "--to", "json"))
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 10
    assert [list(row) for row in found] == [names] * 3 and [list(row.values()) for row in found] == rows
    assert json.loads(statistics)


@pytest.mark.parametrize("element", ["[]", "[('a', '|S0')]", "'|S0'", "[('a', '|V0'), ('b', '<U0')]"])
@pytest.mark.parametrize("shape", ["(65536, 65536, 65536, 65536)", "(2147483648,)", "(65536, 32767)", "(0, 65536, 65536)"])
def test_subarrays_of_elements_without_bytes(tmp_path, element, shape):
    header = f"{{'descr': ({element}, {shape}), 'fortran_order': False, 'shape': (), }}".encode()
    path = tmp_path / "s.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    for command in ["info", "show", "stats", "check"]:
        ends_well(command, path)
    wrapped = header.replace(b"'descr': ", b"'descr': [('f', ").replace(b", 'fortran", b")], 'fortran", 1)
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(wrapped).to_bytes(2, "little") + wrapped)
    for command in ["info", "show", "stats", "check"]:
        ends_well(command, path)


@pytest.mark.parametrize("text", ["x" * 1000, "\u00e9" * 1000, b"x" * 4000])
def test_references_to_one_text_make_no_large_array(tmp_path, text):
    path = tmp_path / "t.pkl"
    with open(path, "wb") as file:
        pickle.dump([text] * 100_000, file)
    for command in ["stats", "cat", "show"]:
        result = ends_well(command, path)
        assert len(result.stdout) < 2 << 20
        assert peak_memory(command, path, code=result.returncode) < 150 << 20
    assert b"t.pkl" in ends_well("stats", path).stderr
    with open(path, "wb") as file:
        pickle.dump([text, text[:1]] * 1000, file)
    run_npy("convert", path, tmp_path / "o.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "o.npy"), np.array([text, text[:1]] * 1000), strict=True)


@pytest.mark.parametrize("options", [["--json-values"], ["--json-values", "--memory", "1G"]])
def test_errors_of_json_name_the_file(tmp_path, options):
    value = []
    for _ in range(40):
        value = [value, value]
    path = tmp_path / "bomb.pkl"
    with open(path, "wb") as file:
        pickle.dump(value, file)
    result = ends_well("show", *options, path)
    assert result.returncode == 1 and b"bomb.pkl" in result.stderr, result.stderr
    result = ends_well("convert", path, tmp_path / "o.json")
    assert result.returncode == 1 and b"bomb.pkl" in result.stderr and b"o.json" not in result.stderr, result.stderr


@pytest.mark.parametrize("columns", ["-5", "0", "1", "5", "39", "x", "", "99999999999999999999"])
def test_widths_of_the_terminal(columns):
    for arguments in [["--help"], ["convert", "--help"], ["show"], ["nonsense"]]:
        result = subprocess.run([COMMAND, *arguments], capture_output=True, timeout=60, env={**os.environ, "COLUMNS": columns})
        assert result.returncode in (0, 64), (arguments, result)


def test_nested_json_with_a_small_stack(tmp_path):
    path = tmp_path / "n.json"
    path.write_text('{"a": ' * 80 + "1" + "}" * 80)
    small = dict(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (256 << 10, 256 << 10)))
    for command in ["info", "show", "stats", "check"]:
        limited, usual = ends_well(command, path, **small), ends_well(command, path)
        assert (limited.returncode, limited.stdout, limited.stderr) == (usual.returncode, usual.stdout, usual.stderr)
    path.write_text("[" * 60 + '{"a": [' * 20 + "1" + "]}" * 20 + "]" * 60)
    for command in ["info", "show", "check"]:
        ends_well(command, path, **small)


def test_a_long_text_that_is_met_again_is_not_printed_without_end(tmp_path):
    path, text = tmp_path / "t.pkl", "x" * 1000
    path.write_bytes(pickle.dumps({"list": [text] * 100_000, "n": 1}))
    for command in [["show"], ["info"], ["pickle"], ["show", "--json-values"]]:
        assert len(ends_well(*command, path).stdout) < 64 << 20
    # What was met a few times is whole.
    path.write_bytes(pickle.dumps([text] * 100))
    assert ends_well("show", path).stdout.decode() == str([text] * 100) + "\n"
    run_npy("convert", path, tmp_path / "o.json")
    assert json.loads((tmp_path / "o.json").read_text()) == [text] * 100


@pytest.mark.parametrize("kind", [list, tuple, dict, np.ndarray])
def test_arrays_at_billions_of_places(tmp_path, kind):
    value = {"x": np.arange(3)}
    for _ in range(40):
        if kind is np.ndarray:
            value, inner = np.empty(2, object), value
            value[:] = [inner, inner]
        else:
            value = {"a": value, "b": value} if kind is dict else kind([value, value])
    path = tmp_path / "b.pkl"
    path.write_bytes(pickle.dumps(value))
    for command in ["ls", "info", "stats", "show"]:
        assert len(ends_well(command, path).stdout) < 4 << 20
    result = ends_well("convert", path, tmp_path / "o.json")
    assert result.returncode == 1 and b"b.pkl" in result.stderr
    ends_well("unpack", "-C", tmp_path / "out", path)
    assert not (tmp_path / "out").exists() or sum(len(files) for _, _, files in os.walk(tmp_path / "out")) < 10_000


def test_standard_input_is_named_once(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(3))
    data = (tmp_path / "a.npy").read_bytes()
    for arguments in [["cat", "-", "-"], ["diff", "-", "-"], ["pack", tmp_path / "o.npz", "a=-", "b=-"],
                      ["append", tmp_path / "a.npy", "-", "-[1:]"], ["stack", tmp_path / "out", "-", "-"]]:
        result = run_npy(*arguments, stdin=data, check=False)
        assert result.returncode in (2, 64) and b"standard input" in result.stderr and b"2 times" in result.stderr, result
    assert (tmp_path / "a.npy").read_bytes() == data


@pytest.mark.parametrize("suffix", ["json", "pkl"])
def test_texts_of_very_different_lengths(tmp_path, suffix):
    texts = ["x" * 100_000] + ["y"] * 50_000
    path = tmp_path / f"r.{suffix}"
    path.write_bytes(json.dumps(texts).encode() if suffix == "json" else pickle.dumps(texts))
    for command in ["stats", "info", "check", "cat", "diff"]:
        arguments = [path] * (2 if command == "diff" else 1)
        result = ends_well(command, *arguments)
        assert peak_memory(command, *arguments, code=result.returncode) < 200 << 20
    result = ends_well("convert", path, tmp_path / "o.npy")
    assert result.returncode == 1 and b"64 times" in result.stderr, result.stderr
    texts = ["x" * 100] + ["y"] * 50
    path.write_bytes(json.dumps(texts).encode() if suffix == "json" else pickle.dumps(texts))
    run_npy("convert", path, tmp_path / "o.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "o.npy"), np.array(texts), strict=True)


def test_an_array_at_very_many_places_is_not_written_without_end(tmp_path):
    path, array = tmp_path / "r.pkl", np.zeros(20_000)
    path.write_bytes(pickle.dumps({str(number): array for number in range(20_000)}))
    for arguments in [["convert", path, tmp_path / "o.npz"], ["unpack", "-C", tmp_path / "out", path]]:
        result = ends_well(*arguments)
        assert result.returncode == 1 and b"--memory" in result.stderr, result.stderr
    assert not (tmp_path / "o.npz").exists() and not (tmp_path / "out").exists()
    path.write_bytes(pickle.dumps({str(number): array for number in range(20)}))
    run_npy("convert", path, tmp_path / "o.npz")
    assert len(np.load(tmp_path / "o.npz").files) == 20


@pytest.mark.parametrize("values", [
    np.array([1.7e308, 1.7e308]), np.array([1.7e308, -1.7e308, 1e308]), np.array([1.7e308] * 5000 + [-1.7e308] * 5001),
    np.array([2**63 - 1, -2**63, 5]), np.array([2**64 - 1, 0, 1], "u8"), np.array([2**63 - 1] * 3 + [2**63 - 4]),
    np.array([5e-324, 5e-324]), np.array([1.0, np.nan, 1e308, 1e308])], ids=lambda values: str(values[:3]))
def test_means_of_very_large_numbers(tmp_path, values):
    """Exact sums are the oracle: NumPy's overflow, or round before they are divided."""
    np.save(tmp_path / "a.npy", values)
    found = json.loads(ends_well("stats", "--json", tmp_path / "a.npy").stdout)
    known = [fractions.Fraction(value) for value in values.tolist() if value == value]
    mean = float(sum(known) / len(known))
    # What adding up one after the other loses at most.
    assert abs(found["mean"] - mean) <= len(known) * 2.0**-53 * float(max(map(abs, known)))
    if values.dtype.kind != "f":
        assert found["mean"] == mean
