import ByteIO
import NumPyIO

/// The array that an address names: in a file, of which no more is read than needed, or in memory.
struct ArrayInput {
  /// Where the elements are.
  enum Content {
    case file(NPYFile)
    case memory(AnyNDArray)
  }
  let address: Address
  let content: Content

  /// Opens what an address names.
  ///
  /// - Throws: ``FormatError`` if there is no such file or member, or it is no array.
  init(_ address: Address, limits: LoadLimits = .default) throws(FormatError) {
    self.address = address
    content = .file(try NPYFile(opening: address.path, limits: limits))
    if let member = address.member {
      throw FormatError(.notFound, "a .npy file has no members", file: address.path, member: member)
    }
  }

  /// Opens what the text of an address names.
  init(_ text: String, limits: LoadLimits = .default) throws(FormatError) {
    try self.init(Address(text), limits: limits)
  }

  /// The type of the elements.
  var dtype: DType {
    switch content {
    case .file(let file): file.header.dtype.subarray?.dtype ?? file.header.dtype
    case .memory(let array): array.dtype
    }
  }

  /// The array, or the part that the address's slice selects, in memory.
  func read() throws(FormatError) -> AnyNDArray {
    switch (content, address.slice) {
    case (.file(let file), nil): return try file.read()
    case (.file(let file), let slice?): return try file.read(slice: slice)
    case (.memory(let array), nil): return array
    case (.memory(let array), let slice?):
      return try FormatError.wrapping(.badArgument, file: address.path) { () throws(ArrayError) in try array.slice(slice) }
    }
  }

  /// The elements in any order, piece by piece, in bounded memory where the whole file is asked for.
  func forEachRun(_ body: (AnyNDArray) throws(FormatError) -> Void) throws(FormatError) {
    if case .file(let file) = content, address.slice == nil {
      try file.forEachRun(body)
    } else {
      try body(read())
    }
  }
}
