"""The tests of NumPy's that do not, or not wholly, go through the command: by name, with the reason.

`test_numpy_suites.py` holds the lists against what happened: a test that is in none of them has gone through the
command with every call, and a name that is here for no reason is an error.
"""

CONVERTERS = "converters are Python functions"
FORMATTERS = "formatters are Python functions"
LEGACY = "legacy modes print as NumPy's older releases did; this package prints as NumPy 2.4"
VERSION = "the command writes the version that NumPy would choose and takes no order for another"
SUBCLASS = "subclasses of ndarray exist in Python only"
PICKLE = "allow_pickle and fix_imports guard against running pickles; the command never runs one"
INTERNAL = "tests functions within NumPy that read or write no array"

FORMAT, IO = "numpy.lib.tests.test_format", "numpy.lib.tests.test_io"
LOADTXT, PRINTING = "numpy.lib.tests.test_loadtxt", "numpy._core.tests.test_arrayprint"

# Not run at all.
DESELECTED = {
    FORMAT: {
        "test_large_archive": "writes and reads 2 GiB; ZipArchivesTests has archives beyond 4 GiB",
        "test_pickle_python2_python3": "strings of Python 2 that are not ASCII are read, with a warning: docs/differences.md",
    },
    IO: {
        "TestSavezLoad::test_big_arrays": "writes 2 GiB; ZipArchivesTests has archives beyond 4 GiB",
        "TestSaveTxt::test_large_zip": "takes 7 GB of memory",
        "test_load_refcount": "counts the references that Python's reading leaves behind",
    },
    LOADTXT: {},
    PRINTING: {
        "TestArrayRepr::test_object_subclass": "expected to fail in NumPy itself",
        "test_multithreaded_array_printing": "prints in 500 threads of one process",
    },
}

# No call goes through the command.
LEFT_OUT = {
    FORMAT: {},
    IO: {
        **{f"TestLoadTxt::{name}": CONVERTERS for name in [
            "test_converters_decode", "test_converters_nodecode", "test_converters_with_usecols",
            "test_dtype_with_object", "test_from_float_hex", "test_missing", "test_unused_converter"]},
        **{f"TestFromTxt::{name}": CONVERTERS for name in [
            "test_converters_cornercases", "test_converters_cornercases2", "test_converters_decode",
            "test_converters_nodecode", "test_converters_with_usecols", "test_converters_with_usecols_and_names",
            "test_dtype_with_converters", "test_dtype_with_converters_and_usecols", "test_dtype_with_object",
            "test_inconsistent_dtype", "test_invalid_converter", "test_missing", "test_tricky_converter_bug1666",
            "test_unused_converter", "test_userconverters_with_explicit_dtype",
            "test_utf8_userconverters_with_explicit_dtype"]},
        "TestFromTxt::test_bad_fname": "the name of the file is a number",
    },
    LOADTXT: {
        **dict.fromkeys([
            "test_converter_with_structured_dtype", "test_converter_with_unicode_dtype",
            "test_converters_dict_raises_non_col_key", "test_converters_dict_raises_non_integer_key",
            "test_converters_dict_raises_val_not_callable", "test_converters_negative_indices",
            "test_converters_negative_indices_with_usecols", "test_invalid_converter",
            "test_object_cleanup_on_read_error", "test_str_dtype_unit_discovery_with_converter",
            "test_unicode_with_converter"], CONVERTERS),
        "test_bad_newline_in_iterator": "only Python's sequences have lines with line ends in them",
        "test_exception_noninteger_row_limits": "an argument of another type than the command's",
        "test_read_from_bad_generator": "a generator of numbers",
    },
    PRINTING: {
        "TestArrayRepr::test_subclass": SUBCLASS,
        "TestArrayRepr::test_0d_object_subclass": SUBCLASS,
        "TestArray2String::test_format_function": FORMATTERS,
        "TestArray2String::test_multiline_repr": "objects of local classes cannot be saved",
        "TestPrintOptions::test_formatter": FORMATTERS,
        "TestPrintOptions::test_legacy_2_2_mode": LEGACY,
    },
}

