"""What `npy check` tells of files that were cut, added to, or made to be overlooked."""
import bz2
import cmath
import gzip
import io
import json
import lzma
import math
import operator
import os
import pickle
import struct
import sys
import tarfile
import types
import zipfile
import zlib

import numpy as np
import pytest

from conftest import run_npy

COMPRESSIONS = {"gz": gzip, "bz2": bz2, "xz": lzma}


class Runs:
    """What runs a command when it is loaded."""

    def __init__(self, command="true"):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def check(path):
    """The exit code, and what was found: severities, messages, names."""
    result = run_npy("check", "--json", path, check=False)
    assert not result.stderr, result.stderr
    return result.returncode, json.loads(result.stdout)["findings"]


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def zipped(path, **members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


# MARK: Compressed files

CONTENTS = {
    "npy": npy(np.arange(40.0)), "big.npy": npy(np.arange(3000.0) % 7), "txt": b"1 2 3\n4 5 6\n", "csv": b"a,b\n1,2\n",
    "pkl": pickle.dumps({"a": [1, 2]}), "json": b"[[1, 2], [3, 4]]",
}


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("content", CONTENTS)
def test_ends_of_compressed_files(content, compression):
    whole = COMPRESSIONS[compression].compress(CONTENTS[content])
    extension = content.split(".")[-1]
    write(f"whole.{extension}.{compression}", whole)
    assert check(f"whole.{extension}.{compression}") == (0, [])
    # A checksum, a length, the end of a block: each is looked at, whatever the name.
    for name in [f"cut.{extension}.{compression}", f"added.{extension}.{compression}", f"wrong.{extension}.{compression}"]:
        data = bytearray(whole)
        if name.startswith("cut"):
            del data[-3:]
        elif name.startswith("added"):
            data += b"garbage"
        else:
            data[-6 if compression == "gz" else len(data) // 2] ^= 0x55
        write(name, data)
        code, findings = check(name)
        assert code == 1 and any(finding["severity"] == "error" for finding in findings), (name, findings)
        # What shows a file does not read what is said to be broken.
        assert run_npy("show", name, check=False).returncode == 1, name


def test_compressed_members(compression="gz"):
    whole = gzip.compress(b"\x00\x01" * 300)
    zipped("whole.zip", a__b=whole)
    assert check("whole.zip") == (0, [])
    zipped("cut.zip", a__b=whole[:-5])
    assert check("cut.zip")[0] == 1
    # What is only perhaps a zlib stream is let alone.
    zipped("perhaps.zip", a__b=zlib.compress(bytes(2000))[:-5])
    assert check("perhaps.zip") == (0, [])


def test_pickles_before_a_broken_end():
    """Python calls what a pickle names before it comes to the end of the stream."""
    write("short.pkl.gz", gzip.compress(pickle.dumps(Runs()))[:-4])
    code, findings = check("short.pkl.gz")
    assert code == 1
    assert any("system" in finding.get("name", "") for finding in findings), findings


def test_what_follows_a_compressed_array():
    write("two.npy.gz", gzip.compress(npy(np.arange(3)) + pickle.dumps(Runs())))
    code, findings = check("two.npy.gz")
    assert code == 1 and any("system" in finding.get("name", "") for finding in findings), findings
    write("zeros.npy.gz", gzip.compress(npy(np.arange(3)) + b"\0\0"))
    code, findings = check("zeros.npy.gz")
    assert code == 0 and [finding["severity"] for finding in findings] == ["warning"], findings


# MARK: What follows the pickles of PyTorch's files


def storage_stream():
    """A file of PyTorch before 1.6 without tensors."""
    parts = [0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}, {"a": 1}, []]
    return b"".join(pickle.dumps(part, 2) for part in parts)


def tar(members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def torch_files(end):
    """PyTorch's three formats, with bytes behind what it reads."""
    with zipfile.ZipFile("zip.pt", "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps({"a": 1}, 2) + end)
        archive.writestr("model/version", "3\n")
    write("stream.pt", storage_stream() + end)
    empty = pickle.dumps(0, 2)
    parts = {"storages": empty + pickle.dumps([], 2), "tensors": empty, "pickle": pickle.dumps({"a": 1}, 2)}
    yield from ["zip.pt", "stream.pt"]
    for name in parts:
        write(f"{name}.pt", tar({**parts, name: parts[name] + end}))
        yield f"{name}.pt"
    write("more.pt", tar({**parts, "readme": end or b"text"}))
    yield "more.pt"


def test_what_follows_pytorch():
    for path in torch_files(b""):
        assert check(path) == (0, []), path
    for path in torch_files(pickle.dumps([Runs()], 3)):
        code, findings = check(path)
        assert code == 1 and any("system" in finding.get("name", "") for finding in findings), (path, findings)
    for path in torch_files(b"more"):
        if path != "more.pt":
            code, findings = check(path)
            assert code == 0 and [finding["severity"] for finding in findings] == ["warning"], (path, findings)


# MARK: Pickles that only just fail

NAMES = b"\x8c\x05posix\x8c\x06system\x93"
FAILING = {
    "state of a function": b"\x80\x04" + NAMES + b"}\x8c\x01a\x8c\x01bsb.",
    "state of a class": b"cdecimal\nDecimal\n(N}S'x'\nI1\nstb.",
    "extension": b"\x80\x02\x82\x07(K\x01tR.",
    "long extension": b"\x80\x02\x84\x07\x00\x01\x00)R.",
    "frame": b"\x80\x05\x95" + struct.pack("<Q", 2**50) + NAMES + b"\x8c\x02id\x85R.",
    "frame beyond all numbers": b"\x80\x05\x95" + b"\xff" * 8 + NAMES + b"\x8c\x02id\x85R.",
    "named and cut": b"\x80\x04" + NAMES + b"\x8c\x02id\x85",
    "named, and too few": b"\x80\x04" + NAMES + b"R.",
    "named by protocol 2": b"\x80\x02cnt\nsystem\n0",
}


@pytest.mark.parametrize("name", FAILING)
def test_pickles_that_just_fail(name):
    """The same bytes are told wherever they are, and what they name with them."""
    data = FAILING[name]
    write("x.pkl", data)
    zipped("x.zip", model__weights=data)
    zipped("inner.zip", a=open("x.zip", "rb").read())
    write("x.tar", tar({"weights": data}))
    told = set()
    for path in ["x.pkl", "x.zip", "inner.zip", "x.tar"]:
        code, findings = check(path)
        assert code == 1, (path, findings)
        told.add(json.dumps([finding["message"] for finding in findings]))
    assert len(told) == 1
    if "posix" in repr(data):
        assert "posix.system" in told.pop()


def test_frames_as_pythons_own_unpickler_reads_them():
    """The unpickler in Python, which Python itself falls back to, does load what the one in C refuses."""
    data = b"\x80\x04\x95" + struct.pack("<Q", 999) + b"K\x07."
    assert pickle._loads(data) == 7
    with pytest.raises(pickle.UnpicklingError):
        pickle.loads(data)
    write("x.pkl", data)
    code, findings = check("x.pkl")
    assert code == 1 and "999 bytes" in findings[0]["message"]
    assert run_npy("show", "x.pkl", check=False).returncode == 1


def test_raw_numbers_are_no_pickles():
    random = np.random.default_rng(5)
    for seed in range(40):
        start = [b"\x80", b"\x80\x05c", b"\x80\x04\x8c", b"", b"]\x00\x00", b"x\x9c", b"(cos"][seed % 7]
        zipped(f"{seed}.zip", weights=start + random.bytes(400))
    told = run_npy("check", *[f"{seed}.zip" for seed in range(40)])
    assert told.decode().splitlines() == [f"ok: {seed}.zip" for seed in range(40)]


# MARK: Names

FUNCTIONS = [len, max, sorted, abs, math.log, cmath.sqrt, operator.add, operator.itemgetter(1), operator.truediv, [zip, enumerate]]


def test_functions_that_compute_are_data():
    """Models name them, to be called with their data later."""
    for place, function in enumerate(FUNCTIONS):
        write(f"{place}.pkl", pickle.dumps({"f": function}))
        code, findings = check(f"{place}.pkl")
        assert code == 0 and [finding["severity"] for finding in findings] == ["note"], (function, findings)


class Calls:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("function,arguments,code", [
    (pow, (3, 4), 2), (operator.mul, (3, 4), 2), (len, ("abc",), 2), (print, ("x",), 1), (operator.attrgetter, ("x",), 1),
    (operator.methodcaller, ("x",), 1), (getattr, (1, "real"), 1), (__import__, ("os",), 1), (vars, (), 1), (map, (len, "a"), 1)])
def test_calls_are_told(function, arguments, code):
    """What data has no need to call is told; what looks things up by a name, or calls others, is dangerous."""
    write("x.pkl", pickle.dumps(Calls(function, *arguments), 4))
    found, findings = check("x.pkl")
    assert found == code and any(function.__name__ in finding["message"] for finding in findings), findings


def test_functions_of_numeric_libraries_are_data_unless_they_are_called():
    """Of NumPy as it pickles them; of SciPy and scikit-learn by their names, as these are not installed here."""
    for function in [np.mean, np.linalg.norm, np.fft.rfft, np.ma.median, np.log1p, np.strings.upper, np.finfo("f4")]:
        write("f.pkl", pickle.dumps({"f": function}))
        assert check("f.pkl")[0] == 0, function
    write("f.pkl", pickle.dumps(Calls(np.mean, [1.0])))
    assert check("f.pkl")[0] != 0
    for function in [np.loadtxt, np.fromfile, np.save, np.frompyfunc, np.seterr, np.apply_along_axis, np.lib.format.open_memmap]:
        write("f.pkl", pickle.dumps({"f": function}))
        assert check("f.pkl")[0] != 0, function

    def named(module, name):
        return pickle.PROTO + b"\x02}X\x01\0\0\0fc" + module.encode() + b"\n" + name.encode() + b"\ns."
    for module, name, code in [
            ("scipy.stats._stats_py", "pearsonr", 0), ("scipy.special._ufuncs", "expit", 0), ("scipy.linalg._decomp", "eigh", 0),
            ("sklearn.metrics._classification", "f1_score", 0), ("scipy.stats._stats_py", "os", 2), ("numpy.ma.core", "builtins", 2),
            ("scipy.stats._stats_py", "os.system", 1), ("scipy.io._mio", "loadmat", 1), ("sklearn.datasets._base", "load_files", 1),
            ("numpy.linalg", "eval", 1)]:
        write("n.pkl", named(module, name))
        assert (check("n.pkl")[0] == 0) == (code == 0), (module, name)


TEMPLATE = """
def _parse_args(self, a, b,  loc=0, scale=1):
    return (a, b, ), loc, scale

def _parse_args_rvs(self, a, b,  loc=0, scale=1, size=None):
    return self._argcheck_rvs(a, b,  loc, scale, size=size)

def _parse_args_stats(self, a, b,  loc=0, scale=1, moments='mv'):
    return (a, b, ), loc, scale, moments
"""


@pytest.mark.parametrize("template, is_data", [
    (TEMPLATE, True), (TEMPLATE.replace("a, b, ", "").replace("a, b,", ""), True), (TEMPLATE.replace(", scale=1", ""), True),
    (TEMPLATE + "print(1)\n", False), (TEMPLATE.replace("loc=0", "loc=print(1)"), False), ("import os", False),
    (TEMPLATE.replace("scale=1", "scale=self.x"), False), (TEMPLATE.replace("    return (a", "    exec(a); return (a"), False),
    (TEMPLATE.replace("size=size)", "size=size), exec('1')"), False), (b"import os", False), (["import os"], False),
    (TEMPLATE.replace("(self", "(self=[].append(1)"), False)], ids=lambda part: str(part)[-12:])
def test_distributions_of_scipy_are_data_if_their_template_is_scipys(monkeypatch, template, is_data):
    """SciPy executes the text when a distribution is unpickled."""
    module = types.ModuleType("scipy.stats._continuous_distns")
    module.beta_gen = type("beta_gen", (), {"__module__": module.__name__})
    for name in ("scipy", "scipy.stats"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    value = module.beta_gen()
    value.__dict__ = {"_parse_arg_template": template, "numargs": 2}
    for protocol in (2, 4):
        write("d.pkl", pickle.dumps({"C": value}, protocol))
        assert (check("d.pkl")[0] == 0) == is_data, check("d.pkl")


def test_methods_of_data_are_data_unless_they_are_called():
    write("m.pkl", pickle.dumps({"draw": np.random.default_rng(0).normal}, 4))
    assert check("m.pkl")[0] == 0
    write("c.pkl", pickle.dumps(Calls(np.random.default_rng(0).normal, 1.0), 4))
    assert check("c.pkl")[0] != 0
    write("d.pkl", pickle.dumps({"f": Calls(getattr, np.random.default_rng(0), "__reduce__")}, 4))
    assert check("d.pkl")[0] != 0


def test_classes_without_a_name_of_their_own_are_data():
    """Python pickles the class of None as a call of type: of anything else the call is told."""
    for protocol in range(6):
        write("none.pkl", pickle.dumps([type(None), type(...), type(NotImplemented), type], protocol))
        assert check("none.pkl")[0] == 0, protocol
    write("other.pkl", pickle.dumps(Calls(type, "x"), 4))
    assert check("other.pkl")[0] != 0
    write("made.pkl", pickle.dumps(Calls(type, "X", (), {}), 4))
    assert check("made.pkl")[0] != 0


def test_interpolators():
    """Names as SciPy's pickles of protocols 2 and 4 have them; any other method of the class is not one of them."""
    def named(module, name, protocol):
        if protocol == 4:
            return b"\x80\x04\x8c" + bytes([len(module)]) + module + b"\x8c" + bytes([len(name)]) + name + b"\x93."
        return b"\x80\x02c" + module + b"\n" + name + b"\n."
    good = [(b"scipy.interpolate._interpolate", b"interp1d._call_linear_np"), (b"scipy.interpolate._rbfinterp", b"RBFInterpolator"),
            (b"scipy.spatial._qhull", b"Delaunay"), (b"scipy.integrate._ivp.common", b"OdeSolution"),
            (b"scipy.stats._stats_py", b"SignificanceResult"), (b"scipy.signal._ltisys", b"StateSpaceContinuous")]
    for module, name in good:
        for protocol in (2, 4):
            write("x.pkl", named(module, name, protocol))
            assert check("x.pkl")[0] == 0, name
    for module, name in [(b"scipy.interpolate._interpolate", b"interp1d.__init__"), (b"scipy.io", b"loadmat"),
                         (b"scipy.interpolate._interpolate", b"interp1d._call_linear_np.__globals__")]:
        write("x.pkl", named(module, name, 4))
        assert check("x.pkl")[0] == 1, name
    # Of a distribution the state holds code, which is run when it is loaded, and looked at: the test above.
    write("x.pkl", named(b"scipy.stats._continuous_distns", b"norm_gen", 4))
    assert check("x.pkl")[0] == 0


# MARK: JSON, and text that is no table of numbers

@pytest.mark.parametrize("text", ["[1, 2, 3]", "[[1, 2], [3, 4]]\n", '{"a": [1.5, null], "b": "x"}', "[1]\n[2]\n", "[]"])
def test_sound_json(text):
    json.loads(text.splitlines()[0])
    for name in ["x.json", "x.jsonl"]:
        write(name, text.encode())
        assert check(name) == (0, [])


@pytest.mark.parametrize("text", ["[1,2}", "[1,2", '{"a":1', "[1] x", "[1, 2], 3", "{'a': 1}", '"a', "[01]"])
def test_broken_json_is_told_by_its_byte(text):
    with pytest.raises(ValueError):
        json.loads(text)
    write("x.json", text.encode())
    code, findings = check("x.json")
    assert code == 1 and findings[0]["severity"] == "error" and findings[0]["offset"] is not None, findings
    # Beside other files it is noted, compressed or not, as is all that is no array.
    os.mkdir("folder")
    os.rename("x.json", "folder/x.json")
    assert run_npy("check", "folder").startswith(b"note: folder/x.json: this is not JSON")
    write("y.json.gz", gzip.compress(text.encode()))
    write("a.npy", npy(np.arange(3)))
    result = run_npy("check", "a.npy", "y.json.gz")
    assert b"note: y.json.gz" in result and b"this is not JSON" in result and b"ok: a.npy" in result, result


@pytest.mark.parametrize("name, data, words", [
    ("tool", b"\x7fELF\2\1\1" + bytes(200), "program"), ("x.h5", b"\x89HDF\r\n\x1a\n" + bytes(60), "HDF5"),
    ("noise.bin", b"\xfe\1\2\3" * 40, "neither"), ("notes.md", b"# Notes\nof a day\n", "neither"),
    ("settings", b'{"a": ', "neither")])
def test_files_that_are_not_looked_at_are_noted(name, data, words):
    write("a.npy", npy(np.arange(3)))
    write(name, data)
    found = {file["file"]: file for file in json.loads(run_npy("check", "--json", "a.npy", name))}
    assert found["a.npy"]["findings"] == [] and found[name]["ok"]
    assert [finding["severity"] for finding in found[name]["findings"]] == ["note"], found[name]
    if words != "neither":
        assert words in found[name]["findings"][0]["message"], found[name]


def test_json_beside_others_may_be_anything():
    for number, value in enumerate([{"a": [1, {"b": None}]}, [1, "x", []], "text", [[1, 2], [3]], None]):
        write(f"{number}.json", json.dumps(value, indent=number).encode())
    for file in json.loads(run_npy("check", "--json", ".")):
        assert file["ok"] and file["findings"] == [], file


def test_pickles_named_as_json():
    write("x.json", pickle.dumps(Runs()))
    code, findings = check("x.json")
    assert code == 1 and "system" in findings[0]["message"], findings


@pytest.mark.parametrize("name, text, offset", [
    ("x.csv", "1,2\n3,x\n", 6), ("x.txt", "a 1\nb 2\n", 0), ("x.txt", "1 2\n3 x\n", 6)])
def test_text_that_other_commands_refuse(name, text, offset):
    """It is sound, and what keeps it from being read as numbers is noted."""
    write(name, text.encode())
    assert run_npy("show", name, check=False).returncode == 1
    code, findings = check(name)
    assert code == 0 and [finding["severity"] for finding in findings] == ["note"], findings
    assert findings[0]["offset"] == offset, findings



@pytest.mark.parametrize("letter", "ciPTGB(XNKM")
@pytest.mark.parametrize("count", [2, 1000])
def test_tables_whose_first_name_begins_as_a_pickle(letter, count):
    """`c` imports what stands on the rest of the line and the next; lines of many columns are longer than what is looked at."""
    rows = [",".join(f"{letter}{column}" for column in range(count))]
    rows += [",".join(str(row * column % 97) for column in range(count)) for row in range(20)]
    write("x.csv", "\n".join(rows).encode() + b"\n")
    assert check("x.csv") == (0, []), (letter, count)
    write("x.csv", b"cposix\nsystem\n(S'id'\ntR.")
    assert check("x.csv")[0] == 1


# MARK: Long lines, and bytes that only begin as pickles

LONG = {
    "list.txt": "[" + ", ".join(map(str, range(150_000))) + "]", "row.txt": ", ".join(map(str, range(150_000))),
    "word.txt": "a" * 2_000_000, "last.txt": "1 x\n" + "b " * 300_000,
}


@pytest.mark.parametrize("name", LONG)
def test_long_lines_are_not_searched(name):
    write(name, LONG[name].encode())
    result = run_npy("check", "--json", name, check=False, timeout=60)
    for finding in json.loads(result.stdout)["findings"]:
        assert "reads it" not in finding["message"], finding


@pytest.mark.parametrize("byte", [b"]", b"N", b"}", b"\x88"])
def test_values_that_wait_for_an_end_that_is_not_there(byte):
    write("x", byte * 12_000_000)
    with pytest.raises((EOFError, pickle.UnpicklingError)):
        pickle.loads(byte * 1000)
    code, findings = check("x")
    assert code == 1 and "ends too early" in findings[0]["message"], findings
    zipped("x.zip", member=byte * 3_000_000)
    assert check("x.zip")[0] == 0
    # One that ends, or that calls something on its way, is read to its end.
    write("y", byte * 1_200_000 + pickle.dumps(Runs(), 0))
    code, findings = check("y")
    assert code == 1 and any("system" in finding["message"] for finding in findings), findings


@pytest.mark.parametrize("text, is_read", [("a b\n1 2 3\n", False), ("a 1\nb 2\n", True), ("x;y\n1;z\n", True), ("1 2\n3 4 q\n", False)])
def test_advice_to_read_text_is_tried(text, is_read):
    write("x.txt", text.encode())
    told = run_npy("check", "x.txt", check=False).stdout.decode()
    works = run_npy("show", "x.txt", "--genfromtxt", "--dtype", "auto", check=False).returncode == 0
    assert works == is_read, text
    assert works or "--genfromtxt --dtype auto reads it" not in told, told


# MARK: Archives within archives

@pytest.mark.parametrize("last", [300, 60_000])
@pytest.mark.parametrize("name", ["x.tar", "x.tar.gz"])
def test_an_archive_that_ends_a_tar_archive(name, last):
    inner = io.BytesIO()
    np.savez(inner, a=np.arange(7), b=np.zeros(last, "u1"))
    with tarfile.open(name, "w:gz" if name.endswith("gz") else "w") as archive:
        for member, data in {"a.npy": npy(np.arange(3)), "m.npz": inner.getvalue()}.items():
            info = tarfile.TarInfo(member)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    assert check(name) == (0, [])
    if name == "x.tar":
        # Behind the archive it is another, for those who look at the end.
        with open(name, "ab") as file:
            file.write(inner.getvalue())
        assert check(name)[0] == 1


def test_what_macos_adds():
    apple = b"\0\5\x16\7\0\2\0\0Mac OS X        " + bytes(100)
    with zipfile.ZipFile("x.zip", "w") as archive:
        archive.writestr("a.npy", npy(np.arange(3)))
        archive.writestr("__MACOSX/._a.npy", apple)
    code, findings = check("x.zip")
    assert code == 0 and [finding["severity"] for finding in findings] == ["note"], findings
    assert run_npy("show", "x.zip") == b"a:\n[0 1 2]\n"
    run_npy("stats", "x.zip")
    assert run_npy("ls", "x.zip").decode().splitlines()[0].split()[0] == "x.zip:a"
    # The name alone excuses nothing.
    with zipfile.ZipFile("y.zip", "w") as archive:
        archive.writestr("__MACOSX/._a.npy", b"text")
    assert check("y.zip")[0] == 1
