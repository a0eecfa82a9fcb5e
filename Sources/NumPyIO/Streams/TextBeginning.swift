internal import ArrayDeflate
internal import ByteIO
internal import PythonPickle
internal import TextTables

/// Tells texts by their first bytes, whatever their names.
enum TextBeginning {
  /// How many bytes are looked at.
  static let length = 4096
  /// Below the least length that four characters of text spell.
  static let textLength = 0x0900_0000

  /// Whether a source holds text, compressed or not, and neither a pickle nor a text that is no table: HTML, JSON.
  ///
  /// The source must be able to give its beginning again.
  ///
  /// - Parameter expectedSize: How many bytes a stream is thought to have at most. A string of a pickle's whose length is
  ///   spelled by letters and a tab has more than ``textLength``: as the first value of a pickle, and itself text, it is not
  ///   expected but by who looks for what is hidden.
  static func isText(_ source: any ByteSource, expectedSize: Int? = nil) throws(FormatError) -> Bool {
    let start = try source.readBytes(at: 0, upTo: length)
    if isText(start, fileSize: source.byteCount ?? size(of: start) ?? expectedSize) { return true }
    guard source.isSeekable, let plain = try? TextFile.decompressing(source), plain !== source,
      let inner = try? plain.readBytes(at: 0, upTo: length)
    else { return false }
    return isText(inner, fileSize: size(of: inner) ?? expectedSize)
  }

  /// Says what a file is that is read as text and is clearly of another kind.
  ///
  /// - Parameters:
  ///   - mayBeText: Whether the user has said how the text is read, of whatever kind it is.
  ///   - isEncoded: Whether the user has said in which encoding.
  /// - Throws: ``FormatError`` with code `wrongKind`.
  static func refuseForeign(
    _ source: any ByteSource, _ path: String, mayBeText: Bool, isEncoded: Bool
  ) throws(FormatError) {
    let start = try inner(source, upTo: ForeignFile.prefixLength)
    if let foreign = ForeignFile(binary: start) ?? (mayBeText ? nil : ForeignFile(noTable: start)) {
      throw foreign.error(file: path)
    }
    // UTF-16 and UTF-32 have zeros, and a mark if nobody says that it is them.
    let isMarked =
      start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) || start.starts(with: [0, 0, 0xFE])
    guard !isEncoded, !isMarked, let place = start.firstIndex(of: 0) else { return }
    if let foreign = ForeignFile(start) { throw foreign.error(file: path, offset: place) }
    var error = FormatError(
      .wrongKind, "this is no text: it has zero bytes, as only UTF-16 and UTF-32 have", file: path, offset: place)
    error.commandHint = "--encoding names the encoding"
    throw error
  }

  /// The error of reading JSON, or what says that the file is of another kind.
  static func explained(_ error: FormatError, _ source: any ByteSource, _ path: String) -> FormatError {
    guard error.code == .malformed, source.isSeekable,
      let start = try? inner(source, upTo: ForeignFile.prefixLength), let foreign = ForeignFile(start), !foreign.isJSON,
      !foreign.isTable
    else { return error }
    return foreign.error(file: path)
  }

  /// Whether a source, compressed or not, begins as a file of a kind that is no table of text.
  static func isForeign(_ source: any ByteSource) throws(FormatError) -> Bool {
    let start = try inner(source, upTo: ForeignFile.prefixLength)
    return ForeignFile(binary: start) != nil || ForeignFile(noTable: start) != nil
  }

  /// Whether a source, compressed or not, holds JSON, with which no pickle begins.
  static func isJSON(_ source: any ByteSource) throws(FormatError) -> Bool {
    ForeignFile(try inner(source, upTo: length))?.isJSON == true
  }

  /// Whether a source, compressed or not, begins as pickles of protocol 2 and later do: as no text in any encoding.
  static func isBinaryPickle(_ source: any ByteSource) throws(FormatError) -> Bool {
    let start = try inner(source, upTo: 2)
    return start.count == 2 && start[0] == 0x80 && (2...5).contains(start[1])
  }

  /// The first bytes of what a source holds; none of what cannot be inflated, which whoever reads it is told.
  private static func inner(_ source: any ByteSource, upTo count: Int) throws(FormatError) -> [UInt8] {
    guard source.isSeekable, let plain = try? CompressedSource.opening(source) else {
      return try source.readBytes(at: 0, upTo: count)
    }
    return (try? plain.readBytes(at: 0, upTo: count)) ?? []
  }

  /// Whether a source, compressed or not, may hold a pickle.
  static func mayBePickle(_ source: any ByteSource) throws(FormatError) -> Bool {
    let start = try source.readBytes(at: 0, upTo: length)
    if let plain = try? TextFile.decompressing(source), plain !== source,
      let inner = try? plain.readBytes(at: 0, upTo: length)
    {
      return PickleBeginning.isPossible(inner, fileSize: size(of: inner))
    }
    return PickleBeginning.isPossible(start, fileSize: source.byteCount ?? size(of: start))
  }

  /// The size of what begins with some bytes, if it ends with them; else it is not known.
  private static func size(of start: [UInt8]) -> Int? { start.count < length ? start.count : nil }

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
