"""Tensors of models: safetensors read and written as by the rules of the format, and by the Python package if it is there."""
import json
import random
import struct

import numpy as np
import pytest

from conftest import run_npy
from models import NUMPY, entry, expected, raw

try:
    import safetensors.numpy as package
except ImportError:
    package = None

needs_package = pytest.mark.skipif(package is None, reason="the Python package safetensors is not installed")

def random_arrays(seed):
    rng = random.Random(seed)
    arrays = {}
    for _ in range(rng.randrange(1, 7)):
        name = "".join(rng.choices("abz.0/_é \"\\\t\n\u0001漢😀\x7f", k=rng.randrange(1, 9)))
        if "/" in name or "\\" in name:
            name = name.replace("/", "-")
        shape = tuple(rng.choices(range(5), [1, 4, 4, 4, 4], k=rng.randrange(4)))
        dtype = np.dtype(rng.choice(list(NUMPY.values())))
        if rng.random() < 0.2:
            dtype = dtype.newbyteorder(">")
        array = np.frombuffer(rng.randbytes(64 * dtype.itemsize), np.uint8)
        if dtype.kind == "b":
            array = array & 1
        array = array.view(dtype)[:int(np.prod(shape, dtype=int))].reshape(shape)
        if rng.random() < 0.3:
            array = np.asfortranarray(array)
        arrays[name] = array
    return arrays


@pytest.mark.parametrize("seed", range(12))
def test_there_and_back(tmp_path, seed):
    arrays = random_arrays(seed)
    source, model, back = tmp_path / "x.npz", tmp_path / "m.safetensors", tmp_path / "back.npz"
    np.savez(source, **arrays)
    run_npy("convert", source, model)
    assert model.read_bytes() == expected(arrays)
    run_npy("convert", model, back)
    with np.load(back) as loaded:
        assert sorted(loaded.files) == sorted(arrays)
        for name, array in arrays.items():
            native = array.astype(array.dtype.newbyteorder("<"))
            assert loaded[name].dtype == native.dtype and loaded[name].shape == array.shape, name
            assert loaded[name].tobytes() == native.tobytes(), name
    again = tmp_path / "again.safetensors"
    run_npy("convert", model, again)
    assert again.read_bytes() == model.read_bytes()


@needs_package
@pytest.mark.parametrize("seed", range(100, 112))
def test_the_package_agrees(tmp_path, seed):
    arrays = {name: array.astype(array.dtype.newbyteorder("<"), order="C") for name, array in random_arrays(seed).items()}
    theirs, ours = tmp_path / "theirs.safetensors", tmp_path / "ours.safetensors"
    package.save_file(arrays, theirs, metadata={"format": "np"})
    run_npy("convert", theirs, ours)
    assert ours.read_bytes() == theirs.read_bytes() == expected(arrays, {"format": "np"})
    np.savez(tmp_path / "x.npz", **arrays)
    run_npy("convert", tmp_path / "x.npz", ours)
    for name, array in package.load_file(ours).items():
        assert array.dtype == arrays[name].dtype and array.tobytes() == arrays[name].tobytes()


def model(tmp_path, name="m.safetensors"):
    arrays = {"w": np.arange(12, dtype="f4").reshape(3, 4), "b": np.array([1, -2], "i2"), "s": np.array(2.5)}
    path = tmp_path / name
    path.write_bytes(expected(arrays, {"format": "pt", "note": "x"}))
    return path, arrays


