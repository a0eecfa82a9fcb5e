internal import ArrayBytes
public import ByteIO
public import NDArrays

extension AnyNDArray {
  /// Loads the array of a `.npy` file: NumPy's `np.load(path)`.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - mode: Whether the bytes are read or mapped.
  ///   - limits: What the file may ask for.
  /// - Throws: ``FormatError`` with the file's name and the byte offset.
  public init(
    contentsOf path: String, mode: LoadMode = .whole, limits: LoadLimits = .default
  ) throws(FormatError) {
    switch mode {
    case .whole: self = try NPYFile(opening: path, limits: limits).read()
    case .mapped: try self.init(mapping: path, access: .readOnly, limits: limits)
    case .mappedCopyOnWrite: try self.init(mapping: path, access: .copyOnWrite, limits: limits)
    }
  }

  /// The array of a `.npy` file whose bytes are in memory.
  ///
  /// - Throws: ``FormatError`` if the bytes are not such a file.
  public init(npy bytes: [UInt8], limits: LoadLimits = .default) throws(FormatError) {
    self = try NPYFile(MemorySource(bytes), limits: limits).read()
  }

  /// Saves the array as a `.npy` file, byte for byte as `np.save` would.
  ///
  /// The file gets its name when all of it has been written: whatever happens to the program, the path names the old file
  /// or the new one, whole; ``Durability`` says what holds when the system stops. Unlike `np.save`, no extension is added.
  ///
  /// - Parameters:
  ///   - replacing: Whether an existing file may be replaced.
  ///   - durability: What the file survives when the system stops.
  /// - Throws: ``FormatError`` if the file cannot be written, or with code `unsupported` for a dtype that the format
  ///   cannot describe.
  public func save(to path: String, replacing: Bool = true, durability: Durability = .consistent) throws(FormatError) {
    try ByteProgress.operation(.writing, path, total: nbytes, counting: .sink) { () throws(FormatError) in
      try AtomicFile.write(to: path, replacing: replacing, durability: durability) {
        (sink: any ByteSink) throws(FormatError) in
        try writeNPY(to: sink)
      }
    }
  }

  /// Writes the array in `.npy` format.
  ///
  /// - Throws: ``FormatError`` if the sink fails or the format cannot describe the dtype.
  public func writeNPY(to sink: any ByteSink) throws(FormatError) {
    do throws(FormatError) { try requireNonObject() } catch { throw error.at(file: sink.name) }
    try sink.write(encodedHeader().bytes)
    try writeBytes(to: sink)
  }

  /// Bytes that are addresses of objects say nothing in a file.
  package func requireNonObject() throws(FormatError) {
    guard dtype.hasObjects else { return }
    throw FormatError(.unsupported, "arrays of objects are saved as `ObjectArray`s")
  }

  /// The array as the bytes of a `.npy` file.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` if the format cannot describe the dtype.
  public func npyBytes() throws(FormatError) -> [UInt8] {
    let sink = MemorySink()
    try writeNPY(to: sink)
    return sink.bytes
  }
}

extension NDArray {
  /// Loads the array of a `.npy` file whose elements are of this type.
  ///
  /// - Throws: ``FormatError``; with code `wrongDType` if the elements are of another type.
  public init(
    contentsOf path: String, mode: LoadMode = .whole, limits: LoadLimits = .default
  ) throws(FormatError) {
    let array = try AnyNDArray(contentsOf: path, mode: mode, limits: limits)
    self = try FormatError.wrapping(.badArgument, file: path) { () throws(ArrayError) in try NDArray(array) }
  }

  /// Saves the array as a `.npy` file: see `AnyNDArray.save(to:replacing:durability:)`.
  ///
  /// - Throws: As `AnyNDArray.save(to:replacing:durability:)`.
  public func save(to path: String, replacing: Bool = true, durability: Durability = .consistent) throws(FormatError) {
    try untyped.save(to: path, replacing: replacing, durability: durability)
  }

  /// The array of a `.npy` file whose bytes are in memory, and whose elements are of this type.
  ///
  /// - Throws: ``FormatError`` if the bytes are not such a file; with code `wrongDType` if the elements are of another type.
  public init(npy bytes: [UInt8], limits: LoadLimits = .default) throws(FormatError) {
    let array = try AnyNDArray(npy: bytes, limits: limits)
    self = try FormatError.wrapping(.badArgument, file: nil) { () throws(ArrayError) in try NDArray(array) }
  }

  /// The array as the bytes of a `.npy` file.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` if the format cannot describe the dtype.
  public func npyBytes() throws(FormatError) -> [UInt8] { try untyped.npyBytes() }

  /// Writes the array in `.npy` format.
  ///
  /// - Throws: ``FormatError`` if the sink fails or the format cannot describe the dtype.
  public func writeNPY(to sink: any ByteSink) throws(FormatError) { try untyped.writeNPY(to: sink) }
}
