"""PyTorch's files, written as torch.save writes them, and GGUF, read as the gguf package reads it."""
import collections
import io
import json
import pickle
import pickletools
import random
import struct
import zipfile

import numpy as np
import pytest

from conftest import run_npy
from models import gguf_file, text

try:
    import gguf
except ImportError:
    gguf = None

STORAGES = {"FloatStorage": "f4", "DoubleStorage": "f8", "HalfStorage": "f2", "LongStorage": "i8", "IntStorage": "i4",
            "ShortStorage": "i2", "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?",
            "ComplexFloatStorage": "c8", "ComplexDoubleStorage": "c16", "BFloat16Storage": "bfloat16"}
YOUNG = {"uint16": "u2", "uint32": "u4", "uint64": "u8", "complex32": "complex32", "float8_e4m3fn": "float8_e4m3fn",
         "float8_e5m2": "float8_e5m2", "float8_e4m3fnuz": "float8_e4m3fnuz", "float8_e5m2fnuz": "float8_e5m2fnuz",
         "float8_e8m0fnu": "float8_e8m0fnu"}
SIZES = {"bfloat16": 2, "complex32": 4}
# What the unpickler behind torch.load(weights_only=True) knows (torch/_weights_only_unpickler.py).
OPCODES = {"PROTO", "GLOBAL", "REDUCE", "BUILD", "APPEND", "APPENDS", "SETITEM", "SETITEMS", "MARK", "TUPLE", "TUPLE1",
           "TUPLE2", "TUPLE3", "NONE", "NEWFALSE", "NEWTRUE", "EMPTY_TUPLE", "EMPTY_LIST", "EMPTY_DICT", "EMPTY_SET",
           "BINPERSID", "BININT", "BININT1", "BININT2", "BINFLOAT", "BINUNICODE", "SHORT_BINSTRING", "LONG1", "BINGET",
           "LONG_BINGET", "BINPUT", "LONG_BINPUT", "POP", "POP_MARK", "STOP", "NEWOBJ"}


def load_torch(path):
    """The tensors as torch.load(path, weights_only=True) would make them: name to (type, shape, bytes)."""
    archive = zipfile.ZipFile(path)
    assert archive.testzip() is None
    names = archive.namelist()
    folder = names[0].split("/")[0] + "/"
    assert names[0] == folder + "data.pkl" and all(name.startswith(folder) for name in names)
    assert archive.read(folder + "byteorder") == b"little" and archive.read(folder + "version") == b"3\n"
    assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
    content = archive.read(folder + "data.pkl")
    assert {opcode.name for opcode, _, _ in pickletools.genops(content)} <= OPCODES
    assert content[:2] == b"\x80\x02"

    def tensor(storage, offset, shape, strides, gradient, hooks, dtype=None):
        kind, data = storage
        assert gradient is False and hooks == {} and offset == 0 and (dtype is None) != (kind is None)
        kind = kind or dtype
        step, wanted = 1, []
        for length in reversed(shape):
            wanted.insert(0, step)
            step *= max(length, 1)
        assert strides == tuple(wanted)
        return kind, shape, data

    class Unpickler(pickle.Unpickler):
        def find_class(self, module, name):
            if (module, name) == ("collections", "OrderedDict"):
                return collections.OrderedDict
            if module == "torch._utils" and name in ("_rebuild_tensor_v2", "_rebuild_tensor_v3"):
                return tensor
            if (module, name) == ("torch.storage", "UntypedStorage"):
                return None
            if module == "torch" and name in STORAGES:
                return STORAGES[name]
            assert module == "torch" and name in YOUNG, (module, name)
            return YOUNG[name]

        def persistent_load(self, identity):
            tag, kind, key, place, count = identity
            data = archive.read(f"{folder}data/{key}")
            size = 1 if kind is None else SIZES.get(kind) or np.dtype(kind).itemsize
            assert tag == "storage" and place == "cpu" and len(data) == count * size
            return kind, data

    return Unpickler(io.BytesIO(content)).load()


