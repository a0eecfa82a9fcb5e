public import ArrayBytes
public import ByteIO
internal import NDArrays

/// A safetensors file, or a model in several of them: named arrays, each read when it is asked for.
///
/// Opening costs the header only. A model in several files is opened by its index, `model.safetensors.index.json`. What
/// NumPy has no dtype for is decoded: bfloat16 and floats of 8, 6 and 4 bits into `float32`. May be shared by threads.
///
/// ```swift
/// let model = try SafetensorsFile(opening: "model.safetensors")
/// for tensor in model.tensors { print(tensor.name, tensor.typeName, tensor.shape) }
/// let weights = try model["embedding"]                     // AnyNDArray
/// let rows = try model.read("embedding", 0..<10)           // only the bytes of ten rows
/// ```
public struct SafetensorsFile: TensorFile, CustomStringConvertible {
  /// How errors name the file.
  public let name: String
  /// What the file says beside its tensors, in its order: `__metadata__`; of a model in several files what the index says.
  public let metadata: [(key: String, value: String)]
  /// The tensors, in the order in which they lie in the file.
  public let index: TensorIndex
  /// `safetensors`.
  public var formatName: String { "safetensors" }
  /// The files: one, or those that an index names.
  package let sources: [any ByteSource]
  /// What is allowed, and not as the Python package would have written it.
  package let oddities: [String]

  /// Opens a file, or the index of a model in several files.
  ///
  /// - Throws: ``FormatError`` if there is no such file, or it does not follow the format: shapes, offsets and types have
  ///   to fit each other and the file.
  public init(opening path: String) throws(FormatError) {
    let source = try FileSource.openSource(path: path)
    if SafetensorsIndex.isNamed(path) {
      try self.init(index: source, path: path) { (path: String) throws(FormatError) in
        try FileSource.openSource(path: path)
      }
    } else {
      try self.init(source)
    }
  }

  /// Opens a file that a source holds; a stream is read into memory.
  ///
  /// - Parameters:
  ///   - recovering: Whether of a file that is cut short the tensors are read that are whole.
  ///   - onWarning: Called with what is missing.
  /// - Throws: ``FormatError`` if it is no such file, or one whose tensors overlap, leave gaps or are cut: `wrongKind`,
  ///   `malformed`, `truncated`.
  public init(
    _ source: any ByteSource, recovering: Bool = false, onWarning: ((FileWarning) -> Void)? = nil
  ) throws(FormatError) {
    let source = source.isSeekable ? source : MemorySource(try source.readWhole(), name: source.name)
    let header: SafetensorsHeader
    do throws(FormatError) { header = try SafetensorsHeader(from: source) } catch {
      // A failed download under the name is another kind of file.
      guard let prefix = try? source.readBytes(at: 0, upTo: 9), prefix.last != UInt8(ascii: "{") else { throw error }
      throw error.explained(by: source, wanted: .safetensors)
    }
    name = source.name
    metadata = header.metadata
    sources = [source]
    var oddities: [String] = []
    if !header.isPlain { oddities.append("other white space than spaces behind the header's JSON") }
    if header.byteCount % 8 != 0 {
      oddities.append("the data begins at byte \(header.byteCount), not at a multiple of 8")
    }
    if let field = header.unknownFields.first { oddities.append("the unknown field '\(field.prefix(100))'") }
    self.oddities = oddities
    var entries = header.entries
    if let size = source.byteCount {
      let end = try header.byteCount.checkedAdding(header.dataByteCount)
      guard size <= end else {
        throw FormatError(
          .malformed, "\(size - end) bytes follow the tensors", file: source.name, offset: end)
      }
      if size < end {
        let found = max(0, size - header.byteCount)
        guard recovering else {
          throw FormatError.truncated("the tensors", expected: header.dataByteCount, found: found, at: size)
            .at(file: source.name)
        }
        entries = entries.filter { $0.range.upperBound <= found }
        onWarning?(
          "\(source.name) is cut short: \(entries.count) of \(header.entries.count) tensors are whole and were recovered"
        )
      }
    }
    index = try TensorIndex(
      entries.map { entry in
        StoredTensor(
          name: entry.name, typeName: entry.type.rawValue, elements: entry.type.elements, shape: entry.shape,
          source: source, offset: header.byteCount + entry.range.lowerBound, byteCount: entry.range.count)
      })
  }

  /// The tensors of several files as one.
  init(
    name: String, metadata: [(key: String, value: String)], _ tensors: [StoredTensor], _ sources: [any ByteSource],
    oddities: [String]
  ) throws(FormatError) {
    self.name = name
    self.metadata = metadata
    self.sources = sources
    self.oddities = oddities
    index = try TensorIndex(tensors)
  }

  /// Whether a file is one, told by its first bytes: the length of a header, and its first brace.
  package static func begins(_ prefix: [UInt8]) -> Bool {
    guard prefix.count >= 9, prefix[8] == UInt8(ascii: "{") else { return false }
    return prefix[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) } <= UInt64(SafetensorsHeader.maxLength)
  }
}

extension SafetensorsFile {
  /// The bytes of the file, or of all files; `nil` where only reading to the end would tell.
  public var byteCount: Int? {
    var total = 0
    for source in sources {
      guard let size = source.byteCount else { return nil }
      total += size
    }
    return total
  }
}
