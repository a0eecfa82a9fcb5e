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

extension NPYFile {
  /// Appends rows of a known type to the array of a `.npy` file along axis 0, in place.
  ///
  /// - Throws: ``FormatError`` if the rows do not fit, the file cannot be written, or bytes follow the array.
  public static func append<Element>(
    _ rows: NDArray<Element>, to url: URL, discardingTrailingBytes: Bool = false, limits: LoadLimits = .default
  ) throws(FormatError) {
    try append(rows, to: url.localPath(), discardingTrailingBytes: discardingTrailingBytes, limits: limits)
  }
}

extension NPYReader {
  /// Opens a file of several arrays, one after the other.
  ///
  /// - Throws: ``FormatError`` if there is no such file.
  public init(opening url: URL, limits: LoadLimits = .default) throws(FormatError) {
    try self.init(opening: url.localPath(), limits: limits)
  }
}

extension NPYAppender {
  /// Opens a `.npy` file to append rows to it, and makes it if it is not there: a log.
  ///
  /// - Throws: ``FormatError`` if the file cannot be opened, or holds an array of another dtype or other rows.
  public convenience init(
    url: URL, dtype: DType, rowShape: [Int] = [], discardingTrailingBytes: Bool = false,
    durability: Durability = .consistent, limits: LoadLimits = .default
  ) throws(FormatError) {
    try self.init(
      path: url.localPath(), dtype: dtype, rowShape: rowShape, discardingTrailingBytes: discardingTrailingBytes,
      durability: durability, limits: limits)
  }
}

extension SafetensorsFile {
  /// Opens a file, or the index of a model in several, and reads the header only.
  ///
  /// - Throws: ``FormatError`` if there is no such file or it is none of this format.
  public init(opening url: URL) throws(FormatError) { try self.init(opening: url.localPath()) }

  /// Saves arrays as a safetensors file, whole or not at all.
  ///
  /// - Throws: ``FormatError``: `unsupported` for elements that the format has no type for, `alreadyExists` if a name stands
  ///   twice, or if the file cannot be written.
  public static func save(
    _ tensors: KeyValuePairs<String, any SavableArray>, metadata: KeyValuePairs<String, String> = [:], to url: URL,
    replacing: Bool = true, durability: Durability = .consistent
  ) throws(FormatError) {
    try save(
      tensors.map { ($0.key, $0.value.stored) }, metadata: metadata.map { ($0.key, $0.value) }, to: url.localPath(),
      replacing: replacing, durability: durability)
  }
}

extension GGUFFile {
  /// Opens a file and reads its header only.
  ///
  /// - Throws: ``FormatError`` if there is no such file or it is none of this format.
  public init(opening url: URL) throws(FormatError) { try self.init(opening: url.localPath()) }
}

extension PickleFile {
  /// Opens a pickle, a joblib file or one of PyTorch's, and runs nothing.
  ///
  /// - Throws: ``FormatError`` with file and byte offset.
  public init(
    opening url: URL, options: PickleReader.Options = PickleReader.Options(), mode: LoadMode = .whole
  ) throws(FormatError) {
    try self.init(opening: url.localPath(), options: options, mode: mode)
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
  public static func append(
    _ named: KeyValuePairs<String, any SavableArray>, to url: URL, replacing: Bool = false,
    compression: NPZCompression = .none, layout: NPZLayout = .aligned
  ) throws(FormatError) {
    try append(
      named.map { ($0.key, $0.value.stored) }, to: url.localPath(), replacing: replacing, compression: compression,
      layout: layout)
  }

  /// Adds arrays under names that are known at run time only, without rewriting what the archive holds.
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