def test_torch_files(tmp_path):
    rng = np.random.default_rng(7)
    arrays = {f"layer.{number}.{code}": (rng.standard_normal((2, 3, number % 3)) * 50).astype(code)
              for number, code in enumerate(["f4", "f8", "f2", "i8", "i4", "i2", "i1", "u1", "?", "c8", "c16", "u2", "u4", "u8"])}
    arrays["scalar"] = np.array(3.5)
    arrays["big é"] = np.arange(5, dtype=">i4")
    arrays["fortran"] = np.asfortranarray(np.arange(12.0).reshape(3, 4))
    np.savez(tmp_path / "x.npz", **arrays)
    run_npy("convert", tmp_path / "x.npz", tmp_path / "m.pt")
    loaded = load_torch(tmp_path / "m.pt")
    assert list(loaded) == list(arrays)
    for name, (kind, shape, data) in loaded.items():
        native = arrays[name].astype(arrays[name].dtype.newbyteorder("<"))
        assert np.dtype(kind) == native.dtype and shape == native.shape and data == native.tobytes(), name
    # And back, by the reader of PyTorch's files.
    run_npy("convert", tmp_path / "m.pt", tmp_path / "back.npz")
    with np.load(tmp_path / "back.npz") as back:
        assert {name: back[name].tobytes() for name in back} == {
            name: array.astype(array.dtype.newbyteorder("<")).tobytes() for name, array in arrays.items()}
    assert run_npy("check", tmp_path / "m.pt").endswith(f"ok: {tmp_path}/m.pt\n".encode())


@pytest.mark.parametrize("name", ["bfloat16", "float8_e4m3fn", "float8_e5m2", "complex32"])
def test_torch_types_that_numpy_lacks(tmp_path, name):
    values = np.array([[1, -2.5], [0.015625, 448]], "f4")
    np.save(tmp_path / "x.npy", values)
    run_npy("convert", tmp_path / "x.npy", tmp_path / "m.pt", "--astype", name, "--name", "w")
    kind, shape, data = load_torch(tmp_path / "m.pt")["w"]
    assert kind == name and shape == (2, 2)
    run_npy("convert", tmp_path / "x.npy", tmp_path / "x.raw", "--astype", name)
    assert data == (tmp_path / "x.raw").read_bytes()
    # What knows the type keeps it.
    run_npy("convert", tmp_path / "m.pt", tmp_path / "again.pt")
    assert load_torch(tmp_path / "again.pt") == load_torch(tmp_path / "m.pt")
    if name != "complex32":
        run_npy("convert", tmp_path / "m.pt", tmp_path / "m.safetensors")
        assert (tmp_path / "m.safetensors").read_bytes().endswith(data)
    run_npy("convert", f"{tmp_path}/m.pt:w", tmp_path / "back.npy")
    assert np.array_equal(np.load(tmp_path / "back.npy"), values)


class Named:
    """A global of a module that is not there."""

    def __init__(self, module, name):
        self.names = module, name


class TorchPickler(pickle._Pickler):
    """Pickles as torch.save does: storages, and of old files the classes of modules, are persistent ids."""

    def save(self, item, *arguments):
        if isinstance(item, Named):
            self.write(b"c" + "\n".join(item.names).encode() + b"\n")
        elif isinstance(item, Tensor):
            self.save(Call(Named("torch._utils", "_rebuild_tensor_v2"),
                           (Persistent(("storage", Named("torch", item.storage), item.key, "cpu", item.count)), 0, (item.count,), (1,), False,
                            Call(Named("collections", "OrderedDict"), ()))))
        elif isinstance(item, Persistent):
            self.save(item.identity)
            self.write(pickle.BINPERSID)
        elif isinstance(item, Call):
            self.save(item.function)
            self.save(item.arguments)
            self.write(pickle.REDUCE)
        elif isinstance(item, Made):
            self.save(item.kind)
            self.save(())
            self.write(pickle.NEWOBJ)
            self.save(item.state)
            self.write(pickle.BUILD)
        else:
            super().save(item, *arguments)


Persistent = collections.namedtuple("Persistent", "identity")
Call = collections.namedtuple("Call", "function arguments")
Made = collections.namedtuple("Made", "kind state")
Tensor = collections.namedtuple("Tensor", "storage key count")


def torch_pickle(value):
    stream = io.BytesIO()
    TorchPickler(stream, 2).dump(value)
    return stream.getvalue()


def test_whole_modules_before_1_6(tmp_path):
    """`legacy_load` of torch/serialization.py knows two persistent ids: storages, and the classes of modules with their source."""
    def module(name, state):
        kind = Persistent(("module", Named("torch.nn.modules." + {"Sequential": "container", "Linear": "linear"}[name], name), "/x/linear.py", "class Linear(Module): ..."))
        return Made(kind, {"training": True, "_parameters": state})

    value = module("Sequential", {"inner": module("Linear", {"weight": Tensor("FloatStorage", "94", 3)}), "bias": Tensor("LongStorage", "95", 2)})
    content = b"".join(pickle.dumps(part, 2) for part in [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}])
    content += torch_pickle(value) + pickle.dumps(["94", "95"], 2)
    content += struct.pack("<q3f", 3, 1, 2, 3) + struct.pack("<q2q", 2, 8, 9)
    (tmp_path / "old.pt").write_bytes(content)
    run_npy("convert", tmp_path / "old.pt", tmp_path / "old.npz")
    with np.load(tmp_path / "old.npz") as loaded:
        found = {name.split(".")[-1]: loaded[name].tolist() for name in loaded}
    assert found["weight"] == [1, 2, 3] and found["bias"] == [8, 9]
    assert run_npy("check", tmp_path / "old.pt", check=False).returncode == 0
    assert b"Sequential" in run_npy("show", tmp_path / "old.pt")


