internal import ArrayBytes
public import ByteIO
public import NDArrays

/// An array that is streamed from its file into another, and is never in memory as a whole.
///
/// ```swift
/// let stream = try NPZArchive(opening: "big.npz").stream("x")
/// try stream.converted(to: .float32)?.save(to: "half.npy")
/// ```
///
/// The pieces come in the order in which the elements lie in the file, and so they are written: what would need them
/// in another order gives `nil`, and is left to arrays in memory.
public struct ArrayStream {
  /// The type of the elements that come out.
  public let dtype: DType
  /// The length of each axis.
  public let shape: [Int]
  /// Whether the first axis runs fastest, as the elements come.
  public let isFortranOrder: Bool
  private let file: NPYFile
  /// Checks what was read against the archive's checksum.
  private let verify: () throws(FormatError) -> Void
  private let isConverted: Bool

  /// The array of an open file; `nil` if its elements are arrays themselves, which change places where axes are added.
  ///
  /// - Parameter verify: What is to be checked when the last element has been read.
  /// - Throws: ``FormatError`` with code `unsupported` for arrays of objects.
  package init?(_ file: NPYFile, verify: @escaping () throws(FormatError) -> Void = {}) throws(FormatError) {
    let header = file.header
    try NPYFile.requireNonObject(header, file.source)
    guard header.dtype.subarray == nil else { return nil }
    // As `np.save` would: an array that lies in both orders counts as one in C order.
    let isFortranOrder =
      header.isFortranOrder && !Layout.isContiguous(header.shape, header.strides, itemSize: header.dtype.itemSize)
    self.init(
      dtype: header.dtype, shape: header.shape, isFortranOrder: isFortranOrder, file: file, verify: verify,
      isConverted: false)
  }

  private init(
    dtype: DType, shape: [Int], isFortranOrder: Bool, file: NPYFile,
    verify: @escaping () throws(FormatError) -> Void, isConverted: Bool
  ) {
    self.dtype = dtype
    self.shape = shape
    self.isFortranOrder = isFortranOrder
    self.file = file
    self.verify = verify
    self.isConverted = isConverted
  }

  /// The number of elements.
  public var count: Int { file.header.count }
  /// The bytes of all elements that come out.
  public var nbytes: Int { count * dtype.itemSize }

  /// The same elements in another shape, one of whose lengths may be -1; `nil` if they would have to change places.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if the numbers of elements differ.
  public func reshaped(_ shape: [Int]) throws(ArrayError) -> ArrayStream? {
    guard !isFortranOrder else { return nil }
    return ArrayStream(
      dtype: dtype, shape: try Layout.completing(shape, count: count), isFortranOrder: false, file: file,
      verify: verify, isConverted: isConverted)
  }

  /// The numbers as ones of another type, converted on the way: NumPy's `astype`; `nil` if either is not a number.
  public func converted(to dtype: DType) -> ArrayStream? {
    guard dtype != self.dtype else { return self }
    guard self.dtype.isNumber, dtype.isNumber, !isConverted else { return nil }
    return ArrayStream(
      dtype: dtype, shape: shape, isFortranOrder: isFortranOrder, file: file, verify: verify, isConverted: true)
  }

  /// Calls `body` with the elements, as one-dimensional arrays one after the other.
  ///
  /// - Parameter byteCount: How many bytes a piece has in the file; the last has what is left.
  /// - Throws: ``FormatError`` if the file cannot be read; with code `corrupt`, after the last piece, if the bytes are
  ///   not those of the archive's checksum; what `body` throws.
  public func forEachRun(
    ofBytes byteCount: Int = 16 << 20, _ body: (AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError) {
    try file.forEachRun(ofBytes: byteCount) { (run: AnyNDArray) throws(FormatError) in
      guard isConverted else { return try body(run) }
      let converted = try FormatError.wrapping(.badArgument, file: file.source.name) { () throws(ArrayError) in
        try run.asType(dtype, casting: .unsafe)
      }
      try body(converted)
    }
    try verify()
  }

  /// Saves the array as a `.npy` file, as ``AnyNDArray/save(to:replacing:)`` would, in bounded memory.
  ///
  /// - Throws: ``FormatError`` if the array cannot be read, or the file not be written; the path then names what it
  ///   named before.
  public func save(to path: String, replacing: Bool = true) throws(FormatError) {
    try ByteProgress.operation(.writing, path, total: nbytes, counting: .sink) { () throws(FormatError) in
      try AtomicFile.write(to: path, replacing: replacing) { (sink: any ByteSink) throws(FormatError) in
        try sink.write(encodedHeader())
        try forEachRun { (run: AnyNDArray) throws(FormatError) in try run.writeBytes(to: sink) }
      }
    }
  }

  package func encodedHeader() throws(FormatError) -> [UInt8] {
    try NPYHeader.encode(dtype: dtype, shape: shape, fortranOrder: isFortranOrder).bytes
  }

  /// As ``forEachRun(ofBytes:_:)``, in pieces that give about `byteCount` bytes, a whole number of `unit`s of them.
  package func forEachRun(
    givingBytes byteCount: Int, inUnitsOf unit: Int, _ body: (AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError) {
    let items = max(1, byteCount / unit * unit / max(1, dtype.itemSize))
    try forEachRun(ofBytes: items * file.header.dtype.itemSize, body)
  }
}

extension NPYFile {
  /// The array as one that is streamed; `nil` if its elements would have to change places to be saved.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` for arrays of objects.
  public func stream() throws(FormatError) -> ArrayStream? { try ArrayStream(self) }
}
