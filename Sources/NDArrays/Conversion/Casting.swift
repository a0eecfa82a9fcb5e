/// Which conversions between dtypes are allowed: NumPy's `casting`.
public enum Casting: String, Sendable, Hashable, CaseIterable {
  /// Only the same dtype in the same byte order.
  case no
  /// Also another byte order.
  case equiv
  /// Also where every value stays what it is.
  case safe
  /// Also within a kind, such as `f8` to `f4`.
  case sameKind = "same_kind"
  /// Anything.
  case unsafe
}

extension AnyNDArray {
  /// The array with its elements converted: NumPy's `astype(dtype, casting=casting)`.
  public func asType(_ target: DType, casting: Casting = .sameKind) throws(ArrayError) -> AnyNDArray {
    throw ArrayError(.unsupported, "to come")
  }
}
