internal import NDArrays
internal import NumberText

/// Python's methods of `str`, by code points, as far as reading text needs them.
enum PythonText {
  /// `str.isspace` for one code point.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// The number that Python's `float` reads.
  static func double(_ text: String) -> Double? { PythonNumberText.double(Array(text.utf8)) }

  /// Whether a text is a moment in ISO 8601 with a month at least.
  static func isDate(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count >= 7 && ParsedDate.parse(bytes, isDatetime: true) != nil
  }

  /// `text.strip()`.
  static func strip(_ text: String) -> String {
    let isBare = [text.utf8.first, text.utf8.last].allSatisfy { $0.map { $0 > 0x20 && $0 < 0x80 } ?? true }
    return isBare ? text : strip(Array(text.unicodeScalars)[...], isSpace).string
  }

  /// Takes characters off both ends.
  static func strip(
    _ text: ArraySlice<Unicode.Scalar>, _ isStripped: (Unicode.Scalar) -> Bool
  ) -> ArraySlice<Unicode.Scalar> {
    var (start, end) = (text.startIndex, text.endIndex)
    while start < end, isStripped(text[start]) { start += 1 }
    while start < end, isStripped(text[end - 1]) { end -= 1 }
    return text[start..<end]
  }

  /// `text.split()`: the words between white space.
  static func words(_ text: ArraySlice<Unicode.Scalar>) -> [ArraySlice<Unicode.Scalar>] {
    text.split(whereSeparator: isSpace)
  }

  /// `text.split(separator)`, of a separator that is not empty.
  static func split(
    _ text: ArraySlice<Unicode.Scalar>, at separator: [Unicode.Scalar]
  ) -> [ArraySlice<Unicode.Scalar>] {
    var parts: [ArraySlice<Unicode.Scalar>] = []
    var start = text.startIndex
    var place = start
    while place + separator.count <= text.endIndex {
      if text[place] == separator[0], text[place..<(place + separator.count)].elementsEqual(separator) {
        parts.append(text[start..<place])
        place += separator.count
        start = place
      } else {
        place += 1
      }
    }
    parts.append(text[start...])
    return parts
  }

  /// `text.replace(" ", replacement)`.
  static func replacing(_ text: String, _ mark: Unicode.Scalar, with replacement: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar == mark { result += replacement } else { result.unicodeScalars.append(scalar) }
    }
    return result
  }
}

extension ArraySlice<Unicode.Scalar> {
  var string: String {
    if allSatisfy({ $0.isASCII }) {
      return String(decoding: map { UInt8(truncatingIfNeeded: $0.value) }, as: UTF8.self)
    }
    var text = ""
    text.unicodeScalars.append(contentsOf: self)
    return text
  }
}
