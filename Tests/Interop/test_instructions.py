"""How many instructions the command takes for what it does most, against the numbers kept in instructions.json: a change that
makes it slower is seen on any machine, whatever else runs there.

The numbers are of one compiler, architecture and set of options; for others the test is skipped. NPY_RECORD=1 writes them anew.
"""
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess

import numpy as np
import pytest

from conftest import COMMAND

KEPT = pathlib.Path(__file__).with_name("instructions.json")
# What differs between two runs of one binary is below 1%; a tenth more or less is a change of the code.
TOLERANCE = 0.1
OPERATIONS = {
    "start": ["--version"],
    "info": ["info", "a.npy"],
    "show a slice of a member": ["show", "c.npz:a[10:12,:5]"],
    "npy to npy": ["convert", "a.npy", "out.npy"],
    "stats": ["stats", "d.npy"],
    "compress": ["pack", "--compress", "out.npz", "a.npy"],
    "inflate": ["convert", "c.npz:a", "out.npy"],
    "text to npy": ["convert", "t.txt", "out.npy"],
    "npy to text": ["convert", "d.npy", "out.txt"],
    "pickle to npz": ["convert", "p.pkl", "out.npz"],
}


def compiler():
    version = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout
    found = re.search(r"Swift version ([\d.]+)", version)
    return f"swift {found.group(1) if found else '?'} {platform.machine()}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    import pickle

    folder = tmp_path_factory.mktemp("instructions")
    random = np.random.default_rng(0)
    numbers = random.integers(0, 100, (1000, 500))
    doubles = random.standard_normal((1000, 100))
    np.save(folder / "a.npy", numbers)
    np.save(folder / "d.npy", doubles)
    np.savez_compressed(folder / "c.npz", a=numbers)
    np.savetxt(folder / "t.txt", doubles[:250])
    (folder / "p.pkl").write_bytes(pickle.dumps({f"k{i}": doubles[i] for i in range(1000)}))
    # valgrind does not read every compiler's debugging information.
    subprocess.run(["strip", "-g", "-o", folder / "npy", COMMAND], check=True)
    return folder


def count(folder, arguments):
    """The instructions of one run, on one thread."""
    result = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", folder / "npy", *arguments], cwd=folder,
        env={**os.environ, "NPY_THREADS": "1"}, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-2000:]
    return int(re.search(r"Collected : (\d+)", result.stderr).group(1))


@pytest.mark.skipif(not shutil.which("valgrind") or not shutil.which("strip"), reason="needs valgrind and strip")
def test_instructions(folder):
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    key = compiler()
    if os.environ.get("NPY_RECORD"):
        kept[key] = {name: count(folder, arguments) for name, arguments in OPERATIONS.items()}
        KEPT.write_text(json.dumps(kept, indent=2) + "\n")
    if key not in kept:
        pytest.skip(f"no numbers are kept for {key}: NPY_RECORD=1 writes them")
    wrong = []
    for name, arguments in OPERATIONS.items():
        found, wanted = count(folder, arguments), kept[key][name]
        if abs(found - wanted) > TOLERANCE * wanted:
            wrong.append(f"{name}: {found:,} instructions, {found / wanted:.2f} of the {wanted:,} that are kept")
    assert not wrong, "\n".join(wrong + ["NPY_RECORD=1 keeps the new numbers, if the change is meant"])
