import ByteIO
import NumPyIO

/// Where zarr finds the chunks of arrays that lie in other files: kerchunk's references, to zarr's format 3.
struct ZarrReferences {
  private let chunkBytes: Int
  private var entries: [(key: String, value: JSONValue)] = []

  /// - Parameter chunkBytes: The most bytes of a chunk, where the array can be cut evenly.
  init(chunkBytes: Int) {
    self.chunkBytes = chunkBytes
    let group = JSONValue.object([
      ("zarr_format", .int(3)), ("node_type", .string("group")), ("attributes", .object([])),
    ])
    entries = [("zarr.json", .string(group.text))]
  }

  /// The references as a document.
  var json: JSONValue { .object([("version", .int(1)), ("refs", .object(entries))]) }

  /// Adds an array.
  ///
  /// - Parameters:
  ///   - url: Of the file that holds it.
  ///   - offset: Where its `.npy` begins in that file.
  /// - Throws: ``FormatError`` with code `unsupported` for elements that zarr has no name for.
  mutating func add(_ name: String, _ file: NPYFile, url: String, offset: Int) throws(FormatError) {
    let header = file.header
    guard let type = ZarrReferences.typeName(header.dtype) else {
      throw FormatError(
        .unsupported, "zarr reads numbers in place, not elements of \(header.dtype.notation)", file: file.source.name)
    }
    // The axes from the one that runs slowest.
    let stored = header.isFortranOrder ? Array(header.shape.reversed()) : header.shape
    let length = chunkLength(of: stored, header.dtype.itemSize)
    let part = stored.isEmpty ? [] : [length] + stored.dropFirst()
    let shape = header.isFortranOrder ? part.reversed() : part
    entries.append((name + "/zarr.json", .string(description(header, type, chunk: shape).text)))
    guard header.dataByteCount > 0 else { return }
    let size = part.reduce(header.dtype.itemSize, *)
    for number in 0..<(header.dataByteCount / size) {
      var place = stored.map { _ in 0 }
      if !place.isEmpty { place[0] = number }
      if header.isFortranOrder { place.reverse() }
      let key = (["c"] + place.map(String.init)).joined(separator: "/")
      let start = offset + file.dataOffset + number * size
      entries.append((name + "/" + key, .array([.string(url), .int(start), .int(size)])))
    }
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

  private func description(_ header: NPYHeader, _ type: String, chunk: [Int]) -> JSONValue {
    var codecs: [JSONValue] = []
    if header.isFortranOrder, header.shape.count > 1 {
      let order = header.shape.indices.reversed().map { JSONValue.int($0) }
      codecs.append(.object([("name", .string("transpose")), ("configuration", .object([("order", .array(order))]))]))
    }
    let endian = header.dtype.byteOrder == .big ? "big" : "little"
    codecs.append(
      .object([("name", .string("bytes")), ("configuration", .object([("endian", .string(endian))]))]))
    let grid = JSONValue.object([
      ("name", .string("regular")), ("configuration", .object([("chunk_shape", .array(chunk.map { .int($0) }))])),
    ])
    let keys = JSONValue.object([
      ("name", .string("default")), ("configuration", .object([("separator", .string("/"))])),
    ])
    let zero: JSONValue = header.dtype.kind == .complex ? .array([.double(0), .double(0)]) : .int(0)
    return .object([
      ("zarr_format", .int(3)), ("node_type", .string("array")), ("shape", .array(header.shape.map { .int($0) })),
      ("data_type", .string(type)), ("chunk_grid", grid), ("chunk_key_encoding", keys),
      ("fill_value", header.dtype.kind == .bool ? .bool(false) : zero), ("codecs", .array(codecs)),
      ("dimension_names", .array(header.shape.indices.map { .string("dim_\($0)") })), ("attributes", .object([])),
    ])
  }

  /// Zarr's name of a type; `nil` for one that it has none for.
  private static func typeName(_ dtype: DType) -> String? {
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, 1): "bool"
    case (.signedInteger, let size): "int\(size * 8)"
    case (.unsignedInteger, let size): "uint\(size * 8)"
    case (.float, let size) where size <= 8: "float\(size * 8)"
    case (.complex, let size) where size <= 16: "complex\(size * 8)"
    default: nil
    }
  }
}
