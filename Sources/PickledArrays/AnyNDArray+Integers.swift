package import NDArrays

extension AnyNDArray {
  /// The elements in C order if they are integers that fit 64 bits; `nil` for others.
  package var integers: [Int]? {
    guard dtype.kind == .signedInteger || (dtype.kind == .unsignedInteger && dtype.itemSize < 8),
      let wide = try? NDArray<Int64>(asType(.int64, casting: .safe))
    else { return nil }
    return wide.elements.map { Int($0) }
  }
}
