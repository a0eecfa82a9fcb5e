public import ByteIO
public import Foundation
public import PythonPickle

extension Pickle {
  /// Reads a file's first pickle, without running anything: Python's `pickle.load`.
  ///
  /// - Throws: ``FormatError`` with file and byte offset.
  public static func load(
    from url: URL, options: PickleReader.Options = PickleReader.Options()
  ) throws(FormatError) -> PickleValue {
    try load(from: url.localPath(), options: options)
  }

  /// Reads a pickle from memory: Python's `pickle.loads`.
  ///
  /// - Throws: ``FormatError`` with the byte offset.
  public static func load(
    data: Data, options: PickleReader.Options = PickleReader.Options()
  ) throws(FormatError) -> PickleValue {
    try load(from: DataSource(data), options: options)
  }

  /// Writes a value to a file, whole or not at all: Python's `pickle.dump`.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written.
  public static func save(_ value: PickleValue, to url: URL, protocol version: Int = 4) throws(FormatError) {
    try save(value, to: url.localPath(), protocol: version)
  }

  /// The bytes of a value's pickle: Python's `pickle.dumps`.
  ///
  /// - Throws: ``FormatError`` for a value that the protocol has no form for.
  public static func data(
    of value: PickleValue, options: PickleWriter.Options = PickleWriter.Options()
  ) throws(FormatError) -> Data {
    Data(try bytes(of: value, options: options))
  }
}

extension PickleEncoder {
  /// The pickle of a value, as `JSONEncoder` would give it.
  ///
  /// - Throws: what the value's `encode(to:)` throws, or ``FormatError``.
  public func encodeData(_ value: some Encodable) throws -> Data { Data(try encode(value)) }

  /// Writes the pickle of a value to a file, which is replaced only once all is written.
  ///
  /// - Throws: what the value's `encode(to:)` throws, or ``FormatError``.
  public func encode(_ value: some Encodable, to url: URL) throws { try encode(value, to: url.localPath()) }
}

extension PickleDecoder {
  /// A value from a pickle in memory.
  ///
  /// - Throws: `DecodingError` if the pickle does not fit the type, ``FormatError`` if it is broken.
  public func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
    try decode(type, from: Pickle.load(data: data, options: options))
  }

  /// A value from a file's first pickle.
  ///
  /// - Throws: `DecodingError` if the pickle does not fit the type, ``FormatError`` if it is broken.
  public func decode<Value: Decodable>(_ type: Value.Type, from url: URL) throws -> Value {
    try decode(type, from: Pickle.load(from: url, options: options))
  }
}
