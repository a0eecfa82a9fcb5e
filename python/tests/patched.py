"""A plugin of pytest's that replaces NumPy's functions by the package's before any test is collected."""
import pathlib
import sys

if "NPYFAST_INSTALLED" not in __import__("os").environ:
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import npyfast  # noqa: E402
from npyfast import _tables  # noqa: E402

_tables.TINY = -25 * 6  # no text is so small that it is left to NumPy itself
npyfast.patch()
