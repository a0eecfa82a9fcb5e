public import ByteIO
public import NumPyIO
public import RemoteFiles

extension NPYFile {
  /// Opens a `.npy` file on a server; its header is fetched, and of its elements what is asked for.
  ///
  /// ```swift
  /// let rows = try NPYFile(remote: "https://example.org/x.npy").read(0..<10)
  /// ```
  ///
  /// - Throws: ``FormatError``: as for a file, and `unsupported` where there is no libcurl.
  public init(
    remote address: String, limits: LoadLimits = .default, settings: RemoteOptions = RemoteOptions()
  ) throws(FormatError) {
    try self.init(RemoteSource(opening: address, options: settings), limits: limits)
  }
}

extension NPZArchive {
  /// Opens an archive on a server; its directory is fetched, and of its arrays what is asked for.
  ///
  /// ```swift
  /// let weights = try NPZArchive(remote: "https://example.org/run.npz").read("weights", 0..<10)
  /// ```
  ///
  /// - Throws: ``FormatError``: as for a file, and `unsupported` where there is no libcurl.
  public convenience init(
    remote address: String, limits: LoadLimits = .default, settings: RemoteOptions = RemoteOptions()
  ) throws(FormatError) {
    try self.init(RemoteSource(opening: address, options: settings), limits: limits)
  }
}

extension AnyNDArray {
  /// Loads the array of a `.npy` file on a server.
  ///
  /// - Throws: ``FormatError``: as for a file, and `unsupported` where there is no libcurl.
  public init(
    remote address: String, limits: LoadLimits = .default, settings: RemoteOptions = RemoteOptions()
  ) throws(FormatError) {
    self = try NPYFile(remote: address, limits: limits, settings: settings).read()
  }

  /// Loads the array of a `.npy` file on a server, while other tasks go on.
  ///
  /// - Throws: ``FormatError``: as for a file, `unsupported` where there is no libcurl, `cancelled` if the task was cancelled.
  public init(
    remote address: String, limits: LoadLimits = .default, settings: RemoteOptions = RemoteOptions()
  ) async throws(FormatError) {
    self = try await BlockingWork.run { () throws(FormatError) in
      try AnyNDArray(remote: address, limits: limits, settings: settings)
    }
  }
}
