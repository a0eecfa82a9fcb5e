"""What the library does not do is NumPy's to do."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any, Callable, NoReturn

import numpy as np

from ._library import ArrayFileError

_RELEASE = tuple(map(int, np.__version__.split(".")[:2]))
#: NumPy before 2: it writes numbers otherwise, and takes text for bytes by default.
IS_NUMPY_1 = _RELEASE < (2, 0)
#: Until its release 2.4 NumPy warns of rows without data that ``max_rows`` does not count.
WARNS_OF_ROWS = _RELEASE < (2, 5)

logger = logging.getLogger("npyfast")
_told: set[str] = set()

#: NumPy's own functions, which `patch` may have replaced in NumPy itself.
numpy_functions = SimpleNamespace(
    save=np.save, load=np.load, savez=np.savez, savez_compressed=np.savez_compressed, savetxt=np.savetxt,
    loadtxt=np.loadtxt, genfromtxt=np.genfromtxt)


def tell(reason: str) -> None:
    """Says once, at debug level, that NumPy itself does something."""
    if reason not in _told:
        _told.add(reason)
        logger.debug("numpy itself handles %s", reason)


def numpy_instead(error: ArrayFileError, function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """NumPy's own result, or its own exception with the library's as the cause, for what the library refused."""
    tell(f"what was refused as {error.code}")
    try:
        return function(*arguments, **keywords)
    except Exception as exception:
        # The library's error tells the place, which NumPy's does not.
        if exception.__cause__ is None:
            raise exception from error
        raise


def reraise(failure: BaseException | None, error: ArrayFileError) -> NoReturn:
    """Raises what a file object of the caller's has raised, or else the library's error."""
    if failure is not None:
        raise failure
    raise error
