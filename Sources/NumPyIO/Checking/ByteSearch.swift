internal import ByteIO

/// Looks for bytes in a source of any length.
enum ByteSearch {
  /// The index of the first pattern that occurs; `nil` if none does.
  static func first(of patterns: [[UInt8]], in source: any ByteSource) throws(FormatError) -> Int? {
    let overlap = (patterns.map(\.count).max() ?? 1) - 1
    var offset = 0
    var kept: [UInt8] = []
    while true {
      let piece = try source.readBytes(at: offset, upTo: 1 << 20)
      guard !piece.isEmpty else { return nil }
      offset += piece.count
      let bytes = kept + piece
      for (index, pattern) in patterns.enumerated() where contains(pattern, bytes) { return index }
      kept = Array(bytes.suffix(overlap))
    }
  }

  static func contains(_ pattern: [UInt8], _ bytes: [UInt8]) -> Bool {
    guard let first = pattern.first, bytes.count >= pattern.count else { return false }
    var place = 0
    let last = bytes.count - pattern.count
    while place <= last, let found = bytes[place...last].firstIndex(of: first) {
      if bytes[found...].starts(with: pattern) { return true }
      place = found + 1
    }
    return false
  }
}
