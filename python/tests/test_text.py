"""`savetxt`, `loadtxt` and `genfromtxt`, against NumPy."""
import gzip
import io
import warnings

import numpy as np
import npyfast
import pytest
from conftest import same


def outcome(function, *arguments, **keywords):
    """What a call does: its result with its warnings, or the exception's type and text."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function(*arguments, **keywords)
        except Exception as exception:
            return type(exception), without_address(exception)
    # Files that the tests leave open, and a warning that NumPy gives of how it reads in pieces.
    return result, [(each.category, without_address(each.message)) for each in caught
                    if each.category is not ResourceWarning and "max_rows=50000" not in str(each.message)]


def without_address(text):
    return str(text).split(" at 0x")[0]


def agree(ours, theirs):
    if isinstance(ours[0], type) or isinstance(theirs[0], type):
        assert ours == theirs
        return True
    assert ours[1] == theirs[1]
    if isinstance(ours[0], list):
        return len(ours[0]) == len(theirs[0]) and all(map(same, ours[0], theirs[0]))
    if isinstance(theirs[0], np.ma.MaskedArray):
        assert same(np.asarray(np.ma.getmaskarray(ours[0])), np.asarray(np.ma.getmaskarray(theirs[0])))
        return type(ours[0]) is type(theirs[0]) and same(ours[0].filled(), theirs[0].filled())
    return same(ours[0], theirs[0])


RECORDS = np.array([(1, 2.5, "a"), (3, -4.0, "bc")], [("n", "i4"), ("x", "f8"), ("s", "U3")])
TABLES = {
    "floats": np.linspace(-1, 1, 12).reshape(4, 3), "integers": np.arange(12).reshape(4, 3), "one": np.arange(5.),
    "strided": np.arange(24.).reshape(4, 6)[::-1, ::2], "complex": np.array([[1 + 2j, -3 - 4j]]), "records": RECORDS,
    "bool": np.array([[True, False]]), "empty": np.zeros((0, 3)), "big": np.array([np.nan, np.inf, -0.0, 1e300]),
    "text": np.array([["a", "b"]]), "0-d": np.array(5.), "3-d": np.zeros((1, 2, 3)), "swapped": np.arange(3, dtype=">i2"),
    "objects": np.array([[1, 2.5]], object), "list": [[1, 2], [3, 4]],
}
FORMATS = [{}, {"fmt": "%d"}, {"fmt": "%.3f", "delimiter": ","}, {"fmt": "%g", "header": "a\nb", "footer": "end", "comments": "% "},
           {"fmt": ["%d", "%.2f", "%s"]}, {"fmt": "%d;%.2f;%s"}, {"newline": "\r\n"}, {"fmt": "%10.5f|%-8d|%s"}, {"fmt": ("%s",)},
           {"fmt": 5}, {"fmt": "%"}, {"fmt": ""}, {"encoding": "utf-16"}, {"header": "é", "encoding": "latin1"}, {"fmt": ["%d"]}]


@pytest.mark.parametrize("options", FORMATS, ids=str)
def test_savetxt(tmp_path, options):
    for name, table in TABLES.items():
        ours = outcome(npyfast.savetxt, tmp_path / "ours", table, **options)
        theirs = outcome(np.savetxt, tmp_path / "theirs", table, **options)
        assert ours == theirs, name
        if not isinstance(theirs[0], type):
            assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes(), name
        for file in (io.BytesIO, io.StringIO):
            if options.get("encoding") == "utf-16":
                continue  # NumPy writes a byte order mark before every row
            ours, theirs = file(), file()
            assert outcome(npyfast.savetxt, ours, table, **options) == outcome(np.savetxt, theirs, table, **options), name
            # A table that is refused half way leaves half of it with NumPy.
            assert ours.getvalue() in (theirs.getvalue(), type(ours.getvalue())()), name


def test_compressed_text(tmp_path):
    table = np.arange(3000.).reshape(1000, 3)
    for ending in ("gz", "bz2", "xz"):
        path = tmp_path / f"t.{ending}"
        npyfast.savetxt(path, table)
        assert same(np.loadtxt(path), table) and same(npyfast.loadtxt(path), table) and same(npyfast.genfromtxt(path), table)
    assert gzip.open(tmp_path / "t.gz").readline() == b"%.18e %.18e %.18e\n" % (0, 1, 2)


def test_a_table_that_is_refused_leaves_the_old_file(tmp_path):
    npyfast.savetxt(tmp_path / "t", [1])
    before = (tmp_path / "t").read_bytes()
    for table, options in ((np.array(5.), {}), (np.array(["a"]), {"fmt": "%d"})):
        with pytest.raises((ValueError, TypeError)):
            npyfast.savetxt(tmp_path / "t", table, **options)
        assert (tmp_path / "t").read_bytes() == before


TEXTS = {
    "plain": "1 2 3\n4 5 6\n", "comments": "# a\n1 2 # b\n\n3 4\n", "commas": "1,2\n3,4\n", "one": "7\n", "row": "1 2 3\n",
    "empty": "", "ragged": "1 2\n3\n", "words": "a b\nc d\n", "floats": "1e5 nan\n-inf 0x1p3\n", "quoted": '"1" "2"\n',
    "names": "# x y\n1 2\n3 4\n", "gaps": "1,,3\n4,5,\n", "no end": "1 2\n3 4", "crlf": "1 2\r\n3 4\r\n", "wide": "  1 22\n 33  4\n",
    "mixed": "1 a 2.5\n2 b 3.5\n", "complex": "(1+2j) 3\n", "big": "9223372036854775808 1\n", "unicode": "1 é\n2 ü\n",
    "old": "1 2\r3 4\r", "feeds": "1 2\x0c\n3\x0b4\n", "separators": "1\u20282\n3\x854\n", "both": "1 2\r\n3 4\n",
}
LOADS = [{}, {"dtype": int}, {"dtype": str}, {"delimiter": ","}, {"skiprows": 1}, {"usecols": 0}, {"usecols": (1, 0)},
         {"usecols": -1}, {"unpack": True}, {"ndmin": 2}, {"max_rows": 1}, {"comments": None}, {"comments": ["#", "a"]},
         {"dtype": complex}, {"dtype": [("a", "i4"), ("b", "f8")]}, {"dtype": [("a", "i4"), ("b", "f8")], "unpack": True},
         {"quotechar": '"'}, {"encoding": "latin1"}, {"converters": {0: lambda text: 5}}, {"delimiter": ", "}, {"ndmin": 3},
         {"usecols": 5}, {"usecols": 1.5}, {"dtype": "U2"}, {"dtype": "S"}, {"dtype": "f4"}, {"max_rows": -1}, {"skiprows": -1}]


@pytest.mark.parametrize("options", LOADS, ids=str)
def test_loadtxt(tmp_path, options):
    for name, text in TEXTS.items():
        (tmp_path / "t").write_bytes(text.encode())
        files = [lambda: tmp_path / "t", lambda: io.BytesIO(text.encode()), lambda: io.StringIO(text), lambda: open(tmp_path / "t"),
                 lambda: open(tmp_path / "t", "rb"), text.splitlines, lambda: tuple(text.splitlines(keepends=True)),
                 lambda: io.StringIO(text, newline=None)]
        for file in files:
            if name == "old" and file in (files[1], files[4]):
                continue  # rows here, as of a path; an error in NumPy
            ours, theirs = (outcome(load, file(), **options) for load in (npyfast.loadtxt, np.loadtxt))
            assert agree(ours, theirs), name


GENS = [{}, {"dtype": None}, {"dtype": int}, {"dtype": str}, {"delimiter": ","}, {"delimiter": ",", "dtype": None}, {"delimiter": 2},
        {"delimiter": (2, 3)}, {"skip_header": 1}, {"skip_footer": 1}, {"usecols": (1, 0)}, {"usecols": 0}, {"names": True},
        {"names": "p, q"}, {"names": ["p", "q"], "dtype": None}, {"usemask": True, "delimiter": ","}, {"filling_values": -1, "delimiter": ","},
        {"missing_values": "a", "usemask": True}, {"unpack": True}, {"unpack": True, "dtype": None}, {"autostrip": True, "dtype": None, "delimiter": ","},
        {"invalid_raise": False}, {"max_rows": 1}, {"encoding": "latin1", "dtype": None}, {"encoding": "bytes", "dtype": None}, {"ndmin": 2},
        {"comments": None}, {"loose": False}, {"deletechars": ""}, {"converters": {0: lambda text: 5}}, {"usecols": ("a",), "names": True}]


@pytest.mark.parametrize("options", GENS, ids=str)
def test_genfromtxt(tmp_path, options):
    for name, text in TEXTS.items():
        (tmp_path / "t").write_bytes(text.encode())
        if name == "floats" and options.get("dtype", float) is None:
            continue  # NumPy takes 0x1p3 for a long double, and nothing else that looks like it
        for file in (lambda: str(tmp_path / "t"), lambda: io.BytesIO(text.encode()), lambda: io.StringIO(text),
                     lambda: open(tmp_path / "t"), text.splitlines, lambda: text.splitlines(keepends=True)):
            if name == "old" and isinstance(file(), io.BytesIO):
                continue  # rows here, as of a path; white space in NumPy
            ours, theirs = (outcome(load, file(), **options) for load in (npyfast.genfromtxt, np.genfromtxt))
            assert agree(ours, theirs), name


@pytest.mark.parametrize("encoding", [None, "ascii", "utf-16", "nonsense"])
def test_text_files_take_any_text(tmp_path, encoding):
    """As in NumPy, where such a file's own encoding counts. The table has characters of several bytes wherever parts may end."""
    table = np.arange(300_000. if encoding is None else 300.).reshape(-1, 3)
    for options in ({"delimiter": "日本"}, {"header": "é日", "footer": "😀", "comments": "№ "}, {"fmt": "%d°"}, {"newline": "\u2028"}):
        ours, theirs = io.StringIO(), io.StringIO()
        for rows in (2, len(table)):
            npyfast.savetxt(ours, table[:rows], **{"fmt": "%d", **options}, encoding=encoding)
            np.savetxt(theirs, table[:rows], **{"fmt": "%d", **options}, encoding=encoding)
            assert ours.getvalue() == theirs.getvalue()
        for save in (npyfast, np):
            with open(tmp_path / save.__name__, "w", encoding="utf-8", newline="\r\n") as file:
                save.savetxt(file, table[:9], **options, encoding=encoding)
        assert (tmp_path / "npyfast").read_bytes() == (tmp_path / "numpy").read_bytes()


