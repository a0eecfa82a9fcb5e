import ArgumentParser
import ByteIO
import NumPyIO
import ZipArchives

/// The array that an address names: in a file, of which no more is read than needed, or in memory.
struct ArrayInput {
  /// Where the elements are.
  enum Content {
    case file(NPYFile)
    case member(NPZArchive, String, NPYFile)
    case memory(StoredArray)
  }
  let address: Address
  let content: Content

  /// Opens what an address names.
  ///
  /// - Throws: ``FormatError`` if there is no such file or member, or it is no array.
  ///   With `reading`, how text is read; without it, as `np.loadtxt` reads it.
  init(
    _ address: Address, kind: FileKindName? = nil, reading: SourceOptions? = nil, limits: LoadLimits = .default
  ) throws {
    let limits = reading?.limits.resolved ?? limits
    try self.init(address, OpenedFile(address.path, kind: kind ?? reading?.from, limits: limits), reading: reading)
  }

  /// Opens what the text of an address names.
  init(_ text: String, reading: SourceOptions? = nil) throws { try self.init(Address(text), reading: reading) }

  init(_ address: Address, _ opened: OpenedFile, reading: SourceOptions? = nil) throws {
    self.address = address
    switch opened {
    case .npy(let file):
      if let member = address.member {
        throw FormatError(.notFound, "a .npy file has no members", file: address.path, member: member)
      }
      content = .file(file)
    case .npz(let archive):
      let name: String
      if let member = address.member { name = member } else { name = try ArrayInput.onlyName(archive, address) }
      content = .member(archive, name, try archive.file(name))
    case .text(let source, let kind):
      if let member = address.member {
        throw FormatError(.notFound, "a text has no members", file: address.path, member: member)
      }
      let reading = try reading ?? SourceOptions.parse([])
      content = .memory(try reading.load(source, kind, rowsFor: address.slice))
    case .pickle(let source):
      content = .memory(try PickleInput.requireArray(PickleInput.value(source, address, reading), address))
    }
    file?.header.warnOfPython2()
  }

  init(_ address: Address, memory: StoredArray) {
    self.address = address
    content = .memory(memory)
  }

  /// A member of an archive that is open.
  init(_ archive: NPZArchive, _ name: String, _ file: NPYFile, of address: Address) {
    self.address = address
    content = .member(archive, name, file)
  }

  /// The one array of an archive that has no more.
  private static func onlyName(_ archive: NPZArchive, _ address: Address) throws(FormatError) -> String {
    let names = archive.names
    if names.count == 1 { return names[0] }
    guard let first = names.first(where: { archive.zip.contains($0 + ".npy") }) ?? names.first else {
      throw FormatError(.notFound, "the archive holds no arrays", file: address.path)
    }
    throw FormatError(.ambiguous, "holds \(names.count) arrays; name one: \(address.path):\(first)", file: address.path)
  }

  /// The file or member, unless the array is in memory.
  var file: NPYFile? {
    switch content {
    case .file(let file), .member(_, _, let file): file
    case .memory: nil
    }
  }

  /// The type of the elements.
  var dtype: DType {
    if case .memory(let array) = content { return array.dtype }
    guard let dtype = file?.header.dtype else { return .void(0) }
    return dtype.flattenedSubarray?.dtype ?? dtype
  }

  /// The array, or the part that the address's slice selects, in memory.
  ///
  /// - Throws: ``FormatError``; with code `unsupported` for an array of objects.
  func read() throws(FormatError) -> AnyNDArray {
    do throws(FormatError) { return try stored().requireValues() } catch {
      throw error.at(file: address.path, member: address.member)
    }
  }

  /// The array of whatever elements, or the part that the address's slice selects, in memory.
  func stored(options: PickleReader.Options = PickleReader.Options()) throws(FormatError) -> StoredArray {
    let whole: StoredArray
    switch (content, address.slice) {
    case (.file(let file), let slice?) where !file.header.dtype.hasObjects:
      return .values(try file.read(slice: slice))
    case (.member(let archive, let name, let file), let slice?) where !file.header.dtype.hasObjects:
      return .values(try archive.slice(name, slice))
    case (.file(let file), _): whole = try file.readStored(options: options)
    case (.member(let archive, let name, _), _): whole = try archive.storedArray(name, options: options)
    case (.memory(let array), _): whole = array
    }
    guard let slice = address.slice else { return whole }
    return try FormatError.wrapping(.badArgument, file: address.path) { () throws(ArrayError) in
      try whole.slice(slice)
    }
  }

  /// From this size on arrays pass by in pieces where that is possible.
  static var largeSize: Int { 64 << 20 }

  /// The whole array as one that passes by in pieces; `nil` where that cannot be done.
  private func stream() throws(FormatError) -> ArrayStream? {
    guard address.slice == nil, !dtype.hasObjects else { return nil }
    switch content {
    case .file(let file): return try file.stream()
    case .member(let archive, let name, _): return try archive.stream(name)
    case .memory: return nil
    }
  }

  /// A large array as one that passes by in pieces, changed as the options say; `nil` for one that is small, in memory,
  /// or has to be there as a whole.
  func largeStream(_ options: ArrayOptions? = nil) throws -> ArrayStream? {
    guard let file, file.header.dataByteCount >= ArrayInput.largeSize, let stream = try stream() else { return nil }
    guard let options else { return stream }
    return try options.apply(to: stream, of: address.path)
  }

  /// The elements in any order, piece by piece, in bounded memory where the whole file is asked for.
  func forEachRun(_ body: (AnyNDArray) throws(FormatError) -> Void) throws(FormatError) {
    if let stream = try stream() { return try stream.forEachRun(body) }
    if let file, address.slice == nil { try file.forEachRun(body) } else { try body(read()) }
  }
}