def test_every_command(tmp_path):
    path, arrays = model(tmp_path)
    np.savez(tmp_path / "x.npz", **arrays)
    info = json.loads(run_npy("info", "--json", path))
    assert info["format"] == "safetensors" and info["metadata"] == {"format": "pt", "note": "x"}
    assert {m["name"]: (m["dtype"], m["shape"], m["nbytes"]) for m in info["members"]} == {
        name: (array.dtype.str, list(array.shape), array.nbytes) for name, array in arrays.items()}
    for member in info["members"]:
        begin = member["data_offset"]
        assert path.read_bytes()[begin:begin + member["nbytes"]] == arrays[member["name"]].tobytes()
    part = json.loads(run_npy("info", "--json", f"{path}:w[1:,::2]"))
    assert part["shape"] == [2, 2] and part["nbytes"] == 16
    assert run_npy("ls", path).decode().split()[:2] == [f"{path}:s", "()"]
    assert run_npy("show", f"{path}:w[::-1,1]").decode() == str(arrays["w"][::-1, 1]) + "\n"
    assert json.loads(run_npy("stats", "--json", f"{path}:w"))["max"] == 11
    assert [m["mean"] for m in json.loads(run_npy("stats", "--json", path))] == [2.5, 5.5, -0.5]
    run_npy("diff", path, tmp_path / "x.npz")
    run_npy("diff", tmp_path / "x.npz", path)
    assert run_npy("check", path) == f"ok: {path}\n".encode()
    run_npy("unpack", path, "-C", tmp_path / "out")
    assert np.array_equal(np.load(tmp_path / "out" / "w.npy"), arrays["w"])
    assert run_npy("unpack", path, "-C", tmp_path / "out", check=False).returncode == 1
    run_npy("pack", tmp_path / "p.safetensors", path, f"v={path}:w[0]")
    assert (tmp_path / "p.safetensors").read_bytes() == expected(
        {**arrays, "v": arrays["w"][0]}, {"format": "pt", "note": "x"})
    run_npy("cat", f"{path}:w", f"{path}:w", "-o", tmp_path / "cat.npy")
    assert np.array_equal(np.load(tmp_path / "cat.npy"), np.concatenate([arrays["w"]] * 2))
    run_npy("sizes", f"{path}:w")
    assert json.loads(run_npy("plot", "--json", f"{path}:w"))["shape"] == [3, 4]
    # From standard input, and to standard output.
    assert run_npy("convert", "-", "-", "--to", "safetensors", stdin=path.read_bytes()) == path.read_bytes()
    run_npy("convert", f"{path}:b", tmp_path / "b.safetensors", "--astype", ">f8")
    assert (tmp_path / "b.safetensors").read_bytes() == expected({"b": arrays["b"].astype("f8")})
    # What could be a slice is the name if there is such a tensor.
    (tmp_path / "odd.safetensors").write_bytes(expected({"w[0]": np.ones(2), "w": np.zeros(2)}))
    assert run_npy("show", f"{tmp_path}/odd.safetensors:w[0]") == b"[1. 1.]\n"


def test_wrong_requests(tmp_path):
    path, _ = model(tmp_path)
    for arguments, words in [
            (["show", f"{path}:W"], "did you mean w"), (["show", f"{path}:w[9]"], "out of bounds"),
            (["convert", path, tmp_path / "x.npy"], "holds 3 arrays"), (["pack", "--append", path, path], "write it anew"),
            (["pack", "--compress", path, path], "--compress"), (["convert", path, f"{path}.gz"], "not written compressed"),
            (["rm", path, "w"], "safetensors"), (["mv", path, "w", "v"], "safetensors")]:
        result = run_npy(*arguments, check=False)
        assert result.returncode in (1, 2, 64) and words in result.stderr.decode(), (arguments, result)
    before = path.read_bytes()
    for array, words in [
            (np.array(["a"]), "no type"), (np.zeros(2, "c16"), "--astype c8"), (np.zeros(2, "M8[s]"), "--astype i8"),
            (np.zeros(2, "g"), "--astype f8"), (np.zeros(2, "i4,f4"), "fields"), (np.array([None]), "no type")]:
        np.savez(tmp_path / "x.npz", good=np.ones(3), bad=array)
        result = run_npy("convert", tmp_path / "x.npz", path, check=False)
        message = result.stderr.decode()
        assert result.returncode == 1 and words in message and "bad" in message and message.count("\n") == 1, message
        assert path.read_bytes() == before
    np.savez(tmp_path / "x.npz", __metadata__=np.ones(3))
    assert run_npy("convert", tmp_path / "x.npz", path, check=False).returncode == 1


