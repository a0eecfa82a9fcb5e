"""Files of every format on a server: what is read of them, and that faults and replacements give the right values or an error.

`NPY_REPLACEMENTS` is how often each file is replaced while it is read: 40 by default.
"""
import concurrent.futures
import gzip
import io
import os
import pickle
import subprocess

import numpy as np
import pytest
from conftest import COMMAND
from models import expected as safetensors
from models import gguf_file
from range_server import Fault, RangeServer
from test_remote import npy_bytes, npz_bytes

REPLACEMENTS = int(os.environ.get("NPY_REPLACEMENTS", 40))
ROWS = 40_000


def array(version):
    """The array of a version: of one size, and of one value, so that mixtures show."""
    return np.full((ROWS, 3), version % 997, "<i8")


def ours(version, tmp_path):
    """An archive that is compressed here, in segments."""
    np.save(tmp_path / "w.npy", array(version) * np.arange(1, ROWS + 1)[:, None])
    subprocess.run([COMMAND, "pack", "--compress=default", tmp_path / "ours.npz", tmp_path / "w.npy"], check=True)
    return (tmp_path / "ours.npz").read_bytes()


def noise(version):
    """An array that no compressor makes small."""
    return np.random.default_rng(version % 997).integers(0, 2**62, (ROWS, 3))


def text(version):
    return f"{version % 997:07d},{version % 997:07d}\n".encode() * ROWS


def padded_gzip(data, size):
    """Compressed, and of a size: gzip allows a name in its header."""
    packed = gzip.compress(data, 1, mtime=0)
    name = b"x" * (size - len(packed) - 1) + b"\0"
    assert len(name) > 0, len(packed)
    return packed[:3] + b"\x08" + packed[4:10] + name + packed[10:]


# The name of the file, its bytes by the number of a version, the member, and how its arrays differ from `array`.
FORMATS = {
    "x.npy": (lambda v: npy_bytes(array(v)), ""),
    "f.npy": (lambda v: npy_bytes(np.asfortranarray(array(v))), ""),
    "x.npz": (lambda v: npz_bytes(v=array(v), w=array(v)), ":w"),
    "p.pkl": (lambda v: pickle.dumps(array(v), 4), ""),
    "t.csv": (text, ""),
    "t.csv.gz": (lambda v: padded_gzip(text(v), 9000), ""),
    "x.npy.gz": (lambda v: padded_gzip(npy_bytes(array(v)), 8000), ""),
    "m.safetensors": (lambda v: safetensors({"v": array(v), "w": array(v), "b": np.zeros(3, "f4")}), ":w"),
    "m.gguf": (lambda v: gguf_file([], [("w", (3, ROWS), 27, array(v).tobytes())]), ":w"),
}


def npy(*arguments):
    return subprocess.run(
        [COMMAND, *map(str, arguments)], capture_output=True, timeout=120, env=os.environ | {"NPY_TIMEOUT": "5"})


def outcome(result, rights):
    """Whether the command gave one of the right answers; False for an error in one line."""
    if result.returncode == 0:
        assert result.stdout in rights and result.stderr == b"", result
        return True
    assert result.returncode == 1 and result.stdout == b"" and result.stderr.count(b"\n") == 1, result
    return False


SLICES = ["", "[-3:]", f"[{ROWS // 2}:{ROWS // 2 + 5}]"]


def answers(name, data, slices, tmp_path):
    """What the command shows of a local file, which other tests compare with NumPy."""
    path = tmp_path / name
    path.write_bytes(data)
    member = FORMATS[name][1]
    return [npy("show", f"{path}{member}{part}").stdout for part in slices]


@pytest.mark.parametrize("name", FORMATS)
def test_values(tmp_path, name):
    """The arrays of every format are those that were written."""
    make, member = FORMATS[name]
    with RangeServer({name: make(7)}) as server:
        target = tmp_path / "out.npy"
        assert npy("convert", server.url(name + member), target).returncode == 0
        found = np.load(target)
        wanted = array(7)[:, :2].astype(float) if name.startswith("t.csv") else array(7)
        assert found.dtype == wanted.dtype and np.array_equal(found, wanted)
        assert npy("diff", server.url(name + member), target).returncode == 0


FAULTS = {
    "cut": lambda when: Fault("cut", when), "cut at once": lambda when: Fault("cut", when, after=0),
    "503": lambda when: Fault("status", when, status=503, after=0), "slow": lambda when: Fault("slow", when, pause=0.002),
    "wrong range": lambda when: Fault("wrong range", when), "no range": lambda when: Fault("no content range", when),
    "wrong total": lambda when: Fault("wrong total", when), "another tag": lambda when: Fault("etag", when),
    "200 for 206": lambda when: Fault("whole", when),
}
# Which faults pass by trying again, if only one request has them.
PASSING = ["cut", "cut at once", "503", "slow"]


