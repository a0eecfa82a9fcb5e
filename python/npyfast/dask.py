"""Arrays of Dask in files: one ``.npy``, members of an ``.npz``, and stacks of ``.npy`` files.

What is written becomes visible when all of it is there: workers may be killed, and their tasks done again by others.
"""

from __future__ import annotations

import os
from typing import Any

import dask
import dask.array as da

from ._dask_file import to_npy
from ._dask_stack import from_npy_stack, to_npy_stack
from ._lazy import LazyArray, open_array

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
