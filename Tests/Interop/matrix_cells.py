"""Cells of the conversion matrix: command lines, run two at a time, each checked against its expectation."""
import concurrent.futures
import itertools
import os
import shlex
import subprocess

from conftest import COMMAND

# What a cell that cannot be says: part of NumPy's exception, and the part of our error that says the
# same; None for all of it.
REFUSALS = [
    ("cannot reshape array of size", "cannot reshape array of size"),
    ("Expected 1D or 2D array, got", "Expected 1D or 2D array, got"),
    ("Mismatch between array dtype", None),
    ("fmt has wrong number of", "fmt has wrong number of"),
    ("invalid fmt", "invalid fmt"),
    ("Cannot cast", "annot"),
    ("could not convert string to float", "could not convert string to float"),
    ("float() argument must be", "float() argument must be"),
    ("cannot convert float NaN to integer", "cannot convert float NaN to integer"),
    ("cannot convert float infinity to integer", "cannot convert float infinity to integer"),
    ("Cannot convert", "annot convert"),
    ("codec can't encode character", "codec can't encode character"),
    ("codec can't decode byte", "codec can't decode byte"),
]


class Cell:
    """One command line with what it must do."""

    def __init__(self, kind, arguments, check, stdin=None, files=(), existing=None):
        self.kind, self.arguments, self.check, self.stdin = kind, list(map(str, arguments)), check, stdin
        # The names of the files that the cell may leave in its folder, and one that is there beforehand.
        self.files, self.existing = sorted(files), existing

    @property
    def line(self):
        return ("… | " if self.stdin is not None else "") + shlex.join(["npy", *self.arguments])


class Result:
    def __init__(self, folder, process):
        self.folder, self.code, self.stdout = folder, process.returncode, process.stdout
        self.errors = process.stderr.decode(errors="replace").splitlines()

    def data(self, output):
        return self.stdout if output.file == "-" else (self.folder / output.file).read_bytes()


PRECIOUS = b"precious\n"


def run(cell, folder):
    """Runs a cell in a folder of its own; what is wrong with it, or None."""
    folder.mkdir()
    scratch = folder / "scratch"
    scratch.mkdir()
    if cell.existing:
        (folder / cell.existing).write_bytes(PRECIOUS)
    try:
        process = subprocess.run(
            [COMMAND, *cell.arguments], input=cell.stdin or b"", capture_output=True, timeout=60, cwd=folder,
            env={**os.environ, "TMPDIR": str(scratch)})
    except subprocess.TimeoutExpired:
        return "no end within a minute"
    result = Result(folder, process)
    try:
        fault = cell.check(result)
    except Exception as error:
        fault = f"cannot be read: {type(error).__name__}: {error}"
    left = sorted(path.name for path in folder.iterdir() if path.name != "scratch")
    wanted = sorted({*cell.files, *([cell.existing] if cell.existing else [])})
    if not fault and left != (wanted if result.code == 0 else [cell.existing] if cell.existing else []):
        fault = f"leaves {left}"
    if not fault and any(scratch.iterdir()):
        fault = f"leaves {os.listdir(scratch)} among the temporary files"
    for path in itertools.chain(scratch.iterdir(), folder.iterdir()):
        if path.is_file():
            path.unlink()
    return fault


def run_all(cells, folder):
    """Runs cells two at a time; a list of (cell, what is wrong with it)."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        faults = list(pool.map(lambda pair: run(pair[1], folder / f"cell{pair[0]}"), enumerate(cells)))
    return [(cell, fault) for cell, fault in zip(cells, faults) if fault]


def report(failures):
    """The failures by kind, each with its command line."""
    failures = sorted(failures, key=lambda pair: pair[0].kind)
    lines = []
    for kind, group in itertools.groupby(failures, key=lambda pair: pair[0].kind):
        group = list(group)
        lines.append(f"{kind}: {len(group)}")
        lines += [f"    {cell.line}\n        {fault}" for cell, fault in group]
    return "\n".join(lines)


def check_all(cells, folder):
    """Fails with a report of every cell that is wrong."""
    failures = run_all(cells, folder)
    path = os.environ.get("NPY_MATRIX_REPORT")
    if path:
        with open(path, "a") as file:
            file.write(report(failures) + ("\n" if failures else ""))
    assert not failures, f"{len(failures)} of {len(cells)} cells\n{report(failures)}"


# MARK: Checks


def refused(*fragments, code=1):
    """The command fails with one line that says what is wrong, and prints nothing."""
    def check(result):
        if result.code != code:
            return f"exit code {result.code} instead of {code}: {result.errors[-3:]}"
        errors = [line for line in result.errors if not line.startswith("npy: warning: ")]
        if len(errors) != 1 or not errors[0].startswith("npy: "):
            return f"{len(errors)} lines of errors: {errors[:5]}"
        if result.stdout:
            return f"{len(result.stdout)} bytes on standard output"
        for fragment in fragments:
            if fragment not in errors[0]:
                return f"does not say '{fragment}': {errors[0]}"
    return check


def refused_as(error):
    """The command says what NumPy's exception says."""
    for theirs, ours in REFUSALS:
        if theirs in str(error):
            return refused(ours or str(error))
    return lambda result: f"NumPy's refusal is not listed: {type(error).__name__}: {error} (code {result.code}, {result.errors})"


def written(output, expected, warnings=()):
    """The command succeeds, writes what NumPy writes, and says what NumPy says."""
    def check(result):
        if result.code != 0:
            return f"exit code {result.code}: {result.errors[:3]}"
        said = [line.removeprefix("npy: warning: ") for line in result.errors]
        # Ours name the file as well.
        if len(said) != len(warnings) or not all(line.endswith(warning) for line, warning in zip(said, warnings)):
            return f"says {said} instead of {list(warnings)}"
        if output.file != "-" and not (result.folder / output.file).exists():
            return "writes nothing"
        return output.fault(result.data(output), expected)
    return check
