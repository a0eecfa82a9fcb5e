public import ByteIO
public import Foundation
public import NDArrays
public import NumPyIO

extension AnyNDArray {
  /// Loads the array of a `.npy` file: NumPy's `np.load`.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - mode: Whether the bytes are read or mapped.
  ///   - limits: What the file may ask for.
  /// - Throws: ``FormatError`` with the file's name and the byte offset; with code `unsupported` for a URL that names
  ///   no file.
  public init(
    contentsOf url: URL, mode: LoadMode = .whole, limits: LoadLimits = .default
  ) throws(FormatError) {
    try self.init(contentsOf: url.localPath(), mode: mode, limits: limits)
  }

  /// The array of a `.npy` file whose bytes are in memory. Costs one copy of the elements.
  ///
  /// - Throws: ``FormatError`` if the data is no such file.
  public init(npy data: Data, limits: LoadLimits = .default) throws(FormatError) {
    self = try NPYFile(DataSource(data), limits: limits).read()
  }

  /// Saves the array as a `.npy` file, whole or not at all: see ``AnyNDArray/save(to:replacing:)-(String,_)``.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written or the format cannot describe the dtype.
  public func save(to url: URL, replacing: Bool = true, durability: Durability = .consistent) throws(FormatError) {
    try save(to: url.localPath(), replacing: replacing, durability: durability)
  }

  /// The array as the bytes of a `.npy` file.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` if the format cannot describe the dtype.
  public func npyData() throws(FormatError) -> Data { Data(try npyBytes()) }
}

extension NDArray {
  /// Loads the array of a `.npy` file whose elements are of this type.
  ///
  /// - Throws: ``FormatError``; with code `wrongDType` if the elements are of another type.
  public init(
    contentsOf url: URL, mode: LoadMode = .whole, limits: LoadLimits = .default
  ) throws(FormatError) {
    try self.init(contentsOf: url.localPath(), mode: mode, limits: limits)
  }

  /// The array of a `.npy` file whose bytes are in memory and whose elements are of this type.
  ///
  /// - Throws: ``FormatError``; with code `wrongDType` if the elements are of another type.
  public init(npy data: Data, limits: LoadLimits = .default) throws(FormatError) {
    let array = try AnyNDArray(npy: data, limits: limits)
    do throws(ArrayError) { try self.init(array) } catch {
      throw FormatError(.wrongDType, error.message, file: "data")
    }
  }

  /// Saves the array as a `.npy` file, whole or not at all.
  ///
  /// - Throws: ``FormatError`` if the file cannot be written.
  public func save(to url: URL, replacing: Bool = true, durability: Durability = .consistent) throws(FormatError) {
    try untyped.save(to: url, replacing: replacing, durability: durability)
  }

  /// The array as the bytes of a `.npy` file.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` for a dtype that `.npy` cannot hold.
  public func npyData() throws(FormatError) -> Data { try untyped.npyData() }
}

extension NPYFile {
  /// Opens a `.npy` file and reads its header only.
  ///
  /// - Throws: ``FormatError`` if there is no such file or it is not `.npy`.
  public init(opening url: URL, limits: LoadLimits = .default) throws(FormatError) {
    try self.init(opening: url.localPath(), limits: limits)
  }
}
