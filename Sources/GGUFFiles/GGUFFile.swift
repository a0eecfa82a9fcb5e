public import ArrayBytes
public import ByteIO
internal import NDArrays

/// A GGUF file (versions 2 and 3), as llama.cpp has them: named arrays, each read when it is asked for.
///
/// Opening costs the metadata and the list of tensors. Tensors of plain numbers and of bfloat16 are read; quantized ones
/// are listed by name, type, shape and size.
///
/// ```swift
/// let model = try GGUFFile(opening: "model.gguf")
/// for tensor in model.tensors { print(tensor.name, tensor.typeName, tensor.shape) }
/// let norm = try model["output_norm.weight"]
/// ```
public struct GGUFFile: TensorFile, CustomStringConvertible {
  /// How errors name the file.
  public let name: String
  /// The bytes of the file.
  public let byteCount: Int?
  /// What the file says beside its tensors, as text; of arrays the first elements.
  public let metadata: [(key: String, value: String)]
  /// The tensors, in the file's order; their axes in NumPy's, the slowest first.
  public let index: TensorIndex
  /// Where the tensors end, with what fills up the last.
  package let dataEnd: Int
  /// `gguf`.
  public var formatName: String { "gguf" }

  /// The first bytes of every file.
  package static let magic = Array("GGUF".utf8)

  /// Opens a file.
  ///
  /// - Throws: ``FormatError`` if there is no such file, or it does not follow the format.
  public init(opening path: String) throws(FormatError) { try self.init(FileSource.openSource(path: path)) }

  /// Opens a file that a source holds; a stream is read into memory.
  ///
  /// - Parameters:
  ///   - recovering: Whether of a file that is cut short the tensors are read that are whole.
  ///   - onWarning: Called with what is missing.
  /// - Throws: ``FormatError`` if it is no GGUF file of version 2 or 3, or damaged: `wrongKind`, `unsupported`, `malformed`,
  ///   `truncated`.
  public init(
    _ source: any ByteSource, recovering: Bool = false, onWarning: ((FileWarning) -> Void)? = nil
  ) throws(FormatError) {
    let source =
      source.byteCount != nil && source.isSeekable
      ? source : MemorySource(try source.readWhole(), name: source.name)
    name = source.name
    byteCount = source.byteCount
    var reader = GGUFReader(source)
    guard try reader.number("the first bytes") as UInt32 == 0x4655_4747 else {
      throw FormatError(.wrongKind, "this is no GGUF file", file: name, offset: 0)
        .explained(by: source, wanted: .gguf)
    }
    let version: UInt32 = try reader.number("the version")
    guard version == 2 || version == 3 else {
      let isBig = version.byteSwapped == 2 || version.byteSwapped == 3
      throw reader.error(
        isBig ? "big-endian GGUF is not read" : "version \(version) of GGUF is not read: 2 and 3 are", .unsupported,
        at: 4)
    }
    // A tensor has at least a length, a number of axes, a type and an offset; a pair two lengths and a type.
    let tensorCount = try reader.count("tensors", ofBytes: 24)
    let pairCount = try reader.count("pairs of metadata", ofBytes: 13)
    var metadata: [(key: String, value: String)] = []
    var known: Set<NameKey> = []
    var alignment = 32
    for _ in 0..<pairCount {
      let start = reader.position
      let key = try reader.text("a key")
      guard known.insert(NameKey(key)).inserted else {
        throw reader.error("the key '\(key.prefix(100))' stands twice", at: start)
      }
      let value = try reader.value(try reader.number("the type of a value"))
      if key == "general.alignment" {
        guard let number = Int(value), number > 0, number & (number - 1) == 0, number <= 1 << 20 else {
          throw reader.error("an alignment of \(value.prefix(40)), which is no power of two", at: start)
        }
        alignment = number
      }
      metadata.append((key, value))
    }
    self.metadata = metadata
    var entries: [GGUFEntry] = []
    for _ in 0..<tensorCount { entries.append(try GGUFEntry(&reader, alignment: alignment)) }
    let start = try reader.position.checkedAdding(alignment - 1) & ~(alignment - 1)
    var tensors: [StoredTensor] = []
    var end = 0
    for entry in entries.sorted(by: { $0.offset < $1.offset }) {
      guard entry.offset >= end else {
        throw FormatError(
          .malformed, "the bytes of the tensor overlap those before", file: name, member: entry.name,
          offset: entry.place)
      }
      end = try entry.offset.checkedAdding(entry.byteCount)
      let offset = try start.checkedAdding(entry.offset)
      guard let size = source.byteCount, offset <= size, entry.byteCount <= size - offset else {
        if recovering { continue }
        throw FormatError(
          .truncated, "the file is cut short: the tensor lies beyond its end", file: name, member: entry.name,
          offset: entry.place)
      }
      tensors.append(entry.tensor(in: source, at: offset))
    }
    if tensors.count < entries.count {
      onWarning?(
        "\(name) is cut short: \(tensors.count) of \(entries.count) tensors are whole and were recovered")
    }
    index = try TensorIndex(tensors)
    let last = try start.checkedAdding(end)
    // What writes these files fills up the bytes of the last tensor, too.
    dataEnd = try last.checkedAdding(alignment - 1) & ~(alignment - 1)
  }
}

/// A tensor as the list of a GGUF file has it.
struct GGUFEntry {
  let name: String
  let offset: Int
  let byteCount: Int
  /// Where the entry begins in the file.
  let place: Int
  private let shape: [Int]
  private let type: GGUFType

  init(_ reader: inout GGUFReader, alignment: Int) throws(FormatError) {
    place = reader.position
    name = try reader.text("a tensor's name")
    let (place, name) = (place, name)
    func bad(_ message: String, _ code: FormatError.Code = .malformed) -> FormatError {
      reader.error(message, code, at: place).at(member: name)
    }
    let axes: UInt32 = try reader.number("the number of axes")
    guard axes <= UInt32(Layout.maxAxes) else { throw bad("\(axes) axes") }
    var shape: [Int] = []
    for _ in 0..<axes {
      let length: UInt64 = try reader.number("the length of an axis")
      guard let length = Int(exactly: length) else { throw bad("an axis of length \(length)", .limitExceeded) }
      shape.append(length)
    }
    let code: UInt32 = try reader.number("the type of a tensor")
    let offset: UInt64 = try reader.number("the offset of a tensor")
    guard let type = GGUFType.types[code] else { throw bad("the unknown type \(code)", .unsupported) }
    guard let offset = Int(exactly: offset), offset % alignment == 0 else {
      throw bad("an offset of \(offset), which is no multiple of \(alignment)")
    }
    guard (shape.first ?? 1) % type.blockCount == 0 else {
      throw bad("rows of \(shape.first ?? 1) elements, in blocks of \(type.blockCount)")
    }
    guard let count = Layout.elementCount(shape),
      case let (bytes, overflow) = (count / type.blockCount).multipliedReportingOverflow(by: type.blockSize), !overflow
    else { throw bad("a shape with more bytes than 64 bits count", .limitExceeded) }
    self.offset = offset
    byteCount = bytes
    self.type = type
    // The first axis of the file is the one that runs fastest.
    self.shape = shape.reversed()
  }

  func tensor(in source: any ByteSource, at offset: Int) -> StoredTensor {
    StoredTensor(
      name: name, typeName: type.name, elements: type.elements, shape: shape, source: source, offset: offset,
      byteCount: byteCount)
  }
}
