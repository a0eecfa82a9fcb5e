internal import NumberText
internal import PythonLiterals

/// Chooses how the elements of an array are written.
package enum ItemFormats {
  /// The format for the elements of an array, which must be packed and native.
  ///
  /// - Parameters:
  ///   - isScalar: Whether the array that is printed has no axes, which pads nothing.
  ///   - floatsAsScalars: Whether floating-point numbers look as they would alone, as in the `str` of one record.
  static func format(
    for array: AnyNDArray, isScalar: Bool, options: PrintOptions, floatsAsScalars: Bool
  ) -> any ItemFormat {
    let dtype = array.dtype
    if let fields = dtype.fields {
      return RecordItems(
        array, fields: fields, isScalar: isScalar, options: options, floatsAsScalars: floatsAsScalars)
    }
    let values = PackedValues(array)
    switch dtype.kind {
    case .bool: return BoolItems(values: values, isScalar: isScalar)
    case .signedInteger:
      switch dtype.itemSize {
      case 1: return IntegerItems<Int8>(values, sign: options.sign)
      case 2: return IntegerItems<Int16>(values, sign: options.sign)
      case 4: return IntegerItems<Int32>(values, sign: options.sign)
      default: return IntegerItems<Int64>(values, sign: options.sign)
      }
    case .unsignedInteger:
      switch dtype.itemSize {
      case 1: return IntegerItems<UInt8>(values, sign: options.sign)
      case 2: return IntegerItems<UInt16>(values, sign: options.sign)
      case 4: return IntegerItems<UInt32>(values, sign: options.sign)
      default: return IntegerItems<UInt64>(values, sign: options.sign)
      }
    case .float:
      switch dtype.itemSize {
      case 2: return floats(values, StoredHalf.self, options, floatsAsScalars)
      case 4: return floats(values, Float.self, options, floatsAsScalars)
      case 8: return floats(values, Double.self, options, floatsAsScalars)
      default: return floats(values, StoredExtended.self, options, floatsAsScalars)
      }
    case .complex:
      switch dtype.itemSize {
      case 8: return ComplexItems<Float>(values, options: options)
      case 16: return ComplexItems<Double>(values, options: options)
      default: return ComplexItems<StoredExtended>(values, options: options)
      }
    case .datetime: return DateItems(values, unit: dtype.dateUnit ?? .generic)
    case .timedelta: return DurationItems(values)
    case .bytes: return BytesItems(values: values)
    case .string: return StringItems(values: values)
    case .void, .object: return VoidItems(values: values)
    }
  }

  private static func floats<Value: PrintedFloat>(
    _ values: PackedValues, _: Value.Type, _ options: PrintOptions, _ asScalars: Bool
  ) -> any ItemFormat {
    asScalars ? ScalarFloatItems<Value>(values: values) : FloatItems<Value>(values, options: options)
  }
}

/// `True` and `False`, of equal width in an array.
private struct BoolItems: ItemFormat {
  let values: PackedValues
  let isScalar: Bool

  func append(_ index: Int, to buffer: inout PrintBuffer) {
    if values.load(index, as: UInt8.self) == 0 {
      buffer.append("False")
    } else {
      buffer.append(isScalar ? "True" : " True")
    }
  }
}

/// Integers, right-aligned to the widest.
private struct IntegerItems<Value: FixedWidthInteger & BitwiseCopyable & Sendable>: ItemFormat {
  let values: PackedValues
  /// What stands before a number that is not negative, if anything.
  let plus: UInt8?
  let width: Int

  init(_ values: PackedValues, sign: PrintOptions.Sign) {
    self.values = values
    guard values.count > 0 else {
      (plus, width) = (nil, 0)
      return
    }
    var low = values.load(0, as: Value.self)
    var high = low
    for index in 1..<max(1, values.count) {
      let value = values.load(index, as: Value.self)
      low = min(low, value)
      high = max(high, value)
    }
    plus =
      switch sign {
      case .negativeOnly: nil
      case .always: UInt8(ascii: "+")
      case .space: low < 0 ? nil : UInt8(ascii: " ")
      }
    let widest = IntegerText.width(high) + (high >= 0 && plus != nil ? 1 : 0)
    width = max(widest, IntegerText.width(low))
  }

  func append(_ index: Int, to buffer: inout PrintBuffer) {
    let value = values.load(index, as: Value.self)
    let isSigned = value < 0 || plus != nil
    var count = isSigned ? 1 : 0
    count += IntegerText.digitCount(UInt64(value.magnitude))
    buffer.appendSpaces(width - count)
    if value < 0 { buffer.bytes.append(UInt8(ascii: "-")) } else if let plus { buffer.bytes.append(plus) }
    IntegerText.append(UInt64(value.magnitude), to: &buffer)
  }
}

/// Integers in decimal.
enum IntegerText {
  static func digitCount(_ magnitude: UInt64) -> Int {
    var count = 1
    var limit: UInt64 = 10
    while magnitude >= limit {
      count += 1
      if count == 20 { break }
      limit *= 10
    }
    return count
  }

  static func width(_ value: some FixedWidthInteger) -> Int {
    digitCount(UInt64(value.magnitude)) + (value < 0 ? 1 : 0)
  }

  /// Appends the digits, with zeros before them up to a width.
  static func append(_ magnitude: UInt64, minDigits: Int = 1, to buffer: inout PrintBuffer) {
    let count = max(digitCount(magnitude), minDigits)
    let start = buffer.bytes.count
    buffer.bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: count))
    var rest = magnitude
    var place = start + count - 1
    while rest > 0 {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      buffer.bytes[place] = 48 + UInt8(truncatingIfNeeded: digit)
      rest = quotient
      place -= 1
    }
  }

  static func append(_ value: Int64, to buffer: inout PrintBuffer) {
    if value < 0 { buffer.bytes.append(UInt8(ascii: "-")) }
    append(value.magnitude, to: &buffer)
  }
}

/// Python's `repr` of `bytes`, without the zeros at the end.
private struct BytesItems: ItemFormat {
  let values: PackedValues

  func append(_ index: Int, to buffer: inout PrintBuffer) {
    buffer.append(PrintedScalar.bytes(values, index))
  }
}

/// Python's `repr` of `str`, without the zeros at the end.
private struct StringItems: ItemFormat {
  let values: PackedValues

  func append(_ index: Int, to buffer: inout PrintBuffer) {
    buffer.append(PythonRepr.string(codePoints: values.codePoints(index)))
  }
}

/// Raw bytes: `b'\x00\xFF'`, all of them and in capitals.
private struct VoidItems: ItemFormat {
  let values: PackedValues

  func append(_ index: Int, to buffer: inout PrintBuffer) {
    let hex = Array("0123456789ABCDEF".utf8)
    buffer.append("b'")
    for byte in values.bytes(index) {
      buffer.append("\\x")
      buffer.bytes.append(hex[Int(byte >> 4)])
      buffer.bytes.append(hex[Int(byte & 15)])
    }
    buffer.append("'")
  }
}

extension ItemFormats {
  /// The texts of all elements of an array, as they stand in a column of their own.
  package static func texts(of array: AnyNDArray, options: PrintOptions) -> [String] {
    let array = array.nativeByteOrder().contiguous()
    guard array.count > 0 else { return [] }
    let items = format(for: array, isScalar: false, options: options, floatsAsScalars: false)
    return (0..<array.count).map { index in
      var buffer = PrintBuffer()
      items.append(index, to: &buffer)
      return String(decoding: buffer.bytes, as: UTF8.self)
    }
  }
}
