"""Programs that run in a terminal of their own, for tests of what only a terminal shows."""
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time


class Terminal:
    """A program in a pseudo-terminal; what it prints is collected."""

    def __init__(self, arguments, folder=None, environment=None, only_errors=False):
        control, device = pty.openpty()
        fcntl.ioctl(device, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
        stream = subprocess.DEVNULL if only_errors else device
        self.control = control
        self.output = b""
        self.process = subprocess.Popen(
            [str(argument) for argument in arguments], stdin=stream, stdout=stream, stderr=device, cwd=folder,
            env={**os.environ, "TERM": "xterm", **(environment or {})}, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(2, termios.TIOCSCTTY, 0))
        os.close(device)

    def read(self, seconds):
        """Collects output until there has been none for so long; returns whether the program goes on."""
        while select.select([self.control], [], [], seconds)[0]:
            try:
                data = os.read(self.control, 65536)
            except OSError:
                return False
            if not data:
                return False
            self.output += data
        return True

    def read_until(self, text, seconds=60):
        """Collects output until a text has come; fails if it does not come in time."""
        end = time.monotonic() + seconds
        while text not in self.output:
            assert time.monotonic() < end, (text, self.output[-2000:])
            if not self.read(0.02):
                break
        assert text in self.output, (text, self.output[-2000:])

    def type(self, text):
        """Types keys."""
        os.write(self.control, text.encode())

    def wait(self, seconds=300):
        """The exit code, once the program has ended."""
        end = time.monotonic() + seconds
        while self.read(0.05) and self.process.poll() is None:
            assert time.monotonic() < end, self.output[-2000:]
        try:
            return self.process.wait(seconds)
        finally:
            os.close(self.control)
