public import ByteIO
public import PythonPickle

extension Document {
  /// Takes a file into one of another format, as `npy convert` does: opens it, and saves what it holds.
  ///
  /// ```swift
  /// try Document.convert("run.npz", to: "run.pkl")
  /// ```
  ///
  /// - Parameters:
  ///   - source: The file that is read; `-` is standard input.
  ///   - target: The file that is written, in the format that the options or its extension say; it appears whole or not
  ///     at all.
  ///   - transforms: What is done to each array on its way.
  /// - Throws: ``FormatError`` if the one cannot be read, its format cannot become the other's, or the other not be
  ///   written.
  public static func convert(
    _ source: String, to target: String, applying transforms: [ArrayTransform] = [],
    opening: OpenOptions = OpenOptions(), saving: SaveOptions = SaveOptions()
  ) throws(FormatError) {
    try Document(opening: source, options: opening).save(to: target, applying: transforms, options: saving)
  }

  /// Takes a file into one of another format, while other tasks go on: see
  /// ``convert(_:to:applying:opening:saving:)-(_,_,_,OpenOptions,SaveOptions)``.
  ///
  /// - Throws: ``FormatError`` as the form that blocks; code `cancelled` if the task was cancelled, which leaves the file
  ///   that was there.
  public static func convert(
    _ source: String, to target: String, applying transforms: [ArrayTransform] = [],
    opening: sending OpenOptions = OpenOptions(), saving: sending SaveOptions = SaveOptions()
  ) async throws(FormatError) {
    try await BlockingWork.run(with: (opening, saving)) { (options) throws(FormatError) in
      try convert(source, to: target, applying: transforms, opening: options.0, saving: options.1)
    }
  }
}

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
