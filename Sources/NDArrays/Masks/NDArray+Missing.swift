extension NDArray where Element: NumericArrayElement & BinaryFloatingPoint {
  /// Where elements are NaN: NumPy's `np.isnan(a)`. `a[.!a.isNaN]` are the others. Goes through all elements.
  public var isNaN: NDArray<Bool> { self .!= self }

  /// Where elements are neither NaN nor infinite: NumPy's `np.isfinite(a)`. Goes through all elements.
  public var isFinite: NDArray<Bool> {
    (self .<= Element.greatestFiniteMagnitude) .& (self .>= -Element.greatestFiniteMagnitude)
  }
}
