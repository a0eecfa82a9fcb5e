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

  /// Reads a part of the array, by indices that come from users or files: see ``read(_:)``.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for indices that do not fit the array.
  public func read(slice selections: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    if !isComplete { try requireRows(of: selections, header.shape + (header.dtype.flattenedSubarray?.shape ?? [])) }
    return try elements().read(slice: selections)
  }

  /// Refuses a part of which bytes are missing, before memory is taken for it.
  ///
  /// - Throws: ``FormatError`` with code `truncated`, `badArgument` for indices that do not fit the array.
  package func requireRows(of slice: [AxisSelection], _ shape: [Int]) throws(FormatError) {
    let part = try FormatError.wrapping(.badArgument, file: source.name) { () throws(ArrayError) in
      try ResolvedSlice(slice, shape: shape)
    }
    guard !part.shape.contains(0) else { return }
    let (dtype, inner) = header.dtype.flattenedSubarray ?? (header.dtype, [])
    let strides = header.strides + Layout.strides(inner, itemSize: dtype.itemSize)
    var last = dtype.itemSize
    for (axis, stride) in zip(part.axes, strides) {
      last += max(axis.start, axis.start + (axis.count - 1) * axis.step) * stride
    }
    guard let count = source.byteCount, last > count - dataOffset else { return }
    try requireComplete()
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
