package import ByteIO
public import NDArrays
package import PythonPickle

/// An array as it lies in a pickle: what it is, and its values.
public struct PickledArray {
  /// The class of the array in Python.
  public enum Kind: Hashable, Sendable {
    /// A plain `ndarray`.
    case array
    /// A scalar such as `numpy.float64`; the array has no axes.
    case scalar
    /// A `numpy.matrix`.
    case matrix
    /// A `numpy.recarray`.
    case recordArray
    /// A `numpy.ma.MaskedArray`; its mask is ``PickledArray/mask``.
    case maskedArray
    /// A tensor or a storage of PyTorch's.
    case tensor
    /// A subclass of another name.
    case subclass(String)
  }

  /// Which class of Python's the array was of.
  public let kind: Kind
  /// The elements: values of bytes, or objects.
  public let content: StoredArray
  /// The mask of a masked array: `true` where a value is missing, of records for each of their fields.
  public let mask: AnyNDArray?
  /// What takes the place of missing values of a masked array; `nil` for NumPy's own choice.
  package var fillValue: AnyNDArray?

  /// The array that a value is in one of NumPy's forms; `nil` if it is none of them.
  static func numPyForm(of value: PickleValue) throws(FormatError) -> PickledArray? {
    guard let object = value.object else { return nil }
    if let form = object.convertible {
      guard let form = form as? any PickledArrayConvertible else { return nil }
      return try form.pickledArray()
    } else if object.isNumPyCore("multiarray", "_reconstruct") || object.isNumPyCore("_internal", "_reconstruct")
      || PickledArray.isMasked(object)
    {
      // Other modules know what these are.
      if let state = object.state?.tuple, state.count > 2, foreignType(of: state[2]) != nil { return nil }
      return try PickledArray.reconstruct(object)
    } else if object.isNumPyCore("numeric", "_frombuffer") {
      return PickledArray(kind: .array, content: .values(try PickledArray.fromBuffer(object.arguments)), mask: nil)
    } else if object.isNumPyCore("multiarray", "scalar") {
      let arguments = object.arguments
      guard arguments.count == 2 else { throw PickledArray.bad("a scalar of \(arguments.count) parts") }
      let dtype = try DType(pickled: arguments[0])
      if dtype.hasObjects { throw PickledArray.bad("a scalar object cannot be made of bytes") }
      let array = try PickledArray.array(arguments[1], dtype, [], fortran: false)
      return PickledArray(kind: .scalar, content: .values(array), mask: nil)
    } else {
      return nil
    }
  }

  package init(kind: Kind, content: StoredArray, mask: AnyNDArray?) {
    self.kind = kind
    self.content = content
    self.mask = mask
  }

  /// Refuses a pickled dtype that NumPy would refuse.
  package static func verifyType(_ value: PickleValue) throws(FormatError) {
    if foreignType(of: value) == nil { _ = try DType(pickled: value) }
  }

  /// The name of a dtype that is not NumPy's own but a type of `ml_dtypes`; `nil` for any other.
  package static func foreignType(of dtype: PickleValue) -> String? {
    guard let object = dtype.object, object.isCall("numpy", "dtype"), let type = object.arguments.first?.global,
      type.module == "ml_dtypes" || type.module.hasPrefix("ml_dtypes.")
    else { return nil }
    return type.name
  }

  static func bad(_ message: String) -> FormatError { FormatError(.malformed, "a pickled array: \(message)") }

  /// Whether an object is a masked array, which is told without reading it.
  package static func isMasked(_ object: PickleObject) -> Bool {
    object.convertible is MaskedArrayInPickle || object.isCall("numpy.ma.core", "_mareconstruct")
      || object.isCall("numpy.ma", "_mareconstruct")
  }

  /// Text, which pickles of Python 2 may hold as bytes.
  package static func text(_ value: PickleValue) -> String? {
    switch value {
    case .string(let text): text.text
    case .bytes(let bytes): String(validating: bytes.array, as: UTF8.self)
    default: nil
    }
  }

  static func shape(_ value: PickleValue) throws(FormatError) -> [Int] {
    if let length = value.int { return [length] }
    guard let items = value.items, items.count <= 64 else {
      throw bad("a shape that is no tuple of up to 64 numbers")
    }
    var shape: [Int] = []
    for item in items {
      guard let length = item.int, length >= 0 else { throw bad("a dimension that is no number from 0 on") }
      shape.append(length)
    }
    return shape
  }

