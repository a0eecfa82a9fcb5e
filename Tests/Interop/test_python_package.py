"""The Python package over the interface for C: its own tests (python/tests), with the library that was built beside the
command."""
import os
import pathlib
import subprocess
import sys

import pytest
from conftest import COMMAND

PACKAGE = pathlib.Path(__file__).resolve().parents[2] / "python"
LIBRARIES = [pathlib.Path(COMMAND).parent / f"libNumPyIOC.{ending}" for ending in ("so", "dylib")]
LIBRARY = next((path for path in LIBRARIES if path.exists()), None)


@pytest.mark.skipif(LIBRARY is None, reason="libNumPyIOC is not built: it needs Swift 6.3")
@pytest.mark.parametrize("program", sorted(path.name for path in (PACKAGE / "tests").glob("test_*.py")))
def test_package(program):
    environment = {**os.environ, "NPYFAST_LIBRARY": str(LIBRARY), "PYTHONDONTWRITEBYTECODE": "1"}
    outcome = subprocess.run([sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", program],
                             cwd=PACKAGE / "tests", env=environment, capture_output=True, text=True, timeout=600)
    assert outcome.returncode == 0, outcome.stdout[-6000:] + outcome.stderr[-2000:]
