"""Files on servers over HTTP: what is read, by how many requests, and what happens when servers do not do as they should."""
import io
import os
import subprocess

import numpy as np
import pytest
from conftest import COMMAND, run_npy
from range_server import Fault, RangeServer

SMALL = 70_000  # More than what the first request brings.


def npy_bytes(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npz_bytes(save=np.savez, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


def fails(*arguments, code=1, **options):
    """The error of a command that must fail, in one line."""
    result = run_npy(*arguments, check=False, **options)
    assert result.returncode == code, (arguments, result.returncode, result.stderr)
    error = result.stderr.decode()
    assert len(error.strip().splitlines()) == 1, error
    return error


ARRAY = np.arange(400_000, dtype="<f8").reshape(-1, 10)
NAMED = {f"w{index}": np.random.default_rng(index).normal(size=(SMALL // 8, 4)) for index in range(6)}


@pytest.fixture(scope="module")
def server():
    files = {
        "x.npy": npy_bytes(ARRAY),
        "f.npy": npy_bytes(np.asfortranarray(ARRAY)),
        "stored.npz": npz_bytes(**NAMED),
        "deflated.npz": npz_bytes(np.savez_compressed, **NAMED),
        "empty.npy": b"",
        "t.csv": b"1,2\n3,4\n",
        "odd name.npy": npy_bytes(np.arange(3)),
    }
    with RangeServer(files, latency=0.005) as server:
        yield server


def shown(array):
    return (str(array) + "\n").encode()


@pytest.mark.parametrize(("address", "expected", "requests"), [
    ("x.npy[0]", lambda: ARRAY[0], 1),
    ("x.npy[10:20]", lambda: ARRAY[10:20], 1),
    ("x.npy[-3:]", lambda: ARRAY[-3:], 2),
    ("x.npy[20000:20100:7,3]", lambda: ARRAY[20000:20100:7, 3], 2),
    ("f.npy[20000,2:4]", lambda: ARRAY[20000, 2:4], 2),
    ("stored.npz:w4[10:12]", lambda: NAMED["w4"][10:12], 3),
    ("stored.npz:w5[-1]", lambda: NAMED["w5"][-1], 3),
    ("deflated.npz:w3[8000:8002]", lambda: NAMED["w3"][8000:8002], 4),
])
def test_slices_take_few_requests(server, address, expected, requests):
    server.reset()
    assert run_npy("show", server.url(address)) == shown(expected())
    assert len(server.requests) <= requests, server.requests


def test_slices_read_little(server):
    server.reset()
    run_npy("show", server.url("x.npy[30000:30100]"))
    assert server.bytes_sent < 65_557 + 100 * 80 + 4096
    server.reset()
    run_npy("show", server.url("stored.npz:w5[8700:8710]"))
    assert server.bytes_sent < 2 * 65_557 + 65_536


def test_our_segments_need_no_more(tmp_path, server):
    data = np.random.default_rng(0).integers(0, 100, size=(1_000_000, 4))
    np.save(tmp_path / "w.npy", data)
    run_npy("pack", "--compress=default", tmp_path / "a.npz", tmp_path / "w.npy")
    with RangeServer({"a.npz": (tmp_path / "a.npz").read_bytes()}) as ours:
        assert run_npy("show", ours.url("a.npz:w[700000:700002]")) == shown(data[700000:700002])
        assert len(ours.requests) <= 3, ours.requests
        assert ours.bytes_sent < len(ours.files["a.npz"]) / 2


def test_commands_take_addresses(server, tmp_path):
    for name, array in (("x.npy", ARRAY), ("stored.npz:w1", NAMED["w1"])):
        local = tmp_path / "local.npy"
        np.save(local, array)
        assert run_npy("diff", local, server.url(name)) == b""
        assert run_npy("stats", "--json", server.url(name)).split(b"dtype")[1] == \
            run_npy("stats", "--json", local).split(b"dtype")[1]
        run_npy("convert", server.url(name), tmp_path / "out.npy")
        assert np.array_equal(np.load(tmp_path / "out.npy"), array)
    assert b"w3" in run_npy("ls", server.url("stored.npz"))
    assert run_npy("info", server.url("x.npy")).splitlines()[1:] == run_npy_local_info(tmp_path)
    assert run_npy("check", server.url("deflated.npz")).startswith(b"ok: http")
    run_npy("unpack", "-C", tmp_path / "members", server.url("stored.npz"))
    assert np.array_equal(np.load(tmp_path / "members" / "w2.npy"), NAMED["w2"])
    run_npy("cat", server.url("x.npy[:5]"), server.url("x.npy[5:9]"), "-o", tmp_path / "c.npy")
    assert np.array_equal(np.load(tmp_path / "c.npy"), ARRAY[:9])
    run_npy("pack", tmp_path / "p.npz", server.url("x.npy"))
    assert np.load(tmp_path / "p.npz").files == ["x"]
    run_npy("plot", server.url("x.npy[:,0]"), "-o", tmp_path / "p.png")
    assert run_npy("show", server.url("t.csv")) == shown(np.array([[1., 2.], [3., 4.]]))
    assert run_npy("show", server.url("odd name.npy")) == shown(np.arange(3))


def run_npy_local_info(tmp_path):
    np.save(tmp_path / "x.npy", ARRAY)
    return run_npy("info", tmp_path / "x.npy").splitlines()[1:]


def test_info_fetches_headers_together(server):
    server.reset()
    run_npy("info", server.url("stored.npz"))
    assert len(server.requests) <= 2


def test_streams_read_ahead(tmp_path):
    """One request for 8 MiB of a long stream, and a few at its start."""
    rows = np.random.default_rng(0).integers(0, 255, size=24 << 20, dtype=np.uint8)
    data = npz_bytes(np.savez_compressed, w=rows)
    with RangeServer({"a.npz": data}) as server:
        assert run_npy("show", server.url("a.npz:w[-2:]")) == shown(rows[-2:])
        assert len(server.requests) <= 6 + len(data) / (8 << 20), len(server.requests)
        assert server.bytes_sent < len(data) + (1 << 18)
        server.reset()
        run_npy("show", server.url("a.npz:w[3000:3010]"))
        assert len(server.requests) <= 3 and server.bytes_sent < 1 << 20


def test_whole_files_come_in_parallel_parts(tmp_path):
    data = npy_bytes(np.zeros(5 << 20))
    with RangeServer({"x.npy": data}, latency=0.2) as server:
        run_npy("convert", server.url("x.npy"), tmp_path / "x.npy")
        assert (tmp_path / "x.npy").read_bytes() == data
        assert len(server.requests) <= 2 + len(data) // (8 << 20) + 1
        assert server.most_active > 1


@pytest.mark.parametrize(("address", "member"), [
    ("a.npz:w", "w"), ("a.npz?v=1:w", "w"), ("a.npz?t=12:30:w", None), ("a.npz?at=12:30", None), ("a.npz?u=a:b&c=d", None),
    ("dir:x/a.npz:w", "w"), ("a.npz%3Aw", None), ("a.npz:w:v", "w:v"), ("a.b:c/a.npz:w", "w"),
])
def test_where_addresses_end(address, member):
    array = np.arange(4)
    known = {"w": array, "w:v": array + 1}
    data = npz_bytes(**known)
    with RangeServer({"a.npz": data, "dir:x/a.npz": data, "a.b:c/a.npz": data}) as server:
        result = run_npy("show", server.url(address + "[:2]"), check=False)
        if member:
            assert result.stdout == shown(known[member][:2]), result.stderr
        elif "%3A" in address:
            assert result.returncode == 1 and b"404" in result.stderr
        else:
            assert result.returncode == 1 and b"holds" in result.stderr, result.stderr


def test_completion_of_members(server):
    found = run_npy("complete", "--", "show", server.url("stored.npz:w")).decode()
    assert [line.split("\t")[0] for line in found.splitlines()] == [server.url(f"stored.npz:w{index}") for index in range(6)]
    assert run_npy("complete", "--", "show", "http://127.0.0.1:9/x.npz:") == b""


def test_cache(tmp_path, server):
    cache = tmp_path / "cache"
    environment = os.environ | {"NPY_CACHE": str(cache), "NPY_CACHE_SIZE": "4M"}

    def npy(*arguments):
        return subprocess.run([COMMAND, *arguments], env=environment, check=True, capture_output=True).stdout

    address = server.url("x.npy[20000:30000]")
    server.reset()
    first = npy("show", address)
    assert len(server.requests) == 2
    server.reset()
    assert npy("show", address) == first == shown(ARRAY[20000:30000])
    assert len(server.requests) == 1
    # Another version is another file.
    old = server.files["x.npy"]
    server.files["x.npy"] = npy_bytes(ARRAY + 1)
    assert npy("show", address) == shown(ARRAY[20000:30000] + 1)
    server.files["x.npy"] = old
    # What is broken or lost is fetched again.
    for part in cache.glob("npy-*/*"):
        part.write_bytes(part.read_bytes()[:-1])
    assert npy("show", address) == first
    npy("show", address)
    for change in (lambda part: bytes(len(part)), lambda part: part[:-9] + bytes([part[-9] ^ 1]) + part[-8:]):
        for part in cache.glob("npy-*/*"):
            part.write_bytes(change(part.read_bytes()))
        assert npy("show", address) == first
    # What is kept has a limit.
    npy("stats", server.url("x.npy"))
    npy("stats", server.url("f.npy"))
    assert sum(part.stat().st_size for part in cache.glob("npy-*/*")) <= 4_000_000
    assert (cache / os.listdir(cache)[0]).stat().st_mode & 0o77 == 0
    # A cache that cannot be written to does no harm.
    environment["NPY_CACHE"] = "/proc/nowhere"
    assert npy("show", address) == first
    for name, value in [("NPY_CACHE_SIZE", "lots"), ("NPY_CACHE_SIZE", "-3"), ("NPY_TIMEOUT", "abc"), ("NPY_TIMEOUT", "0")]:
        result = subprocess.run([COMMAND, "show", address], env=os.environ | {name: value}, capture_output=True)
        assert result.returncode == 1 and f"{name} is '{value}'".encode() in result.stderr
    environment["NPY_CACHE_SIZE"] = "5MB"
    assert npy("show", address) == first
