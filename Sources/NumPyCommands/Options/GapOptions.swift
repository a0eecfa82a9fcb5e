import ArgumentParser
import ByteIO
import NumPyIO

/// Text with gaps: the parameters that `np.genfromtxt` has beyond `np.loadtxt`'s.
struct GapOptions: ParsableArguments {
  @Flag(help: "Read text as np.genfromtxt: missing values, names, fixed widths; --dtype auto finds the types.")
  var genfromtxt = false
  @Option(parsing: .unconditional, help: "Fixed widths of the columns, as 3,5,2; one number for all.")
  var widths: String?
  @Option(parsing: .unconditional, help: "Rows to leave out at the end.") var skipFooter: Int?
  @Option(parsing: .unconditional, help: "true for the names of the first line, or the names: a,b,c.")
  var names: String?
  @Option(parsing: .unconditional, help: "Names that get an underscore.") var excludelist: String?
  @Option(parsing: .unconditional, help: "Characters to delete from names.") var deletechars: String?
  @Option(parsing: .unconditional, help: "What spaces in names become.") var replaceSpace: String?
  @Flag(help: "Take white space off fields.") var autostrip = false
  @Option(help: "upper or lower: the letters of names.") var `case`: String?
  @Option(parsing: .unconditional, help: "The format of names that were not given.") var defaultfmt: String?
  @Option(
    parsing: .unconditional,
    help: "Texts that stand for missing values, as N/A,-; or per column, as ['N/A', '-'] or {0: 'N/A', 'b': '-'}.")
  var missingValues: String?
  @Option(parsing: .unconditional, help: "What missing values become, per column, as 0,-1 or {0: 0, 'b': -1}.")
  var fillingValues: String?
  @Flag(help: "Let a text that is no value be an error.") var strictValues = false
  @Flag(help: "Tell which values were missing: a masked array in a pickle, the members data and mask in an archive.")
  var usemask = false
  @Flag(help: "Leave rows with another number of columns out, with a warning.") var skipInvalid = false

  func apply(to options: inout GenFromTextOptions) throws {
    if let widths {
      let numbers = GapOptions.names(widths).compactMap { Int($0) }.filter { $0 > 0 }
      guard numbers.count == GapOptions.names(widths).count else {
        throw ValidationError("'\(widths)' are no widths: write integers from 1 on with commas, as 3,5,2")
      }
      options.delimiter = numbers.count == 1 ? .width(numbers[0]) : .widths(numbers)
    }
    options.skipFooter = skipFooter ?? 0
    switch names {
    case nil: break
    case "true", "True": options.names = .firstLine
    case let list?: options.names = .list(GapOptions.names(list))
    }
    if let excludelist { options.excludeList = GapOptions.list(excludelist) }
    options.deleteCharacters = deletechars.map(Escapes.resolve)
    if let replaceSpace { options.replaceSpace = Escapes.resolve(replaceSpace) }
    options.autostrip = autostrip
    switch `case` {
    case nil: break
    case "upper": options.nameCase = .upper
    case "lower": options.nameCase = .lower
    case let other?: throw ValidationError("--case takes upper or lower, not '\(other)'")
    }
    if let defaultfmt { options.defaultFormat = defaultfmt }
    if let missingValues { options.missingValues = try ColumnValues.missing(missingValues) }
    if let fillingValues { options.fillingValues = try ColumnValues.filling(fillingValues) }
    options.usemask = usemask
    options.loose = !strictValues
    options.invalidRaise = !skipInvalid
  }

  /// A list with commas.
  static func list(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  /// A list of names with commas, and spaces around them that do not count.
  static func names(_ text: String) -> [String] { list(text).map(\.trimmedSpaces) }
}
