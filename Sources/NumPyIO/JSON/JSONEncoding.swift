internal import ByteIO
internal import TextTables

/// Tells JSON that is no UTF-8, as Python's `json.detect_encoding` does.
enum JSONEncoding {
  /// UTF-16 or UTF-32, by a byte order mark or by where the zeros of the first characters stand, which are ASCII; `nil` for UTF-8,
  /// and for a stream, which gives its beginning only once.
  static func wide(of source: any ByteSource) throws(FormatError) -> TextEncoding? {
    guard source.isSeekable else { return nil }
    if let marked = try TextEncoding.marked(source) { return marked }
    let start = try source.readBytes(at: 0, upTo: 4)
    guard start.count >= 2, start.contains(0) else { return nil }
    let zeros = start.map { $0 == 0 }
    switch (zeros[0], zeros[1]) {
    case (true, true): return .utf32BigEndian
    case (true, false): return .utf16BigEndian
    case (false, true): return start.count == 4 && zeros[2] && zeros[3] ? .utf32LittleEndian : .utf16LittleEndian
    case (false, false): return nil
    }
  }
}
