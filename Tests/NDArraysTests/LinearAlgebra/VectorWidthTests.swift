import TestSupport
import Testing

@testable import NDArrays

/// The kernels of every instruction set that this processor has, against plain loops.
@Suite struct VectorWidthTests {
  /// Rows, steps and columns: of tiles, of vectors longer than the kernels' blocks, and of less than one vector.
  private static let shapes = [
    (29, 270, 71), (29, 270, 1), (1, 270, 71), (1, 1037, 1), (6, 3, 1), (1, 5, 4), (2, 1, 1),
  ]

  @Test(arguments: [Int32(16), 32, 64]) func everyWidth(width: Int32) throws {
    for (rows, steps, columns) in Self.shapes {
      try check(Double.self, width, rows, steps, columns) { Double($0) }
      try check(Float.self, width, rows, steps, columns) { Float($0) }
      try check(UInt64.self, width, rows, steps, columns) { UInt64(bitPattern: Int64($0)) &* 0x9E37_79B9_7F4A_7C15 }
      try check(UInt32.self, width, rows, steps, columns) { UInt32(bitPattern: Int32($0)) &* 0x9E37_79B9 }
      try check(UInt16.self, width, rows, steps, columns) { UInt16(bitPattern: Int16($0)) &* 0x9E37 }
    }
  }

  private func check<Item: TileScalar & ArrayElement>(
    _: Item.Type, _ width: Int32, _ rows: Int, _ steps: Int, _ columns: Int, _ make: (Int) -> Item
  ) throws {
    let left = (0..<(rows * steps)).map { make($0 * 7 % 23 - 11) }
    let right = (0..<(steps * columns)).map { make($0 * 5 % 19 - 9) }
    var expected: [Item] = []
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = Item.zero
        for step in 0..<steps {
          sum = Item.adding(left[row * steps + step], times: right[step * columns + column], to: sum)
        }
        expected.append(sum)
      }
    }
    let (a, b) = (try NDArray(left, shape: [rows, steps]), try NDArray(right, shape: [steps, columns]))
    for a in try layouts(of: a.untyped) {
      for b in try layouts(of: b.untyped) {
        let found = try product(Item.self, a.array, b.array, width: width)
        #expect(found == expected, "\(rows), \(steps), \(columns), \(a.name) by \(b.name)")
      }
    }
  }

  private func product<Item: TileScalar & ArrayElement>(
    _: Item.Type, _ left: AnyNDArray, _ right: AnyNDArray, width: Int32
  ) throws -> [Item] {
    let result = try NDArray<Item>(zeros: [left.shape[0], right.shape[1]])
    let shapes = try MatrixShapes(left, right)
    let factors = shapes.factors(of: 0)
    var product = MatrixProduct<Item>(left: factors.left, right: factors.right, isComplex: false)
    // Never wider than the processor's.
    product.vectorWidth = min(width, product.vectorWidth)
    // Safe: nobody else holds the result, which has a row for each of the left factor, and a column for each of the right one.
    let start = unsafe result.untyped.storage.baseAddress.assumingMemoryBound(to: Item.self)
    let target = unsafe MatrixTarget(start)
    product.write(to: target)
    extendLifetime(shapes.left.storage)
    extendLifetime(shapes.right.storage)
    return result.elements
  }
}
