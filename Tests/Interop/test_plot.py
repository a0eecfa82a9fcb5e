"""`npy plot`: its numbers equal NumPy's, its pictures show the numbers, and it keeps to what the terminal can do."""
import json
import os
import pty
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arrays import arrays
from conftest import COMMAND, peak_memory, run_npy
from pictures import VIRIDIS, decode_kitty, decode_png, decode_sixel, png_parts

RNG = np.random.RandomState(5)


def numbers(*arguments):
    return json.loads(run_npy("plot", "--json", *arguments))


def saved(folder, array, name="a.npy"):
    path = folder / name
    np.save(path, array)
    return path


def starts(count, buckets):
    """Where each bucket of nearly equal length begins."""
    buckets = max(1, min(count, buckets))
    return [b * count // buckets for b in range(buckets)]


# Histograms

DTYPES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "g", ">f8", ">i2", "F", "D"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bins", [1, 7, 64])
def test_counts_are_those_of_np_histogram(tmp_path, dtype, bins):
    array = (RNG.standard_normal((40, 50)) * 30).astype(dtype) if dtype != "?" else RNG.rand(40, 50) < 0.3
    if np.dtype(dtype).kind == "c":
        array = array + 1j * array.T.reshape(array.shape)
    result = numbers(saved(tmp_path, array), "--kind", "hist", "--bins", bins)
    values = np.abs(array.astype("D")) if np.dtype(dtype).kind == "c" else array
    # Every number counts as the double that it is.
    counts, edges = np.histogram(values.astype("f8"), bins=bins)
    if np.dtype(dtype).kind == "c":  # NumPy's hypot and ours may differ in the last bit, at an edge.
        np.testing.assert_allclose(result["edges"], edges, rtol=1e-12)
        assert np.abs(np.cumsum(result["counts"]) - np.cumsum(counts)).max() <= 1
    else:
        assert result["edges"] == edges.tolist()
        assert result["counts"] == counts.tolist()


def test_values_on_edges_fall_where_numpy_puts_them(tmp_path):
    array = np.concatenate([np.arange(0, 1.0001, 0.1), np.arange(0, 1, 0.1) + 0.05, np.linspace(0, 1, 1001)])
    for bins in (3, 10, 100, 1000):
        result = numbers(saved(tmp_path, array), "--kind", "hist", "--bins", bins, "--range", "0,1")
        assert result["counts"] == np.histogram(array, bins, (0, 1))[0].tolist()


def test_what_is_not_counted_is_told(tmp_path):
    array = RNG.standard_normal(10_000)
    array[:7], array[7:10], array[10] = np.nan, np.inf, -np.inf
    result = numbers(saved(tmp_path, array), "--kind", "hist", "--range", "-1,2", "--bins", 20)
    finite = array[np.isfinite(array)]
    assert result["counts"] == np.histogram(finite, 20, (-1, 2))[0].tolist()
    assert (result["nan"], result["inf"]) == (7, 4)
    assert (result["below"], result["above"]) == ((finite < -1).sum(), (finite > 2).sum())
    text = run_npy("plot", tmp_path / "a.npy", "--kind", "hist").decode()
    assert "not shown: 7 NaN, 3 +inf, 1 -inf" in text


def test_bins_chosen_for_integers_hold_equally_many_of_them(tmp_path):
    array = RNG.randint(-20, 400, size=(30, 40, 5))
    result = numbers(saved(tmp_path, array))
    edges = np.array(result["edges"])
    assert set(np.diff(edges)) == {np.diff(edges)[0]} and (edges[0] + 0.5) == array.min()
    assert result["counts"] == np.histogram(array, edges)[0].tolist()


def test_moments(tmp_path):
    array = np.datetime64("2020-01-01", "h") + RNG.randint(0, 5000, size=300).astype("m8[h]")
    array[5] = "NaT"
    result = numbers(saved(tmp_path, array), "--kind", "hist", "--bins", 12)
    assert result["nan"] == 1
    assert result["counts"] == np.histogram(np.delete(array, 5).astype("i8"), 12)[0].tolist()


# Lines and heat maps

@pytest.mark.parametrize("count", [1, 5, 399, 401, 10_000, 123_457])
@pytest.mark.parametrize("dtype", ["f8", "i4", "u1", ">f4"])
def test_line_keeps_the_least_and_the_largest(tmp_path, count, dtype):
    array = (RNG.standard_normal(count) * 50 + 100).astype(dtype)
    result = numbers(saved(tmp_path, array), "--kind", "line", "--width", 100)
    where = starts(count, 100 if count > 400 else count)
    assert result["start"] == where
    assert result["min"] == np.minimum.reduceat(array, where).tolist()
    assert result["max"] == np.maximum.reduceat(array, where).tolist()


def test_line_with_gaps(tmp_path):
    array = RNG.standard_normal(5000)
    array[1000:1500], array[2000], array[7] = np.nan, np.inf, np.nan
    result = numbers(saved(tmp_path, array), "--width", 100)
    clean = np.where(np.isfinite(array), array, np.nan).reshape(100, 50)
    expected = [None if np.isnan(row).all() else np.nanmin(row) for row in clean]
    assert result["min"] == expected and (result["nan"], result["inf"]) == (501, 1)


@pytest.mark.parametrize("shape", [(3, 4), (64, 64), (65, 200), (500, 33), (1000, 1700)])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i2"])
def test_cells_are_means(tmp_path, shape, order, dtype):
    array = np.asarray(RNG.standard_normal(shape) * 100, dtype, order=order)
    result = numbers(saved(tmp_path, array), "--width", 50, "--height", 40)
    rows, columns = starts(shape[0], 40), starts(shape[1], 50)
    sums = np.add.reduceat(np.add.reduceat(array.astype("f8"), rows, axis=0), columns, axis=1)
    sizes = np.outer(np.diff(rows + [shape[0]]), np.diff(columns + [shape[1]]))
    np.testing.assert_allclose(result["values"], sums / sizes, rtol=1e-9, atol=1e-9)


def test_cells_leave_out_what_is_missing(tmp_path):
    array = RNG.standard_normal((100, 100))
    array[0:10, 0:10] = np.nan
    array[20, 20], array[50:60, 50:60] = np.nan, np.inf
    result = numbers(saved(tmp_path, array), "--width", 10, "--height", 10)
    values = np.array([[np.nan if v is None else v for v in row] for row in result["values"]])
    with np.errstate(all="ignore"):
        cells = array.reshape(10, 10, 10, 10).transpose(0, 2, 1, 3)
        expected = np.array([[np.nanmean(c) if not np.isnan(c).all() else np.nan for c in row] for row in cells])
    np.testing.assert_allclose(values, expected, rtol=1e-12)
    assert (result["nan"], result["inf"]) == (101, 100)


@pytest.mark.parametrize("slice_text", ["[3]", "[:,4]", "[..., 2]", "[::-1, 1:5, 3]", "[2:9:3,:,-1]", "[newaxis,0]",
                                        "[1:2]", "[:,::-2,5:6]"])
@pytest.mark.parametrize("layout", ["C", "F", "npz", "compressed", "zlib", "pickle"])
def test_parts_are_those_of_numpy(tmp_path, slice_text, layout):
    import pickle
    array = RNG.standard_normal((12, 30, 41))
    if layout == "F":
        array = np.asfortranarray(array)
    path, address = tmp_path / "a.npy", None
    if layout in ("C", "F"):
        np.save(path, array)
    elif layout == "npz":
        np.savez(tmp_path / "a.npz", x=array)
    elif layout == "zlib":
        np.savez_compressed(tmp_path / "a.npz", x=array)
    elif layout == "compressed":
        run_npy("pack", "--compress", tmp_path / "a.npz", f"x={saved(tmp_path, array, 'b.npy')}")
    else:
        (tmp_path / "a.pkl").write_bytes(pickle.dumps({"x": array}))
    address = {"npz": "a.npz:x", "zlib": "a.npz:x", "compressed": "a.npz:x", "pickle": "a.pkl:x"}.get(layout, "a.npy")
    part = eval("array" + slice_text.replace("newaxis", "None"))
    result = numbers(f"{tmp_path / address}{slice_text}", "--kind", "hist", "--bins", 9)
    assert result["shape"] == list(part.shape)
    assert result["counts"] == np.histogram(part, 9)[0].tolist()
    flat = part.squeeze()
    if flat.ndim == 2:
        result = numbers(f"{tmp_path / address}{slice_text}", "--width", 64, "--height", 64)
        np.testing.assert_allclose(result["values"], flat, rtol=1e-12)


def test_fields_of_records(tmp_path):
    array = np.zeros(50, [("a", "i4"), ("b", [("c", "f8", (3,)), ("d", "S2")])])
    array["b"]["c"] = RNG.standard_normal((50, 3))
    path = saved(tmp_path, array)
    result = numbers(path, "--field", "b.c", "--kind", "hist", "--bins", 5)
    assert result["shape"] == [50, 3] and result["counts"] == np.histogram(array["b"]["c"], 5)[0].tolist()
    for arguments, words in [((), "the fields a and b; name one: --field a"), (("--field", "b"), "--field b.c"),
                             (("--field", "x"), "no field 'x'; there are a, b"), (("--field", "b.d"), "text")]:
        error = run_npy("plot", path, *arguments, check=False)
        assert error.returncode == 1 and words in error.stderr.decode() and error.stderr.count(b"\n") == 1


def test_text_tables(tmp_path):
    array = RNG.rand(20, 30)
    np.savetxt(tmp_path / "t.csv", array, delimiter=",")
    np.testing.assert_array_equal(numbers(tmp_path / "t.csv")["values"], array)


# Images

@pytest.mark.parametrize("channels", [3, 4])
def test_images_show_their_dots(tmp_path, channels):
    array = RNG.randint(0, 256, size=(40, 60, channels)).astype("u1")
    path = saved(tmp_path, array)
    result = np.array(numbers(path, "--width", 100, "--height", 100)["rgba"])
    opacity = array[..., 3] if channels == 4 else np.full((40, 60), 255)
    shown = opacity > 0
    np.testing.assert_array_equal(result[..., 3], opacity)
    # Colours of nearly transparent dots are kept to a rounding.
    np.testing.assert_allclose(result[..., :3][shown], array[..., :3][shown], atol=1)
    run_npy("plot", path, "-o", tmp_path / "a.png")
    if channels == 3:
        picture = decode_png((tmp_path / "a.png").read_bytes())
        # Small images are enlarged by a whole factor: find it, and every dot.
        factor = next(f for f in range(12, 0, -1) if find(picture, array.repeat(f, 0).repeat(f, 1)))
        assert factor > 1


def find(picture, part):
    """Whether a picture holds a part, dot for dot."""
    height, width = part.shape[:2]
    if height > picture.shape[0] or width > picture.shape[1]:
        return False
    places = np.argwhere((picture[:picture.shape[0] - height + 1, :picture.shape[1] - width + 1] == part[0, 0]).all(-1))
    return any((picture[y:y + height, x:x + width] == part).all() for y, x in places)


def test_large_images_are_means_of_their_dots(tmp_path):
    array = RNG.randint(0, 256, size=(300, 420, 3)).astype("u1")
    result = np.array(numbers(saved(tmp_path, array), "--width", 42, "--height", 30)["rgba"])
    expected = array.reshape(30, 10, 42, 10, 3).mean((1, 3))
    assert np.abs(result[..., :3] - expected).max() <= 0.5 + 1e-9


# Pictures in files

def test_colours_of_cells_are_viridis_at_their_values(tmp_path):
    values = np.array([[0.0, 10.0], [5.01, np.nan]])
    run_npy("plot", saved(tmp_path, values), "-o", tmp_path / "a.png")
    picture = decode_png((tmp_path / "a.png").read_bytes())
    colors, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    found = {tuple(c): n for c, n in zip(colors.tolist(), counts.tolist())}
    cell = found[VIRIDIS[128]]
    # Four cells of one size; the bar beside them has a few more dots of the ends' colours.
    assert cell > 10_000
    for step in (0, 255):
        assert cell <= found[VIRIDIS[step]] < cell * 1.1
    missing = max((n for c, n in found.items() if c not in VIRIDIS.values() and c != (255, 255, 255)))
    assert cell <= missing < cell * 1.1
    # Row 0 is at the top, and the smallest value at its left.
    where = [np.argwhere((picture == VIRIDIS[step]).all(-1)).min(0) for step in (0, 128)]
    assert (where[0] < where[1]).sum() == 1 and where[0][1] == where[1][1]


def test_bars_are_as_high_as_their_counts(tmp_path):
    array = np.repeat([0, 1, 2, 3], [10, 40, 20, 0])
    run_npy("plot", saved(tmp_path, array), "--kind", "hist", "-o", tmp_path / "a.png")
    picture = decode_png((tmp_path / "a.png").read_bytes())
    ink = (picture == (0x2A, 0x6F, 0x97)).all(-1)
    heights = ink.sum(0)
    runs = [h for h in sorted(set(heights.tolist())) if h and (heights == h).sum() > 50]
    assert len(runs) == 3
    np.testing.assert_allclose(np.array(runs) / runs[2] * 40, [10, 20, 40], atol=0.3)


def test_a_line_runs_through_its_points(tmp_path):
    # A straight line upwards: in every column the middle of the ink lies on it.
    run_npy("plot", saved(tmp_path, np.arange(1000.0)), "-o", tmp_path / "a.png")
    picture = decode_png((tmp_path / "a.png").read_bytes()).astype(int)
    blue = (picture[..., 2] - picture[..., 0]).clip(0)
    columns = np.flatnonzero(blue.sum(0))[5:-5]
    middles = (blue[:, columns] * np.arange(len(picture))[:, None]).sum(0) / blue[:, columns].sum(0)
    fit = np.polyfit(columns, middles, 1)
    assert fit[0] < 0 and np.abs(np.polyval(fit, columns) - middles).max() < 0.75


SAMPLES = {
    "line": np.sin(np.arange(300) / 20), "points": np.array([3.0, 1, 2]), "one": np.array([7.0]),
    "constant": np.full(9, 2.5), "gaps": np.array([1, np.nan, 3, np.inf, -np.inf, 2]), "bools": np.arange(9) % 3 == 0,
    "extremes": np.array([-1.7e308, 1.7e308]), "denormal": np.array([0, 5e-324, 1e-320]),
    "grid": np.arange(12).reshape(3, 4), "wide": RNG.rand(2, 3000), "tall": RNG.rand(3000, 2),
    "flat": np.zeros((5, 5)), "holes": np.where(RNG.rand(9, 9) < 0.5, np.nan, 1.0), "cube": RNG.rand(4, 5, 6),
    "image": RNG.randint(0, 256, (5, 4, 4)).astype("u1"), "moments": np.arange("2020-01", "2020-09", dtype="M8[D]"),
    "years": np.arange(-3000, 3000, 7).astype("M8[Y]"), "instants": np.arange(50).astype("M8[ns]"),
    "far": np.array([-(2**62), 2**62], "M8[D]"), "durations": np.arange(5).astype("m8[3h]"),
    "complex": np.exp(1j * np.arange(9)), "int64": np.array([-(2**63), 2**63 - 1]), "column": RNG.rand(50, 1),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_everything_has_a_picture(tmp_path, name):
    path = saved(tmp_path, SAMPLES[name], "s&<m>'\"ple é.npy")
    for size in ((), ("--width", 120, "--height", 80), ("--width", 1600), ("--theme", "dark")):
        run_npy("plot", path, "-o", tmp_path / "a.png", *size)
        data = (tmp_path / "a.png").read_bytes()
        png_parts(data)
        if len(size) == 4:
            picture = decode_png(data)
            assert picture.shape[:2] == (80, 120) and len(np.unique(picture.reshape(-1, 3), axis=0)) > 2
        run_npy("plot", path, "-o", tmp_path / "a.svg", *size)
        root = ElementTree.parse(tmp_path / "a.svg").getroot()
        texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
        assert root.find("{http://www.w3.org/2000/svg}title").text == str(path)
        assert len(texts) >= 3
    for width in (20, 33, 80, 200):
        output = run_npy("plot", path, "--width", width, "--height", 15).decode()
        assert max(map(len, output.splitlines())) <= width and output.isascii()
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", output)
        assert len(output.splitlines()) <= 18


def test_ticks_are_round_and_true(tmp_path):
    for low, high in [(0, 1), (-3.7, 12.2), (1e-9, 5e-9), (1e6, 7e6), (99.95, 100.05), (-1e300, 1e300), (0, 2e-310)]:
        run_npy("plot", saved(tmp_path, np.linspace(low, high, 60)), "-o", tmp_path / "a.svg")
        root = ElementTree.parse(tmp_path / "a.svg").getroot()
        texts = [(t.get("text-anchor"), float(t.get("y")), t.text) for t in
                 root.iter("{http://www.w3.org/2000/svg}text") if t.get("text-anchor") == "end"]
        values = np.array([float(text) for _, _, text in texts])
        places = np.array([y for _, y, _ in texts])
        assert 2 <= len(values) <= 12
        if high >= 1e-300:
            step = abs(values[1] - values[0])
            digit = step / 10.0 ** np.floor(np.log10(step) + 1e-9)
            assert min(abs(digit - d) for d in (1, 2, 5)) < 1e-3
            # Equally far apart on the page as in value: no label is rounded away from its tick.
            np.testing.assert_allclose(np.polyval(np.polyfit(values / step, places, 1), values / step), places, atol=0.05)


def test_ticks_of_moments_are_moments(tmp_path):
    for start, unit, count in [("1999-12-25", "D", 40), ("2020-02-20", "D", 700), ("1890", "Y", 120),
                               ("2024-02-28T22", "h", 60), ("2024-01-01T00:00:50", "s", 90)]:
        array = np.datetime64(start, unit) + np.arange(count).astype(f"m8[{unit}]")
        run_npy("plot", saved(tmp_path, array), "--kind", "hist", "-o", tmp_path / "a.svg")
        root = ElementTree.parse(tmp_path / "a.svg").getroot()
        ticks = [(float(t.get("x")), t.text) for t in root.iter("{http://www.w3.org/2000/svg}text")
                 if t.get("text-anchor") == "middle"]
        full = [(x, text) for x, text in ticks if re.fullmatch(r"\d{4}(-\d\d){0,2}", text)]
        if unit in "YD":
            assert len(full) == len(ticks) >= 2
            days = [np.datetime64(text).astype("M8[D]").astype(int) for _, text in full]
            places = [x for x, _ in full]
            # The calendar's own distances, months of unequal length included.
            spread = np.polyval(np.polyfit(days, places, 1), days) - places
            assert np.abs(spread).max() < (1 if unit == "D" else 3)
        else:
            assert all(re.fullmatch(r"\d\d:\d\d(:\d\d)?|\d\d-\d\d", text) for _, text in ticks) and len(ticks) >= 2


# Terminals

def in_terminal(*arguments, **variables):
    """What the command writes to a terminal of 90 by 30 letters."""
    import fcntl
    import struct
    import termios
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 90, 0, 0))
    clean = {k: v for k, v in os.environ.items() if not re.match("TERM|KITTY|TMUX|COLOR|NO_COLOR|LC_|LANG|COLUMNS", k)}
    process = subprocess.Popen([COMMAND, "plot", *map(str, arguments)], stdout=slave, env={**clean, **variables})
    os.close(slave)
    output = b""
    while True:
        try:
            part = os.read(master, 1 << 16)
        except OSError:
            break
        if not part:
            break
        output += part
    os.close(master)
    assert process.wait(20) == 0
    return output.replace(b"\r\n", b"\n")


