"""Files of other projects: what NumPy loads, so do we, with the same values; what it refuses, we refuse in one line."""
import csv
import io
import os
import pathlib
import resource
import subprocess
import time

import numpy as np
import pytest

from conftest import COMMAND, run_npy

CORPUS = os.environ.get("NPY_CORPUS")


def rows(kind):
    if not CORPUS:
        return []
    with open(pathlib.Path(CORPUS) / "real" / "manifest.tsv", encoding="utf-8") as stream:
        return [row for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if row["kind"] == kind]


pytestmark = pytest.mark.skipif(not CORPUS, reason="NPY_CORPUS is not set: the corpus of other projects' files is left out")


@pytest.mark.parametrize("row", rows("npy"), ids=lambda row: row["file"])
def test_npy(row, tmp_path):
    path = pathlib.Path(CORPUS) / "real" / row["file"]
    try:
        expected = np.load(path, allow_pickle=False)
        failure = None
    except Exception as error:
        expected, failure = None, error
    if expected is not None:
        result = run_npy("convert", path, "-", "--from", "npy", "--to", "npy")
        got = np.load(io.BytesIO(result))
        assert got.dtype == expected.dtype and got.shape == expected.shape
        assert got.flags.f_contiguous == expected.flags.f_contiguous
        assert got.tobytes() == expected.tobytes()
        return
    if "Object arrays" in str(failure) or "allow_pickle" in str(failure):
        pytest.skip("objects are the pickle tests' business")
    limited = lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    begin = time.monotonic()
    result = subprocess.run([COMMAND, "info", path], capture_output=True, timeout=10, preexec_fn=limited)
    assert result.returncode == 1, (failure, result.stdout)
    message = result.stderr.decode()
    assert message.startswith("npy: ") and message.count("\n") == 1, message
    assert time.monotonic() - begin < 1
