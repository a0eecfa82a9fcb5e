"""Arrays of Dask in files: one ``.npy``, members of an ``.npz``, and stacks of ``.npy`` files.

What is written becomes visible when all of it is there: workers may be killed, and their tasks done again by others.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import pickle
import uuid
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
from numpy.lib import format as npy_format

from ._files import durability_of
from ._lazy import LazyArray, open_array
from ._library import ArrayFileError
from ._npy import load, save
from ._pickles import load_pickle

__all__ = ["from_npy", "from_npy_stack", "from_npz", "to_npy", "to_npy_stack"]


def from_npy(path: str | os.PathLike[str], chunks: Any = None) -> da.Array:
    """An array over a ``.npy`` file, of which each task reads its chunk.

    :param chunks: As in :func:`dask.array.from_array`; by default parts of some 64 megabytes that lie together in the file.
    """
    return _from_lazy(open_array(path), chunks)


def from_npz(path: str | os.PathLike[str], member: str, chunks: Any = None) -> da.Array:
    """An array over a member of an ``.npz`` archive. Of a compressed one a task inflates no more than its chunk needs."""
    return _from_lazy(open_array(path, member), chunks)


def _from_lazy(lazy: LazyArray, chunks: Any) -> da.Array:
    status = os.stat(lazy.path or "")
    name = f"npyfast-{dask.base.tokenize(lazy.path, lazy.member, status.st_mtime_ns, status.st_size, status.st_ino, chunks)}"
    return da.from_array(lazy, chunks=lazy.chunks if chunks is None else chunks, name=name, asarray=True, fancy=False)


# ---------------------------------------------------------------------------------------------------------------------


def to_npy(path: str | os.PathLike[str], array: da.Array, *, durability: str = "none", compute: bool = True, **options: Any) -> Any:
    """Write one ``.npy`` file, each worker its chunks, to the place where they belong.

    The file gets its name when all chunks are there. Workers need to see the same folder. What a worker that is killed has
    written is written again; nothing is seen of it.

    :param path: The file; ``.npy`` is appended if it does not end so.
    :param durability: What the file survives when a *system* stops: see :func:`npyfast.save`.
    :param compute: Whether to do it now; else what is returned does it when it is computed.
    :param options: For ``compute``: ``scheduler``, ``retries`` and so on.
    """
    durability_of(durability)
    target = os.fspath(path)
    target += "" if target.endswith(".npy") else ".npy"
    target = os.path.abspath(target)
    if np.dtype(array.dtype).hasobject:
        raise ArrayFileError("unsupported", "an array of objects is not written by parts", target)
    if any(np.isnan(length) for length in array.shape):
        raise ValueError("the array's shape is not known: call compute_chunk_sizes first")
    file = _File.made(target, tuple(map(int, array.shape)), np.dtype(array.dtype))
    parts = [
        dask.delayed(_write_part, pure=False)(block, file, offsets, durability)
        for block, offsets in zip(array.to_delayed().ravel(), itertools.product(*map(_starts, array.chunks)))]
    finished = dask.delayed(_publish, pure=False)(parts, file, durability)
    if not compute:
        return finished
    try:
        return finished.compute(**options)
    except BaseException:
        Path(file.temporary).unlink(missing_ok=True)
        raise


@dataclasses.dataclass(frozen=True)
class _File:
    """A file that many workers write, under a name of its own until all of it is there."""

    target: str
    temporary: str
    shape: tuple[int, ...]
    #: Where the elements begin.
    start: int
    #: What the file is known by, whatever its name.
    inode: int

    @classmethod
    def made(cls, target: str, shape: tuple[int, ...], dtype: np.dtype) -> _File:
        """Makes the file in its full length."""
        folder, base = os.path.split(target)
        temporary = os.path.join(folder, f".{base}.{uuid.uuid4().hex}.part")
        with open(temporary, "xb") as file:
            header = {"descr": npy_format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
            try:
                npy_format.write_array_header_1_0(file, header)
            except ValueError:  # too long, or names that Latin-1 has not
                file.seek(0)
                npy_format.write_array_header_2_0(file, header)
            start = file.tell()
            file.truncate(start + int(np.prod(shape, dtype=object)) * dtype.itemsize)
            return cls(target, temporary, shape, start, os.fstat(file.fileno()).st_ino)

    def is_published(self) -> bool:
        """Whether the file has its name. Tasks of a worker that is lost when all is done are done again."""
        try:
            return os.stat(self.target).st_ino == self.inode
        except FileNotFoundError:
            return False

    def opened(self) -> int | None:
        """A descriptor to write with; ``None`` if the file is complete, and has its name."""
        try:
            return os.open(self.temporary, os.O_WRONLY)
        except FileNotFoundError:
            if self.is_published():
                return None
            raise


def _starts(lengths: tuple[int, ...]) -> list[int]:
    return [0, *itertools.accumulate(lengths)][:-1]


def _write_part(block: Any, file: _File, offsets: tuple[int, ...], durability: str) -> int:
    """Writes a chunk to its place: as many calls as it has runs of bytes that lie together in the file."""
    shape = file.shape
    block = np.ascontiguousarray(block)
    item = block.dtype.itemsize
    strides = [item * int(np.prod(shape[axis + 1:], dtype=object)) for axis in range(len(shape))]
    # From this axis on the chunk is as wide as the array, so that what lies within lies together.
    together = len(shape)
    while together > 0 and block.shape[together - 1] == shape[together - 1]:
        together -= 1
    outer = max(0, together - 1)
    rows = block.reshape(*block.shape[:outer], -1) if block.ndim else block.reshape(1)
    descriptor = file.opened()
    if descriptor is None:
        return 0
    try:
        for index in np.ndindex(*block.shape[:outer]):
            place = file.start + sum((offsets[axis] + (index[axis] if axis < outer else 0)) * strides[axis] for axis in range(len(shape)))
            data = memoryview(rows[index].view(np.uint8) if block.ndim else block.reshape(1).view(np.uint8)).cast("B")
            while len(data):
                written = os.pwrite(descriptor, data, place)
                data, place = data[written:], place + written
        if durability != "none":
            os.fdatasync(descriptor)
    finally:
        os.close(descriptor)
    return block.nbytes


def _publish(parts: list[int], file: _File, durability: str) -> str:
    try:
        os.replace(file.temporary, file.target)
    except FileNotFoundError:
        if not file.is_published():
            raise
    if durability == "durable":
        descriptor = os.open(os.path.dirname(file.target), os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return file.target


# ---------------------------------------------------------------------------------------------------------------------


def to_npy_stack(dirname: str | os.PathLike[str], x: da.Array, axis: int = 0, *, compute: bool = True, **options: Any) -> Any:
    """Write a stack of ``.npy`` files, as :func:`dask.array.to_npy_stack` lays it out.

    The file ``info``, without which a stack does not open, is written last: a stack of which workers were killed does not
    look like one that is whole. A stack that was there ceases to be one when the first file is replaced.
    """
    folder = Path(dirname)
    axis = axis + x.ndim if axis < 0 else axis
    chunks = tuple((sum(lengths),) if place != axis else lengths for place, lengths in enumerate(x.chunks))
    blocks = x.rechunk(chunks).to_delayed().ravel()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "info").unlink(missing_ok=True)
    parts = [dask.delayed(_save_part, pure=False)(str(folder / f"{number}.npy"), block) for number, block in enumerate(blocks)]
    info = {"chunks": chunks, "dtype": x.dtype, "axis": axis}
    finished = dask.delayed(_write_info, pure=False)(parts, str(folder), info)
    return finished.compute(**options) if compute else finished


def _save_part(path: str, block: Any) -> str:
    save(path, np.asarray(block))
    return path


def _write_info(parts: list[str], folder: str, info: dict[str, Any]) -> str:
    temporary = os.path.join(folder, f".info.{uuid.uuid4().hex}")
    with open(temporary, "wb") as file:
        pickle.dump(info, file, protocol=4)
    os.replace(temporary, os.path.join(folder, "info"))
    return folder


def from_npy_stack(dirname: str | os.PathLike[str], mmap_mode: str | None = "r") -> da.Array:
    """An array over a stack of ``.npy`` files: :func:`dask.array.from_npy_stack`, but that nothing is run that ``info`` holds,
    and that a stack of which a file is missing is an error at once."""
    folder = os.path.abspath(os.fspath(dirname))
    info = load_pickle(os.path.join(folder, "info"))
    try:
        chunks, dtype, axis = info["chunks"], np.dtype(info["dtype"]), info["axis"]
        count = len(chunks[axis])
    except (KeyError, TypeError, IndexError) as error:
        raise ArrayFileError("malformed", "this is not the description of an npy stack", os.path.join(folder, "info")) from error
    paths = [os.path.join(folder, f"{number}.npy") for number in range(count)]
    for path in paths:
        os.stat(path)
    name = f"npyfast-stack-{dask.base.tokenize(folder, chunks, dtype, axis, [os.stat(path).st_mtime_ns for path in paths])}"
    keys = itertools.product([name], *(range(len(lengths)) for lengths in chunks))
    graph = {key: (load, path, mmap_mode) for key, path in zip(keys, paths)}
    return da.Array(graph, name, chunks, dtype)
