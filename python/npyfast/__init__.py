"""NumPy's files at the speed of the machine: drop-in functions for saving and loading arrays.

``save``, ``load``, ``savez``, ``savez_compressed``, ``savetxt``, ``loadtxt`` and ``genfromtxt`` have NumPy's signatures, results,
warnings and exceptions; ``append``, ``batch``, ``open_array``, ``load_pickle`` and the functions of safetensors do what NumPy does not. What the library behind
them does not support goes to NumPy itself; the logger ``npyfast`` says so once, at debug level.

>>> import numpy as np, npyfast
>>> npyfast.savez_compressed("run.npz", weights=np.eye(3))
>>> npyfast.load("run.npz")["weights"].shape
(3, 3)
"""

from ._interpreter import refuse_subinterpreters

refuse_subinterpreters()

from ._append import append
from ._batch import batch
from ._genfromtxt import genfromtxt
from ._lazy import LazyArray, open_array
from ._library import ArrayFileError
from ._loadtxt import loadtxt
from ._npy import load, save
from ._npz import NpzFile
from ._patch import patch
from ._pickled import PickledClass, PickledObject
from ._pickles import load_pickle
from ._safetensors import Tensors, load_safetensors, open_safetensors, save_safetensors
from ._savetxt import savetxt
from ._savez import savez, savez_compressed

__version__ = "0.1.0"

__all__ = [
    "ArrayFileError", "LazyArray", "NpzFile", "PickledClass", "PickledObject", "Tensors", "append", "batch", "genfromtxt", "load",
    "load_pickle", "load_safetensors", "loadtxt", "open_array", "open_safetensors", "patch", "save", "save_safetensors", "savetxt",
    "savez", "savez_compressed"]
