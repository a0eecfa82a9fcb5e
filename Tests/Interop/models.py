"""Models' files by the rules of their formats: safetensors and GGUF."""
import json
import struct

import numpy as np

# The narrowest first: files hold the widest first, and of one type by the bytes of the names.
RANKS = ["BOOL", "F4", "F6_E2M3", "F6_E3M2", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ",
         "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "C64", "F64", "I64", "U64"]
NUMPY = {"BOOL": "?", "U8": "u1", "I8": "i1", "I16": "<i2", "U16": "<u2", "F16": "<f2", "I32": "<i4", "U32": "<u4",
         "F32": "<f4", "C64": "<c8", "F64": "<f8", "I64": "<i8", "U64": "<u8"}
TYPES = {np.dtype(value): key for key, value in NUMPY.items()}


def raw(header, data=b"", pad=True):
    """A file of a header, which may be wrong."""
    text = header if isinstance(header, bytes) else json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    if pad:
        text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def entry(type_name, shape, begin, end):
    return {"dtype": type_name, "shape": shape, "data_offsets": [begin, end]}


def expected(arrays, metadata=None):
    """The bytes of a file by the rules of the format."""
    order = sorted(arrays, key=lambda name: (-RANKS.index(TYPES[arrays[name].dtype.newbyteorder("<")]), name.encode()))
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name in order:
        array = arrays[name]
        content = array.astype(array.dtype.newbyteorder("<")).tobytes()
        header[name] = entry(TYPES[array.dtype.newbyteorder("<")], list(array.shape), len(data), len(data) + len(content))
        data += content
    return raw(header, data)


def text(value):
    encoded = value if isinstance(value, bytes) else value.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def gguf_file(pairs, tensors, version=3, alignment=32, pad=True):
    """A file of pairs (key, type, bytes) and tensors (name, dims, type, bytes)."""
    content = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(pairs))
    for key, kind, value in pairs:
        content += text(key) + struct.pack("<I", kind) + value
    data = b""
    for name, dims, kind, value in tensors:
        data += b"\0" * (-len(data) % alignment)
        content += text(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, kind, len(data))
        data += value
    return content + b"\0" * (-len(content) % alignment if pad else 0) + data
