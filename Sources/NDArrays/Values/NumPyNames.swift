// What NumPy's names are here: the compiler tells who types them, and mends the line.

extension NDArray {
  /// NumPy's `T`: here it is `transposed()`.
  @available(*, unavailable, renamed: "transposed()")
  public var T: NDArray { fatalError("unavailable") }
  /// NumPy's `size`: here it is `count`.
  @available(*, unavailable, renamed: "count")
  public var size: Int { fatalError("unavailable") }
  /// NumPy's `tolist`: here it is `elements`.
  @available(*, unavailable, renamed: "elements")
  public func tolist() -> [Element] { fatalError("unavailable") }
  /// NumPy's `transpose`: here it is `transposed(_:)`.
  @available(*, unavailable, renamed: "transposed(_:)")
  public func transpose(_ axes: Int...) -> NDArray { fatalError("unavailable") }
  /// NumPy's `reshape`: here it is `reshaped(_:)`.
  @available(*, unavailable, renamed: "reshaped(_:)")
  public func reshape(_ shape: Int...) -> NDArray { fatalError("unavailable") }
  /// NumPy's `ravel`: here it is `flattened(fortran:)`.
  @available(*, unavailable, renamed: "flattened(fortran:)")
  public func ravel() -> NDArray { fatalError("unavailable") }
  /// NumPy's `squeeze`: here it is `squeezed()`.
  @available(*, unavailable, renamed: "squeezed()")
  public func squeeze() -> NDArray { fatalError("unavailable") }
  /// NumPy's `astype`: here it is `asType(_:casting:)`.
  @available(*, unavailable, renamed: "asType(_:casting:)")
  public func astype<Other: ArrayElement>(_ type: Other.Type) -> NDArray<Other> { fatalError("unavailable") }
  /// NumPy's `copy`, which is not here.
  @available(*, unavailable, message: "arrays are values: an assignment is a copy")
  public func copy() -> NDArray { fatalError("unavailable") }
}

extension AnyNDArray {
  /// NumPy's `T`: here it is `transposed()`.
  @available(*, unavailable, renamed: "transposed()")
  public var T: AnyNDArray { fatalError("unavailable") }
  /// NumPy's `size`: here it is `count`.
  @available(*, unavailable, renamed: "count")
  public var size: Int { fatalError("unavailable") }
  /// NumPy's `transpose`: here it is `transposed(_:)`.
  @available(*, unavailable, renamed: "transposed(_:)")
  public func transpose(_ axes: Int...) -> AnyNDArray { fatalError("unavailable") }
  /// NumPy's `reshape`: here it is `reshaped(_:)`.
  @available(*, unavailable, renamed: "reshaped(_:)")
  public func reshape(_ shape: Int...) -> AnyNDArray { fatalError("unavailable") }
  /// NumPy's `ravel`: here it is `flattened(fortran:)`.
  @available(*, unavailable, renamed: "flattened(fortran:)")
  public func ravel() -> AnyNDArray { fatalError("unavailable") }
  /// NumPy's `squeeze`: here it is `squeezed()`.
  @available(*, unavailable, renamed: "squeezed()")
  public func squeeze() -> AnyNDArray { fatalError("unavailable") }
  /// NumPy's `astype`: here it is `asType(_:casting:)`.
  @available(*, unavailable, renamed: "asType(_:casting:)")
  public func astype<Element: ArrayElement>(_ type: Element.Type) -> NDArray<Element> { fatalError("unavailable") }
  /// NumPy's `argmax`, which is not here.
  @available(*, unavailable, message: "arrays with a type calculate: array.asType(Double.self).argmax()")
  public func argmax() -> Int { fatalError("unavailable") }
  /// NumPy's `argmin`, which is not here.
  @available(*, unavailable, message: "arrays with a type calculate: array.asType(Double.self).argmin()")
  public func argmin() -> Int { fatalError("unavailable") }
  /// NumPy's `argsort`, which is not here.
  @available(*, unavailable, message: "arrays with a type calculate: array.asType(Double.self).argsort()")
  public func argsort() -> NDArray<Int> { fatalError("unavailable") }
}
