"""np.save, np.load, np.savez, np.savez_compressed and numpy.lib.format's functions, through the command."""
import contextlib
import io
import json
import os
import pathlib
import pickle
import warnings

import numpy as np
from numpy.lib import _format_impl, _npyio_impl, format
from numpy.lib._utils_impl import drop_metadata
from numpy.lib.npyio import NpzFile

from .command import Folder, Unroutable, routed, run

real_save, real_load = np.save, np.load
real_savez, real_savez_compressed = np.savez, np.savez_compressed
real_write_array, real_read_array = format.write_array, format.read_array

MAX_HEADER_SIZE = _format_impl._MAX_HEADER_SIZE


def npy_bytes(array, allow_pickle=True):
    """The array as NumPy itself writes it: what the command is given."""
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        real_write_array(stream, np.asanyarray(array), allow_pickle=allow_pickle)
    return stream.getvalue()


def rest_of(stream):
    """What a stream still holds; read by and by, as some of the tests' streams have no other way."""
    parts = []
    while part := stream.read(1 << 20):
        parts.append(part)
    return b"".join(parts)


def array_of(npy, **keywords):
    """The array in what the command wrote."""
    return real_read_array(io.BytesIO(npy), allow_pickle=keywords.pop("allow_pickle", True), **keywords)


def converted(array):
    """An array as the command saves it, handed over as a pickle: so the command builds the header itself."""
    if drop_metadata(array.dtype) is not array.dtype:
        raise Unroutable("a dtype's metadata is Python's")
    if array.dtype.kind == "T" or array.dtype.hasobject and array.dtype.names is not None:
        raise Unroutable("arrays of StringDType or of records with objects are not supported")
    data = pickle.dumps(np.asarray(array), 4)
    return run("convert", "-", "-", "--from", "pkl", "--to", "npy", "--max-header-size", 1 << 30, stdin=data)


@routed(real_save)
def save(file, arr, allow_pickle=True):
    array = np.asanyarray(arr)
    if array.dtype.hasobject and not allow_pickle:
        raise Unroutable("objects are refused by Python's allow_pickle alone")
    expected = npy_bytes(array)
    result = converted(array)
    # The whole of `np.save`: not a byte may differ.
    assert result == expected, (array.dtype, array.shape)
    if hasattr(file, "write"):
        file.write(result)
        return
    name = os.fspath(file)
    pathlib.Path(name if name.endswith(".npy") else name + ".npy").write_bytes(result)


class RoutedNpzFile(NpzFile):
    """NumPy's own archive, whose members the command reads."""
    routed_path = None
    routed_folder = None

    def __getitem__(self, key):
        if not isinstance(key, str) or key not in self:
            raise KeyError(f"{key} is not a file in the archive")
        member = self._files[key] if hasattr(self, "_files") and isinstance(self._files, dict) else key
        names = json.loads(run("ls", "--json", self.routed_path, "--max-header-size", 1 << 30))["members"]
        assert [entry["name"] for entry in names] == list(self.files), (names, self.files)
        with self.zip.open(key if key in self.zip.namelist() else key + ".npy") as stream:
            is_array = stream.read(6) == b"\x93NUMPY"
        if not is_array:
            with Folder() as folder:
                run("unpack", self.routed_path, "-C", folder)
                return (folder / key).read_bytes()
        result = run("convert", f"{self.routed_path}:{key}", "-", "--to", "npy", "--max-header-size",
                     (1 << 30) if self.allow_pickle else self.max_header_size)
        return array_of(result, allow_pickle=self.allow_pickle, max_header_size=1 << 30)

    def close(self):
        super().close()
        if self.routed_folder is not None:
            self.routed_folder.__exit__(None, None, None)
            self.routed_folder = None


def load_archive(file, own, **keywords):
    archive = RoutedNpzFile(file, own_fid=own, **keywords)
    name = getattr(file, "name", None)
    if isinstance(name, str) and os.path.exists(name):
        archive.routed_path = name
    else:
        archive.routed_folder = Folder()
        archive.routed_path = archive.routed_folder.__enter__() / "archive.npz"
        file.seek(0)
        archive.routed_path.write_bytes(file.read())
    return archive


@routed(real_load)
def load(file, mmap_mode=None, allow_pickle=False, fix_imports=True, encoding="ASCII", *,
         max_header_size=MAX_HEADER_SIZE):
    limit = (1 << 30) if allow_pickle else max_header_size
    options = ["--max-header-size", limit]
    if encoding in ("latin1", "bytes"):
        options += ["--pickle-encoding", encoding]
    is_open = hasattr(file, "read")
    if is_open:
        stream, start = file, None
        data = rest_of(stream)
    else:
        stream = None
        data = pathlib.Path(file).read_bytes()
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        if is_open:
            file.seek(-len(data), 1)
        return load_archive(file if is_open else open(file, "rb"), not is_open, allow_pickle=allow_pickle,
                            pickle_kwargs=dict(encoding=encoding, fix_imports=fix_imports),
                            max_header_size=max_header_size)
    source = "-" if is_open else os.fspath(file)
    stdin = data if is_open else b""
    if data and data[:6] != b"\x93NUMPY":
        if not allow_pickle:
            raise Unroutable("pickles are refused by Python's allow_pickle alone")
        if not fix_imports:
            raise Unroutable("fix_imports is a way of running pickles")
        result = run("convert", source, "-", "--to", "pkl", *options[2:], stdin=stdin)
        return pickle.loads(result)
    if not fix_imports:
        raise Unroutable("fix_imports is a way of running pickles")
    try:
        result = run("convert", source, "-", "--from", "npy", "--to", "npy", *options, stdin=stdin)
    except ValueError:
        if is_open:
            stream.seek(0, 2)
        raise
    if is_open:
        info = json.loads(run("info", "--json", "-", *options[:2], stdin=data))
        end = info["data_offset"] + info["nbytes"] if info["dtype"] != "|O" else len(data)
        if end < len(data):
            stream.seek(end - len(data), 1)
    if mmap_mode is not None:
        # Mapping is Python's; the command's copy must hold the same bytes, which it then maps.
        assert result == data
        return real_load(file, mmap_mode=mmap_mode, allow_pickle=allow_pickle, max_header_size=max_header_size)
    return array_of(result, allow_pickle=allow_pickle, max_header_size=1 << 30)


