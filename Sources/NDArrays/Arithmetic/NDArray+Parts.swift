public import ComplexModule
public import RealModule

/// The sizes of all elements: NumPy's `np.abs(a)`. The lowest integer of a type stays, as it has no opposite there.
@inlinable
public func abs<Element: NumericArrayElement & SignedNumeric & Comparable>(_ array: NDArray<Element>) -> NDArray<
  Element
> {
  // 0 - x makes 0 of -0; a NaN stays.
  array.map { $0 <= 0 ? Element.wrappingDifference(0, $0) : $0 }
}

/// The sizes of complex numbers: NumPy's `np.abs(a)`. What is infinite in one part is so, where Swift's own parts of it are NaN.
@inlinable
public func abs<Part: ComplexComponent>(_ array: NDArray<Complex<Part>>) -> NDArray<Part> {
  array.map { Part.hypot($0.rawStorage.x, $0.rawStorage.y) }
}

extension NDArray where Element == Complex<Double> {
  /// The real parts, sharing the array's memory: NumPy's `a.real`.
  public var real: NDArray<Double> { NDArray<Double>(unchecked: untyped.part(0, .float64)) }
  /// The imaginary parts, sharing the array's memory: NumPy's `a.imag`.
  public var imaginary: NDArray<Double> { NDArray<Double>(unchecked: untyped.part(1, .float64)) }
}

extension NDArray where Element == Complex<Float> {
  /// The real parts, sharing the array's memory: NumPy's `a.real`.
  public var real: NDArray<Float> { NDArray<Float>(unchecked: untyped.part(0, .float32)) }
  /// The imaginary parts, sharing the array's memory: NumPy's `a.imag`.
  public var imaginary: NDArray<Float> { NDArray<Float>(unchecked: untyped.part(1, .float32)) }
}

extension AnyNDArray {
  /// The first or second number of each element of two, without a copy.
  fileprivate func part(_ place: Int, _ dtype: DType) -> AnyNDArray {
    AnyNDArray(
      uncheckedDType: dtype, shape: shape, strides: strides,
      offset: isEmpty ? offset : offset + place * dtype.itemSize, storage: storage)
  }
}
