package import NDArrays

/// How many elements lie in each of a row of bins of equal width: NumPy's `np.histogram` of the elements as doubles.
///
/// A bin holds what is not below its lower edge and below its upper one; the last holds its upper edge as well.
package struct HistogramCounts: BlockSummary {
  /// One more than bins.
  package let edges: [Double]
  package private(set) var counts: [Int]
  package private(set) var nanCount = 0
  package private(set) var positiveInfinities = 0
  package private(set) var negativeInfinities = 0
  /// How many finite elements lie below the first edge.
  package private(set) var belowCount = 0
  /// How many finite elements lie above the last edge.
  package private(set) var aboveCount = 0
  private let origin: Int64
  private let scale: Double

  /// - Parameters:
  ///   - low, high: The ends; both finite, and `high` above `low` by more than a bin's rounding.
  ///   - binCount: At least 1.
  ///   - origin: What datetimes and durations are counted from.
  /// - Returns: `nil` where that many bins have no width (NumPy: "Too many bins for data range").
  package init?(low: Double, high: Double, binCount: Int, origin: Int64 = 0) {
    edges = HistogramCounts.edges(low, high, Swift.max(1, binCount))
    scale = Double(binCount) / (high - low)
    guard binCount > 0, scale.isFinite, scale > 0, (high - low).isFinite,
      zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 })
    else { return nil }
    counts = [Int](repeating: 0, count: binCount)
    self.origin = origin
  }

  /// The edges as `np.linspace` spaces them.
  private static func edges(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
    let step = (high - low) / Double(count)
    var edges = (0..<count).map { place in
      // A step that underflows to zero keeps its digits by multiplying first.
      step == 0 ? Double(place) / Double(count) * (high - low) + low : Double(place) * step + low
    }
    edges.append(high)
    return edges
  }

  package mutating func add(_ block: AnyNDArray, at start: [Int]) throws(ArrayError) {
    try block.inMemoryOrder.visitElements(origin: origin, &self)
  }

  package mutating func merge(_ other: HistogramCounts) {
    for index in counts.indices { counts[index] += other.counts[index] }
    nanCount += other.nanCount
    positiveInfinities += other.positiveInfinities
    negativeInfinities += other.negativeInfinities
    belowCount += other.belowCount
    aboveCount += other.aboveCount
  }

  /// Takes in a value that occurs several times.
  package mutating func add(_ value: Double, count: Int) {
    guard let first = edges.first, let last = edges.last else { return }
    if value >= first, value <= last {
      counts[bin(of: value, first)] += count
    } else {
      addOutside(value, count: count, first)
    }
  }

  @inline(__always)
  private func bin(of value: Double, _ first: Double) -> Int {
    var bin = Swift.min(counts.count - 1, Swift.max(0, Int((value - first) * scale)))
    // Where rounding has missed the edge the value is one bin off.
    if value < edges[bin] {
      bin -= 1
    } else if bin + 1 < counts.count, value >= edges[bin + 1] {
      bin += 1
    }
    return bin
  }

  @inline(never)
  private mutating func addOutside(_ value: Double, count: Int, _ first: Double) {
    if value.isNaN {
      nanCount += count
    } else if value.isInfinite {
      if value > 0 { positiveInfinities += count } else { negativeInfinities += count }
    } else if value < first {
      belowCount += count
    } else {
      aboveCount += count
    }
  }
}

extension HistogramCounts: ElementVisitor {
  mutating func visit<Reader: ElementReader>(_ values: Span<Reader.Raw>, _ reader: Reader) {
    guard let first = edges.first, let last = edges.last else { return }
    let (scale, top) = (scale, counts.count - 1)
    var tables = self.counts
    self.counts = []
    // What lies outside is set aside: it is rare, and the loop stays short.
    var outside: [Double] = []
    unsafe edges.withUnsafeBufferPointer { edges in
      unsafe tables.withUnsafeMutableBufferPointer { counts in
        for index in values.indices {
          // Safe: an index of the span itself.
          let value = unsafe reader.double(values[unchecked: index])
          guard value >= first, value <= last else {
            outside.append(value)
            continue
          }
          // Safe: 0 to `top`, since the value lies between the ends; there is one more edge than bins.
          var bin = Int(((value - first) * scale))
          bin = bin > top ? top : bin
          bin &-= unsafe value < edges[bin] ? 1 : 0
          bin &+= unsafe value >= edges[bin &+ 1] && bin < top ? 1 : 0
          unsafe counts[bin] &+= 1
        }
      }
    }
    self.counts = tables
    for value in outside { addOutside(value, count: 1, first) }
  }
}
