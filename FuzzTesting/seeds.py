#!/usr/bin/env python3
"""Makes small valid files of every format in a folder for each target of ParserFuzz: what libFuzzer starts from.

usage: seeds.py FOLDER    (needs NumPy; what else is missing is left out)
"""
import gzip
import io
import json
import pathlib
import pickle
import struct
import sys
import tarfile

import numpy as np

root = pathlib.Path(sys.argv[1])
ARRAYS = {
    "f8": np.arange(6.).reshape(2, 3), "F": np.asfortranarray(np.arange(6, dtype="i2").reshape(2, 3)), "big": np.arange(3, dtype=">i4"),
    "b": np.array([True, False]), "U": np.array(["a", "bé"]), "S": np.array([b"x", b"yz"]), "c": np.array([1 + 2j]),
    "M": np.array(["2020-01-01"], "M8[D]"), "none": np.zeros((0, 3)), "0d": np.array(5), "g": np.array([1.5], "g"),
    "r": np.array([(1, 2.5, "ab")], [("a", "i4"), ("b", "f8"), ("c", "U3")]), "O": np.array([1, "a", None, [2]], object),
    "sub": np.zeros(2, [("p", "u1", (2, 2))]),
}


def put(target, name, data):
    folder = root / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def saved(save, *arguments, **named):
    stream = io.BytesIO()
    save(stream, *arguments, **named)
    return stream.getvalue()


for name, array in ARRAYS.items():
    npy = saved(np.save, array)
    put("npy", name, npy)
    put("npy.gz", name, gzip.compress(npy))
    for version in range(6):
        put("pkl", f"{name}{version}", pickle.dumps({"a": array, "n": [1, 2.5, "x", None]}, version))
        put("pickle", f"{name}{version}", pickle.dumps({"a": array, "t": (1, 2, {3}), "b": b"x" * 300}, version))
put("npz", "stored", saved(np.savez, **{name: array for name, array in ARRAYS.items()}))
put("npz", "deflated", saved(np.savez_compressed, **{name: array for name, array in ARRAYS.items()}))
put("npz", "one", saved(np.savez, ARRAYS["f8"]))
stream = io.BytesIO()
with tarfile.open(fileobj=stream, mode="w") as tar:
    for name, array in list(ARRAYS.items())[:3]:
        data = saved(np.save, array)
        member = tarfile.TarInfo(f"{name}.npy")
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
put("tar", "three", stream.getvalue())
header = json.dumps({"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {"k": "v"}}).encode()
put("safetensors", "one", struct.pack("<Q", len(header)) + header + np.arange(6, dtype="f4").tobytes())
text = struct.pack("<IIQQ", 0x46554747, 3, 1, 1)
text += struct.pack("<Q", 4) + b"name" + struct.pack("<I", 8) + struct.pack("<Q", 3) + b"abc"
text += struct.pack("<Q", 1) + b"t" + struct.pack("<IQIQ", 1, 8, 0, 0)
put("gguf", "one", text + bytes(-len(text) % 32) + np.arange(8, dtype="f4").tobytes())
TEXTS = {
    "numbers": b"1 2.5 -3e4\n4 5 6\n", "commas": b"1,2,3\n4,5,6\n", "quotes": b'"1","a b",2020-01-01\n"2","",nan\n', "names": b"a,b\n1,x\n",
    "comments": b"# c\n1 2 # d\n\n3 4\n", "foreign": "é,ü\n1,2\n".encode(), "dates": b"2020-01-01T05:06:07,NaT\n", "complex": b"(1+2j),3j\n",
}
for name, text in TEXTS.items():
    put("txt", name, text)
    put("csv", name, text)
    for option in range(12):
        put("loadtxt", f"{name}{option}", bytes([option, option % 5, option % 4]) + text)
        put("genfromtxt", f"{name}{option}", bytes([option, option % 5 + 32 * (option % 2)]) + text)
for number, text in enumerate(["1.5", "-1e-400", "9007199254740993", "1e308", "2.2250738585072011e-308", ".5e+3", "123456789012345678901234567890e-5"]):
    put("number", str(number), text.encode())
for number, value in enumerate([1.5, 1e300, 5e-324, -0.0, 123456.789, float("inf")]):
    put("printing", str(number), struct.pack(">d", value) + bytes([17 + 32 * (number % 3)]))
for number, text in enumerate(["<f8", "i4,f8", "M8[25us]", "(2,3)f4", "U5", "{'names':['a'],'formats':['i4']}", "[('a','<i4',(2,)),('b','S3')]", "|V8"]):
    put("dtype", str(number), text.encode())
