internal import NDArrays

/// Whether the first line of a CSV table has the names of its columns: see ``CSVOptions/hasHeader``.
enum CSVHeader {
  /// - Parameters:
  ///   - fields: Those of the first line.
  ///   - kinds: What these may be.
  ///   - rest: What the other lines have.
  static func isHeader(_ fields: [String], _ kinds: [CSVColumn.Kinds], _ rest: [CSVColumn]) -> Bool {
    let isName = kinds.map { $0 == .text }
    if isName.allSatisfy({ $0 }) { return true }
    guard isName.contains(true) else { return false }
    if hasUnnamedLabels(kinds, rest) || hasYears(fields, kinds, rest) { return true }
    return zip(fields, zip(kinds, rest)).contains { field, column in
      let (kind, rest) = column
      guard rest.holdsNoText else { return false }
      // A mark for a missing value, such as a dash, is no name.
      if kind == .text { return field.unicodeScalars.contains { $0.properties.isAlphabetic } }
      return kind.isSubset(of: .dates) && !kind.isEmpty && rest.dtype.kind != .datetime
    }
  }

  /// pandas leaves the name of the rows' numbers away.
  private static func hasUnnamedLabels(_ kinds: [CSVColumn.Kinds], _ rest: [CSVColumn]) -> Bool {
    kinds.first == .gap && kinds.dropFirst().allSatisfy { $0 == .text } && rest.first?.dtype == .int64
  }

  /// Whether the numbers among the names are years in a row, and what stands below is none.
  private static func hasYears(_ fields: [String], _ kinds: [CSVColumn.Kinds], _ rest: [CSVColumn]) -> Bool {
    guard kinds.allSatisfy({ $0 == .text || $0 == .integer }) else { return false }
    let places = kinds.indices.filter { kinds[$0] == .integer }
    let years = places.compactMap { Int(fields[$0]) }
    return years.count == places.count && years.count >= 2 && years.allSatisfy { (1000..<3000).contains($0) }
      && zip(years, years.dropFirst()).allSatisfy { $1 - $0 == years[1] - years[0] && $1 != $0 }
      && places.contains { !rest[$0].mayBeYears }
  }
}
