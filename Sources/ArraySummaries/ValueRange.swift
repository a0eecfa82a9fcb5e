package import NDArrays

/// The smallest and largest finite element, and how many elements are not finite.
package struct ValueRange: BlockSummary {
  /// The smallest finite element; infinity if there is none.
  package private(set) var low = Double.infinity
  /// The largest finite element; minus infinity if there is none.
  package private(set) var high = -Double.infinity
  package private(set) var nanCount = 0
  package private(set) var positiveInfinities = 0
  package private(set) var negativeInfinities = 0
  /// How many elements are finite.
  package private(set) var finiteCount = 0
  private let origin: Int64

  /// - Parameter origin: What datetimes and durations are counted from.
  package init(origin: Int64 = 0) { self.origin = origin }

  /// How many elements there are.
  package var count: Int { finiteCount + nanCount + positiveInfinities + negativeInfinities }

  package mutating func add(_ block: AnyNDArray, at start: [Int]) throws(ArrayError) {
    try block.inMemoryOrder.visitElements(origin: origin, &self)
  }

  package mutating func merge(_ other: ValueRange) {
    low = Swift.min(low, other.low)
    high = Swift.max(high, other.high)
    nanCount += other.nanCount
    positiveInfinities += other.positiveInfinities
    negativeInfinities += other.negativeInfinities
    finiteCount += other.finiteCount
  }

  mutating func add(_ value: Double, count: Int) {
    if value.magnitude < .infinity {
      finiteCount += count
      low = Swift.min(low, value)
      high = Swift.max(high, value)
    } else if value.isNaN {
      nanCount += count
    } else if value > 0 {
      positiveInfinities += count
    } else {
      negativeInfinities += count
    }
  }
}

extension ValueRange: ElementVisitor {
  mutating func visit<Reader: ElementReader>(_ values: Span<Reader.Raw>, _ reader: Reader) {
    var start = 0
    while start < values.count {
      let end = Swift.min(start + 1024, values.count)
      if let (low, high) = values.finiteRange(start..<end, reader) {
        self.low = Swift.min(self.low, low)
        self.high = Swift.max(self.high, high)
        finiteCount += end - start
      } else {
        for index in start..<end { add(reader.double(values[index]), count: 1) }
      }
      start = end
    }
  }
}

extension Span where Element: BitwiseCopyable {
  /// The smallest and largest of elements that are all finite; `nil` if one of them is not, or there are none.
  @inline(__always)
  func finiteRange<Reader: ElementReader>(_ range: Range<Int>, _ reader: Reader) -> (low: Double, high: Double)?
  where Reader.Raw == Element {
    var index = range.lowerBound
    var (low, high) = (Double.infinity, -Double.infinity)
    // What is not finite, less itself, is NaN, and stays so in a sum.
    var trouble = 0.0
    if range.count >= 8 {
      var lows = SIMD8<Double>(repeating: .infinity)
      var highs = SIMD8<Double>(repeating: -.infinity)
      var troubles = SIMD8<Double>(repeating: 0)
      while index &+ 8 <= range.upperBound {
        let eight = eight(index, reader)
        lows.replace(with: eight, where: eight .< lows)
        highs.replace(with: eight, where: eight .> highs)
        troubles += eight - eight
        index &+= 8
      }
      trouble = troubles.sum()
      (low, high) = (lows.min(), highs.max())
    }
    while index < range.upperBound {
      // Safe: within the range, which the callers take from the span.
      let value = unsafe reader.double(self[unchecked: index])
      low = value < low ? value : low
      high = value > high ? value : high
      trouble += value - value
      index &+= 1
    }
    return trouble == 0 && low <= high ? (low, high) : nil
  }
}
