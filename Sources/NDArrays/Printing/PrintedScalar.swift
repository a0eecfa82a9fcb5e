internal import PythonLiterals

/// The `str` of NumPy's scalars, which is the `str` of 0-d arrays: no quotes around text, all digits of a number.
enum PrintedScalar {
  static func text(of array: AnyNDArray, options: PrintOptions) -> String {
    let array = array.nativeByteOrder().contiguous()
    let dtype = array.dtype
    let values = PackedValues(array)
    switch dtype.kind {
    case .string: return string(values)
    // NumPy takes the repr of its own scalar here.
    case .bytes: return "np.bytes_(" + bytes(values, 0) + ")"
    case .float:
      switch dtype.itemSize {
      case 2: return float(values, as: StoredHalf.self)
      case 4: return float(values, as: Float.self)
      case 8: return float(values, as: Double.self)
      default: return float(values, as: StoredExtended.self)
      }
    case .complex:
      switch dtype.itemSize {
      case 8: return complex(values, as: Float.self)
      case 16: return complex(values, as: Double.self)
      default: return complex(values, as: StoredExtended.self)
      }
    case .datetime:
      var buffer = PrintBuffer()
      PrintedDate.append(values.load(0, as: Int64.self), unit: dtype.dateUnit ?? .generic, to: &buffer)
      return String(decoding: buffer.bytes, as: UTF8.self)
    case .timedelta:
      return PrintedDate.duration(values.load(0, as: Int64.self), unit: dtype.dateUnit ?? .generic)
    case .bool, .signedInteger, .unsignedInteger, .void, .object:
      // A scalar has no column to fill; the floating-point numbers of a record look as they do alone.
      var plain = options
      if dtype.fields == nil { plain.sign = .negativeOnly }
      let items = ItemFormats.format(for: array, isScalar: true, options: plain, floatsAsScalars: true)
      var buffer = PrintBuffer()
      items.append(0, to: &buffer)
      return String(decoding: buffer.bytes, as: UTF8.self)
    }
  }

  /// `repr` of an element of bytes without the zeros at its end.
  static func bytes(_ values: PackedValues, _ index: Int) -> String {
    var bytes = values.bytes(index)
    while bytes.last == 0 { bytes.removeLast() }
    return PythonRepr.bytes(bytes)
  }

  private static func string(_ values: PackedValues) -> String {
    var text = String.UnicodeScalarView()
    for point in values.codePoints(0) { text.append(Unicode.Scalar(point) ?? "\u{FFFD}") }
    return String(text)
  }

  private static func float<Value: PrintedFloat>(_ values: PackedValues, as type: Value.Type) -> String {
    var buffer = PrintBuffer()
    append(values.load(0, as: type), keepsPoint: true, to: &buffer)
    return String(decoding: buffer.bytes, as: UTF8.self)
  }

  /// `1.0`, `1e+16`, `-inf`: as Python writes floats.
  static func append(_ value: some PrintedFloat, keepsPoint: Bool, to buffer: inout PrintBuffer) {
    if value.isNaN {
      buffer.append("nan")
      return
    }
    if value.isNegative { buffer.append("-") }
    guard value.isFinite else {
      buffer.append("inf")
      return
    }
    value.setShortest(&buffer.digits)
    if value.needsExponentAlone {
      buffer.digits.appendScientific(minFractionDigits: 0, keepsPoint: false, to: &buffer.bytes)
      buffer.digits.appendExponent(minDigits: 2, to: &buffer)
    } else {
      buffer.digits.appendInteger(to: &buffer.bytes)
      if keepsPoint || buffer.digits.fractionCount > 0 {
        buffer.append(".")
        buffer.digits.appendFraction(minCount: 1, to: &buffer.bytes)
      }
    }
  }

  /// `(1+2j)`, `2j`, `(nan+infj)`.
  private static func complex<Part: PrintedFloat>(_ values: PackedValues, as type: Part.Type) -> String {
    let real = values.load(0, as: type)
    let imaginary = values.imaginary.load(0, as: type)
    var buffer = PrintBuffer()
    let isImaginary = real.isZero && !real.isNegative
    if !isImaginary {
      buffer.append("(")
      append(real, keepsPoint: false, to: &buffer)
      if imaginary.isNaN || !imaginary.isNegative { buffer.append("+") }
    }
    append(imaginary, keepsPoint: false, to: &buffer)
    buffer.append(isImaginary ? "j" : "j)")
    return String(decoding: buffer.bytes, as: UTF8.self)
  }
}

/// Floating-point numbers as each looks alone.
struct ScalarFloatItems<Value: PrintedFloat>: ItemFormat {
  let values: PackedValues

  func append(_ index: Int, to buffer: inout PrintBuffer) {
    PrintedScalar.append(values.load(index, as: Value.self), keepsPoint: true, to: &buffer)
  }
}
