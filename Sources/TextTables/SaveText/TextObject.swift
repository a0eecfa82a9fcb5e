internal import ByteIO
package import NDArrays
internal import NumberText

/// A Python object as a `%` conversion sees it.
package struct TextObject {
  /// The number that an object is.
  package enum Number {
    /// An `int` or a `bool`.
    case integer(Int)
    /// An `int` of any size: its sign, and the digits of its magnitude in a base, `nil` if there are too many.
    case large(isNegative: Bool, digits: (_ radix: Int) -> [UInt8]?, double: Double)
    /// A `float`.
    case float(Double)
    /// An object that only has Python's `__int__` and `__float__`: the digits of its integer part, `nil` for NaN and
    /// infinities, and its value, `nil` if it has no `__float__`.
    case real(integer: String?, double: Double?)
    /// A NumPy scalar, or an array without axes.
    case scalar(AnyNDArray)
  }

  let number: Number?
  /// The only character of a string of one.
  let character: UInt32?
  let str: () -> [UInt32]
  let repr: () -> String

  /// - Parameters:
  ///   - number: The number that the object is to `%d`, `%x` and `%f`; `nil` if it is none.
  ///   - character: The character that `%c` takes, if it is a string of one.
  ///   - str: The code points of Python's `str` of the object.
  ///   - repr: Python's `repr` of it.
  package init(number: Number?, character: UInt32?, str: @escaping () -> [UInt32], repr: @escaping () -> String) {
    (self.number, self.character) = (number, character)
    (self.str, self.repr) = (str, repr)
  }
}

extension RowWriter {
  /// Appends a row of objects.
  func append(
    to text: inout TextBuffer, _ value: (_ column: Int) throws(FormatError) -> TextObject
  ) throws(FormatError) {
    var column = 0
    for time in 0..<format.repeats {
      if time > 0 { text.append(format.separator) }
      for step in format.steps {
        switch step {
        case .literal(let bytes): text.append(bytes)
        case .failure(let error): throw error
        case .value(_, let spec):
          try append(value(column), spec, to: &text)
          column += 1
        }
      }
    }
    text.append(newline)
  }

  private func append(_ object: TextObject, _ spec: PercentSpec, to text: inout TextBuffer) throws(FormatError) {
    let start = text.count
    switch spec.conversion {
    case UInt8(ascii: "s"):
      for point in object.str() { text.append(codePoint: point) }
      text.finishText(from: start, spec)
      quoting?.finish(from: start, in: &text)
    case UInt8(ascii: "r"), UInt8(ascii: "a"):
      text.append(object.repr())
      if spec.conversion == UInt8(ascii: "a") { RowWriter.escape(from: start, in: &text) }
      text.finishText(from: start, spec)
      quoting?.finish(from: start, in: &text)
    case UInt8(ascii: "c"):
      if let character = object.character {
        var plain = spec
        plain.precision = nil
        text.append(codePoint: character)
        text.finishText(from: start, plain)
      } else {
        try appendNumber(object, spec, to: &text)
      }
    default: try appendNumber(object, spec, to: &text)
    }
  }

  private func appendNumber(_ object: TextObject, _ spec: PercentSpec, to text: inout TextBuffer) throws(FormatError) {
    switch object.number {
    case .scalar(let array):
      let packed = array.nativeByteOrder()
      // Safe: the element's bytes are used within the call only.
      try unsafe packed.withContiguousBytes { (bytes: UnsafeRawBufferPointer) throws(FormatError) in
        guard let base = bytes.baseAddress else { return }
        try unsafe append(ScalarText(packed.dtype, declared: array.dtype, at: base), spec, to: &text)
      }
    case .integer(let value): try append(integer: value, spec, to: &text)
    case .large(let isNegative, let digits, let double):
      let radix: Int
      switch spec.conversion {
      case UInt8(ascii: "c"): throw FormatError(.badValue, "%c arg not in range(0x110000)")
      case UInt8(ascii: "x"), UInt8(ascii: "X"): radix = 16
      case UInt8(ascii: "o"): radix = 8
      case UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "u"): radix = 10
      default:
        guard double.isFinite else { throw FormatError(.badValue, "int too large to convert to float") }
        return text.append(double, spec)
      }
      guard let digits = digits(radix) else {
        throw FormatError(.badValue, "Exceeds the limit (4300 digits) for integer string conversion")
      }
      text.append(digits: digits, isNegative: isNegative, spec)
    case .float(let value):
      switch spec.conversion {
      case UInt8(ascii: "c"), UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "o"):
        throw mismatch("an integer is required, not float")
      case UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "u"):
        guard value.isFinite else { throw RowWriter.noInteger(value, "float") }
        text.append(integerPartOf: value, spec)
      default: text.append(value, spec)
      }
    case .real(let integer, let double):
      switch spec.conversion {
      case UInt8(ascii: "c"), UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "o"):
        throw mismatch("an integer is required")
      case UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "u"):
        guard let integer else {
          throw FormatError(.badValue, "cannot convert \(double?.isNaN == true ? "NaN" : "Infinity") to integer")
        }
        let isNegative = integer.hasPrefix("-")
        text.append(digits: Array(integer.utf8.drop { $0 == UInt8(ascii: "-") }), isNegative: isNegative, spec)
      default:
        guard let double else { throw mismatch("must be real number") }
        text.append(double, spec)
      }
    case nil: throw mismatch("a number is required")
    }
  }

  private func append(integer value: Int, _ spec: PercentSpec, to text: inout TextBuffer) throws(FormatError) {
    switch spec.conversion {
    case UInt8(ascii: "c"):
      guard let point = UInt32(exactly: value), point < 0x11_0000 else {
        throw FormatError(.badValue, "%c arg not in range(0x110000)")
      }
      let start = text.count
      var plain = spec
      plain.precision = nil
      text.append(codePoint: point)
      text.finishText(from: start, plain)
    case UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "u"), UInt8(ascii: "x"), UInt8(ascii: "X"),
      UInt8(ascii: "o"):
      text.append(magnitude: UInt64(value.magnitude), isNegative: value < 0, spec)
    default: text.append(Double(value), spec)
    }
  }
}