  private static func reconstruct(_ object: PickleObject) throws(FormatError) -> PickledArray {
    let kind: Kind
    switch object.arguments.first?.global?.name {
    case "ndarray"?: kind = .array
    case "matrix"?: kind = .matrix
    case "recarray"?: kind = .recordArray
    case "MaskedArray"?: kind = .maskedArray
    case let name?: kind = .subclass(name)
    case nil: throw bad("no class")
    }
    guard var state = object.state?.tuple else { throw bad("no state") }
    // The oldest states have no version in front.
    if state.count == 4, state[0].tuple != nil { state.insert(.int(0), at: 0) }
    // Subclasses may add to NumPy's five items, or put them into a tuple of their own.
    if let inner = state.first?.tuple, inner.count == 5 { state = inner }
    guard state.count >= 5 else { throw bad("a state of \(state.count) items") }
    let shape = try shape(state[1])
    // Strings of any length (NEP 55) are pickled as a list, as objects are.
    let stringType = state[2].object.flatMap {
      $0.isNumPyCore("_internal", "_convert_to_stringdtype_kwargs") ? $0 : nil
    }
    let dtype = stringType == nil ? try DType(pickled: state[2]) : .object
    guard let fortran = state[3].int else { throw bad("no order") }
    if dtype.hasObjects {
      guard case .list(let list) = state[4] else { throw bad("object pickle not returning list") }
      var array = try ObjectArray(shape: shape, items: list.items, dtype: dtype, isFortran: fortran != 0)
      array.source = object
      array.stringType = stringType
      return try masked(.objects(array), kind, object, state)
    }
    let array = try array(state[4], dtype, shape, fortran: fortran != 0)
    return try masked(.values(array), kind, object, state)
  }

  /// An array, with its mask if it has one.
  private static func masked(
    _ content: StoredArray, _ kind: Kind, _ object: PickleObject, _ state: [PickleValue]
  ) throws(FormatError) -> PickledArray {
    guard isMasked(object), state.count >= 6, content.dtype.subarray == nil else {
      return PickledArray(kind: kind, content: content, mask: nil)
    }
    let dtype: DType
    do throws(ArrayError) { dtype = try content.dtype.maskType() } catch { throw bad(error.message) }
    let mask = try array(state[5], dtype, content.shape, fortran: state[3].int != 0)
    var found = PickledArray(kind: kind, content: content, mask: mask)
    if state.count > 6, let fill = try numPyForm(of: state[6])?.content.values, fill.shape.isEmpty {
      found.fillValue = fill
    }
    return found
  }

  private static func fromBuffer(_ arguments: [PickleValue]) throws(FormatError) -> AnyNDArray {
    guard arguments.count == 4 || arguments.count == 5 else {
      throw bad("_frombuffer of \(arguments.count) arguments")
    }
    let dtype = try DType(pickled: arguments[1])
    let shape = try shape(arguments[2])
    if dtype.hasObjects { throw bad("cannot create an OBJECT array from memory buffer") }
    switch text(arguments[3]) {
    case "C"?, "A"?: return try array(arguments[0], dtype, shape, fortran: false)
    case "F"?: return try array(arguments[0], dtype, shape, fortran: true)
    case "K"? where arguments.count == 5:
      // The bytes are those of the array with its axes in another order.
      guard let order = arguments[4].items?.map({ $0.int ?? -1 }), order.sorted() == Array(shape.indices)
      else {
        throw bad("axes that are no permutation")
      }
      let packed = try array(arguments[0], dtype, shape, fortran: false)
      return AnyNDArray(
        uncheckedDType: dtype, shape: order.map { packed.shape[$0] },
        strides: order.map { packed.strides[$0] },
        offset: packed.offset, storage: packed.storage)
    default: throw bad("an unknown order")
    }
  }

  /// An array over a value's bytes: in place where they have memory of their own.
  static func array(
    _ data: PickleValue, _ dtype: DType, _ shape: [Int], fortran: Bool
  ) throws(FormatError) -> AnyNDArray {
    let bytes: PickleBytes
    switch data {
    case .bytes(let value), .byteArray(let value): bytes = value
    case .buffer(let buffer): bytes = PickleBytes(buffer.memory)
    case .string(let text):
      // Python 2's strings, read as latin1.
      var decoded: [UInt8] = []
      for point in text.codePoints {
        guard let byte = UInt8(exactly: point) else { throw bad("text in place of bytes") }
        decoded.append(byte)
      }
      bytes = PickleBytes(decoded)
    default: throw bad("a '\(data.typeName)' in place of bytes")
    }
    do throws(ArrayError) {
      let count = try AnyNDArray.check(shape: shape, itemSize: dtype.itemSize)
      guard count == bytes.count else {
        throw ArrayError(.shapeMismatch, "buffer size does not match array size")
      }
      guard let memory = bytes.memory else {
        return try AnyNDArray(bytes: bytes.array, dtype: dtype, shape: shape, fortran: fortran)
      }
      // Safe: the memory lives as long as the object that the storage holds, and nobody writes to it.
      let storage = unsafe ArrayStorage(borrowing: memory.baseAddress, byteCount: memory.count, owner: memory)
      return AnyNDArray(
        uncheckedDType: dtype, shape: shape,
        strides: Layout.strides(shape, itemSize: dtype.itemSize, fortran: fortran), offset: 0,
        storage: storage)
    } catch { throw bad(error.message) }
  }
}
