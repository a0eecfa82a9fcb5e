internal import ByteIO
internal import PythonPickle
internal import TextTables

/// Tells texts by their first bytes, whatever their names.
enum TextBeginning {
  /// How many bytes are looked at.
  static let length = 4096

  /// Whether a source holds text, compressed or not, and neither a pickle nor a text that is no table: HTML, JSON.
  ///
  /// The source must be able to give its beginning again.
  static func isText(_ source: any ByteSource) throws(FormatError) -> Bool {
    let start = try source.readBytes(at: 0, upTo: length)
    if isText(start, fileSize: source.byteCount) { return true }
    guard source.isSeekable, let plain = try? TextFile.decompressing(source), plain !== source,
      let inner = try? plain.readBytes(at: 0, upTo: length)
    else { return false }
    return isText(inner, fileSize: nil)
  }

  /// Whether a source, compressed or not, may hold a pickle.
  static func mayBePickle(_ source: any ByteSource) throws(FormatError) -> Bool {
    let start = try source.readBytes(at: 0, upTo: length)
    if let plain = try? TextFile.decompressing(source), plain !== source,
      let inner = try? plain.readBytes(at: 0, upTo: length)
    {
      return PickleBeginning.isPossible(inner, fileSize: nil)
    }
    return PickleBeginning.isPossible(start, fileSize: source.byteCount)
  }

  static func isText(_ start: [UInt8], fileSize: Int?) -> Bool {
    guard !start.isEmpty else { return false }
    if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) { return start.count >= 4 }
    // Control characters but for white space, and the end of file of old systems.
    guard !start.contains(where: { ($0 < 0x20 && !(0x09...0x0D).contains($0) && $0 != 0x1A) || $0 == 0x7F }) else {
      return false
    }
    return ForeignFile(start)?.isTable != false && !PickleBeginning.isPossible(start, fileSize: fileSize)
  }
}
