"""NumPy's own functions replaced, for who asks for it."""

from __future__ import annotations

import functools
from typing import Any, ClassVar

import numpy as np

from . import _genfromtxt, _loadtxt, _npy, _savetxt, _savez
from ._fallback import numpy_functions

__all__ = ["patch"]


@functools.wraps(_savez.savez_compressed)
def _savez_compressed(file: Any, *args: Any, allow_pickle: bool = True, **kwds: Any) -> None:
    # As NumPy's: whatever is called `level` is an array.
    _savez.save_members(file, args, kwds, _savez.LEVELS["default"], allow_pickle)


_REPLACED = {
    "save": _npy.save, "load": _npy.load, "savez": _savez.savez, "savez_compressed": _savez_compressed,
    "savetxt": _savetxt.savetxt, "loadtxt": _loadtxt.loadtxt, "genfromtxt": _genfromtxt.genfromtxt,
}


class patch:
    """Have ``numpy.save``, ``load``, ``savez``, ``savez_compressed``, ``savetxt``, ``loadtxt`` and ``genfromtxt`` be this package's.

    For the whole process, until ``undo`` is called (of each that was made, in any order); or within a ``with`` block. Code that
    imported NumPy's functions by name before keeps NumPy's.

    >>> with npyfast.patch():
    ...     np.savez_compressed("run.npz", x=np.arange(3))  # doctest: +SKIP
    """

    #: Those that are in force, and what was there before the first.
    _active: ClassVar[list[patch]] = []
    _previous: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        if not self._active:
            self._previous.update({name: getattr(np, name) for name in _REPLACED})
        self._active.append(self)
        for name, function in _REPLACED.items():
            setattr(np, name, function)

    def undo(self) -> None:
        """Put back what was there before, if no other is in force."""
        if self not in self._active:
            return
        self._active.remove(self)
        if not self._active:
            for name, function in self._previous.items():
                setattr(np, name, function)

    def __enter__(self) -> patch:
        return self

    def __exit__(self, *_: Any) -> None:
        self.undo()


assert set(_REPLACED) <= set(vars(numpy_functions))
