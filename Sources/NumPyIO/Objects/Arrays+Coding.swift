public import PickledArrays
public import ByteIO
public import ComplexModule
public import NDArrays
public import PythonPickle

// Arrays as fields of Codable types: in pickles NumPy's arrays.

extension AnyNDArray: PickleConvertible, PickleReconstructible, PickledArrayConvertible {
  package func pickledArray() -> PickledArray { PickledArray(kind: .array, content: .values(self), mask: nil) }

  /// NumPy's form of the array.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for elements that the protocol has no form for.
  public func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue {
    try pickledForm(in: context)
  }

  /// The array that a pickle held.
  ///
  /// - Throws: ``FormatError`` with code `badValue` for anything else.
  public init(pickleValue value: PickleValue) throws(FormatError) {
    guard let array = try value.array() else {
      throw FormatError(.badValue, "a \(value.typeName) is no array of values")
    }
    self = array
  }
}

extension NDArray: PickleConvertible, PickleReconstructible, PickledArrayConvertible {
  package func pickledArray() -> PickledArray { AnyNDArray(self).pickledArray() }

  /// NumPy's form of the array.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for elements that the protocol has no form for.
  public func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue {
    try AnyNDArray(self).pickleValue(in: context)
  }

  /// The array that a pickle held.
  ///
  /// - Throws: ``FormatError`` with code `badValue` for anything else, and for an array of other elements.
  public init(pickleValue value: PickleValue) throws(FormatError) {
    let array = try AnyNDArray(pickleValue: value)
    do throws(ArrayError) { try self.init(array) } catch { throw FormatError(.badValue, error.message) }
  }
}

extension ObjectArray: PickleReconstructible {
  /// The array of objects that a pickle held.
  ///
  /// - Throws: ``FormatError`` with code `badValue` for anything else.
  public init(pickleValue value: PickleValue) throws(FormatError) {
    guard let array = try PickledArray(value)?.content.objects else {
      throw FormatError(.badValue, "a \(value.typeName) is no array of objects")
    }
    self = array
  }
}

extension Complex: PickleConvertible, PickleReconstructible where RealType: BinaryFloatingPoint {
  /// Python's `complex`.
  public func pickleValue(in context: PickleContext) -> PickleValue { .complex(Double(real), Double(imaginary)) }

  /// The complex number, or the real one, that a pickle held.
  ///
  /// - Throws: ``FormatError`` with code `badValue` for anything else.
  public init(pickleValue value: PickleValue) throws(FormatError) {
    if case .complex(let complex) = value {
      self.init(RealType(complex.real), RealType(complex.imaginary))
    } else if let real = value.double {
      self.init(RealType(real))
    } else {
      throw FormatError(.badValue, "a \(value.typeName) is no complex number")
    }
  }
}

// MARK: Other coders

/// What coders of other formats get of an array.
enum ArrayKeys: String, CodingKey { case dtype, shape, bytes }

extension AnyNDArray: Codable {
  /// Coders other than ``PickleEncoder``, which makes NumPy's arrays, get the dtype, the shape and the bytes in C order; or, where
  /// their `userInfo` asks for ``ArrayCoding/lists``, truth values, numbers or text in lists within lists.
  ///
  /// - Throws: What the encoder throws; `EncodingError` for objects, and for elements that are no lists' (complex numbers, dates,
  ///   records).
  public func encode(to encoder: any Encoder) throws {
    guard encoder.userInfo[.arrayCoding] as? ArrayCoding != .lists else { return try encodeLists(to: encoder) }
    var container = encoder.container(keyedBy: ArrayKeys.self)
    try container.encode(dtype, forKey: .dtype)
    try container.encode(shape, forKey: .shape)
    try container.encode(bytes, forKey: .bytes)
  }

  /// An array of its dtype, shape and bytes; or of lists within lists, of one length at each depth: of truth values, integers
  /// (`int64`), numbers (`float64`) or text.
  ///
  /// - Throws: `DecodingError` for other values, ``ArrayError`` if bytes, dtype and shape do not go together.
  public init(from decoder: any Decoder) throws {
    guard let container = try? decoder.container(keyedBy: ArrayKeys.self) else {
      self = try AnyNDArray.decodeLists(from: decoder)
      return
    }
    let dtype = try container.decode(DType.self, forKey: .dtype)
    guard !dtype.hasObjects else { throw ArrayError(.badDType, "objects are no bytes") }
    let shape = try container.decode([Int].self, forKey: .shape)
    try self.init(bytes: try container.decode([UInt8].self, forKey: .bytes), dtype: dtype, shape: shape)
  }
}

// MARK: NumPy's scalars

extension PickleDecoder {
  /// A decoder that takes NumPy's scalars for numbers and text, and its arrays for lists, where a type asks for these.
  ///
  /// Python's programs pickle `np.float64` wherever they have computed with NumPy.
  public static var numPy: PickleDecoder {
    var decoder = PickleDecoder()
    decoder.simplify = { value throws(FormatError) in try value.withoutNumPy() }
    return decoder
  }
}

extension PickleValue {
  /// NumPy's `tolist`: a scalar's value, an array's lists; `nil` for any other value.
  fileprivate func withoutNumPy() throws(FormatError) -> PickleValue? {
    guard let array = try PickledArray(self)?.content else { return nil }
    let objects: ObjectArray
    switch array {
    case .objects(let known): objects = known
    case .values(let values):
      do throws(ArrayError) { objects = try ObjectArray(values) } catch {
        throw FormatError(.unsupported, error.message)
      }
    }
    var items = objects.items
    guard let first = objects.shape.first, !items.isEmpty || first == 0 else { return items.first }
    for length in objects.shape.dropFirst().reversed() where length > 0 {
      items = stride(from: 0, to: items.count, by: length).map { .list(Array(items[$0..<($0 + length)])) }
    }
    return .list(items)
  }
}
