"""Completions as shells make them: keys are typed into real shells, and the words that come out are looked at."""
import os
import re
import shutil
import subprocess
import time
import zipfile

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
    assert candidates(folder, "sta") == ["stack", "stats"]
    assert candidates(folder, "info", "model.npz:") == ["model.npz:weights", "model.npz:bias", "model.npz:b:c"]
    assert candidates(folder, "info", "model.npz:b:") == ["model.npz:b:c"]
    assert candidates(folder, "show", "a") == ["arr.npy"]
    np.save(folder / "rec.npy", np.zeros(2, [("x", "f8"), ("y y", "U2")]))
    np.savez(folder / "rec.npz", r=np.zeros(2, [("x", "f8"), ("z", "i2")]))
    (folder / "t.csv").write_text("city,price\nBonn,3\n")
    assert candidates(folder, "show", "rec.npy:x") == ["rec.npy:x"]
    assert candidates(folder, "show", "rec.npz:r.") == ["rec.npz:r.x", "rec.npz:r.z"]
    assert candidates(folder, "show", "t.csv:") == ["t.csv:city", "t.csv:price"]
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
    ("npy stat\t", "<stats>"),
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




class Shell:
    """A shell with the completions, in a terminal."""

    def __init__(self, shell, folder):
        if not shutil.which(shell):
            pytest.skip(f"{shell} is not installed")
        arguments, setup = SHELLS[shell]
        path = f"{folder.parent / 'bin'}:{os.environ['PATH']}"
        self.terminal = Terminal(arguments, folder, {"PATH": path, "HOME": str(folder.parent), "INPUTRC": "/dev/null"})
        self.terminal.read(0.5)
        self.terminal.type(setup)
        self.terminal.read_until(b"ready> ")
        self.terminal.read(0.3)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.terminal.process.kill()
        self.terminal.wait()

    def run(self, typed, close=True):
        """What the command was called with; with `close`, a quote that is left open is closed."""
        self.terminal.output = b""
        for part in filter(None, re.split("(\t)", typed)):
            begin = len(self.terminal.output)
            self.terminal.type(part)
            # A shell that still completes would take what is typed next for itself. It answers each tab, if only by a bell.
            end = time.monotonic() + (2 if part == "\t" else 0)
            while self.terminal.read(0.15) and len(self.terminal.output) == begin and time.monotonic() < end:
                pass
        # Some shells close the quote themselves.
        quote = re.search("[\"']", typed)
        if close and quote and self.terminal.output.count(quote[0].encode()) % 2:
            self.terminal.type(quote[0])
        self.terminal.type("\n")
        self.terminal.read_until(b"=END")
        lines = self.terminal.output.decode(errors="replace").splitlines()
        return [line for line in lines if line.endswith("=END")][-1].removesuffix("=END")


@pytest.mark.parametrize("shell", SHELLS)
def test_shell(folder, shell):
    with Shell(shell, folder) as session:
        for typed, expected in TYPED:
            assert session.run(typed).endswith(expected), (typed, session.terminal.output)


# Each begins with a letter of its own, and would leave a file if a shell ran a part of it.
HOSTILE = ["a$(touch RAN)`touch RAN`", "b'; touch RAN; echo '", "c\"; touch RAN; echo \"", "d;touch RAN&", "e\\$(touch RAN)",
           "f'$(touch RAN)|x>RAN", "g*?[a]{1,2}~ #x"]


@pytest.mark.parametrize("shell", SHELLS)
def test_hostile_names(folder, shell):
    """Names from files are words to the shell, whatever they hold and however the word is quoted."""
    np.savez(folder / "evil.npz", **{name: np.zeros(1) for name in HOSTILE})
    (folder / "files").mkdir()
    for name in HOSTILE:
        np.save(folder / "files" / name, np.zeros(1))
    with Shell(shell, folder) as session:
        for name in HOSTILE:
            # A colon, at which bash cuts words but for those in quotes, and files in a folder.
            for quote, start, end in [("", "evil.npz:", ""), ("'", "evil.npz:", ""), ('"', "evil.npz:", ""),
                                      ("", "files/", ".npy"), ('"', "files/", ".npy")]:
                typed = f"npy show {quote}{start}{name[0]}\t"
                assert session.run(typed, close=False) == f"<show><{start}{name}{end}>", (typed, session.terminal.output)
            # The home folder.
            typed = f"npy show ~/files/evil.npz:{name[0]}\t"
            expected = f"<show><{folder}/evil.npz:{name}>"
            assert session.run(typed) in (expected, f"<show><~/files/evil.npz:{name}>"), (typed, session.terminal.output)
        session.run(f"npy show ~/files/files/{HOSTILE[0][0]}\t")
    assert not [path for path in folder.rglob("RAN*")] and not (folder.parent / "RAN").exists()


def test_control_characters_are_not_offered(folder):
    names = ["w\nforged", "w\ttab", "w\x1b[31m", "w\x7f", "w\x9b2J", "w\u2028x", "w\u202ecba", "wé", "w ok"]
    with zipfile.ZipFile(folder / "odd.npz", "w") as archive:
        for name in names:
            archive.writestr(name + ".npy", (folder / "arr.npy").read_bytes())
    assert candidates(folder, "show", "odd.npz:w") == ["odd.npz:wé", "odd.npz:w ok"]
    for name in ["x\nnpy", "x\x1b", "xé"]:
        (folder / name).touch()
    assert candidates(folder, "show", "x") == ["xé"]
    # The name of a type is in the description of a candidate, which ends with the line.
    (folder / "type.pkl").write_bytes(b"\x80\x02}X\x01\x00\x00\x00kc__main__\nA\x1bB\n)\x81s.")
    (folder / "line.pkl").write_bytes(
        b"\x80\x04}\x8c\x01k\x8c\x08__main__\x8c\x0aA\nforged\tx\x93)\x81s.")
    for name in ["type.pkl", "line.pkl"]:
        output = subprocess.run([COMMAND, "complete", "--", "show", name + ":"], cwd=folder, capture_output=True).stdout
        assert output.count(b"\n") == 1 and output.count(b"\t") <= 1 and b"\x1b" not in output, output
