public import ByteIO
@_exported public import NumPyIO
@_exported public import RemoteFiles

extension Document {
  /// Opens a file on a server: of `.npy` and `.npz` only what is asked for is fetched.
  ///
  /// ```swift
  /// import NumPyIORemote
  ///
  /// let document = try Document(remote: "https://example.org/run.npz")
  /// let rows = try document.array("weights").applying(.slice([.range(lower: 10, upper: 20)])).read()
  /// ```
  ///
  /// - Parameters:
  ///   - address: `https://…` or `http://…`.
  ///   - options: How the file is read.
  ///   - settings: Headers, limits of time.
  /// - Throws: ``FormatError``: as for a file, and `unsupported` where there is no libcurl.
  public init(
    remote address: String, options: OpenOptions = OpenOptions(), settings: RemoteOptions = RemoteOptions()
  ) throws(FormatError) {
    let source = try RemoteSource(opening: address, options: settings)
    var options = options
    // What an index names lies beside it.
    options.openPart = { (path) throws(FormatError) in try RemoteSource(opening: path, options: settings) }
    try self.init(source, path: source.name, options: options)
  }
}