def test_a_tensor_that_repeats_few_bytes(tmp_path):
    """torch.ones(1).expand(10**9): it is listed, and does not hide the others."""
    class Repeated(collections.namedtuple("Repeated", "key shape strides")):
        pass

    class Pickler(TorchPickler):
        def save(self, item, *arguments):
            if isinstance(item, Repeated):
                storage = Persistent(("storage", Named("torch", "FloatStorage"), item.key, "cpu", 1))
                item = Call(Named("torch._utils", "_rebuild_tensor_v2"),
                            (storage, 0, item.shape, item.strides, False, Call(Named("collections", "OrderedDict"), ())))
            super().save(item, *arguments)

    stream = io.BytesIO()
    Pickler(stream, 2).dump({"w": Tensor("FloatStorage", "0", 2), "x": Repeated("1", (10**9,), (0,)), "y": Repeated("1", (5,), (0,))})
    with zipfile.ZipFile(tmp_path / "x.pt", "w") as archive:
        archive.writestr("x/data.pkl", stream.getvalue())
        archive.writestr("x/data/0", struct.pack("<2f", 1, 2))
        archive.writestr("x/data/1", struct.pack("<f", 3))
    path = tmp_path / "x.pt"
    assert run_npy("ls", path).count(b"\n") == 3
    assert run_npy("show", f"{path}:w") == b"[1. 2.]\n" and run_npy("show", f"{path}:y") == b"[3. 3. 3. 3. 3.]\n"
    for command in [["show", f"{path}:x"], ["convert", path, tmp_path / "o.npz"]]:
        failed = run_npy(*command, check=False)
        assert failed.returncode == 1 and b"64 MiB" in failed.stderr and b":x" in failed.stderr, failed
    assert run_npy("convert", "--skip-bad", path, tmp_path / "o.npz", check=False).returncode == 1
    with np.load(tmp_path / "o.npz") as loaded:
        assert sorted(loaded) == ["w", "y"]


def test_constants_of_torchscript(tmp_path):
    """The tensors of the code lie beside those of the model: constants.pkl, and constants/KEY."""
    with zipfile.ZipFile(tmp_path / "script.pt", "w") as archive:
        archive.writestr("s/data.pkl", torch_pickle({"buffer": Tensor("IntStorage", "0", 2)}))
        archive.writestr("s/data/0", struct.pack("<2i", 4, 5))
        archive.writestr("s/constants.pkl", torch_pickle((Tensor("FloatStorage", "0", 3), Tensor("ByteStorage", "1", 1))))
        archive.writestr("s/constants/0", struct.pack("<3f", 1, 2, 3))
        archive.writestr("s/constants/1", b"\7")
        archive.writestr("s/version", "3\n")
        archive.writestr("s/traced_inputs.pkl", b"\x80\x02broken")
    path = tmp_path / "script.pt"
    rows = run_npy("ls", path).decode()
    assert ":#1.0 " in rows and ":#1.1 " in rows
    assert run_npy("show", f"{path}:#1.0") == b"[1. 2. 3.]\n" and run_npy("show", f"{path}:buffer") == b"[4 5]\n"
    with zipfile.ZipFile(tmp_path / "plain.pt", "w") as archive:
        archive.writestr("s/data.pkl", torch_pickle({"buffer": Tensor("IntStorage", "0", 2)}))
        archive.writestr("s/data/0", struct.pack("<2i", 4, 5))
        archive.writestr("s/constants.pkl", pickle.dumps((), 2))
    assert run_npy("ls", tmp_path / "plain.pt").count(b"\n") == 1


def test_texts_beside_tensors(tmp_path):
    value = {"w": np.ones(3, "f4"), "name": "é x", "labels": ["a", "bcd"], "u": np.array(["x", "yy"]), "v": np.arange(2)}
    (tmp_path / "d.pkl").write_bytes(pickle.dumps(value))
    run_npy("convert", tmp_path / "d.pkl", tmp_path / "m.pt")
    loaded = load_torch(tmp_path / "m.pt")
    assert list(loaded) == list(value)
    assert loaded["name"] == "é x" and loaded["labels"] == ["a", "bcd"] and loaded["u"] == ["x", "yy"]
    assert loaded["w"][2] == value["w"].tobytes() and loaded["v"][2] == value["v"].tobytes()


