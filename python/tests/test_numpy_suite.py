"""NumPy's own tests of its files, with this package's functions in the place of NumPy's."""
import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

HERE = pathlib.Path(__file__).resolve().parent

#: Not run: what takes gigabytes, or tests something within NumPy's own functions.
LEFT_OUT = {
    "test_large_archive": "writes 2 GiB",
    "TestSavezLoad::test_big_arrays": "writes 2 GiB",
    "TestSaveTxt::test_large_zip": "takes 7 GB of memory",
}


@pytest.mark.parametrize("module, least", [("test_io", 219), ("test_format", 43), ("test_loadtxt", 297)])
def test_numpys_own_tests(module, least, tmp_path):
    pytest.importorskip(f"numpy.lib.tests.{module}")
    line = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "patched", "--basetemp",
            str(tmp_path / "base"), "--pyargs", f"numpy.lib.tests.{module}"]
    for name in LEFT_OUT:
        line += ["--deselect", "::" + name]
    outcome = subprocess.run(line, cwd=HERE, env={**os.environ, "PYTHONPATH": str(HERE)}, capture_output=True, text=True,
                             timeout=600)
    assert outcome.returncode == 0, outcome.stdout[-4000:]
    passed = int(re.search(r"(\d+) passed", outcome.stdout).group(1))
    print(f"NumPy's {module}, patched: {passed} passed")
    # As many as in NumPy 2.4; other releases have fewer, and so has it without the interpreter's lock.
    has_lock = getattr(sys, "_is_gil_enabled", lambda: True)()
    least = least if np.__version__.startswith("2.4.") and has_lock else least * 9 // 10
    assert passed >= least, outcome.stdout[-500:]
