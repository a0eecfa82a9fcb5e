#!/usr/bin/env python3
"""Writes files as PyTorch lays them out, without PyTorch, and what NumPy makes of their tensors.

    torch_files.py FOLDER

The layouts are those of torch/serialization.py (_save and _legacy_save) and torch/_utils.py (_rebuild_tensor_v2).
"""
import collections
import io
import pickle
import struct
import sys
import tarfile
import types
import zipfile

import numpy as np

folder = sys.argv[1]


def module(name, **names):
    made = types.ModuleType(name)
    for key, value in names.items():
        if isinstance(value, type) or callable(value):
            value.__module__, value.__qualname__, value.__name__ = name, key, key
        setattr(made, key, value)
    sys.modules[name] = made
    return made


CLASSES = {"f4": "FloatStorage", "f8": "DoubleStorage", "f2": "HalfStorage", "i8": "LongStorage", "i4": "IntStorage",
           "i2": "ShortStorage", "i1": "CharStorage", "u1": "ByteStorage", "b1": "BoolStorage", "c8": "ComplexFloatStorage",
           "c16": "ComplexDoubleStorage", "bf": "BFloat16Storage"}
torch = module("torch", **{name: type(name, (), {}) for name in CLASSES.values()})


def rebuild(*arguments):
    raise RuntimeError("never called")


def parameter(*arguments):
    raise RuntimeError("never called")


utils = module("torch._utils", _rebuild_tensor_v2=rebuild, _rebuild_parameter=parameter)


class Storage:
    def __init__(self, code, data):
        self.code, self.data = code, data
        self.count = len(data) // (2 if code == "bf" else np.dtype(code).itemsize)


class Tensor:
    def __init__(self, storage, offset, shape, stride):
        self.parts = storage, offset, shape, stride

    def __reduce__(self):
        return rebuild, self.parts + (False, collections.OrderedDict())


class Parameter:
    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce__(self):
        return parameter, (self.tensor, True, collections.OrderedDict())


def whole(array, order="<"):
    array = np.asarray(array)
    storage = Storage(array.dtype.str[1:], array.astype(array.dtype.newbyteorder(order)).tobytes())
    stride = [int(np.prod(array.shape[axis + 1:])) for axis in range(array.ndim)]
    return Tensor(storage, 0, array.shape, tuple(stride))


def pickled(value, legacy):
    keys = {}
    stream = io.BytesIO()

    class Pickler(pickle.Pickler):
        def persistent_id(self, item):
            if isinstance(item, Storage):
                key = keys.setdefault(id(item), (str(len(keys)), item))[0]
                parts = ("storage", getattr(torch, CLASSES[item.code]), key, "cpu", item.count)
                return parts + (None,) if legacy else parts

    Pickler(stream, 2).dump(value)
    return stream.getvalue(), [item for item in keys.values()]


def save(name, value, order=None):
    data, storages = pickled(value, False)
    with zipfile.ZipFile(f"{folder}/{name}.pt", "w") as archive:
        archive.writestr("archive/data.pkl", data)
        if order:
            archive.writestr("archive/byteorder", order)
        for key, storage in storages:
            archive.writestr("archive/data/" + key, storage.data)
        archive.writestr("archive/version", "3\n")


