internal import RealModule

/// Round values along an axis: one, two or five times a power of ten apart.
package enum Ticks {
  /// A distance between ticks: `digit` times ten to the power `exponent`.
  struct Step: Hashable {
    var digit: Int
    var exponent: Int

    var value: Double { Step.scaled(Double(digit), exponent) }

    /// A multiple of the step, as exact as a double is: 3 × 0.1 is 0.3.
    func multiple(_ count: Double) -> Double { Step.scaled(count * Double(digit), exponent) }

    private static func scaled(_ number: Double, _ exponent: Int) -> Double {
      exponent < 0 && exponent >= -300
        ? number / powerOfTen(-exponent) : number * powerOfTen(exponent)
    }

    static func powerOfTen(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 0 }

    /// The next larger of 1, 2, 5, 10, …
    var next: Step {
      switch digit {
      case 1: Step(digit: 2, exponent: exponent)
      case 2: Step(digit: 5, exponent: exponent)
      default: Step(digit: 1, exponent: exponent + 1)
      }
    }
  }

  package static func linear(_ low: Double, _ high: Double, atMost count: Int, minStep: Double) -> [Tick] {
    guard low.isFinite, high.isFinite, low < high, count > 0 else { return [] }
    let width = high - low
    let wanted = max(minStep, width.isFinite ? width / Double(count) : high / Double(count) - low / Double(count))
    // Among the smallest and the largest numbers powers of ten run out.
    guard wanted.isFinite, wanted >= .leastNormalMagnitude else {
      let ends = count > 1 ? [low, high] : [high]
      return ends.map { Tick($0, NumberLabel.short($0)) }
    }
    let exponent = Int(Double.log10(wanted).rounded(.down))
    var step = Step(digit: 1, exponent: exponent)
    // One smaller than wanted may have fewer ticks than its distance says; one larger has few enough.
    while step.value < wanted * 0.999_999 { step = step.next }
    var values = multiples(of: step, low, high)
    while values.count > count {
      step = step.next
      values = multiples(of: step, low, high)
    }
    let labels = NumberLabel.labels(values, step: step)
    return zip(values, labels).map { Tick($0, $1) }
  }

  /// The multiples of a step between two ends, those that rounding has moved just outside included.
  private static func multiples(of step: Step, _ low: Double, _ high: Double) -> [Double] {
    let size = step.value
    guard size > 0, size.isFinite else { return [] }
    let first = (low / size - 1e-9).rounded(.up)
    let last = (high / size + 1e-9).rounded(.down)
    guard first <= last, last - first < 1000 else { return first <= last ? Array(repeating: 0, count: 1001) : [] }
    var values: [Double] = []
    for place in 0...Int(last - first) {
      let value = step.multiple(first + Double(place))
      // Beyond 2^53 neighbours may be one number.
      if values.last != value, value.isFinite { values.append(value == 0 ? 0 : value) }
    }
    return values
  }

  /// Powers of ten; where there are fewer than two, twos and fives as well, or as on a plain axis.
  package static func logarithmic(_ low: Double, _ high: Double, atMost count: Int) -> [Tick] {
    guard low > 0, low < high, high.isFinite else { return [] }
    let first = Int((Double.log10(low) - 1e-9).rounded(.up))
    let last = Int((Double.log10(high) + 1e-9).rounded(.down))
    if last - first >= 1 {
      var apart = 1
      while (last - first) / apart + 1 > count { apart += 1 }
      let start = Int((Double(first) / Double(apart)).rounded(.up)) * apart
      if start <= last {
        return stride(from: start, through: last, by: apart).map { exponent in
          Tick(Step.powerOfTen(exponent), NumberLabel.powerOfTen(exponent))
        }
      }
    }
    var values: [Double] = []
    for exponent in (first - 1)...max(first - 1, last) {
      for digit in [1, 2, 5] {
        let value = Step(digit: digit, exponent: exponent).value
        if value >= low, value <= high { values.append(value) }
      }
    }
    guard values.count >= 2, values.count <= count else {
      return linear(low, high, atMost: count, minStep: 0).filter { $0.value > 0 }
    }
    return values.map { Tick($0, NumberLabel.short($0)) }
  }
}
