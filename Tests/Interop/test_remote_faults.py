"""Servers that do not do as they should: the right values or an error in one line, never a mixture."""
import json
import os
import signal
import subprocess
import time

import numpy as np
import pytest
from conftest import COMMAND, run_npy
from range_server import Fault, RangeServer
from test_remote import fails, npy_bytes, npz_bytes, shown

ARRAY = np.arange(200_000, dtype="<i8")


def served(**options):
    data = {"x.npy": npy_bytes(ARRAY), "a.npz": npz_bytes(w=ARRAY, v=ARRAY[::-1].copy())}
    return RangeServer(data, **options)


def once(*numbers):
    return lambda number: number in numbers


READS = [("x.npy[150000:150003]", ARRAY[150000:150003]), ("a.npz:v[3:5]", ARRAY[::-1][3:5])]


@pytest.mark.parametrize(("address", "expected"), READS)
@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("fault", [
    lambda when: Fault("status", when, status=503), lambda when: Fault("status", when, status=500),
    lambda when: Fault("status", when, status=429, after=0), lambda when: Fault("cut", when),
    lambda when: Fault("cut", when, after=0), lambda when: Fault("slow", when, pause=0.001),
])
def test_what_passes_is_tried_again(address, expected, number, fault):
    with served(faults=[fault(once(number))]) as server:
        assert run_npy("show", server.url(address)) == shown(expected)


@pytest.mark.parametrize("fault", ["wrong range", "no content range", "wrong total", "etag"])
@pytest.mark.parametrize(("address", "number"), [("x.npy[150000:]", 1), ("a.npz:v[3:5]", 1), ("a.npz:v[90000:]", 2)])
def test_wrong_answers_are_errors(fault, address, number):
    with served(faults=[Fault(fault, lambda at: at >= number)]) as server:
        error = fails("show", server.url(address))
        assert ("replaced" in error) == (fault in ("etag", "wrong total")), error


@pytest.mark.parametrize("values", [{}, {"chunked": True}, {"all": True}, {"all": True, "chunked": True}])
@pytest.mark.parametrize(("address", "number"), [
    ("x.npy[3:5]", 0), ("x.npy[150000:]", 1), ("x.npy[50000:50003]", 1), ("a.npz:v[3:5]", 0), ("a.npz:v[90000:]", 2)])
def test_answers_longer_than_they_say(address, number, values):
    """Nobody knows which of the bytes are those of the part."""
    with served(faults=[Fault("long", lambda at: at >= number, **values)]) as server:
        assert "says that it sends" in fails("show", server.url(address))


@pytest.mark.parametrize(("address", "number"), [("x.npy[150000:]", 1), ("a.npz:v[3:5]", 1), ("a.npz:v[90000:]", 2)])
def test_answers_that_are_encoded_among_others(address, number):
    with served(faults=[Fault("encoded", lambda at: at >= number)]) as server:
        assert "encoded" in fails("show", server.url(address))


@pytest.mark.parametrize("values", [{}, {"chunked": True}])
def test_more_of_the_file_than_was_asked_for(values):
    with served(faults=[Fault("far", lambda at: at > 0, **values)]) as server:
        for address, expected in (("x.npy[50000:50003]", ARRAY[50000:50003]), ("a.npz:w[3:5]", ARRAY[3:5])):
            assert run_npy("show", server.url(address)) == shown(expected)


def test_servers_that_are_down():
    with served(faults=[Fault("status", status=503)]) as server:
        error = fails("info", server.url("x.npy"))
        assert "503" in error
        assert 3 <= len(server.requests) <= 8
    error = fails("info", server.url("x.npy"))
    assert "no connection" in error
    assert "not known" in fails("info", "http://no-such-host.invalid/x.npy")


def test_no_such_file():
    with served() as server:
        assert "404" in fails("info", server.url("y.npy"))
        assert "404" in fails("show", server.url("y.npz:w"))
        assert len(server.requests) == 2


@pytest.mark.parametrize("options", [
    {"ranges": False}, {"suffixes": False}, {"etags": False}, {"if_match": "refused"}, {"if_match": False},
])
def test_servers_of_other_habits(options):
    with served(**options) as server:
        for address, expected in READS:
            assert run_npy("show", server.url(address)) == shown(expected)


def test_large_files_are_not_read_whole_for_a_part():
    with RangeServer({"x.npy": npy_bytes(np.zeros(5 << 20)), "a.npz": npz_bytes(w=np.zeros(5 << 20))},
                     ranges=False) as server:
        for name in ("x.npy", "a.npz"):
            error = fails("show", server.url(name + "[:3]" if name == "x.npy" else name + ":w[:3]"))
            assert "whole" in error and "download" in error


