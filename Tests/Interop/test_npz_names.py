"""Random archives in layout `.numpy`: the bytes of np.savez and np.savez_compressed, whatever the names."""
import io
import zipfile

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arrays import arrays
from conftest import run_npy

SETTINGS = dict(deadline=None, suppress_health_check=list(HealthCheck))
# The command's notation NAME=ADDRESS ends the name at the first =; a NUL cannot stand in an argument.
NAMES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="=\x00"), min_size=1, max_size=8),
    st.sampled_from(["arr_0", "arr_1", "arr_00", "a b", "a/b", "../x", "/abs", "é", "日本", "x.npy", "-", "a:b", "a[0]", " ",
                     "\n", "file.npz", "~", "-x", "--append"]))


@settings(max_examples=150, **SETTINGS)
@given(st.data(), st.booleans())
def test_savez(tmp_path_factory, data, compressed):
    folder = tmp_path_factory.mktemp("savez")
    unnamed = data.draw(st.integers(0, 2))
    names = data.draw(st.lists(NAMES, max_size=3, unique=True)) + [f"arr_{place}" for place in range(unnamed)]
    members = []
    for place, _ in enumerate(names):
        array = data.draw(arrays())
        try:
            np.save(folder / f"{place}.npy", array, allow_pickle=False)
        except (ValueError, RuntimeError):
            array = np.arange(3)
            np.save(folder / f"{place}.npy", array)
        members.append(np.load(folder / f"{place}.npy"))
    named = dict(zip(names[:len(names) - unnamed], members))
    save = np.savez_compressed if compressed else np.savez
    stream = io.BytesIO()
    try:
        save(stream, *members[len(names) - unnamed:], **named)
        expected = stream.getvalue()
    except (ValueError, TypeError) as error:
        expected = error
    out = folder / "out.npz"
    arguments = [f"{name}={folder}/{place}.npy" for place, name in enumerate(names)]
    options = ["--numpy-layout"] + (["--compress"] if compressed else [])
    result = run_npy("pack", *options, "--", out, *arguments, check=False)
    if isinstance(expected, bytes):
        assert result.returncode == 0, (names, result.stderr)
        assert out.read_bytes() == expected, names
        with np.load(out) as loaded:
            assert loaded.files == [name.removesuffix(".npy") if name + ".npy" in loaded.zip.namelist() else name
                                    for name in names] or len(loaded.files) == len(names)
    else:
        # A name that stands twice, or `file`, which is a parameter of np.savez.
        assert result.returncode == 1 and b"Cannot use un-named variables and keyword" in result.stderr or (
            "file" in names), (names, expected, result.stderr)


def test_members_of_one_name_for_numpy(tmp_path):
    """`a` and `a.npy` are both `a` in NumPy's list of names: no format with one of each name loses one of them."""
    path = tmp_path / "both.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name, count in [("a", 1), ("a.npy", 2)]:
            with archive.open(name, "w") as member:
                np.save(member, np.arange(count))
    for target in ["o.npz", "o.pkl", "o.safetensors", "o.pt"]:
        result = run_npy("convert", path, tmp_path / target, check=False)
        assert result.returncode == 1 and b"name" in result.stderr and not (tmp_path / target).exists(), result
    for name, count in [("a", 1), ("a.npy", 2)]:
        run_npy("convert", f"{path}:{name}", tmp_path / "o.npy")
        np.testing.assert_array_equal(np.load(tmp_path / "o.npy"), np.arange(count))
