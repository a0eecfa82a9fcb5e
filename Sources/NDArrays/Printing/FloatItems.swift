/// Floating-point numbers, all in the same form: `1.5`, aligned at the point, or `1.50e+10`.
struct FloatItems<Value: PrintedFloat>: ItemFormat {
  private let values: PackedValues
  private let options: PrintOptions
  private let sign: PrintOptions.Sign
  private let usesExponent: Bool
  /// The characters before the point, and after it.
  private let leftWidth: Int
  private let rightWidth: Int
  /// Behind the point, for exponents and where all numbers have equally many.
  private let digitCount: Int
  private let exponentDigits: Int

  /// - Parameter sign: Instead of the options' own, for imaginary parts.
  init(_ values: PackedValues, options: PrintOptions, sign: PrintOptions.Sign? = nil) {
    self.values = values
    self.options = options
    self.sign = sign ?? options.sign
    let range = FloatRange<Value>(values)
    usesExponent = range.needsExponent(suppress: options.suppress)
    var widths = FloatWidths()
    widths.measure(values, as: Value.self, usesExponent: usesExponent, options: options, sign: self.sign)
    var left = widths.left
    digitCount = widths.fraction
    exponentDigits = widths.exponent
    let right = usesExponent ? widths.exponent + 2 + widths.fraction : widths.fraction
    // A column for the sign, unless a minus has already made one.
    if self.sign == .space, !range.hasNegative { left += 1 }
    if range.hasNonFinite {
      let signWidth = self.sign != .negativeOnly || range.hasNegativeInfinity ? 1 : 0
      left = max(
        left, options.nanString.unicodeScalars.count - right - 1,
        options.infString.unicodeScalars.count + signWidth - right - 1)
    }
    leftWidth = left
    rightWidth = right
  }

  func append(_ index: Int, to buffer: inout PrintBuffer) {
    let value = values.load(index, as: Value.self)
    guard value.isFinite else {
      appendNonFinite(value, to: &buffer)
      return
    }
    let isFixed = options.floatMode == .fixed
    if usesExponent {
      // One digit stands before the point.
      let place = DigitPlace.significant(digitCount + 1)
      if isFixed {
        value.setNearest(place, &buffer.digits)
      } else {
        value.setUnique(filledTo: place, &buffer.digits)
      }
    } else if isFixed {
      value.setNearest(.fraction(digitCount), &buffer.digits)
    } else if options.floatMode == .maxprecEqual {
      value.setUnique(filledTo: .fraction(digitCount), &buffer.digits)
    } else {
      value.setShortest(limit: options.digitLimit.map(DigitPlace.fraction), &buffer.digits)
    }
    let signByte: UInt8? = value.isNegative ? UInt8(ascii: "-") : sign == .always ? UInt8(ascii: "+") : nil
    let integerCount = usesExponent ? 1 : buffer.digits.integerCount
    buffer.appendSpaces(leftWidth - integerCount - (signByte == nil ? 0 : 1))
    if let signByte { buffer.bytes.append(signByte) }
    if usesExponent {
      buffer.digits.appendScientific(minFractionDigits: digitCount, to: &buffer.bytes)
      buffer.digits.appendExponent(minDigits: exponentDigits, to: &buffer)
      return
    }
    buffer.digits.appendInteger(to: &buffer.bytes)
    buffer.bytes.append(UInt8(ascii: "."))
    let keepsZeros = isFixed || options.floatMode == .maxprecEqual
    let start = buffer.bytes.count
    buffer.digits.appendFraction(minCount: keepsZeros ? digitCount : 0, to: &buffer.bytes)
    buffer.appendSpaces(rightWidth - (buffer.bytes.count - start))
  }

  private func appendNonFinite(_ value: Value, to buffer: inout PrintBuffer) {
    let plus = sign == .always ? "+" : ""
    let text = value.isNaN ? plus + options.nanString : (value.isNegative ? "-" : plus) + options.infString
    buffer.appendSpaces(leftWidth + rightWidth + 1 - text.unicodeScalars.count)
    buffer.append(text)
  }
}

/// What decides the form of an array's numbers.
private struct FloatRange<Value: PrintedFloat> {
  private var largest: Value?
  private var smallest: Value?
  var hasNegative = false
  var hasNonFinite = false
  var hasNegativeInfinity = false

  init(_ values: PackedValues) {
    for index in 0..<values.count {
      let value = values.load(index, as: Value.self)
      guard value.isFinite else {
        hasNonFinite = true
        if !value.isNaN, value.isNegative { hasNegativeInfinity = true }
        continue
      }
      if value.isNegative { hasNegative = true }
      if value.isZero { continue }
      if let known = largest, !known.isSmaller(than: value) {} else { largest = value }
      if let known = smallest, !value.isSmaller(than: known) {} else { smallest = value }
    }
  }

  func needsExponent(suppress: Bool) -> Bool {
    guard let largest, let smallest else { return false }
    return largest.needsExponent || (!suppress && smallest.needsExponent(largest: largest))
  }
}

/// The characters that the longest number of an array has before the point, after it and in its exponent.
private struct FloatWidths {
  var left = 0
  var fraction = 0
  var exponent = 0

  mutating func measure<Value: PrintedFloat>(
    _ values: PackedValues, as: Value.Type, usesExponent: Bool, options: PrintOptions, sign: PrintOptions.Sign
  ) {
    let isFixed = options.floatMode == .fixed
    let precision = options.digitLimit
    let limit = precision.map { usesExponent ? DigitPlace.significant($0 + 1) : DigitPlace.fraction($0) }
    var digits = DigitBuffer()
    for index in 0..<values.count {
      let value = values.load(index, as: Value.self)
      guard value.isFinite else { continue }
      if isFixed, let limit {
        value.setNearest(limit, &digits)
        fraction = precision ?? 0
      } else {
        value.setShortest(limit: limit, &digits)
        fraction = max(fraction, usesExponent ? digits.digits.count - 1 : digits.fractionCount)
      }
      let signWidth = value.isNegative || sign == .always ? 1 : 0
      left = max(left, signWidth + (usesExponent ? 1 : digits.integerCount))
      if usesExponent {
        exponent = max(exponent, max(2, IntegerText.digitCount(UInt64(digits.exponent.magnitude))))
      }
    }
  }
}

/// Complex numbers: a real part and an imaginary part with sign and `j`, each aligned for itself.
struct ComplexItems<Part: PrintedFloat>: ItemFormat {
  private let real: FloatItems<Part>
  private let imaginary: FloatItems<Part>

  init(_ values: PackedValues, options: PrintOptions) {
    real = FloatItems(values, options: options)
    imaginary = FloatItems(values.imaginary, options: options, sign: .always)
  }

  func append(_ index: Int, to buffer: inout PrintBuffer) {
    real.append(index, to: &buffer)
    imaginary.append(index, to: &buffer)
    // The j stands right after the number, before the spaces that fill the column.
    var end = buffer.bytes.count
    while end > 0, buffer.bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
    buffer.bytes.insert(UInt8(ascii: "j"), at: end)
  }
}
