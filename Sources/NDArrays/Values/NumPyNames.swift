// What NumPy's names are here: the compiler tells who types them, and mends the line.

extension NDArray {
  @available(*, unavailable, renamed: "transposed()")
  public var T: NDArray { fatalError("unavailable") }
  @available(*, unavailable, renamed: "count")
  public var size: Int { fatalError("unavailable") }
  @available(*, unavailable, renamed: "elements")
  public func tolist() -> [Element] { fatalError("unavailable") }
  @available(*, unavailable, renamed: "transposed(_:)")
  public func transpose(_ axes: Int...) -> NDArray { fatalError("unavailable") }
  @available(*, unavailable, renamed: "reshaped(_:)")
  public func reshape(_ shape: Int...) -> NDArray { fatalError("unavailable") }
  @available(*, unavailable, renamed: "flattened(fortran:)")
  public func ravel() -> NDArray { fatalError("unavailable") }
  @available(*, unavailable, renamed: "squeezed()")
  public func squeeze() -> NDArray { fatalError("unavailable") }
  @available(*, unavailable, renamed: "asType(_:casting:)")
  public func astype<Other: ArrayElement>(_ type: Other.Type) -> NDArray<Other> { fatalError("unavailable") }
  @available(*, unavailable, message: "arrays are values: an assignment is a copy")
  public func copy() -> NDArray { fatalError("unavailable") }
}

extension AnyNDArray {
  @available(*, unavailable, renamed: "transposed()")
  public var T: AnyNDArray { fatalError("unavailable") }
  @available(*, unavailable, renamed: "count")
  public var size: Int { fatalError("unavailable") }
  @available(*, unavailable, renamed: "transposed(_:)")
  public func transpose(_ axes: Int...) -> AnyNDArray { fatalError("unavailable") }
  @available(*, unavailable, renamed: "reshaped(_:)")
  public func reshape(_ shape: Int...) -> AnyNDArray { fatalError("unavailable") }
  @available(*, unavailable, renamed: "flattened(fortran:)")
  public func ravel() -> AnyNDArray { fatalError("unavailable") }
  @available(*, unavailable, renamed: "squeezed()")
  public func squeeze() -> AnyNDArray { fatalError("unavailable") }
  @available(*, unavailable, renamed: "asType(_:casting:)")
  public func astype<Element: ArrayElement>(_ type: Element.Type) -> NDArray<Element> { fatalError("unavailable") }
  @available(*, unavailable, message: "arrays with a type calculate: array.asType(Double.self).argmax()")
  public func argmax() -> Int { fatalError("unavailable") }
  @available(*, unavailable, message: "arrays with a type calculate: array.asType(Double.self).argmin()")
  public func argmin() -> Int { fatalError("unavailable") }
}
