internal import ByteIO

/// Names of columns as a header gives them.
package enum ColumnNames {
  /// Names that are not empty and not given twice; those that are made give way to those that are there.
  package static func distinct(_ names: [String]) -> [String] {
    let given = Set(names)
    var seen: Set<String> = []
    // Of many columns of one name each would go through all numbers again.
    var numbers: [String: Int] = [:]
    return names.enumerated().map { index, name in
      let base = name.isEmpty ? "f\(index)" : name
      var result = base
      var number = numbers[base] ?? 1
      while seen.contains(result) || (result != name && given.contains(result)) {
        result = "\(base)_\(number)"
        number += 1
      }
      seen.insert(result)
      if number > 1 { numbers[base] = number }
      return result
    }
  }
}

extension TextPreparation {
  /// The error of a name that no column has.
  static func unknown(_ name: String, among names: [String], file: String) -> FormatError {
    let known = names.filter { !$0.isEmpty }
    let nearest = NearestName.of(name, among: known)
    let others =
      nearest.map { "did you mean \($0.prefix(60))?" } ?? "there are \(known.lazy.map { $0.prefix(40) }.listed())"
    var error = FormatError(.notFound, "there is no column '\(name.prefix(60))'; \(others)", file: file)
    if known.count == 1, let mark = known[0].first(where: ",;\t|".contains) {
      let shown = mark == "\t" ? "\\t" : String(mark)
      error.commandHint = "--from csv reads a table of CSV, --delimiter '\(shown)' columns between '\(shown)'"
    } else if !known.isEmpty, known.allSatisfy(isUnit) {
      error.commandHint = "--units-row leaves out units below the names"
    }
    return error
  }

  /// Whether a name is a unit rather: `[K]`, `(hPa)`.
  private static func isUnit(_ name: String) -> Bool {
    name.hasPrefix("[") && name.hasSuffix("]") || name.hasPrefix("(") && name.hasSuffix(")")
  }
}