def route_archive(file, args, kwds, compressed, allow_pickle=True):
    with Folder() as folder:
        members = []
        named = [(name, np.asanyarray(value)) for name, value in kwds.items()]
        numbered = [(f"arr_{place}", np.asanyarray(value)) for place, value in enumerate(args)]
        for place, (name, array) in enumerate(named + numbered):
            if "=" in name:
                raise Unroutable("a name with = in it")
            if array.dtype.hasobject and not allow_pickle:
                raise Unroutable("objects are refused by Python's allow_pickle alone")
            if array.dtype.kind == "T":
                raise Unroutable("arrays of StringDType are not supported")
            path = folder / f"{place}.npy"
            path.write_bytes(npy_bytes(array))
            members.append(f"{name}={path}")
        target = folder / "out.npz"
        options = ["--numpy-layout"] + (["--compress=zlib"] if compressed else [])
        run("pack", *options, "--max-header-size", 1 << 30, "--", target, *members)
        expected = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (real_savez_compressed if compressed else real_savez)(expected, *args, **kwds)
        result = target.read_bytes()
        assert result == expected.getvalue(), "the archive's bytes differ from NumPy's"
    if hasattr(file, "write"):
        file.write(result)
        return
    name = os.fspath(file)
    pathlib.Path(name if name.endswith(".npz") else name + ".npz").write_bytes(result)


@routed(real_savez)
def savez(file, *args, allow_pickle=True, **kwds):
    route_archive(file, args, kwds, False, allow_pickle)


@routed(real_savez_compressed)
def savez_compressed(file, *args, allow_pickle=True, **kwds):
    route_archive(file, args, kwds, True, allow_pickle)


@routed(real_write_array)
def write_array(fp, array, version=None, allow_pickle=True, pickle_kwargs=None):
    if not allow_pickle and array.dtype.hasobject or pickle_kwargs:
        raise Unroutable("how Python pickles is no business of the command")
    result = converted(array)
    if version not in (None, tuple(result[6:8])):
        raise Unroutable("the command chooses the version as NumPy does; it takes no order for another")
    assert result == npy_bytes(array), (array.dtype, array.shape)
    fp.write(result)


@routed(real_read_array)
def read_array(fp, allow_pickle=False, pickle_kwargs=None, *, max_header_size=MAX_HEADER_SIZE):
    limit = (1 << 30) if allow_pickle else max_header_size
    options = ["-", "--from", "npy", "--to", "npy", "--max-header-size", limit]
    name = getattr(fp, "name", None)
    if isinstance(name, str) and os.path.exists(name) and fp.tell() == 0:
        result = run("convert", name, *options)
    else:
        result = run("convert", "-", *options, stdin=rest_of(fp))
    return array_of(result, allow_pickle=allow_pickle, max_header_size=1 << 30)


def read_header(fp, version):
    """The header behind a magic string that has been read, or that was never there, as the command tells of it."""
    magic = format.MAGIC_PREFIX + bytes(version)
    place = fp.tell()
    before = fp.getvalue()[max(0, place - format.MAGIC_LEN):place]
    data = magic + rest_of(fp)
    described = json.loads(run("info", "--json", "-", stdin=data))
    fp.seek(place + described["header_bytes"] - format.MAGIC_LEN)
    assert before in (magic, b"")
    descr = described["dtype"]
    if isinstance(descr, list):
        descr = [tuple([tuple(part[0]) if isinstance(part[0], list) else part[0]] + part[1:2]
                       + [tuple(axes) for axes in part[2:]]) for part in descr]
    return tuple(described["shape"]), described["fortran_order"], format.descr_to_dtype(descr)


real_header_1, real_header_2 = format.read_array_header_1_0, format.read_array_header_2_0


@routed(real_header_1)
def read_array_header_1_0(fp, max_header_size=MAX_HEADER_SIZE):
    return read_header(fp, (1, 0))


@routed(real_header_2)
def read_array_header_2_0(fp, max_header_size=MAX_HEADER_SIZE):
    return read_header(fp, (2, 0))


def install():
    for name in ("save", "load", "savez", "savez_compressed"):
        setattr(np, name, globals()[name])
        setattr(_npyio_impl, name, globals()[name])
    for name in ("write_array", "read_array", "read_array_header_1_0", "read_array_header_2_0"):
        setattr(format, name, globals()[name])
        setattr(_format_impl, name, globals()[name])
