internal import PythonPickle

/// The classes and functions that pickles of plain data name: making them runs nothing of the pickle's own choosing.
enum KnownGlobals {
  /// Whether a global is on the list. The match is exact: other names of the same modules run code.
  static func contains(_ global: PickleGlobal) -> Bool { names[global.module]?.contains(global.name) ?? false }

  private static let core: Set<String> = ["_reconstruct", "scalar"]

  private static let names: [String: Set<String>] = [
    "builtins": [
      "complex", "set", "frozenset", "bytearray", "bytes", "list", "dict", "tuple", "int", "float", "bool", "str",
      "range", "slice", "object", "NoneType", "Ellipsis", "NotImplemented",
    ],
    "copyreg": ["_reconstructor"], "_codecs": ["encode"],
    "collections": ["OrderedDict", "defaultdict", "Counter", "deque"],
    "datetime": ["datetime", "date", "time", "timedelta", "timezone"], "decimal": ["Decimal"],
    "fractions": ["Fraction"], "uuid": ["UUID"], "array": ["_array_reconstructor", "array"],
    "pathlib._local": ["PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath", "Path"],
    "pathlib": ["PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath", "Path"],
    "numpy": [
      "ndarray", "dtype", "matrix", "recarray", "record", "bool_", "int8", "int16", "int32", "int64", "uint8", "uint16",
      "uint32", "uint64", "float16", "float32", "float64", "longdouble", "complex64", "complex128", "clongdouble",
      "str_", "bytes_", "void", "datetime64", "timedelta64", "object_",
    ],
    "numpy._core._internal": ["_convert_to_stringdtype_kwargs"], "numpy.core._internal": ["_reconstruct"],
    "numpy.core.multiarray": core, "numpy._core.multiarray": core, "numpy.core.numeric": ["_frombuffer"],
    "numpy._core.numeric": ["_frombuffer"], "numpy.ma.core": ["_mareconstruct", "MaskedArray"],
    "numpy.ma": ["_mareconstruct", "MaskedArray"], "numpy.matrixlib.defmatrix": ["matrix"],
    "numpy.rec": ["recarray", "record"], "numpy.core.records": ["recarray", "record"],
    "numpy._core.records": ["recarray", "record"],
    "scipy.sparse._csr": ["csr_matrix", "csr_array"], "scipy.sparse._csc": ["csc_matrix", "csc_array"],
    "scipy.sparse._coo": ["coo_matrix", "coo_array"], "scipy.sparse.csr": ["csr_matrix"],
    "scipy.sparse.csc": ["csc_matrix"], "scipy.sparse.coo": ["coo_matrix"],
    "joblib.numpy_pickle": ["NumpyArrayWrapper", "NDArrayWrapper", "ZNDArrayWrapper"],
    "joblib.numpy_pickle_compat": ["NDArrayWrapper", "ZNDArrayWrapper"],
    "torch._utils": [
      "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_parameter",
      "_rebuild_parameter_with_state", "_rebuild_qtensor", "_rebuild_sparse_tensor", "_rebuild_meta_tensor_no_storage",
    ],
    "torch._tensor": ["_rebuild_from_type_v2"], "torch.serialization": ["_get_layout"],
    "torch.nn.parameter": ["Parameter"], "torch.storage": ["UntypedStorage", "TypedStorage", "_load_from_bytes"],
    "torch": [
      "Size", "device", "Tensor", "DoubleStorage", "FloatStorage", "HalfStorage", "BFloat16Storage", "LongStorage",
      "IntStorage", "ShortStorage", "CharStorage", "ByteStorage", "BoolStorage", "ComplexFloatStorage",
      "ComplexDoubleStorage", "QInt8Storage", "QUInt8Storage", "QInt32Storage", "UntypedStorage", "float64", "float32",
      "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64", "bool",
      "complex32", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz",
      "float8_e8m0fnu", "qint8", "quint8", "qint32", "per_tensor_affine", "per_channel_affine",
      "per_channel_affine_float_qparams",
      "float4_e2m1fn_x2",
    ],
  ]
}