def test_model_in_several_files(tmp_path):
    arrays = {f"layer.{i}": np.full((2, i), i, "f4") for i in range(6)}
    shards = {0: {}, 1: {}}
    for place, (name, array) in enumerate(arrays.items()):
        shards[place % 2][name] = array
    weights = {}
    for place, shard in shards.items():
        file = f"model-{place}.safetensors"
        (tmp_path / file).write_bytes(expected(shard, {"format": "pt"}))
        weights.update({name: file for name in shard})
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {"total_size": 120}, "weight_map": weights}, indent=2))
    run_npy("convert", index, tmp_path / "one.safetensors")
    assert (tmp_path / "one.safetensors").read_bytes() == expected(arrays, {"format": "pt"})
    assert run_npy("show", f"{index}:layer.3[0]") == b"[3. 3. 3.]\n"
    assert {m["in"] for m in json.loads(run_npy("info", "--json", index))["members"]} == {
        str(tmp_path / "model-0.safetensors"), str(tmp_path / "model-1.safetensors")}
    assert run_npy("check", index) == f"ok: {index}\n".encode()
    for weights, words in [
            ({"layer.1": "../model-1.safetensors"}, "no name of a file beside"), ({"layer.1": "/etc/passwd"}, "beside"),
            ({"layer.1": "model-0.safetensors"}, "the file lacks"), ({"layer.1": "none.safetensors"}, "no such file"),
            ({"layer.1": 3}, "expected a string"), ([], "braces")]:
        index.write_text(json.dumps({"weight_map": weights}))
        for command in ["info", "check"]:
            result = run_npy(command, index, check=False)
            message = (result.stderr + result.stdout).decode()
            assert result.returncode == 1 and words in message and message.count("\n") == 1, (weights, result)


def test_missing_shards(tmp_path):
    """A file that is not there, or damaged, hides its own tensors only, and each command names it."""
    arrays = {f"t{i}": np.full((2, 2), i, "f4") for i in range(6)}
    names = {f"t{i}": f"m-{i % 3}.safetensors" for i in range(6)}
    for file in set(names.values()):
        (tmp_path / file).write_bytes(expected({name: arrays[name] for name in arrays if names[name] == file}))
    index = tmp_path / "m.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {**names, "lost": "m-0.safetensors"}}))
    (tmp_path / "m-1.safetensors").unlink()
    (tmp_path / "m-2.safetensors").write_bytes((tmp_path / "m-2.safetensors").read_bytes()[:-3])
    assert run_npy("show", f"{index}:t3") == b"[[3. 3.]\n [3. 3.]]\n"
    for name, words in [("t1", b"o such file"), ("t2", b"m-2.safetensors"), ("lost", b"the file lacks")]:
        for command in ["show", "info", "stats"]:
            result = run_npy(command, f"{index}:{name}", check=False)
            assert result.returncode == 1 and words in result.stderr and not result.stdout, (name, command, result)
    for command in ["ls", "info", "stats", "check", "show"]:
        result = run_npy(command, index, check=False)
        output = result.stdout + result.stderr
        assert result.returncode == 1 and b"m-1.safetensors" in output and b"m-2.safetensors" in output and (b"t3" in output or command == "check"), result
        assert len(result.stderr.splitlines()) <= 5
    members = json.loads(run_npy("info", "--json", index, check=False).stdout)["members"]
    assert {m["name"] for m in members if "error" in m} == {"t1", "t4", "t2", "t5", "lost"}
    result = run_npy("convert", index, tmp_path / "o.npz", check=False)
    assert result.returncode == 1 and not (tmp_path / "o.npz").exists()
    assert run_npy("convert", "--skip-bad", index, tmp_path / "o.npz", check=False).returncode == 1
    with np.load(tmp_path / "o.npz") as loaded:
        assert {name: loaded[name].tolist() for name in loaded} == {name: arrays[name].tolist() for name in ["t0", "t3"]}
    for file in tmp_path.glob("m-?.safetensors"):
        file.unlink()
    result = run_npy("ls", index, check=False)
    assert result.returncode == 1 and result.stderr.count(b"\n") == 1 and b"o such file" in result.stderr


