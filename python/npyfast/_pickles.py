"""Pickles read as data: nothing in them is run or imported."""

from __future__ import annotations

import ctypes
import functools
import io
import os
import pickle
from typing import Any, Callable

import numpy as np

from . import _arrays, _library as lib, _structures as structures
from ._files import FileSource, encoded_path
from ._pickled import PLAIN, RECONSTRUCTOR, STATED, PickledClass, PickledObject

__all__ = ["load_pickle"]


def load_pickle(file: Any, *, encoding: str = "ASCII") -> Any:
    """Read a pickle without running anything: NumPy's arrays, and plain Python objects.

    Reads what :func:`pickle.dump`, :func:`numpy.save` of objects (``.npy``), joblib (compressed or not) and PyTorch write. What
    would be an object of some class is a :class:`PickledObject` with its arguments, state and items; a class or function is a
    :class:`PickledClass`. Containers of the standard library, dates, decimals, fractions, UUIDs and paths are made as such; what
    cannot be a key, or a member of a set, stands there by its text.

    :param file: A path, or a file object that is open for reading bytes and can seek.
    :param encoding: What strings of Python 2 are: ``"ASCII"``, ``"latin1"`` or ``"bytes"``, as in :func:`pickle.load`.
    :raises ArrayFileError: if it is no pickle, or a broken one.
    """
    if encoding not in ("ASCII", "latin1", "bytes"):
        raise ValueError("encoding must be 'ASCII', 'latin1', or 'bytes'")
    source: FileSource | None = None
    path: str | bytes | None = None
    if hasattr(file, "read"):
        source = FileSource(file)
        handle = source.handle
    else:
        path = os.fspath(file)
        try:
            handle = lib.make(lib.library.npyio_source_path, encoded_path(path))
        except lib.ArrayFileError as error:
            raise lib.as_system_error(error, os.fsdecode(path)) from None
    tree = 0
    try:
        tree = lib.get(lib.library.npyio_tree_read, handle, encoding.encode(), size=lib.LONG)
        try:
            return _PlainReader(tree).load()
        except (_MorePlainly, TypeError):
            return _Decoder(tree).value()
    except lib.ArrayFileError as error:
        if source is not None and source.failure is not None:
            raise source.failure from None
        raise lib.as_system_error(error, None if path is None else os.fsdecode(path)) from None
    finally:
        lib.free(tree)
        if source is not None:
            source.close()
        else:
            lib.free(handle)


class _MorePlainly(Exception):
    """A pickle has more than plain values."""


class _PlainReader(pickle.Unpickler):
    """Reads what the library writes anew of a pickle of plain values and arrays: nothing in it is looked up."""

    def __init__(self, tree: int) -> None:
        self.tree = tree
        self.arrays: dict[int, Any] = {}
        try:
            made = lib.make(lib.library.npyio_tree_pickle, tree)
        except lib.ArrayFileError as error:
            if getattr(error, "number", None) == lib.UNSUPPORTED:
                raise _MorePlainly from None
            raise
        # The reader keeps the view, and with it the library's memory.
        super().__init__(io.BytesIO(_arrays.adopt(made).data))

    def find_class(self, module: str, name: str) -> Any:
        if name == "complex" and module in ("builtins", "__builtin__"):
            return complex
        raise _MorePlainly

    def persistent_load(self, number: int) -> Any:
        if number not in self.arrays:
            array = _arrays.adopt(lib.make(lib.library.npyio_tree_array, self.tree, ~(number >> 1)))
            self.arrays[number] = array[()] if number & 1 else array
        return self.arrays[number]


