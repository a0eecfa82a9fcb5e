public import Foundation
public import NumPyIO

// What else takes paths, by file URLs: arrays of objects, stacks, and the async forms of what changes archives.

extension ObjectArray {
  /// Loads the array of objects of a `.npy` file, decoded without running anything: NumPy's `np.load(path, allow_pickle=True)`.
  ///
  /// - Throws: ``FormatError`` with code `wrongDType` if the elements are not objects, `malformed` if the pickle is no array.
  public init(
    contentsOf url: URL, options: PickleReader.Options = PickleReader.Options(), limits: LoadLimits = .default
  ) throws(FormatError) {
    try self.init(contentsOf: url.localPath(), options: options, limits: limits)
  }

  /// Saves the array as `np.save` does: a `.npy` header and a pickle of protocol 4.
  ///
  /// - Throws: ``FormatError`` for an object that cannot be pickled, or if the file cannot be written.
  public func save(to url: URL, replacing: Bool = true, durability: Durability = .consistent) throws(FormatError) {
    try save(to: url.localPath(), replacing: replacing, durability: durability)
  }
}

extension StoredArray {
  /// Saves the array as a `.npy` file, byte for byte as `np.save` would.
  ///
  /// - Throws: ``FormatError`` for an object that cannot be pickled, or if the file cannot be written.
  public func save(to url: URL, replacing: Bool = true, durability: Durability = .consistent) throws(FormatError) {
    try save(to: url.localPath(), replacing: replacing, durability: durability)
  }
}

extension ArrayStack {
  /// Opens a folder of parts of one array, as Dask writes it, and reads what its `info` says.
  ///
  /// - Throws: ``FormatError`` if there is no such folder, or it is no stack.
  public init(opening url: URL) throws(FormatError) { try self.init(opening: url.localPath()) }
}

extension NPZWriter {
  /// Opens an archive to add members to it one by one, without rewriting what it holds.
  ///
  /// - Throws: ``FormatError`` if the file cannot be opened or is no archive.
  public convenience init(
    appendingTo url: URL, replacing names: [String] = [], compression: NPZCompression = .none,
    layout: NPZLayout = .aligned
  ) throws(FormatError) {
    try self.init(appendingTo: url.localPath(), replacing: names, compression: compression, layout: layout)
  }
}

extension NPZArchive {
  /// Removes members, by their names with or without `.npy`, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` with code `notFound` for a name that the archive does not have, `cancelled` if the task was cancelled.
  public static func remove(
    _ names: [String], from url: URL, limits: LoadLimits = .default
  ) async throws(FormatError) {
    try await remove(names, from: url.localPath(), limits: limits)
  }

  /// Gives a member another name, while other tasks go on.
  ///
  /// - Throws: ``FormatError`` with code `notFound`, `alreadyExists` if the new name is taken, or `cancelled` if the task was cancelled.
  public static func rename(
    _ name: String, to newName: String, in url: URL, limits: LoadLimits = .default
  ) async throws(FormatError) {
    try await rename(name, to: newName, in: url.localPath(), limits: limits)
  }
}