def test_redirections():
    with served() as other, served(latency=0) as server:
        server.redirects = {"r.npy": other.url("x.npy"), "loop.npy": server.url("loop.npy"),
                            "relative.npy": "x.npy", "odd.npy": "ftp://127.0.0.1/x.npy", "file.npy": "file:///etc/passwd"}
        assert run_npy("show", server.url("r.npy[150000:150003]")) == shown(ARRAY[150000:150003])
        assert len(server.requests) == 1 and len(other.requests) == 2
        assert run_npy("show", server.url("relative.npy[:3]")) == shown(ARRAY[:3])
        assert "without end" in fails("info", server.url("loop.npy"))
        for name in ("odd.npy", "file.npy"):
            assert "not one of HTTP" in fails("info", server.url(name))


def test_tokens_go_to_their_server_only(tmp_path):
    token = "Bearer s3cr3t-t0ken"
    with served() as other, served() as server:
        server.required = {"Authorization": token}
        server.redirects = {"r.npy": other.url("x.npy")}
        error = fails("info", server.url("x.npy"))
        assert "401" in error
        assert run_npy("show", "--http-header", f"Authorization: {token}", server.url("x.npy[:3]")) == shown(ARRAY[:3])
        (tmp_path / "headers").write_text(f"Authorization: {token}\n")
        assert run_npy("show", "--http-header", f"@{tmp_path / 'headers'}", server.url("x.npy[:3]")) == shown(ARRAY[:3])
        server.required = {}
        run_npy("info", "--http-header", f"Authorization: {token}", server.url("r.npy"))
        assert all("Authorization" not in request[5] for request in other.requests)
        for bad, code in ((f"Authorization {token}", 64), (f"A b: {token}", 1), (f"X: {token}\nY: 1", 1)):
            refusal = run_npy("info", "--http-header", bad, server.url("x.npy"), check=False)
            assert refusal.returncode == code and b"s3cr3t" not in refusal.stdout + refusal.stderr


def test_netrc(tmp_path):
    with served() as server:
        server.required = {"Authorization": "Basic bmFtZTpwYXNzd29yZA=="}
        (tmp_path / ".netrc").write_text("machine 127.0.0.1 login name password password\n")
        environment = os.environ | {"HOME": str(tmp_path)}
        subprocess.run([COMMAND, "info", server.url("x.npy")], env=environment, check=True, stdout=subprocess.DEVNULL)
        url = server.url("x.npy").replace("//", "//name:password@")
        assert "password" not in run_npy("info", url).decode()


def test_secrets_of_addresses_are_not_shown():
    with served() as server:
        secret = "?X-Amz-Signature=s3cr3t"
        for arguments in (["info"], ["info", "--json"], ["stats", "--json"], ["check", "--json"]):
            for name in ("x.npy", "a.npz"):
                result = run_npy(*arguments, server.url(name) + secret, check=False)
                assert b"s3cr3t" not in result.stdout + result.stderr, arguments
                result = run_npy(*arguments, server.url("no-" + name) + secret, check=False)
                assert result.returncode == 1 and b"s3cr3t" not in result.stdout + result.stderr, arguments


def test_replaced_while_read():
    """Many replacements while an array is read: each read gives one version, or an error."""
    versions = [npy_bytes(np.full(60_000, number)) for number in range(250)]
    with RangeServer({"x.npy": versions[0]}) as server:
        def replace(number):
            server.files["x.npy"] = versions[number % len(versions)]
        server.before = replace
        replaced = 0
        while len(server.requests) < 250:
            result = run_npy("stats", "--json", server.url("x.npy"), check=False)
            if result.returncode:
                assert b"replaced" in result.stdout
                replaced += 1
            else:
                found = json.loads(result.stdout)
                assert found["min"] == found["max"]
        assert replaced > 50


def test_a_server_that_stalls_is_given_up():
    with served(faults=[Fault("slow", pause=30)]) as server:
        start = time.monotonic()
        result = subprocess.run([COMMAND, "info", server.url("x.npy")], capture_output=True, timeout=60,
                                env=os.environ | {"NPY_TIMEOUT": "0.3"})
        assert result.returncode == 1 and b"has not answered" in result.stderr
        assert time.monotonic() - start < 10


def test_interruption_is_prompt():
    with served(faults=[Fault("slow", pause=0.2)]) as server:
        process = subprocess.Popen([COMMAND, "stats", server.url("x.npy")], stdout=subprocess.DEVNULL)
        time.sleep(0.6)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == -signal.SIGINT
        assert time.monotonic() - start < 1.5
