"""Endless and huge input that is kept in memory ends in an error before the memory does."""
import json
import os
import resource
import subprocess
import sys

import numpy as np
import pytest
from conftest import COMMAND, run_npy

FEED = """
import sys
start, part = bytes.fromhex(sys.argv[1]), bytes.fromhex(sys.argv[2]) * 4096
out = sys.stdout.buffer
try:
    out.write(start)
    while True:
        out.write(part)
except BrokenPipeError:
    pass
"""


def endless(start, part, arguments, room):
    """What the command says to input without an end, in an address space of so many bytes."""
    feed = subprocess.Popen([sys.executable, "-c", FEED, start.hex(), part.hex()], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
    try:
        return subprocess.run(
            [COMMAND, *arguments], stdin=feed.stdout, capture_output=True, timeout=300,
            # Each thread takes addresses for its stack and its part of the heap.
            env={**os.environ, "NPY_THREADS": "2"},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (room, room)))
    finally:
        feed.stdout.close()
        feed.kill()
        feed.wait()


ROOM = 700 << 20


@pytest.mark.parametrize("start, part, arguments", [
    (b"[", b"1,", ["show", "--from", "json", "-"]),
    (b"{", b'"', ["show", "--from", "json", "-"]),
    (b"", b"[1.5]\n", ["stats", "--from", "json", "-"]),
    (b"\x80\x02", b"]", ["show", "--from", "pkl", "-"]),
    (b"\x80\x02", b"(", ["ls", "--from", "pkl", "-"]),
    (b"\x80\x02(", b"K\x01", ["show", "--from", "pkl", "-"]),
    (b"\x80\x04\x8e" + (1 << 40).to_bytes(8, "little"), b"\0", ["show", "--from", "pkl", "-"]),
    (b"PK\x03\x04", b"\0", ["ls", "-"]),
    (b"GGUF\x03\0\0\0" + b"\1" + bytes(7) + bytes(8), b"\0", ["ls", "-"]),
], ids=["numbers", "string", "lines", "lists", "marks", "waiting", "bytes", "zip", "gguf"])
def test_endless_input_is_an_error(start, part, arguments):
    result = endless(start, part, arguments, ROOM)
    said = result.stderr.decode()
    assert result.returncode == 1, (result.returncode, said[-500:])
    assert "memory" in said or "limit" in said
    assert said.count("\n") <= 2


@pytest.mark.parametrize("arguments", [["show"], ["info"], ["check"], ["stats"]])
def test_a_huge_file_of_json_is_an_error(arguments, tmp_path):
    path = tmp_path / "big.json"
    path.write_text("[1,")
    with path.open("r+b") as file:
        file.truncate(1 << 40)
    result = run_npy(*arguments, path, check=False)
    assert result.returncode == 1
    assert b"limit" in result.stderr + result.stdout or b"JSON" in result.stderr + result.stdout


@pytest.mark.parametrize("text, place", [(b"[1, 2,\0", 6), (b"[1, 2]\0", 6), (b'{"a": \0', 6), (b'["ab\0', 4)])
def test_a_zero_byte_ends_json(text, place):
    result = endless(text, b"\0", ["show", "--from", "json", "-"], ROOM)
    assert result.returncode == 1
    assert f"byte {place}" in result.stderr.decode()


def test_memory_raises_and_lowers_the_limit(tmp_path):
    values = np.arange(300_000)
    path = tmp_path / "a.json"
    path.write_text(json.dumps(values.tolist()))
    low = run_npy("show", path, "--memory", "1M", check=False)
    assert low.returncode == 1 and b"--memory" in low.stderr
    run_npy("convert", path, tmp_path / "a.npy", "--memory", "1G")
    assert np.array_equal(np.load(tmp_path / "a.npy"), values)
    np.savez(tmp_path / "a.npz", values=values)
    archive = (tmp_path / "a.npz").read_bytes()
    low = run_npy("ls", "-", "--memory", "1M", check=False, stdin=archive)
    assert low.returncode == 1 and b"--memory" in low.stderr
    assert b"values" in run_npy("ls", "-", "--memory", "8M", stdin=archive)
