internal import CNumPyIOKernels

/// A number that matrices hold, and that their products are summed in.
///
/// Signed integers are not here: modulo 2**n their products are those of the unsigned ones. Neither are numbers that are summed in
/// wider ones: their matrices are converted.
protocol TileScalar: BitwiseCopyable, Sendable {
  static var zero: Self { get }
  /// `sum + left * right`, integers wrapping.
  static func adding(_ left: Self, times right: Self, to sum: Self) -> Self
  static func sum(_ left: Self, _ right: Self) -> Self
  static func negated(_ value: Self) -> Self
  /// Adds to a tile of C the product of a panel of A and a panel of B: see `CNumPyIOKernels.h`.
  static func multiplyTile(
    _ width: Int32, _ steps: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    _ c: UnsafeMutablePointer<Self>,
    _ row: Int)
  /// The type as the loops in C know it.
  static var number: npyio_number { get }
}

extension TileScalar where Self: FloatingPoint {
  @inline(__always)
  static func adding(_ left: Self, times right: Self, to sum: Self) -> Self { sum + left * right }
  @inline(__always)
  static func sum(_ left: Self, _ right: Self) -> Self { left + right }
  @inline(__always)
  static func negated(_ value: Self) -> Self { -value }
}
extension TileScalar where Self: FixedWidthInteger {
  @inline(__always)
  static func adding(_ left: Self, times right: Self, to sum: Self) -> Self { sum &+ left &* right }
  @inline(__always)
  static func sum(_ left: Self, _ right: Self) -> Self { left &+ right }
  @inline(__always)
  static func negated(_ value: Self) -> Self { 0 &- value }
}

extension Double: TileScalar {
  static var number: npyio_number { NPYIO_FLOAT64 }
  static func multiplyTile(
    _ width: Int32, _ steps: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    _ c: UnsafeMutablePointer<Self>,
    _ row: Int
  ) {
    // Safe: the callers pass panels of `steps` columns and rows, and a tile whose rows are `row` apart.
    unsafe npyio_tile_f64(width, steps, a, b, c, row)
  }
}
extension Float: TileScalar {
  static var number: npyio_number { NPYIO_FLOAT32 }
  static func multiplyTile(
    _ width: Int32, _ steps: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    _ c: UnsafeMutablePointer<Self>,
    _ row: Int
  ) {
    // Safe: the callers pass panels of `steps` columns and rows, and a tile whose rows are `row` apart.
    unsafe npyio_tile_f32(width, steps, a, b, c, row)
  }
}
extension UInt64: TileScalar {
  static var number: npyio_number { NPYIO_UINT64 }
  static func multiplyTile(
    _ width: Int32, _ steps: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    _ c: UnsafeMutablePointer<Self>,
    _ row: Int
  ) {
    // Safe: the callers pass panels of `steps` columns and rows, and a tile whose rows are `row` apart.
    unsafe npyio_tile_u64(width, steps, a, b, c, row)
  }
}
extension UInt32: TileScalar {
  static var number: npyio_number { NPYIO_UINT32 }
  static func multiplyTile(
    _ width: Int32, _ steps: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    _ c: UnsafeMutablePointer<Self>,
    _ row: Int
  ) {
    // Safe: the callers pass panels of `steps` columns and rows, and a tile whose rows are `row` apart.
    unsafe npyio_tile_u32(width, steps, a, b, c, row)
  }
}
extension UInt16: TileScalar {
  static var number: npyio_number { NPYIO_UINT16 }
  static func multiplyTile(
    _ width: Int32, _ steps: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    _ c: UnsafeMutablePointer<Self>,
    _ row: Int
  ) {
    // Safe: the callers pass panels of `steps` columns and rows, and a tile whose rows are `row` apart.
    unsafe npyio_tile_u16(width, steps, a, b, c, row)
  }
}
