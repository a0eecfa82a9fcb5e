internal import ByteIO
internal import PythonPickle

/// The classes and functions that pickles of plain data name: making them runs nothing of the pickle's own choosing.
enum KnownGlobals {
  /// Whether a global is on the list. The match is exact: other names of the same modules run code.
  static func contains(_ global: PickleGlobal) -> Bool { makesData(global) || NumericFunctions.contains(global) }

  /// Whether calling it makes data, or computes something by one of Python's own functions.
  private static func makesData(_ global: PickleGlobal) -> Bool {
    // TorchScript's classes live under a name that no module of Python has.
    if global.module == "__torch__" || global.module.hasPrefix("__torch__.") { return true }
    if names[global.module]?.contains(global.name[...]) ?? false { return true }
    return Torch.contains(global) || ScikitLearn.contains(global) || SciPy.contains(global)
      || SciPyDistributions.contains(global) || isArithmetic(global)
  }

  /// Python's functions of numbers, in modules that have nothing else.
  private static func isArithmetic(_ global: PickleGlobal) -> Bool {
    ["math", "cmath"].contains(global.module) && !global.name.contains(".") && !global.name.hasPrefix("_")
  }

  /// A table of modules, each with its names: a module a line, the names behind a colon.
  static func table(_ text: String) -> [String: Set<Substring>] {
    var table: [String: Set<Substring>] = [:]
    var module = ""
    for line in text.split(separator: "\n") {
      var names = line[...]
      if let colon = line.firstIndex(of: ":") {
        module = String(line[..<colon])
        names = line[line.index(after: colon)...]
      }
      table[module, default: []].formUnion(names.split(separator: " "))
    }
    return table
  }

  private static let exceptions =
    "BaseException Exception ArithmeticError AssertionError AttributeError BufferError EOFError ImportError IndexError "
    + "KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError NotImplementedError OSError "
    + "OverflowError RecursionError ReferenceError RuntimeError StopIteration SyntaxError SystemError TimeoutError "
    + "TypeError UnboundLocalError UnicodeError ValueError ZeroDivisionError Warning UserWarning FileNotFoundError "
    + "DeprecationWarning RuntimeWarning FutureWarning PermissionError UnicodeDecodeError UnicodeEncodeError"

  /// Whether a name is that of a function which computes something of its arguments: models name them, and nothing calls
  /// them while it is loaded.
  static func computes(_ global: PickleGlobal) -> Bool {
    switch global.module {
    case "builtins": functions.split(separator: " ").contains(global.name[...])
    case "operator", "_operator":
      global.name != "itemgetter" && operators.split(separator: " ").contains(global.name[...])
    default: isArithmetic(global) || NumericFunctions.contains(global) && !makesData(global)
    }
  }

  /// Python's own functions that look up no attribute and call nothing that they are given.
  private static let functions =
    "abs all any ascii bin callable chr divmod hash hex id isinstance issubclass len max min oct ord pow repr round "
    + "sorted sum"

  /// Functions of `operator` that look up no attribute and call nothing.
  private static let operators =
    "abs add and_ concat contains eq floordiv ge getitem gt inv invert itemgetter le lshift lt matmul mod mul ne neg not_ "
    + "or_ pos pow rshift sub truediv truth xor"

  /// pandas' steps of time.
  private static let offsets =
    "BaseOffset BHalfYearBegin BHalfYearEnd BQuarterBegin BQuarterEnd BYearBegin BYearEnd BusinessDay BusinessHour "
    + "BusinessMonthBegin BusinessMonthEnd CustomBusinessDay CustomBusinessHour CustomBusinessMonthBegin "
    + "CustomBusinessMonthEnd DateOffset Day Easter FY5253 FY5253Quarter HalfYearBegin HalfYearEnd Hour LastWeekOfMonth "
    + "Micro Milli Minute MonthBegin MonthEnd Nano QuarterBegin QuarterEnd Second SemiMonthBegin SemiMonthEnd Tick Week "
    + "WeekOfMonth YearBegin YearEnd"