@pytest.mark.parametrize("encoding", ["nonsense", "bytes", 5])
def test_encodings_that_are_none(tmp_path, encoding):
    (tmp_path / "a.txt").write_text("keep")
    for file in (lambda: tmp_path / "a.txt", io.BytesIO):
        with pytest.raises((LookupError, TypeError)) as theirs:
            np.savetxt(tmp_path / "b.txt" if encoding != 5 else file(), [1., 2.], encoding=encoding)
        with pytest.raises(theirs.type):
            npyfast.savetxt(file(), [1., 2.], encoding=encoding)
    assert encoding == 5 or (tmp_path / "a.txt").read_text() == "keep"


@pytest.mark.parametrize("text", ["1\0 2\n", "1 2\n3\0 4\n", "1\0002 3\n", "1 2\0\n", "x\0y 2\n", "1.5\0,2\n", "\0 1\n"])
@pytest.mark.parametrize("options", [{}, {"dtype": int}, {"dtype": "U5"}, {"dtype": "S5"}, {"dtype": bool}, {"dtype": "M8[D]"}])
def test_a_field_does_not_end_at_a_null(tmp_path, text, options):
    (tmp_path / "a.txt").write_text(text)
    for columns in (None, 0, [0], [1], [1, 0]):
        for name in ("loadtxt", "genfromtxt"):
            both = []
            for module in (npyfast, np):
                try:
                    both.append(getattr(module, name)(tmp_path / "a.txt", usecols=columns, **options))
                except Exception as error:
                    both.append((type(error), str(error)))
            assert repr(both[0]) == repr(both[1]), (name, columns)


