package import NDArrays

/// How often each value of a type of one or two bytes occurs: all that histograms need, in one pass.
package struct ValueTable: BlockSummary {
  private let dtype: DType
  private var counts: [Int]

  /// - Returns: `nil` for other dtypes.
  package init?(_ dtype: DType) {
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, 1), (.signedInteger, 1), (.unsignedInteger, 1): counts = [Int](repeating: 0, count: 4 * 256)
    case (.signedInteger, 2), (.unsignedInteger, 2): counts = [Int](repeating: 0, count: 65536)
    default: return nil
    }
    self.dtype = dtype.native
  }

  package mutating func add(_ block: AnyNDArray, at start: [Int]) throws(ArrayError) {
    try unsafe block.inMemoryOrder.nativeByteOrder().withContiguousBytes { (bytes) throws(ArrayError) in
      // Safe: the span is used within the call only.
      let span = unsafe RawSpan(_unsafeBytes: bytes)
      if dtype.itemSize == 1 { addBytes(span) } else { addPairs(span) }
    }
  }

  private mutating func addBytes(_ bytes: RawSpan) {
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      var index = 0
      // Four tables, so that a value that is often repeated does not wait for itself.
      while index &+ 4 <= bytes.byteCount {
        // Safe: four bytes from `index` on; a table has 256 places.
        let four = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt32.self)
        unsafe counts[Int(four & 255)] &+= 1
        unsafe counts[Int(four >> 8 & 255) | 256] &+= 1
        unsafe counts[Int(four >> 16 & 255) | 512] &+= 1
        unsafe counts[Int(four >> 24) | 768] &+= 1
        index &+= 4
      }
      while index < bytes.byteCount {
        unsafe counts[Int(bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self))] &+= 1
        index &+= 1
      }
    }
  }

  private mutating func addPairs(_ bytes: RawSpan) {
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      for index in 0..<(bytes.byteCount / 2) {
        // Safe: two bytes lie at every even place; the table has a place for each of their values.
        let value = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 2 &* index, as: UInt16.self)
        unsafe counts[Int(value)] &+= 1
      }
    }
  }

  package mutating func merge(_ other: ValueTable) {
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  /// The values that occur, and how often, in no particular order.
  package var values: [(value: Double, count: Int)] {
    let size = dtype.itemSize == 1 ? 256 : 65536
    var totals: [Double: Int] = [:]
    for place in 0..<size {
      let count = stride(from: place, to: counts.count, by: size).reduce(0) { $0 + counts[$1] }
      guard count > 0 else { continue }
      let value: Double =
        switch (dtype.kind, dtype.itemSize) {
        case (.bool, _): place == 0 ? 0 : 1
        case (.signedInteger, 1): Double(Int8(truncatingIfNeeded: place))
        case (.signedInteger, _): Double(Int16(truncatingIfNeeded: place))
        default: Double(place)
        }
      totals[value, default: 0] += count
    }
    return totals.map { ($0.key, $0.value) }
  }

  /// The range of the values that occur.
  package var range: ValueRange {
    var range = ValueRange()
    for (value, count) in values { range.add(value, count: count) }
    return range
  }
}
