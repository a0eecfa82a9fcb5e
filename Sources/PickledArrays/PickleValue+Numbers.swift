package import PythonPickle

// What Python's `int` and `float` see in objects that are not numbers themselves.

/// A `Decimal`, a `Fraction` or a `UUID` as `int` and `float` read it.
package struct RealNumber {
  /// The integer part; `nil` for NaN and infinities.
  package let integer: PickleInteger?
  /// The nearest `Double`; `nil` for what `float` does not take.
  package let double: Double?
}

extension PickleValue {
  /// The number that a `Decimal`, a `Fraction` or a `UUID` is; `nil` for any other object, and for numbers of absurd size.
  package var realNumber: RealNumber? {
    switch pythonObject {
    case .decimal(let digits): return RealNumber(decimal: digits)
    case .fraction(let numerator, let denominator):
      // Beyond 53 bits the quotient of two doubles may be wrong in its last bit.
      guard let numerator = numerator.int, let denominator = denominator.int, denominator > 0,
        numerator.magnitude < 1 << 53, denominator < 1 << 53
      else { return nil }
      return RealNumber(
        integer: PickleInteger(numerator / denominator), double: Double(numerator) / Double(denominator))
    case .uuid(let bytes):
      return RealNumber(integer: PickleInteger(twosComplement: bytes.reversed() + [0]), double: nil)
    default: return nil
    }
  }

  /// The text of a string or of bytes as `int` and `float` take it, Python's white space trimmed; `nil` if it holds
  /// what no number has: bytes that are not ASCII, and zeros.
  package var numberText: TrimmedNumber? {
    let points: [UInt32]
    switch self {
    case .string(let text): points = text.codePoints
    case .bytes(let bytes), .byteArray(let bytes): points = bytes.array.map { UInt32($0) }
    default: return nil
    }
    let isBytes = pickleString == nil
    guard !points.contains(0), !isBytes || points.allSatisfy({ $0 < 0x80 }) else { return nil }
    func isSpace(_ point: UInt32) -> Bool {
      (9...13).contains(point) || (!isBytes && (28...31).contains(point)) || point == 32
        || (point >= 0x80 && Unicode.Scalar(point)?.properties.isWhitespace == true)
    }
    var rest = points[...]
    while let first = rest.first, isSpace(first) { rest = rest.dropFirst() }
    while let last = rest.last, isSpace(last) { rest = rest.dropLast() }
    return rest.isEmpty ? nil : TrimmedNumber(codePoints: Array(rest))
  }

  /// Python's qualified name of the type in messages: classes that are written in C say their module.
  var qualifiedTypeName: String {
    switch pythonObject {
    case .dateTime, .timeDelta, .timeZone: "datetime." + typeName
    case .decimal: "decimal.Decimal"
    case .orderedDict, .defaultDict, .deque: "collections." + typeName
    case .array: "array.array"
    default: typeName
    }
  }

  /// Whether Python's sequence protocol reads the object: it has a length, and items by number.
  var isSequence: Bool {
    switch self {
    case .list, .tuple, .byteArray, .buffer: true
    default:
      switch pythonObject {
      case .deque, .range, .array: true
      default: false
      }
    }
  }
}

/// The text of a number, trimmed.
package struct TrimmedNumber {
  package let codePoints: [UInt32]

  /// The digits with their sign, single underscores between digits left out; `nil` if it is no decimal integer.
  package var integerDigits: String? {
    var digits = ""
    var isAfterDigit = false
    for (index, point) in codePoints.enumerated() {
      switch point {
      case 0x2B, 0x2D:
        guard index == 0 else { return nil }
        if point == 0x2D { digits.append("-") }
      case 0x5F:
        guard isAfterDigit, index + 1 < codePoints.count else { return nil }
        isAfterDigit = false
      default:
        guard let digit = Unicode.Scalar(point)?.decimalDigit else { return nil }
        digits += String(digit)
        isAfterDigit = true
      }
    }
    return isAfterDigit ? digits : nil
  }
}

extension Unicode.Scalar {
  /// The value of a decimal digit of any script, as Python's `int` reads it.
  fileprivate var decimalDigit: Int? {
    if (48...57).contains(value) { return Int(value) - 48 }
    guard value >= 0x80, properties.numericType == .decimal, let number = properties.numericValue else { return nil }
    return Int(number)
  }
}

extension RealNumber {
  /// - Parameter text: A `Decimal` in its own notation: `-1.5E+3`, `NaN`, `Infinity`.
  fileprivate init?(decimal text: String) {
    var body = text.lowercased()[...]
    let isNegative = body.first == "-"
    if isNegative { body = body.dropFirst() }
    if body.hasPrefix("inf") || body.hasPrefix("nan") || body.hasPrefix("snan") {
      self.init(integer: nil, double: body.hasPrefix("inf") ? (isNegative ? -.infinity : .infinity) : .nan)
      return
    }
    let halves = body.split(separator: "e", omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: ".", omittingEmptySubsequences: false)
    guard let exponent = halves.count == 1 ? 0 : Int(halves[1]), exponent.magnitude < 4000, parts.count <= 2,
      let double = Double((isNegative ? "-" : "") + body)
    else { return nil }
    var digits = parts.joined()
    let length = parts[0].count + exponent
    digits =
      length <= 0 ? "0" : String(digits.prefix(length)) + String(repeating: "0", count: max(0, length - digits.count))
    guard let integer = try? PickleInteger(decimal: Array(((isNegative ? "-" : "") + digits).utf8), maxDigits: 10_000)
    else { return nil }
    self.init(integer: integer, double: double)
  }
}
