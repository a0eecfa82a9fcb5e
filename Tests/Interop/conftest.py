"""What the interoperability tests share: the command under test, and NumPy as the oracle."""
import os
import pathlib
import subprocess

import pytest

COMMAND = os.environ.get("NPY_COMMAND") or str(
    pathlib.Path(__file__).resolve().parents[2] / ".build" / "release" / "npy")


def run_npy(*arguments, check=True, stdin=None, timeout=120):
    """Runs the command; standard output as bytes. With check, an exit code other than 0 fails the test."""
    result = subprocess.run([COMMAND, *map(str, arguments)], input=stdin, capture_output=True, timeout=timeout)
    if check:
        assert result.returncode == 0, (arguments, result.returncode, result.stderr.decode(errors="replace"))
        return result.stdout
    return result


@pytest.fixture
def npy():
    return run_npy


SUMMARIES = []


def summary(line):
    """Adds a line to what pytest prints at its end."""
    SUMMARIES.append(line)


def pytest_terminal_summary(terminalreporter):
    for line in SUMMARIES:
        terminalreporter.write_line(line)
