"""Temporary files of writers that may be killed: each is locked for as long as its writer lives, and else anybody's to remove."""

from __future__ import annotations

import fcntl
import os
import re

__all__ = ["Claim", "abandoned"]


class Claim:
    """The lock of a file that its writer has made. It ends with the writer, however that ends."""

    __slots__ = ("_descriptor",)

    def __init__(self, path: str) -> None:
        """:param path: A file that is there; where the file system has no locks, nobody will take it for abandoned."""
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pass

    def is_kept(self) -> bool:
        """Whether the file has its name: between its making and the lock, somebody may have taken it for abandoned."""
        return os.fstat(self._descriptor).st_nlink > 0

    def release(self) -> None:
        os.close(self._descriptor)


def abandoned(folder: str, pattern: str) -> list[tuple[str, str]]:
    """The files of a folder whose writers were killed: each name that a pattern matches whole, and what its first group holds.

    They are removed, so that no two writers find the same one.
    """
    found = []
    for entry in os.listdir(folder):
        match = re.fullmatch(pattern, entry)
        if match is None:
            continue
        path = os.path.join(folder, entry)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)
            found.append((entry, match.group(1)))
        except OSError:  # its writer lives, or it is gone, or nobody can know
            pass
        finally:
            os.close(descriptor)
    return found
