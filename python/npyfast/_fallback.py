"""What the library does not do is NumPy's to do."""

from __future__ import annotations

import logging
from typing import Any, Callable, NoReturn

from ._library import ArrayFileError

logger = logging.getLogger("npyfast")
_told: set[str] = set()


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
