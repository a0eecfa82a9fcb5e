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
      let syntax = TextSyntax(delimiter: [mark], comments: comments, quote: quote)
      let score = score(lines.map { TextPreparation.fields($0, syntax).count })
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

  /// The part of the lines that have the same number of columns, two at least.
  private static func score(_ counts: [Int]) -> Double {
    let counts = counts.filter { $0 > 0 }
    var frequency: [Int: Int] = [:]
    for count in counts where count > 1 { frequency[count, default: 0] += 1 }
    guard let most = frequency.values.max() else { return 0 }
    return Double(most) / Double(counts.count)
  }
}
