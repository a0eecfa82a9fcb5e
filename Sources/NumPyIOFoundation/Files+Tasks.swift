public import ByteIO
public import Foundation
public import NDArrays
public import NumPyIO
public import PythonPickle

// The async forms of what opens, saves and changes files of several values by URL.

extension NPZArchive {
  /// Saves arrays as an archive, while other tasks go on: NumPy's `np.savez` and `np.savez_compressed`.
  ///
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name is taken twice, `cancelled` if the task was cancelled.
  public static func save(
    _ named: sending KeyValuePairs<String, any SavableArray>, arrays: sending [any SavableArray] = [], to url: URL,
    compression: NPZCompression = .none, layout: NPZLayout = .aligned, replacing: Bool = true,
    durability: Durability = .consistent
  ) async throws(FormatError) {
    let members = named.map { ($0.key, $0.value.stored) } + numbered(arrays.map(\.stored))
    try await save(
      members, to: url.localPath(), compression: compression, layout: layout, replacing: replacing,
      durability: durability)
  }

  /// Adds arrays to an archive without rewriting what it holds, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name is taken, `cancelled` if the task was cancelled; the
  ///   archive then stays as it was.
  public static func append(
    _ named: sending KeyValuePairs<String, any SavableArray>, to url: URL, replacing: Bool = false,
    compression: NPZCompression = .none, layout: NPZLayout = .aligned
  ) async throws(FormatError) {
    let members = named.map { ($0.key, $0.value.stored) }
    try await append(
      members, to: url.localPath(), replacing: replacing, compression: compression, layout: layout)
  }
}

extension NPYFile {
  /// Appends rows to the array of a `.npy` file along axis 0, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` if the rows do not fit or the file cannot be written; code `cancelled` if the task was cancelled.
  public static func append(
    _ rows: AnyNDArray, to url: URL, discardingTrailingBytes: Bool = false, limits: LoadLimits = .default
  ) async throws(FormatError) {
    try await append(rows, to: url.localPath(), discardingTrailingBytes: discardingTrailingBytes, limits: limits)
  }
}

extension NPYFile {
  /// Appends rows of a known type to the array of a `.npy` file along axis 0, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` if the rows do not fit or the file cannot be written; code `cancelled` if the task was cancelled.
  public static func append<Element>(
    _ rows: NDArray<Element>, to url: URL, discardingTrailingBytes: Bool = false, limits: LoadLimits = .default
  ) async throws(FormatError) {
    try await append(rows, to: url.localPath(), discardingTrailingBytes: discardingTrailingBytes, limits: limits)
  }
}

extension Document {
  /// Takes a file into one of another format, while other tasks go on.
  ///
  /// ```swift
  /// try await Document.convert(URL(fileURLWithPath: "run.npz"), to: URL(fileURLWithPath: "run.safetensors"))
  /// ```
  ///
  /// - Throws: ``FormatError`` as the form for paths; code `cancelled` if the task was cancelled, which leaves the file that
  ///   was there.
  public static func convert(
    _ source: URL, to target: URL, applying transforms: [ArrayTransform] = [],
    opening: sending OpenOptions = OpenOptions(), saving: sending SaveOptions = SaveOptions()
  ) async throws(FormatError) {
    try await convert(
      source.localPath(), to: target.localPath(), applying: transforms, opening: opening, saving: saving)
  }

  /// Takes a file into one of another format.
  ///
  /// - Throws: ``FormatError`` as the form for paths.
  public static func convert(
    _ source: URL, to target: URL, applying transforms: [ArrayTransform] = [],
    opening: OpenOptions = OpenOptions(), saving: SaveOptions = SaveOptions()
  ) throws(FormatError) {
    try convert(source.localPath(), to: target.localPath(), applying: transforms, opening: opening, saving: saving)
  }
}

extension Pickle {
  /// Reads a file's first pickle, while other tasks go on: Python's `pickle.load`, but nothing is run.
  ///
  /// - Throws: ``FormatError`` with file and byte offset; code `cancelled` if the task was cancelled.
  public static func load(
    from url: URL, options: sending PickleReader.Options = PickleReader.Options()
  ) async throws(FormatError) -> sending PickleValue {
    try await load(from: url.localPath(), options: options)
  }

  /// Writes a value to a file, whole or not at all, while other tasks go on: Python's `pickle.dump`.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written; code `cancelled` if the task was cancelled.
  public static func save(
    _ value: sending PickleValue, to url: URL, protocol version: Int = 4
  ) async throws(FormatError) {
    try await save(value, to: url.localPath(), protocol: version)
  }
}

extension PickleEncoder {
  /// Writes the pickle of a value to a file, whole or not at all, while other tasks go on.
  ///
  /// - Throws: What the value's `encode(to:)` throws, or ``FormatError``.
  public func encode(_ value: some Encodable & Sendable, to url: URL) async throws {
    try await encode(value, to: url.localPath())
  }
}

extension PickleDecoder {
  /// A value from a file's first pickle, while other tasks go on.
  ///
  /// - Throws: `DecodingError` if the pickle does not fit the type, ``FormatError`` if it is broken.
  public func decode<Value: Decodable & Sendable>(_ type: Value.Type, from url: URL) async throws -> Value {
    try await decode(type, from: url.localPath())
  }
}

extension FileCheck {
  /// Checks a file, and calls nothing that it names, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` only if the file cannot be read at all; code `cancelled` if the task was cancelled.
  public init(url: URL, options: Options = Options()) async throws(FormatError) {
    try await self.init(path: url.localPath(), options: options)
  }
}