# Some calls go through the command; the others are NumPy's for this reason.
PARTLY = {
    FORMAT: {
        "test_metadata_dtype": "a dtype's metadata is Python's",
        "test_pickle_disallow": PICKLE,
        "test_read_array_header_2_0": VERSION,
        "test_read_magic": VERSION,
        "test_version_2_0": VERSION,
        "test_write_version": VERSION,
    },
    IO: {
        "TestSaveTxt::test_format": "a format that is a number",
        "TestLoadTxt::test_usecols": "columns that are Python objects, or floating-point numbers",
        "TestLoadTxt::test_ndmin_keyword": "ndmin as a floating-point number",
        "TestFromTxt::test_recfromcsv": CONVERTERS,
        "test_savez_nopickle": PICKLE,
    },
    LOADTXT: {
        "test_bad_ndmin": "ndmin as a text, or None",
        "test_good_newline_in_iterator": "only Python's sequences have lines with line ends in them",
        "test_universal_newlines_quoted": "only Python's sequences have lines with line ends in them",
        "test_control_character_empty": "an empty value stands for None",
        "test_null_character": "no argument of a program can hold a NUL",
    },
    PRINTING: {
        "TestArray2String::test_basic": LEGACY,
        "TestArray2String::test_linewidth": LEGACY,
        "TestArray2String::test_structure_format_mixed": LEGACY,
        "TestArray2String::test_summarize_1d": LEGACY,
        "TestArray2String::test_summarize_2d": LEGACY,
        "TestArray2String::test_wide_element": LEGACY,
        "TestPrintOptions::test_0d_arrays": FORMATTERS,
        "TestPrintOptions::test_edgeitems": LEGACY,
        "TestPrintOptions::test_formatter_reset": FORMATTERS,
        "TestPrintOptions::test_legacy_stray_comma": LEGACY,
        "TestPrintOptions::test_linewidth_repr": LEGACY,
        "TestPrintOptions::test_linewidth_str": LEGACY,
        "TestPrintOptions::test_override_repr": "override_repr is a Python function",
        "TestPrintOptions::test_sign_spacing": LEGACY,
    },
}

# Nothing is called that is routed.
UNCONCERNED = {
    FORMAT: {
        "test_bad_magic_args": INTERNAL,
        "test_header_growth_axis": "headers without their arrays, of up to 10**20 elements",
        "test_large_header": INTERNAL,
        "test_version_2_0_memmap": "a file is mapped to be written to, which the library does and the command does not",
    },
    IO: {f"Testfromregex::{name}": "np.fromregex has no counterpart" for name in [
        "test_bad_dtype_not_structured", "test_compiled_bytes", "test_record", "test_record_2", "test_record_3",
        "test_record_unicode"]},
    LOADTXT: {
        **{f"TestCReaderUnitTests::{name}": INTERNAL for name in [
            "test_bad_encoding", "test_bad_type", "test_filelike_bad_read", "test_filelike_read_fails",
            "test_manual_universal_newlines", "test_not_an_filelike", "test_not_an_iter"]},
        "test_iterator_fails_getting_next_line": "an object of Python's that fails while it is read",
    },
    PRINTING: {
        **dict.fromkeys([
            "TestArrayRepr::test_void_scalar_recursion", "TestPrintOptions::test_legacy_mode_scalars",
            "test_scalar_repr_numbers", "test_scalar_repr_special", "test_scalar_void_float_str"],
            "scalars print themselves; a file holds arrays"),
        **dict.fromkeys([
            "TestArray2String::test_unexpected_kwarg", "TestContextManager::test_ctx_mgr_as_smth",
            "TestContextManager::test_ctx_mgr_exceptions", "TestContextManager::test_ctx_mgr_restores",
            "TestPrintOptions::test_bad_args", "TestPrintOptions::test_legacy_get_options",
            "test_printoptions_asyncio_safe"], "sets and reads print options; prints nothing"),
    },
}
