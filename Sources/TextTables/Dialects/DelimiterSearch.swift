/// Finds what divides the columns of a text by its first lines.
enum DelimiterSearch {
  /// The candidates, the likelier first where two fit alike: a comma may be a decimal mark, a colon part of a time.
  private static let marks: [UInt8] = Array("\t;,|:".utf8)

  /// The delimiter; empty for white space.
  static func delimiter(
    of lines: [String], comments: [[UInt8]], quote: [UInt8], except taken: [UInt8]
  ) -> [UInt8] {
    let quote = quote.isEmpty ? [UInt8(ascii: "\"")] : quote
    var best: (mark: [UInt8], score: Double) = ([], 0)
    for mark in marks where !taken.contains(mark) {
      let score = score(fields(of: lines, mark, comments: comments, quote: quote).map(\.count))
      // A later candidate has to be clearly better.
      if score > best.score + 0.2 { best = ([mark], score) }
    }
    // Times have colons, too.
    if best.mark == [UInt8(ascii: ":")] {
      let words = lines.map { PythonText.words(Array($0.unicodeScalars)[...]).count }
      if score(words) >= best.score { return [] }
    }
    return best.mark
  }

  /// The delimiter of a CSV text: a comma, unless a semicolon, a tab or a bar fits better.
  static func csvDelimiter(of lines: [String]) -> UInt8 {
    func rows(_ mark: UInt8) -> [[String]] { fields(of: lines, mark, comments: [], quote: [UInt8(ascii: "\"")]) }
    let comma = UInt8(ascii: ",")
    let byComma = rows(comma).map(\.count)
    let commaScore = score(byComma)
    return Array(";\t|".utf8).first { mark in
      let rows = rows(mark)
      let score = score(rows.map(\.count))
      guard score > 0, score >= commaScore else { return false }
      if mark != UInt8(ascii: "|"), rows[0].count > byComma[0] { return true }
      // A comma may be a decimal mark, or part of the first line's names.
      return score >= 0.9 && (score > commaScore + 0.2 || hasDecimalCommas(rows.dropFirst()))
    } ?? comma
  }

  /// Whether some fields have a comma, and all of these are numbers with a decimal one.
  private static func hasDecimalCommas(_ rows: ArraySlice<[String]>) -> Bool {
    let fields = rows.joined().filter { $0.utf8.contains(UInt8(ascii: ",")) }
    return !fields.isEmpty
      && fields.allSatisfy { field in
        let parts = field.utf8.drop { "+- ".utf8.contains($0) }.split(
          separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[1].isEmpty && parts[0].allSatisfy { "0123456789.' ".utf8.contains($0) }
          && parts[1].allSatisfy { "0123456789eE+- ".utf8.contains($0) }
      }
  }

  private static func fields(
    of lines: [String], _ mark: UInt8, comments: [[UInt8]], quote: [UInt8]
  ) -> [[String]] {
    let syntax = TextSyntax(delimiter: [mark], comments: comments, quote: quote)
    return lines.map { TextPreparation.fields($0, syntax) }
  }

  /// The part of the lines that have the same number of columns, two at least.
  private static func score(_ counts: [Int]) -> Double {
    let counts = counts.filter { $0 > 0 }
    var frequency: [Int: Int] = [:]
    for count in counts where count > 1 { frequency[count, default: 0] += 1 }
    guard let most = frequency.values.max() else { return 0 }
    return Double(most) / Double(counts.count)
  }
}
