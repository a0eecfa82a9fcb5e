"""What is done in another way where it is small: archives of few bytes, batches of paths, short rows."""
import io
import os
import pathlib
import struct
import subprocess
import sys
import threading
import warnings

import numpy as np
import npyfast
import pytest
from conftest import layouts, same, values
from npyfast import _arrays, _library as lib, _savez, _tables


def written(save, kind, folder, *args, **kwds):
    """The bytes of an archive, saved to a path, to memory, or to a file object that cannot go back."""
    if kind == "path":
        save(os.path.join(folder, "a.npz"), *args, **kwds)
        return pathlib.Path(folder, "a.npz").read_bytes()
    memory = io.BytesIO()
    if kind == "memory":
        save(memory, *args, **kwds)
        return memory.getvalue()

    class Stream:
        def write(self, data):
            # As a file that is not buffered, which may take less than it is given.
            return memory.write(bytes(data)[:700])
    save(Stream(), *args, **kwds)
    return memory.getvalue()


@pytest.mark.parametrize("kind", ["path", "memory", "stream"])
@pytest.mark.parametrize("level", [None, "fast", "default", "best", "zlib", "none"])
def test_small_archives_have_the_bytes_that_they_have_otherwise(tmp_path, monkeypatch, dtype, kind, level):
    arrays = {name: array for name, array in layouts(values(dtype, 24))}
    arrays["\u6f22/\u00e9"] = values(dtype, 5)
    options = {} if level is None else {"level": level}
    save = npyfast.savez if level is None else npyfast.savez_compressed
    small = written(save, kind, tmp_path, values(dtype, 700), **arrays, **options)
    with np.load(io.BytesIO(small)) as loaded:
        assert set(loaded) == {*arrays, "arr_0"}
        for name, array in arrays.items():
            assert same(loaded[name], array.view(np.ndarray) if array.dtype == loaded[name].dtype else array.astype(loaded[name].dtype))
            assert loaded[name].flags.fnc == array.flags.fnc
    # Of strided arrays neither size nor checksum is known before they are written otherwise, which their headers show.
    arrays = {name: array for name, array in arrays.items() if array.flags.forc}
    arrays["more"] = values(dtype, 700)
    small = written(save, kind, tmp_path, **arrays, **options)
    monkeypatch.setattr(_savez, "_are_small", lambda members: False)
    assert small == written(save, kind, tmp_path, **arrays, **options)


def test_names_of_small_members(tmp_path):
    for name in ("", "a\0b", "x" * 70_000):
        outcomes = []
        for module in (np, npyfast):
            try:
                module.savez(tmp_path / "a.npz", **{name: np.arange(3)})
                outcomes.append(sorted(np.load(tmp_path / "a.npz")))
            except Exception as error:
                outcomes.append(type(error))
        assert outcomes[0] == outcomes[1] or name == "x" * 70_000 and issubclass(outcomes[1], Exception), (name[:5], outcomes)
    with pytest.raises(UnicodeEncodeError):
        npyfast.savez(tmp_path / "a.npz", **{"\udc80": np.arange(3)})


def encode(content, numbers, count, path=None, compression=0):
    own = lib.Frame()
    packed = struct.pack(f"={len(numbers)}q", *numbers)
    status = lib.library.npyio_archive_encode(content, len(content), packed, count, compression, path, 0, None, own.out_address,
                                              own.error_address)
    return status, (lib.taken(own.error).message if status else lib.free(own.out.value))


@pytest.mark.parametrize("numbers, count, words", [
    ((1, 9, 0, 1, 1, 0, 0, 0), 1, "longer than their bytes"), ((-1, 1, 0, 1, 1, 0, 0, 0), 1, "longer than their bytes"),
    ((1, -1, 0, 1, 1, 0, 0, 0), 1, "longer than their bytes"), ((2**62, 2**62, 0, 1, 1, 0, 0, 0), 1, "longer than their bytes"),
    ((1, 1, 2, 1, 1, 0, 0, 0), 1, "header that is longer"), ((1, 1, -1, 1, 1, 0, 0, 0), 1, "header that is longer"),
    ((0, 1, 0, 1, 1, 0, 0, 0), 1, "name"), ((1, 1, 0, 1, 1, 0, 0, 0), -1, "negative"),
    ((1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0), 2, "this name")])
