"""Stacks of ``.npy`` files that many workers of Dask write, in the layout that Dask has for them."""

from __future__ import annotations

import dataclasses
import itertools
import operator
import os
import pickle
import re
import uuid
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np

from ._claims import Claim, abandoned
from ._dask_file import MARK, as_promised
from ._library import ArrayFileError
from ._npy import load, save
from ._pickles import load_pickle

__all__ = ["from_npy_stack", "to_npy_stack"]


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
    marks = {mark for _, mark in abandoned(folder, rf"\.({MARK})\.part")}
    if marks:
        for entry in os.listdir(folder):
            match = re.fullmatch(rf"\.(?:\d+\.({MARK})\.npy|info\.({MARK}))", entry)
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
    save(stack.temporary(number), as_promised(block, stack.shape(number), stack.dtype))
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