def test_what_a_terminal_gets(tmp_path):
    path = saved(tmp_path, np.add.outer(np.arange(30.0), np.arange(40)))
    full = in_terminal(path, TERM="xterm-256color", COLORTERM="truecolor", LANG="C.UTF-8")
    assert b"\x1b[0;38;2;" in full and "▀".encode() in full
    few = in_terminal(path, TERM="xterm-256color", LANG="C.UTF-8")
    assert b"38;5;" in few and b"38;2;" not in few
    for plain in (dict(TERM="dumb"), dict(TERM="xterm", NO_COLOR="1"), dict(TERM="xterm", LC_ALL="C")):
        output = in_terminal(path, **plain)
        assert b"\x1b" not in output and output.isascii() and len(output) > 500
    for text in (full, few):
        lines = re.sub(r"\x1b\[[\d;]*m", "", text.decode()).splitlines()
        assert max(map(len, lines)) <= 90 and len(lines) <= 28


def test_half_blocks_have_the_colours_of_the_cells(tmp_path):
    path = saved(tmp_path, np.array([[0.0], [5.01], [10.0], [0.0]]) + np.zeros(4))
    text = in_terminal(path, TERM="xterm-256color", COLORTERM="truecolor", LANG="C.UTF-8").decode()
    found = {tuple(map(int, m)) for m in re.findall(r"38;2;(\d+);(\d+);(\d+)", text)}
    assert set(VIRIDIS.values()) <= found


