internal import ByteIO
internal import ParallelLoops

/// Reads a text file as blocks of whole lines in UTF-8: a few megabytes at a time, however long the file is.
struct TextBlocks {
  /// How much of the file is read at once: what stays in the cache of a core while it is looked at several times, for
  /// each core that works on it.
  static let blockSize = min(8, max(1, Parallel.workers)) << 19

  let source: any ByteSource
  private let maxLineBytes: Int
  private var decoder: TextDecoder
  private var position = 0
  private var hasEnded = false
  /// How much is read next: little at first, to see what the file is like.
  private var nextSize = 64 << 10
  /// Whether all text so far is, byte for byte, what the file holds.
  private var isVerbatim = true

  /// How many lines have been taken; `nil` after a jump to another place of the file.
  private(set) var droppedLines: Int? = 0

  /// The text that has been read and not been taken yet.
  private(set) var text: [UInt8] = []

  init(_ source: any ByteSource, _ encoding: TextEncoding, maxLineBytes: Int) {
    self.source = source
    self.maxLineBytes = max(1, maxLineBytes)
    decoder = TextDecoder(encoding)
  }

  /// How many bytes of the source have been read.
  var bytesRead: Int { position }

  /// Whether `text` reaches to the end of the file.
  var isLast: Bool { hasEnded }

  /// Takes the first bytes of ``text`` away and reads on after the rest.
  ///
  /// - Throws: ``FormatError`` if the source fails, its bytes are not text in the encoding, or one line is longer than
  ///   the limit (code `limitExceeded`).
  mutating func advance(past count: Int) throws(FormatError) {
    if count > 0 { drop(count) }
    guard !hasEnded else { return }
    guard text.count < maxLineBytes else {
      var error = FormatError(
        .limitExceeded, "a line is longer than \(maxLineBytes) bytes", file: source.name, offset: position - text.count)
      error.commandHint = "--memory raises the limit"
      throw error
    }
    let size = min(max(nextSize, text.count), maxLineBytes)
    nextSize = TextBlocks.blockSize
    do throws(FormatError) {
      let start = text.count
      let wanted = source.byteCount.map { max(0, min(size, $0 - position)) } ?? size
      // Where the length is known, an answer that is short of a block is the end.
      let bytes = wanted > 0 ? try source.readText(at: position, upTo: wanted, behind: &text) : 0
      position += bytes
      hasEnded = bytes < size || source.byteCount.map { position >= $0 } ?? false
      let isPlain = decoder.keepsASCII && TextBlocks.isASCII(text, from: start)
      if isPlain {
        decoder.passASCII(bytes)
        return
      }
      isVerbatim = isVerbatim && decoder.keepsBytes
      let raw = Array(text[start...])
      text.removeLast(raw.count)
      do throws(FormatError) { try decoder.decode(raw, isLast: hasEnded, into: &text) } catch { throw placed(error) }
    } catch { throw error.at(file: source.name) }
  }

  /// With the line of bytes that are no text in the encoding, and what may be one in which they are.
  private func placed(_ error: FormatError) -> FormatError {
    var error = error
    guard let offset = error.offset, decoder.encoding.isASCIICompatible else { return error }
    error.line = TextPlace(offset: offset, in: source).line
    if [.utf8, .utf8WithMark, .ascii].contains(decoder.encoding) {
      error.commandHint = "--encoding cp1252 or latin-1 reads Western texts that are no UTF-8"
    }
    return error
  }

  private mutating func drop(_ count: Int) {
    if let known = droppedLines {
      // Safe: the span is used while the array's bytes are held.
      droppedLines = unsafe text.withUnsafeBytes { bytes in
        let lines = unsafe RawSpan(_unsafeBytes: bytes).extracting(0..<count)
        return known + TextScan(lines).lineEnds(of: lines)
      }
    }
    text.removeFirst(count)
  }

  /// Where in the file a place of ``text`` is, if the file's bytes are the text.
  func filePosition(of place: Int) -> Int? {
    isVerbatim ? position - decoder.pendingCount - text.count + place : nil
  }

  /// Drops the text and goes on from a place in the file where a line begins. The source must be seekable.
  mutating func restart(at place: Int) {
    text = []
    droppedLines = nil
    nextSize = 64 << 10
    isVerbatim = true
    position = place
    decoder.restart(at: place)
    hasEnded = source.byteCount.map { place >= $0 } ?? false
  }

  private static func isASCII(_ text: [UInt8], from start: Int) -> Bool {
    // Safe: the span is used while the array's bytes are held.
    unsafe text.withUnsafeBytes { bytes in
      TextScanning.isASCII(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: bytes[start...])))
    }
  }

  /// How many bytes from the start of ``text`` are whole lines; all of them at the end of the file.
  var wholeLineCount: Int {
    if hasEnded { return text.count }
    // Safe: the span is used while the array's bytes are held.
    return unsafe text.withUnsafeBytes { TextScanning.wholeLineCount(unsafe RawSpan(_unsafeBytes: $0)) }
  }
}

extension ByteSource {
  /// Reads bytes to the end of an array; returns how many. Memory beyond a block is taken only as bytes arrive.
  fileprivate func readText(at offset: Int, upTo count: Int, behind text: inout [UInt8]) throws(FormatError) -> Int {
    let known = text.count
    text.append(contentsOf: repeatElement(0, count: count))
    var got = 0
    defer { text.removeLast(count - got) }
    got = try unsafe text.withUnsafeMutableBufferPointer { (all) throws(FormatError) in
      // Safe: the part from `known` on lies within the array's own storage.
      try unsafe read(
        into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: all[known...])), at: offset)
    }
    return got
  }
}
