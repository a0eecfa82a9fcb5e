internal import ArrayBytes
internal import ByteIO
public import NDArrays

/// How a file without a header is read, which says nothing of itself: NumPy's `np.fromfile` with its `offset`, and
/// `reshape`.
public struct RawReading: Sendable {
  /// The type of the elements.
  public var dtype: DType
  /// The length of each axis, one of which may be -1: as long as the file has room for. `nil` for one axis.
  public var shape: [Int]?
  /// Where the elements begin, in bytes from the start of the file.
  public var offset = 0
  /// Whether the first axis runs fastest.
  public var isFortranOrder = false

  /// Elements of a type, from the first byte of the file to its last.
  public init(dtype: DType, shape: [Int]? = nil) {
    self.dtype = dtype
    self.shape = shape
  }

  /// The array that a source of known length holds; bytes behind it are left alone if a shape says how much belongs to it.
  ///
  /// - Throws: ``FormatError``: `badArgument` for elements without bytes, a shape that does not fit, or bytes that are no
  ///   whole number of elements; `truncated` if the file is too short.
  func blocks(_ source: any ByteSource) throws(FormatError) -> any ArrayBlockSource {
    guard dtype.itemSize > 0, !dtype.hasObjects else {
      throw FormatError(.badArgument, "elements of \(dtype) have no bytes in a raw file", file: source.name)
    }
    let size = source.byteCount ?? 0
    guard offset >= 0, offset <= size else {
      throw FormatError(
        .badArgument, "the offset \(offset) lies beyond the \(size) bytes of the file", file: source.name)
    }
    let rest = size - offset
    let shape = try FormatError.wrapping(.badArgument, file: source.name) { () throws(ArrayError) in try resolved(rest)
    }
    let (inner, axes) = dtype.flattenedSubarray ?? (dtype, [])
    let count = Layout.elementCount(shape).flatMap { Int(exactly: Double($0) * Double(dtype.itemSize)) }
    guard let bytes = count, bytes <= rest else {
      throw FormatError(
        .truncated,
        "\(Layout.describe(shape)) elements of \(dtype.itemSize) bytes from byte \(offset) on do not fit a file of \(size) bytes",
        file: source.name, offset: size)
    }
    let strides = Layout.strides(shape, itemSize: dtype.itemSize, fortran: isFortranOrder)
    return RawBlocks(
      source, offset: offset, dtype: inner, shape: shape + axes,
      strides: strides + Layout.strides(axes, itemSize: inner.itemSize), isFortranOrder: isFortranOrder)
  }

  /// The shape for a number of bytes.
  private func resolved(_ byteCount: Int) throws(ArrayError) -> [Int] {
    let count = byteCount / dtype.itemSize
    guard let shape, let open = shape.firstIndex(of: -1) else {
      if let shape {
        guard shape.allSatisfy({ $0 >= 0 }) else {
          throw ArrayError(.shapeMismatch, "a shape has lengths from 0 on, and -1 once, not \(Layout.describe(shape))")
        }
        return shape
      }
      guard byteCount % dtype.itemSize == 0 else {
        throw ArrayError(
          .shapeMismatch,
          "\(byteCount) bytes are no whole number of elements of \(dtype.itemSize) bytes; a shape says how many belong to the array"
        )
      }
      return [count]
    }
    let others = shape[..<open] + shape[(open + 1)...]
    guard others.allSatisfy({ $0 > 0 }), let row = Layout.elementCount(Array(others)) else {
      throw ArrayError(
        .shapeMismatch, "beside the -1 of a shape there are lengths from 1 on, not \(Layout.describe(shape))")
    }
    guard byteCount % dtype.itemSize == 0, count % row == 0 else {
      throw ArrayError(
        .shapeMismatch,
        "\(byteCount) bytes are no whole number of rows of \(row) elements of \(dtype.itemSize) bytes")
    }
    var result = shape
    result[open] = count / row
    return result
  }
}
