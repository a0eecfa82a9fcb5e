internal import NDArrays

/// Whether the first line of a CSV table has the names of its columns: see ``CSVOptions/hasHeader``.
enum CSVHeader {
  /// - Parameters:
  ///   - fields: Those of the first line.
  ///   - kinds: What these may be.
  ///   - rest: What the other lines have.
  ///   - hasNumberedRows: Whether the first fields of the other lines count from 0 on.
  static func isHeader(
    _ fields: [String], _ kinds: [CSVColumn.Kinds], _ rest: [CSVColumn], hasNumberedRows: Bool
  ) -> Bool {
    // pandas leaves the name of the labels away, which are all there.
    let isUnlabelled = kinds[0] == .gap && !rest[0].hasGaps
    let isName = kinds.indices.map { place in
      place == 0 && isUnlabelled || kinds[place] == .text && !isLikeValue(fields[place])
    }
    if isName.allSatisfy({ $0 }) { return true }
    // No row of values is empty above columns without a gap.
    if kinds.allSatisfy({ $0 == .gap }), !rest.contains(where: \.hasGaps) { return true }
    // Its labels are texts, or count from 0 on, whatever the names are.
    let isFilled = !kinds.dropFirst().contains { $0 == .gap } && kinds.count > 1
    if isUnlabelled, isFilled, hasNumberedRows || rest[0].dtype.kind == .string { return true }
    if isNumbered(fields[...]), rest.contains(where: { [.string, .datetime].contains($0.dtype.kind) }) { return true }
    if zip(fields, zip(kinds, rest)).contains(where: { $1.0 == .text && isAboveNumbers($0, $1.1) }) { return true }
    guard isName.contains(true) else { return false }
    if isUnlabelled, isNumbered(fields.dropFirst()) { return true }
    if hasYears(fields, isName, kinds, rest) { return true }
    return zip(fields, zip(kinds, rest)).contains { field, column in
      let (kind, rest) = column
      guard rest.holdsNoText else { return false }
      // A mark for a missing value, such as a dash, is no name.
      if kind == .text { return !isLikeValue(field) && field.unicodeScalars.contains { $0.properties.isAlphabetic } }
      if kind.isSubset(of: CSVColumn.Kinds.integers), !kind.isEmpty {
        return [.datetime, .bool].contains(rest.dtype.kind)
      }
      return kind.isSubset(of: .dates) && !kind.isEmpty && rest.dtype.kind != .datetime
    } || hasNumbersForNames(fields, isName, kinds, rest) || hasSteps(fields, isName, above: rest)
  }

  /// Whether a word stands before three integers or more that grow in equal steps, as wavelengths do, and other numbers below.
  private static func hasSteps(_ fields: [String], _ isName: [Bool], above rest: [CSVColumn]) -> Bool {
    guard let step = step(of: fields, isName), fields.count > 3 else { return false }
    return step > 0 && rest.dropFirst().allSatisfy(\.hasNumber)
  }

  /// Whether a first line that is read as one of values looks like names all the same: a word and numbers that count.
  static func mayBeNames(_ fields: [String], _ kinds: [CSVColumn.Kinds], _ rest: [CSVColumn]) -> Bool {
    let isName = kinds.indices.map { kinds[$0] == .text && !isLikeValue(fields[$0]) }
    guard !rest.isEmpty, rest[0].isOfText, let step = step(of: fields, isName), step > 0 else { return false }
    return fields.count > 3 || step == 1 && ["0", "1"].contains(fields[1])
  }

  /// By how much the integers grow, two at least, that follow a word; `nil` if there is anything else, or they grow otherwise.
  private static func step(of fields: [String], _ isName: [Bool]) -> Int? {
    guard isName.first == true, fields.count > 2, !isName.dropFirst().contains(true) else { return nil }
    let numbers = fields.dropFirst().compactMap { Int($0) }
    guard numbers.count == fields.count - 1 else { return nil }
    let steps = zip(numbers, numbers.dropFirst()).map { $1.subtractingReportingOverflow($0) }
    guard let first = steps.first, steps.allSatisfy({ $0 == first && !$0.overflow }) else { return nil }
    return first.partialValue
  }

  /// Whether a text that is no number, however it were spelled, stands above nothing but numbers: `_1`, `5%`, `12:30`.
  private static func isAboveNumbers(_ field: String, _ rest: CSVColumn) -> Bool {
    guard rest.holdsNoText, [.signedInteger, .unsignedInteger, .float].contains(rest.dtype.kind) else { return false }
    // A mark for a missing value, such as a dash, is no name.
    guard field.unicodeScalars.contains(where: { ("0"..."9").contains($0) }) else { return false }
    let digits = field.drop { "+-\u{2212} ".contains($0) }
    let isHexadecimal = digits.lowercased().hasPrefix("0x")
    guard MicrosoftNumber.value(Array(digits.utf8)[...]) == nil else { return false }
    return !isHexadecimal && !digits.allSatisfy { ("0"..."9").contains($0) || ".,' \u{A0}\u{202F}eEdD".contains($0) }
  }

  /// Whether names, or labels, count from 0 on, as pandas calls what has no others.
  static func isNumbered(_ names: ArraySlice<String>) -> Bool {
    names.elementsEqual((0..<names.count).map { String($0) })
  }

  /// Whether a text has digits and no letters, `10%` or `$5`, or is a hexadecimal number: then it is a value that is not read
  /// as a number, and no name; so is an infinity of Microsoft's.
  private static func isLikeValue(_ field: String) -> Bool {
    let scalars = field.unicodeScalars
    guard scalars.contains(where: { ("0"..."9").contains($0) }) else { return false }
    if MicrosoftNumber.value(Array(field.utf8).drop { $0 == 0x2B || $0 == 0x2D }) != nil { return true }
    let isHexadecimal = field.lowercased().hasPrefix("0x") && scalars.dropFirst(2).allSatisfy(\.properties.isHexDigit)
    return isHexadecimal || !scalars.contains { $0.properties.isAlphabetic }
  }

  /// Whether what is no word among the names are numbers that grow, and texts stand below one of them.
  private static func hasNumbersForNames(
    _ fields: [String], _ isName: [Bool], _ kinds: [CSVColumn.Kinds], _ rest: [CSVColumn]
  ) -> Bool {
    let places = kinds.indices.filter { !isName[$0] }
    let numbers = places.compactMap { Int(fields[$0]) }
    return numbers.count == places.count && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
      && places.contains { rest[$0].isOfText }
  }

  /// Whether the numbers among the names are years in a row, or a single one of our time, and what stands below is none.
  private static func hasYears(
    _ fields: [String], _ isName: [Bool], _ kinds: [CSVColumn.Kinds], _ rest: [CSVColumn]
  ) -> Bool {
    guard zip(isName, kinds).allSatisfy({ $0 || $1 == .integer }) else { return false }
    let places = kinds.indices.filter { kinds[$0] == .integer }
    let years = places.compactMap { Int(fields[$0]) }
    guard years.count > 1 || years.allSatisfy({ (1900..<2100).contains($0) }) else { return false }
    return years.count == places.count && !years.isEmpty && years.allSatisfy { (1000..<3000).contains($0) }
      && zip(years, years.dropFirst()).allSatisfy { $1 - $0 == years[1] - years[0] && $1 != $0 }
      && places.contains { !rest[$0].mayBeYears }
  }
}
