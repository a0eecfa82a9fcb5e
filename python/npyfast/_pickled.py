"""What pickles hold that is not run: what stands for classes and objects, and the calls whose result is plain data."""

from __future__ import annotations

import builtins
import collections
import datetime
import decimal
import fractions
import pathlib
import uuid
from dataclasses import dataclass, field
from typing import Any, Callable

__all__ = ["PLAIN", "RECONSTRUCTOR", "STATED", "PickledClass", "PickledObject"]


@dataclass(frozen=True)
class PickledClass:
    """A class or function that a pickle names, which is not looked up."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass
class PickledObject:
    """What Python would have made by calling something: what it would call, and with what."""

    #: What would be called; ``None`` where it is not a plain name.
    callable: PickledClass | None
    #: The arguments of the call.
    args: tuple[Any, ...] = ()
    #: What would be given to ``__setstate__``, or become the ``__dict__``; ``None`` if there is nothing.
    state: Any = None
    #: What would be appended, or added.
    items: list[Any] = field(default_factory=list)
    #: What would be set by keys.
    pairs: list[tuple[Any, Any]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        state = self.__dict__.get("state")
        if isinstance(state, tuple) and len(state) == 2:
            for part in state:
                if isinstance(part, dict) and name in part:
                    return part[name]
        if isinstance(state, dict) and name in state:
            return state[name]
        raise AttributeError(name)


def _defaultdict(factory: Any = None, *items: Any) -> Any:
    """Of the classes that a dictionary may make values of, those of Python's own."""
    made = None if factory is None else {name: getattr(builtins, name) for name in _CLASSES}[factory.name]
    if factory is not None and factory.module not in ("builtins", "__builtin__"):
        raise KeyError(factory)
    return collections.defaultdict(made, *items) if not items or isinstance(items[0], dict) else _refused(items)


def _refused(value: Any) -> Any:
    raise TypeError(value)


_CLASSES = ("bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple")

def _of_containers(maker: Callable[..., Any]) -> Callable[..., Any]:
    """What is made of what a pickle holds: not of a number, of which `bytearray` makes as many bytes."""
    def make(*args: Any) -> Any:
        if args and not isinstance(args[0], (list, tuple, dict, set, frozenset, str)):
            raise TypeError(maker)
        return maker(*args)
    return make


def _fraction(text: str) -> fractions.Fraction:
    """As fractions are pickled: `1e999999999` has more digits than the machine has memory."""
    return fractions.Fraction(*map(int, text.split("/", 1)))


def _bytearray(content: bytes | str = b"", encoding: str | None = None) -> bytearray:
    if not isinstance(content, (bytes, str)):
        raise TypeError(content)
    return bytearray(content) if encoding is None else bytearray(content, encoding)  # type: ignore[arg-type]


#: What is made of calls whose result is plain data: by classes of the standard library, with arguments that are data.
PLAIN: dict[tuple[str, str], Callable[..., Any]] = {
    ("collections", "OrderedDict"): _of_containers(collections.OrderedDict),
    ("collections", "Counter"): _of_containers(collections.Counter),
    ("collections", "defaultdict"): _defaultdict,
    ("collections", "deque"): _of_containers(collections.deque),
    ("datetime", "date"): datetime.date,
    ("datetime", "datetime"): datetime.datetime,
    ("datetime", "time"): datetime.time,
    ("datetime", "timedelta"): datetime.timedelta,
    ("datetime", "timezone"): datetime.timezone,
    ("decimal", "Decimal"): decimal.Decimal,
    ("fractions", "Fraction"): _fraction,
    ("pathlib", "PurePosixPath"): pathlib.PurePosixPath,
    ("pathlib", "PosixPath"): pathlib.PurePosixPath,
    ("uuid", "UUID"): uuid.UUID,
}
RECONSTRUCTOR = PickledClass("copyreg", "_reconstructor")
#: The same of objects that get their state afterwards: by the names of what it has.
STATED: dict[tuple[str, str], Callable[..., Any]] = {("uuid", "UUID"): uuid.UUID}
for _module in ("builtins", "__builtin__"):
    for _class in (set, frozenset, list, tuple, dict):
        PLAIN[_module, _class.__name__] = _of_containers(_class)
    PLAIN |= {(_module, "complex"): complex, (_module, "slice"): slice, (_module, "bytearray"): _bytearray}
