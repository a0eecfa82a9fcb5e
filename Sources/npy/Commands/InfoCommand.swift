import ArgumentParser
import ByteIO
import NumPyIO

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Tell what a file holds: format, dtype, shape, order, sizes, members.",
    discussion: """
      Reads headers only, so the cost does not depend on the size.

      EXAMPLES
        npy info arr.npy
        npy info arr.npz:weights
        npy info --json *.npy | jq '.[].shape'
      """)

  @Argument(help: "The files, or members of archives.") var addresses: [String]
  @OptionGroup var limits: LimitOptions
  @Flag(help: "Print JSON: an object, or a list of objects for several addresses.") var json = false

  func run() throws {
    var objects: [JSONValue] = []
    for (place, text) in addresses.enumerated() {
      let description = try FileDescription(text, limits: limits.resolved)
      if json {
        objects.append(description.json)
      } else {
        try Console.write((place > 0 ? "\n" : "") + description.text)
      }
    }
    if json { try Console.print((objects.count == 1 ? objects[0] : .array(objects)).pretty()) }
  }
}

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "List the arrays of files, one a line.",
    discussion: """
      EXAMPLES
        npy ls arr.npy model.npz
      """)

  @Argument(help: "The files.") var files: [String]
  @OptionGroup var limits: LimitOptions
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    var rows: [[String]] = []
    var objects: [JSONValue] = []
    for file in files {
      let description = try FileDescription(file, limits: limits.resolved)
      objects.append(description.json)
      rows += description.rows
    }
    if json {
      try Console.print((objects.count == 1 ? objects[0] : .array(objects)).pretty())
    } else {
      try Console.write(TextTable.aligned(rows))
    }
  }
}

/// What is told of one address, whatever it is.
enum FileDescription {
  case array(ArrayDescription)
  case archive(ArchiveDescription)
  case pickle(PickleDescription)
  case text(TextDescription)

  init(_ text: String, limits: LoadLimits) throws {
    let address = try Address(text)
    let opened = try OpenedFile(address.path, limits: limits)
    if case .npz(let archive) = opened, address.member == nil, address.slice == nil {
      self = .archive(try ArchiveDescription(archive, name: text))
    } else if case .pickle(let source) = opened {
      self = .pickle(try PickleDescription(source, address))
    } else if case .text(let source, let kind) = opened {
      self = .text(TextDescription(source, address, kind))
    } else {
      self = .array(try ArrayDescription(ArrayInput(address, opened)))
    }
  }

  var text: String {
    switch self {
    case .array(let array): array.text
    case .archive(let archive): archive.text
    case .pickle(let pickle): pickle.text
    case .text(let text): text.text
    }
  }

  var json: JSONValue {
    switch self {
    case .array(let array): array.json
    case .archive(let archive): archive.json
    case .pickle(let pickle): pickle.json
    case .text(let text): text.json
    }
  }

  /// The lines of `ls`.
  var rows: [[String]] {
    switch self {
    case .pickle(let pickle): pickle.rows
    case .text(let text): [text.row]
    case .array(let array): [[array.printableName, array.shapeText, array.dtypeText, array.sizeText]]
    case .archive(let archive):
      archive.members.map { [Console.printable(archive.name) + ":" + $0.row[0]] + $0.row[1...3] }
    }
  }
}

/// What is told of a text without reading it: its size and how it is compressed.
struct TextDescription {
  let name: String
  let kind: FileKindName
  let fileSize: Int?
  let start: String

  init(_ source: any ByteSource, _ address: Address, _ kind: FileKindName) {
    name = address.text
    self.kind = kind
    fileSize = FileStatus(path: address.path)?.size
    let bytes = (try? source.readBytes(at: 0, upTo: 200)) ?? []
    start = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
  }

  var text: String {
    TextTable.aligned([
      [Console.printable(name)], ["  format", kind == .txt ? "text" : "text, \(kind.rawValue)"],
      ["  file", fileSize.map { "\(TextTable.grouped($0)) bytes" } ?? "unknown"],
      ["  begins", Console.printable(String(start.prefix(60)))],
    ])
  }

  var row: [String] { [Console.printable(name), "-", "text", fileSize.map(TextTable.size) ?? "-"] }

  var json: JSONValue {
    .object([
      ("file", .string(name)), ("format", .string("text")), ("file_bytes", fileSize.map(JSONValue.int) ?? .null),
    ])
  }
}
