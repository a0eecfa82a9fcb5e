internal import ArrayBytes
package import ByteIO
internal import JSONSyntax
internal import ParallelLoops

/// The index of a model in several files: which of them holds which tensor.
enum SafetensorsIndex {
  /// Whether a file is such an index by its name: `model.safetensors.index.json`, `model.safetensors.index.fp16.json`.
  static func isNamed(_ path: String) -> Bool {
    let file = path.split(separator: "/").last ?? ""
    return file.hasSuffix(".json") && file.contains(".safetensors.index.")
  }

  /// The longest index, as that of a header.
  private static let maxLength = SafetensorsHeader.maxLength

  /// What the index says: its metadata as text, and the names with their files.
  static func parse(
    _ source: any ByteSource
  ) throws(FormatError) -> (metadata: [(key: String, value: String)], files: [(name: String, file: String)]) {
    let bytes = try source.readBytes(at: 0, upTo: maxLength + 1)
    guard bytes.count <= maxLength else {
      throw FormatError(.limitExceeded, "an index of more than \(maxLength) bytes", file: source.name)
    }
    var scanner = JSONScanner(bytes, name: source.name)
    var metadata: [(key: String, value: String)] = []
    var files: [(name: String, file: String)]?
    try scanner.object("the index") { (scanner: inout JSONScanner, key: String) throws(FormatError) in
      switch key {
      case "weight_map":
        var found: [(name: String, file: String)] = []
        try scanner.object("the files of tensors") { (scanner: inout JSONScanner, name: String) throws(FormatError) in
          let place = scanner.place
          let file = try scanner.string()
          guard isPlainName(file) else {
            throw scanner.error(
              "'\(file.prefix(100))' is no name of a file beside the index", at: place
            ).at(member: name)
          }
          found.append((name, file))
        }
        files = found
      case "metadata" where scanner.current == UInt8(ascii: "{"):
        try scanner.object("the metadata") { (scanner: inout JSONScanner, key: String) throws(FormatError) in
          let start = scanner.place
          if scanner.current == UInt8(ascii: "\"") {
            metadata.append((key, try scanner.string()))
          } else {
            try scanner.skipValue()
            metadata.append((key, String(decoding: scanner.bytes[start..<scanner.place], as: UTF8.self)))
          }
        }
      default: try scanner.skipValue()
      }
    }
    scanner.skipSpace()
    guard scanner.isAtEnd else { throw scanner.error("text follows the index") }
    guard let files else { throw scanner.error("the index has no weight_map", .wrongKind, at: 0) }
    return (metadata, files)
  }

  /// Whether a name is that of a file in the same folder: an index cannot make others be read.
  private static func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
      && !name.contains("\\")
  }
}

extension SafetensorsFile {
  /// Opens a model in several files by its index; each file is opened once, and its header read.
  ///
  /// - Parameters:
  ///   - source: The index.
  ///   - path: Its path, beside which the files lie.
  ///   - open: Opens a file of the model.
  /// - Throws: ``FormatError`` if the index does not follow the format, or no tensor's file can be read; of those that cannot, the
  ///   tensors have a ``StoredTensor/failure``.
  package init(
    index source: any ByteSource, path: String,
    opening open: @Sendable (String) throws(FormatError) -> any ByteSource
  ) throws(FormatError) {
    let (metadata, files) = try SafetensorsIndex.parse(source)
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    var places: [NameKey: Int] = [:]
    var paths: [String] = []
    for (_, file) in files where places[NameKey(file)] == nil {
      places[NameKey(file)] = paths.count
      paths.append(folder + file)
    }
    // Each may wait for a server.
    let shards = paths
    let opened = try Parallel.map(shards.count) { (place: Int) throws(FormatError) -> Shard in
      do throws(FormatError) { return .success(try SafetensorsFile(open(shards[place]))) } catch {
        if error.code == .cancelled { throw error }
        return .failure(error.at(file: shards[place]))
      }
    }
    var tensors: [StoredTensor] = []
    for (name, file) in files {
      guard let place = places[NameKey(file)] else { continue }
      tensors.append(SafetensorsFile.tensor(name, in: opened[place], of: source))
    }
    // Of a model none of whose files is there nothing is told.
    if let failure = tensors.first?.failure, tensors.allSatisfy({ $0.failure != nil }) { throw failure }
    let order = opened.compactMap { try? $0.get() }
    var oddities: [String] = []
    for shard in order {
      oddities += shard.oddities.map { "\(shard.name): \($0)" }
    }
    let named = tensors.count { $0.failure == nil }
    let held = order.reduce(0) { $0 + $1.tensors.count }
    if held > named { oddities.append("\(held - named) tensors of the files that the index does not name") }
    // What the files say of themselves, and what the index says but for sizes, which hold for these files only.
    var all: [(key: String, value: String)] = []
    for pair in order.flatMap(\.metadata) + metadata where pair.key != "total_size" {
      if !all.contains(where: { $0.key == pair.key }) { all.append(pair) }
    }
    try self.init(
      name: source.name, metadata: all, tensors, order.flatMap(\.sources), oddities: oddities)
  }

  /// A file of the model, or why it cannot be read.
  private typealias Shard = Result<SafetensorsFile, FormatError>

  /// A tensor that the index names; one that cannot be read does not hide the others.
  private static func tensor(_ name: String, in shard: Shard, of index: any ByteSource) -> StoredTensor {
    switch shard {
    case .success(let file):
      file.index[name]
        ?? StoredTensor(
          name: name, of: index,
          failure: FormatError(
            .notFound, "the index names a tensor that the file lacks", file: file.name, member: name))
    case .failure(let error): StoredTensor(name: name, of: index, failure: error)
    }
  }

  /// Whether a file is the index of a model in several files, by its name.
  package static func isIndex(_ path: String) -> Bool { SafetensorsIndex.isNamed(path) }
}
