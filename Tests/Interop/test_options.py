"""Every option of every command changes what the command does, or is refused with the reason.

What an option does is told here by a case; an option without one fails the test, so that none is added that is never
tried. Options for reading text are tried in every command that reads: what one command makes of a text with an option, the
others make too.
"""
import gzip
import io
import json
import pickle
import re
import zipfile

import numpy as np
import pytest

from conftest import run_npy

NAN = float("nan")


def commands():
    """The commands and their options, as the argument parser tells them."""
    root = json.loads(run_npy("--experimental-dump-help"))["command"]
    table = {}
    for command in root["subcommands"]:
        if not command.get("shouldDisplay", True) or command["commandName"] == "help":
            continue
        names = set()
        for argument in command.get("arguments", []):
            if argument["kind"] != "positional" and argument.get("shouldDisplay", True):
                long = [name["name"] for name in argument["names"] if name["kind"] == "long"]
                names.update(long or [name["name"] for name in argument["names"]])
        table[command["commandName"]] = names - {"help", "version"}
    return table


# A text, what is given beside the option in both runs, the option with its value, and the array that must come of it.
TEXT = {
    "delimiter": ("1,2\n3,4\n", [], ["--delimiter", ","], [[1, 2], [3, 4]]),
    "comments": ("1 2\n% x\n3 4\n", [], ["--comments", "%"], [[1, 2], [3, 4]]),
    "skiprows": ("a b\n3 4\n", [], ["--skiprows", "1"], [3, 4]),
    "usecols": ("1 2 3\n4 5 6\n", [], ["--usecols", "0:2"], [[1, 2], [4, 5]]),
    "max-rows": ("1 2\n3 4\n", [], ["--max-rows", "1"], [1, 2]),
    "ndmin": ("1\n2\n", [], ["--ndmin", "2"], [[1], [2]]),
    "quotechar": ("'1','2'\n", ["--delimiter", ","], ["--quotechar", "'"], [1, 2]),
    "unpack": ("1 2\n3 4\n", [], ["--unpack"], [[1, 3], [2, 4]]),
    "dtype": ("1 2\n3 4\n", [], ["--dtype", "i2"], np.array([[1, 2], [3, 4]], "i2")),
    "encoding": ("1\u00a02\n".encode("latin1"), [], ["--encoding", "latin1"], [1, 2]),
    "skip-to": ("x\n[DATA]\n1 2\n", [], ["--skip-to", r"^\[D"], [1, 2]),
    "units-row": ("a b\nm s\n1 2\n3 4\n", ["--names", "true"], ["--units-row"],
                  np.array([(1, 2), (3, 4)], "f8,f8").astype([("a", "f8"), ("b", "f8")])),
    "trailing-delimiter": ("1,2,\n3,4,\n", ["--delimiter", ","], ["--trailing-delimiter"], [[1, 2], [3, 4]]),
    "decimal": ("1,5 2\n", [], ["--decimal", ","], [1.5, 2]),
    "thousands": ("1,234,567.5 2\n", [], ["--thousands", ","], [1234567.5, 2]),
    "accept": ("1.5D+3 2-\n", [], ["--accept", "fortran,minus"], [1500, -2]),
    "missing-number": ("1 -9999.0\n", [], ["--missing-number", "-9999"], [1, NAN]),
    "date-format": ("31.12.2020\n1.2.2021\n", ["--dtype", "M8[D]"], ["--date-format", "%d.%m.%Y"],
                    np.array(["2020-12-31", "2021-02-01"], "M8[D]")),
    "names": ("a b\n1 2\n3 4\n", [], ["--names", "true"],
              np.array([(1, 2), (3, 4)], [("a", "f8"), ("b", "f8")])),
    "genfromtxt": ("1 x\n3 4\n", [], ["--genfromtxt"], [[1, NAN], [3, 4]]),
    "widths": ("1234\n5678\n", ["--genfromtxt"], ["--widths", "1,3"], [[1, 234], [5, 678]]),
    "skip-footer": ("1 2\n3 4\n9 9\n", ["--genfromtxt"], ["--skip-footer", "1"], [[1, 2], [3, 4]]),
    "excludelist": ("a b\n1 2\n3 4\n", ["--genfromtxt", "--names", "true"], ["--excludelist", "a"],
                    np.array([(1, 2), (3, 4)], [("a_", "f8"), ("b", "f8")])),
    "deletechars": ("a$x b\n1 2\n3 4\n", ["--genfromtxt", "--names", "true"], ["--deletechars", "x"],
                    np.array([(1, 2), (3, 4)], [("a$", "f8"), ("b", "f8")])),
    "replace-space": ("a x,b\n1,2\n3,4\n", ["--genfromtxt", "--names", "true", "--delimiter", ","],
                      ["--replace-space", "-x-", "--deletechars", ""],
                      np.array([(1, 2), (3, 4)], [("a-x-x", "f8"), ("b", "f8")])),
    "autostrip": ("a , b\nc , d\n", ["--genfromtxt", "--delimiter", ",", "--dtype", "U2"], ["--autostrip"],
                  np.array([["a", "b"], ["c", "d"]], "U2")),
    "case": ("a b\n1 2\n3 4\n", ["--genfromtxt", "--names", "true"], ["--case", "upper"],
             np.array([(1, 2), (3, 4)], [("A", "f8"), ("B", "f8")])),
    "defaultfmt": ("1 x\n2 y\n", ["--genfromtxt", "--dtype", "auto"], ["--defaultfmt", "c%i"],
                   np.array([(1, "x"), (2, "y")], [("c0", "i8"), ("c1", "U1")])),
    "missing-values": ("1 7\n3 N\n", ["--genfromtxt", "--dtype", "auto"], ["--missing-values", "N"], [[1, 7], [3, -1]]),
    "filling-values": ("1 x\n3 4\n", ["--genfromtxt"], ["--filling-values", "5"], [[1, 5], [3, 4]]),
    "skip-invalid": ("1 2\n3\n4 5\n", ["--genfromtxt"], ["--skip-invalid"], [[1, 2], [4, 5]]),
    # These give no other array: tried on their own.
    "strict-values": None, "usemask": None,
}
# Options of SourceOptions that are not for text.
SOURCE = {"from", "pickle-encoding", "max-header-size", "shape", "offset", "raw-order", "view", "lenient", "recover", "memory",
          "http-header"}
