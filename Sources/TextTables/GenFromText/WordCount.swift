internal import PythonLiterals

/// How many fields of a table of numbers were no numbers: `genfromtxt` makes them missing values without a word.
struct WordCount {
  private(set) var count = 0
  /// The first of them and its line.
  private(set) var first: (text: String, line: Int?)?

  /// Counts a field, whose line is asked for if it is the first.
  mutating func add(_ text: String, count: Int = 1, line: () -> Int?) {
    self.count += count
    guard first == nil else { return }
    // A number that contradicts the marks is shown as the text has it.
    let isMarked = text.utf8.last == RewrittenText.contradiction
    first = (String((isMarked ? text.dropLast() : text[...]).prefix(60)), line())
  }

  /// What to tell of them; `nil` if there are none.
  ///
  /// - Parameters:
  ///   - total: How many fields there are.
  ///   - dataLine: The line of the first row, which may be a header.
  func message(of total: Int, dataLine: Int) -> String? {
    guard count > 0, let first else { return nil }
    var text = "\(count) of \(total) fields were no numbers, the first"
    if let line = first.line { text += " at line \(line)" }
    text += ": \(PythonRepr.string(first.text))"
    if first.line == dataLine + 1 { text += "; \(TextHint.header)" }
    return text
  }
}
