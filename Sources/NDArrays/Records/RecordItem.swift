internal import NumberText

/// How the rows of a table become values whose types were found from its fields: NaN and empty text stand for what is missing, so
/// that integers may be doubles.
package final class TableRows {
  /// The fields that values want as text and that are something else.
  package private(set) var textFields: Set<String> = []

  package init() {}

  func wantText(_ field: String) { textFields.insert(field) }
}

/// One value within an array, or a field within one of its records, in this machine's byte order: what reads and
/// writes single values of any dtype.
@safe struct RecordItem {
  private let storage: ArrayStorage
  private let offset: Int
  let dtype: DType
  /// The reading of a table whose types were found, if it is one.
  let table: TableRows?

  /// The element at a place, in C order, of an array whose elements follow each other in C order.
  ///
  /// - Precondition: The place lies within the array.
  init(_ array: AnyNDArray, at index: Int, table: TableRows? = nil) {
    precondition(index >= 0 && index < array.count && array.isCContiguous)
    storage = array.storage
    offset = array.offset + index * array.dtype.itemSize
    dtype = array.dtype
    self.table = table
  }

  /// Lies within the item that it is a part of, as dtypes are checked to have their fields within their size.
  private init(_ whole: RecordItem, _ distance: Int, _ dtype: DType) {
    storage = whole.storage
    offset = whole.offset + distance
    self.dtype = dtype
    table = whole.table
  }

  /// A field of a record.
  func field(_ field: DType.Field) -> RecordItem { RecordItem(self, field.offset, field.dtype) }

  /// The entries of a subarray along its first axis.
  var entries: [RecordItem]? {
    guard let (inner, shape) = dtype.flattenedSubarray, let count = shape.first else { return nil }
    // A subarray's size was checked when its dtype was made, so its parts' sizes are right.
    guard let entry = shape.count == 1 ? inner : try? DType.subarray(of: inner, shape: Array(shape.dropFirst())) else {
      return nil
    }
    return (0..<count).map { RecordItem(self, $0 * entry.itemSize, entry) }
  }

  // MARK: Reading

  /// Whether there is no value: a NaT; and where there are gaps a NaN or an empty text.
  var isNothing: Bool {
    switch dtype.kind {
    case .datetime, .timedelta: integer == Int128(notATime)
    case .float: table != nil && real?.isNaN == true
    case .string, .bytes: table != nil && string?.isEmpty == true
    default: false
    }
  }

