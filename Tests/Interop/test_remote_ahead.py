"""Long files that are read in order, which come ahead of their readers on a thread of its own: faults, replacements, interruptions."""
import itertools
import json
import signal
import subprocess
import time

import numpy as np
import pytest
from conftest import COMMAND, run_npy
from range_server import Fault, RangeServer
from test_remote import fails, npy_bytes, npz_bytes

LONG = np.random.default_rng(5).integers(0, 1 << 60, size=5 << 20)  # 40 MiB: more than is ever ahead.
BYTES = np.random.default_rng(6).integers(0, 200, size=13 << 20, dtype=np.uint8)  # Compressed, some 12 MB.


@pytest.fixture(scope="module")
def files():
    return {"x.npy": npy_bytes(LONG), "d.npz": npz_bytes(np.savez_compressed, a=BYTES[:1000], w=BYTES, z=BYTES[:1000])}


ADDRESSES = [("x.npy", LONG), ("d.npz:w", BYTES)]


@pytest.mark.parametrize(("address", "expected"), ADDRESSES)
@pytest.mark.parametrize("fault", [
    lambda when: Fault("status", when, status=503), lambda when: Fault("status", when, status=429, after=0),
    lambda when: Fault("cut", when), lambda when: Fault("cut", when, after=0)])
@pytest.mark.parametrize("number", [2, 3])
def test_what_passes_is_tried_again(tmp_path, files, address, expected, fault, number):
    with RangeServer(files, faults=[fault(lambda at: at == number)]) as server:
        run_npy("convert", server.url(address), tmp_path / "x.npy")
        assert np.array_equal(np.load(tmp_path / "x.npy"), expected)
        assert len(server.requests) > number


@pytest.mark.parametrize("address", ["x.npy", "d.npz:w"])
@pytest.mark.parametrize("fault", ["wrong range", "no content range", "wrong total", "etag", "long", "encoded"])
def test_wrong_answers_are_errors(tmp_path, files, address, fault):
    with RangeServer(files, faults=[Fault(fault, lambda at: at >= 2)]) as server:
        fails("convert", server.url(address), tmp_path / "x.npy")
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("if_match", [True, False])
@pytest.mark.parametrize("address", ["x.npy", "d.npz:w"])
def test_replaced_at_every_request(tmp_path, files, address, if_match):
    """Whenever the file becomes another of the same size: an error, or all of the first."""
    name = address.split(":")[0]
    other = bytearray(files[name])
    other[len(other) // 3:len(other) // 2] = bytes(len(other) // 2 - len(other) // 3)
    for number in itertools.count(1):
        with RangeServer({name: files[name]}, if_match=if_match) as server:
            def replace(at, server=server, number=number):
                if at >= number:
                    server.files[name] = bytes(other)
            server.before = replace
            result = run_npy("convert", server.url(address), tmp_path / "x.npy", check=False)
            if len(server.requests) <= number:  # It was over before.
                assert number > 2 and result.returncode == 0
                break
            assert result.returncode == 1 and b"was replaced while it was read" in result.stderr, result
    assert np.array_equal(np.load(tmp_path / "x.npy"), dict(ADDRESSES)[address])


def test_interruption_is_prompt(files):
    with RangeServer(files, faults=[Fault("slow", lambda at: at > 2, pause=0.2)]) as server:
        process = subprocess.Popen([COMMAND, "stats", server.url("x.npy")], stdout=subprocess.DEVNULL)
        while len(server.requests) < 4:
            time.sleep(0.02)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == -signal.SIGINT
        assert time.monotonic() - start < 1.5


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_by_any_number_of_threads(tmp_path, files, threads, monkeypatch):
    monkeypatch.setenv("NPY_THREADS", str(threads))
    with RangeServer(files) as server:
        for address, expected in ADDRESSES:
            run_npy("convert", server.url(address), tmp_path / "x.npy")
            assert np.array_equal(np.load(tmp_path / "x.npy"), expected)
        server.reset()
        found = json.loads(run_npy("stats", "--json", server.url("x.npy")))
        assert (found["min"], found["max"]) == (LONG.min(), LONG.max())
        assert server.bytes_sent < 1.05 * len(files["x.npy"])


def test_a_compressed_member_comes_by_one_request(tmp_path):
    """And nothing of its neighbours; small members come together."""
    rounded = np.round(np.random.default_rng(0).normal(size=(3, 300_000)), 2)
    small = {f"m{number}": np.arange(number) for number in range(300)}
    data = npz_bytes(np.savez_compressed, a=rounded[0], b=rounded[1], c=rounded[2])
    with RangeServer({"d.npz": data, "many.npz": npz_bytes(**small)}) as server:
        run_npy("convert", server.url("d.npz:b"), tmp_path / "b.npy")
        assert np.array_equal(np.load(tmp_path / "b.npy"), rounded[1])
        assert len(server.requests) <= 3 and server.bytes_sent < len(data) // 3 + 150_000
        server.reset()
        run_npy("stats", server.url("many.npz"))
        assert len(server.requests) <= 5


def test_connections_are_kept_for_the_next_file(files):
    ports = set()
    with RangeServer(files) as server:
        answer = server.answer
        server.answer = lambda handler: (ports.add(handler.client_address[1]), answer(handler))
        run_npy("info", server.url("x.npy"), server.url("d.npz"), server.url("x.npy"))
        assert len(server.requests) >= 3 and len(ports) == 1, ports
