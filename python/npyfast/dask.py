"""Arrays of Dask in files: one ``.npy``, members of an ``.npz``, and stacks of ``.npy`` files.

What is written becomes visible when all of it is there: workers may be killed, and their tasks done again by others.
"""

from __future__ import annotations

import dataclasses
import itertools
import operator
import os
import pickle
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
from ._lazy import LazyArray, open_array
from ._library import ArrayFileError
from ._npy import load, save
from ._pickles import load_pickle

#: What the temporary files of one writer have in their names.
_MARK = "[0-9a-f]{32}"

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
    abandoned(folder, rf"\.{re.escape(base)}\.({_MARK})\.part")
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


def _as_promised(block: Any, lengths: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """What a task made, in the dtype that its array declares, as :func:`dask.array.store` has it; of another shape it has no place."""
    block = np.asarray(block)
    if block.shape != lengths:
        raise ValueError(f"a task made a chunk of shape {block.shape} where the array has one of {lengths}")
    return block if block.dtype == dtype else block.astype(dtype)


def _write_part(block: Any, file: _File, offsets: tuple[int, ...], lengths: tuple[int, ...], durability: str) -> int:
    """Writes a chunk to its place: as many calls as it has runs of bytes that lie together in the file."""
    shape = file.shape
    block = _as_promised(block, lengths, file.dtype)
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


# ---------------------------------------------------------------------------------------------------------------------


def to_npy_stack(dirname: str | os.PathLike[str], x: da.Array, axis: int = 0, *, compute: bool = True, **options: Any) -> Any:
    """Write a stack of ``.npy`` files, as :func:`dask.array.to_npy_stack` lays it out.

    The files get their names when all of them are there, so that a stack may be replaced by what is made of it. ``info``, without
    which a stack does not open, is written last: a stack of which workers were killed is the old one, or none.

    :param compute: Whether to do it now; else what is returned does it when it is computed.
    :param options: For ``compute``: ``scheduler``, ``retries`` and so on.
    """
    x = da.asarray(x)
    if not x.ndim:
        raise ValueError("a stack has an axis along which its files follow each other: an array without axes has none")
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(f"there is no axis {axis} of an array with {x.ndim}")
    if np.dtype(x.dtype).hasobject:
        raise ArrayFileError("unsupported", "an array of objects is not written by parts", os.fspath(dirname))
    axis = axis + x.ndim if axis < 0 else axis
    chunks = tuple((sum(lengths),) if place != axis else lengths for place, lengths in enumerate(x.chunks))
    if any(np.isnan(length) for length in itertools.chain(*chunks)):
        raise ValueError("the array's shape is not known: call compute_chunk_sizes first")
    blocks = x.rechunk(chunks).to_delayed().ravel()
    folder = Path(dirname)
    folder.mkdir(parents=True, exist_ok=True)
    _clear(str(folder))
    stack = _Stack(str(folder), uuid.uuid4().hex, chunks, np.dtype(x.dtype), axis)
    parts = [dask.delayed(_save_part, pure=False)(stack, number, block) for number, block in enumerate(blocks)]
    finished = dask.delayed(_publish_stack, pure=False)(parts, stack)
    if not compute:
        return finished
    mark = stack.claim_path()
    Path(mark).touch(exist_ok=False)
    claim = None
    try:
        claim = Claim(mark)
        return finished.compute(**options)
    except BaseException:
        for number in range(len(blocks)):
            Path(stack.temporary(number)).unlink(missing_ok=True)
        raise
    finally:
        Path(mark).unlink(missing_ok=True)
        if claim is not None:
            claim.release()


def _clear(folder: str) -> None:
    """Removes what writers that were killed have left in the folder of a stack."""
    marks = {mark for _, mark in abandoned(folder, rf"\.({_MARK})\.part")}
    if marks:
        for entry in os.listdir(folder):
            match = re.fullmatch(rf"\.(?:\d+\.({_MARK})\.npy|info\.({_MARK}))", entry)
            if match is not None and (match.group(1) or match.group(2)) in marks:
                Path(folder, entry).unlink(missing_ok=True)


@dataclasses.dataclass(frozen=True)
class _Stack:
    """A stack that many workers write, its parts under names of their own until all of them are there."""

    folder: str
    mark: str
    chunks: tuple[tuple[int, ...], ...]
    dtype: np.dtype
    axis: int

    def temporary(self, number: int) -> str:
        return os.path.join(self.folder, f".{number}.{self.mark}.npy")

    def claim_path(self) -> str:
        """Of an empty file that says that the writer lives."""
        return os.path.join(self.folder, f".{self.mark}.part")

    def path(self, number: int) -> str:
        return os.path.join(self.folder, f"{number}.npy")

    def shape(self, number: int) -> tuple[int, ...]:
        """That of a part."""
        return tuple(lengths[number if place == self.axis else 0] for place, lengths in enumerate(self.chunks))


def _save_part(stack: _Stack, number: int, block: Any) -> int:
    save(stack.temporary(number), _as_promised(block, stack.shape(number), stack.dtype))
    return number


def _publish_stack(parts: list[int], stack: _Stack) -> str:
    """Gives the parts their names. From the first on the folder is no stack, until ``info`` is there again."""
    info = os.path.join(stack.folder, "info")
    Path(info).unlink(missing_ok=True)
    for number in parts:
        try:
            os.replace(stack.temporary(number), stack.path(number))
        except FileNotFoundError:  # what was done is done again
            os.stat(stack.path(number))
    temporary = os.path.join(stack.folder, f".info.{stack.mark}")
    with open(temporary, "wb") as file:
        pickle.dump({"chunks": stack.chunks, "dtype": stack.dtype, "axis": stack.axis}, file, protocol=4)
    os.replace(temporary, info)
    return stack.folder


def from_npy_stack(dirname: str | os.PathLike[str], mmap_mode: str | None = "r") -> da.Array:
    """An array over a stack of ``.npy`` files: :func:`dask.array.from_npy_stack`, but that nothing is run that ``info`` holds,
    and that a stack of which a file is missing is an error at once."""
    folder = os.path.abspath(os.fspath(dirname))
    info = load_pickle(os.path.join(folder, "info"))
    try:
        chunks = tuple(tuple(map(operator.index, lengths)) for lengths in info["chunks"])
        dtype, axis = np.dtype(info["dtype"]), operator.index(info["axis"])
        stack = _Stack(folder, "", chunks, dtype, axis)
        if not 0 <= axis < len(chunks) or any(length < 0 for lengths in chunks for length in lengths) or any(
                len(lengths) != 1 for place, lengths in enumerate(chunks) if place != axis):
            raise IndexError
    except (KeyError, TypeError, IndexError) as error:
        raise ArrayFileError("malformed", "this is not the description of an npy stack", os.path.join(folder, "info")) from error
    paths = [stack.path(number) for number in range(len(chunks[axis]))]
    for path in paths:
        os.stat(path)
    name = f"npyfast-stack-{dask.base.tokenize(folder, chunks, dtype, axis, [os.stat(path).st_mtime_ns for path in paths])}"
    keys = itertools.product([name], *(range(len(lengths)) for lengths in chunks))
    graph = {key: (_load_part, stack, number, mmap_mode) for number, key in enumerate(keys)}
    return da.Array(graph, name, chunks, dtype)


def _load_part(stack: _Stack, number: int, mmap_mode: str | None) -> np.ndarray:
    part = load(stack.path(number), mmap_mode)
    if part.shape != stack.shape(number) or part.dtype != stack.dtype:
        raise ArrayFileError("malformed", f"info has {stack.dtype.str} of shape {stack.shape(number)} here, not {part.dtype.str} of "
                             f"shape {part.shape}", stack.path(number))
    return part
