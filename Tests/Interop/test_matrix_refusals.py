"""What must hold over the whole matrix when a command fails: it says so in one line and leaves everything as it was."""
import itertools
import pickle
import random

import numpy as np
import pytest

from matrix_arrays import ARRAYS
from matrix_cells import Cell, PRECIOUS, check_all, refused
from matrix_sources import SOURCES, is_text

FILES = ["out.npy", "out.npz", "out.pkl", "out.csv", "out.csv.gz"]


def untouched(file):
    """The command refuses to replace a file, which stays what it was."""
    said = refused(file, "the file exists")

    def check(result):
        if (result.folder / file).read_bytes() != PRECIOUS:
            return f"{file} has been overwritten"
        return said(result)
    return check


@pytest.mark.parametrize("source_name", SOURCES)
def test_nothing_is_replaced(tmp_path_factory, tmp_path, source_name):
    """`-n` holds for every source, part, step and output."""
    folder = tmp_path_factory.mktemp("sources")
    make, names = SOURCES[source_name]
    cells = []
    for file, part in itertools.product(FILES, ("", "", "[1:3]", "[::-1]")):
        draw = random.Random(f"{source_name}/{file}/{part}/{len(cells)}")
        options = draw.choice([["--astype", "f4"], ["--reshape", "-1"], ["--order=F"]]) if len(cells) % 2 else []
        source = make(folder, draw.choice([name for name in ("i4", "f8", "row") if name in names]))
        arguments = ["convert", draw.choice(["-n", "--no-clobber"]), f"{source.address}{part}", file, *source.options, *options]
        cells.append(Cell(f"-n: {source_name} to {file}", arguments, untouched(file), source.stdin, existing=file))
    check_all(cells, tmp_path)