def test_graphics_of_terminals(tmp_path):
    path = saved(tmp_path, np.array([[0.0, 10.0], [5.01, 0]]))
    for variables in (dict(TERM="xterm-kitty"), dict(TERM="xterm-256color", KITTY_WINDOW_ID="1"),
                      dict(TERM="xterm-256color", TERM_PROGRAM="WezTerm"), dict(TERM="xterm-ghostty")):
        output = in_terminal(path, LANG="C.UTF-8", **variables)
        picture = decode_png(decode_kitty(output))
        for color in VIRIDIS.values():
            assert (picture == color).all(-1).sum() > 1000
    # A multiplexer within kitty shows letters only.
    assert b"\x1b_G" not in in_terminal(path, TERM="tmux-256color", KITTY_WINDOW_ID="1", TMUX="x", LANG="C.UTF-8")
    output = in_terminal(path, TERM="foot", LANG="C.UTF-8")
    picture = decode_sixel(output)
    assert (picture >= 0).all()
    for color in VIRIDIS.values():
        # Sixels have percents of a colour.
        assert (np.abs(picture - color).max(-1) <= 2).sum() > 1000
    photo = saved(tmp_path, RNG.randint(0, 256, (60, 80, 3)).astype("u1"), "photo.npy")
    picture = decode_sixel(in_terminal(photo, TERM="foot", LANG="C.UTF-8"))
    assert (picture >= 0).all() and len(np.unique(picture.reshape(-1, 3), axis=0)) <= 256


