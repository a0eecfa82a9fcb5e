internal import ByteIO
internal import NDArrays
internal import PickledArrays
internal import PythonPickle
internal import TorchFiles

/// Arrays of other libraries that are pickled by way of NumPy's, or nearly so: JAX's, those with the small floats of
/// `ml_dtypes`, and Python's own `array.array`.
enum LibraryArrays: ArrayRecognizer {
  static func recognize(_ value: PickleValue) throws(FormatError) -> PickledArray? {
    guard let object = value.object else { return nil }
    if object.isCall("jax._src.array", "_reconstruct_array") { return try jax(object) }
    if let found = try smallFloats(object) { return found }
    return try pythonArray(object)
  }

  /// `_reconstruct_array(function, arguments, state, more)`: what would make and fill the NumPy array.
  private static func jax(_ object: PickleObject) throws(FormatError) -> PickledArray? {
    guard object.arguments.count >= 3, case .tuple(let arguments) = object.arguments[1] else { return nil }
    let inner = PickleValue.object(
      PickleObject(.reduce(callable: object.arguments[0], arguments: arguments), state: object.arguments[2]))
    if let found = try ArrayRecognizers.numPy.array(in: inner) { return found }
    return try inner.object.flatMap { (object) throws(FormatError) in try smallFloats(object) }
  }

  // MARK: ml_dtypes

  /// An array whose dtype is a type of `ml_dtypes`: its numbers in a type that NumPy has.
  private static func smallFloats(_ object: PickleObject) throws(FormatError) -> PickledArray? {
    guard object.isNumPyCore("multiarray", "_reconstruct"), let state = object.state?.tuple, state.count >= 5,
      let name = PickledArray.foreignType(of: state[2])
    else { return nil }
    func bad(_ what: String) -> FormatError { FormatError(.malformed, "a pickled array of \(name): \(what)") }
    let isInteger = ["int2", "int4", "uint2", "uint4"].contains(name)
    guard let type = TorchScalarType(named: isInteger ? (name.hasPrefix("u") ? "uint8" : "int8") : name) else {
      throw FormatError(.unsupported, "arrays of the type \(name) are not supported")
    }
    guard let shape = state[1].items?.map({ $0.int ?? -1 }), shape.allSatisfy({ $0 >= 0 }), let bytes = state[4].bytes
    else {
      throw bad("no shape or no bytes")
    }
    let isFortran = state[3].int == 1
    let array = try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      let count = try AnyNDArray.check(shape: shape, itemSize: type.dtype.itemSize)
      guard count == bytes.count else { throw ArrayError(.shapeMismatch, "buffer size does not match array size") }
      return try AnyNDArray(bytes: bytes, dtype: type.dtype, shape: shape, fortran: isFortran)
    }
    return PickledArray(kind: .array, content: .values(type.widened(array)), mask: nil)
  }

  // MARK: array.array

  /// `array.array` of numbers, from its machine's bytes or a list.
  private static func pythonArray(_ object: PickleObject) throws(FormatError) -> PickledArray? {
    guard case .array(let code, let data, let format)? = PythonObject(object) else { return nil }
    if let format, let bytes = data.bytes {
      guard formats.indices.contains(format), let dtype = try? DType(formats[format]) else { return nil }
      let array = try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
        guard bytes.count % dtype.itemSize == 0 else {
          throw ArrayError(.shapeMismatch, "an array.array of \(bytes.count) bytes, \(dtype.itemSize) an item")
        }
        return try AnyNDArray(bytes: bytes, dtype: dtype, shape: [bytes.count / dtype.itemSize])
      }
      return PickledArray(kind: .subclass("array"), content: .values(array), mask: nil)
    }
    guard format == nil, let items = data.items, let dtype = codes[code].flatMap({ try? DType($0) }) else { return nil }
    let array = try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      items.isEmpty
        ? try AnyNDArray(zeros: [0], dtype: dtype) : try ObjectArray.of(items, shape: [items.count]).asType(dtype)
    }
    return PickledArray(kind: .subclass("array"), content: .values(array), mask: nil)
  }

  /// The codes of machines' formats: `Modules/arraymodule.c`, `enum machine_format_code`.
  private static let formats = [
    "u1", "i1", "<u2", ">u2", "<i2", ">i2", "<u4", ">u4", "<i4", ">i4", "<u8", ">u8", "<i8", ">i8", "<f4", ">f4", "<f8",
    ">f8",
  ]

  private static let codes = [
    "b": "i1", "B": "u1", "h": "i2", "H": "u2", "i": "i4", "I": "u4", "l": "i8", "L": "u8", "q": "i8", "Q": "u8",
    "f": "f4",
    "d": "f8",
  ]
}
