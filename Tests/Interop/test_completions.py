"""Completions as shells make them: keys are typed into real shells, and the words that come out are looked at."""
import os
import shutil
import subprocess

import numpy as np
import pytest

from conftest import COMMAND, run_npy
from terminal import Terminal


@pytest.fixture
def folder(tmp_path):
    """A folder with files to complete, and a command `npy` that shows the words it is called with."""
    files = tmp_path / "files"
    (files / "inner").mkdir(parents=True)
    arrays = {"weights": np.zeros((2, 3)), "bias": np.zeros(3), "b:c": np.zeros(1)}
    np.savez(files / "model.npz", **arrays)
    np.savez(files / "two words.npz", weights=np.zeros(1))
    np.save(files / "arr.npy", np.zeros(3))
    tool = tmp_path / "bin" / "npy"
    tool.parent.mkdir()
    tool.write_text(
        "#!/bin/sh\n"
        f'case "$1" in complete|completions) exec "{COMMAND}" "$@";; esac\n'
        'for word; do printf "<%s>" "$word"; done; echo "=END"\n')
    tool.chmod(0o755)
    return files


def words_of(lines):
    """The candidates, without their meanings."""
    return [line.split("\t")[0] for line in lines.decode().splitlines()]


def candidates(folder, *words):
    output = subprocess.run([COMMAND, "complete", "--", *words], cwd=folder, capture_output=True, check=True).stdout
    return words_of(output)


def test_candidates(folder):
    assert candidates(folder, "sta") == ["stats"]
    assert candidates(folder, "info", "model.npz:") == ["model.npz:weights", "model.npz:bias", "model.npz:b:c"]
    assert candidates(folder, "info", "model.npz:b:") == ["model.npz:b:c"]
    assert candidates(folder, "show", "a") == ["arr.npy"]
    assert candidates(folder, "demo", "-C", "") == ["inner/"]
    assert candidates(folder, "pack", "out.npz", "w=model.npz:w") == ["w=model.npz:weights"]
    assert candidates(folder, "convert", "arr.npy", "x", "--to", "np") == ["npy", "npz"]
    assert candidates(folder, "convert", "arr.npy", "x", "--to=np") == ["--to=npy", "--to=npz"]
    assert candidates(folder, "check", "model.npz:") == []
    assert "--json" in candidates(folder, "info", "--")
    assert "--json" not in candidates(folder, "info", "--json", "--")
    assert candidates(folder, "info", "--", "--") == []
    assert candidates(folder, "help", "unp") == ["unpack"]
    # Every command and every long option that the help knows can be completed.
    shown = candidates(folder, "")
    for name in shown:
        help_text = run_npy(*("help", name) if name != "help" else ("help",)).decode()
        for option in candidates(folder, name, "--"):
            assert option in help_text or name == "help", (name, option)


SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "PS1='ready> '; source <(npy completions bash)\n"),
    "zsh": (
        ["zsh", "-f", "-i"],
        "PS1='ready> '; autoload -Uz compinit; compinit -u -D; source <(npy completions zsh)\n"),
    "fish": (
        ["fish", "--no-config", "-i"],
        "function fish_prompt; echo 'ready> '; end; npy completions fish | source\n"),
}
TYPED = [
    ("npy sta\t", "<stats>"),
    ("npy info model.npz:wei\t", "<info><model.npz:weights>"),
    ("npy info model.npz:b:\t", "<info><model.npz:b:c>"),
    ("npy show two\t", "<show><two words.npz>"),
    ("npy show two\\ words.npz:w\t", "<show><two words.npz:weights>"),
    ("npy show 'two words.npz:w\t", "<show><two words.npz:weights>"),
    ("npy pack out.npz w=model.npz:wei\t", "<pack><out.npz><w=model.npz:weights>"),
    ("npy convert arr.npy x --order=F --to=np\tz", "<convert><arr.npy><x><--order=F><--to=npz>"),
    ("npy demo -C in\t", "<demo><-C><inner/>"),
    ("npy check --stri\t arr\t", "<check><--strict><arr.npy>"),
]


@pytest.mark.parametrize("shell", SHELLS)
def test_shell(folder, shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    arguments, setup = SHELLS[shell]
    path = f"{folder.parent / 'bin'}:{os.environ['PATH']}"
    terminal = Terminal(arguments, folder, {"PATH": path, "HOME": str(folder.parent), "INPUTRC": "/dev/null"})
    try:
        terminal.read(0.5)
        terminal.type(setup)
        terminal.read_until(b"ready> ")
        terminal.read(0.3)
        for typed, expected in TYPED:
            terminal.output = b""
            for part in typed.replace("\t", "\t\0").split("\0"):
                terminal.type(part)
                # A shell that still completes would take what is typed next for itself.
                terminal.read(0.15)
            # Some shells close the quote themselves.
            if "'" in typed and terminal.output.count(b"'") % 2:
                terminal.type("'")
            terminal.type("\n")
            terminal.read_until(b"=END")
            line = [line for line in terminal.output.decode(errors="replace").splitlines() if line.endswith("=END")]
            assert line and line[-1].endswith(expected + "=END"), (typed, expected, terminal.output)
    finally:
        terminal.process.kill()
        terminal.wait()
