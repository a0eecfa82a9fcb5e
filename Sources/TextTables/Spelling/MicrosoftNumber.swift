/// Infinities and NaN as Microsoft's C library wrote them until 2015: `1.#INF`, `-1.#IND`, `1.#QNAN00`.
///
/// Their `#` would begin a comment, and leave a 1.
enum MicrosoftNumber {
  private static let words = [
    ("INF", "inf"), ("IND", "nan"), ("QNAN", "nan"), ("SNAN", "nan"),
    // With fewer places than that, `%.2f` and `%.3f` round the letters as if they were digits.
    ("R", "nan"), ("QO", "nan"), ("QNB", "nan"), ("T", "nan"), ("SO", "nan"), ("SNB", "nan"),
  ].map {
    (word: Array($0.utf8), value: Array($1.utf8))
  }
  /// What both an infinity and a NaN are rounded to.
  private static let ambiguous = ["J", "IO"].map { Array($0.utf8) }

  /// Whether what stands behind a `#` is part of such a number, if `1.` stands before it.
  static func follows(_ text: some Sequence<UInt8>) -> Bool {
    let start = Array(text.prefix(4))
    return (words.map(\.word) + ambiguous).contains { word in
      guard start.starts(with: word) else { return false }
      // `#Report` is a comment.
      return word.count >= 3 || !start.dropFirst(word.count).prefix(1).contains { (0x41...0x7A).contains($0) }
    }
  }

  /// What such a number without a sign is in Python; `nil` for another text. A format adds zeros to it, and an exponent.
  static func value(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.starts(with: "1.#".utf8) else { return nil }
    let name = text.dropFirst(3)
    guard let (word, value) = words.first(where: { name.starts(with: $0.word) }) else { return nil }
    let rest = name.dropFirst(word.count).drop { $0 == 0x30 }
    guard let first = rest.first else { return value }
    let exponent = rest.dropFirst().drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
    return first | 0x20 == UInt8(ascii: "e") && exponent.allSatisfy { $0 == 0x30 } ? value : nil
  }
}
