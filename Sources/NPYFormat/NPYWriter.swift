internal import ArrayBytes
public import ByteIO
public import NDArrays

/// Writes a `.npy` file row by row, when the number of rows is not known at the start.
///
/// The header has room for any number, as NumPy reserves it: when the writer is closed the number is filled in, and the
/// file is byte for byte what `np.save` writes for the whole array. Until then nothing is seen under the path.
///
/// ```swift
/// let writer = try NPYWriter(path: "log.npy", dtype: .float64, rowShape: [3])
/// try writer.append(NDArray<Double>([1, 2, 3], shape: [1, 3]))
/// try writer.close()
/// ```
public final class NPYWriter {
  private let file: AtomicFile
  private let dtype: DType
  private let elementFormat: ElementFormat?
  private let rowShape: [Int]
  private let isTransposed: Bool
  private let headerByteCount: Int
  private let replacing: Bool
  private var isClosed = false

  /// How many rows have been written.
  public private(set) var rowCount = 0

  /// Opens a file for rows of a shape: the array's shape is the number of rows, then `rowShape`.
  ///
  /// - Parameters:
  ///   - elementFormat: What elements are whose dtype is no NumPy's: the header describes them as `ml_dtypes` does.
  ///   - isTransposed: Whether the file holds the rows as columns: the array's shape is then `rowShape` backwards
  ///     and the number of rows, its order Fortran's, and the bytes are the same.
  /// - Throws: ``FormatError`` if the file cannot be made, or the dtype is one that cannot be streamed.
  public init(
    path: String, dtype: DType, elementFormat: ElementFormat? = nil, rowShape: [Int] = [], isTransposed: Bool = false,
    replacing: Bool = true, durability: Durability = .consistent
  ) throws(FormatError) {
    guard !dtype.hasObjects else { throw FormatError(.unsupported, "objects cannot be streamed", file: path) }
    if !replacing, FileStatus(path: path) != nil {
      throw FormatError(.alreadyExists, "the file exists", file: path)
    }
    try FormatError.wrapping(.badArgument, file: path) { () throws(ArrayError) in
      _ = try AnyNDArray.check(shape: [0] + rowShape, itemSize: dtype.itemSize)
    }
    self.isTransposed = isTransposed && !rowShape.isEmpty
    let (header, bytes) = try NPYWriter.header(dtype, elementFormat, 0, rowShape, isTransposed: self.isTransposed)
    file = try AtomicFile(path: path, durability: durability)
    self.dtype = dtype
    self.elementFormat = elementFormat
    self.rowShape = rowShape
    self.replacing = replacing
    headerByteCount = header.byteCount
    try file.write(bytes)
  }

  /// Writes more rows, or one.
  ///
  /// - Parameter rows: An array of the shape `[n] + rowShape`, or of `rowShape` for one row; another byte order is converted.
  /// - Throws: ``FormatError`` with code `badArgument` for another shape or dtype, or if the writer has been closed or cancelled.
  public func append(_ rows: AnyNDArray) throws(FormatError) {
    guard !isClosed else {
      throw FormatError(.badArgument, "the writer has been closed: no rows can follow", file: file.name)
    }
    let rows = try rows.asRows(of: dtype, rowShape, file: file.name)
    guard let added = rows.shape.first else { return }
    rowCount = try rowCount.checkedAdding(added)
    try rows.inCOrder.writeBytes(to: file)
  }

  /// Writes more rows, or one.
  ///
  /// - Throws: ``FormatError`` as ``append(_:)-(AnyNDArray)``.
  public func append<Element>(_ rows: NDArray<Element>) throws(FormatError) { try append(rows.untyped) }

  /// Fills in the number of rows and publishes the file.
  ///
  /// - Throws: ``FormatError`` if the system fails; the path then names what it named before.
  public func close() throws(FormatError) {
    guard !isClosed else { return }
    isClosed = true
    let (header, bytes) = try NPYWriter.header(dtype, elementFormat, rowCount, rowShape, isTransposed: isTransposed)
    guard header.byteCount == headerByteCount else {
      file.discard()
      throw FormatError(.unsupported, "the header has no room for \(rowCount) rows", file: file.name)
    }
    try file.overwrite(bytes, at: 0)
    try file.commit(replacing: replacing)
  }

  static func header(
    _ dtype: DType, _ format: ElementFormat?, _ rowCount: Int, _ rowShape: [Int], isTransposed: Bool
  ) throws(FormatError) -> (header: NPYHeader, bytes: [UInt8]) {
    let shape = [rowCount] + rowShape
    return try NPYHeader.encode(
      dtype: dtype, shape: isTransposed ? shape.reversed() : shape, fortranOrder: isTransposed, elementFormat: format)
  }

  /// Gives up: nothing is published.
  public func cancel() {
    isClosed = true
    file.discard()
  }
}

extension AnyNDArray {
  /// The array as rows of another's: the same row shape, and the same dtype but for the byte order. An array of a row's own
  /// shape is one row.
  func asRows(of dtype: DType, _ rowShape: [Int], file: String) throws(FormatError) -> AnyNDArray {
    if shape == rowShape, let row = try? reshaped([1] + shape) {
      return try row.asRows(of: dtype, rowShape, file: file)
    }
    guard ndim >= 1, Array(shape.dropFirst()) == rowShape else {
      throw FormatError(
        .wrongShape,
        "an array of shape \(Layout.describe(shape)) is neither a row of shape \(Layout.describe(rowShape)) nor several of them",
        file: file)
    }
    guard self.dtype.native == dtype.native else {
      throw FormatError(
        .wrongDType, "elements of \(self.dtype.notation) do not fit an array of \(dtype.notation)", file: file)
    }
    if self.dtype == dtype { return self }
    return try FormatError.wrapping(.badArgument, file: file) { () throws(ArrayError) in
      try asType(dtype, casting: .equiv)
    }
  }

  /// The array, its elements to be written in C order even where they lie in Fortran order.
  var inCOrder: AnyNDArray { isCContiguous || !isFContiguous ? self : packed() }
}