  private static let names = table(
    """
    builtins:complex set frozenset bytearray bytes list dict tuple int float bool str range slice object NoneType Ellipsis
    NotImplemented enumerate iter reversed zip \(functions) \(exceptions)
    _operator:\(operators)
    operator:\(operators)
    exceptions:\(exceptions)
    copyreg:_reconstructor __newobj__ __newobj_ex__
    _codecs:encode
    collections:OrderedDict defaultdict Counter deque ChainMap UserDict UserList UserString
    datetime:datetime date time timedelta timezone
    zoneinfo:ZoneInfo ZoneInfo._unpickle
    dateutil.tz.tz:tzutc tzlocal tzoffset
    dateutil.zoneinfo:gettz
    dateutil.tz:gettz
    dateutil.relativedelta:relativedelta
    dateutil._common:weekday
    pytz:_UTC _p timezone
    decimal:Decimal Context Clamped InvalidOperation DivisionByZero Inexact Rounded Subnormal Overflow Underflow
    FloatOperation
    fractions:Fraction
    uuid:UUID SafeUUID
    array:_array_reconstructor array
    itertools:chain count cycle repeat zip_longest
    string:Template
    logging:getLogger
    os:stat_result terminal_size
    numpy.linalg:LinAlgError
    numpy.exceptions:AxisError
    pathlib:PosixPath WindowsPath PurePosixPath PureWindowsPath Path PurePath
    pathlib._local:PosixPath WindowsPath PurePosixPath PureWindowsPath Path PurePath
    argparse:Namespace
    types:SimpleNamespace
    ipaddress:IPv4Address IPv6Address IPv4Network IPv6Network IPv4Interface IPv6Interface
    re:_compile
    sre_constants:_NamedIntConstant
    time:struct_time
    _io:BytesIO StringIO
    io:BytesIO StringIO
    functools:partial
    random:Random
    numpy:ndarray memmap iinfo dtype matrix recarray record bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 intc
    intp uintc
    longlong ulonglong int_ uint float16 float32 float64 half single double longdouble float96 float128 complex64 complex128
    csingle cdouble clongdouble complex192 complex256 str_ unicode_ string_ bytes_ void datetime64 timedelta64 object_ poly1d
    number generic floating integer complexfloating inexact signedinteger unsignedinteger character flexible finfo errstate
    busdaycalendar vectorize
    numpy.dtypes:BoolDType Int8DType UInt8DType Int16DType UInt16DType Int32DType UInt32DType Int64DType UInt64DType
    Float16DType Float32DType Float64DType StrDType BytesDType ObjectDType StringDType
    numpy._core._internal:_convert_to_stringdtype_kwargs _reconstruct
    numpy.core._internal:_convert_to_stringdtype_kwargs _reconstruct
    numpy.core.multiarray:_reconstruct scalar
    numpy._core.multiarray:_reconstruct scalar
    numpy.core.numeric:_frombuffer
    numpy._core.numeric:_frombuffer
    numpy.ma.core:_mareconstruct MaskedArray MaskedConstant mvoid _DomainCheckInterval _DomainGreater _DomainGreaterEqual
    _DomainSafeDivide _DomainTan _DomainedBinaryOperation _MaskedBinaryOperation _MaskedUnaryOperation _extrema_operation
    numpy.ma:_mareconstruct MaskedArray
    numpy.ma.mrecords:_mrreconstruct MaskedRecords mrecarray
    numpy.matrixlib.defmatrix:matrix
    numpy.char:chararray
    numpy.core.defchararray:chararray
    numpy._core.defchararray:chararray
    numpy.rec:recarray record
    numpy.core.records:recarray record
    numpy._core.records:recarray record
    numpy.core.memmap:memmap
    numpy._core.memmap:memmap
    numpy.linalg._linalg:EigResult EighResult QRResult SVDResult SlogdetResult
    numpy.linalg.linalg:EigResult EighResult QRResult SVDResult SlogdetResult
    numpy.lib._arraysetops_impl:UniqueAllResult UniqueCountsResult UniqueInverseResult
    numpy.lib.polynomial:poly1d
    numpy.lib._polynomial_impl:poly1d
    numpy.polynomial.polynomial:Polynomial
    numpy.polynomial.chebyshev:Chebyshev
    numpy.polynomial.legendre:Legendre
    numpy.polynomial.hermite:Hermite
    numpy.polynomial.hermite_e:HermiteE
    numpy.polynomial.laguerre:Laguerre
    numpy.random:__RandomState_ctor
    numpy.random.mtrand:RandomState __RandomState_ctor
    numpy.random._pickle:__randomstate_ctor __generator_ctor __bit_generator_ctor
    numpy.random._generator:Generator
    numpy.random._mt19937:MT19937
    numpy.random._pcg64:PCG64 PCG64DXSM
    numpy.random._philox:Philox
    numpy.random._sfc64:SFC64
    numpy.random.bit_generator:SeedSequence __pyx_unpickle_SeedSequence __pyx_unpickle_SeedlessSeedSequence
    ml_dtypes:bfloat16 float8_e4m3fn float8_e5m2 float8_e4m3b11fnuz float8_e4m3fnuz float8_e5m2fnuz float8_e3m4 float8_e4m3
    float8_e8m0fnu float6_e2m3fn float6_e3m2fn float4_e2m1fn int2 int4 uint2 uint4 int1 uint1
    jax._src.array:_reconstruct_array
    joblib.numpy_pickle:NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper
    joblib.numpy_pickle_compat:NDArrayWrapper ZNDArrayWrapper
    sklearn.externals.joblib.numpy_pickle:NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper
    sklearn.externals.joblib.numpy_pickle_compat:NDArrayWrapper ZNDArrayWrapper
    pandas:DateOffset NamedAgg Grouper DataFrame Series Index MultiIndex RangeIndex Timestamp Timedelta Period Interval
    Categorical Panel NA NaT
    DatetimeIndex TimedeltaIndex PeriodIndex CategoricalIndex IntervalIndex CategoricalDtype DatetimeTZDtype PeriodDtype
    IntervalDtype SparseDtype StringDtype BooleanDtype ArrowDtype Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype
    UInt16Dtype UInt32Dtype UInt64Dtype Float32Dtype Float64Dtype
    pandas.arrays:ArrowExtensionArray ArrowStringArray BooleanArray Categorical DatetimeArray FloatingArray IntegerArray
    IntervalArray NumpyExtensionArray PandasArray PeriodArray SparseArray StringArray TimedeltaArray
    pandas._libs.internals:_unpickle_block BlockManager BlockPlacement SingleBlockManager
    pandas._libs.tslibs.timestamps:_unpickle_timestamp Timestamp
    pandas._libs.tslibs.timedeltas:_timedelta_unpickle Timedelta
    pandas._libs.tslibs.nattype:_nat_unpickle NaTType __nat_unpickle
    pandas._libs.tslibs.period:Period IncompatibleFrequency
    pandas._libs.tslibs.offsets:_offset_rebuild \(offsets)
    pandas.tseries.offsets:\(offsets)
    pandas._libs.missing:NAType _nat_unpickle C_NA
    pandas._libs.arrays:__pyx_unpickle_NDArrayBacked NDArrayBacked
    pandas._libs.interval:Interval IntervalMixin __pyx_unpickle_IntervalMixin
    pandas._libs.tslib:_nat_unpickle Timestamp Timedelta
    pandas.tslib:_nat_unpickle Timestamp Timedelta __nat_unpickle
    pandas._period:Period
    pandas._libs.sparse:IntIndex BlockIndex
    pandas.core.frame:DataFrame
    pandas.core.series:Series TimeSeries
    pandas.core.panel:Panel
    pandas.core.index:Index _new_Index Int64Index Float64Index MultiIndex
    pandas.core.indexes.base:Index _new_Index
    pandas.core.indexes.range:RangeIndex
    pandas.core.indexes.multi:MultiIndex
    pandas.core.indexes.numeric:Int64Index Float64Index UInt64Index NumericIndex
    pandas.core.indexes.datetimes:DatetimeIndex _new_DatetimeIndex
    pandas.core.indexes.timedeltas:TimedeltaIndex _new_TimedeltaIndex
    pandas.core.indexes.period:PeriodIndex _new_PeriodIndex
    pandas.core.indexes.category:CategoricalIndex
    pandas.core.indexes.interval:IntervalIndex _new_IntervalIndex
    pandas.core.indexes.frozen:FrozenList FrozenNDArray
    pandas.indexes.base:Index _new_Index
    pandas.indexes.numeric:Int64Index Float64Index
    pandas.indexes.range:RangeIndex
    pandas.indexes.multi:MultiIndex
    pandas.tseries.index:DatetimeIndex _new_DatetimeIndex
    pandas.tseries.tdi:TimedeltaIndex
    pandas.tseries.period:PeriodIndex
    pandas.core.internals:BlockManager SingleBlockManager
    pandas.core.internals.managers:BlockManager SingleBlockManager ArrayManager SingleArrayManager
    pandas.core.internals.blocks:new_block make_block Block NumericBlock ObjectBlock ExtensionBlock DatetimeLikeBlock
    pandas.core.arrays.categorical:Categorical
    pandas.core.categorical:Categorical
    pandas.core.dtypes.dtypes:CategoricalDtype DatetimeTZDtype PeriodDtype IntervalDtype SparseDtype NumpyEADtype ArrowDtype
    pandas.core.dtypes.base:ExtensionDtype
    pandas.core.arrays.datetimes:DatetimeArray
    pandas.core.arrays.timedeltas:TimedeltaArray
    pandas.core.arrays.period:PeriodArray
    pandas.core.arrays.interval:IntervalArray
    pandas.core.arrays.integer:IntegerArray Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype UInt32Dtype
    UInt64Dtype
    pandas.core.arrays.floating:FloatingArray Float32Dtype Float64Dtype
    pandas.core.arrays.boolean:BooleanArray BooleanDtype
    pandas.core.arrays.string_:StringArray StringDtype StringArrayNumpySemantics
    pandas.core.arrays.string_arrow:ArrowStringArray ArrowStringArrayNumpySemantics
    pandas.core.arrays.arrow.array:ArrowExtensionArray
    pandas.core.arrays.arrow.dtype:ArrowDtype
    pandas.core.arrays.numpy_:PandasArray NumpyExtensionArray
    pandas.core.arrays.sparse.array:SparseArray
    pandas.core.arrays.sparse.dtype:SparseDtype
    pandas.core.arrays.sparse:SparseArray
    pandas.core.dtypes.missing:NA
    pandas.core.flags:Flags
    pandas.core.strings.accessor:StringMethods
    pandas.compat.pickle_compat:_unpickle_block
    pandas.api.typing:DataFrameGroupBy DatetimeIndexResampler Expanding ExponentialMovingWindow Rolling SeriesGroupBy
    pandas.core.groupby.generic:DataFrameGroupBy SeriesGroupBy
    pandas.core.resample:DatetimeIndexResampler PeriodIndexResampler TimedeltaIndexResampler
    pandas.core.window.ewm:ExponentialMovingWindow
    pandas.core.window.expanding:Expanding
    pandas.core.window.rolling:Rolling Window
    pyarrow.lib:type_for_alias _restore_array py_buffer _restore_chunked_array chunked_array _reconstruct_table
    _reconstruct_record_batch schema field struct list_ map_ dictionary timestamp duration time32 time64 decimal128
    large_list binary string ListType Field Schema
    xarray.core.dataset:Dataset
    xarray.core.dataarray:DataArray
    xarray.core.variable:Variable IndexVariable
    xarray.core.indexing:PandasIndexingAdapter LazilyIndexedArray MemoryCachedArray NumpyIndexingAdapter
    xarray.core.indexes:PandasIndex PandasMultiIndex Indexes
    """)
}
