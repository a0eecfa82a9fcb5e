internal import PickledArrays
public import ByteIO
public import NDArrays

extension ArrayTransform {
  /// The part that NumPy's indexing selects, with indices as a subscript takes them: `.slice(0..<2, -1)`.
  public static func slice(_ indices: any AxisIndex...) -> ArrayTransform { .slice(indices.map(\.axisSelection)) }
}

extension LazyArray {
  /// Reads a part of the array: no more of the file than the part needs.
  ///
  /// - Parameter indices: As in a subscript: `array.read(2..<6, 4, .ellipsis)`.
  /// - Throws: ``FormatError`` with code `badArgument` for indices that do not fit the array, or if the file cannot be read.
  public func read(_ indices: any AxisIndex...) throws(FormatError) -> StoredArray {
    try applying(.slice(indices.map(\.axisSelection))).read()
  }

  /// Reads the array with its elements as a Swift type, converted by NumPy's rule `same_kind` where the file has another: any file
  /// as an array that can be calculated with.
  ///
  /// ```swift
  /// let table = try Document(opening: "table.csv.gz").array().read(as: Double.self)
  /// ```
  ///
  /// - Throws: ``FormatError`` if the file cannot be read; with code `wrongDType` if the elements cannot be converted.
  public func read<Element: ArrayElement>(as type: Element.Type) throws(FormatError) -> NDArray<Element> {
    let stored = try read()
    return try FormatError.wrapping(.wrongDType, file: name) { () throws(ArrayError) in
      switch stored {
      case .values(let array): try array.asType(type)
      case .objects(let objects): try NDArray(objects.asType(Element.dtype))
      }
    }
  }
}
