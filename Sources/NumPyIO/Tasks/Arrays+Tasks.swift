public import ByteIO
public import NDArrays
public import NPYFormat
public import TextTables

// The async forms of what loads and saves an array in one call. Each does what the form of the same name does, on a
// thread that is not one of the tasks' (`BlockingWork`), and can be cancelled with its task.

extension AnyNDArray {
  /// Loads the array of a `.npy` file, while other tasks go on: NumPy's `np.load(path)`.
  ///
  /// - Throws: ``FormatError`` with the file's name and the byte offset; code `cancelled` if the task was cancelled.
  public init(
    contentsOf path: String, mode: LoadMode = .whole, limits: LoadLimits = .default
  ) async throws(FormatError) {
    self = try await BlockingWork.run { () throws(FormatError) in
      try AnyNDArray(contentsOf: path, mode: mode, limits: limits)
    }
  }

  /// Saves the array as a `.npy` file, while other tasks go on: NumPy's `np.save`. A save that is cancelled leaves the file
  /// that was there.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written; code `cancelled` if the task was cancelled.
  public func save(
    to path: String, replacing: Bool = true, durability: Durability = .consistent
  ) async throws(FormatError) {
    try await BlockingWork.run { () throws(FormatError) in
      try save(to: path, replacing: replacing, durability: durability)
    }
  }

  /// Reads a text file as NumPy's `np.loadtxt`, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` with NumPy's wording, the row and the column; code `cancelled` if the task was cancelled.
  public static func loadText(
    from path: String, options: sending LoadTextOptions = LoadTextOptions()
  ) async throws(FormatError) -> AnyNDArray {
    try await BlockingWork.run(with: options) { (options) throws(FormatError) in
      try loadText(from: path, options: options)
    }
  }

  /// Reads a text file with gaps as NumPy's `np.genfromtxt`, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` with NumPy's wording; code `cancelled` if the task was cancelled.
  public static func genFromText(
    from path: String, options: sending GenFromTextOptions = GenFromTextOptions()
  ) async throws(FormatError) -> GenFromTextResult {
    try await BlockingWork.run(with: options) { (options) throws(FormatError) in
      try genFromText(from: path, options: options)
    }
  }

  /// Saves the array as text, while other tasks go on: NumPy's `np.savetxt`.
  ///
  /// - Throws: ``FormatError`` if the options do not fit or the file cannot be written; code `cancelled` if the task was
  ///   cancelled.
  public func saveText(
    to path: String, options: sending SaveTextOptions = SaveTextOptions(), replacing: Bool = true,
    durability: Durability = .consistent
  ) async throws(FormatError) {
    try await BlockingWork.run(with: options) { (options) throws(FormatError) in
      try saveText(to: path, options: options, replacing: replacing, durability: durability)
    }
  }
}

extension NDArray {
  /// Loads the array of a `.npy` file whose elements are of this type, while other tasks go on.
  ///
  /// - Throws: ``FormatError``; with code `wrongDType` if the elements are of another type, `cancelled` if the task was
  ///   cancelled.
  public init(
    contentsOf path: String, mode: LoadMode = .whole, limits: LoadLimits = .default
  ) async throws(FormatError) {
    self = try await BlockingWork.run { () throws(FormatError) in
      try NDArray(contentsOf: path, mode: mode, limits: limits)
    }
  }

  /// Saves the array as a `.npy` file, while other tasks go on: NumPy's `np.save`.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written; code `cancelled` if the task was cancelled.
  public func save(
    to path: String, replacing: Bool = true, durability: Durability = .consistent
  ) async throws(FormatError) {
    try await untyped.save(to: path, replacing: replacing, durability: durability)
  }
}

extension NPYFile {
  /// Appends rows to the array of a `.npy` file along axis 0, while other tasks go on. An append that is cancelled leaves the
  /// file as it was.
  ///
  /// - Throws: ``FormatError`` if the rows do not fit or the file cannot be written; code `cancelled` if the task was cancelled.
  public static func append(
    _ rows: AnyNDArray, to path: String, discardingTrailingBytes: Bool = false, limits: LoadLimits = .default
  ) async throws(FormatError) {
    try await BlockingWork.run { () throws(FormatError) in
      try append(rows, to: path, discardingTrailingBytes: discardingTrailingBytes, limits: limits)
    }
  }

  /// Appends rows of a known type to the array of a `.npy` file, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` if the rows do not fit or the file cannot be written; code `cancelled` if the task was cancelled.
  public static func append<Element>(
    _ rows: NDArray<Element>, to path: String, discardingTrailingBytes: Bool = false, limits: LoadLimits = .default
  ) async throws(FormatError) {
    try await append(rows.untyped, to: path, discardingTrailingBytes: discardingTrailingBytes, limits: limits)
  }
}
