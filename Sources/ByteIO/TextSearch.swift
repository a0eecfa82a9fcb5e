// Texts within texts, byte by byte. The functions of these names in `_StringProcessing` would bring all of regular expressions
// into every program that reads a file, a megabyte: those of any other module come before them.

extension StringProtocol {
  /// Where a text stands first; an empty one at the start.
  package func firstRange(of text: some StringProtocol) -> Range<String.Index>? {
    let (bytes, wanted) = (utf8, text.utf8)
    guard let first = wanted.first else { return startIndex..<startIndex }
    var start = bytes.startIndex
    while let place = bytes[start...].firstIndex(of: first) {
      var (index, rest) = (place, wanted.startIndex)
      while rest < wanted.endIndex, index < bytes.endIndex, bytes[index] == wanted[rest] {
        index = bytes.index(after: index)
        rest = wanted.index(after: rest)
      }
      if rest == wanted.endIndex { return place..<index }
      start = bytes.index(after: place)
    }
    return nil
  }

  /// Whether a text stands within this one.
  package func contains(_ other: String) -> Bool { firstRange(of: other) != nil }

  /// Whether a text stands within this one.
  package func contains(_ other: Substring) -> Bool { firstRange(of: other) != nil }

  /// The text with another one in the place of each occurrence of a text that is not empty.
  package func replacing(_ text: String, with replacement: String) -> String {
    var result = ""
    var rest = self[...]
    while !text.isEmpty, let range = rest.firstRange(of: text) {
      result += rest[..<range.lowerBound] + replacement
      rest = rest[range.upperBound...]
    }
    return result + rest
  }
}
