"""Random models, both ways against the Python package safetensors, byte for byte, with ml_dtypes as the oracle of values.

`NPY_SAFETENSORS_FILES` is how many files are tried: 60 by default.
"""
import json
import math
import os
import random
import struct

import numpy as np
import pytest
from conftest import run_npy

safetensors = pytest.importorskip("safetensors", minversion="0.8", reason="the Python package safetensors 0.8 is not installed")
ml_dtypes = pytest.importorskip("ml_dtypes", reason="the Python package ml_dtypes is not installed")

COUNT = int(os.environ.get("NPY_SAFETENSORS_FILES", 60))
GROUP = 10
NUMPY = ["bool", "uint8", "int8", "int16", "uint16", "float16", "int32", "uint32", "float32", "complex64", "float64", "int64",
         "uint64"]
FOREIGN = ["bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu", "float8_e4m3fnuz", "float8_e5m2fnuz"]
PACKED = "float4_e2m1fn_x2"
TEXT = "abcXYZ019._-/ \"'\\\b\t\n\f\r\0\x01\x1f\x7f\x80éß漢字\u2028\ufeff\ud7ff\ue000\uffff😀\U0010ffff{}[],:"
PLAIN = "abcXYZ019._-é漢😀 "


def word(rng, letters, least=0, most=12):
    return "".join(rng.choices(letters, k=rng.randint(least, most)))


def random_shape(rng):
    kind = rng.random()
    if kind < 0.15:
        return ()
    if kind < 0.3:
        shape = [rng.randint(0, 5) for _ in range(rng.randint(1, 6))]
        shape[rng.randrange(len(shape))] = 0
        return tuple(shape)
    if kind < 0.35:
        return (rng.randint(500, 3000),)
    return tuple(rng.choices([1, 2, 3, 4, 5, 7], k=rng.randint(1, 4)))


def random_tensor(rng):
    """The package's name of a dtype, the shape of the array in memory, and its bytes."""
    name = rng.choice(NUMPY + FOREIGN * 2 + [PACKED])
    shape = random_shape(rng)
    if name == PACKED:
        shape = shape or (1,)
        return name, shape, rng.randbytes(math.prod(shape))
    size = np.dtype(name if name in NUMPY else getattr(ml_dtypes, name)).itemsize
    data = rng.randbytes(math.prod(shape) * size)
    return name, shape, bytes(byte & 1 for byte in data) if name == "bool" else data


def serialized(tensors, metadata=None):
    """What the package writes."""
    held, specs = [], {}
    for name, (dtype, shape, data) in tensors.items():
        buffer = np.frombuffer(data or b"\0", "u1")
        held.append(buffer)
        specs[name] = safetensors.TensorSpec(
            dtype=dtype, shape=list(shape), data_ptr=buffer.ctypes.data, data_len=len(data))
    return bytes(safetensors.serialize(specs, metadata))


def value(dtype, shape, data):
    """The numbers of a tensor as an array of NumPy's."""
    if dtype in NUMPY:
        return np.frombuffer(data, dtype).reshape(shape)
    if dtype == PACKED:
        nibbles = np.frombuffer(data, "u1")
        nibbles = np.stack([nibbles & 15, nibbles >> 4], axis=-1).reshape(*shape[:-1], shape[-1] * 2)
        return nibbles.view(ml_dtypes.float4_e2m1fn).astype("f4")
    return np.frombuffer(data, getattr(ml_dtypes, dtype)).reshape(shape).astype("f4")


def same(found, wanted):
    """Bit for bit, but for the bits of NaN in what was decoded."""
    if found.dtype != wanted.dtype or found.shape != wanted.shape:
        return False
    return found.tobytes() == wanted.tobytes() or (
        found.dtype == "f4" and np.array_equal(found, wanted, equal_nan=True)
        and np.array_equal(np.signbit(found[found == found]), np.signbit(wanted[found == found])))


def random_model(rng, letters):
    tensors = {}
    for _ in range(rng.choice([0, 1, 2, 3, 5, 8, 13, 120])):
        name = word(rng, letters, 1)
        if name != "__metadata__":
            tensors[name] = random_tensor(rng)
    metadata = {word(rng, TEXT): word(rng, TEXT, most=40) for _ in range(rng.choice([0, 1, 1, 2, 5]))} or None
    if not tensors and metadata is None:
        metadata = {"": ""}
    return tensors, metadata