def test_torch_refusals(tmp_path):
    for array in [np.array([["a"]]), np.zeros(2, "M8[s]"), np.array([None]), np.zeros(2, "i4,f4")]:
        np.savez(tmp_path / "x.npz", bad=array)
        result = run_npy("convert", tmp_path / "x.npz", tmp_path / "m.pt", check=False)
        assert result.returncode == 1 and b"bad" in result.stderr and b"no type" in result.stderr
        assert result.stderr.count(b"\n") == 1 and not (tmp_path / "m.pt").exists()


# MARK: GGUF

NUMBERS = {0: "f4", 1: "f2", 24: "i1", 25: "i2", 26: "i4", 27: "i8", 28: "f8"}
PAIRS = [("general.architecture", 8, text("llama")), ("n", 4, struct.pack("<I", 7)), ("x", 6, struct.pack("<f", 0.5)),
         ("on", 7, b"\1"), ("long", 11, struct.pack("<q", -5)), ("d", 12, struct.pack("<d", 1e-5)),
         ("list", 9, struct.pack("<IQ", 5, 20) + np.arange(20, dtype="i4").tobytes()),
         ("words", 9, struct.pack("<IQ", 8, 3) + text("a") + text("é") + text(""))]


def sample():
    arrays = {f"t{kind}": np.arange(12).reshape(3, 4).astype(code) for kind, code in NUMBERS.items()}
    tensors = [(f"t{kind}", (4, 3), kind, arrays[f"t{kind}"].tobytes()) for kind in NUMBERS]
    tensors.append(("bf", (2,), 30, struct.pack("<HH", 0x3f80, 0xc020)))
    tensors.append(("q", (64, 2), 2, bytes(range(72))))
    arrays["bf"] = np.array([1, -2.5], "f4")
    return arrays, tensors


def test_gguf(tmp_path):
    arrays, tensors = sample()
    path = tmp_path / "m.gguf"
    path.write_bytes(gguf_file(PAIRS, tensors))
    info = json.loads(run_npy("info", "--json", path))
    assert info["format"] == "gguf"
    assert info["metadata"] == {
        "general.architecture": "llama", "n": "7", "x": "0.5", "on": "true", "long": "-5", "d": "1e-05",
        "list": "[0, 1, 2, 3, 4, 5, 6, 7, …] (20 values)", "words": "[a, é, ]"}
    listed = {member["name"]: member for member in info["members"]}
    assert list(listed) == [name for name, *_ in tensors]
    assert (listed["q"]["type"], listed["q"]["shape"], listed["q"]["nbytes"], listed["q"]["dtype"]) == ("Q4_0", [2, 64], 72, None)
    for name, array in arrays.items():
        assert listed[name]["shape"] == list(array.shape)
    result = run_npy("convert", "--skip-bad", path, tmp_path / "x.npz", check=False)
    assert result.returncode == 1 and result.stderr.count(b"\n") == 2 and b"q: elements of type Q4_0" in result.stderr
    with np.load(tmp_path / "x.npz") as loaded:
        for name, array in arrays.items():
            assert loaded[name].dtype == array.dtype and np.array_equal(loaded[name], array), name
    assert run_npy("show", f"{path}:t0[1:,::2]").decode() == str(arrays["t0"][1:, ::2]) + "\n"
    for arguments in [["show", f"{path}:q"], ["convert", path, tmp_path / "y.npz"], ["stats", f"{path}:q"]]:
        result = run_npy(*arguments, check=False)
        assert result.returncode == 1 and b"listed, but not read" in result.stderr
    assert run_npy("check", path) == f"ok: {path}\n".encode()
    result = run_npy("convert", f"{path}:t0", tmp_path / "y.gguf", check=False)
    assert result.returncode in (1, 64) and b"not written" in result.stderr


