import Testing

@testable import NDArrays

/// The kernels of every instruction set that this processor has, against plain loops.
@Suite struct VectorWidthTests {
  @Test(arguments: [Int32(16), 32, 64]) func everyWidth(width: Int32) throws {
    try check(Double.self, width) { Double($0) }
    try check(Float.self, width) { Float($0) }
    try check(UInt64.self, width) { UInt64(bitPattern: Int64($0)) &* 0x9E37_79B9_7F4A_7C15 }
    try check(UInt32.self, width) { UInt32(bitPattern: Int32($0)) &* 0x9E37_79B9 }
    try check(UInt16.self, width) { UInt16(bitPattern: Int16($0)) &* 0x9E37 }
  }

  private func check<Item: TileScalar & ArrayElement>(
    _: Item.Type, _ width: Int32, _ make: (Int) -> Item
  ) throws {
    let (rows, steps, columns) = (29, 270, 71)
    let left = (0..<(rows * steps)).map { make($0 * 7 % 23 - 11) }
    let right = (0..<(steps * columns)).map { make($0 * 5 % 19 - 9) }
    let (a, b) = (try NDArray(left, shape: [rows, steps]), try NDArray(right, shape: [steps, columns]))
    let result = try NDArray<Item>(zeros: [rows, columns])
    let shapes = try MatrixShapes(a.untyped, b.untyped)
    let factors = shapes.factors(of: 0)
    var product = MatrixProduct<Item>(left: factors.left, right: factors.right, isComplex: false)
    // Never wider than the processor's.
    product.vectorWidth = min(width, product.vectorWidth)
    // Safe: nobody else holds the result, which has rows * columns elements.
    let start = unsafe result.untyped.storage.baseAddress.assumingMemoryBound(to: Item.self)
    let target = unsafe MatrixTarget(start)
    product.write(to: target)
    extendLifetime(shapes.left.storage)
    extendLifetime(shapes.right.storage)
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
    #expect(result.elements == expected)
  }
}
