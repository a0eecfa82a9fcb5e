package import NDArrays

/// A line of many elements as a line of few points that looks the same: of each bucket of elements the first, the
/// smallest, the largest and the last (the reduction M4 of Jugel et al., "M4: A Visualization-Oriented Time Series
/// Data Aggregation", 2014).
package struct LineSummary: BlockSummary {
  /// What is kept of the elements of a bucket. Elements that are not finite are counted, and left out of the rest.
  package struct Column: Sendable, Hashable {
    package var low = Double.infinity
    package var high = -Double.infinity
    package var first = Double.nan
    package var last = Double.nan
    package var firstIndex = Int.max
    package var lastIndex = -1
    package var nanCount = 0
    package var positiveInfinities = 0
    package var negativeInfinities = 0

    /// Whether there is a finite element.
    package var hasValue: Bool { lastIndex >= 0 }

    fileprivate mutating func add(_ value: Double, at index: Int) {
      if value.magnitude < .infinity {
        low = Swift.min(low, value)
        high = Swift.max(high, value)
        if index < firstIndex { (first, firstIndex) = (value, index) }
        if index > lastIndex { (last, lastIndex) = (value, index) }
      } else if value.isNaN {
        nanCount += 1
      } else if value > 0 {
        positiveInfinities += 1
      } else {
        negativeInfinities += 1
      }
    }

    fileprivate mutating func merge(_ other: Column) {
      low = Swift.min(low, other.low)
      high = Swift.max(high, other.high)
      if other.firstIndex < firstIndex { (first, firstIndex) = (other.first, other.firstIndex) }
      if other.lastIndex > lastIndex { (last, lastIndex) = (other.last, other.lastIndex) }
      nanCount += other.nanCount
      positiveInfinities += other.positiveInfinities
      negativeInfinities += other.negativeInfinities
    }
  }

  package let buckets: Buckets
  package private(set) var columns: [Column]
  private let origin: Int64

  /// - Parameters:
  ///   - count: The elements of the whole line.
  ///   - columnCount: How many buckets at most.
  ///   - origin: What datetimes and durations are counted from.
  package init(count: Int, columnCount: Int, origin: Int64 = 0) {
    buckets = Buckets(count: count, atMost: columnCount)
    columns = [Column](repeating: Column(), count: count == 0 ? 0 : buckets.bucketCount)
    self.origin = origin
  }

  /// - Precondition: Blocks are one-dimensional.
  package mutating func add(_ block: AnyNDArray, at start: [Int]) throws(ArrayError) {
    guard block.ndim == 1 else { throw ArrayError(.shapeMismatch, "a line has one axis") }
    var visitor = Visitor(buckets: buckets, columns: columns, start: start.first ?? 0)
    columns = []
    defer { columns = visitor.columns }
    try block.visitElements(origin: origin, &visitor)
  }

  package mutating func merge(_ other: LineSummary) {
    for index in columns.indices { columns[index].merge(other.columns[index]) }
  }

  private struct Visitor: ElementVisitor {
    let buckets: Buckets
    var columns: [Column]
    let start: Int

    mutating func visit<Reader: ElementReader>(_ values: Span<Reader.Raw>, _ reader: Reader) {
      guard start >= 0, values.count <= buckets.count - start else { return }
      buckets.forEachPart(of: start..<(start + values.count)) { bucket, part in
        // Long parts in stretches, so that a single NaN costs little.
        var from = part.lowerBound
        while from < part.upperBound {
          let to = Swift.min(part.upperBound, from + 4096)
          add(values, from..<to, to: bucket, reader)
          from = to
        }
      }
    }

    @inline(__always)
    private mutating func add<Reader: ElementReader>(
      _ values: Span<Reader.Raw>, _ part: Range<Int>, to bucket: Int, _ reader: Reader
    ) {
      guard let (low, high) = values.finiteRange(part, reader) else {
        for index in part { columns[bucket].add(reader.double(values[index]), at: start + index) }
        return
      }
      var column = Column()
      (column.low, column.high) = (low, high)
      (column.first, column.firstIndex) = (reader.double(values[part.lowerBound]), start + part.lowerBound)
      (column.last, column.lastIndex) = (reader.double(values[part.upperBound - 1]), start + part.upperBound - 1)
      columns[bucket].merge(column)
    }
  }
}
