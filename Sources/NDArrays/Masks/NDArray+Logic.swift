internal import CNumPyIOKernels

// Truth values, with the operators of Swift's own masks (`SIMDMask`).

extension NDArray where Element == Bool {
  /// Where both are true: NumPy's `a & b`.
  ///
  /// - Precondition: The shapes are equal, or fit by NumPy's broadcasting; this holds for `.|` and `.^` too.
  public static func .& (left: NDArray, right: NDArray) -> NDArray { combined(NPYIO_AND, left, right) }
  /// Where one or both are true: NumPy's `a | b`.
  public static func .| (left: NDArray, right: NDArray) -> NDArray { combined(NPYIO_OR, left, right) }
  /// Where just one is true: NumPy's `a ^ b`.
  public static func .^ (left: NDArray, right: NDArray) -> NDArray { combined(NPYIO_XOR, left, right) }
  /// Where it is false: NumPy's `~a`.
  public static prefix func .! (mask: NDArray) -> NDArray { combined(NPYIO_XOR, mask, NDArray(scalar: true)) }

  /// Whether all are true: NumPy's `all`; of none they are.
  public func all() -> Bool { withElements { elements in elements.indices.allSatisfy { elements[$0] } } }
  /// Whether one is true: NumPy's `any`.
  public func any() -> Bool { withElements { elements in elements.indices.contains { elements[$0] } } }

  /// Whether all are true along an axis, counted from the end if negative.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`.
  public func all(axis: Int) throws(ArrayError) -> NDArray { .!(try (.!self).any(axis: axis)) }
  /// Whether one is true along an axis, counted from the end if negative.
  ///
  /// - Throws: ``ArrayError`` with code `axisOutOfRange`.
  public func any(axis: Int) throws(ArrayError) -> NDArray { try sum(axis: axis) .> 0 }

  private static func combined(
    _ operation: npyio_operation, _ left: NDArray, _ right: NDArray
  ) -> NDArray {
    do throws(ArrayError) {
      let (left, right) = try AnyNDArray.broadcast(left.untyped, right.untyped)
      guard let made = try Elementwise.calculate(operation, left, right, operands: .bool, results: .bool) else {
        throw left.unsupported("logic")
      }
      return NDArray(unchecked: made)
    } catch { fatalError(error.message) }
  }
}
