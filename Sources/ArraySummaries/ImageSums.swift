package import NDArrays

/// An image of many pixels as one of few: the mean colour of each bucket of rows by a bucket of columns, transparent
/// pixels counting by how opaque they are.
package struct ImageSums: BlockSummary {
  /// What the elements are.
  package enum Channels: Sendable {
    /// 0 to 255.
    case bytes
    /// 0 to 1.
    case fractions
  }

  package let rows: Buckets
  package let columns: Buckets
  /// 1 (grey), 2 (grey and opacity), 3 (red, green, blue) or 4 (with opacity).
  private let depth: Int
  private let channels: Channels
  /// Four sums a cell: red, green, blue, opacity.
  private var sums: [Double]

  package init(
    rowCount: Int, columnCount: Int, depth: Int, channels: Channels, maxRows: Int, maxColumns: Int
  ) {
    rows = Buckets(count: rowCount, atMost: maxRows)
    columns = Buckets(count: columnCount, atMost: maxColumns)
    self.depth = depth
    self.channels = channels
    sums = [Double](repeating: 0, count: 4 * rows.bucketCount * columns.bucketCount)
  }

  /// - Precondition: Blocks have three axes, and all of the last one's channels.
  package mutating func add(_ block: AnyNDArray, at start: [Int]) throws(ArrayError) {
    guard block.ndim == 3, block.shape[2] == depth, start.count == 3, start.allSatisfy({ $0 >= 0 }),
      block.shape[0] <= rows.count - start[0], block.shape[1] <= columns.count - start[1]
    else { throw ArrayError(.shapeMismatch, "an image has three axes: rows, columns and channels") }
    var visitor = Visitor(
      sums: sums, rows: rows, columns: columns, rowRange: start[0]..<(start[0] + block.shape[0]),
      columnRange: start[1]..<(start[1] + block.shape[1]), depth: depth, scale: channels == .bytes ? 1 : 255)
    sums = []
    defer { sums = visitor.sums }
    try block.visitElements(&visitor)
  }

  package mutating func merge(_ other: ImageSums) {
    for index in sums.indices { sums[index] += other.sums[index] }
  }

  /// Four bytes a pixel, row by row: red, green, blue and how opaque it is.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(sums.count)
    for row in 0..<rows.bucketCount {
      for column in 0..<columns.bucketCount {
        let cell = 4 * (row * columns.bucketCount + column)
        let all = Double(rows.elements(row).count * columns.elements(column).count)
        let opacity = sums[cell + 3]
        for channel in 0..<3 {
          bytes.append(ImageSums.byte(opacity > 0 ? sums[cell + channel] * 255 / opacity : 0))
        }
        bytes.append(ImageSums.byte(opacity / all))
      }
    }
    return bytes
  }

  private static func byte(_ value: Double) -> UInt8 { UInt8(Swift.max(0, Swift.min(255, value.rounded()))) }

  private struct Visitor: ElementVisitor {
    var sums: [Double]
    let rows: Buckets
    let columns: Buckets
    let rowRange: Range<Int>
    let columnRange: Range<Int>
    let depth: Int
    let scale: Double

    mutating func visit<Reader: ElementReader>(_ values: Span<Reader.Raw>, _ reader: Reader) {
      let length = columnRange.count
      rows.forEachPart(of: rowRange) { rowBucket, lines in
        for line in lines {
          columns.forEachPart(of: columnRange) { columnBucket, part in
            let cell = 4 * (rowBucket * columns.bucketCount + columnBucket)
            var total = SIMD4<Double>(repeating: 0)
            for place in part {
              let index = (line * length + place) * depth
              total += pixel(values, index, reader)
            }
            for channel in 0..<4 { sums[cell + channel] += total[channel] }
          }
        }
      }
    }

    /// A pixel's colour, times its opacity, and its opacity (0 to 255).
    @inline(__always)
    private func pixel<Reader: ElementReader>(
      _ values: Span<Reader.Raw>, _ index: Int, _ reader: Reader
    ) -> SIMD4<Double> {
      func channel(_ place: Int) -> Double {
        let value = reader.double(values[index + place]) * scale
        // What is not a number is black.
        return value > 0 ? Swift.min(value, 255) : 0
      }
      let opacity = depth == 2 || depth == 4 ? channel(depth - 1) : 255
      let red = channel(0)
      let color =
        depth < 3
        ? SIMD4(red, red, red, 255) : SIMD4(red, channel(1), channel(2), 255)
      return color * (opacity / 255)
    }
  }
}
