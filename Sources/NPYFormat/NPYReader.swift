public import ByteIO
public import NDArrays

/// Reads the arrays that follow each other in one file or stream: `np.load` called again on the same handle.
///
/// ```swift
/// var reader = try NPYReader(opening: "log.npy")     // or NPYReader(StreamSource.standardInput)
/// while let array = try reader.next() { print(array.shape) }
/// ```
public struct NPYReader {
  private var reader: ByteReader
  private let limits: LoadLimits

  /// Opens a file.
  ///
  /// - Throws: ``FormatError`` if there is no such file, it is not `.npy`, or its header is malformed.
  public init(opening path: String, limits: LoadLimits = .default) throws(FormatError) {
    try self.init(FileSource.openSource(path: path), limits: limits)
  }

  /// Reads arrays from an offset of a source on.
  public init(_ source: any ByteSource, at offset: Int = 0, limits: LoadLimits = .default) {
    reader = ByteReader(source, at: offset)
    self.limits = limits
  }

  /// Where the next array begins.
  public var position: Int { reader.position }

  /// The next array, or `nil` at the end of the source.
  ///
  /// - Throws: ``FormatError`` if what follows is not an array, or is cut short.
  public mutating func next() throws(FormatError) -> AnyNDArray? {
    if try reader.isAtEnd() { return nil }
    let header = try NPYHeader(from: &reader, limits: limits)
    return try NPYFile.readData(header, from: &reader)
  }
}
