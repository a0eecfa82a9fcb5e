"""Conversions from every source, by every step, to every output: each cell gives what NumPy's own functions give.

The arrays, slices and options of a cell are drawn by a generator with a fixed seed; NPY_MATRIX_SEED draws others.
"""
import itertools
import os
import random
import warnings

import pytest

from matrix_arrays import STEPS, sliced, slices, steps
from matrix_cells import Cell, check_all, refused_as, written
from matrix_outputs import OUTPUTS
from matrix_sources import SOURCES

SEED = os.environ.get("NPY_MATRIX_SEED", "0")


def is_open(part, step, source, result, output):
    """Whether a cell is known not to be as NumPy has it yet."""
    if isinstance(result, Exception):
        return False
    # Where NumPy keeps an order in memory that is not C order: a shape that a view can have; a cast of a slice.
    if source.flags.fnc and step in ("reshape", "several"):
        return True
    if source.flags.fnc and part == "sliced" and step == "astype" and source.dtype.hasobject != result.dtype.hasobject:
        return True
    # Of a format that does not suit objects another dtype is named.
    return output.is_text and result.dtype.hasobject


def cells(folder, source_name):
    """A cell for each slice or none, step and output, with arrays and options drawn at random."""
    for part, step, output_name in itertools.product(("whole", "sliced"), STEPS, OUTPUTS):
        draw = random.Random(f"{SEED}/{source_name}/{part}/{step}/{output_name}")
        make, names = SOURCES[source_name]
        # Text has room for fewer arrays: most cells shall succeed.
        output = draw.choice(OUTPUTS[output_name])
        if output.is_text and draw.random() < 0.8:
            names = [name for name in names if name not in ("3-d", "nested", "0-d", "0-d text", "empty rows")]
        drawn = cell(folder, source_name, make, draw.choice(names), part, step, output, draw)
        if drawn:
            yield drawn


def cell(folder, source_name, make, array_name, part, step, output, draw):
    source = make(folder, array_name)
    kind = f"values: {source_name}, {part}, {step}, {output.kind}"
    address, array = str(source.address), source.array
    if part == "sliced":
        text = draw.choice(slices(array))
        address, array = address + text, sliced(array, text)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        options, array = steps(step, array_name, array, draw)
    told = [*dict.fromkeys(str(warning.message) for warning in caught if "cast" in str(warning.message).lower())]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if is_open(part, step, source.array, array, output):
            return None
        save_options, expected = [], array
        if not isinstance(array, Exception):
            save_options, keywords = output.text_options(array, draw) if output.is_text else ([], {})
            try:
                expected = output.expected(array, source.name, keywords)
            except (TypeError, ValueError, UnicodeError) as error:
                expected = error
    arguments = ["convert", address, output.file, *source.options, *options, *save_options, *output.options]
    if output.kind == "pkl" and source.pickled and part == "whole" and not options:
        expected = source.pickled
    check = refused_as(expected) if isinstance(expected, Exception) else written(output, expected, told)
    return Cell(kind, arguments, check, source.stdin, [output.file] if output.file != "-" else [])


@pytest.mark.parametrize("source_name", SOURCES)
def test_values(tmp_path_factory, tmp_path, source_name):
    check_all(list(cells(tmp_path_factory.mktemp("sources"), source_name)), tmp_path)
