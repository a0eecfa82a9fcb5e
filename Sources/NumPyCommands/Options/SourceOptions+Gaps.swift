import ArgumentParser
import NumPyIO

extension SourceOptions {
  /// Has text with gaps read as `np.genfromtxt` does.
  func applyGaps(to options: inout GenFromTextOptions) throws {
    if let widths {
      let numbers = ListSyntax.names(widths).compactMap { Int($0) }.filter { $0 > 0 }
      guard numbers.count == ListSyntax.names(widths).count else {
        throw ValidationError("'\(widths)' are no widths: write integers from 1 on with commas, as 3,5,2")
      }
      options.delimiter = numbers.count == 1 ? .width(numbers[0]) : .widths(numbers)
    }
    options.skipFooter = skipFooter ?? 0
    switch names {
    case nil: break
    case "true", "True": options.names = .firstLine
    case let list?: options.names = .list(ListSyntax.names(list))
    }
    if let excludelist { options.excludeList = ListSyntax.list(excludelist) }
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
}

/// Lists as people write them.
enum ListSyntax {
  /// A list with commas.
  static func list(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  /// A list of names with commas, and spaces around them that do not count.
  static func names(_ text: String) -> [String] { list(text).map(\.trimmedSpaces) }
}
