internal import PythonLiterals

// Text to datetimes and durations, as `numpy.datetime64` reads ISO 8601.

extension DateUnit {
  /// The finer of two units of single steps, of which each is a multiple of every finer one.
  package func finer(_ other: DateUnit) -> DateUnit {
    if self == .generic { return other }
    if other == .generic { return self }
    let order = DateUnit.Unit.allCases
    let (a, b) = (order.firstIndex(of: unit) ?? 0, order.firstIndex(of: other.unit) ?? 0)
    return a >= b ? self : other
  }
}

extension Conversion {
  static func convertTextToDates(_ source: AnyNDArray, into target: AnyNDArray) throws(ArrayError) {
    let isDatetime = target.dtype.kind == .datetime
    let unit = target.dtype.dateUnit ?? .generic
    let swaps = !target.dtype.isNative
    try forEachElement(source, target) { (from: TextElement, to: TextElement) throws(ArrayError) in
      let date = try parsed(from.string, isDatetime: isDatetime)
      guard let count = date.count(in: unit, isDatetime: isDatetime) else {
        throw ArrayError(.badValue, "\(PythonRepr.string(from.string)) is more than \(target.dtype.notation) can hold")
      }
      // Safe: an element of the target, which `forEachElement` hands out one by one.
      unsafe Writer(base: to.base, step: 0, swaps: swaps, count: 1).put(UInt64(bitPattern: count), 0)
    }
  }

  /// The finest unit that any of the texts needs.
  static func dateUnit(ofText source: AnyNDArray, isDatetime: Bool) throws(ArrayError) -> DateUnit {
    var unit = DateUnit.generic
    try forEachElement(source, source) { (from: TextElement, _: TextElement) throws(ArrayError) in
      unit = unit.finer(try parsed(from.string, isDatetime: isDatetime).unit)
    }
    return unit
  }

  private static func parsed(_ text: String, isDatetime: Bool) throws(ArrayError) -> ParsedDate {
    if let date = ParsedDate.parse(Array(text.utf8), isDatetime: isDatetime) { return date }
    throw ArrayError(
      .badValue,
      isDatetime ? "Error parsing datetime string \"\(text)\"" : "Could not convert object to NumPy timedelta")
  }
}
