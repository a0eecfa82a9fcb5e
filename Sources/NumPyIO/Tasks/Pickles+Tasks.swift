public import ByteIO
public import PythonPickle

extension Pickle {
  /// Reads a file's first pickle, while other tasks go on: Python's `pickle.load`, but nothing is run.
  ///
  /// - Throws: ``FormatError`` with file and byte offset; code `cancelled` if the task was cancelled.
  public static func load(
    from path: String, options: sending PickleReader.Options = PickleReader.Options()
  ) async throws(FormatError) -> sending PickleValue {
    try await BlockingWork.run(with: options) { (options) throws(FormatError) in
      try load(from: path, options: options)
    }
  }

  /// Writes a value to a file, which is replaced only once all is written, while other tasks go on: Python's
  /// `pickle.dump`.
  ///
  /// - Throws: ``FormatError`` if the value has no pickle or the file cannot be written; code `cancelled` if the task was
  ///   cancelled.
  public static func save(
    _ value: sending PickleValue, to path: String, protocol version: Int = 4
  ) async throws(FormatError) {
    try await BlockingWork.run(with: value) { (value) throws(FormatError) in
      try save(value, to: path, protocol: version)
    }
  }
}

extension PickleEncoder {
  /// Writes the pickle of a value to a file, which is replaced only once all is written, while other tasks go on.
  ///
  /// - Throws: What the value's `encode(to:)` throws, and ``FormatError``; code `cancelled` if the task was cancelled.
  public func encode(_ value: some Encodable & Sendable, to path: String) async throws {
    let encoder = self
    try await BlockingWork.run { () throws(any Error) in try encoder.encode(value, to: path) }
  }
}

extension PickleDecoder {
  /// A value from a file's first pickle, while other tasks go on.
  ///
  /// - Throws: `DecodingError` where the types do not fit, or ``FormatError``; code `cancelled` if the task was cancelled.
  public func decode<Value: Decodable & Sendable>(_ type: Value.Type, from path: String) async throws -> Value {
    let decoder = self
    return try await BlockingWork.run { () throws(any Error) in try decoder.decode(type, from: path) }
  }
}
