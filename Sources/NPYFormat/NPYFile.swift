internal import ArrayBytes
public import ByteIO
public import NDArrays

/// How an array's bytes come from a file into memory.
public enum LoadMode: Sendable, Hashable {
  /// Read, all of them.
  case whole
  /// Mapped: the system brings in what is touched. A file that another process cuts short while it is mapped makes
  /// reading the missing pages end this process (SIGBUS): map only files that stay.
  case mapped
  /// Mapped; writing to the array changes this process's memory only: NumPy's `mmap_mode='c'`.
  case mappedCopyOnWrite
}

/// An open `.npy` file: its header, and its elements as they are asked for.
///
/// ```swift
/// let file = try NPYFile(opening: "arr.npy")            // reads the header only
/// print(file.dtype, file.shape)
/// let corner = try file.read(0..<2, 0..<2, .ellipsis)   // reads only the corner's bytes
/// ```
public struct NPYFile: Sendable {
  /// What the file says of its array.
  public let header: NPYHeader
  /// Where the file's bytes come from.
  public let source: any ByteSource
  /// Where the array begins in the source: 0, but for arrays that follow others.
  public let offset: Int

  /// Opens a file and reads its header.
  ///
  /// - Throws: ``FormatError`` if there is no such file, it is not `.npy`, or it is shorter than its header says.
  public init(opening path: String, limits: LoadLimits = .default) throws(FormatError) {
    try self.init(FileSource.openSource(path: path), limits: limits)
  }

  /// Reads the header of an array that begins at an offset of a source.
  ///
  /// - Parameter allowingTruncation: Whether the source may be shorter than the header says: then the parts of the array
  ///   that are there can be read (``read(slice:)``, ``recovered()``), reading all of it is an error.
  /// - Throws: ``FormatError`` if there is no `.npy` array, or the source is shorter than the header says.
  public init(
    _ source: any ByteSource, at offset: Int = 0, limits: LoadLimits = .default, allowingTruncation: Bool = false
  ) throws(FormatError) {
    var reader = ByteReader(source, at: offset)
    do throws(FormatError) { header = try NPYHeader(from: &reader, limits: limits) } catch {
      throw error.code == .wrongKind && offset == 0 ? error.explained(by: source, wanted: .npy) : error
    }
    self.source = source
    self.offset = offset
    if !allowingTruncation { try requireComplete() }
  }

  private init(_ header: NPYHeader, _ source: any ByteSource, at offset: Int) {
    self.header = header
    self.source = source
    self.offset = offset
  }

  /// The type of the elements: NumPy's `dtype`.
  public var dtype: DType { header.dtype }
  /// The length of each axis: NumPy's `shape`.
  public var shape: [Int] { header.shape }

  /// Whether the source has all the bytes that the header promises; true where its length is not known.
  public var isComplete: Bool { source.byteCount.map { $0 - dataOffset >= header.dataByteCount } ?? true }

  /// - Throws: ``FormatError`` with code `truncated` if the source is shorter than the header says.
  package func requireComplete() throws(FormatError) {
    guard !isComplete, let count = source.byteCount else { return }
    // NumPy's words, from `np.fromfile`.
    let found = max(0, count - dataOffset) / max(1, header.dtype.itemSize)
    throw FormatError(
      .truncated,
      "Failed to read all data for array. Expected \(Layout.describe(header.shape)) = \(header.count) elements, "
        + "could only read \(found) elements. (file seems not fully written?)", file: source.name, offset: count)
  }

  /// How many rows the header promises: entries of the axis that runs slowest, the first in C order, the last in Fortran's.
  public var rowCount: Int { (header.isFortranOrder ? header.shape.last : header.shape.first) ?? 1 }

  /// What the parts are called that ``rowCount`` counts.
  package var rowName: String {
    guard header.isFortranOrder, header.shape.count > 1 else { return "rows" }
    return header.shape.count == 2 ? "columns" : "parts along the last axis"
  }

  /// How many of the rows are there, whole.
  public var wholeRowCount: Int {
    let shape = header.isFortranOrder ? header.shape.reversed() : header.shape
    guard let rows = shape.first else { return isComplete ? 1 : 0 }
    guard !isComplete, rows > 0, let count = source.byteCount else { return rows }
    return min(rows, max(0, count - dataOffset) / max(1, header.dataByteCount / rows))
  }

  /// The whole rows of a file that was cut short, as an array of its own; the file itself if nothing is missing.
  ///
  /// - Throws: ``FormatError`` with code `truncated` if a 0-d array or one of objects is cut.
  public func recovered() throws(FormatError) -> NPYFile {
    guard !isComplete else { return self }
    guard !header.shape.isEmpty, !header.dtype.hasObjects else {
      try requireComplete()
      return self
    }
    var shape = header.shape
    shape[header.isFortranOrder ? shape.count - 1 : 0] = wholeRowCount
    return NPYFile(header.resized(to: shape), source, at: offset)
  }

  /// Where the elements begin in the source.
  public var dataOffset: Int { offset + header.byteCount }

  /// The bytes that follow the array; `nil` if the source does not know its length.
  public var trailingByteCount: Int? {
    source.byteCount.map { max(0, $0 - dataOffset - header.dataByteCount) }
  }

  /// Reads the whole array.
  ///
  /// - Throws: ``FormatError`` with code `truncated` if the file ends early, `unsupported` for objects.
  public func read() throws(FormatError) -> AnyNDArray {
    try requireComplete()
    var reader = ByteReader(source, at: dataOffset)
    return try NPYFile.readData(header, from: &reader)
  }

  package static func readData(_ header: NPYHeader, from reader: inout ByteReader) throws(FormatError) -> AnyNDArray {
    try requireNonObject(header, reader.source)
    let source = reader.source
    let array = try ByteProgress.reading(source, total: header.dataByteCount) { () throws(FormatError) in
      try AnyNDArray(readingFrom: &reader, dtype: header.dtype, shape: header.shape, fortran: header.isFortranOrder)
    }
    return try expanded(array, source)
  }

  package static func requireNonObject(_ header: NPYHeader, _ source: any ByteSource) throws(FormatError) {
    guard header.dtype.hasObjects else { return }
    throw FormatError(
      .unsupported, "the elements are Python objects, not numbers", file: source.name, offset: header.byteCount)
  }

  /// A dtype that is a subarray gives the array more axes, as in NumPy.
  package static func expanded(_ array: AnyNDArray, _ source: any ByteSource) throws(FormatError) -> AnyNDArray {
    return try FormatError.wrapping(.malformed, file: source.name) { () throws(ArrayError) in
      try array.expandingSubarray()
    }
  }
}

extension AnyNDArray {
  /// Maps the array of a `.npy` file: opening costs the header, reading the pages that are touched.
  ///
  /// - Throws: ``FormatError`` if the file cannot be mapped or is not `.npy`.
  init(mapping path: String, access: MappedFile.Access, limits: LoadLimits) throws(FormatError) {
    // The header is read, not touched in the map: a page that is brought in costs more than the call.
    let source = try FileSource(path: path)
    let map = try MappedFile(source, access: access)
    let file = try NPYFile(source, limits: limits)
    try NPYFile.requireNonObject(file.header, source)
    self = try AnyNDArray(
      mapped: map, offset: file.dataOffset, dtype: file.header.dtype, shape: file.header.shape,
      fortran: file.header.isFortranOrder)
  }
}

extension NPYFile: CustomStringConvertible {
  /// The file in a line: `arr.npy: int64 (100, 3)`.
  public var description: String { "\(source.name): \(header.dtype.name) \(Layout.describe(header.shape))" }
}
