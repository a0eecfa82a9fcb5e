import ArgumentParser
import ByteIO
import NumPyIO

/// The array that an address names: in a file, of which no more is read than needed, or in memory.
struct ArrayInput {
  /// Where the elements are.
  enum Content {
    case file(NPYFile)
    case member(NPZArchive, String, NPYFile)
    case memory(AnyNDArray)
  }
  let address: Address
  let content: Content

  /// Opens what an address names.
  ///
  /// - Throws: ``FormatError`` if there is no such file or member, or it is no array.
  ///   With `reading`, how text is read; without it, as `np.loadtxt` reads it.
  init(_ address: Address, kind: FileKindName? = nil, reading: SourceOptions? = nil) throws {
    try self.init(address, OpenedFile(address.path, kind: kind ?? reading?.from), reading: reading)
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
      content = .memory(try (reading ?? SourceOptions.parse([])).load(source, kind))
    case .pickle(let source):
      let value = try PickleInput.value(source, address, reading)
      guard let array = try PickleInput.array(value) else {
        throw FormatError(
          .badArgument, "this is a \(value.typeName), no array\(PickleInput.hint(value, address))", file: address.path,
          member: address.member)
      }
      content = .memory(array)
    }
  }

  init(_ address: Address, memory: AnyNDArray) {
    self.address = address
    content = .memory(memory)
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
  func read() throws(FormatError) -> AnyNDArray {
    switch (content, address.slice) {
    case (.file(let file), nil): return try file.read()
    case (.file(let file), let slice?): return try file.read(slice: slice)
    case (.member(let archive, let name, _), nil): return try archive.array(name)
    case (.member(let archive, let name, _), let slice?): return try archive.slice(name, slice)
    case (.memory(let array), nil): return array
    case (.memory(let array), let slice?):
      return try FormatError.wrapping(.badArgument, file: address.path) { () throws(ArrayError) in
        try array.slice(slice)
      }
    }
  }

  /// The elements in any order, piece by piece, in bounded memory where the whole file is asked for.
  func forEachRun(_ body: (AnyNDArray) throws(FormatError) -> Void) throws(FormatError) {
    if let file, address.slice == nil { try file.forEachRun(body) } else { try body(read()) }
  }
}