def test_descriptions_of_members_that_make_no_sense(tmp_path, numbers, count, words):
    for path in (None, os.fsencode(tmp_path / "a.npz")):
        status, message = encode(b"xxxx", numbers, count, path)
        assert status and words in message, (status, message)
    assert os.listdir(tmp_path) == []
    assert "UTF-8" in encode(b"\xff12", (1, 1, 0, 1, 1, 0, 0, 0), 1)[1]
    for odd in ((-5, 0, -7, 8, 1), (2**62, 2**62, 2**62, 0, 0), (0, 0, 2**62, 2**62, 2**62)):
        assert encode(b"x" + bytes(3000), (1, 3000, 10, *odd), 1, compression=2)[0] == 0


# ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def samples(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arrays = np.random.default_rng(0).normal(size=(40, 5, 3))
    names = [f"{number}.npy" for number in range(40)]
    for name, array in zip(names, arrays):
        np.save(name, array)
    return names, arrays


def test_paths_of_every_kind(samples, tmp_path):
    names, arrays = samples
    expected = arrays[[1, 0, 2]]
    for odd in ("a:b.npy", "\u6f22.npy", "http:/x.npy", "sp ace\n.npy"):
        os.makedirs(os.path.dirname(odd) or ".", exist_ok=True)
        np.save(odd, arrays[0])
        for kind in (str, pathlib.Path, os.fsencode):
            assert same(npyfast.batch([names[1], kind(odd), names[2]]), expected), odd
    assert same(npyfast.batch([os.path.abspath(name) for name in names]), arrays)
    assert same(npyfast.batch(names * 50), np.concatenate([arrays] * 50))
    with pytest.raises(ValueError, match="null"):
        npyfast.batch([names[0], "1.npy\0"])
    for missing in ("", "missing.npy", "1.npy/x"):
        with pytest.raises(OSError):
            npyfast.batch([names[0], missing, names[1]])
    with pytest.raises((TypeError, ValueError)):
        npyfast.batch([names[0], 5])


def test_samples_that_are_not_alike(samples):
    names, arrays = samples
    whole = pathlib.Path("7.npy").read_bytes()
    pathlib.Path("7.npy").write_bytes(whole + b"what follows is nobody's")
    assert same(npyfast.batch(names), arrays)
    for other in (arrays[7].astype("f4"), arrays[7].T, arrays[7][:2], arrays[7].astype(">f8")):
        np.save("7.npy", other)
        with pytest.raises(npyfast.ArrayFileError, match="alike"):
            npyfast.batch(names)
    # A header of another version, or with other spaces, is read all the same.
    with open("7.npy", "wb") as file:
        np.lib.format.write_array(file, arrays[7], version=(2, 0))
    assert same(npyfast.batch(names), arrays)
    for broken in (whole[:-1], whole[:100], b"", b"\x93NUMPY", bytes(300)):
        pathlib.Path("7.npy").write_bytes(broken)
        with pytest.raises(npyfast.ArrayFileError, match="7.npy"):
            npyfast.batch(names)
    os.unlink("7.npy")
    os.mkdir("7.npy")
    with pytest.raises((OSError, npyfast.ArrayFileError)):
        npyfast.batch(names)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_sample_from_a_pipe(samples):
    names, arrays = samples
    content = pathlib.Path("7.npy").read_bytes()
    os.unlink("7.npy")
    os.mkfifo("7.npy")

    done = threading.Event()

    def feed():
        while not done.is_set():  # a pipe is opened, found to be one, and opened again
            try:
                with open("7.npy", "wb") as pipe:
                    pipe.write(content)
            except BrokenPipeError:
                pass
    thread = threading.Thread(target=feed, daemon=True)
    thread.start()
    assert same(npyfast.batch(names), arrays)
    done.set()


def test_large_samples(samples):
    large = np.random.default_rng(0).normal(size=(3, 200_000))
    for number, array in enumerate(large):
        np.save(f"large{number}.npy", array)
    assert same(npyfast.batch([f"large{number}.npy" for number in (2, 0, 1)]), large[[2, 0, 1]])


# ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(30,), (30, 7), (30, 4, 3), (30, 3000)], ids=str)
def test_rows_are_numpys(tmp_path, dtype, shape):
    array = values(dtype, int(np.prod(shape))).reshape(shape)
    for name, laid_out in (("c", array), ("f", np.asfortranarray(array))):
        np.save(tmp_path / f"{name}.npy", laid_out)
        loaded = np.load(tmp_path / f"{name}.npy")
        assert loaded.dtype.byteorder == dtype.byteorder
        lazy = npyfast.open_array(tmp_path / f"{name}.npy")
        for rows in ([3], [5, 5, -1, 0], [], np.arange(30)[::-1], np.array([2, 4], np.uint8), range(29)):
            taken = lazy.take(rows)
            assert same(taken, loaded[np.asarray(rows, np.int64)]) and taken.flags.writeable
            assert same(npyfast.batch(tmp_path / f"{name}.npy", rows), taken)
        for wrong in ([30], [-31], [0, 2**40]):
            with pytest.raises(IndexError):
                lazy.take(wrong)