@pytest.mark.parametrize("group", range(-(-COUNT // GROUP)))
def test_theirs_through_ours(tmp_path, group):
    """A file of the package stays what it is, byte for byte; the package reads the values that we do."""
    for seed in range(group * GROUP, min(COUNT, group * GROUP + GROUP)):
        rng = random.Random(seed)
        tensors, metadata = random_model(rng, TEXT if seed % 2 else PLAIN)
        theirs, ours = tmp_path / f"theirs{seed}.safetensors", tmp_path / f"ours{seed}.safetensors"
        theirs.write_bytes(serialized(tensors, metadata))
        run_npy("convert", theirs, ours)
        assert ours.read_bytes() == theirs.read_bytes(), seed
        told = json.loads(run_npy("info", "--json", theirs))
        assert told["metadata"] == (metadata or {}), seed
        assert {member["name"] for member in told["members"]} == set(tensors), seed
        if seed % 2 == 0:
            # Decoded into what NumPy has, and from there written as the package writes it.
            plain = {name.strip(" ./") or "x": tensor for name, tensor in tensors.items()}
            theirs.write_bytes(serialized(plain))
            archive = tmp_path / f"{seed}.npz"
            run_npy("convert", theirs, archive)
            with np.load(archive) as loaded:
                assert set(loaded.files) == set(plain), seed
                for name, tensor in plain.items():
                    assert same(loaded[name], value(*tensor)), (seed, name, tensor[:2])
                numbers = {name: (str(loaded[name].dtype), loaded[name].shape, loaded[name].tobytes()) for name in loaded.files}
            again = tmp_path / f"again{seed}.safetensors"
            run_npy("convert", archive, again)
            assert again.read_bytes() == serialized(numbers), seed


@pytest.mark.parametrize("group", range(-(-COUNT // GROUP)))
def test_ours_through_theirs(tmp_path, group):
    """An archive of NumPy becomes what the package writes; so does one whose elements are made a dtype of models."""
    for seed in range(group * GROUP, min(COUNT, group * GROUP + GROUP)):
        rng = random.Random(-1 - seed)
        arrays = {}
        for _ in range(rng.choice([1, 2, 4, 9])):
            dtype = np.dtype(rng.choice(NUMPY))
            shape = random_shape(rng)
            data = rng.randbytes(math.prod(shape) * dtype.itemsize)
            array = np.frombuffer(bytes(b & 1 for b in data) if dtype == "?" else data, dtype).reshape(shape)
            if rng.random() < 0.3:
                array = np.asfortranarray(array)
            arrays[word(rng, PLAIN, 1).strip(" ./") or "x"] = array
        archive, ours, cast = (tmp_path / f"{seed}.{name}" for name in ("npz", "safetensors", "cast.safetensors"))
        np.savez(archive, **arrays)
        run_npy("convert", archive, ours)
        assert ours.read_bytes() == serialized(
            {name: (str(array.dtype), array.shape, array.tobytes()) for name, array in arrays.items()}), seed
        found = dict(safetensors.deserialize(ours.read_bytes()))
        assert {name: bytes(tensor["data"]) for name, tensor in found.items()} == {
            name: array.tobytes() for name, array in arrays.items()}, seed
        target = rng.choice(FOREIGN)
        run_npy("convert", archive, cast, "--astype", target)
        with np.errstate(all="ignore"):
            made = {name: np.ascontiguousarray(array.astype("c8").real if array.dtype == "c8" else array, "f4")
                    .reshape(array.shape).astype(getattr(ml_dtypes, target)) for name, array in arrays.items()}
        assert cast.read_bytes() == serialized(
            {name: (target, array.shape, array.tobytes()) for name, array in made.items()}), seed


def mutated(rng, content):
    """A valid file with a fault: in its length, its words, its numbers, or its end."""
    changed = bytearray(content)
    size = 8 + struct.unpack("<Q", content[:8])[0]
    kind = rng.randrange(6)
    if kind == 0:
        changed[rng.randrange(8)] = rng.randrange(256)
    elif kind == 1:
        del changed[rng.randrange(len(changed)):]
    elif kind == 2:
        changed += rng.randbytes(rng.randint(1, 20))
    elif kind == 3:
        place = rng.randrange(8, size)
        changed[place] = rng.choice(b"0129-.eE\"{}[],:\\ \xff\0tn")
    elif kind == 4:
        # A number by another one, the header's length kept right.
        digits = [place for place in range(8, size) if 0x30 <= changed[place] <= 0x39]
        if digits:
            place = rng.choice(digits)
            changed[place:place + 1] = rng.choice(
                [b"-1", b"1.0", b"1e1", b"18446744073709551615", b"18446744073709551616", b"9223372036854775807", b"007", b"null"])
    else:
        start, end = sorted((rng.randrange(8, size), rng.randrange(8, size)))
        changed[start:start] = changed[start:end]
    if kind in (4, 5):
        changed[:8] = struct.pack("<Q", size - 8 + len(changed) - len(content))
    return bytes(changed)


def test_mutations_have_one_line(tmp_path):
    """Files that the package refuses are refused in one line each, and those that we accept it accepts."""
    rng = random.Random(17)
    paths = []
    for number in range(max(300, COUNT)):
        tensors, metadata = random_model(rng, TEXT)
        paths.append(tmp_path / f"{number}.safetensors")
        paths[-1].write_bytes(mutated(rng, serialized(tensors, metadata)))
    outcomes = {}
    for path in paths:
        try:
            safetensors.deserialize(path.read_bytes())
            outcomes[path] = True
        except Exception:
            outcomes[path] = False
    checked = json.loads(run_npy("check", "--json", *paths, check=False).stdout)
    assert len(checked) == len(paths)
    accepted = [path for path, result in zip(paths, checked) if result["ok"]]
    assert all(outcomes[path] for path in accepted)
    refused = [path for path in paths if path not in set(accepted)]
    assert sum(outcomes[path] for path in refused) <= len(refused) // 20  # Keys twice, which the package lets through.
    assert len(refused) > len(paths) // 2
    result = run_npy("info", *refused, check=False)
    lines = result.stderr.decode().splitlines()
    assert result.returncode == 1 and len(lines) == len(refused), [line for line in lines if ".safetensors" not in line][:5]
    for path, line in zip(refused, lines):
        assert str(path) in line and len(line) < 500, line
