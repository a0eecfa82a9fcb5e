import ArgumentParser
import NumPyIO

extension SourceOptions {
  /// Has text read that is laid out or spelled in another way than NumPy reads.
  func applyDialect(to dialect: inout TextDialect) throws {
    if let skipTo {
      guard dialect.start == .given else { throw ValidationError("--skip-to and --skiprows auto: choose one") }
      dialect.start = .after(pattern: skipTo)
    }
    dialect.hasUnits = unitsRow
    dialect.endsInDelimiter = trailingDelimiter
    if let decimal { dialect.decimalMark = try SourceOptions.mark("--decimal", decimal) }
    if let thousands { dialect.thousandsMark = try SourceOptions.mark("--thousands", thousands) }
    if dialect.thousandsMark == dialect.decimalMark {
      throw ValidationError("'\(dialect.decimalMark)' cannot be the decimal mark and stand between thousands as well")
    }
    if let accept { dialect.spellings = try SourceOptions.spellings(accept) }
    dialect.missingNumbers = missingNumber
    dialect.dateFormat = dateFormat
  }

  private static func mark(_ option: String, _ text: String) throws -> String {
    let mark = Escapes.resolve(text)
    guard mark.unicodeScalars.count == 1, !mark.utf8.contains(where: { "+-eE0123456789\r\n".utf8.contains($0) }) else {
      throw ValidationError("\(option) takes one character that is no part of a number, not '\(text)'")
    }
    return mark
  }

  private static func spellings(_ text: String) throws -> Set<TextDialect.Spelling> {
    var spellings: Set<TextDialect.Spelling> = []
    for name in ListSyntax.names(text) {
      if name == "all" {
        spellings.formUnion(TextDialect.Spelling.allCases)
      } else if let spelling = TextDialect.Spelling(rawValue: name) {
        spellings.insert(spelling)
      } else {
        let known = TextDialect.Spelling.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--accept takes \(known) or all, not '\(name)'")
      }
    }
    return spellings
  }
}
