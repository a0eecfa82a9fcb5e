"""The example of the README, and what a wheel brings along."""
import os
import pathlib
import pickle
import re
import subprocess
import sys

import numpy as np
import npyfast
import pytest
from conftest import same

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"


def test_the_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in "abc":
        np.save(name, np.full(3, ord(name)))
    with open("model.pkl", "wb") as file:
        pickle.dump({"w": [1, 2]}, file)
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
    names = {}
    exec(compile(example, str(README), "exec"), names)
    x = names["x"]
    assert same(names["rows"], x[10:20]) and same(np.load("log.npy"), x[:5])
    with np.load("run.npz") as run:
        assert same(run["x"], x) and same(run["steps"], np.arange(10**6))
    assert same(np.loadtxt("x.csv.gz", delimiter=","), x)
    assert same(names["batch"], np.array([[ord(name)] * 3 for name in "abc"])) and names["model"] == {"w": [1, 2]}


@pytest.mark.skipif("NPYFAST_INSTALLED" not in os.environ, reason="a wheel is tested by `make wheel`")
def test_the_wheel_brings_the_command(tmp_path):
    command = pathlib.Path(sys.executable).with_name("npy")
    assert subprocess.check_output([command, "--version"], text=True).strip() == npyfast.__version__
    np.save(tmp_path / "a.npy", np.arange(6.).reshape(2, 3))
    subprocess.run([command, "convert", tmp_path / "a.npy", tmp_path / "a.npz"], check=True)
    assert same(npyfast.load(tmp_path / "a.npz")["arr_0"], np.arange(6.).reshape(2, 3))
    assert (pathlib.Path(npyfast.__file__).parent / "numpyio.h").exists()
    assert pathlib.Path(sys.prefix) in pathlib.Path(npyfast.__file__).parents