class _Decoder:
    """Makes Python's values of a table of nodes, each node once, without calling itself however deep they nest."""

    def __init__(self, tree: int) -> None:
        self.tree = tree
        nodes = structures.Nodes()
        lib.do(lib.library.npyio_tree_nodes, tree, ctypes.addressof(nodes))
        self.count = nodes.node_count
        table = np.ctypeslib.as_array(ctypes.cast(nodes.nodes, ctypes.POINTER(ctypes.c_int64)), (self.count, 8))
        self.table = table.tolist()
        self.numbers = table.view(np.float64)
        self.children = np.ctypeslib.as_array(nodes.children, (nodes.child_count,)).tolist() if nodes.child_count else []
        self.values: list[Any] = [None] * self.count
        self.made = [False] * self.count
        self.filled = [False] * self.count

    def value(self) -> Any:
        """The pickle's value.

        Lists, dictionaries and sets are made empty and filled at the end, so that they may contain themselves; but for those that
        something is made of, which takes what they hold.
        """
        for place in range(self.count):
            self._make_leaf(place)
        stack = [0]
        fillings: list[int] = []
        while stack:
            place = stack[-1]
            if self.made[place]:
                stack.pop()
                continue
            kind = self.table[place][0]
            if kind in (9, 11, 12):  # list, dict, set: empty at first
                self.values[place] = [] if kind == 9 else {} if kind == 11 else set()
                self.made[place] = True
                fillings.append(place)
                stack.pop()
                stack.extend(reversed(self._parts(place)))
                continue
            parts = self._parts(place)
            missing = [part for part in parts if not self.made[part]]
            if not missing and kind == 15 and self._maker(place)[1] is not None:
                missing = self._fill_within(parts)
            if not missing:
                self._make(place, kind)
                stack.pop()
            elif len(stack) > self.count + 1:
                raise lib.ArrayFileError("unsupported", "an immutable value that contains itself")
            else:
                stack.extend(reversed(missing))
        for place in fillings:
            self._fill(place)
        return self.values[0]

    def _parts(self, place: int) -> list[int]:
        first, count = self.table[place][1:3]
        return self.children[first:first + count]

    def _text(self, place: int) -> bytes:
        address, length = self.table[place][6:8]
        return ctypes.string_at(address, length)

    def _name(self, place: int) -> PickledClass | None:
        module, end, name = self._text(place).decode("utf-8", "surrogatepass").partition("\n")
        return PickledClass(module, name) if end else None

    def _array(self, number: int) -> np.ndarray:
        return _arrays.adopt(lib.make(lib.library.npyio_tree_array, self.tree, number))

    def _make_leaf(self, place: int) -> None:
        row = self.table[place]
        kind = row[0]
        if kind == 0:
            value: Any = None
        elif kind == 1:
            value = bool(row[3])
        elif kind == 2:
            value = row[3]
        elif kind == 3:
            value = int.from_bytes(self._text(place), "little", signed=True)
        elif kind == 4:
            value = float(self.numbers[place, 4])
        elif kind == 5:
            value = complex(self.numbers[place, 4], self.numbers[place, 5])
        elif kind == 6:
            value = self._text(place).decode("utf-8", "surrogatepass")
        elif kind == 7:
            value = self._text(place)
        elif kind == 8:
            value = bytearray(self._text(place))
        elif kind == 14:
            value = self._name(place)
        elif kind == 16:
            value = self._array(row[3])
        elif kind == 18:
            value = np.ma.MaskedArray(self._array(row[3]), mask=self._array(row[3] + 1))
            if self.numbers[place, 4]:
                value.fill_value = self._array(row[3] + 2)[()]
        elif kind == 19:
            value = self._array(row[3])[()]
        elif kind == 20:
            value = _arrays.dtype_of(self._text(place))
        elif kind == 22:
            value = PickledObject(PickledClass("", self._text(place).decode()))
        else:
            return
        self.values[place] = value
        self.made[place] = True

    def _make(self, place: int, kind: int) -> None:
        parts = [self.values[part] for part in self._parts(place)]
        if kind == 10:
            value: Any = tuple(parts)
        elif kind == 13:
            value = frozenset(map(_hashable, parts))
        elif kind == 17:
            value = self._objects(place, *parts)
        elif kind == 21:
            value = PickledObject(PickledClass("", "persistent id"), tuple(parts))
        else:
            value = self._object(place, *parts)
        self.values[place] = value
        self.made[place] = True

    def _objects(self, place: int, shape: tuple[int, ...], items: tuple[Any, ...]) -> np.ndarray:
        array = np.empty(len(items), _arrays.dtype_of(self._text(place)))
        for number, item in enumerate(items):
            array[number] = item
        array = array.reshape(shape)
        return np.asfortranarray(array) if self.table[place][3] else array

    def _maker(self, place: int) -> tuple[PickledClass | None, Callable[..., Any] | None]:
        """The class of an object, and what makes one of its arguments, or of its state."""
        name = self._name(place)
        if name == RECONSTRUCTOR:  # as protocols 0 and 1 make objects
            arguments = self._parts(self._parts(place)[0])
            made = self.values[arguments[0]] if len(arguments) == 3 else None
            maker = STATED.get((made.module, made.name)) if isinstance(made, PickledClass) else None
            return (name, None) if maker is None else (made, maker)
        return name, None if name is None else PLAIN.get((name.module, name.name))

    def _object(self, place: int, args: tuple[Any, ...], state: Any, items: tuple[Any, ...], pairs: tuple[Any, ...]) -> Any:
        keyed = list(zip(pairs[::2], pairs[1::2]))
        name, maker = self._maker(place)
        if maker is not None:
            try:
                if state is not None and state != {}:
                    maker, args = functools.partial(STATED[name.module, name.name], **state), ()
                value = maker(*args)
                if items:
                    (value.extend if hasattr(value, "extend") else value.update)(items)
                for key, item in keyed:
                    value[key] = item
                return value
            except Exception:  # arguments that the class does not take: an object of that name is all that is known
                pass
        return PickledObject(name, args, state, list(items), keyed)

    def _fill_within(self, parts: list[int]) -> list[int]:
        """Fills the containers that nodes hold, however deep; or tells which of their parts have to be made before."""
        missing, found, seen, stack = [], [], set(), list(parts)
        while stack:
            place = stack.pop()
            if place in seen or self.table[place][0] not in (9, 10, 11, 12) or self.filled[place]:
                continue
            seen.add(place)
            found.append(place)
            within = self._parts(place)
            missing += [part for part in within if not self.made[part]]
            stack += within
        if not missing:
            for place in found:
                self._fill(place)
        return missing

    def _fill(self, place: int) -> None:
        if self.filled[place]:
            return
        self.filled[place] = True
        parts = [self.values[part] for part in self._parts(place)]
        target = self.values[place]
        if isinstance(target, list):
            target.extend(parts)
        elif isinstance(target, dict):
            for key, value in zip(parts[::2], parts[1::2]):
                target[_hashable(key)] = value
        elif isinstance(target, set):
            target.update(_hashable(part) for part in parts)


def _hashable(key: Any) -> Any:
    """A key as it is, if it can be one; objects of unknown classes are keys by what they would be."""
    try:
        hash(key)
    except TypeError:
        return repr(key)
    return key
