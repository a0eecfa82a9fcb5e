"""Functions of NumPy's, and of the libraries beside it that are installed, that take the name of a file: calling one reads or writes it."""
import importlib
import inspect
import json
import pkgutil
import warnings

import pytest

from conftest import run_npy

# `interp` and the like have an `fp` that is no file; `buf`, `path` and `io` may be anything.
FILES = {"file", "filename", "fname", "filepath_or_buffer", "filepath_or_buf", "path_or_buf", "path_or_buffer"}
LEFT_OUT = ["tests", "conftest", "f2py", "testing", "distutils", "test"]


def functions(library):
    """The names of callables that take a file, by their signatures."""
    package = importlib.import_module(library)
    names = [module.name for module in pkgutil.walk_packages(package.__path__, library + ".", onerror=lambda _: None)]
    for name in [library, *names]:
        if any(part in LEFT_OUT for part in name.split(".")):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                module = importlib.import_module(name)
        except BaseException:
            continue
        for key, value in vars(module).items():
            if not callable(value) or not (getattr(value, "__module__", None) or "").startswith(library):
                continue
            try:
                parameters = set(inspect.signature(value).parameters)
            except (TypeError, ValueError):
                continue
            if parameters & FILES:
                yield name, key


@pytest.mark.parametrize("library", ["numpy", "scipy", "pandas", "joblib"])
def test_functions_that_take_files(tmp_path, library):
    pytest.importorskip(library)
    found = sorted(functions(library))
    assert len(found) > 10
    paths = []
    for place, (module, name) in enumerate(found):
        paths.append(tmp_path / f"{place:04}.pkl")
        paths[-1].write_bytes(f'c{module}\n{name}\n(S"x"\ntR.'.encode())
    files = json.loads(run_npy("check", "--json", *paths, check=False).stdout)
    missed = [names for names, file in zip(found, files) if file["risk"] not in ("dangerous", "data")]
    # What old joblib keeps beside its pickles, and what only passes a name on.
    allowed = {"NDArrayWrapper", "ZNDArrayWrapper", "_factorialx_wrapper"}
    assert [names for names in missed if names[1] not in allowed] == []
    data = [names for names, file in zip(found, files) if file["risk"] == "data"]
    assert {name for _, name in data} <= allowed
