"""The plugin for pytest: installs the routed functions and tells of every test what became of it.

`NPY_SUITE_REPORT` names the file for the report: a JSON object with `through` (tests all of whose calls went through
the command and that passed), `partly` and `left_out` (with the calls that NumPy answered itself, and why), `unconcerned`
(tests that call nothing of what is routed), `skipped` and `failed`.
"""
import json
import os

import pytest

from . import files, printing, text
from .command import Calls

REPORT = {"through": [], "partly": {}, "left_out": {}, "unconcerned": [], "skipped": {}, "failed": []}


def pytest_configure(config):
    files.install()
    text.install()
    if os.environ.get("NPY_SUITE_PRINTING"):
        printing.install()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item, nextitem):
    Calls.reset()
    yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    result = outcome.get_result()
    name = item.nodeid.split("::", 1)[1]
    if result.skipped and (result.when == "setup" or result.when == "call"):
        reason = result.longrepr[2] if isinstance(result.longrepr, tuple) else getattr(result, "wasxfail", "expected to fail")
        REPORT["skipped"][name] = str(reason)
    elif result.failed:
        REPORT["failed"].append(name)
    elif result.when == "call":
        reasons = sorted(set(Calls.unroutable))
        if reasons:
            REPORT["partly" if Calls.routed else "left_out"][name] = reasons
        elif Calls.routed:
            REPORT["through"].append(name)
        else:
            REPORT["unconcerned"].append(name)


def pytest_sessionfinish(session):
    if path := os.environ.get("NPY_SUITE_REPORT"):
        with open(path, "w", encoding="utf-8") as stream:
            json.dump(REPORT, stream, indent=1)
