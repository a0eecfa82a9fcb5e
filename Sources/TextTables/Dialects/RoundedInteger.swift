package import ByteIO

internal import PythonLiterals

/// An integer in a text that a double does not hold, such as an identifier of 19 digits: `np.loadtxt` reads doubles where
/// nobody says otherwise, and changes it without a word.
package struct RoundedInteger {
  private let text: String
  private let line: Int
  private let value: Double
  /// Whether all other fields are integers too.
  private let isAmongIntegers: Bool

  /// As many bytes are looked at: a column of such numbers has one in its first rows.
  private static let headSize = 1 << 14

  /// The first one of those columns that are read; `nil` if there is none near the beginning of the text.
  package init?(in source: any ByteSource, _ options: LoadTextOptions) throws(FormatError) {
    let head = try source.readBytes(at: 0, upTo: RoundedInteger.headSize)
    // Most texts have none, which is told soon.
    guard RoundedInteger.hasLongInteger(head) else { return nil }
    var syntax = try TextSyntax(
      delimiter: options.delimiter, comments: options.comments, quote: options.quoteCharacter)
    syntax.keepsLineEnds = false
    var lines = TextLines(
      MemorySource(head, name: source.name), options.encoding ?? .utf8, maxLineBytes: RoundedInteger.headSize)
    for _ in 0..<options.skipRows where try lines.next() == nil { return nil }
    var found: (text: String, line: Int, value: Double)?
    var areIntegers = true
    // The last line may be cut.
    var next = try lines.next()
    while let line = next {
      next = try lines.next()
      if next == nil, head.count == RoundedInteger.headSize { break }
      let fields = TextPreparation.fields(String(String.UnicodeScalarView(line)), syntax).map(PythonText.strip)
      for field in RoundedInteger.chosen(fields, options.useColumns) {
        guard let value = RoundedInteger.value(of: field) else {
          areIntegers = false
          continue
        }
        if found == nil, value.isRounded { found = (field, lines.count - (next == nil ? 0 : 1), value.nearest) }
      }
    }
    guard let found else { return nil }
    (text, line, value, isAmongIntegers) = (found.text, found.line, found.value, areIntegers)
  }

  /// That it is rounded, and what keeps it.
  package func warning(file: String) -> FileWarning {
    let (_, digits) = RoundedInteger.parts(of: text)
    let isNegative = text.hasPrefix("-")
    let dtype = isNegative || Int64(digits) != nil ? "i8" : "u8"
    let fits = isNegative ? Int64(text) != nil : UInt64(digits) != nil
    let shown = text.utf8.count > 40 ? text.prefix(37) + "..." : text[...]
    let hint =
      !fits
      ? "--dtype U\(text.utf8.count) keeps it as a text"
      : isAmongIntegers ? "--dtype \(dtype) keeps it" : "a type for each column keeps it, as --dtype '\(dtype),f8'"
    let rounded = Int64(exactly: value).map(String.init) ?? value.description
    return FileWarning("\(shown) in line \(line) is rounded to the nearest float64, \(rounded); \(hint)", file: file)
  }

  private static func chosen(_ fields: [String], _ columns: [Int]?) -> [String] {
    guard let columns else { return fields }
    return columns.compactMap { column in
      let place = column < 0 ? column + fields.count : column
      return fields.indices.contains(place) ? fields[place] : nil
    }
  }

  /// Whether 16 digits, the fewest of a number beyond 2**53, stand side by side, without a point or an exponent.
  private static func hasLongInteger(_ bytes: [UInt8]) -> Bool {
    var (count, isFraction) = (0, false)
    // Of wide encodings every second byte, or three of four, are zero.
    for byte in bytes where byte != 0 {
      if byte &- 48 < 10 {
        count += 1
        continue
      }
      let isPoint = byte == UInt8(ascii: ".")
      if count > 15, !isFraction, !isPoint, byte | 0x20 != UInt8(ascii: "e") { return true }
      (count, isFraction) = (0, isPoint)
    }
    return count > 15 && !isFraction
  }

  private static func parts(of field: String) -> (sign: Substring, digits: Substring) {
    let rest = field.drop { $0 == "-" || $0 == "+" }
    return (field[..<rest.startIndex], rest)
  }

  /// The double that an integer becomes; `nil` if the field is none.
  private static func value(of field: String) -> (nearest: Double, isRounded: Bool)? {
    let (sign, digits) = parts(of: field)
    guard sign.utf8.count <= 1, !digits.isEmpty, digits.utf8.allSatisfy({ $0 &- 48 < 10 }) else { return nil }
    guard digits.utf8.count > 15, let nearest = Double(field) else { return (0, false) }
    // Whole numbers beyond 64 bits are rare, and mostly none of doubles.
    guard let number = UInt64(digits) else { return (nearest, true) }
    return (nearest, Double(exactly: number) == nil)
  }
}
