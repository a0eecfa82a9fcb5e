"""Runs the command and turns what it says into what NumPy's callers expect: exceptions and warnings."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import warnings

from numpy.exceptions import VisibleDeprecationWarning
from numpy.lib._iotools import ConversionWarning

COMMAND = os.environ.get("NPY_COMMAND") or str(
    pathlib.Path(__file__).resolve().parents[3] / ".build" / "release" / "npy")


class Unroutable(Exception):
    """Raised by a routed function, before it has done anything, for a call that no command line can express.

    `first` is the first argument for NumPy's own function, if looking at it has used up the one that was given."""

    def __init__(self, reason, first=None):
        super().__init__(reason)
        self.first = first


class DecodeError(UnicodeDecodeError):
    """What the command says of bytes that are no text."""

    def __init__(self, message):
        super().__init__("?", b"", 0, 1, message)

    def __str__(self):
        return self.reason


class EncodeError(UnicodeEncodeError):
    """What the command says of text that an encoding has no bytes for."""

    def __init__(self, message):
        super().__init__("?", "", 0, 1, message)

    def __str__(self):
        return self.reason


# Which exception NumPy raises for a message of the command; the first that is found in it counts, else ValueError.
EXCEPTIONS = [
    (r"the file is empty", EOFError),
    (r"codec can't decode|which is not ASCII", DecodeError),
    (r"codec can't encode", EncodeError),
    (r"Mismatch between array dtype", TypeError),
    (r"control character", TypeError),
    (r"Comment characters.*cannot include the delimiter", TypeError),
    (r"If a structured dtype is used", TypeError),
    (r"must be a single unicode character", TypeError),
    (r"no such file|there is no file", FileNotFoundError),
    (r"Nested fields", NotImplementedError),
]

# Which category a warning of the command has in NumPy; else UserWarning.
WARNINGS = [
    (r"unicode strings without specifying the encoding", VisibleDeprecationWarning),
    (r"Some errors were detected", ConversionWarning),
    (r"got \d+ columns instead of", ConversionWarning),
]


def kind_of(message, table, default):
    for pattern, kind in table:
        if re.search(pattern, message):
            return kind
    return default


class Calls:
    """What has gone through the command since the last test began, and what has not."""
    routed = 0
    unroutable = []

    @classmethod
    def reset(cls):
        cls.routed = 0
        cls.unroutable = []


def run(*arguments, stdin=b"", stacklevel=3):
    """Runs the command; standard output as bytes.

    Arguments are text, or bytes (for what is no valid Unicode)."""
    line = [COMMAND] + [argument if isinstance(argument, bytes) else str(argument) for argument in arguments]
    try:
        result = subprocess.run(line, input=stdin, capture_output=True, timeout=120)
    except (ValueError, UnicodeEncodeError) as error:
        # A NUL or a lone surrogate cannot stand in an argument.
        raise Unroutable(f"no argument can hold this text: {error}") from None
    Calls.routed += 1
    messages = result.stderr.decode("utf-8", "replace")
    plain = []
    # A warning may have several lines.
    for part in re.split(r"(?m)^npy: ", messages):
        if not part:
            continue
        text = part.rstrip("\n")
        if text.startswith("warning: "):
            text = text[len("warning: "):]
            warnings.warn(text, kind_of(text, WARNINGS, UserWarning), stacklevel=stacklevel)
        else:
            plain.append(text)
    if result.returncode != 0:
        if result.returncode not in (1, 64):
            raise AssertionError(f"{line}: exit code {result.returncode}: {messages}")
        message = "\n".join(plain)
        if "--json" in arguments:
            # With --json errors are objects on standard output.
            message = json.loads(result.stdout)["error"]["message"]
        kind = kind_of(message, EXCEPTIONS, ValueError)
        raise kind(message)
    assert not plain, f"{line}: said {plain} and yet succeeded"
    return result.stdout


class Folder:
    """A temporary folder for the files of one call."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="npy-routing-")
        self.path = pathlib.Path(self.folder.name)
        return self.path

    def __exit__(self, *_):
        self.folder.cleanup()


def routed(original):
    """A function that tries the routed one first and falls back to NumPy's own where no command line can say it."""
    def decorate(function):
        def call(*arguments, **keywords):
            try:
                return function(*arguments, **keywords)
            except Unroutable as reason:
                Calls.unroutable.append(f"{original.__name__}: {reason}")
                if reason.first is not None:
                    arguments = (reason.first, *arguments[1:])
                return original(*arguments, **keywords)
        call.__name__ = original.__name__
        call.__doc__ = original.__doc__
        call.__module__ = original.__module__
        return call
    return decorate