SHORTENED = """
import os, sys
import numpy as np
import npyfast
array = np.arange(4_000_000.).reshape(-1, 4)
np.save("a.npy", array)
lazy = npyfast.open_array("a.npy")
assert (lazy.take([5, -1]) == array[[5, -1]]).all()
os.truncate("a.npy", 5000)
try:
    lazy.take([-1, 5])
except npyfast.ArrayFileError as error:
    print(error.code)
print((lazy.take([0]) == array[0]).all())
np.save("b.npy", -array)
os.replace("b.npy", "a.npy")
"""


def test_a_file_that_is_cut_short_under_its_rows(tmp_path):
    """Is an error, and not the end of the process, as a map of the file alone would have it."""
    outcome = subprocess.run([sys.executable, "-c", SHORTENED], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                             env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert outcome.stdout == "truncated\nTrue\n", outcome


def test_rows_of_a_file_that_was_replaced(tmp_path):
    old, new = np.arange(40.).reshape(10, 4), np.zeros((10, 4))
    npyfast.save(tmp_path / "a.npy", old)
    lazy = npyfast.open_array(tmp_path / "a.npy")
    npyfast.save(tmp_path / "a.npy", new)
    assert same(lazy.take([1, 2]), old[1:3])
    assert same(npyfast.batch(tmp_path / "a.npy", [1, 2]), new[1:3])


# ---------------------------------------------------------------------------------------------------------------------


def test_fields_that_are_renamed_after_a_save(tmp_path):
    array = np.zeros(3, [("a", "i4"), ("b", "f8")])
    for names in (("a", "b"), ("b", "a"), ("c", "d")):
        array.dtype.names = names
        for _ in range(2):
            npyfast.save(tmp_path / "a.npy", array)
            npyfast.savez(tmp_path / "a.npz", x=array)
            assert np.load(tmp_path / "a.npy").dtype.names == npyfast.load(tmp_path / "a.npz")["x"].dtype.names == names


def test_more_dtypes_than_are_remembered():
    for number in range(1500):
        written = io.BytesIO()
        npyfast.save(written, np.zeros(2, f"U{number + 1}"))
        assert b"'<U%d'" % (number + 1) in written.getvalue()
    assert len(_arrays._known) <= _arrays._REMEMBERED


@pytest.mark.parametrize("tiny", [0, 8, 1000])
def test_tiny_text_is_numpys(monkeypatch, tiny):
    """Whichever of the two reads or writes it, the outcome is the same, and so is where the file stands."""
    monkeypatch.setattr(_tables, "TINY", tiny)
    tables = "1 2\n3 4\n", "# a\n1.5 2\n\n3 4", "", "1 2\n3\n", "1 x\n"
    files = (lambda text: io.StringIO(text), lambda text: io.BytesIO(text.encode()), lambda text: text.splitlines(),
             lambda text: text.splitlines(keepends=True), lambda text: [1, 2], lambda text: [text])
    for name, options in (("loadtxt", {}), ("loadtxt", {"dtype": int, "ndmin": 2}), ("genfromtxt", {}), ("loadtxt", {"max_rows": 1})):
        for text in tables:
            for made in files:
                outcomes = []
                for module in (np, npyfast):
                    file = made("7 8\n" + text)
                    if hasattr(file, "read"):
                        file.read(4)
                    with warnings.catch_warnings(record=True) as caught:
                        warnings.simplefilter("always")
                        try:
                            result = getattr(module, name)(file, **options)
                            outcomes.append([repr(result.tolist()), result.dtype])
                        except Exception as error:
                            outcomes.append([type(error), str(error)])
                    outcomes[-1] += [[str(each.message).split(" at 0x")[0] for each in caught], file.tell() if hasattr(file, "tell") else None]
                assert outcomes[0] == outcomes[1], (name, options, text)
    closed = io.StringIO()
    closed.close()
    with pytest.raises(ValueError, match="closed"):
        npyfast.loadtxt(closed)
    for made in (io.StringIO, io.BytesIO):
        ours, theirs = made(), made()
        npyfast.savetxt(ours, np.eye(4), "%g", header="x")
        np.savetxt(theirs, np.eye(4), "%g", header="x")
        assert ours.getvalue() == theirs.getvalue()