@pytest.mark.parametrize("name", FORMATS)
def test_faults(tmp_path, name):
    """Each fault at the first request, at the second, and at all from the second on; whole, and a part in the middle."""
    data = FORMATS[name][0](7)
    wanted = answers(name, data, SLICES, tmp_path)
    member = FORMATS[name][1]

    def check(case):
        kind, number, place = case
        when = (lambda at: at >= 1) if number is None else (lambda at: at == number)
        fault = FAULTS[kind](when)
        with RangeServer({name: data}, faults=[fault]) as server:
            is_right = outcome(npy("show", server.url(name + member + SLICES[place])), [wanted[place]])
            assert is_right or kind not in PASSING or number is None, case
            assert len(server.requests) < 60, case
            return is_right

    cases = [(kind, number, place) for kind in FAULTS for number in (0, 1, None) for place in (0, 2)
             if not (number is None and kind in ("cut at once", "503"))]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        results = list(pool.map(check, cases))
    assert sum(results) > len(results) // 3


@pytest.mark.parametrize("name", FORMATS)
def test_replaced_at_every_request(tmp_path, name):
    """Whole and sliced: one version, or an error; never a mixture of two."""
    make, member = FORMATS[name]
    versions = [make(number) for number in range(12)]
    assert len({len(version) for version in versions}) == 1
    rights = [answers(name, version, SLICES[1:], tmp_path) for version in versions]
    with RangeServer({name: versions[0]}) as server:
        def replace(number):
            server.files[name] = versions[number % len(versions)]
        server.before = replace
        errors = 0
        while len(server.requests) < REPLACEMENTS:
            for place, part in enumerate(SLICES[1:]):
                result = npy("show", server.url(name + member + part))
                errors += not outcome(result, [right[place] for right in rights])
            target = tmp_path / "out.npy"
            target.unlink(missing_ok=True)
            result = npy("convert", server.url(name + member), target)
            if result.returncode == 0:
                found = np.load(target)
                assert found.min() == found.max(), name
            else:
                assert b"replaced" in result.stderr and not target.exists(), result
                errors += 1
        assert errors > 0 or len(versions[0]) < 70_000


def test_compressed_archives_that_are_replaced(tmp_path):
    """Members compressed by NumPy, and here in segments."""
    ones = [npz_bytes(np.savez_compressed, w=noise(number)) for number in range(4)]
    size = max(map(len, ones))
    # A comment makes archives equally long.
    ones = [one[:-2] + (size - len(one)).to_bytes(2, "little") + b" " * (size - len(one)) for one in ones]
    rights = [np.ascontiguousarray(noise(number)) for number in range(4)]
    with RangeServer({"x.npz": ones[0]}) as server:
        server.before = lambda number: server.files.update({"x.npz": ones[number % 4]})
        errors = 0
        while len(server.requests) < REPLACEMENTS:
            for part in ["[-3:]", "[100:104]"]:
                index = slice(-3, None) if part == "[-3:]" else slice(100, 104)
                result = npy("show", server.url("x.npz:w" + part))
                errors += not outcome(result, [(str(right[index]) + "\n").encode() for right in rights])
        assert errors > 0


@pytest.mark.parametrize(("name", "part", "requests", "most"), [
    ("x.npy", "[20000:20005]", 2, 65_557 + 4096), ("x.npy", "[0]", 1, 65_557), ("f.npy", "[20000,1]", 2, 65_557 + 4096),
    ("x.npz", "[20000:20005]", 3, 2 * 65_557 + 4096), ("x.npz", "[-1]", 3, 2 * 65_557),
    ("m.safetensors", "[20000:20005]", 2, 65_557 + 4096), ("m.gguf", "[20000:20005]", 2, 65_557 + 4096),
    ("p.pkl", "", 3, 3 * ROWS * 8 + 4096), ("t.csv", "", 3, 16 * ROWS + 4096), ("t.csv.gz", "", 1, 9000), ("x.npy.gz", "", 1, 8000),
])
def test_requests_and_bytes(name, part, requests, most):
    make, member = FORMATS[name]
    with RangeServer({name: make(7)}) as server:
        result = npy("show", server.url(name + member + part))
        assert result.returncode == 0, result
        assert len(server.requests) <= requests and server.bytes_sent <= most, [request[:5] for request in server.requests]


def test_segments_take_three_round_trips(tmp_path):
    """Directory, header, and the segments that a slice touches, side by side."""
    data = ours(7, tmp_path)
    with RangeServer({"ours.npz": data}) as server:
        assert npy("show", server.url("ours.npz:w[20000:20005]")).returncode == 0
        assert len(server.requests) <= 3, [request[:5] for request in server.requests]
