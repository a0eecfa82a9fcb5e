public import ByteIO
public import Foundation
public import NumPyIO

extension NPZArchive {
  /// Opens an archive and reads its directory only: NumPy's `np.load("a.npz")`.
  ///
  /// - Throws: ``FormatError`` if there is no such file or it is no archive.
  public convenience init(opening url: URL, limits: LoadLimits = .default) throws(FormatError) {
    try self.init(opening: url.localPath(), limits: limits)
  }

  /// An archive whose bytes are in memory; they are shared, not copied.
  ///
  /// - Throws: ``FormatError`` if the data is no archive.
  public convenience init(_ data: Data, limits: LoadLimits = .default) throws(FormatError) {
    try self.init(DataSource(data), limits: limits)
  }

  /// Saves arrays as an archive, whole or not at all: NumPy's `np.savez` and `np.savez_compressed`.
  ///
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name is taken twice, or if the file cannot be written.
  public static func save(
    _ named: KeyValuePairs<String, any SavableArray>, arrays: [any SavableArray] = [], to url: URL,
    compression: NPZCompression = .none, layout: NPZLayout = .aligned, replacing: Bool = true,
    durability: Durability = .consistent
  ) throws(FormatError) {
    try save(
      named.map { ($0.key, $0.value.stored) } + numbered(arrays.map(\.stored)), to: url.localPath(),
      compression: compression, layout: layout, replacing: replacing, durability: durability)
  }

  /// Saves unnamed arrays as an archive: NumPy's `np.savez(path, *arrays)`.
  ///
  /// - Throws: ``FormatError`` as the form for paths, and with code
  ///   `unsupported` for a URL that is no file's.
  public static func save(
    _ arrays: [any SavableArray], to url: URL, compression: NPZCompression = .none, layout: NPZLayout = .aligned,
    replacing: Bool = true, durability: Durability = .consistent
  ) throws(FormatError) {
    try save(
      arrays, to: url.localPath(), compression: compression, layout: layout, replacing: replacing,
      durability: durability)
  }

  /// The bytes of an archive of arrays.
  ///
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name is taken twice.
  public static func data(
    _ named: KeyValuePairs<String, any SavableArray>, arrays: [any SavableArray] = [],
    compression: NPZCompression = .none, layout: NPZLayout = .aligned
  ) throws(FormatError) -> Data {
    let sink = MemorySink()
    let writer = try NPZWriter(to: sink, compression: compression, layout: layout)
    try writer.add(named.map { ($0.key, $0.value.stored) } + numbered(arrays.map(\.stored)))
    try writer.close()
    return Data(sink.bytes)
  }
}
