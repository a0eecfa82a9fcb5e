internal import CNumPyIOKernels

/// A number that matrix products are summed in.
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
  static func multiplyTile(
    _ width: Int32, _ steps: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    _ c: UnsafeMutablePointer<Self>,
    _ row: Int
  ) {
    // Safe: the callers pass panels of `steps` columns and rows, and a tile whose rows are `row` apart.
    unsafe npyio_tile_u16(width, steps, a, b, c, row)
  }
}

/// A number as matrices hold it, and what products of it are summed in.
///
/// Signed integers are not here: modulo 2**n their products are those of the unsigned ones.
protocol MatrixItem: BitwiseCopyable, Sendable {
  associatedtype Sum: TileScalar
  /// Whether NumPy sums strictly one after the other, without BLAS, in a type in which the order shows.
  static var isSummedInOrder: Bool { get }
  var widened: Sum { get }
  init(narrowing sum: Sum)
  /// The type as the loop for small products knows it; `nil` for one that it does not know.
  static var productKernel: npyio_number? { get }
}

extension MatrixItem {
  static var productKernel: npyio_number? { nil }
  static var isSummedInOrder: Bool { false }
}
extension MatrixItem where Sum == Self {
  @inline(__always)
  var widened: Self { self }
  @inline(__always)
  init(narrowing sum: Self) { self = sum }
}

extension Double: MatrixItem {
  typealias Sum = Double
  static var productKernel: npyio_number? { NPYIO_FLOAT64 }
}
extension Float: MatrixItem {
  typealias Sum = Float
  static var productKernel: npyio_number? { NPYIO_FLOAT32 }
}
extension UInt64: MatrixItem { typealias Sum = UInt64 }
extension UInt32: MatrixItem { typealias Sum = UInt32 }
extension UInt16: MatrixItem { typealias Sum = UInt16 }
extension UInt8: MatrixItem {
  // No processor multiplies vectors of bytes; the lower byte of a 16-bit product is the wrapped one.
  typealias Sum = UInt16
  @inline(__always)
  var widened: UInt16 { UInt16(self) }
  @inline(__always)
  init(narrowing sum: UInt16) { self = UInt8(truncatingIfNeeded: sum) }
}
#if !(os(macOS) && arch(x86_64))
  extension Float16: MatrixItem {
    // As NumPy does: products and sums in single precision, rounded once.
    typealias Sum = Float
    static var isSummedInOrder: Bool { true }
    @inline(__always)
    var widened: Float { Float(self) }
    @inline(__always)
    init(narrowing sum: Float) { self = Float16(sum) }
  }
#endif

/// A truth value: products are "and", sums are "or".
struct TruthByte: MatrixItem {
  var byte: UInt8
  // How many places are true in both: a sum that may be rounded, but never to zero.
  @inline(__always)
  var widened: Float { byte == 0 ? 0 : 1 }
  @inline(__always)
  init(narrowing sum: Float) { byte = sum == 0 ? 0 : 1 }
}
