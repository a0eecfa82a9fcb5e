package import ArrayBytes
public import ByteIO
public import NDArrays

extension NPYFile {
  /// Reads a part of the array: only the bytes, or whole pages, that the part touches.
  ///
  /// - Parameter indices: As in a subscript: `file.read(2..<6, 4, .ellipsis)`.
  /// - Throws: ``FormatError`` with code `badArgument` for indices that do not fit the array.
  public func read(_ indices: any AxisIndex...) throws(FormatError) -> AnyNDArray {
    try read(slice: indices.map(\.axisSelection))
  }

  /// Reads a part of the array: see ``read(_:)``.
  public func read(slice selections: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    try elements().read(slice: selections)
  }

  /// The elements as a source of blocks. The axes of a dtype that is a subarray are axes of the array.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` for objects.
  package func elements() throws(FormatError) -> RawBlocks {
    try NPYFile.requireNonObject(header, source)
    let (dtype, inner) = header.dtype.flattenedSubarray ?? (header.dtype, [])
    return RawBlocks(
      source, offset: dataOffset, dtype: dtype, shape: header.shape + inner,
      strides: header.strides + Layout.strides(inner, itemSize: dtype.itemSize), isFortranOrder: header.isFortranOrder)
  }
}
