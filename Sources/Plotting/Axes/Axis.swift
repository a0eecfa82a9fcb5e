internal import RealModule

/// A line along which values lie, from `low` to `high`.
package struct Axis: Sendable {
  /// What the values are.
  package enum Kind: Sendable {
    case number
    /// Whole numbers, such as indices: no ticks between them.
    case integer
    /// Numbers above zero, by their logarithm.
    case logarithmic
    case date(DateScale)
  }

  package var low: Double
  package var high: Double
  package var kind: Kind
  /// What stands beside the axis: the unit of its values.
  package var title: String?

  /// - Parameter low, high: The ends; `high` is larger, and both are finite (above zero for logarithms).
  package init(_ low: Double, _ high: Double, _ kind: Kind = .number, title: String? = nil) {
    self.low = low
    self.high = high
    self.kind = kind
    self.title = title
  }

  /// Where a value lies: 0 at the low end, 1 at the high one; beyond them for values outside.
  package func position(_ value: Double) -> Double {
    if case .logarithmic = kind {
      guard value > 0 else { return -.infinity }
      let start = Double.log10(low)
      return (Double.log10(value) - start) / (Double.log10(high) - start)
    }
    let width = high - low
    if width > 0, width < .infinity { return (value - low) / width }
    // Halves, since the distance of the largest numbers has no name.
    let half = high / 2 - low / 2
    return half > 0 ? (value / 2 - low / 2) / half : 0
  }

  /// As many ticks as there is room for.
  ///
  /// - Parameters:
  ///   - length: The axis's length.
  ///   - maxCount: How many ticks at most, however much room there is.
  ///   - spacing: How far apart two ticks must be, by their labels.
  package func ticks(length: Double, maxCount: Int, spacing: (Tick, Tick) -> Double) -> [Tick] {
    for count in stride(from: max(2, min(12, maxCount)), through: 1, by: -1) {
      let ticks = ticks(atMost: count)
      guard !ticks.isEmpty else { continue }
      let fits = zip(ticks, ticks.dropFirst()).allSatisfy { left, right in
        (position(right.value) - position(left.value)) * length >= spacing(left, right)
      }
      if fits { return ticks }
    }
    return []
  }

  /// No more than `count` ticks at round values.
  package func ticks(atMost count: Int) -> [Tick] {
    switch kind {
    case .number: Ticks.linear(low, high, atMost: count, minStep: 0)
    case .integer: Ticks.linear(low, high, atMost: count, minStep: 1)
    case .logarithmic: Ticks.logarithmic(low, high, atMost: count)
    case .date(let scale): scale.ticks(low, high, atMost: count)
    }
  }

  /// What the labels leave out: the unit, or the day to which times belong.
  package var context: String? {
    if case .date(let scale) = kind { return scale.context(low, high) ?? title }
    return title
  }
}

/// A mark on an axis.
package struct Tick: Sendable, Hashable {
  package var value: Double
  package var label: String

  package init(_ value: Double, _ label: String) {
    self.value = value
    self.label = label
  }
}