# Manners

BAD = [
    (np.zeros((0, 3)), (), 1, "empty"), (np.array(["a"]), (), 1, "text"), (np.array([b"a"]), (), 1, "text"),
    (np.array(3.5), (), 1, "single value"), (np.full(4, np.nan), (), 1, "nothing to plot"),
    (np.full((2, 2), np.inf), (), 1, "nothing to plot"), (np.full(3, "NaT", "M8[s]"), ("--kind", "hist"), 1, "NaT"),
    (np.zeros(3, "V4"), (), 1, "raw bytes"), (np.zeros((2, 2, 2)), ("--kind", "line"), 1, "one axis"),
    (np.zeros((2, 2, 2)), ("--kind", "heatmap"), 1, "two axes"), (np.arange(3), ("--field", "x"), 1, "no fields"),
    (np.arange(3), ("--range", "5,1"), 64, "--range"), (np.arange(3), ("--range", "a,b"), 64, "--range"),
    (np.arange(3), ("--range", "nan,1"), 64, "--range"), (np.arange(3), ("--bins", "0"), 64, "--bins"),
    (np.arange(3), ("--bins", "9999999999"), 64, "--bins"), (np.arange(3), ("--width", "3"), 64, "--width"),
    (np.arange(3), ("-o", "x.jpg"), 64, ".png"), (np.arange(3), ("--kind", "pie"), 64, "pie"),
    (np.arange(3), ("-o", "a.png", "--width", "16000", "--height", "16000"), 64, "dots"),
    (np.array([-1.7e308, 1.7e308]), ("--kind", "hist"), 1, "apart"), (-np.arange(3.0), ("--log",), 1, "above zero"),
    (np.array([1.0, 1 + 2**-52]), ("--kind", "hist", "--bins", "50"), 1, "bins"), (np.arange(4), ("--bins", "3", "--kind", "line"), 64, "hist"),
]


