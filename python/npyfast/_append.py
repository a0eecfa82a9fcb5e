"""``append``: rows added to ``.npy`` files."""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import _arrays, _library as lib
from ._files import encoded_path
from ._npy import save

__all__ = ["append"]


def append(file: str | os.PathLike[str], arr: Any) -> None:
    """Append rows to the array of a ``.npy`` file along its first axis, without rewriting it.

    Whatever happens, the file holds the array as before or as after: the rows are on disk before the header counts them.
    Another process that appends at the same time is refused; threads of this one wait for each other.

    :param file: The path of a file with one array in C order; a file that is not there yet is made of the rows.
    :param arr: Rows of the file's dtype, in either byte order, and of its shape but for the first axis.
    :raises ArrayFileError: if the rows do not fit, or the file is not one that rows can be appended to.
    """
    path = os.fspath(file)
    encoded_path(path)  # refuses what would be another path after this
    with _appending(os.path.realpath(path)):
        _append(path, np.asanyarray(arr))


class _Turn:
    """Threads take turns at one file; a handler of a signal has the turn of the thread that it interrupts."""

    def __init__(self) -> None:
        self.lock = threading.RLock()


_turns: weakref.WeakValueDictionary[Any, _Turn] = weakref.WeakValueDictionary()
_turns_lock = threading.RLock()


def _forget_turns() -> None:
    """Nobody holds a turn in a new process: the threads that did are not in it."""
    global _turns, _turns_lock
    _turns, _turns_lock = weakref.WeakValueDictionary(), threading.RLock()


os.register_at_fork(after_in_child=_forget_turns)


@contextlib.contextmanager
def _appending(path: Any) -> Iterator[None]:
    with _turns_lock:
        turn = _turns.get(path)
        if turn is None:
            turn = _turns[path] = _Turn()
    with turn.lock:
        yield


def _append(path: Any, array: np.ndarray) -> None:
    if not os.path.exists(path):
        lib_path = path if path.endswith(".npy") else path + ".npy"
        if not os.path.exists(lib_path):
            return save(path, array)
        path = lib_path
    try:
        view = _arrays.view_of(array)
    except _arrays.Unsupported as reason:
        raise lib.ArrayFileError("unsupported", f"cannot append {reason}", os.fsdecode(path)) from None
    try:
        lib.run(lib.library.npyio_append, view.address, encoded_path(path), size=view.nbytes)
    except lib.ArrayFileError as error:
        raise lib.as_system_error(error, path) from None
