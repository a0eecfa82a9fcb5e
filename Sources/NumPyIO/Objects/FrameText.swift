internal import ByteIO
internal import NDArrays
internal import PickledArrays
internal import PythonPickle

/// The values of pandas' frames as texts: those that `to_csv` writes.
enum FrameText {
  /// The cell of one of Python's objects: its `str`; what is missing is empty.
  static func cell(_ item: PickleValue) -> String {
    switch item {
    case .none: return ""
    case .int, .bool: return item.repr(limit: 1 << 10)
    case .float(let number): return number.isNaN ? "" : item.repr(limit: 1 << 10)
    case .string(let text): return text.text
    default: if item.double?.isNaN == true || item.isMissing { return "" }
    }
    if let object = item.object, let moment = (try? text(ofMoment: object, separator: " ")) ?? nil { return moment }
    let text = item.pythonText(.all)
    return text == "NaT" && item.object != nil ? "" : text
  }

  /// The cells of a column as pandas writes them; moments of a time zone as those of UTC, which need no list of zones.
  static func cells(_ array: StoredArray, _ isZoned: Bool) throws(FormatError) -> [String] {
    try FormatError.wrapping(.unsupported, file: nil) { () throws(ArrayError) in
      switch array {
      case .objects(let objects): return objects.items.map(cell)
      case .values(let values) where values.dtype.kind == .datetime:
        return moments(try values.elementTexts(), isZoned)
      case .values(let values) where values.dtype.kind == .timedelta: return try spans(values)
      // Intervals are records of two numbers.
      case .values(let values) where values.dtype.fields != nil: return try values.elementTexts()
      // Python's floats would show digits that these do not have.
      case .values(let values) where values.dtype.kind == .float && values.dtype.itemSize < 8:
        return try values.elementTexts().map { $0 == "nan" ? "" : $0 }
      case .values(let values): return try ObjectArray(values).items.map(cell)
      }
    }
  }

  /// A single moment or span of pandas' as text: ISO 8601, and what pandas prints; `nil` for all else.
  static func text(ofMoment object: PickleObject, separator: String = "T") throws(ArrayError) -> String? {
    let isMoment = object.isCall("pandas._libs.tslibs.timestamps", "_unpickle_timestamp")
    guard isMoment || object.isCall("pandas._libs.tslibs.timedeltas", "_timedelta_unpickle"),
      let count = object.arguments.first?.int, object.arguments.count > 1
    else { return nil }
    // The resolution is the last argument; pandas before 2 had nanoseconds only.
    let units = [7: "s", 8: "ms", 9: "us", 10: "ns"]
    let resolution = object.arguments.count == (isMoment ? 4 : 2) ? object.arguments.last?.int : 10
    guard let unit = resolution.flatMap({ units[$0] }) else { return nil }
    let value = try NDArray([Int64(count)], shape: [1]).untyped.viewed(as: DType("\(isMoment ? "M8" : "m8")[\(unit)]"))
    guard isMoment else { return try spans(value).first }
    let isZoned = object.arguments.count > 2 && !object.arguments[2].isNone
    let text = try value.elementTexts()[0]
    if separator == "T" { return text + (isZoned ? "Z" : "") }
    return text.replacing("T", with: separator) + (isZoned ? "+00:00" : "")
  }

  /// Dates are without their time if all of them are, and have no more of a fraction than one of them needs.
  private static func moments(_ texts: [String], _ isZoned: Bool) -> [String] {
    let parts = texts.map { $0.split(separator: "T", maxSplits: 1) }
    let zone = isZoned ? "+00:00" : ""
    guard isZoned || parts.contains(where: { $0.count == 2 && $0[1].contains { !"0:.".contains($0) } }) else {
      return texts.map { $0 == "NaT" ? "" : String($0.prefix { $0 != "T" }) }
    }
    let digits = parts.map { $0.count == 2 ? fractionDigits(String($0[1])) : 0 }.max() ?? 0
    return zip(texts, parts).map { text, parts in
      guard text != "NaT", parts.count == 2 else { return text == "NaT" ? "" : text + " 00:00:00" + zone }
      let time = parts[1].prefix { $0 != "." }
      let fraction = parts[1].dropFirst(time.count).dropFirst()
      guard digits > 0 else { return parts[0] + " " + time + zone }
      return parts[0] + " " + time + "." + (fraction + "000000000").prefix(digits) + zone
    }
  }

  /// How many digits of a second are not zero, in thousands: 0, 3, 6 or 9.
  private static func fractionDigits(_ time: String) -> Int {
    guard let point = time.firstIndex(of: ".") else { return 0 }
    let fraction = time[time.index(after: point)...]
    let used = fraction.lastIndex { $0 != "0" }.map { fraction.distance(from: fraction.startIndex, to: $0) + 1 } ?? 0
    return (used + 2) / 3 * 3
  }

  /// Spans of time: `1 days 02:03:04`, of whole days only `1 days`.
  private static func spans(_ values: AnyNDArray) throws(ArrayError) -> [String] {
    let nanoseconds = try values.asType(DType("m8[ns]")).contiguous().viewed(as: .int64)
    let counts = try NDArray<Int64>(nanoseconds).elements
    let (second, day): (Int64, Int64) = (1_000_000_000, 86_400_000_000_000)
    let known = counts.filter { $0 != .min }
    let isWhole = known.allSatisfy { $0 % day == 0 }
    let digits = known.map { $0 % second == 0 ? 0 : $0 % 1000 == 0 ? 6 : 9 }.max() ?? 0
    return counts.map { count in
      guard count != .min else { return "" }
      let rest = (count % day + day) % day
      let days = (count - count % day) / day - (count % day < 0 ? 1 : 0)
      guard !isWhole else { return "\(days) days" }
      let seconds = rest / second
      let time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
      let fraction = digits == 0 ? "" : "." + padded(rest % second, 9).prefix(digits)
      return "\(days) days \(days < 0 ? "+" : "")\(time)\(fraction)"
    }
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension AnyNDArray {
  /// The texts of the elements, each as it is printed.
  fileprivate func elementTexts() throws(ArrayError) -> [String] {
    var texts: [String] = []
    let flat = try contiguous().reshaped([count])
    for index in 0..<count { texts.append(try flat.slice([.index(index)]).formatted(.str)) }
    return texts
  }
}
