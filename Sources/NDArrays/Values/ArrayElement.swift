public import ComplexModule
public import RealModule

/// A type of elements that a typed array can have.
///
/// The conforming types are `Bool`, the integers of 8 to 64 bits, `Float16`, `Float`, `Double` and `Complex` of the
/// latter two. Every other NumPy dtype lives in an ``AnyNDArray``.
///
/// A structure of such numbers can conform too, as the element of an array of records: its dtype has the fields at the
/// offsets that they have in Swift, and its item size is `MemoryLayout`'s stride. Arrays of a type that holds references,
/// or of another size than its dtype's, cannot be made: that is an error of code `dtypeMismatch`. Swift aligns fields of different
/// sizes; a dtype `{'names': ['x', 'id'], 'formats': ['f8', 'i4'], 'aligned': True}` does, too. Fields of `Bool` and
/// enumerations are not for data from files, which may hold what is no value of theirs: let them be `UInt8`.
public protocol ArrayElement: Hashable, Sendable {
  /// The dtype of such elements, in this machine's byte order.
  static var dtype: DType { get }
}

extension ArrayElement {
  /// The dtype, where values of the type are nothing but the bytes of an element.
  ///
  /// - Throws: ``ArrayError`` with code `dtypeMismatch` otherwise: values would be made of memory that is not theirs.
  static var checkedDType: DType {
    get throws(ArrayError) {
      let dtype = dtype
      guard _isPOD(Self.self), !dtype.hasObjects else {
        throw ArrayError(.dtypeMismatch, "\(Self.self) cannot be an array's element: it is not made of numbers alone")
      }
      let stride = MemoryLayout<Self>.stride
      guard stride == dtype.itemSize else {
        let hint =
          dtype.isStructured && stride > dtype.itemSize
          ? ": Swift aligns fields, and so does a dtype {'names': […], 'formats': […], 'aligned': True}" : ""
        throw ArrayError(
          .dtypeMismatch,
          "an element of \(Self.self) takes \(stride) bytes, one of \(dtype.description) \(dtype.itemSize)\(hint)")
      }
      return dtype
    }
  }
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
  /// Adds; of numbers that are no integers of fixed width nothing wraps around.
  @inlinable @inline(__always)
  public static func wrappingSum(_ left: Self, _ right: Self) -> Self { left + right }
  /// Subtracts; of numbers that are no integers of fixed width nothing wraps around.
  @inlinable @inline(__always)
  public static func wrappingDifference(_ left: Self, _ right: Self) -> Self { left - right }
  /// Multiplies; of numbers that are no integers of fixed width nothing wraps around.
  @inlinable @inline(__always)
  public static func wrappingProduct(_ left: Self, _ right: Self) -> Self { left * right }
}

extension Bool: ArrayElement {
  /// `?`, NumPy's dtype of `Bool`, in this machine's byte order.
  public static var dtype: DType { .bool }
}
extension Int8: NumericArrayElement {
  /// `i1`, NumPy's dtype of `Int8`, in this machine's byte order.
  public static var dtype: DType { .int8 }
}
extension Int16: NumericArrayElement {
  /// `i2`, NumPy's dtype of `Int16`, in this machine's byte order.
  public static var dtype: DType { .int16 }
}
extension Int32: NumericArrayElement {
  /// `i4`, NumPy's dtype of `Int32`, in this machine's byte order.
  public static var dtype: DType { .int32 }
}
extension Int64: NumericArrayElement {
  /// `i8`, NumPy's dtype of `Int64`, in this machine's byte order.
  public static var dtype: DType { .int64 }
}
extension Int: NumericArrayElement {
  /// `i8`, NumPy's dtype of `Int`, in this machine's byte order.
  public static var dtype: DType { .int64 }
}
extension UInt8: NumericArrayElement {
  /// `u1`, NumPy's dtype of `UInt8`, in this machine's byte order.
  public static var dtype: DType { .uint8 }
}
extension UInt16: NumericArrayElement {
  /// `u2`, NumPy's dtype of `UInt16`, in this machine's byte order.
  public static var dtype: DType { .uint16 }
}
extension UInt32: NumericArrayElement {
  /// `u4`, NumPy's dtype of `UInt32`, in this machine's byte order.
  public static var dtype: DType { .uint32 }
}
extension UInt64: NumericArrayElement {
  /// `u8`, NumPy's dtype of `UInt64`, in this machine's byte order.
  public static var dtype: DType { .uint64 }
}
extension UInt: NumericArrayElement {
  /// `u8`, NumPy's dtype of `UInt`, in this machine's byte order.
  public static var dtype: DType { .uint64 }
}
// Swift has no `Float16` on Intel Macs; arrays of `f2` are `AnyNDArray`s there.
#if !(os(macOS) && arch(x86_64))
  extension Float16: NumericArrayElement {
    /// `f2`, NumPy's dtype of `Float16`, in this machine's byte order.
    public static var dtype: DType { .float16 }
  }
#endif
extension Float: NumericArrayElement {
  /// `f4`, NumPy's dtype of `Float`, in this machine's byte order.
  public static var dtype: DType { .float32 }
}
extension Double: NumericArrayElement {
  /// `f8`, NumPy's dtype of `Double`, in this machine's byte order.
  public static var dtype: DType { .float64 }
}
extension Complex: ArrayElement, NumericArrayElement where RealType: ComplexComponent {
  /// `c8` for parts of `Float`, `c16` for those of `Double`.
  public static var dtype: DType { RealType.complexDType }
}

/// A real type that NumPy has complex numbers of.
public protocol ComplexComponent: Real, ArrayElement {
  /// The dtype of the complex numbers.
  static var complexDType: DType { get }
}
extension Float: ComplexComponent {
  /// `c8`, NumPy's dtype of `Complex<Float>`.
  public static var complexDType: DType { .complex64 }
}
extension Double: ComplexComponent {
  /// `c16`, NumPy's dtype of `Complex<Double>`.
  public static var complexDType: DType { .complex128 }
}