# The other ways to a file, which no cell above goes.
WAYS = [
    ("masked", ["convert", "m.csv", "--genfromtxt", "--usemask"], ["out.pkl", "out.npz"]),
    ("masked, with types", ["convert", "m.csv", "--genfromtxt", "--usemask", "--dtype", "i4"], ["out.pkl", "out.npz"]),
    ("unpacked records", ["convert", "m.csv", "--genfromtxt", "--dtype", "i4,f8", "--unpack"], ["out.npz"]),
    ("unpacked", ["convert", "t.csv", "--unpack"], ["out.npy", "out.csv", "out.pkl"]),
    ("archive", ["convert", "two.npz"], ["out.npz", "out.pkl"]),
    ("archive with objects", ["convert", "objects.npz"], ["out.npz", "out.pkl"]),
    ("archive, cast", ["convert", "two.npz", "--astype", "f4"], ["out.npz"]),
    ("dict", ["convert", "dict.pkl"], ["out.npz", "out.pkl"]),
    ("dict, cast", ["convert", "dict.pkl", "--astype", "f4"], ["out.npz"]),
    ("named", ["convert", "a.npy", "--name", "y"], ["out.npz"]),
    ("pack", ["pack", None, "a.npy"], ["out.npz"]),
    ("pack several", ["pack", None, "x=a.npy[1:]", "y=two.npz:x", "z=dict.pkl:x"], ["out.npz"]),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ways")
    array = ARRAYS["i4"]
    (folder / "m.csv").write_text("1,2\n3,\n5,6\n")
    (folder / "t.csv").write_text("1,2\n3,4\n5,6\n")
    np.save(folder / "a.npy", array)
    np.savez(folder / "two.npz", x=array, y=array[0])
    np.savez(folder / "objects.npz", x=array, o=ARRAYS["objects"])
    (folder / "dict.pkl").write_bytes(pickle.dumps({"x": array, "y": array[0]}))
    return folder


def located(folder, arguments):
    """The arguments with the paths of the folder's files."""
    def one(argument):
        name, equals, path = argument.rpartition("=")
        known = path.partition(":")[0].partition("[")[0]
        return f"{name}{equals}{folder}/{path}" if (folder / known).is_file() else argument
    return [one(argument) for argument in arguments]


def test_nothing_is_replaced_on_other_ways(folder, tmp_path):
    cells = []
    for name, arguments, files in WAYS:
        for file in files:
            line = [file if argument is None else argument for argument in arguments]
            line = located(folder, line) + ([file] if None not in arguments else [])
            line.insert(1, "-n")
            cells.append(Cell(f"-n: {name} to {file}", line, untouched(file), existing=file))
    # What is unpacked replaces no file unless --force is given.
    cells.append(Cell("-n: unpack", ["unpack", folder / "two.npz"], untouched("x.npy"), existing="x.npy"))
    check_all(cells, tmp_path)


def damaged(source_name, data, draw):
    """Data that end too early, or whose middle is not what it was where a checksum would tell."""
    if is_text(source_name) and ".gz" not in source_name:
        return data + b"1,2,3,4,5,6,7,8,9\nx\n"
    return data[:-draw.randrange(12, 20)]


@pytest.mark.parametrize("source_name", SOURCES)
def test_failures_leave_nothing(tmp_path_factory, tmp_path, source_name):
    """A dtype that does not exist, a shape that does not fit, damaged data: one line, exit code 1, no file."""
    folder = tmp_path_factory.mktemp("sources")
    make, names = SOURCES[source_name]
    cells = []
    for file, (what, choices, fragment) in itertools.product([*FILES, "-"], [
            ("dtype", [["--astype", "q9"], ["--astype", "[('a',"]], "not understood"),
            ("shape", [["--reshape", "7,7"], ["--reshape", "7,7", "--astype", "f4"]], "cannot reshape array of size"),
            ("damage", [[], ["[0:9]"], ["[1:]"]], ""),
            ("damage", [["--astype", "f4"], ["--reshape", "-1"], ["--reshape=-1,2", "--order", "F"]], "")]):
        draw = random.Random(f"{source_name}/{file}/{what}/{choices}")
        options = draw.choice(choices)
        existing = draw.choice([None, file]) if file != "-" else None
        source = make(folder, draw.choice([name for name in ("i4", "f8") if name in names]))
        address, stdin = str(source.address), source.stdin
        if what == "damage":
            path, colon, member = address.partition(":")
            data = stdin if stdin is not None else open(path, "rb").read()
            data = damaged(source_name, data, draw)
            if stdin is not None:
                stdin = data
            else:
                path = path.replace(folder.name + "/", folder.name + "/damaged ")
                open(path, "wb").write(data)
                address = path + colon + member
        if options and options[0].startswith("["):
            address, options = address + options[0], []
        to = ["--to", draw.choice(["npy", "csv", "npz", "pkl"])] if file == "-" else []
        said = refused(fragment)

        def check(result, said=said, existing=existing):
            if existing and (result.folder / existing).read_bytes() != PRECIOUS:
                return f"{existing} has been overwritten"
            # What had been written to standard output before the damage was found cannot be taken back.
            if result.code == 1:
                result.stdout = b""
            return said(result)
        cells.append(Cell(
            f"failure: {what}, {source_name}", ["convert", address, file, *source.options, *options, *to], check, stdin,
            existing=existing))
    check_all(cells, tmp_path)


# Cells that cannot be, and what the command says of them.
IMPOSSIBLE = [
    (["convert", "two.npz", "out.npy"], "holds 2 arrays; name one"),
    (["convert", "two.npz", "out.csv"], "holds 2 arrays; name one"),
    (["convert", "dict.pkl", "out.npy"], "this is a dict"),
    (["convert", "dict.pkl", "out.csv"], "this is a dict"),
    (["convert", "rec.npy:zz", "out.npy"], "zz"),
    (["convert", "a.npy", "out.csv", "--reshape", "2,3,4"], "Expected 1D or 2D array, got 3D array instead"),
    (["convert", "a.npy", "out.npy", "--reshape", "-1,-1"], "can only specify one unknown dimension"),
    (["convert", "rec.npy", "out.txt"], "Mismatch between array dtype"),
    (["convert", "objects.npz:o", "out.csv", "--fmt", "%d"], "Mismatch between array dtype"),
    (["convert", "t.csv", "out.npy", "--dtype", "i4", "--genfromtxt", "--usemask"], "--usemask writes"),
    (["convert", "two.npz", "out.npz", "--name", "y"], "--name is for a single array"),
    (["convert", "a.npy:x", "out.npz"], "a .npy file has no members"),
    (["convert", "two.npz:zz", "out.npz"], "there is no such array"),
    (["convert", "dict.pkl:zz", "out.npz"], "'zz'"),
]
# Of these the command line is wrong, not the data.
USAGE = {"--usemask writes", "--name is for a single array"}


def test_cells_that_cannot_be(folder, tmp_path):
    np.save(folder / "rec.npy", ARRAYS["records"])
    cells = [
        Cell("impossible", located(folder, arguments), refused(fragment, code=64 if fragment in USAGE else 1))
        for arguments, fragment in IMPOSSIBLE]
    check_all(cells, tmp_path)
