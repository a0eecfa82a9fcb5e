"""NumPy's printing of arrays through `npy show`."""
import numpy as np
from numpy._core import arrayprint

from .command import Unroutable, routed, run
from .files import npy_bytes

real_array2string = np.array2string
real_array_repr, real_array_str = np.array_repr, np.array_str


def show_options(options):
    arguments = []
    for name in ("precision", "threshold", "edgeitems", "linewidth", "floatmode", "sign", "nanstr", "infstr"):
        value = options.get(name)
        if value is None:
            if name == "precision":
                arguments.append("--precision=none")
            continue
        if name == "threshold" and value > 2**62:
            value = 2**62
        arguments.append(f"--{name}={value}")
    if options["suppress"]:
        arguments.append("--suppress")
    return arguments


def shown(array, options, *arguments):
    """What the command prints for an array."""
    if options["legacy"] not in (None, False) and options["legacy"] < 9_000_000:
        raise Unroutable("legacy modes print as NumPy's older releases did")
    if options["formatter"] and any(function is not None for function in options["formatter"].values()):
        raise Unroutable("formatters are Python functions")
    if array.dtype.kind == "T":
        raise Unroutable("arrays of StringDType are not supported")
    if type(array) is not np.ndarray:
        raise Unroutable(f"the class {type(array).__name__} is Python's")
    if array.dtype.hasobject and array.dtype.names is not None:
        raise Unroutable("records with objects are not supported")
    try:
        data = npy_bytes(array)
    except Exception as error:
        raise Unroutable(f"the array cannot be saved: {error}") from None
    text = run("show", "-", *arguments, *show_options(options), stdin=data)
    text = text.decode("utf-8", "surrogatepass")
    assert text.endswith("\n")
    return text[:-1]


def options_now():
    return arrayprint.format_options.get()


@routed(real_array2string)
def array2string(a, max_line_width=None, precision=None, suppress_small=None, separator=" ", prefix="", *,
                 formatter=None, threshold=None, edgeitems=None, sign=None, floatmode=None, suffix="", legacy=None):
    made = arrayprint._make_options_dict(precision, threshold, edgeitems, max_line_width, suppress_small, None, None,
                                         sign, formatter, floatmode, legacy)
    options = {**options_now(), **made}
    return shown(np.asanyarray(a), options, "--array2string", f"--separator={separator}", f"--prefix={prefix}",
                 f"--suffix={suffix}")


@routed(real_array_repr)
def array_repr(arr, max_line_width=None, precision=None, suppress_small=None):
    made = arrayprint._make_options_dict(precision, None, None, max_line_width, suppress_small)
    options = {**options_now(), **{key: value for key, value in made.items() if value is not None}}
    if options["override_repr"]:
        raise Unroutable("override_repr is a Python function")
    return shown(arr, options, "--repr")


@routed(real_array_str)
def array_str(a, max_line_width=None, precision=None, suppress_small=None):
    made = arrayprint._make_options_dict(precision, None, None, max_line_width, suppress_small)
    options = {**options_now(), **{key: value for key, value in made.items() if value is not None}}
    return shown(a, options)


def install():
    np.array2string, np.array_repr, np.array_str = array2string, array_repr, array_str
    arrayprint._default_array_repr = array_repr
    arrayprint._default_array_str = array_str
