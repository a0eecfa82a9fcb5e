import ArgumentParser
import ByteIO
import NumPyIO
import ZipArchives

/// What is told of one address, whatever it is.
enum FileDescription {
  case array(ArrayDescription)
  case archive(ArchiveDescription)
  case model(ModelDescription)
  case tensor(TensorDescription)
  case part(PartDescription)
  case pickle(PickleDescription)
  case text(TextDescription)

  init(_ text: String, _ reading: SourceOptions, isOneOfMany: Bool) throws {
    let address = try Address(text)
    if reading.from == .raw {
      throw ValidationError(
        "raw bytes are what --dtype and --shape say: --from raw goes with commands that read elements")
    }
    let document = try reading.document(address.path, isOneOfMany: isOneOfMany)
    if reading.view != nil {
      // The file has no header for what its elements are seen as.
      self = .part(PartDescription(try address.item(of: document).array, name: address.text))
      return
    }
    switch document.content {
    case .npz(let archive) where address.isWhole: self = .archive(try ArchiveDescription(archive, name: address.text))
    case .npz, .npy: self = try FileDescription.stored(document, address)
    case .tensors(let file) where address.isWhole: self = .model(ModelDescription(file, name: text))
    case .tensors(let file):
      let tensor = try document.tensor(named: address.member, of: file)
      if let failure = tensor.failure { throw failure.at(member: tensor.name) }
      self = .tensor(try TensorDescription(tensor, file, name: text).sliced(address.slice))
    case .pickle, .value: self = .pickle(try PickleDescription(document, address))
    case .text(let source, let format): self = .text(try TextDescription(document, source, address, format))
    case .raw: throw FormatError(.badArgument, "raw bytes do not say what they are", file: address.path)
    }
  }

  /// What is told of an array in a `.npy` file or an archive, of its fields, and of the objects in it.
  private static func stored(_ document: Document, _ address: Address) throws -> FileDescription {
    let address = address.exact(in: document)
    var description: ArrayDescription
    switch document.content {
    case .npz(let archive) where address.member.map(archive.contains) ?? true:
      description = try member(of: archive, address, document)
    case .npy(let file) where address.member.map({ Int($0) != nil }) ?? true:
      description = try array(of: file, address, document)
      if address.isWhole { (description.following, description.errorOfNext) = following(file, address, document) }
    default:
      if let value = try address.value(in: document) { return .pickle(PickleDescription(value, address)) }
      return .part(PartDescription(try address.item(of: document).array, name: address.text))
    }
    if description.dtype.kind == .object, description.shape.isEmpty, address.slice == nil,
      let value = try? document.item(address.member).array.loadedObjects().items.first
    {
      description.contents = PickleDescription(value, address)
    }
    return .array(description)
  }

  /// The arrays that further calls of `np.save` have written to the same file, as many as are listed at most; and why the one
  /// after them cannot be read.
  private static func following(
    _ file: NPYFile, _ address: Address, _ document: Document
  ) -> (arrays: [ArrayDescription], error: FormatError?) {
    var found: [ArrayDescription] = []
    var last = file
    do throws(FormatError) {
      while found.count < mostArrays, let next = try last.next(limits: document.options.limits) {
        found.append(
          ArrayDescription(
            next, name: "\(address.text):\(found.count + 1)", stored: next.source.seekCost == .restart ? nil : 0))
        last = next
      }
      return (found, nil)
    } catch { return (found, error.at(member: String(found.count + 1))) }
  }

  /// How many arrays of one `.npy` file are listed.
  private static let mostArrays = 10_000

  private static func array(
    of file: NPYFile, _ address: Address, _ document: Document
  ) throws(FormatError) -> ArrayDescription {
    let file = try address.member.flatMap { Int($0) }.map(document.file) ?? file
    document.warnOfPython2(file)
    // Of a compressed file nothing can be mapped.
    return try ArrayDescription(file, name: address.text, stored: file.source.seekCost == .restart ? nil : 0)
      .sliced(address.slice)
  }

  private static func member(
    of archive: NPZArchive, _ address: Address, _ document: Document
  ) throws(FormatError) -> ArrayDescription {
    let name: String
    if let member = address.member { name = member } else { name = try document.onlyName(of: archive) }
    let member = try archive.member(name)
    guard try archive.isArray(member) else {
      throw FormatError(
        .wrongKind, "this is no array, but a file of \(member.uncompressedSize) bytes: npy show prints them",
        file: address.path, member: name)
    }
    let file = try archive.file(name)
    document.warnOfPython2(file)
    let offset = try archive.storedOffset(of: archive.member(name))
    return try ArrayDescription(file, name: address.text, stored: offset).sliced(address.slice)
  }

