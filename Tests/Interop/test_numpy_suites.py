"""NumPy's own tests of its files, text and printing, with every call routed through the command: see `routing`.

No test is left out silently: what does not go through the command, wholly or in part, is in `routing/left_out.py` by
name and with the reason, and that list must be exact.
"""
import json
import os
import subprocess
import sys

import pytest

from conftest import summary
from routing.left_out import DESELECTED, LEFT_OUT, PARTLY, UNCONCERNED

# The module, and how many of its tests must go through the command at the least.
SUITES = {
    "numpy.lib.tests.test_format": 28,
    "numpy.lib.tests.test_io": 170,
    "numpy.lib.tests.test_loadtxt": 255,
    "numpy._core.tests.test_arrayprint": 45,
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """All suites at once, each in a process of its own."""
    started = {}
    for module in SUITES:
        folder = tmp_path_factory.mktemp("suite")
        environment = {**os.environ, "NPY_SUITE_REPORT": str(folder / "report.json"), "PYTHONDONTWRITEBYTECODE": "1"}
        if module.endswith("arrayprint"):
            environment["NPY_SUITE_PRINTING"] = "1"
        line = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "routing.plugin",
                "--basetemp", str(folder / "temporary"), "--pyargs", module]
        for name in DESELECTED[module]:
            line += ["--deselect", "::" + name]
        log = open(folder / "log.txt", "wb")
        process = subprocess.Popen(line, cwd=os.path.dirname(os.path.abspath(__file__)), env=environment, stdout=log,
                                   stderr=subprocess.STDOUT)
        started[module] = (process, folder)
    yield started
    for process, _ in started.values():
        process.kill()
        process.wait()


def functions(names):
    """The tests without their parameters."""
    return {name.split("[")[0] for name in names}


@pytest.mark.parametrize("module", SUITES)
def test_suite(runs, module):
    process, folder = runs[module]
    process.wait(timeout=300)
    log = (folder / "log.txt").read_text(errors="replace")
    assert (folder / "report.json").exists(), log[-3000:]
    report = json.loads((folder / "report.json").read_text())
    assert not report["failed"], log[-6000:]
    assert process.returncode == 0, log[-3000:]
    summary(f"NumPy's {module.rsplit('.', 1)[1]}: {len(report['through'])} tests pass through the command, "
            f"{len(report['partly'])} in part, {len(report['left_out'])} are left to NumPy, "
            f"{len(report['unconcerned'])} call nothing of it, {len(report['skipped'])} are skipped by NumPy, "
            f"{len(DESELECTED[module])} deselected")
    assert len(report["through"]) >= SUITES[module], report
    partly = functions(report["partly"])
    # Of a test with parameters some may be left out and some not.
    left_out = functions(report["left_out"])
    mixed = left_out & functions(report["through"])
    assert left_out - mixed == set(LEFT_OUT[module]), report["left_out"]
    assert partly | mixed == set(PARTLY[module]), report["partly"]
    assert functions(report["unconcerned"]) == set(UNCONCERNED[module]), report["unconcerned"]
