"""Arguments as NumPy takes and refuses them: iterators, truth values, bytes; file objects that stand in the middle."""
import io
import pickle
import warnings

import numpy as np
import pytest

import npyfast


def outcome(function, *arguments, **options):
    """What a call gives, or raises, and the warnings of it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function(*arguments, **options)
        except Exception as error:
            result = (type(error), str(error))
        else:
            result = (result.dtype, result.tolist()) if isinstance(result, np.ndarray) else result
    return repr(result), [(warning.category, str(warning.message)) for warning in caught]


TEXT = "# a\n" + "1 2 3\n4 5 6\n" * 300
TEXTS = {"long": TEXT, "words": TEXT.replace("5", "x"), "short": "1 2 3\n", "empty": ""}


@pytest.mark.parametrize("text", ["long", "words", "short"])
@pytest.mark.parametrize("dtype", [float, int, object, "U3"])
@pytest.mark.parametrize("iterator", [lambda: iter([1]), lambda: (column for column in (0, 1)), lambda: map(int, "10"), lambda: iter(())])
def test_columns_of_an_iterator(tmp_path, text, dtype, iterator):
    (tmp_path / "t.txt").write_text(TEXTS[text])
    for name in ("loadtxt", "genfromtxt"):
        ours, theirs = (outcome(getattr(module, name), tmp_path / "t.txt", usecols=iterator(), dtype=dtype) for module in (npyfast, np))
        assert ours == theirs


@pytest.mark.parametrize("dtype", [float, object])
def test_comments_of_an_iterator(tmp_path, dtype):
    (tmp_path / "t.txt").write_text(TEXT + "% b\n7 8 9 # c\n")
    ours, theirs = (outcome(module.loadtxt, tmp_path / "t.txt", comments=iter(["%", "#"]), dtype=dtype) for module in (npyfast, np))
    assert ours == theirs


@pytest.mark.parametrize("name, options", [
    ("loadtxt", {"quotechar": b'"'}), ("loadtxt", {"skiprows": True}), ("loadtxt", {"skiprows": False}), ("loadtxt", {"max_rows": True}),
    ("loadtxt", {"dtype": "(2,)f8"}), ("loadtxt", {"dtype": [("a", "f8", (2,)), ("b", "f8")]}), ("genfromtxt", {"comments": ""}),
    ("genfromtxt", {"names": False}), ("genfromtxt", {"skip_header": True}), ("genfromtxt", {"max_rows": True}),
    ("genfromtxt", {"dtype": "(3,)f8"})])
@pytest.mark.parametrize("text", ["long", "short", "empty"])
def test_what_numpy_refuses_is_refused(tmp_path, name, options, text):
    (tmp_path / "t.txt").write_text(TEXTS[text])
    ours, theirs = (outcome(getattr(module, name), tmp_path / "t.txt", **options) for module in (npyfast, np))
    assert ours == theirs


@pytest.mark.parametrize("text", ["1e5 2\n3 4\n", "65520 1\n", "inf 1\n", "65519 -inf\n", "1 nan\n"])
@pytest.mark.parametrize("dtype", ["f2", ">f2", "f2,f2", "f4,f2", [("a", [("b", "f2"), ("c", "f8")])]])
def test_halves_that_overflow(tmp_path, text, dtype):
    (tmp_path / "t.txt").write_text(text * 200)
    for name in ("loadtxt", "genfromtxt"):
        ours, theirs = (outcome(getattr(module, name), tmp_path / "t.txt", dtype=dtype) for module in (npyfast, np))
        assert ours[0] == theirs[0] and set(ours[1]) == set(theirs[1]), name


@pytest.mark.parametrize("before", [b"abc", pickle.dumps({"other": 1}), bytes(100)])
@pytest.mark.parametrize("allow_pickle", [False, True])
def test_a_broken_archive_within_a_file(before, allow_pickle):
    content = io.BytesIO()
    np.savez(content, a=np.arange(3))
    broken = content.getvalue()[:-30] + bytes(30)
    both = []
    for module in (npyfast, np):
        file = io.BytesIO(before + broken)
        file.seek(len(before))
        both.append(outcome(module.load, file, allow_pickle=allow_pickle))
    assert both[0] == both[1]


def test_the_file_in_an_error_is_the_one_that_was_given(tmp_path):
    (tmp_path / "a.npy").write_bytes(b"no pickle")
    for file in (tmp_path / "a.npy", str(tmp_path / "a.npy"), str(tmp_path / "a.npy").encode()):
        ours, theirs = (outcome(module.load, file, allow_pickle=True) for module in (npyfast, np))
        assert ours == theirs


def test_elements_of_other_packages_in_archives(tmp_path):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    for name in ("bfloat16", "float8_e5m2", "float8_e4m3fn", "int4"):
        array = np.ones(3, getattr(ml_dtypes, name))
        for save in ("savez", "savez_compressed"):
            for file in (io.BytesIO, lambda: tmp_path / "a.npz"):
                headers = []
                for module in (npyfast, np):
                    target = file()
                    getattr(module, save)(target, a=array)
                    import zipfile
                    with zipfile.ZipFile(target) as archive:
                        headers.append(archive.read("a.npy"))
                assert headers[0] == headers[1], name


@pytest.mark.parametrize("dtype", ["S0", "U0", "V0", [("a", "S0"), ("b", "i4")], [("a", "U0")], ">U0"])
@pytest.mark.parametrize("shape", [(2, 2), (0,), (), (3, 0)])
def test_texts_of_no_characters(tmp_path, dtype, shape):
    array = np.ndarray(shape, dtype)
    np.save(tmp_path / "a.npy", array)
    np.savez(tmp_path / "a.npz", a=array)
    loads = [lambda module: module.load(tmp_path / "a.npy"), lambda module: module.load(io.BytesIO((tmp_path / "a.npy").read_bytes())),
             lambda module: module.load(tmp_path / "a.npz")["a"]]
    for load in loads:
        ours, theirs = (outcome(load, module) for module in (npyfast, np))
        assert ours == theirs


@pytest.mark.parametrize("options", [{}, {"fmt": "%g"}, {"fmt": ["%g", "%g"]}, {"fmt": ("%f",)}, {"fmt": ["(%g%+gj)"]}, {"fmt": "%s"}], ids=str)
def test_complex_columns(tmp_path, options):
    records = np.zeros(40, [("a", "c16"), ("b", "f8")])
    records["a"] = 1 + 2j
    for array in (records, np.full(40, 1 + 2j), np.full((40, 1), 1 + 2j), np.full((20, 2), 1 + 2j)):
        texts = []
        for module in (npyfast, np):
            path = tmp_path / module.__name__
            texts.append((outcome(module.savetxt, path, array, **options), path.read_bytes() if path.exists() else None))
        # A table that is refused leaves no file here, and the beginning of one with NumPy.
        assert texts[0][0] == texts[1][0] and (texts[0][0][0] != "None" or texts[0][1] == texts[1][1])


@pytest.mark.parametrize("shape", [(3, 4), (), (0,), (5,)])
@pytest.mark.parametrize("mode", ["r", "c", "r+"])
def test_mapped_arrays_are_numpys(tmp_path, shape, mode):
    np.save(tmp_path / "a.npy", np.zeros(shape))
    ours, theirs = (module.load(tmp_path / "a.npy", mmap_mode=mode) for module in (npyfast, np))
    assert type(ours) is type(theirs) and ours.shape == theirs.shape and ours.flags.writeable == theirs.flags.writeable
    (tmp_path / "b.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:90])
    ours, theirs = (outcome(module.load, tmp_path / "b.npy", mmap_mode=mode) for module in (npyfast, np))
    assert ours == theirs


@pytest.mark.parametrize("dtype", ["f8", ">i2", "M8[s]", "U3", "S2", "?", "c8", "f4,i2", "V3"])
def test_arrays_may_be_locked_for_a_while(tmp_path, dtype):
    array = np.zeros((3, 2), dtype, order="F")
    np.save(tmp_path / "a.npy", array)
    np.savez_compressed(tmp_path / "a.npz", a=array)
    for loaded in (npyfast.load(tmp_path / "a.npy"), npyfast.load(tmp_path / "a.npz")["a"], npyfast.load(io.BytesIO((tmp_path / "a.npy").read_bytes()))):
        assert loaded.dtype == array.dtype and loaded.flags.f_contiguous and np.array_equal(loaded, array)
        loaded.flags.writeable = False
        loaded.flags.writeable = True
        loaded[0] = loaded[1]


class Own:
    """What has its own way to be saved."""

    def __array_function__(self, function, types, arguments, keywords):
        return f"mine: {function.__name__}"


def test_functions_of_other_packages_are_asked(tmp_path):
    for name, call in (("save", lambda module, file: module.save(file, Own())), ("savez", lambda module, file: module.savez(file, np.zeros(3), a=Own())),
                       ("savez_compressed", lambda module, file: module.savez_compressed(file, Own())), ("savetxt", lambda module, file: module.savetxt(file, Own()))):
        assert call(npyfast, io.BytesIO()) == call(np, io.BytesIO()) == f"mine: {name}"


@pytest.mark.parametrize("text", ["1 2\n3 x\n", "1 2\n3\n", "1 2\n3 4\n", ""])
@pytest.mark.parametrize("options", [{}, {"dtype": None}, {"dtype": str}, {"max_rows": 1}])
@pytest.mark.parametrize("name", ["loadtxt", "genfromtxt"])
def test_text_from_pipes(tmp_path, text, options, name):
    if name == "loadtxt" and options == {"dtype": None}:
        return
    both = []
    for module in (npyfast, np):
        import os
        read, write = os.pipe()
        os.write(write, text.encode())
        os.close(write)
        both.append(outcome(getattr(module, name), f"/dev/fd/{read}", **options))
        os.close(read)
    assert both[0][0] == both[1][0]


def test_an_archive_in_a_pipe_is_an_error(tmp_path):
    import os
    import threading
    os.mkfifo(tmp_path / "f.npz")
    np.savez(tmp_path / "a.npz", a=np.arange(3))
    content = (tmp_path / "a.npz").read_bytes()
    writer = threading.Thread(target=lambda: (tmp_path / "f.npz").write_bytes(content), daemon=True)
    writer.start()
    with pytest.raises((ValueError, OSError)):
        npyfast.load(tmp_path / "f.npz")


@pytest.mark.parametrize("text", ["1\nx\n3\n", "1,2\n,3\n", "1\n3\n"])
@pytest.mark.parametrize("options", [{"dtype": [("a", "f8")]}, {"dtype": [("a", "?")]}, {"dtype": "f8,f8", "usecols": -1}, {"dtype": [("a", "i4")]}], ids=str)
def test_records_of_one_column(tmp_path, text, options):
    (tmp_path / "t.txt").write_text(text * 100)
    ours, theirs = (outcome(module.genfromtxt, tmp_path / "t.txt", delimiter=",", **options) for module in (npyfast, np))
    assert ours == theirs


@pytest.mark.parametrize("kind", ["items", "lazy", "batch", "tensors"])
@pytest.mark.parametrize("is_file", [False, True])
def test_an_archive_is_closed_while_others_read(tmp_path, kind, is_file):
    import random
    import threading
    import time
    arrays = {f"k{number}": np.arange((300 + 40 * number) * 50) % 50 for number in range(8)}
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    npyfast.save_safetensors(tmp_path / "a.safetensors", arrays)
    content = (tmp_path / "a.npz").read_bytes()
    reads = {"items": lambda opened: opened["k3"], "lazy": lambda opened: opened.lazy("k3")[3:500], "tensors": lambda opened: opened["k3"],
             "batch": lambda opened: npyfast.batch(opened, ["k3"])[0]}
    wrong = []

    def read(opened):
        try:
            while True:
                part = np.asarray(reads[kind](opened)).reshape(-1)
                expected = arrays["k3"][3:500] if kind == "lazy" else arrays["k3"]
                if not np.array_equal(part, expected):
                    wrong.append(part)
        except ValueError:
            pass
        except Exception as error:
            wrong.append(error)

    for _ in range(60):
        if kind == "tensors":
            opened = npyfast.open_safetensors(tmp_path / "a.safetensors")
        else:
            opened = npyfast.load(io.BytesIO(content) if is_file else tmp_path / "a.npz")
        threads = [threading.Thread(target=read, args=(opened,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(random.random() * 0.003)
        opened.close()
        for thread in threads:
            thread.join()
    assert not wrong


class Repaired:
    """Hands all on to a file but for its lines."""

    def __init__(self, file):
        self.file = file

    def __iter__(self):
        return (line.replace(b"3", b"5") for line in self.file)

    def __getattr__(self, name):
        return getattr(self.file, name)


def subclasses(content):
    class Iterated(io.BytesIO):
        def __iter__(self):
            return (line.replace(b"3", b"5") for line in super().__iter__())

    class Next(io.BufferedReader):
        def __next__(self):
            return super().__next__().replace(b"3", b"5")

    class Text(io.StringIO):
        def __next__(self):
            return super().__next__().replace("3", "5")

    class Lines(io.TextIOWrapper):
        def readline(self, *arguments):
            return super().readline(*arguments).replace("3", "5")

    return [Repaired(io.BytesIO(content)), Iterated(content), Next(io.BytesIO(content)), Text(content.decode()), Lines(io.BytesIO(content))]


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("name", ["loadtxt", "genfromtxt"])
def test_lines_are_those_of_the_file_object(place, name):
    content = b"1,2\n3,4\n" * 300
    ours, theirs = (outcome(getattr(module, name), subclasses(content)[place], delimiter=",") for module in (npyfast, np))
    assert ours == theirs


def test_bytes_are_those_of_the_file_object():
    array = np.arange(40_000.)
    content = io.BytesIO()
    np.save(content, array)

    class Deciphered(io.BytesIO):
        def read(self, *arguments):
            start = self.tell()
            data = bytearray(super().read(*arguments))
            for place in range(max(0, 128 - start), len(data)):
                data[place] ^= 0x11
            return bytes(data)

    class Counted:
        def __init__(self, file):
            self.file, self.count = file, 0

        def read(self, *arguments):
            data = self.file.read(*arguments)
            self.count += len(data)
            return data

        def __getattr__(self, name):
            return getattr(self.file, name)

    plain = content.getvalue()
    secret = plain[:128] + bytes(byte ^ 0x11 for byte in plain[128:])
    assert np.array_equal(npyfast.load(Deciphered(secret)), array) and np.array_equal(np.load(Deciphered(secret)), array)
    counted = Counted(io.BytesIO(plain))
    assert np.array_equal(npyfast.load(counted), array) and counted.count >= len(plain)


def test_rows_are_told_by_whole_numbers(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(6.).reshape(2, 3))
    array = npyfast.open_array(tmp_path / "a.npy")
    for rows in ([0.7], [np.nan], np.array([True, False]), [True, False]):
        for call in (array.take, lambda rows: npyfast.batch(array, rows)):
            with pytest.raises(TypeError):
                call(rows)
    assert array.take([]).shape == (0, 3) and array.take(np.array([1], "u1")).tolist() == [[3, 4, 5]]


@pytest.mark.parametrize("rows", ["1 2 3\n4 x 6\n", "1 2 3\n4 5\n", "1 2 3\n"])
@pytest.mark.parametrize("options", [{}, {"newline": ""}, {"encoding": "utf-16"}], ids=str)
@pytest.mark.parametrize("name", ["loadtxt", "genfromtxt"])
def test_lines_after_those_that_were_taken(tmp_path, rows, options, name):
    with open(tmp_path / "t.txt", "w", encoding=options.get("encoding")) as file:
        file.write("a b c\n" + rows * 200)
    both = []
    for module in (npyfast, np):
        with open(tmp_path / "t.txt", **options) as file:
            next(file)
            both.append(outcome(getattr(module, name), file))
    assert both[0] == both[1]
