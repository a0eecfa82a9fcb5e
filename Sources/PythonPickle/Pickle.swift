public import ByteIO

/// Python's pickles: read without running anything, written byte for byte as Python writes them.
///
/// ```swift
/// let value = try Pickle.load(from: "data.pkl")     // runs nothing
/// try Pickle.save(["losses": [0.5, 0.25]], to: "run.pkl", protocol: 5)
/// ```
///
/// - ``PickleValue`` is what a pickle holds; ``PickleObject`` is what Python would have made by a call.
/// - ``PickleReader`` reads several pickles of a stream, ``PickleWriter`` writes to any sink.
/// - ``PickleEncoder`` and ``PickleDecoder`` turn `Codable` types into dictionaries and back.
public enum Pickle {
  /// Reads a file's first pickle: Python's `pickle.load`. Large bytes are read straight into their place.
  ///
  /// - Throws: ``FormatError`` with file and byte offset.
  public static func load(
    from path: String, options: PickleReader.Options = PickleReader.Options()
  ) throws(FormatError) -> PickleValue {
    try load(from: try FileSource.openSource(path: path), options: options)
  }

  /// Reads a source's first pickle. Of a ``MappedFile`` and a ``MemorySource``, large bytes stay where they are.
  ///
  /// - Throws: ``FormatError`` with the byte offset; code `wrongKind` for another kind of file, `limitExceeded` if more is asked
  ///   for than ``PickleLimits`` allow.
  public static func load(
    from source: any ByteSource, options: PickleReader.Options = PickleReader.Options()
  ) throws(FormatError) -> PickleValue {
    do throws(FormatError) {
      // Without a reader, which would go on with what follows.
      var machine = PickleMachine(PickleWindow(source, at: 0), options)
      return try machine.runOrTellWhere()
    } catch {
      throw error.explained(by: source, wanted: .pickle)
    }
  }

  /// Reads a pickle from bytes: Python's `pickle.loads`. Large bytes within it are not copied: arrays of more than a
  /// sixteenth of the whole lie in `bytes` themselves, and keep them alive.
  ///
  /// - Throws: ``FormatError`` with the byte offset.
  public static func load(
    bytes: [UInt8], options: PickleReader.Options = PickleReader.Options()
  ) throws(FormatError) -> PickleValue {
    try load(from: MemorySource(bytes), options: options)
  }

  /// Reads all pickles of a source, one after the other: Python's `pickle.load` called until the file ends.
  ///
  /// - Throws: ``FormatError`` with the byte offset, also if bytes follow that are no pickle.
  public static func loadAll(
    from source: any ByteSource, options: PickleReader.Options = PickleReader.Options()
  ) throws(FormatError) -> [PickleValue] {
    var reader = PickleReader(source, options: options)
    var values: [PickleValue] = []
    repeat { values.append(try reader.read()) } while try !reader.isAtEnd()
    return values
  }

  /// The bytes of a value's pickle: Python's `pickle.dumps`.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` for what the protocol of the options cannot say.
  public static func bytes(
    of value: PickleValue, options: PickleWriter.Options = PickleWriter.Options()
  ) throws(FormatError) -> [UInt8] {
    let sink = MemorySink()
    try PickleWriter(sink, options: options).write(value)
    return sink.bytes
  }

  /// The bytes of a value's pickle in a protocol, 0 to 5: Python's `pickle.dumps(value, protocol)`.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` for what the protocol cannot say, `badArgument` for one that is not known.
  public static func bytes(of value: PickleValue, protocol version: Int) throws(FormatError) -> [UInt8] {
    try bytes(of: value, options: PickleWriter.Options(protocolVersion: version))
  }

  /// Writes a value to a file, which is replaced only once all is written: Python's `pickle.dump`.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written, or with code `unsupported` for what the protocol cannot say.
  public static func save(
    _ value: PickleValue, to path: String, protocol version: Int = 4
  ) throws(FormatError) {
    try save(value, to: path, options: PickleWriter.Options(protocolVersion: version))
  }

  /// Writes a value to a file, which is replaced only once all is written.
  ///
  /// - Parameters:
  ///   - replacing: Whether an existing file may be replaced.
  ///   - durability: What the file survives when the system stops.
  /// - Throws: ``FormatError`` for a value that the protocol has no form for, or if the file cannot be written.
  public static func save(
    _ value: PickleValue, to path: String, options: PickleWriter.Options, replacing: Bool = true,
    durability: Durability = .consistent
  ) throws(FormatError) {
    try ByteProgress.operation(.writing, path, total: nil, counting: .sink) { () throws(FormatError) in
      try AtomicFile.write(to: path, replacing: replacing, durability: durability) {
        (sink: any ByteSink) throws(FormatError) in
        try PickleWriter(sink, options: options).write(value)
      }
    }
  }
}