@pytest.mark.skipif(gguf is None, reason="the Python package gguf is not installed")
def test_gguf_of_the_package(tmp_path):
    path = tmp_path / "m.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_uint32("llama.block_count", 2)
    writer.add_array("tokenizer.ggml.tokens", ["a", "b", "c"])
    rng = np.random.default_rng(1)
    arrays = {"w": rng.standard_normal((3, 64)).astype("f4"), "h": rng.standard_normal(5).astype("f2"),
              "i": np.arange(6, dtype="i4").reshape(2, 3)}
    for name, array in arrays.items():
        writer.add_tensor(name, array)
    quantized = gguf.quants.quantize(arrays["w"], gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor("q", quantized, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    bits = gguf.quants.quantize(arrays["w"], gguf.GGMLQuantizationType.BF16)
    writer.add_tensor("b", bits, raw_dtype=gguf.GGMLQuantizationType.BF16)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    members = {member["name"]: member for member in json.loads(run_npy("info", "--json", path))["members"]}
    for tensor in gguf.GGUFReader(path).tensors:
        member = members[tensor.name]
        assert member["shape"] == [int(length) for length in reversed(tensor.shape)]
        assert (member["type"], member["nbytes"], member["data_offset"]) == (
            tensor.tensor_type.name, tensor.n_bytes, tensor.data_offset)
    run_npy("convert", "--skip-bad", path, tmp_path / "x.npz", check=False)
    with np.load(tmp_path / "x.npz") as loaded:
        assert all(np.array_equal(loaded[name], array) for name, array in arrays.items())
        assert np.array_equal(loaded["b"], gguf.quants.dequantize(bits, gguf.GGMLQuantizationType.BF16))


def test_broken_gguf(tmp_path):
    _, tensors = sample()
    good = gguf_file(PAIRS, tensors)
    one = [("a", (4,), 0, bytes(16))]
    broken = {
        "magic": (b"GGUX" + good[4:], ""), "short": (good[:6], "expected 4 bytes"), "v1": (gguf_file([], [], 1), "version 1"),
        "big": (b"GGUF" + struct.pack(">I", 3) + good[8:], "big-endian"),
        "tensors": (b"GGUF" + struct.pack("<IQQ", 3, 2**63, 0), "no room"),
        "pairs": (b"GGUF" + struct.pack("<IQQ", 3, 0, 2**40), "no room"),
        "key": (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 2**50) + bytes(20), "no room"),
        "utf8": (gguf_file([(b"\xff", 7, b"\1")], []), "UTF-8"), "twice": (gguf_file([PAIRS[1]] * 2, []), "twice"),
        "type": (gguf_file([("k", 99, bytes(8))], []), "unknown type 99"),
        "array": (gguf_file([("k", 9, struct.pack("<IQ", 10, 2**60))], []), "no room"),
        "nested": (gguf_file([("k", 9, struct.pack("<IQ", 9, 1) * 50 + bytes(40))], []), "nest deeper"),
        "alignment": (gguf_file([("general.alignment", 4, struct.pack("<I", 3))], one), "power of two"),
        "axes": (gguf_file([], [("a", (1,) * 65, 0, bytes(4))]), "65 axes"),
        "length": (gguf_file([], [("a", (2**63,), 0, b"")]), "of length"),
        "product": (gguf_file([], [("a", (2**40, 2**40), 0, b"")]), "64 bits"),
        "unknown": (gguf_file([], [("a", (4,), 77, bytes(16))]), "unknown type 77"),
        "rows": (gguf_file([], [("a", (5,), 2, bytes(18))]), "blocks of 32"),
        "names": (gguf_file([], one * 2), "same name"), "cut": (gguf_file([], one)[:-5], "cut short"),
        "offset": (gguf_file([], one).replace(struct.pack("<IQ", 0, 0) + b"\0" * 3, struct.pack("<IQ", 0, 7) + b"\0" * 3), ""),
        "list only": (gguf_file([], one)[:60], ""),
    }
    paths = {}
    for kind, (content, _) in broken.items():
        paths[kind] = tmp_path / f"{kind.replace(' ', '-')}.gguf"
        paths[kind].write_bytes(content)
    result = run_npy("info", *paths.values(), check=False)
    lines = result.stderr.decode().splitlines()
    assert result.returncode == 1 and len(lines) == len(broken), lines
    for (kind, (_, words)), line in zip(broken.items(), lines):
        assert words in line and str(paths[kind]) in line, (kind, line)
    rng = random.Random(3)
    changed = []
    for number in range(300):
        content = bytearray(good)
        for _ in range(rng.randrange(1, 4)):
            place = rng.randrange(len(content) if rng.random() < 0.3 else 700)
            content[place] = rng.choice([0, 1, 255, rng.randrange(256)])
        if rng.random() < 0.2:
            del content[rng.randrange(len(content)):]
        changed.append(tmp_path / f"{number}.gguf")
        changed[-1].write_bytes(content)
    result = run_npy("check", "--json", *changed, check=False)
    assert result.returncode in (0, 1, 2) and result.stderr == b"" and len(json.loads(result.stdout)) == len(changed)