def test_tables_with_gaps_are_read_once(monkeypatch):
    """And not by NumPy afterwards, as tables are of which it has something to tell."""
    text = "1,2,3\n4,NA,6\n,8,x\n"
    expected = np.genfromtxt(io.StringIO(text), delimiter=",")

    def alone(*arguments, **options):
        raise AssertionError("NumPy was asked")
    monkeypatch.setattr(npyfast._fallback.numpy_functions, "genfromtxt", alone)
    assert same(npyfast.genfromtxt(io.StringIO(text), delimiter=","), expected)
    assert same(npyfast.genfromtxt(io.StringIO(text + "end,of,it\n"), delimiter=",", skip_footer=1), expected)


#: Dtypes of which a header cannot say all: metadata, titles, alignment, gaps, and fields that overlap or stand in another order.
UNUSUAL = {
    "metadata": np.dtype("f4", metadata={"unit": "m"}), "metadata within": np.dtype([("n", np.dtype("i2", metadata={"a": 1})), ("x", "f8")]),
    "titles": np.dtype([(("first", "n"), "i8"), ("x", "f4")]), "aligned": np.dtype("i1,f8", align=True),
    "gaps": np.dtype({"names": ["n", "x"], "formats": ["u1", "<f8"], "offsets": [3, 8], "itemsize": 24}),
    "order": np.dtype({"names": ["n", "x"], "formats": ["i4", "f4"], "offsets": [4, 0]}),
    "overlap": np.dtype({"names": ["n", "x"], "formats": ["u4", "u2"], "offsets": [0, 2]}),
    "plain": np.dtype([("n", ">i2"), ("x", "f8")]), "date": np.dtype("M8[D]"), "moment": np.dtype("M8"), "duration": np.dtype("m8"),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_dtypes_are_as_given(tmp_path, name):
    dtype = UNUSUAL[name]
    path = tmp_path / "a.txt"
    path.write_text("7 2\n3 4\n5 9\n")
    for function in ("loadtxt", "genfromtxt"):
        ours, theirs = (outcome(getattr(module, function), path, dtype=dtype) for module in (npyfast, np))
        assert agree(ours, theirs)
        if not isinstance(theirs[0], type):
            assert repr(ours[0].dtype) == repr(theirs[0].dtype)
            assert ours[0].dtype.metadata == theirs[0].dtype.metadata and ours[0].dtype.fields == theirs[0].dtype.fields


@pytest.mark.parametrize("fmt", ["%.18e", "%d", "%s", "%5.2f", "%r"])
@pytest.mark.parametrize("name", UNUSUAL)
def test_tables_of_unusual_dtypes(tmp_path, name, fmt):
    table = np.zeros(3, UNUSUAL[name])
    ours = outcome(npyfast.savetxt, tmp_path / "ours", table, fmt)
    theirs = outcome(np.savetxt, tmp_path / "theirs", table, fmt)
    assert ours == theirs
    if not isinstance(theirs[0], type):
        assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()


@pytest.mark.parametrize("dtype", [float, "i4", "u1", "c8", "?", None, "S3", "U3", "i4,f8", "M8[D]"], ids=str)
@pytest.mark.parametrize("kind", ["path", "bytes", "text", "lines"])
def test_text_whose_bytes_are_wanted(tmp_path, dtype, kind):
    """`encoding="bytes"`, which is NumPy 1's default, is no other than none where numbers are made of them."""
    content = "1 2 # \u00e9\n3 4\n"
    (tmp_path / "a.txt").write_text(content, "utf-8")
    places = {"path": lambda: tmp_path / "a.txt", "bytes": lambda: io.BytesIO(content.encode()), "text": lambda: io.StringIO(content),
              "lines": lambda: content.splitlines()}
    for function in ("loadtxt", "genfromtxt"):
        for keywords in ({"encoding": "bytes"}, {}):
            ours, theirs = (outcome(getattr(module, function), places[kind](), dtype, **keywords) for module in (npyfast, np))
            assert agree(ours, theirs), (function, keywords)


QUOTED = {"doubled": '"a ""b"" c",1\n"""",2\n"d",3\n', "open": '"a""\n",1\n"b",2\n', "after": '"a""b"c,1\n"b",2\n', "odd": '"a"""",1\n"b",2\n',
          "long": '"' + '""x' * 30 + '",1\n"\u00e9"""",2\n', "comment": '"a""#",1\n"b",2\n', "numbers": '"1""",1\n"2",2\n',
          "many": "".join(f'"he said ""{n}"" \u6f22",{n}\n' for n in range(3000))}


@pytest.mark.parametrize("dtype", [str, "U4", "S9", [("s", "U9"), ("n", "i4")], [("s", "S40"), ("n", "f8")], float], ids=str)
@pytest.mark.parametrize("text", QUOTED.values(), ids=QUOTED)
def test_quotes_within_quotes(tmp_path, text, dtype):
    (tmp_path / "t").write_text(text, encoding="utf-8")
    for options in ({}, {"usecols": 1}, {"usecols": 0}, {"usecols": (1, 0)}, {"comments": None}, {"max_rows": 2}):
        if isinstance(dtype, list) and isinstance(options.get("usecols"), int):
            continue
        ours, theirs = (outcome(load, tmp_path / "t", dtype=dtype, delimiter=",", quotechar='"', encoding="utf-8", **options)
                        for load in (npyfast.loadtxt, np.loadtxt))
        assert agree(ours, theirs), options