@pytest.mark.parametrize("case", range(len(BAD)))
def test_what_cannot_be_drawn_is_said_in_a_line(tmp_path, case):
    array, arguments, code, words = BAD[case]
    path = saved(tmp_path, array)
    result = subprocess.run([COMMAND, "plot", str(path), *arguments], capture_output=True, cwd=tmp_path, timeout=60)
    error = result.stderr.decode()
    assert result.returncode == code and words in error and error.startswith("npy: ") and not result.stdout
    if code == 1:
        assert error.count("\n") == 1
    assert sorted(os.listdir(tmp_path)) == ["a.npy"]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(arrays(), st.sampled_from([(), ("--log",), ("--range", "-1,1"), ("--range", ",0"), ("--range", "5,"), ("--bins", "7")]))
def test_nothing_ends_it(tmp_path_factory, array, arguments):
    folder = tmp_path_factory.mktemp("plot")
    try:
        np.save(folder / "a.npy", array, allow_pickle=False)
    except (ValueError, RuntimeError):
        return
    kinds = [()] if "--bins" in arguments else [(), ("--kind", "hist"), ("--kind", "line"), ("--kind", "heatmap"), ("--kind", "image")]
    for kind in kinds:
        for output in ((), ("-o", str(folder / "a.svg"))):
            result = run_npy("plot", folder / "a.npy", *arguments, *kind, *output, check=False, timeout=20)
            # 64: an image that has colours of its own takes no --log.
            assert result.returncode == 0 and not result.stderr or (
                result.returncode in (1, 64) and result.stderr.startswith(b"npy: ") and result.stderr.count(b"\n") == 1
            ), (array.dtype, array.shape, kind, result.returncode, result.stderr[:300])
        # Whatever the values are, what is written is well-formed.
        if (folder / "a.svg").exists():
            ElementTree.parse(folder / "a.svg")


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "big.npy"
    # A gigabyte of zeros that takes no room on the disk.
    with open(path, "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (8192, 16384)})
        file.truncate(file.tell() + (1 << 30))
    for arguments in (("-o", tmp_path / "a.png"), ("--kind", "hist"), ("--kind", "hist", "--bins", "100000"), ()):
        assert peak_memory("plot", path, *arguments) < 100 << 20


def test_standard_input_and_output(tmp_path):
    array = np.add.outer(np.arange(5.0), np.arange(6))
    path = saved(tmp_path, array)
    result = json.loads(run_npy("plot", "--json", "-", stdin=path.read_bytes()))
    assert result["values"] == array.tolist()
    picture = decode_png(run_npy("plot", path, "-o", "-"))
    run_npy("plot", path, "-o", tmp_path / "a.png")
    np.testing.assert_array_equal(picture, decode_png((tmp_path / "a.png").read_bytes()))


@pytest.mark.parametrize("options", [
    ("--json", "-o", "x.png"), ("--json", "--theme", "dark"), ("--json", "--cmap", "gray"),
    ("--json", "--graphics", "ascii"), ("--kind", "line", "--cmap", "gray"), ("--kind", "line", "--bins", "5"),
    ("--kind", "hist", "--cmap", "gray"), ("--json", "--title", "T"), ("-o", "x.png", "--graphics", "ascii"),
    ("--graphics", "ascii", "--theme", "dark"), ("--graphics", "ascii", "--cmap", "gray"),
    ("--json", "--kind", "line", "--log"), ("--json", "--kind", "line", "--range", "0,1"),
    ("--json", "--kind", "line", "--height", "20"), ("--json", "--kind", "hist", "--log"),
    ("--json", "--kind", "hist", "--width", "20"), ("--json", "--kind", "heatmap", "--range", "0,1")])
def test_options_that_would_do_nothing(tmp_path, options):
    path = saved(tmp_path, np.arange(6.0))
    result = run_npy("plot", path, *options, check=False)
    assert result.returncode == 64, result.stderr


@pytest.mark.parametrize("dtype", ["u1", "f4"])
def test_an_image_in_its_own_colours_has_no_scale(tmp_path, dtype):
    image = np.random.default_rng(1).integers(0, 256, (8, 9, 3), dtype="u1")
    path = saved(tmp_path, image if dtype == "u1" else (image / 255).astype(dtype))
    for options in [("--range", "0.2,1"), ("--log",), ("--cmap", "gray"), ("--cmap", "gray", "--image")]:
        kind = () if "--image" in options else ("--kind", "image")
        result = run_npy("plot", path, "-o", tmp_path / "p.png", *kind, *options, check=False)
        assert result.returncode == 64 and not (tmp_path / "p.png").exists(), (options, result)


def test_scales_of_grey_images(tmp_path):
    path = saved(tmp_path, np.array([[0, 1, 10, 100]], dtype="u1"))
    def shades(*options):
        return [dot[0] for dot in json.loads(run_npy("plot", "--json", "--kind", "image", path, *options))["rgba"][0]]
    assert shades() == [0, 1, 10, 100]
    assert shades("--range", "0,100") == [0, 3, 26, 255]
    # The logarithms of 1, 10 and 100 are evenly spaced; 0 has none.
    assert shades("--log")[1:] == [0, 128, 255]
    path = saved(tmp_path, np.array([[True, False]]))
    run_npy("plot", "--image", path, "-o", tmp_path / "p.png", "--range", "0,2")
    assert decode_png((tmp_path / "p.png").read_bytes())[0, :, 0].tolist() == [128, 0]


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_dots_without_a_number_are_transparent(tmp_path, channels):
    image = np.linspace(0, 1, 6 * channels).reshape(2, 3, channels)
    image[0, 1, 0] = np.nan
    path = saved(tmp_path, image if channels > 1 else image[..., 0])
    run_npy("plot", "--image", path, "-o", tmp_path / "p.png")
    picture = decode_png((tmp_path / "p.png").read_bytes())
    assert picture.shape == (2, 3, 4) and picture[0, 1].tolist() == [0, 0, 0, 0]
    rest = np.delete(image.reshape(6, channels), 1, axis=0)
    wanted = np.rint(rest * 255).astype("u1")
    wanted = np.repeat(wanted, 3, axis=1) if channels == 1 else wanted
    found = np.delete(picture.reshape(6, 4), 1, axis=0)
    assert np.array_equal(found[:, :wanted.shape[1]], wanted)
    if channels < 4:
        assert (found[:, 3] == 255).all()


@pytest.mark.parametrize("values", [
    [[-1e308, 1e308], [1.5e308, 0]], [[1e-310, 2e-310], [3e-310, 1e-310]], [[5e-324, 1e-323], [0, 1.5e-323]],
    [[-1.7e308, 1.7e308], [np.inf, -np.inf]], [[1, 1 + 2**-52], [1, 1]], [[7, 7], [7, 7]], [[np.nan, 1e308], [-1e308, 0]]])
def test_levels_of_numbers_far_apart_and_close_together(tmp_path, values):
    values = np.array(values)
    np.save(tmp_path / "a.npy", values)
    run_npy("plot", "--image", tmp_path / "a.npy", "-o", tmp_path / "a.png")
    pixels = decode_png((tmp_path / "a.png").read_bytes())
    finite = values[np.isfinite(values)].astype(np.longdouble)
    low, high = finite.min(), finite.max()
    numbers = np.clip(values.astype(np.longdouble), low, high)
    levels = np.rint((numbers - low) / (high - low) * 255 if high > low else numbers * 0)
    grey = np.asarray(pixels)[..., 0].reshape(values.shape).astype(float)
    known = ~np.isnan(values)
    assert np.abs(grey[known] - levels[known].astype(float)).max() <= 1
