public import ByteIO

extension Document {
  /// Takes a file into one of another format, as `npy convert` does: opens it, and saves what it holds.
  ///
  /// ```swift
  /// try Document.convert("run.npz", to: "run.pkl")
  /// ```
  ///
  /// - Parameters:
  ///   - source: The file that is read.
  ///   - target: The file that is written, in the format that the options or its extension say; it appears whole or not
  ///     at all.
  ///   - transforms: What is done to each array on its way.
  ///   - opening: How the one is read.
  ///   - saving: How the other is written.
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

extension FileCheck {
  /// Checks a file, and calls nothing that it names, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` only if the file cannot be read at all; code `cancelled` if the task was cancelled.
  public init(path: String, options: Options = Options()) async throws(FormatError) {
    self = try await BlockingWork.run { () throws(FormatError) in try FileCheck(path: path, options: options) }
  }
}
