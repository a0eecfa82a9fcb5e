public import ByteIO
public import Foundation
public import NDArrays
public import NumPyIO

// What takes paths, by file URLs. Each does what the form of the same name does; all throw `FormatError` with code
// `unsupported` for URLs that name no file of this machine.

extension Document {
  /// Opens a file as what it is.
  ///
  /// - Throws: ``FormatError`` if there is no such file, or it is not what it seems.
  public init(opening url: URL, options: OpenOptions = OpenOptions()) throws(FormatError) {
    try self.init(opening: url.localPath(), options: options)
  }

  /// Saves the document in the format that the options or the extension say.
  ///
  /// - Throws: ``FormatError`` if the document cannot be read, the format cannot hold it, or the file not be written.
  public func save(
    to url: URL, applying transforms: [ArrayTransform] = [], options: SaveOptions = SaveOptions()
  ) throws(FormatError) {
    try save(to: url.localPath(), applying: transforms, options: options)
  }
}

extension LazyArray {
  /// Saves the array in the format that the options or the extension say, in bounded memory.
  ///
  /// - Throws: ``FormatError`` if the array cannot be read, the format cannot hold it, or the file not be written.
  public func save(to url: URL, options: SaveOptions = SaveOptions()) throws(FormatError) {
    try save(to: url.localPath(), options: options)
  }
}

extension NPYFile {
  /// Appends rows to a `.npy` file in place; a crash leaves the array as before or after.
  ///
  /// - Throws: ``FormatError`` if the rows do not fit, or the file cannot be written.
  public static func append(
    _ rows: AnyNDArray, to url: URL, discardingTrailingBytes: Bool = false, limits: LoadLimits = .default
  ) throws(FormatError) {
    try append(rows, to: url.localPath(), discardingTrailingBytes: discardingTrailingBytes, limits: limits)
  }
}

extension NPYWriter {
  /// Begins a `.npy` file whose number of rows is not known yet.
  ///
  /// - Throws: ``FormatError`` if the file cannot be made, or the dtype is one that cannot be streamed.
  public convenience init(
    url: URL, dtype: DType, rowShape: [Int] = [], replacing: Bool = true, durability: Durability = .consistent
  ) throws(FormatError) {
    try self.init(
      path: url.localPath(), dtype: dtype, rowShape: rowShape, replacing: replacing, durability: durability)
  }
}

extension NPZWriter {
  /// Begins an archive that is written member by member.
  ///
  /// - Throws: ``FormatError`` if the file cannot be made.
  public convenience init(
    url: URL, compression: NPZCompression = .none, layout: NPZLayout = .aligned, replacing: Bool = true,
    durability: Durability = .consistent
  ) throws(FormatError) {
    try self.init(
      path: url.localPath(), compression: compression, layout: layout, replacing: replacing, durability: durability)
  }
}

extension NPZArchive {
  /// Adds arrays to an archive without rewriting what it holds.
  ///
  /// - Throws: ``FormatError`` with code `alreadyExists` if a name is taken; the archive then stays as it was.
  public static func append<SavedArray: SavableArray>(
    _ members: [(name: String, array: SavedArray)], to url: URL, replacing: Bool = false,
    compression: NPZCompression = .none, layout: NPZLayout = .aligned
  ) throws(FormatError) {
    try append(members, to: url.localPath(), replacing: replacing, compression: compression, layout: layout)
  }

  /// Removes members, by their names with or without `.npy`.
  ///
  /// - Throws: ``FormatError`` with code `notFound` for a name that the archive does not have.
  public static func remove(_ names: [String], from url: URL, limits: LoadLimits = .default) throws(FormatError) {
    try remove(names, from: url.localPath(), limits: limits)
  }

  /// Gives a member another name.
  ///
  /// - Throws: ``FormatError`` with code `notFound`, or `alreadyExists` if the new name is taken.
  public static func rename(
    _ name: String, to newName: String, in url: URL, limits: LoadLimits = .default
  ) throws(FormatError) {
    try rename(name, to: newName, in: url.localPath(), limits: limits)
  }
}

extension FileCheck {
  /// Checks a file, and calls nothing that it names.
  ///
  /// - Throws: ``FormatError`` only if the file cannot be read at all; what is wrong with its content is a finding.
  public init(url: URL, options: Options = Options()) throws(FormatError) {
    try self.init(path: url.localPath(), options: options)
  }
}