def save_legacy(name, value, cut=0):
    data, storages = pickled(value, True)
    with open(f"{folder}/{name}.pt", "wb") as stream:
        pickle.dump(0x1950A86A20F9469CFC6C, stream, 2)
        pickle.dump(1001, stream, 2)
        pickle.dump({"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}, stream, 2)
        stream.write(data)
        pickle.dump([key for key, _ in storages], stream, 2)
        for _, storage in storages:
            stream.write(struct.pack("<q", storage.count) + storage.data)
        if cut:
            stream.truncate(stream.tell() - cut)


rng = np.random.RandomState(3)
values, arrays = {}, {}
for code in CLASSES:
    if code == "bf":
        continue
    array = rng.randint(0, 2 if code == "b1" else 100, (3, 4)).astype(code)
    values[code], arrays[code] = whole(array), array
half = (rng.standard_normal(6).astype("<f4").view("<u4") >> 16).astype("<u2")
values["bf"] = Tensor(Storage("bf", half.tobytes()), 0, (2, 3), (3, 1))
arrays["bf"] = (half.astype("<u4") << 16).view("<f4").reshape(2, 3)
base = np.arange(24, dtype="<f4").reshape(4, 6)
shared = Storage("f4", base.tobytes())
for name, offset, shape, stride, array in [
        ("base", 0, (4, 6), (6, 1), base), ("turned", 0, (6, 4), (1, 6), base.T), ("part", 7, (2, 3), (6, 2), base[1:3, 1::2]),
        ("one", 5, (), (), base[0, 5]), ("none", 24, (0, 3), (3, 1), base[:0, :3]),
        ("repeated", 2, (3, 2), (0, 1), np.broadcast_to(base[0, 2:4], (3, 2)))]:
    values[name], arrays[name] = Tensor(shared, offset, shape, stride), np.ascontiguousarray(array).reshape(shape)
values["parameter"], arrays["parameter"] = Parameter(values["part"]), arrays["part"]
values["nested"] = {"list": [values["one"], 5], "text": "no array"}
arrays["nested.list.0"] = arrays["one"]
np.savez(folder + "/expected.npz", **arrays)
save("new", collections.OrderedDict(values), "little")
save_legacy("old", collections.OrderedDict(values))
save("big", {"x": whole(base, ">")}, "big")
np.savez(folder + "/big.npz", x=base)
# The archives of 2016: `storages`, `tensors` and `pickle` in a tar file.
def save_tar(name, value, cut=0):
    storages, tensors = {}, {}

    class Pickler(pickle.Pickler):
        def persistent_id(self, item):
            if isinstance(item, Tensor):
                tensors[id(item)] = item
                storages[id(item.parts[0])] = item.parts[0]
                return str(id(item))

    stream = io.BytesIO()
    Pickler(stream, 2).dump(value)
    parts = {"pickle": stream.getvalue()}
    # The storage of the key 7 is a view of the one before.
    body = pickle.dumps(len(storages), 2)
    for key, storage in storages.items():
        body += pickle.dumps((key, "cpu", getattr(torch, CLASSES[storage.code])), 2)
        body += struct.pack("<q", storage.count) + storage.data
    first = next(iter(storages))
    parts["storages"] = body + pickle.dumps([(7, first, 2, 3)], 2)
    body = pickle.dumps(len(tensors), 2)
    for key, tensor in tensors.items():
        storage, offset, shape, stride = tensor.parts
        kind = getattr(torch, CLASSES[storage.code])
        body += pickle.dumps((key, id(storage), kind), 2) + struct.pack("<ii", len(shape), 0)
        body += struct.pack(f"<{2 * len(shape)}q", *shape, *stride) + struct.pack("<q", offset)
    parts["tensors"] = body
    with tarfile.open(f"{folder}/{name}.pt", "w") as archive:
        for member in ("sys_info", "pickle", "tensors", "storages"):
            info = tarfile.TarInfo(member)
            data = parts.get(member, pickle.dumps({"protocol_version": 1000, "little_endian": True}, 2))
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    if cut:
        with open(f"{folder}/{name}.pt", "r+b") as stream:
            stream.truncate(cut)


plain = {key: value for key, value in values.items() if key not in ("parameter", "nested")}
save_tar("tar", plain)
save_tar("tar-cut", plain, 3000)
save_tar("tar-beyond", {"x": Tensor(shared, 20, (5,), (1,))})

# Tensors that reach beyond their storages, storages that are not there or shorter than they say.
save("beyond", {"x": Tensor(shared, 20, (5,), (1,))})
save("negative", {"x": Tensor(shared, 20, (5,), (-1,))})
save("huge", {"x": Tensor(shared, 0, (2**40, 2**40), (0, 0))})
save("expanded", {"x": Tensor(shared, 0, (2**40,), (0,))})
save("overflow", {"x": Tensor(shared, 2**62, (5,), (2**62,))})
short = Storage("f4", base.tobytes())
short.count = 1000
save("short", {"x": Tensor(short, 0, (1000,), (1,))})
save_legacy("cut", {"x": whole(base)}, cut=8)
