internal import NumberText
internal import PythonLiterals

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

  /// The delimiter of a CSV text: a comma, unless a semicolon, a tab or a bar divides more of the lines alike, or as many where
  /// the commas may be something else.
  static func csvDelimiter(of lines: [String]) -> UInt8 {
    let comma = candidate(UInt8(ascii: ","), lines)
    let others = Array("\t;|".utf8).map { candidate($0, lines) }
    let best = others.max { ($0.alike, $0.width) < ($1.alike, $1.width) }
    guard let best, best.alike > 1 || lines.count == 1, best.alike > 0 else { return comma.mark }
    if best.alike > comma.alike { return best.beginsTable ? best.mark : comma.mark }
    let hasNames = lines[0].contains(where: \.isLetter) && plainCommas(lines[0]) == comma.width - 1
    let equal = others.filter { $0.alike == comma.alike && $0.beginsTable }
    return equal.first { other in
      // A comma may be a decimal mark, or part of the first line's names.
      let hasMore = other.mark != UInt8(ascii: "|") && other.rows[0].count > comma.rows[0].count
      let data = lines.count == 1 ? other.rows[...] : other.rows.dropFirst()
      return hasMore || !hasNames && hasDecimalCommas(data)
    }?.mark ?? comma.mark
  }

  /// How many commas a line has that no space follows: such are part of a text.
  private static func plainCommas(_ line: String) -> Int {
    zip(line, line.dropFirst() + "\n").count { $0 == "," && $1 != " " }
  }

  /// What a mark makes of the lines.
  private struct Candidate {
    let mark: UInt8
    let rows: [[String]]
    /// How many lines have the same number of columns, two at least; and how many these are.
    let alike: Int
    let width: Int

    /// Whether the mark is in the first line, or else in all from a line of names on, below which numbers stand: what precedes
    /// is a title then, and else the name of a column of lists.
    var beginsTable: Bool {
      let table = rows.drop { $0.count == 1 }
      guard table.count < rows.count else { return true }
      guard let names = table.first, table.allSatisfy({ $0.count == names.count }) else { return false }
      func isNumber(_ field: String) -> Bool { PythonNumberText.double(Array(PythonText.strip(field).utf8)) != nil }
      return !names.contains(where: isNumber) && table.dropFirst().contains { $0.contains(where: isNumber) }
    }
  }

  private static func candidate(_ mark: UInt8, _ lines: [String]) -> Candidate {
    let rows = fields(of: lines, mark, comments: [], quote: [UInt8(ascii: "\"")])
    let (alike, width) = alike(rows.map(\.count))
    return Candidate(mark: mark, rows: rows, alike: alike, width: width)
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
    return counts.isEmpty ? 0 : Double(alike(counts).lines) / Double(counts.count)
  }

  /// How many lines have the same number of columns, two at least, and that number.
  private static func alike(_ counts: [Int]) -> (lines: Int, width: Int) {
    var frequency: [Int: Int] = [:]
    for count in counts where count > 1 { frequency[count, default: 0] += 1 }
    return frequency.max { ($0.value, $0.key) < ($1.value, $1.key) }.map { ($0.value, $0.key) } ?? (0, 0)
  }
}