DATA = bytes(range(8))
GOOD = {"a": entry("F32", [2], 0, 8)}
# What the format refuses; the words that the one line has.
BROKEN = {
    "nothing": (b"", "empty"),
    "short length": (b"\x10\0\0", "expected 8 bytes"),
    "length only": (struct.pack("<Q", 16), "header"),
    "long header": (struct.pack("<Q", 100_000_001) + b"{}", "100000001"),
    "huge header": (struct.pack("<Q", 2**64 - 1) + b"{}", "more than"),
    "negative header": (struct.pack("<q", -8) + b"{}", "more than"),
    "no JSON": (raw(b"hello   "), "braces"),
    "a list": (raw(b"[]"), "braces"),
    "open brace": (raw(b'{"a":'), "braces"),
    "NUL padding": (raw(b"{}\0\0\0\0\0\0"), "follow"),
    "byte order mark": (raw(b"\xef\xbb\xbf{}"), "braces"),
    "two values": (raw(b"{}{}"), "follow"),
    "bad UTF-8": (raw(b'{"\xff":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', DATA), "UTF-8"),
    "half a surrogate": (raw(b'{"\\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', DATA), "surrogate"),
    "duplicate key": (raw(b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},'
                          b'"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', DATA), "twice"),
    "duplicate field": (raw(b'{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}', DATA), "twice"),
    "unknown dtype": (raw({"a": entry("F33", [2], 0, 8)}, DATA), "F33"),
    "dtype is no text": (raw({"a": entry(4, [2], 0, 8)}, DATA), "string"),
    "no dtype": (raw({"a": {"shape": [2], "data_offsets": [0, 8]}}, DATA), "no dtype"),
    "no shape": (raw({"a": {"dtype": "F32", "data_offsets": [0, 8]}}, DATA), "no shape"),
    "no offsets": (raw({"a": {"dtype": "F32", "shape": [2]}}, DATA), "no data_offsets"),
    "entry is no object": (raw({"a": 1}, DATA), "braces"),
    "negative length": (raw({"a": entry("F32", [-2], 0, 8)}, DATA), "from 0 on"),
    "fraction": (raw({"a": entry("F32", [2.0], 0, 8)}, DATA), "from 0 on"),
    "exponent": (raw(b'{"a":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}}', DATA), "from 0 on"),
    "leading zero": (raw(b'{"a":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}', DATA), "no JSON"),
    "length of 2**64": (raw({"a": entry("F32", [2**64], 0, 8)}, DATA), "too large"),
    "product of 2**64": (raw({"a": entry("F32", [2**32, 2**32], 0, 0)}), "64 bits"),
    "product of 2**64 and 0": (raw({"a": entry("F32", [2**63 - 1, 2**63 - 1, 2], 0, 8)}, DATA), "64 bits"),
    "size is not the shape's": (raw({"a": entry("F32", [3], 0, 8)}, DATA), "takes 12 bytes"),
    "offsets backwards": (raw({"a": entry("F32", [2], 8, 0)}, DATA), "begin and an end"),
    "one offset": (raw({"a": {"dtype": "F32", "shape": [2], "data_offsets": [8]}}, DATA), "begin and an end"),
    "hole": (raw({"a": entry("F32", [1], 4, 8)}, DATA), "hole"),
    "overlap": (raw({"a": entry("F32", [2], 0, 8), "b": entry("F32", [1], 4, 8)}, DATA), "overlap"),
    "data is missing": (raw(GOOD, DATA[:5]), "expected 8 bytes got 5"),
    "data is left": (raw(GOOD, DATA + b"xx"), "2 bytes follow"),
    "half a byte": (raw({"a": entry("F4", [3], 0, 1)}, DATA[:1]), "no whole number of bytes"),
    "metadata is no object": (raw({"__metadata__": [], **GOOD}, DATA), "braces"),
    "metadata is no text": (raw({"__metadata__": {"a": 1}, **GOOD}, DATA), "no string"),
    "deep": (raw(b'{"a":{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}}"), "nest"),
    "control in a name": (raw(b'{"a\n":1}'), "control"),
}


def test_broken_files(tmp_path):
    """One clear line for each; a process for all of them, as a start of one takes its time."""
    paths = {}
    for kind, (content, _) in BROKEN.items():
        paths[kind] = tmp_path / (kind.replace(" ", "-") + ".safetensors")
        paths[kind].write_bytes(content)
        if package is not None and kind not in ("duplicate key", "duplicate field"):
            with pytest.raises(Exception):
                package.load(content)
    for command in ["info", "ls", "check"]:
        result = run_npy(command, *paths.values(), check=False)
        lines = (result.stderr + result.stdout).decode().splitlines()
        assert result.returncode == 1 and len(lines) == len(BROKEN), (command, lines)
        for (kind, (_, words)), line in zip(BROKEN.items(), lines):
            assert words in line and str(paths[kind]) in line, (command, kind, line)
    for command in [["show"], ["convert", tmp_path / "x.npz"]]:
        result = run_npy(command[0], paths["hole"], *command[1:], check=False)
        assert result.returncode == 1 and result.stderr.count(b"\n") == 1 and result.stdout == b"", result
    assert not (tmp_path / "x.npz").exists()


# What the format allows; what `check` says of it.
ODD = {
    "leading spaces": (raw(b"   " + json.dumps(GOOD).encode(), DATA), "white space"),
    "newlines": (raw(json.dumps(GOOD).encode() + b"\n\n\n", DATA), "white space"),
    "unknown field": (raw({"a": {**GOOD["a"], "x": [{"y": None}, 1e3, "z"]}}, DATA), "'x'"),
    "not aligned": (raw(json.dumps(GOOD).encode() + b" ", DATA, pad=False), "multiple of 8"),
    "other order": (raw({"b": entry("U8", [4], 4, 8), "a": entry("F32", [1], 0, 4)}, DATA), None),
    "empty tensors": (raw({"a": entry("F32", [2], 0, 8), "b": entry("F32", [0, 2**40], 8, 8)}, DATA), None),
}


def test_odd_files(tmp_path):
    paths = {kind: tmp_path / (kind.replace(" ", "-") + ".safetensors") for kind in ODD}
    for kind, (content, _) in ODD.items():
        paths[kind].write_bytes(content)
    checked = json.loads(run_npy("check", "--json", *paths.values()))
    for (kind, (_, words)), result in zip(ODD.items(), checked):
        messages = [finding["message"] for finding in result["findings"]]
        assert result["ok"] and (messages == [] if words is None else len(messages) == 1 and words in messages[0]), kind
    run_npy("cat", *(f"{path}:a[:1]" for path in paths.values()), "-o", tmp_path / "all.npy")
    assert np.array_equal(np.load(tmp_path / "all.npy"), np.repeat(np.frombuffer(DATA, "<f4")[:1], len(ODD)))


def test_nothing_in_it(tmp_path):
    path = tmp_path / "m.safetensors"
    path.write_bytes(raw(b"{}"))
    assert "0 tensors" in run_npy("info", path).decode()
    run_npy("convert", path, tmp_path / "x.npz")
    assert np.load(tmp_path / "x.npz").files == []
    run_npy("convert", tmp_path / "x.npz", tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == path.read_bytes()
    assert run_npy("show", path, check=False).returncode == 1


def test_cut_short(tmp_path):
    path, arrays = model(tmp_path)
    path.write_bytes(path.read_bytes()[:-3])
    assert run_npy("info", path, check=False).returncode == 1
    result = run_npy("convert", "--recover", path, tmp_path / "x.npz", check=False)
    assert result.returncode == 0 and b"2 of 3 tensors" in result.stderr
    with np.load(tmp_path / "x.npz") as loaded:
        assert {name: loaded[name].tolist() for name in loaded} == {name: arrays[name].tolist() for name in "sw"}


def test_mutations(tmp_path):
    """Whatever bytes change, the command ends with an answer or one line; what it accepts, the package accepts."""
    rng = random.Random(5)
    content = expected({"w": np.arange(12, dtype="f4").reshape(3, 4), "é": np.array([1, -2], "i2")}, {"a": "b"})
    paths = []
    for number in range(400):
        changed = bytearray(content)
        for _ in range(rng.randrange(1, 4)):
            place = rng.randrange(8 if rng.random() < 0.2 else len(changed))
            kind = rng.randrange(3)
            if kind == 0:
                changed[place] = rng.randrange(256)
            elif kind == 1:
                del changed[place:place + rng.randrange(1, 4)]
            else:
                changed[place:place] = rng.choice([b"0", b"9", b'"', b",", b"{", b"[", b"\\", b"\xff", b"e"])
        paths.append(tmp_path / f"{number}.safetensors")
        paths[-1].write_bytes(changed)
    result = run_npy("check", "--json", *paths, check=False)
    assert result.returncode in (1, 2) and result.stderr == b"", result
    checked = json.loads(result.stdout)
    assert len(checked) == len(paths)
    for path, outcome in zip(paths, checked):
        if package is not None and outcome["ok"]:
            package.deserialize(path.read_bytes())
