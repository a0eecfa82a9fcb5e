package import NDArrays

/// The means of the elements of a grid's cells, each cell a bucket of rows by a bucket of columns.
package struct CellSums: BlockSummary {
  package let rows: Buckets
  package let columns: Buckets
  package private(set) var nanCount = 0
  package private(set) var positiveInfinities = 0
  package private(set) var negativeInfinities = 0
  /// The sums of the finite elements, row by row.
  private var sums: [Double]
  /// How many elements of a cell are not finite; empty as long as all are.
  private var missing: [UInt32] = []
  /// Whether a cell holds positive (1) or negative (2) infinities; empty as long as none does.
  private var infinite: [UInt8] = []
  private let origin: Int64

  /// - Parameters:
  ///   - rowCount, columnCount: The grid's elements.
  ///   - maxRows, maxColumns: How many cells at most.
  ///   - origin: What datetimes and durations are counted from.
  package init(rowCount: Int, columnCount: Int, maxRows: Int, maxColumns: Int, origin: Int64 = 0) {
    rows = Buckets(count: rowCount, atMost: maxRows)
    columns = Buckets(count: columnCount, atMost: maxColumns)
    sums = [Double](repeating: 0, count: rows.bucketCount * columns.bucketCount)
    self.origin = origin
  }

  /// - Precondition: Blocks have two axes, or one: a single row.
  package mutating func add(_ block: AnyNDArray, at start: [Int]) throws(ArrayError) {
    let (shape, place) = block.ndim == 1 ? ([1] + block.shape, [0] + start) : (block.shape, start)
    guard shape.count == 2, place.count == 2, place.allSatisfy({ $0 >= 0 }),
      shape[0] <= rows.count - place[0], shape[1] <= columns.count - place[1]
    else { throw ArrayError(.shapeMismatch, "a grid has two axes") }
    guard block.count > 0 else { return }
    let view = block.inMemoryOrder
    let isTransposed = view.strides != block.strides && block.ndim == 2
    var visitor = Visitor(
      sums: self, outer: isTransposed ? columns : rows, inner: isTransposed ? rows : columns,
      outerRange: isTransposed ? place[1]..<(place[1] + shape[1]) : place[0]..<(place[0] + shape[0]),
      innerRange: isTransposed ? place[0]..<(place[0] + shape[0]) : place[1]..<(place[1] + shape[1]),
      outerStep: isTransposed ? 1 : columns.bucketCount, innerStep: isTransposed ? columns.bucketCount : 1)
    // The visitor alone holds the sums meanwhile, so that they are not copied.
    sums = []
    missing = []
    infinite = []
    defer { self = visitor.sums }
    try view.visitElements(origin: origin, &visitor)
  }

  package mutating func merge(_ other: CellSums) {
    for index in sums.indices { sums[index] += other.sums[index] }
    nanCount += other.nanCount
    positiveInfinities += other.positiveInfinities
    negativeInfinities += other.negativeInfinities
    if !other.missing.isEmpty {
      makeMissing()
      for index in missing.indices { missing[index] = CellSums.sum(missing[index], other.missing[index]) }
    }
    if !other.infinite.isEmpty {
      makeInfinite()
      for index in infinite.indices { infinite[index] |= other.infinite[index] }
    }
  }

  /// The cells' means row by row. Of the elements that are finite; where none is, infinite if one is (positive if of
  /// either sign), else NaN.
  package var means: [Double] {
    var means: [Double] = []
    means.reserveCapacity(sums.count)
    for row in 0..<rows.bucketCount {
      for column in 0..<columns.bucketCount {
        let cell = row * columns.bucketCount + column
        let all = rows.elements(row).count * columns.elements(column).count
        let finite = all - (missing.isEmpty ? 0 : Int(missing[cell]))
        if finite > 0 {
          means.append(sums[cell] / Double(finite))
        } else {
          let signs = infinite.isEmpty ? 0 : infinite[cell]
          means.append(signs & 1 != 0 ? .infinity : signs & 2 != 0 ? -.infinity : .nan)
        }
      }
    }
    return means
  }

  private mutating func makeMissing() {
    if missing.isEmpty { missing = [UInt32](repeating: 0, count: rows.bucketCount * columns.bucketCount) }
  }

  private mutating func makeInfinite() {
    if infinite.isEmpty { infinite = [UInt8](repeating: 0, count: rows.bucketCount * columns.bucketCount) }
  }

  private static func sum(_ left: UInt32, _ right: UInt32) -> UInt32 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }

  /// Takes in an element that is not finite.
  @inline(never)
  private mutating func addMissing(_ value: Double, to cell: Int) {
    makeMissing()
    missing[cell] = CellSums.sum(missing[cell], 1)
    if value.isNaN {
      nanCount += 1
      return
    }
    makeInfinite()
    infinite[cell] |= value > 0 ? 1 : 2
    if value > 0 { positiveInfinities += 1 } else { negativeInfinities += 1 }
  }

  private struct Visitor: ElementVisitor {
    var sums: CellSums
    /// The axis along which memory jumps, and the one along which it runs on.
    let outer: Buckets
    let inner: Buckets
    let outerRange: Range<Int>
    let innerRange: Range<Int>
    /// The distances of cells along both.
    let outerStep: Int
    let innerStep: Int

    mutating func visit<Reader: ElementReader>(_ values: Span<Reader.Raw>, _ reader: Reader) {
      let length = innerRange.count
      let isSingle = inner.areSingle
      outer.forEachPart(of: outerRange) { bucket, lines in
        let outerCell = bucket * outerStep
        for line in lines {
          let start = line * length
          if isSingle {
            addSingles(values, start, outerCell + innerRange.lowerBound * innerStep, reader)
          } else {
            inner.forEachPart(of: innerRange) { bucket, part in
              let cell = outerCell + bucket * innerStep
              let part = (start + part.lowerBound)..<(start + part.upperBound)
              if let sum = values.finiteSum(part, reader) {
                sums.sums[cell] += sum
              } else {
                for index in part { addOne(reader.double(values[index]), to: cell) }
              }
            }
          }
        }
      }
    }

    /// A line of elements that each have a cell of their own.
    @inline(__always)
    private mutating func addSingles<Reader: ElementReader>(
      _ values: Span<Reader.Raw>, _ start: Int, _ firstCell: Int, _ reader: Reader
    ) {
      for place in 0..<innerRange.count {
        addOne(reader.double(values[start + place]), to: firstCell + place * innerStep)
      }
    }

    @inline(__always)
    private mutating func addOne(_ value: Double, to cell: Int) {
      if value.magnitude < .infinity { sums.sums[cell] += value } else { sums.addMissing(value, to: cell) }
    }
  }
}

extension Span where Element: BitwiseCopyable {
  /// The sum of elements that are all finite; `nil` if one of them is not.
  @inline(__always)
  func finiteSum<Reader: ElementReader>(_ range: Range<Int>, _ reader: Reader) -> Double? where Reader.Raw == Element {
    var index = range.lowerBound
    var (total, trouble) = (0.0, 0.0)
    if range.count >= 8 {
      var totals = SIMD8<Double>(repeating: 0)
      var troubles = SIMD8<Double>(repeating: 0)
      while index &+ 8 <= range.upperBound {
        let eight = eight(index, reader)
        totals += eight
        troubles += eight - eight
        index &+= 8
      }
      (total, trouble) = (totals.sum(), troubles.sum())
    }
    while index < range.upperBound {
      // Safe: within the range, which the callers take from the span.
      let value = unsafe reader.double(self[unchecked: index])
      total += value
      trouble += value - value
      index &+= 1
    }
    return trouble == 0 ? total : nil
  }
}
