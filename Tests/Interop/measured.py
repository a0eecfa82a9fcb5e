"""Runs the command and measures its peak of memory and its time; ends what would run for long."""
import os
import subprocess
import sys

from conftest import COMMAND

# A small process of its own starts the command: a child begins with the peak of the one that forks it.
LAUNCHER = """
import os, signal, sys, time
seconds = float(sys.argv[1])
out = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
pid = os.posix_spawn(sys.argv[3], sys.argv[3:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out, 1)])
end, ended, step = time.monotonic() + seconds, False, 0.001
while True:
    done, status, usage = os.wait4(pid, os.WNOHANG)
    if done:
        break
    if time.monotonic() > end:
        os.kill(pid, signal.SIGKILL if ended else signal.SIGTERM)
        end, ended = time.monotonic() + 20, True
    time.sleep(step)
    step = min(step * 1.5, 0.02)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss, int(ended))
"""


class Measured:
    """What came of a command: exit code (negative for a signal), peak of memory in bytes, lines of errors, and whether it
    was still running when its time was over."""

    def __init__(self, folder, arguments, stdin=os.devnull, seconds=120, stdout=os.devnull):
        with open(stdin, "rb") as source:
            process = subprocess.run(
                [sys.executable, "-S", "-c", LAUNCHER, str(seconds), str(stdout), COMMAND, *map(str, arguments)],
                stdin=source, capture_output=True, cwd=folder, check=True, env={**os.environ, "TMPDIR": str(folder)})
        self.code, peak, ended = map(int, process.stdout.split())
        self.peak, self.was_ended = peak << 10, ended == 1
        self.errors = process.stderr.decode(errors="replace").splitlines()
