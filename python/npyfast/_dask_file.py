"""One ``.npy`` file that many workers of Dask write, each its chunks."""

from __future__ import annotations

import dataclasses
import itertools
import os
import re
import stat
import uuid
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
from numpy.lib import format as npy_format

from . import _arrays
from ._claims import Claim, abandoned
from ._files import durability_of
from ._library import ArrayFileError

__all__ = ["MARK", "as_promised", "to_npy"]

#: What the temporary files of one writer have in their names.
MARK = "[0-9a-f]{32}"


def to_npy(path: str | os.PathLike[str], array: da.Array, *, durability: str = "none", compute: bool = True, **options: Any) -> Any:
    """Write one ``.npy`` file, each worker its chunks, to the place where they belong.

    The file gets its name when all chunks are there. Workers need to see the same folder. What a worker that is killed has
    written is written again; nothing is seen of it. What is left of a write whose own process was killed, the next one to the same
    file removes.

    :param path: The file; ``.npy`` is appended if it does not end so.
    :param durability: What the file survives when a *system* stops: see :func:`npyfast.save`.
    :param compute: Whether to do it now; else what is returned does it when it is computed.
    :param options: For ``compute``: ``scheduler``, ``retries`` and so on.
    """
    durability_of(durability)
    array = da.asarray(array)
    target = os.fspath(path)
    target += "" if target.endswith(".npy") else ".npy"
    # What a link leads to is replaced, and not the link.
    target = os.path.realpath(target)
    if np.dtype(array.dtype).hasobject:
        raise ArrayFileError("unsupported", "an array of objects is not written by parts", target)
    if any(np.isnan(length) for length in array.shape):
        raise ValueError("the array's shape is not known: call compute_chunk_sizes first")
    folder, base = os.path.split(target)
    abandoned(folder, rf"\.{re.escape(base)}\.({MARK})\.part")
    file, claim = _File.made(target, tuple(map(int, array.shape)), np.dtype(array.dtype), is_claimed=compute)
    try:
        parts = [
            dask.delayed(_write_part, pure=False)(block, file, offsets, lengths, durability)
            for block, offsets, lengths in zip(
                array.to_delayed().ravel(), itertools.product(*map(_starts, array.chunks)), itertools.product(*array.chunks))]
        finished = dask.delayed(_publish, pure=False)(parts, file, durability)
        return finished.compute(**options) if compute else finished
    except BaseException:
        Path(file.temporary).unlink(missing_ok=True)
        raise
    finally:
        if claim is not None:
            claim.release()


@dataclasses.dataclass(frozen=True)
class _File:
    """A file that many workers write, under a name of its own until all of it is there."""

    target: str
    temporary: str
    shape: tuple[int, ...]
    dtype: np.dtype
    #: Where the elements begin.
    start: int
    #: What the file is known by, whatever its name.
    inode: int

    @classmethod
    def made(cls, target: str, shape: tuple[int, ...], dtype: np.dtype, *, is_claimed: bool) -> tuple[_File, Claim | None]:
        """Makes the file in its full length, with the mode of the one that it will replace.

        :param is_claimed: Whether this process is there until the file is whole, so that without it the file is abandoned.
        """
        folder, base = os.path.split(target)
        header = _arrays.encoded_header(repr(npy_format.dtype_to_descr(dtype)).encode(), shape, False)
        while True:
            temporary = os.path.join(folder, f".{base}.{uuid.uuid4().hex}.{'part' if is_claimed else 'later'}")
            claim = None
            with open(temporary, "xb") as file:
                try:
                    claim = Claim(temporary) if is_claimed else None
                    file.write(header)
                    file.truncate(len(header) + int(np.prod(shape, dtype=object)) * dtype.itemsize)
                    try:
                        os.fchmod(file.fileno(), stat.S_IMODE(os.stat(target).st_mode))
                    except FileNotFoundError:
                        pass
                    if claim is None or claim.is_kept():
                        return cls(target, temporary, shape, dtype, len(header), os.fstat(file.fileno()).st_ino), claim
                    claim.release()
                except BaseException:
                    Path(temporary).unlink(missing_ok=True)
                    if claim is not None:
                        claim.release()
                    raise

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


def as_promised(block: Any, lengths: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """What a task made, in the dtype that its array declares, as :func:`dask.array.store` has it; of another shape it has no place."""
    block = np.asarray(block)
    if block.shape != lengths:
        raise ValueError(f"a task made a chunk of shape {block.shape} where the array has one of {lengths}")
    return block if block.dtype == dtype else block.astype(dtype)


def _write_part(block: Any, file: _File, offsets: tuple[int, ...], lengths: tuple[int, ...], durability: str) -> int:
    """Writes a chunk to its place: as many calls as it has runs of bytes that lie together in the file."""
    shape = file.shape
    block = as_promised(block, lengths, file.dtype)
    block = np.ascontiguousarray(block).reshape(block.shape)
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
