internal import ByteIO
internal import JSONSyntax
internal import NDArrays

/// What a safetensors file says of its tensors before their bytes: JSON behind its length.
///
/// Stricter than the Python package in that no key may stand twice.
struct SafetensorsHeader {
  struct Entry {
    let name: String
    let type: SafetensorsType
    let shape: [Int]
    /// Where the bytes lie, counted from the end of the header.
    let range: Range<Int>
    /// Where the entry begins in the file.
    let place: Int
  }

  /// The entries, by where their bytes lie.
  private(set) var entries: [Entry] = []
  /// What the file says beside its tensors.
  private(set) var metadata: [(key: String, value: String)] = []
  /// Fields of entries that the format does not know.
  private(set) var unknownFields: [String] = []
  /// The bytes before those of the tensors, the length included.
  let byteCount: Int
  /// Whether nothing but spaces stands around the JSON, and none before it.
  private(set) var isPlain = true

  /// The longest header: the limit of the Python package.
  static let maxLength = 100_000_000

  /// - Throws: ``FormatError`` for a header that does not follow the format.
  init(from source: any ByteSource) throws(FormatError) {
    let prefix = try source.readBytes(at: 0, count: 8, "the length of the header")
    let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(SafetensorsHeader.maxLength) else {
      throw FormatError(
        .limitExceeded, "a header of \(length) bytes, more than \(SafetensorsHeader.maxLength)", file: source.name,
        offset: 0)
    }
    byteCount = 8 + Int(length)
    if let size = source.byteCount, size < byteCount {
      throw FormatError.truncated("the header", expected: Int(length), found: size - 8, at: size).at(file: source.name)
        .adding("the file is cut short within its list of tensors, so that none can be found")
    }
    let bytes = try source.readBytes(at: 8, count: Int(length), "the header")
    var scanner = JSONScanner(bytes, name: source.name, offset: 8)
    isPlain = bytes.first == UInt8(ascii: "{")
    try scanner.object("the tensors") { (scanner: inout JSONScanner, key: String) throws(FormatError) in
      if key == "__metadata__" {
        try readMetadata(&scanner)
      } else {
        entries.append(try entry(key, &scanner))
      }
    }
    let end = scanner.place
    scanner.skipSpace()
    guard scanner.isAtEnd else { throw scanner.error("bytes follow the JSON of the header") }
    if !bytes[end...].allSatisfy({ $0 == 0x20 }) { isPlain = false }
    try sort(source.name)
  }

  private mutating func readMetadata(_ scanner: inout JSONScanner) throws(FormatError) {
    var found: [(key: String, value: String)] = []
    try scanner.object("the metadata") { (scanner: inout JSONScanner, key: String) throws(FormatError) in
      guard scanner.current == UInt8(ascii: "\"") else {
        throw scanner.error("the metadata '\(key.prefix(100))' is no string")
      }
      found.append((key, try scanner.string()))
    }
    metadata = found
  }

  private mutating func entry(_ name: String, _ scanner: inout JSONScanner) throws(FormatError) -> Entry {
    let start = scanner.place
    var (type, shape, offsets): (SafetensorsType?, [Int]?, [Int]?)
    var unknown: [String] = []
    do throws(FormatError) {
      try scanner.object("a tensor") { (scanner: inout JSONScanner, key: String) throws(FormatError) in
        switch key {
        case "dtype":
          let place = scanner.place
          let text = try scanner.string()
          type = SafetensorsType(rawValue: text)
          if type == nil { throw scanner.error("unknown dtype '\(text.prefix(40))'", .unsupported, at: place) }
        case "shape": shape = try SafetensorsHeader.counts(&scanner, "a length of the shape")
        case "data_offsets": offsets = try SafetensorsHeader.counts(&scanner, "an offset")
        default:
          try scanner.skipValue()
          unknown.append(key)
        }
      }
      guard let type else { throw scanner.error("no dtype", at: start) }
      guard let shape else { throw scanner.error("no shape", at: start) }
      guard let offsets else { throw scanner.error("no data_offsets", at: start) }
      guard offsets.count == 2, offsets[0] <= offsets[1] else {
        throw scanner.error("data_offsets are a begin and an end, not \(offsets.prefix(4))", at: start)
      }
      if unknownFields.count < 100 { unknownFields += unknown }
      let range = offsets[0]..<offsets[1]
      try SafetensorsHeader.check(range, type, shape, scanner, start)
      return Entry(name: name, type: type, shape: shape, range: range, place: 8 + start)
    } catch { throw error.at(member: name) }
  }

  private static func counts(_ scanner: inout JSONScanner, _ what: String) throws(FormatError) -> [Int] {
    var counts: [Int] = []
    try scanner.list("\(what)s") { (scanner: inout JSONScanner) throws(FormatError) in
      counts.append(try scanner.count(what))
    }
    return counts
  }

  /// Holds the bytes of a tensor against its shape.
  private static func check(
    _ range: Range<Int>, _ type: SafetensorsType, _ shape: [Int], _ scanner: JSONScanner, _ start: Int
  ) throws(FormatError) {
    guard let count = Layout.elementCount(shape),
      case let (bits, overflow) = count.multipliedReportingOverflow(by: type.bits), !overflow
    else {
      throw scanner.error(
        "the shape \(Layout.describe(shape)) has more bytes than 64 bits count", .limitExceeded, at: start)
    }
    guard bits % 8 == 0 else {
      throw scanner.error(
        "\(count) elements of \(type.rawValue) are \(bits) bits, no whole number of bytes", at: start)
    }
    guard bits / 8 == range.count else {
      throw scanner.error(
        "the shape \(Layout.describe(shape)) of \(type.rawValue) takes \(bits / 8) bytes, data_offsets have \(range.count)",
        at: start)
    }
  }

  /// Puts the entries into the order of their bytes, which follow each other without holes.
  private mutating func sort(_ file: String) throws(FormatError) {
    let order = entries.indices.sorted { left, right in
      let (one, other) = (entries[left].range, entries[right].range)
      return (one.lowerBound, one.upperBound, left) < (other.lowerBound, other.upperBound, right)
    }
    entries = order.map { entries[$0] }
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        let what = entry.range.lowerBound < end ? "overlap those before" : "leave a hole behind those before"
        throw FormatError(
          .malformed, "the bytes of the tensor \(what): they begin at \(entry.range.lowerBound), not at \(end)",
          file: file, member: entry.name, offset: entry.place)
      }
      end = entry.range.upperBound
    }
  }

  /// The bytes of all tensors.
  var dataByteCount: Int { entries.last?.range.upperBound ?? 0 }
}
