"""safetensors: the tensors of a model, read one by one and saved as their Python package saves them."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator, Mapping
from ctypes import POINTER, c_char_p, c_int64
from typing import Any

import numpy as np

from . import _arrays, _library as lib, _structures as structures
from ._files import durability_of, encoded_path
from ._savez import Member, Members

__all__ = ["Tensors", "load_safetensors", "open_safetensors", "save_safetensors"]


def _ml_dtype(name: str) -> np.dtype | None:
    """The dtype that the package ml_dtypes has for a format; ``None`` if it has none, or is not installed."""
    try:
        import ml_dtypes
    except ImportError:
        return None
    kind = getattr(ml_dtypes, name, None)
    return None if kind is None else np.dtype(kind)


class Tensors(Mapping[str, np.ndarray]):
    """The tensors of a file by their names, each read when it is asked for.

    Elements that NumPy has no dtype for are of ml_dtypes' dtypes, if that package is installed (``bfloat16``,
    ``float8_e4m3fn``), and else decoded into numbers of NumPy's.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._handle: lib.Handle | None = None
        #: The path.
        self.path = os.fspath(path)
        try:
            self._handle = lib.Handle(lib.make(lib.library.npyio_tensors_open, encoded_path(self.path)))
        except lib.ArrayFileError as error:
            raise lib.as_system_error(error, self.path) from None
        table, count = POINTER(structures.Tensor)(), c_int64()
        lib.do(lib.library.npyio_tensors_list, self._handle, ctypes.addressof(table), ctypes.addressof(count))
        self._numbers = {table[place].name.decode("utf-8"): place for place in range(count.value)}
        self._formats = [table[place].format for place in range(count.value)]
        self._sizes = [table[place].byte_count for place in range(count.value)]
        #: The file's own names of the types: ``{"embedding": "BF16"}``.
        self.types: dict[str, str] = {name: table[place].type.decode("utf-8") for name, place in self._numbers.items()}
        texts = POINTER(c_char_p)()
        lib.do(lib.library.npyio_tensors_metadata, self._handle, ctypes.addressof(texts), ctypes.addressof(count))
        pairs = [(texts[place] or b"").decode("utf-8") for place in range(count.value)]
        #: What the file says beside its tensors.
        self.metadata: dict[str, str] = dict(zip(pairs[::2], pairs[1::2]))

    def close(self) -> None:
        """Close the file. Arrays that were read stay; a thread that reads one just then gets it."""
        self._handle = None

    def __enter__(self) -> Tensors:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __reduce__(self) -> Any:
        return Tensors, (self.path,)

    def __getitem__(self, name: str) -> np.ndarray:
        place = self._numbers[name]
        handle = self._handle
        if handle is None:
            raise ValueError("the file is closed")
        format = self._formats[place]
        dtype = None if format is None else _ml_dtype(format.decode("ascii"))
        try:
            array = _arrays.adopt(lib.get(lib.library.npyio_tensors_read, handle, place, dtype is not None,
                                          size=self._sizes[place]))
        except lib.ArrayFileError as error:
            raise lib.as_system_error(error, self.path) from None
        return array if dtype is None else array.view(dtype)

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def __repr__(self) -> str:
        return f"<Tensors {self.path!r}: {len(self)}>"


def open_safetensors(path: str | os.PathLike[str]) -> Tensors:
    """Open a safetensors file, or by its index (``model.safetensors.index.json``) a model in several; nothing but the header is
    read.

    :raises ArrayFileError: if it is not one, or a damaged one.
    """
    return Tensors(path)


def load_safetensors(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """All tensors of a safetensors file: ``safetensors.numpy.load_file``, and of bfloat16 and floats of 8 bits too."""
    return dict(Tensors(path))


def _encoded(text: Any) -> bytes:
    """A name or a word of the metadata for the library, for which it would end at a null character."""
    if not isinstance(text, str):
        raise TypeError(f"names and metadata of safetensors are texts, not {type(text).__name__}")
    if "\0" in text:
        raise ValueError("names and metadata of safetensors have no null characters here")
    return text.encode("utf-8")


def save_safetensors(path: str | os.PathLike[str], tensors: Mapping[str, Any], metadata: Mapping[str, str] | None = None, *,
                     durability: str = "none") -> None:
    """Save arrays as a safetensors file, byte for byte as ``safetensors.numpy.save_file`` does.

    Arrays need not be contiguous; those of ml_dtypes' dtypes are saved as such. A file that is there stays until the new one is
    whole.

    :param metadata: Texts that are to stand beside the tensors.
    :raises ArrayFileError: for elements that the format has no type for: times, texts, records.
    """
    members, formats = [], []
    pairs = [_encoded(text) for pair in (metadata or {}).items() for text in pair]
    for name, value in tensors.items():
        _encoded(name)
        array = np.asarray(value)
        is_foreign = _arrays.is_foreign(array.dtype)
        formats.append(array.dtype.name.encode("ascii") if is_foreign else None)
        if is_foreign:
            array = array.view(f"V{array.dtype.itemsize}")
        try:
            members.append(Member(name, array, _arrays.describe(array.dtype)))
        except _arrays.Unsupported:
            raise lib.ArrayFileError("unsupported", f"safetensors have no type for {array.dtype}", os.fspath(path), name) from None
    plain = Members(members)
    kinds = structures.Items.texts(formats)
    texts = None if metadata is None else structures.Items.texts([*pairs, b""])
    try:
        lib.run(lib.library.npyio_tensors_save, encoded_path(os.fspath(path)), plain.names, plain.views, kinds.address, plain.count,
                texts and texts.address, len(pairs), durability_of(durability), size=plain.nbytes)
    except lib.ArrayFileError as error:
        raise lib.as_system_error(error, os.fspath(path)) from None