# Commands that read arrays, how they are called, and what their options must be.
READERS = ["show", "convert", "stats", "plot", "diff", "pack", "sizes", "info", "ls", "check", "append", "cat", "split", "stack"]


def npy_bytes(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def same(array, expected):
    expected = np.asarray(expected)
    if expected.dtype.kind in "iu" and array.dtype == np.dtype("f8"):
        expected = expected.astype("f8")
    assert array.dtype == expected.dtype and array.shape == expected.shape, (array, expected)
    if array.dtype.names or array.dtype.kind in "MUS":
        assert np.array_equal(array, expected), (array, expected)
    else:
        assert np.array_equal(array, expected, equal_nan=True), (array, expected)


@pytest.mark.parametrize("name", [name for name, case in TEXT.items() if case])
def test_options_for_text(tmp_path, name):
    text, base, option, expected = TEXT[name]
    path = tmp_path / "table.log"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    out = tmp_path / "out.npy"
    before = run_npy("convert", path, out, *base, check=False)
    plain = out.read_bytes() if before.returncode == 0 else None
    run_npy("convert", path, out, *base, *option)
    array = np.load(out)
    same(array, expected)
    assert out.read_bytes() != plain
    # From standard input, and as lists of the same options in every other command.
    stream = run_npy("convert", "-", "-", "--to", "npy", *base, *option, stdin=path.read_bytes())
    assert stream == out.read_bytes()
    assert run_npy("show", path, *base, *option) == run_npy("show", out)
    run_npy("pack", tmp_path / "p.npz", f"x={path}", *base, *option)
    same(np.load(tmp_path / "p.npz")["x"], array)
    run_npy("diff", path, out, "--equal-nan", *base, *option)
    run_npy("check", path, *base, *option)
    told = json.loads(run_npy("info", "--json", path, *base, *option))
    assert told["shape"] == list(array.shape)
    assert told["dtype"] == json.loads(run_npy("info", "--json", out))["dtype"]
    if array.dtype.kind in "fi":
        assert run_npy("stats", path, *base, *option) == run_npy("stats", out)
        pictures = [json.loads(run_npy("plot", "--json", file, *extra)) for file, extra in
                    ((path, [*base, *option]), (out, []))]
        assert pictures[0] | {"file": ""} == pictures[1] | {"file": ""}


def test_values_that_are_no_numbers(tmp_path):
    path = tmp_path / "t.txt"
    path.write_text("1 2\n3 x\n")
    lenient = run_npy("show", path, "--genfromtxt", check=False)
    assert lenient.returncode == 0 and b"1 of 4 fields were no numbers, the first at line 2" in lenient.stderr
    strict = run_npy("show", path, "--genfromtxt", "--strict-values", check=False)
    assert strict.returncode == 1 and b"Cannot convert string 'x' (line 2, byte 4)" in strict.stderr
    run_npy("convert", path, tmp_path / "m.npz", "--genfromtxt", "--usemask", "--missing-values", "x")
    assert np.load(tmp_path / "m.npz")["mask"].tolist() == [[False, False], [False, True]]
    for command in ("show", "stats"):
        refused = run_npy(command, path, "--genfromtxt", "--usemask", check=False)
        assert refused.returncode == 64 and b"--usemask" in refused.stderr


def arguments(command, path, folder, options=()):
    """The arguments of a command that reads a file."""
    targets = {"convert": [path, folder / "o.npz"], "diff": [path, path], "pack": [folder / "o.npz", path],
               "cat": ["-o", folder / "o.npz", path], "split": [path, folder / "parts"], "stack": [folder / "parts", path]}
    if command == "append":
        np.save(folder / "rows.npy", np.arange(3.0))
        np.save(folder / "rows.npy", np.zeros((1, 16)) if "F" in options else np.arange(3.0))
        return ["--astype", "f8", folder / "rows.npy", path]
    if command == "diff" and path == "a":
        np.save(folder / "zeros.npy", np.zeros(4))
        return [path, folder / "zeros.npy"]
    return targets.get(command, [path])


@pytest.mark.parametrize("command", READERS)
def test_text_options_are_refused_without_text(tmp_path, command):
    array = tmp_path / "a.npy"
    np.save(array, np.arange(3))
    text = tmp_path / "t.txt"
    text.write_text("1 2\n3 4\n")
    options = commands()[command]
    assert set(TEXT) <= options, (command, set(TEXT) - options)
    for name in sorted(TEXT):
        case = TEXT[name]
        base, option = ([], ["--" + name]) if case is None else case[1:3]
        if case is None or "--genfromtxt" in base:
            base = ["--genfromtxt"] if case is None else base
            alone = run_npy(command, *arguments(command, text, tmp_path), *option, check=False)
            assert alone.returncode == 64 and b"goes with --genfromtxt" in alone.stderr, (command, name, alone)
        if name == "usemask":
            continue
        result = run_npy(command, *arguments(command, array, tmp_path), *base, *option, check=False)
        assert result.returncode == 64 and re.search(rb"--[a-z-]+ is for text", result.stderr), (command, name, result)
        assert not (tmp_path / "o.npz").exists()
    for name, value in (("pickle-encoding", "bytes"), ("max-header-size", "100")):
        (tmp_path / "list.json").write_text("[[1, 2], [3, 4]]")
        for file in [text, tmp_path / "list.json"]:
            result = run_npy(command, *arguments(command, file, tmp_path), f"--{name}={value}", check=False)
            assert result.returncode == 64 and f"--{name} is for".encode() in result.stderr, (command, name, result)


@pytest.mark.parametrize("command", ["pack", "cat", "stack", "append", "ls", "info", "check", "sizes"])
@pytest.mark.parametrize("option", [
    ["--delimiter", ","], ["--genfromtxt", "--skip-footer", "1"], ["--dtype", "f2"], ["--encoding", "utf-16"], ["--unpack"]])
def test_options_that_no_operand_can_use(tmp_path, command, option):
    """One that is for any of several files is meant for that one."""
    for name in ("a.npy", "b.npy"):
        np.save(tmp_path / name, np.arange(4.0).reshape(2, 2))
    (tmp_path / "c.csv").write_text("1,2\n3,4\n", "utf-16" if "utf-16" in option else None)
    given = {"pack": [tmp_path / "o.npz"], "cat": ["-o", tmp_path / "o.npy"], "stack": [tmp_path / "parts"],
             "append": [tmp_path / "rows.npy"]}.get(command, [])

    def outcome(*names):
        np.save(tmp_path / "rows.npy", np.zeros((1, 2)))
        return run_npy(command, *given, *[tmp_path / name for name in names], *option, check=False)

    refused = outcome("a.npy", "b.npy")
    assert refused.returncode == 64 and option[0].encode() + b" is for text" in refused.stderr, refused
    assert not any((tmp_path / name).exists() for name in ("o.npz", "o.npy", "parts"))
    for names in (["a.npy", "c.csv"], ["c.csv", "b.npy"]):
        assert b"is for text" not in outcome(*names).stderr, (names, option)


@pytest.mark.parametrize("command", ["show", "stats", "plot", "convert", "pack", "cat"])
def test_records_are_not_unpacked_into_one_array(tmp_path, command):
    path = tmp_path / "t.txt"
    path.write_text("1 2.5\n3 4.5\n")
    given = {"convert": [path, tmp_path / "o.npy"], "pack": [tmp_path / "o.npz", path], "cat": [path, "-o", tmp_path / "o.npy"]}
    result = run_npy(command, *given.get(command, [path]), "--dtype", "i4,f8", "--unpack", check=False)
    assert result.returncode == 1 and b"an array per field" in result.stderr, result


def test_records_of_one_column_unpacked(tmp_path):
    """NumPy gives the column itself."""
    path = tmp_path / "t.txt"
    path.write_text("1\n3\n")
    dtype = [("x", "i4")]
    expected = np.genfromtxt(path, dtype=dtype, unpack=True)
    assert expected.dtype == "i4"
    run_npy("convert", path, tmp_path / "o.npy", "--genfromtxt", "--dtype", repr(dtype), "--unpack")
    same(np.load(tmp_path / "o.npy"), expected)
    assert run_npy("show", path, "--genfromtxt", "--dtype", repr(dtype), "--unpack").decode() == f"{expected}\n"


RAW = ["--from", "raw", "--dtype", "i2"]
# The file, what is given in both runs, the option with its value.
READING = {
    "offset": (np.arange(64, dtype="i2").tobytes(), RAW, ["--offset", "8"]),
    "shape": (np.arange(64, dtype="i2").tobytes(), RAW, ["--shape", "2,16"]),
    "raw-order": (np.arange(64, dtype="i2").tobytes(), [*RAW, "--shape", "4,16"], ["--raw-order", "F"]),
    "view": (npy_bytes(np.arange(0x3f80, 0x3fa0, dtype="u2")), [], ["--view", "bfloat16"]),
    "lenient": (npy_bytes(np.arange(32.0)).replace(b"(32,), }", b"[32],  }"), [], ["--lenient"]),
    "recover": (npy_bytes(np.arange(64.0))[:-100], [], ["--recover"]),
    # What it does for addresses on servers: test_remote_faults.py.
    "http-header": (npy_bytes(np.arange(64.0)), [], ["--http-header", "A: b"]),
    "memory": (gzip.compress(pickle.dumps(np.arange(1e4))), [], ["--memory", "1K"]),
}


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("name", READING)
def test_options_for_reading(tmp_path, monkeypatch, command, name):
    data, base, option = READING[name]

    def outcome(extra):
        folder = tmp_path / ("with" if extra else "without")
        folder.mkdir()
        monkeypatch.chdir(folder)
        (folder / "a").write_bytes(data)
        result = run_npy(command, *arguments(command, "a", folder.relative_to(folder), option), *base, *extra, check=False)
        return result.returncode, result.stdout, result.stderr, {
            path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    first, second = outcome([]), outcome(option)
    if name == "raw-order" and command == "stats":
        return  # Which of them is which does not matter.
    if "raw" in base and command in ("info", "ls", "check"):
        assert first[0] == 64 and b"raw" in first[2]
    else:
        assert first != second, (command, name)
    if second[0] == 64:
        assert name.encode() in second[2] or b"--from" in second[2], (command, name, second[2])


def test_every_option_has_a_case():
    """Fails for the options of new commands, until a case says what they do."""
    unknown = {}
    for command, options in commands().items():
        # What --durable is for, only a power failure shows: test_faults.py.
        known = {name for name, of in OTHERS if of == command} | {"quiet", "json", "durable"}
        if command in READERS:
            known |= set(TEXT) | SOURCE
        if command == "join":
            # Of its parts' headers and its info, as of every file.
            known |= {"lenient", "max-header-size", "memory"}
        missing = options - known
        if missing:
            unknown[command] = sorted(missing)
    assert not unknown, f"options without a case in {__file__}: {unknown}"


# The other options: the option, its command, the files, the arguments without it and those of the option itself.
NPY = npy_bytes(np.arange(12.0).reshape(3, 4) / 7)
RECORDS = npy_bytes(np.array([(1, 2.5), (3, 4.5)], "i4,f8"))
COMPLEX_LINE = npy_bytes(np.arange(50.0) ** 2)
OTHERS = {}


def other(command, name, *option, data=NPY, before=(), of=None):
    OTHERS[name, command] = (data, list(before), list(option), of)


for _name, _value in dict(precision="2", threshold="2", edgeitems="1", linewidth="20", floatmode="fixed", sign="+",
                          ).items():
    _before = {"edgeitems": ["--threshold", "3"], "threshold": ["--edgeitems", "1"]}
    other("show", _name, f"--{_name}", _value, before=_before.get(_name, []))
other("show", "json-values", "--json-values")
other("show", "nanstr", "--nanstr", "none", data=npy_bytes(np.array([NAN])))
other("show", "infstr", "--infstr", "big", data=npy_bytes(np.array([np.inf])))
other("show", "suppress", "--suppress", data=npy_bytes(np.array([1e-10, 1])))
other("show", "repr", "--repr")
other("show", "array2string", "--array2string", before=["--repr"], of="refused")
other("show", "separator", "--separator", ", ", before=["--array2string"])
other("show", "prefix", "--prefix", "xxxxx", before=["--array2string"])
other("show", "suffix", "--suffix", "x" * 40, before=["--array2string"])
for _command in ("convert", "cat", "join"):
    for _name, _value in {"fmt": "%.2f", "out-delimiter": ";", "newline": "|", "header": "h", "footer": "f"}.items():
        other(_command, _name, f"--{_name}", _value, before=["--to", "txt"])
    other(_command, "comment-prefix", "--comment-prefix", ">", before=["--to", "txt", "--header", "h"])
    other(_command, "fmt-list", "--fmt-list", before=["--to", "txt", "--fmt", "%d"])
    other(_command, "csv", "--csv", data=RECORDS, before=["--to", "txt"])
    other(_command, "to", "--to", "npz", before=[])
    other(_command, "reshape", "--reshape", "4,3", before=["--to", "npy"])
    other(_command, "astype", "--astype", "f4", before=["--to", "npy"])
    other(_command, "order", "--order", "F", before=["--to", "npy"])
    other(_command, "compress", "--compress", before=["--to", "npz"])
    other(_command, "numpy-layout", "--numpy-layout", before=["--to", "npz"])
    other(_command, "name", "--name", "x", before=["--to", "npz"])
    other(_command, "protocol", "--protocol", "2", before=["--to", "pkl"])
    other(_command, "numpy-modules", "--numpy-modules", "1", before=["--to", "pkl"])
    other(_command, "no-clobber", "-n", before=["--to", "npy"], of="twice")
other("convert", "skip-bad", "--skip-bad", before=["--to", "npz"], of="bad member")
other("cat", "axis", "--axis", "1", before=["--to", "npy", "a.npy"])
other("cat", "stack", "--stack", before=["--to", "npy", "a.npy"])
other("cat", "output", "-o", "other.npy")
other("append", "astype", "--astype", "f8", data=npy_bytes(np.arange(12.0, dtype="c16").reshape(3, 4)))
other("append", "create", "--create", of="new")
other("append", "discard-trailing", "--discard-trailing", of="trailing")
for _command in ("unpack", "pickle", "join", "refs"):
    other(_command, "http-header", "--http-header", "A: b", of="refused")
other("split", "length", "--length", "2")
other("split", "parts", "--parts", "3")
other("split", "axis", "--axis", "1", before=["--length", "2"])
other("split", "no-clobber", "-n", of="split twice")
other("stack", "axis", "--axis", "1", before=["b.npy"])
other("stack", "no-clobber", "-n", of="split twice")
other("join", "output", "-o", "other.npy")
other("refs", "output", "-o", "r.json")
other("refs", "url-prefix", "--url-prefix", "s3://bucket/run/")
other("refs", "chunk", "--chunk", "32")
other("refs", "no-clobber", "-n", before=["-o", "r.json"], of="refs twice")
other("refs", "put", "--put", before=["-o", "r.json"], of="refused")
for _command in ("convert", "cat", "join", "pack"):
    # What it does for addresses on servers: test_s3.py.
    other(_command, "put", "--put", before=[] if _command == "pack" else ["--to", "npy"], of="refused")
for _command in ("rm", "mv", "unpack"):
    other(_command, "lenient", "--lenient", of="odd archive")
other("unpack", "recover", "--recover", of="cut archive")
other("unpack", "skip-bad", "--skip-bad", of="bad member")
# Strings of Python 2 that are not ASCII: a warning, unless it is told what they are.
_ARRAY = pickle.dumps(np.arange(3), 2)[2:-1]
other("unpack", "pickle-encoding", "--pickle-encoding", "latin1", data=b"\x80\x02}(U\x01\xe9" + _ARRAY + b"U\x01b" + _ARRAY + b"u.",
      of="pickle")
other("unpack", "memory", "--memory", "1K", data=gzip.compress(pickle.dumps({"a": np.arange(1e4)})), of="pickle")
other("plot", "image", "--image", before=["-o", "o.png"])
other("plot", "no-clobber", "-n", before=["-o", "o.png"], of="picture twice")
other("check", "sarif", "--sarif")
other("check", "allow", "--allow", "some.module.*", data=b"csome.module\nName\n.")
other("demo", "seed", "--seed", "1", of="demo")
other("pack", "replace", "--replace", of="replaced")
other("pack", "compress", "--compress")
other("pack", "numpy-layout", "--numpy-layout")
other("pack", "append", "--append", of="appended")
other("pack", "no-clobber", "-n", of="twice")
for _name, _value in dict(kind="hist", bins="3", range="0,1", width="30", height="10", title="T", graphics="blocks").items():
    other("plot", _name, f"--{_name}", _value, data=COMPLEX_LINE)
other("plot", "log", "--log", data=COMPLEX_LINE)
other("plot", "field", "--field", "f1", data=RECORDS)
for _name, _value in {"cmap": "gray", "theme": "dark"}.items():
    other("plot", _name, f"--{_name}", _value, before=["-o", "o.png"])
other("plot", "output", "-o", "o.svg", data=COMPLEX_LINE)
other("diff", "rtol", "--rtol", "1", of="diff")
other("diff", "atol", "--atol", "1", of="diff")
other("diff", "equal-nan", "--equal-nan", data=npy_bytes(np.array([NAN])))
other("check", "strict", "--strict", data=NPY + b"trailing")
other("unpack", "directory", "-C", "folder", of="archive")
other("unpack", "force", "--force", of="archive twice")
other("demo", "directory", "-C", "folder", of="demo")
other("demo", "force", "--force", of="demo")


@pytest.mark.parametrize("name, command", sorted(OTHERS), ids=lambda part: str(part))
def test_other_options(tmp_path, monkeypatch, name, command):
    data, before, option, of = OTHERS[name, command]
    if of == "demo":
        pytest.skip("test_demo.py")

    def archive_bytes():
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("in.npy", data)
            archive.writestr("x.npy", data)
        content = stream.getvalue()
        if of == "bad member":
            return content.replace(data, data[:-1] + bytes([data[-1] ^ 1]), 1)
        if of == "cut archive":
            return content[:content.rindex(data) + len(data)]
        if of == "odd archive":
            # Another checksum in the local headers than in the directory.
            parts = content.split(b"PK\3\4")
            return b"PK\3\4".join(part[:10] + bytes([part[10] ^ 1]) + part[11:] if part else part for part in parts)
        return content

    def outcome(extra):
        """All that the command does: exit code, streams, files."""
        folder = tmp_path / ("with" if extra else "without")
        folder.mkdir()
        monkeypatch.chdir(folder)
        (folder / "a.npy").write_bytes(data)
        (folder / "b.npy").write_bytes(npy_bytes(np.arange(12.0).reshape(3, 4) / 7 + 0.1))
        (folder / "z.npz").write_bytes(archive_bytes())
        base = {"convert": ["a.npy", "o" if name == "to" else "o.out"], "pack": ["o.npz", "a.npy"], "diff": ["a.npy", "a.npy"],
                "unpack": ["z.npz"], "append": ["b.npy", "a.npy"], "cat": ["a.npy", "-o", "o" if name == "to" else "o.out"],
                "rm": ["z.npz", "x"], "mv": ["z.npz", "x", "y"], "split": ["a.npy", "parts"], "stack": ["parts", "a.npy"],
                "join": ["parts", "-o", "o" if name == "to" else "o.out"]}.get(command, ["a.npy"])
        if name == "output" and command in ("cat", "join"):
            base = base[:1]
        if command == "join" or of == "split twice":
            run_npy("split", "a.npy", "parts")
        if of == "refs twice":
            (folder / "r.json").write_bytes(b"")
        if of == "picture twice":
            (folder / "o.png").write_bytes(b"")
        if of == "pickle":
            (folder / "p.pkl").write_bytes(data)
            base = ["p.pkl"]
        if of == "bad member" and command == "convert":
            base = ["z.npz", "o.out"]
        if of == "new":
            base = ["new.npy", "a.npy"]
        if of == "trailing":
            with open("b.npy", "ab") as file:
                file.write(b"rest")
        if of == "replaced":
            run_npy("pack", "o.npz", "b.npy", "a=b.npy")
        if of == "diff":
            base = ["a.npy", "b.npy"]
        if of == "twice":
            (folder / {"convert": base[-1], "cat": "o.out", "join": "o.out"}.get(command, base[0])).write_bytes(b"")
        if of == "appended":
            run_npy("pack", "o.npz", "b.npy")
        if of == "archive twice":
            run_npy("unpack", "z.npz")
        result = run_npy(command, *base, *before, *extra, check=False)
        files = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
        return result.returncode, result.stdout, result.stderr, files

    first, second = outcome([]), outcome(option)
    assert first != second, (command, option)
    if of == "refused":
        assert second[0] == 64


@pytest.mark.parametrize("option, given, format", [
    ("--fmt", ["--fmt", "%d"], "npy"), ("--out-delimiter", ["--out-delimiter", ","], "npz"),
    ("--newline", ["--newline", "x"], "pkl"), ("--header", ["--header", "x"], "npy"), ("--footer", ["--footer", "x"], "npy"),
    ("--compress", ["--compress"], "npy"), ("--numpy-layout", ["--numpy-layout"], "csv"), ("--name", ["--name", "x"], "npy"),
    ("--protocol", ["--protocol", "2"], "npz"), ("--numpy-modules", ["--numpy-modules", "1"], "npy"),
    ("--comment-prefix", ["--comment-prefix", "x"], "txt"), ("--fmt-list", ["--fmt-list"], "txt")])
def test_options_for_another_output(tmp_path, option, given, format):
    np.save(tmp_path / "a.npy", np.arange(3))
    result = run_npy("convert", tmp_path / "a.npy", tmp_path / f"o.{format}", *given, check=False)
    assert result.returncode == 64 and option.encode() in result.stderr and not (tmp_path / f"o.{format}").exists()
