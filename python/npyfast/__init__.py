"""NumPy's files at the speed of the machine: drop-in functions for saving and loading arrays.

``save``, ``load``, ``savez``, ``savez_compressed``, ``savetxt``, ``loadtxt`` and ``genfromtxt`` have NumPy's signatures, results,
warnings and exceptions; ``append``, ``batch``, ``open_array`` and ``load_pickle`` do what NumPy does not. What the library behind
them does not support goes to NumPy itself; the logger ``npyfast`` says so once, at debug level.

>>> import numpy as np, npyfast
>>> npyfast.savez_compressed("run.npz", weights=np.eye(3))
>>> npyfast.load("run.npz")["weights"].shape
(3, 3)
"""

from ._lazy import LazyArray, open_array
from ._library import ArrayFileError
from ._npy import append, load, save
from ._npz import NpzFile, savez, savez_compressed

__version__ = "0.1.0"

__all__ = ["ArrayFileError", "LazyArray", "NpzFile", "append", "load", "open_array", "save", "savez", "savez_compressed"]
