import ArgumentParser
import NumPyIO
import PythonLiterals

/// Values for columns as an option has them: a list with commas, or a Python list or dictionary.
enum ColumnValues {
  /// `N/A,-` for all columns, `['N/A', '-']` for one after the other, `{0: 'N/A', 'b': ['-', '']}` for some.
  static func missing(_ text: String) throws -> GenFromTextOptions.PerColumn<[String]> {
    switch try literal(text) {
    case .dict(let entries)?:
      var columns: [GenFromTextOptions.Column?: [String]] = [:]
      for entry in entries {
        switch entry.value {
        case .list(let items), .tuple(let items): columns[try column(entry.key)] = items.map(shown)
        case let item: columns[try column(entry.key)] = [shown(item)]
        }
      }
      return .columns(columns)
    case .list(let items)?, .tuple(let items)?: return .list(items.map { [shown($0)] })
    case let item?: return .all([shown(item)])
    case nil: return .all(ListSyntax.list(text))
    }
  }

  /// `0` for all columns, `0,-1` or `[0, -1]` for one after the other, `{0: 0, 'b': -1}` for some.
  static func filling(_ text: String) throws -> GenFromTextOptions.PerColumn<TextValue> {
    switch try literal(text) {
    case .dict(let entries)?:
      var columns: [GenFromTextOptions.Column?: TextValue] = [:]
      for entry in entries where entry.value != .none { columns[try column(entry.key)] = value(entry.value) }
      return .columns(columns)
    case .list(let items)?, .tuple(let items)?:
      return .list(items.map { $0 == .none ? nil : value($0) })
    case let item?: return .all(value(item))
    case nil:
      let values = ListSyntax.list(text).map(plain)
      return values.count == 1 ? .all(values[0]) : .list(values)
    }
  }

  /// The value that a text spells in Python, if it begins as lists, dictionaries and quoted text do.
  private static func literal(_ text: String) throws -> PythonLiteral? {
    guard let first = text.first, "[{('\"".contains(first) else { return nil }
    do throws(PythonLiteralError) { return try PythonLiteral(parsing: Array(text.utf8)) } catch {
      // Not everything with a bracket is meant as Python: `(none)` is a text like any other.
      if first == "(" || first == "'" || first == "\"" { return nil }
      throw ValidationError("'\(text)' is no Python list or dictionary: \(error)")
    }
  }

  private static func column(_ key: PythonLiteral) throws -> GenFromTextOptions.Column? {
    switch key {
    case .int(let index): return .index(index)
    case .string(let name): return .name(name)
    case .none: return nil
    default: throw ValidationError("columns are known by numbers and names, not by \(shown(key))")
    }
  }

  /// Python's `str`.
  private static func shown(_ value: PythonLiteral) -> String {
    switch value {
    case .string(let text): text
    case .int(let number): String(number)
    case .float(let number): PythonRepr.float(number)
    case .bool(let value): value ? "True" : "False"
    case .bigInt(let digits): digits
    case .bytes(let bytes): PythonRepr.bytes(bytes)
    default: "None"
    }
  }

  private static func value(_ literal: PythonLiteral) -> TextValue {
    switch literal {
    case .int(let number): .integer(number)
    case .float(let number): .number(number)
    case .bool(let value): .bool(value)
    default: .text(shown(literal))
    }
  }

  private static func plain(_ text: String) -> TextValue {
    if let integer = Int(text) { return .integer(integer) }
    if let number = Double(text) { return .number(number) }
    return .text(text)
  }
}