  /// The value, if the dtype is an integer or truth value; in two's complement with the sign apart.
  var integer: Int128? {
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _): load(UInt8.self) == 0 ? 0 : 1
    case (.signedInteger, 1): Int128(load(Int8.self))
    case (.signedInteger, 2): Int128(load(Int16.self))
    case (.signedInteger, 4): Int128(load(Int32.self))
    case (.signedInteger, 8), (.timedelta, 8), (.datetime, 8): Int128(load(Int64.self))
    case (.unsignedInteger, 1): Int128(load(UInt8.self))
    case (.unsignedInteger, 2): Int128(load(UInt16.self))
    case (.unsignedInteger, 4): Int128(load(UInt32.self))
    case (.unsignedInteger, 8): Int128(load(UInt64.self))
    default: nil
    }
  }

  /// The value, if the dtype is a real number; integers beyond 2^53 are rounded, as NumPy's cast to `float64` rounds.
  var real: Double? {
    switch (dtype.kind, dtype.itemSize) {
    case (.float, 2): HalfFloat.double(load(UInt16.self))
    case (.float, 4): Double(load(Float.self))
    case (.float, 8): load(Double.self)
    case (.float, 16):
      ExtendedFloat(significand: load(UInt64.self), signAndExponent: load(UInt16.self, at: 8)).doubleValue
    case (.bool, _), (.signedInteger, _), (.unsignedInteger, _): integer.map { Double($0) }
    default: nil
    }
  }

  /// Real and imaginary part, if the dtype is a number.
  var complex: (real: Double, imaginary: Double)? {
    switch (dtype.kind, dtype.itemSize) {
    case (.complex, 8): (Double(load(Float.self)), Double(load(Float.self, at: 4)))
    case (.complex, 16): (load(Double.self), load(Double.self, at: 8))
    default: real.map { ($0, 0) }
    }
  }

  /// The text, if the dtype is text or bytes that are UTF-8; without the NULs at its end.
  var string: String? {
    switch dtype.kind {
    case .bytes: return String(validating: byteString, as: UTF8.self)
    case .string:
      var count = dtype.itemSize / 4
      while count > 0, load(UInt32.self, at: count * 4 - 4) == 0 { count -= 1 }
      var text = String.UnicodeScalarView()
      for place in 0..<count {
        guard let scalar = Unicode.Scalar(load(UInt32.self, at: place * 4)) else { return nil }
        text.append(scalar)
      }
      return String(text)
    default: return nil
    }
  }

  /// The bytes; of dtype `S` without the NULs at their end.
  var byteString: [UInt8] {
    var count = dtype.itemSize
    if dtype.kind == .bytes {
      while count > 0, load(UInt8.self, at: count - 1) == 0 { count -= 1 }
    }
    return (0..<count).map { load(UInt8.self, at: $0) }
  }

  // MARK: Writing

  /// Writes an integer; `false` if the dtype is not one, or cannot hold it.
  func store(_ value: Int128) -> Bool {
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _): return value == 0 || value == 1 ? store(exactly: value, UInt8.self) : false
    case (.signedInteger, 1): return store(exactly: value, Int8.self)
    case (.signedInteger, 2): return store(exactly: value, Int16.self)
    case (.signedInteger, 4): return store(exactly: value, Int32.self)
    case (.signedInteger, 8), (.timedelta, 8), (.datetime, 8): return store(exactly: value, Int64.self)
    case (.unsignedInteger, 1): return store(exactly: value, UInt8.self)
    case (.unsignedInteger, 2): return store(exactly: value, UInt16.self)
    case (.unsignedInteger, 4): return store(exactly: value, UInt32.self)
    case (.unsignedInteger, 8): return store(exactly: value, UInt64.self)
    case (.float, _), (.complex, _): return store(real: Double(value))
    default: return false
    }
  }

  /// Writes a real number, rounded to the dtype's precision; `false` if the dtype is not floating-point.
  func store(real value: Double) -> Bool {
    switch (dtype.kind, dtype.itemSize) {
    case (.float, 2): put(HalfFloat.bits(of: value))
    case (.float, 4): put(Float(value))
    case (.float, 8): put(value)
    case (.float, 16):
      let extended = ExtendedFloat(value)
      put(extended.significand)
      put(UInt64(extended.signAndExponent), at: 8)
    case (.complex, _): return store(complex: value, 0)
    default: return false
    }
    return true
  }

  /// Writes a complex number; `false` if the dtype is not one.
  func store(complex real: Double, _ imaginary: Double) -> Bool {
    switch (dtype.kind, dtype.itemSize) {
    case (.complex, 8):
      put(Float(real))
      put(Float(imaginary), at: 4)
    case (.complex, 16):
      put(real)
      put(imaginary, at: 8)
    default: return false
    }
    return true
  }

  /// Writes text, filled up by NULs; `false` if the dtype is not text, or too short.
  func store(_ text: String) -> Bool {
    switch dtype.kind {
    case .bytes: return store(bytes: Array(text.utf8))
    case .string:
      let scalars = text.unicodeScalars
      guard scalars.count <= dtype.itemSize / 4 else { return false }
      var place = 0
      for scalar in scalars {
        put(scalar.value, at: place)
        place += 4
      }
      while place < dtype.itemSize {
        put(UInt32(0), at: place)
        place += 4
      }
      return true
    default: return false
    }
  }

  /// Writes bytes, filled up by NULs; `false` if they are too many.
  @discardableResult func store(bytes: [UInt8]) -> Bool {
    guard bytes.count <= dtype.itemSize, dtype.kind == .bytes || dtype.kind == .void else { return false }
    for place in 0..<dtype.itemSize { put(place < bytes.count ? bytes[place] : 0, at: place) }
    return true
  }

  private func store<Integer: FixedWidthInteger & BitwiseCopyable>(exactly value: Int128, _ type: Integer.Type) -> Bool
  {
    guard let exact = Integer(exactly: value) else { return false }
    put(exact)
    return true
  }

  // MARK: Bytes

  private func load<Value: BitwiseCopyable>(_ type: Value.Type, at distance: Int = 0) -> Value {
    precondition(distance >= 0 && distance + MemoryLayout<Value>.size <= dtype.itemSize)
    // Safe: the item lies within the storage, which this value holds, and the value within the item.
    return unsafe storage.baseAddress.loadUnaligned(fromByteOffset: offset + distance, as: type)
  }

  private func put<Value: BitwiseCopyable>(_ value: Value, at distance: Int = 0) {
    precondition(distance >= 0 && distance + MemoryLayout<Value>.size <= dtype.itemSize)
    // Safe: as for `load`; the writer has made the storage and has not shared it yet.
    unsafe storage.baseAddress.storeBytes(of: value, toByteOffset: offset + distance, as: Value.self)
  }
}
