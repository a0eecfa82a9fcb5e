/// What is stored in a column of numbers where the text has no number.
struct MissingValue: Sendable {
  /// The number's bytes, the first ``byteCount`` of them.
  let bits: UInt64
  let byteCount: Int
  /// Whether words count as missing as well, rather than empty fields only.
  let takesWords: Bool
  /// The words that stand for a missing value; all others are to be told of.
  let known: [[UInt8]]

  /// Whether a byte begins a word that is not a number: only `inf` and `nan` begin with letters.
  @inline(__always)
  static func isWord(_ byte: UInt8) -> Bool {
    let letter = byte & 0xDF
    return letter >= 0x41 && letter <= 0x5A && letter != 0x49 && letter != 0x4E
  }

  /// Counts a word, unless it is one of those that stand for a missing value.
  @inline(never)
  func note(_ text: RawSpan, _ range: Range<Int>, _ words: inout WordPlaces) {
    let word = Array(FieldSpelling.trimmed(text.bytes(range)[...]))
    if !known.contains(word) { words.add(range) }
  }

  func store(at target: UnsafeMutableRawPointer) {
    unsafe withUnsafeBytes(of: bits) { bytes in
      // Safe: the caller has room for a number of the column's type, which has that many bytes.
      if let start = bytes.baseAddress { unsafe target.copyMemory(from: start, byteCount: byteCount) }
    }
  }
}

/// Where a reader of plain rows puts a field.
struct FieldTarget: Sendable {
  var action: FieldAction
  /// Where the value goes, in bytes from the start of the row.
  var offset: Int

  /// A field that is passed over.
  static let none = FieldTarget(action: .skip, offset: 0)
}
