import ArgumentParser
import NumPyIO

/// Text that is laid out or spelled in another way than NumPy reads.
struct DialectOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Begin after the first line with a match of this regular expression.")
  var skipTo: String?
  @Flag(help: "Leave out the line after the names, which has units.") var unitsRow = false
  @Flag(help: "Lines end in a delimiter, behind which there is no column.") var trailingDelimiter = false
  @Option(parsing: .unconditional, help: "What stands for the decimal point, as a comma.") var decimal: String?
  @Option(parsing: .unconditional, help: "What stands between groups of digits, as '.' or a space.")
  var thousands: String?
  @Option(
    help: ArgumentHelp(
      """
      Other spellings to accept, with commas: fortran (1.0D+3, 3.14-114), hex (0x1F), minus (31.25-), percent (12%), \
      currency ($1.50), microsoft (1.#INF), truth (yes, off); or all.
      """),
    completion: .list(TextDialect.Spelling.allCases.map(\.rawValue) + ["all"]))
  var accept: String?
  @Option(
    parsing: .unconditionalSingleValue,
    help: "A number that represents a missing value, as -9999: NaN, or as --genfromtxt fills it. May be repeated.")
  var missingNumber: [Double] = []
  @Option(parsing: .unconditional, help: "How moments are written, as '%d.%m.%Y %H:%M'.") var dateFormat: String?

  func apply(to dialect: inout TextDialect) throws {
    if let skipTo {
      guard dialect.start == .given else { throw ValidationError("--skip-to and --skiprows auto: choose one") }
      dialect.start = .after(pattern: skipTo)
    }
    dialect.hasUnits = unitsRow
    dialect.endsInDelimiter = trailingDelimiter
    if let decimal { dialect.decimalMark = try DialectOptions.mark("--decimal", decimal) }
    if let thousands { dialect.thousandsMark = try DialectOptions.mark("--thousands", thousands) }
    if dialect.thousandsMark == dialect.decimalMark {
      throw ValidationError("'\(dialect.decimalMark)' cannot be the decimal mark and stand between thousands as well")
    }
    if let accept { dialect.spellings = try DialectOptions.spellings(accept) }
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
    for name in GapOptions.names(text) {
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
