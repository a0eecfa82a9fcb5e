"""What the interoperability tests share: the command under test, and NumPy as the oracle."""
import os
import pathlib
import subprocess
import sys

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


# A small process of its own starts the command: a child begins with the peak of who forks it.
LAUNCHER = """
import os, sys
out = os.open(os.devnull, os.O_WRONLY)
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out, 1)])
_, status, usage = os.wait4(pid, 0)
print(status, usage.ru_maxrss)
"""


def peak_memory(*arguments, stdin=None, code=0):
    """Runs the command, which must end with a code, and tells how many bytes of memory it took at most."""
    output = subprocess.check_output([sys.executable, "-c", LAUNCHER, COMMAND, *map(str, arguments)], stdin=stdin)
    status, peak = map(int, output.split())
    assert os.waitstatus_to_exitcode(status) == code, (arguments, status)
    return peak << 10


def pytest_sessionfinish(session, exitstatus):
    """A program that is skipped as a whole, for want of a package, ends as one whose tests are each skipped; its last line says so."""
    skipped = session.config.pluginmanager.get_plugin("terminalreporter").stats.get("skipped")
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and skipped:
        session.exitstatus = pytest.ExitCode.OK


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