  /// Why members of an archive cannot be read.
  var memberErrors: [FormatError] {
    switch self {
    case .archive(let archive): archive.members.compactMap(\.error)
    case .array(let array): array.cut.map { [$0.error] } ?? array.errorOfNext.map { [$0] } ?? []
    case .model(let model): model.errors
    default: []
    }
  }

  var text: String {
    switch self {
    case .array(let array): array.text
    case .archive(let archive): archive.text
    case .model(let model): model.text
    case .tensor(let tensor): tensor.text
    case .part(let part): part.text
    case .pickle(let pickle): pickle.text
    case .text(let text): text.text
    }
  }

  var json: JSONValue {
    switch self {
    case .array(let array): array.json
    case .archive(let archive): archive.json
    case .model(let model): model.json
    case .tensor(let tensor): tensor.json
    case .part(let part): part.json
    case .pickle(let pickle): pickle.json
    case .text(let text): text.json
    }
  }

  /// The lines of `ls`.
  var rows: [[String]] {
    switch self {
    case .pickle(let pickle): pickle.rows
    case .text(let text): [text.row]
    case .model(let model): model.rows
    case .tensor(let tensor): [tensor.row]
    case .part(let part): [part.row]
    case .array(let array): array.rows
    case .archive(let archive):
      archive.members.map { [Console.printable(archive.name) + ":" + $0.row[0]] + $0.row[1...3] }
    }
  }
}

/// What is told of a text: its size, how it begins, and what array it is, for which it has to be read.
struct TextDescription {
  let name: String
  let format: FileFormat
  let fileSize: Int?
  let start: String
  /// The type and shape of the array; `nil` if the text cannot be read as it is.
  let array: (dtype: DType, shape: [Int])?

  init(
    _ document: Document, _ source: any ByteSource, _ address: Address, _ format: FileFormat
  ) throws(FormatError) {
    name = address.text
    self.format = format
    fileSize = RemoteInput.isRemote(address.path) ? source.storedByteCount : FileStatus(path: address.path)?.size
    let bytes = (try? source.readBytes(at: 0, upTo: 200)) ?? []
    start = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    do throws(FormatError) { array = try TextDescription.array(address, document) } catch {
      // What is asked for by its name is to be there.
      guard address.isWhole, ![.cancelled, .io].contains(error.code) else { throw error }
      array = nil
      Console.warn(FileWarning(Failure.line(error)))
    }
  }

  private static func array(
    _ address: Address, _ document: Document
  ) throws(FormatError) -> (dtype: DType, shape: [Int]) {
    let array = try address.item(of: document).array
    guard let axis = array.openAxis else { return (array.dtype, array.shape) }
    var count = 0
    try array.blocks().forEachRun(inUnitsOf: 1) { (run: AnyNDArray) throws(FormatError) in count += run.count }
    var shape = array.shape
    shape[axis] = count / max(1, shape.enumerated().reduce(1) { $1.offset == axis ? $0 : $0 * $1.element })
    return (array.dtype, shape)
  }

  private var rows: [[String]] {
    guard let array else { return [] }
    return [
      ["  dtype", Failure.shortened(Console.printable(array.dtype.description))],
      ["  shape", Layout.describe(array.shape)],
      ["  elements", TextTable.grouped(array.shape.reduce(1, &*))],
    ]
  }

  var text: String {
    Console.printable(name) + "\n"
      + TextTable.aligned(
        [
          ["  format", format == .txt ? "text" : "text, \(format.rawValue)"],
          ["  file", fileSize.map { "\(TextTable.grouped($0)) bytes" } ?? "unknown"],
          ["  begins", Console.printable(String(start.prefix(60)))],
        ] + rows)
  }

  var row: [String] {
    [
      Console.printable(name), array.map { Layout.describe($0.shape) } ?? "-",
      "text" + (array.map { " " + ArrayDescription.brief(Console.printable($0.dtype.description), $0.dtype) } ?? ""),
      fileSize.map(TextTable.size) ?? "-",
    ]
  }

  var json: JSONValue {
    .object([
      ("file", .string(name)), ("format", .string("text")), ("file_bytes", fileSize.map(JSONValue.int) ?? .null),
      ("dtype", array.map(\.dtype.json) ?? .null),
      ("shape", array.map { .array($0.shape.map(JSONValue.int)) } ?? .null),
    ])
  }
}
