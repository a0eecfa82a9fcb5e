"""Which of a process's interpreters this is: looked at before anything else is imported, NumPy above all, which then would fail in
ways of its own."""

from __future__ import annotations

import importlib


def refuse_subinterpreters() -> None:
    """Structures of ctypes are shared by all interpreters of a process; only the first one's may use them."""
    for name in ("_interpreters", "_xxsubinterpreters"):  # the second until Python 3.12
        try:
            _interpreters = importlib.import_module(name)
        except ImportError:
            continue
        break
    else:
        return
    get_current, get_main = getattr(_interpreters, "get_current", None), getattr(_interpreters, "get_main", None)
    if get_current is None or get_main is None:
        return
    # What names an interpreter is a number, or begins with it.
    current, main = get_current(), get_main()
    if (current[0] if isinstance(current, tuple) else current) != (main[0] if isinstance(main, tuple) else main):
        raise ImportError("npyfast: cannot be used in a sub-interpreter; use threads or processes")
