"""What goes wrong in the library, as Python's exceptions."""

from __future__ import annotations

import errno
import os

# The codes of errors, as the header numbers them.
(OK, IO, NOT_FOUND, PERMISSION_DENIED, ALREADY_EXISTS, EMPTY, TRUNCATED, WRONG_KIND, MALFORMED, CORRUPT, LIMIT_EXCEEDED,
 BAD_VALUE, UNSUPPORTED, AMBIGUOUS, BAD_ARGUMENT, CANCELLED, CLOSED_PIPE, OTHER) = range(18)


class ArrayFileError(ValueError):
    """What is wrong with a file, and where.

    Attributes: ``code`` (``"truncated"``, ``"corrupt"``, …), ``message``, ``file``, ``member`` of an archive, ``offset`` in
    bytes, ``line`` of a text; each ``None`` where it is not known.
    """

    #: The library's number of the code.
    number = OTHER

    def __init__(self, code: str, message: str, file: str | None = None, member: str | None = None,
                 offset: int | None = None, line: int | None = None, hint: str | None = None) -> None:
        self.code, self.message, self.file, self.member = code, message, file, member
        self.offset, self.line, self.hint = offset, line, hint
        super().__init__(code, message, file, member, offset, line, hint)

    def __str__(self) -> str:
        place = ":".join(part for part in (self.file, self.member) if part)
        text = f"{place}: {self.message}" if place else self.message
        where = [f"line {self.line}"] if self.line is not None else []
        where += [f"byte {self.offset}"] if self.offset is not None else []
        text += f" ({', '.join(where)})" if where else ""
        return f"{text}; {self.hint}" if self.hint else text


#: What stands for the system's errors if their own numbers are not known.
_ERRNO = {NOT_FOUND: errno.ENOENT, PERMISSION_DENIED: errno.EACCES, ALREADY_EXISTS: errno.EEXIST,
          CLOSED_PIPE: errno.EPIPE, IO: errno.EIO}


def _system_number(message: str) -> int | None:
    """The number of the system's error with whose words a message ends."""
    words = message.rpartition(": ")[2]
    return next((number for number in errno.errorcode if os.strerror(number) == words), None)


def as_system_error(error: ArrayFileError, path: str | None = None) -> BaseException:
    """The exception that Python has for what the system refused, or for memory that is missing; else the error itself."""
    number = error.number
    if number == LIMIT_EXCEEDED and "of memory" in error.message:
        return MemoryError(str(error))
    if number == WRONG_KIND and path is not None and (os.path.isdir(path) or path.endswith("/")):
        # What no file can be made of the system says in two ways.
        reason = errno.EISDIR if os.path.isdir(os.path.dirname(path.rstrip("/")) or ".") else errno.ENOENT
        return OSError(reason, os.strerror(reason), path)
    general = _ERRNO.get(number)
    if general is None:
        return error
    code = _system_number(error.message)
    if code is not None:
        return OSError(code, os.strerror(code), path or error.file)
    if error.member is not None:  # one that is not in the archive
        return error
    return OSError(general, error.message if number == IO else os.strerror(general), path or error.file)
