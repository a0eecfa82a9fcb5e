public import ComplexModule
public import RealModule

/// A type of elements that a typed array can have.
///
/// The conforming types are `Bool`, the integers of 8 to 64 bits, `Float16`, `Float`, `Double` and `Complex` of the
/// latter two. Every other NumPy dtype lives in an ``AnyNDArray``.
public protocol ArrayElement: Hashable, Sendable {
  /// The dtype of such elements, in this machine's byte order.
  static var dtype: DType { get }
}

/// An element with an order and the four operations.
public protocol NumericArrayElement: ArrayElement, Numeric {
  /// Adds as NumPy does: integers wrap around.
  static func wrappingSum(_ left: Self, _ right: Self) -> Self
  /// Subtracts as NumPy does: integers wrap around.
  static func wrappingDifference(_ left: Self, _ right: Self) -> Self
  /// Multiplies as NumPy does: integers wrap around.
  static func wrappingProduct(_ left: Self, _ right: Self) -> Self
}

extension NumericArrayElement where Self: FixedWidthInteger {
  /// Adds, wrapping around.
  @inlinable @inline(__always)
  public static func wrappingSum(_ left: Self, _ right: Self) -> Self { left &+ right }
  /// Subtracts, wrapping around.
  @inlinable @inline(__always)
  public static func wrappingDifference(_ left: Self, _ right: Self) -> Self { left &- right }
  /// Multiplies, wrapping around.
  @inlinable @inline(__always)
  public static func wrappingProduct(_ left: Self, _ right: Self) -> Self { left &* right }
}

extension NumericArrayElement {
  /// Adds.
  @inlinable @inline(__always)
  public static func wrappingSum(_ left: Self, _ right: Self) -> Self { left + right }
  /// Subtracts.
  @inlinable @inline(__always)
  public static func wrappingDifference(_ left: Self, _ right: Self) -> Self { left - right }
  /// Multiplies.
  @inlinable @inline(__always)
  public static func wrappingProduct(_ left: Self, _ right: Self) -> Self { left * right }
}

extension Bool: ArrayElement {
  /// `?`.
  public static var dtype: DType { .bool }
}
extension Int8: NumericArrayElement {
  /// `i1`.
  public static var dtype: DType { .int8 }
}
extension Int16: NumericArrayElement {
  /// `i2`.
  public static var dtype: DType { .int16 }
}
extension Int32: NumericArrayElement {
  /// `i4`.
  public static var dtype: DType { .int32 }
}
extension Int64: NumericArrayElement {
  /// `i8`.
  public static var dtype: DType { .int64 }
}
extension Int: NumericArrayElement {
  /// `i8`.
  public static var dtype: DType { .int64 }
}
extension UInt8: NumericArrayElement {
  /// `u1`.
  public static var dtype: DType { .uint8 }
}
extension UInt16: NumericArrayElement {
  /// `u2`.
  public static var dtype: DType { .uint16 }
}
extension UInt32: NumericArrayElement {
  /// `u4`.
  public static var dtype: DType { .uint32 }
}
extension UInt64: NumericArrayElement {
  /// `u8`.
  public static var dtype: DType { .uint64 }
}
extension UInt: NumericArrayElement {
  /// `u8`.
  public static var dtype: DType { .uint64 }
}
// Swift has no `Float16` on Intel Macs; arrays of `f2` are `AnyNDArray`s there.
#if !(os(macOS) && arch(x86_64))
  extension Float16: NumericArrayElement {
    /// `f2`.
    public static var dtype: DType { .float16 }
  }
#endif
extension Float: NumericArrayElement {
  /// `f4`.
  public static var dtype: DType { .float32 }
}
extension Double: NumericArrayElement {
  /// `f8`.
  public static var dtype: DType { .float64 }
}
extension Complex: ArrayElement, NumericArrayElement where RealType: ComplexComponent {
  /// `c8` or `c16`.
  public static var dtype: DType { RealType.complexDType }
}

/// A real type that NumPy has complex numbers of.
public protocol ComplexComponent: Real, ArrayElement {
  /// The dtype of the complex numbers.
  static var complexDType: DType { get }
}
extension Float: ComplexComponent {
  /// `c8`.
  public static var complexDType: DType { .complex64 }
}
extension Double: ComplexComponent {
  /// `c16`.
  public static var complexDType: DType { .complex128 }
}
