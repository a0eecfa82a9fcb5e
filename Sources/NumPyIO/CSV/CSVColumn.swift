internal import NDArrays

/// A column of a CSV table, in the type that holds all its fields and their gaps.
struct CSVColumn {
  let array: AnyNDArray

  /// - Parameters:
  ///   - values: What `genfromtxt` has found: truth values, integers, numbers or text.
  ///   - gaps: Where the field was empty; none if there are no gaps at all.
  init(_ values: AnyNDArray, gaps: [Bool]) throws(ArrayError) {
    let hasGaps = gaps.contains(true)
    switch values.dtype.kind {
    case .bool where hasGaps:
      // No truth value is a gap; text can be empty.
      let truths = try NDArray<Bool>(values).elements
      array = try AnyNDArray(strings: zip(truths, gaps).map { $1 ? "" : $0 ? "True" : "False" })
    case .signedInteger where hasGaps:
      var numbers = try values.asType(Double.self)
      let mask = NDArray(gaps)
      numbers[mask] = NDArray(scalar: .nan)
      array = numbers.untyped
    case .string:
      array = try CSVColumn.dates(values) ?? values
    default:
      array = values
    }
  }

  /// Moments, if that is what all fields are that are not empty: days where they have no time.
  private static func dates(_ values: AnyNDArray) throws(ArrayError) -> AnyNDArray? {
    let texts = try values.strings()
    guard texts.contains(where: { !$0.isEmpty }), texts.allSatisfy({ $0.isEmpty || isDate($0) }) else { return nil }
    let hasTime = texts.contains { $0.utf8.count > 10 }
    let hasFraction = texts.contains { $0.contains(".") }
    let unit = DateUnit(hasFraction ? .microsecond : hasTime ? .second : .day)
    // Dates that do not exist are text.
    return try? values.asType(.datetime(unit), casting: .unsafe)
  }

  /// Whether a text begins as ISO 8601 writes a date: `2024-05-17`, `2024-05-17T10:30`.
  static func isDate(_ text: String) -> Bool {
    let bytes = Array(text.utf8.prefix(32))
    guard bytes.count >= 10, text.utf8.count <= 26, bytes[4] == 0x2D, bytes[7] == 0x2D else { return false }
    for place in [0, 1, 2, 3, 5, 6, 8, 9] where !(0x30...0x39).contains(bytes[place]) { return false }
    guard bytes.count > 10 else { return true }
    return bytes.count >= 16 && [0x54, 0x20].contains(bytes[10]) && bytes[13] == 0x3A
      && bytes[11...].allSatisfy { (0x30...0x3A).contains($0) || $0 == 0x2E }
  }

  /// Whether a field is neither a number, nor a truth value, nor a date.
  static func isText(_ field: String) -> Bool {
    let text = field.lowercased()
    if ["true", "false", "nan", "inf", "infinity", "-inf", "-nan", "+inf"].contains(text) { return false }
    return Double(text) == nil && !isDate(field)
  }
}
