import ByteIO
import NumPyIO

/// Where zarr finds the chunks of arrays that lie in other files: kerchunk's references, to zarr's format 3.
struct ZarrReferences {
  /// An array, and where its chunks are.
  private struct Entry {
    let name: String
    let header: NPYHeader
    let type: ZarrType
    let chunkShape: [Int]
    var chunks: [(key: String, value: JSONValue)] = []

    /// The group that the array is in: what stands before the last slash of its name.
    var group: Substring { name.lastIndex(of: "/").map { name[..<$0] } ?? "" }
  }

  private let chunkBytes: Int
  private var entries: [Entry] = []
  private var names: Set<String> = []

  /// - Parameter chunkBytes: The most bytes of a chunk, where the array can be cut evenly.
  init(chunkBytes: Int) { self.chunkBytes = chunkBytes }

  /// The references as a document.
  var json: JSONValue {
    var refs: [(key: String, value: JSONValue)] = groups.map { group in
      let node: [(key: String, value: JSONValue)] = [
        ("zarr_format", .int(3)), ("node_type", .string("group")), ("attributes", .object([])),
      ]
      return ((group.isEmpty ? "" : group + "/") + "zarr.json", .string(JSONValue.object(node).text))
    }
    let shared = sharedAxes
    for entry in entries {
      refs.append((entry.name + "/zarr.json", .string(description(entry, shared[entry.group] ?? []).text)))
      refs += entry.chunks
    }
    return .object([("version", .int(1)), ("refs", .object(refs))])
  }

  /// The groups that arrays are in, and those that these are in.
  private var groups: [String] {
    var found = [""]
    var known: Set<String> = [""]
    for entry in entries {
      let parts = entry.group.split(separator: "/", omittingEmptySubsequences: false)
      for count in parts.indices where known.insert(parts[...count].joined(separator: "/")).inserted {
        found.append(parts[...count].joined(separator: "/"))
      }
    }
    return found
  }

  /// For each group the axes along which all of its arrays have one length. xarray takes axes of one name for the same.
  private var sharedAxes: [Substring: Set<Int>] {
    var lengths: [Substring: [Int: Set<Int>]] = [:]
    for entry in entries {
      for (axis, length) in entry.header.shape.enumerated() {
        lengths[entry.group, default: [:]][axis, default: []].insert(length)
      }
    }
    return lengths.mapValues { axes in Set(axes.filter { $0.value.count == 1 }.keys) }
  }

  /// Adds an array.
  ///
  /// - Parameters:
  ///   - url: Of the file that holds it.
  ///   - offset: Where its `.npy` begins in that file.
  /// - Throws: ``FormatError`` with code `unsupported` for elements that zarr has no name for.
  mutating func add(_ name: String, _ file: NPYFile, url: String, offset: Int) throws(FormatError) {
    let header = file.header
    guard names.insert(name).inserted else {
      throw FormatError(
        .alreadyExists, "another array is called '\(name)' as well, as the base names of files are those of arrays",
        file: file.source.name)
    }
    guard let type = ZarrType(header.dtype) else {
      throw FormatError(
        .unsupported, "zarr reads numbers, times and texts in place, not elements of \(header.dtype.notation)",
        file: file.source.name)
    }
    // The axes from the one that runs slowest.
    let stored = header.isFortranOrder ? Array(header.shape.reversed()) : header.shape
    let length = chunkLength(of: stored, header.dtype.itemSize)
    let part = stored.isEmpty ? [] : [length] + stored.dropFirst()
    let shape = header.isFortranOrder ? part.reversed() : part
    var entry = Entry(name: name, header: header, type: type, chunkShape: shape)
    if header.dataByteCount > 0 {
      let size = part.reduce(header.dtype.itemSize, *)
      for number in 0..<(header.dataByteCount / size) {
        var place = stored.map { _ in 0 }
        if !place.isEmpty { place[0] = number }
        if header.isFortranOrder { place.reverse() }
        let key = (["c"] + place.map(String.init)).joined(separator: "/")
        let start = offset + file.dataOffset + number * size
        entry.chunks.append((name + "/" + key, .array([.string(url), .int(start), .int(size)])))
      }
    }
    entries.append(entry)
  }

  /// How many places of the slowest axis a chunk has: chunks are all of one size, so that it divides the axis.
  private func chunkLength(of shape: [Int], _ itemSize: Int) -> Int {
    guard let rows = shape.first, rows > 0 else { return 1 }
    let row = shape.dropFirst().reduce(itemSize, *)
    let most = max(1, min(rows, chunkBytes / max(1, row)))
    if most == rows { return rows }
    let divisor = (1...most).last { rows % $0 == 0 } ?? 1
    // Of an axis whose length no large number divides, one chunk is better than a great many.
    return divisor * 16 >= most ? divisor : rows
  }

  /// - Parameter shared: The axes whose names other arrays have too.
  private func description(_ entry: Entry, _ shared: Set<Int>) -> JSONValue {
    let header = entry.header
    var codecs: [JSONValue] = []
    if header.isFortranOrder, header.shape.count > 1 {
      let order = header.shape.indices.reversed().map { JSONValue.int($0) }
      codecs.append(ZarrReferences.named("transpose", [("order", .array(order))]))
    }
    let endian = header.dtype.byteOrder == .big ? "big" : "little"
    codecs.append(
      entry.type.hasByteOrder
        ? ZarrReferences.named("bytes", [("endian", .string(endian))]) : .object([("name", .string("bytes"))]))
    let base = entry.name.split(separator: "/").last.map(String.init) ?? entry.name
    let axes = header.shape.indices.map { (shared.contains($0) ? "" : base + "_") + "dim_\($0)" }
    return .object([
      ("zarr_format", .int(3)), ("node_type", .string("array")), ("shape", .array(header.shape.map { .int($0) })),
      ("data_type", entry.type.name),
      ("chunk_grid", ZarrReferences.named("regular", [("chunk_shape", .array(entry.chunkShape.map { .int($0) }))])),
      ("chunk_key_encoding", ZarrReferences.named("default", [("separator", .string("/"))])),
      ("fill_value", entry.type.fillValue), ("codecs", .array(codecs)),
      ("dimension_names", .array(axes.map { .string($0) })), ("attributes", .object([])),
    ])
  }

  /// A name with what it needs, as zarr's format has many.
  static func named(_ name: String, _ configuration: [(key: String, value: JSONValue)]) -> JSONValue {
    .object([("name", .string(name)), ("configuration", .object(configuration))])
  }
}
