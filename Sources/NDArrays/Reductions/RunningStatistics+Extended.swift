internal import NumberText

/// What doubles cannot say of numbers of 80 bits.
struct ExtendedSummary: Sendable {
  /// The smallest and the largest, without NaNs.
  var range: (low: ExtendedFloat, high: ExtendedFloat)?
  /// Means and squares are those of the numbers divided by this power of two: 0, unless they are beyond the range of doubles.
  var power = 0
}

extension RunningStatistics {
  /// The figures of numbers of 80 bits, to their last digit, as NumPy prints them; `nil` for other numbers.
  package var extendedTexts: (minimum: String, maximum: String, mean: String, standardDeviation: String)? {
    guard let extended, let (low, high) = extended.range else { return nil }
    func text(_ high: Double, _ rest: Double) -> String {
      ExtendedFloat(high: high, low: rest, scaledUp: extended.power).text
    }
    guard infiniteCount == 0 else { return (low.text, high.text, text(mean ?? .nan, 0), "nan") }
    return (low.text, high.text, text(average, averageRest), text((max(0, squares) / numbers).squareRoot(), 0))
  }

  /// A figure of the numbers as they are.
  func scaled(_ value: Double) -> Double {
    guard let power = extended?.power, power != 0 else { return value }
    return Double(sign: .plus, exponent: power, significand: value)
  }

  mutating func addExtended(_ values: [ExtendedFloat]) {
    count += values.count
    var summary = extended ?? ExtendedSummary()
    defer { extended = summary }
    for value in values {
      guard !value.isNaN else {
        nanCount += 1
        continue
      }
      zeroCount += value.isZero ? 1 : 0
      if value.isInfinite { if value.isNegative { negativeInfinities += 1 } else { positiveInfinities += 1 } }
      let range = summary.range ?? (value, value)
      summary.range = (value < range.low ? value : range.low, range.high < value ? value : range.high)
    }
    minimum = summary.range?.low.doubleValue
    maximum = summary.range?.high.doubleValue
    let finite = values.filter(\.isFinite)
    guard !finite.isEmpty else { return }
    rescale(for: finite.compactMap(\.binaryExponent).max() ?? 0, &summary)
    // In two parts, so that the bits which no double holds count.
    let parts = finite.map { $0.scaled(down: summary.power) }
    let number = Double(parts.count)
    let mean = parts.reduce(0) { $0 + $1.high } / number
    let rest = parts.reduce(0) { $0 + ($1.high - mean) + $1.low } / number
    var (distances, squares) = (0.0, 0.0)
    for part in parts {
      let distance = (part.high - mean) + (part.low - rest)
      distances += distance
      squares += distance * distance
    }
    merge(numbers: number, mean: mean, rest: rest, distances: distances, squares: squares)
  }

  /// Has the figures taken of numbers divided by a power of two, if their squares are beyond the range of doubles otherwise.
  private mutating func rescale(for exponent: Int, _ summary: inout ExtendedSummary) {
    let isTooSmall = numbers == 0 && exponent < -400
    guard isTooSmall || exponent - summary.power > 400 else { return }
    let step = summary.power - exponent
    average = Double(sign: .plus, exponent: step, significand: average)
    averageRest = Double(sign: .plus, exponent: step, significand: averageRest)
    squares = Double(sign: .plus, exponent: 2 * step, significand: squares)
    summary.power = exponent
  }
}

extension ExtendedFloat {
  /// Whether a number is smaller; neither is a NaN.
  fileprivate static func < (left: ExtendedFloat, right: ExtendedFloat) -> Bool {
    if left.isZero, right.isZero { return false }
    guard left.isNegative == right.isNegative else { return left.isNegative }
    let isSmaller =
      (left.signAndExponent & 0x7FFF, left.significand) < (right.signAndExponent & 0x7FFF, right.significand)
    return left != right && isSmaller != left.isNegative
  }
}

extension AnyNDArray {
  /// The absolute values of complex numbers of 80 bits.
  func extendedMagnitudes() throws(ArrayError) -> [ExtendedFloat] {
    let parts = try extendedNumbers(complex: true)
    return stride(from: 0, to: parts.count, by: 2).map { index in
      let (real, imaginary) = (parts[index], parts[index + 1])
      guard real.isFinite, imaginary.isFinite else {
        return ExtendedFloat(real.isNaN || imaginary.isNaN ? Double.nan : .infinity)
      }
      if imaginary.isZero {
        return ExtendedFloat(significand: real.significand, signAndExponent: real.signAndExponent & 0x7FFF)
      }
      let power = Swift.max(real.binaryExponent ?? -17000, imaginary.binaryExponent ?? -17000)
      let (a, b) = (real.scaled(down: power), imaginary.scaled(down: power))
      return ExtendedFloat(
        high: NumberPair(a.high + a.low, b.high + b.low).magnitude, low: 0, scaledUp: power)
    }
  }
}
