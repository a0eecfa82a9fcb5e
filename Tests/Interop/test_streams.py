"""Large arrays pass from file to file in pieces: the same bytes as NumPy's, in bounded memory, checksums held."""
import io
import itertools
import json
import zipfile

import numpy as np
import pytest

from conftest import peak_memory, run_npy

# From 64 MB on arrays pass by.
SHAPE = (4200, 500, 4)


@pytest.fixture(scope="module", params=["C", "F"])
def source(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("streams")
    random = np.random.default_rng(1)
    array = np.asarray(random.integers(-100, 100, size=SHAPE), order=request.param)
    np.save(folder / "a.npy", array)
    np.savez(folder / "stored.npz", a=array, small=np.arange(3), words=np.array(["x", None], dtype=object))
    run_npy("pack", folder / "indexed.npz", f"a={folder / 'a.npy'}", "--compress=fast")
    with zipfile.ZipFile(folder / "foreign.npz", "w") as archive:
        # Without an index, and quickly.
        with archive.open(zipfile.ZipInfo("a.npy"), "w", force_zip64=True) as member:
            np.save(member, array)
        info = zipfile.ZipInfo("b.npy")
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.compresslevel = 1
        with archive.open(info, "w", force_zip64=True) as member:
            np.save(member, array)
    return folder, array


ADDRESSES = ["a.npy", "stored.npz:a", "indexed.npz:a", "foreign.npz:a", "foreign.npz:b"]


def saved(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_source_gives_the_bytes_of_np_save(source, address, tmp_path):
    folder, array = source
    run_npy("convert", folder / address, tmp_path / "out.npy")
    assert (tmp_path / "out.npy").read_bytes() == (folder / "a.npy").read_bytes()
    assert run_npy("convert", folder / address, "-", "--to", "npy") == (folder / "a.npy").read_bytes()


@pytest.mark.parametrize("options", [
    ("--astype", "f4"), ("--astype", ">i2"), ("--astype", "?"), ("--astype", "S4"),
    ("--reshape", "-1,7"), ("--reshape", "8400000", "--astype", "f2"), ("--order", "C"), ("--order", "F"),
    ("--order", "F", "--astype", "f4"), ("--reshape", "8400000", "--order", "F")])
def test_changes_on_the_way_are_those_of_numpy(source, options, tmp_path):
    folder, array = source
    if array.flags.f_contiguous and options[-1] in (">i2", "?", "S4"):
        return
    run_npy("convert", folder / "foreign.npz:b", tmp_path / "out.npy", *options)
    for name, value in zip(options[::2], options[1::2]):
        if name == "--reshape":
            array = array.reshape([int(number) for number in value.split(",")])
        elif name == "--astype":
            array = array.astype(value)
        else:
            array = np.asarray(array, order=value)
    assert (tmp_path / "out.npy").read_bytes() == saved(array)


def test_what_does_not_fit_is_refused(source, tmp_path):
    folder, _ = source
    for options in (("--reshape", "7,7"), ("--reshape", "-1,-1"), ("--astype", "q9")):
        result = run_npy("convert", folder / "a.npy", tmp_path / "out.npy", *options, check=False)
        assert result.returncode == 1 and result.stderr.count(b"\n") == 1
    assert not (tmp_path / "out.npy").exists()


@pytest.mark.parametrize("compress", ["", "--compress=fast"])
def test_archives_hold_what_they_are_given(source, compress, tmp_path):
    folder, array = source
    options = [compress] if compress else []
    run_npy("pack", tmp_path / "out.npz", f"x={folder / 'a.npy'}", f"y={folder / 'stored.npz:small'}",
            f"z={folder / 'foreign.npz:b'}", *options)
    run_npy("pack", "--append", tmp_path / "out.npz", f"w={folder / 'indexed.npz'}", *options)
    run_npy("convert", folder / "stored.npz", tmp_path / "whole.npz", *options)
    assert zipfile.ZipFile(tmp_path / "out.npz").testzip() is None
    with np.load(tmp_path / "out.npz") as archive:
        assert archive.files == ["x", "y", "z", "w"]
        for name in "xzw":
            got = archive[name]
            np.testing.assert_array_equal(got, array)
            assert got.flags.f_contiguous == array.flags.f_contiguous
        np.testing.assert_array_equal(archive["y"], np.arange(3))
    with np.load(tmp_path / "whole.npz", allow_pickle=True) as archive:
        assert archive.files == ["a", "small", "words"]
        np.testing.assert_array_equal(archive["a"], array)
        assert archive["words"].tolist() == ["x", None]
    assert b"ok" in run_npy("check", tmp_path / "out.npz")
    # Array data begin at multiples of 64, as in other archives of this command.
    if not compress:
        assert '"aligned": true' in run_npy("info", "--json", tmp_path / "out.npz").decode()


def test_numpy_layout_gives_the_bytes_of_savez(source, tmp_path, monkeypatch):
    folder, array = source
    np.savez(tmp_path / "numpy.npz", a=array)
    run_npy("convert", folder / "indexed.npz", tmp_path / "out.npz", "--numpy-layout")
    assert (tmp_path / "out.npz").read_bytes() == (tmp_path / "numpy.npz").read_bytes()


@pytest.mark.parametrize("name, command", [("a", "convert"), ("b", "convert"), ("a", "pack"), ("b", "stats"), ("b", "diff")])
def test_damage_is_told_and_nothing_is_written(source, name, command, tmp_path):
    folder, array = source
    if array.flags.f_contiguous:
        return
    data = bytearray((folder / "foreign.npz").read_bytes())
    with zipfile.ZipFile(folder / "foreign.npz") as archive:
        info = archive.getinfo(name + ".npy")
    data[info.header_offset + info.compress_size - 100_000] ^= 0x40
    damaged = tmp_path / "damaged.npz"
    damaged.write_bytes(data)
    arguments = {
        "convert": ("convert", f"{damaged}:{name}", tmp_path / "out.npy"),
        "pack": ("pack", tmp_path / "out.npz", f"x={damaged}:{name}"),
        "stats": ("stats", f"{damaged}:{name}"),
        "diff": ("diff", f"{damaged}:{name}", folder / "a.npy"),
    }[command]
    result = run_npy(*arguments, check=False)
    # Two arrays that differ are different, whatever the reason.
    assert result.returncode == (1 if command != "diff" else result.returncode) and result.returncode != 0
    if command != "diff":
        assert result.stderr.count(b"\n") == 1 and b"damaged.npz" in result.stderr, result.stderr
    assert list(tmp_path.iterdir()) == [damaged]


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "big.npy"
    # 384 MB of zeros that take no room on the disk.
    with open(path, "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (6144, 8192)})
        file.truncate(file.tell() + 6144 * 8192 * 8)
    packed, other, third = tmp_path / "a.npz", tmp_path / "b.npz", tmp_path / "c.npy"
    for arguments in (
        ("pack", packed, f"x={path}", "--compress=default"), ("convert", packed, other, "--compress=fast"),
        ("convert", packed, other, "--compress=best"), ("stats", packed), ("check", packed), ("diff", packed, path),
        ("convert", path, third, "--astype", "f2"), ("convert", packed, third, "--astype", "i1"),
        ("unpack", packed, "-C", tmp_path)):
        assert peak_memory(*arguments) < 250 << 20, arguments


@pytest.mark.parametrize("orders", ["CC", "CF", "FC", "FF"])
@pytest.mark.parametrize("kinds", itertools.product(["npy", "savez", "savez_compressed"], repeat=2))
def test_differences_are_found_whatever_the_order(orders, kinds, tmp_path):
    random = np.random.default_rng(2)
    first = random.integers(0, 9, size=(60, 5, 30))
    second = first.copy()
    # Two that are as bad as each other: the first in C order is told of.
    for place, change in [((3, 4, 29), 50), ((40, 0, 0), -50), ((59, 2, 7), 1)]:
        second[place] += change
    addresses = []
    for name, array, order, kind in zip("ab", (first, second), orders, kinds):
        array = np.asarray(array, order=order)
        path = tmp_path / (name + (".npy" if kind == "npy" else ".npz"))
        np.save(path, array) if kind == "npy" else getattr(np, kind)(path, x=array)
        addresses.append(path if kind == "npy" else f"{path}:x")
    result = run_npy("diff", "--json", *addresses, check=False)
    assert result.returncode == 1
    got = json.loads(result.stdout)
    assert (got["count"], got["differing"], got["worst_difference"]) == (first.size, 3, 50)
    assert got["worst_index"] == [3, 4, 29]
    assert run_npy("diff", addresses[0], addresses[0]) == b""


@pytest.mark.parametrize("count", [12, 600_000])
def test_stacks_from_standard_input(tmp_path, count):
    array = np.arange(count * 2, dtype="f8").reshape(count, 2)
    for layout in [array, np.asfortranarray(array)]:
        stream = io.BytesIO()
        np.save(stream, layout)
        run_npy("split", "-", tmp_path / "parts", "--parts", "3", stdin=stream.getvalue())
        for number, part in enumerate(np.array_split(array, 3)):
            np.testing.assert_array_equal(np.load(tmp_path / "parts" / f"{number}.npy"), part, strict=True)
        run_npy("split", "-", tmp_path / "columns", "--axis", "1", "--length", "1", stdin=stream.getvalue())
        np.testing.assert_array_equal(np.load(tmp_path / "columns" / "1.npy"), array[:, 1:], strict=True)
        np.save(tmp_path / "more.npy", array[:5])
        run_npy("stack", tmp_path / "stack", "-", tmp_path / "more.npy", stdin=stream.getvalue())
        run_npy("join", tmp_path / "stack", "-o", tmp_path / "whole.npy")
        np.testing.assert_array_equal(np.load(tmp_path / "whole.npy"), np.concatenate([array, array[:5]]), strict=True)


def test_raw_bytes_from_standard_input(tmp_path):
    array = np.arange(20_000_000, dtype="f8")
    array.tofile(tmp_path / "a.bin")
    options = ["--from", "raw", "--dtype", "f8"]
    run_npy("convert", "-", tmp_path / "o.npy", *options, "--shape=-1,4", stdin=array.tobytes())
    assert np.array_equal(np.load(tmp_path / "o.npy"), array.reshape(-1, 4))
    with open(tmp_path / "a.bin", "rb") as file:
        assert peak_memory("stats", "-", *options, stdin=file) < 100 << 20
