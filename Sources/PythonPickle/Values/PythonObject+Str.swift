// Python's `str` of what the standard library's classes hold, where it is not their `repr`.

extension PythonObject {
  /// The text that `str` gives; `nil` where it is that of `repr`.
  package var str: String? {
    switch self {
    case .decimal(let digits): digits
    case .fraction(let numerator, let denominator):
      denominator.int == 1 ? numerator.repr() : numerator.repr() + "/" + denominator.repr()
    case .path(_, let path): path
    case .uuid(let bytes): PythonObject.text(ofUUID: bytes)
    case .timeDelta(let days, let seconds, let microseconds):
      PythonObject.text(days: days, seconds: seconds, microseconds: microseconds)
    case .dateTime(let date, let zone):
      if let zone {
        PythonObject.offsetText(ofZone: zone).map { date.isoText(separator: " ") + $0 }
      } else {
        date.isoText(separator: " ")
      }
    default: nil
    }
  }

  /// `123e4567-e89b-12d3-a456-426614174000`.
  static func text(ofUUID bytes: [UInt8]) -> String {
    let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    let groups = [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }
    return groups.joined(separator: "-")
  }

  /// `1 day, 0:00:02.000003`.
  private static func text(days: Int, seconds: Int, microseconds: Int) -> String {
    let hours =
      "\(seconds / 3600):" + PythonDate.digits(seconds / 60 % 60, 2) + ":" + PythonDate.digits(seconds % 60, 2)
    let time = microseconds == 0 ? hours : hours + "." + PythonDate.digits(microseconds, 6)
    return days == 0 ? time : "\(days) day\(days.magnitude == 1 ? "" : "s"), " + time
  }

  /// `+01:00`: the distance from UTC of a `timezone`; `nil` for the zones of other classes.
  package static func offsetText(ofZone zone: PickleValue) -> String? {
    guard let seconds = offsetInSeconds(ofZone: zone) else { return nil }
    let magnitude = abs(seconds)
    let rest = magnitude % 60 == 0 ? "" : ":" + PythonDate.digits(magnitude % 60, 2)
    return (seconds < 0 ? "-" : "+") + PythonDate.digits(magnitude / 3600, 2) + ":"
      + PythonDate.digits(magnitude / 60 % 60, 2) + rest
  }

  /// How far a `timezone` is ahead of UTC; `nil` for the zones of other classes, and for fractions of a second.
  package static func offsetInSeconds(ofZone zone: PickleValue) -> Int? {
    guard case .timeZone(let offset, _)? = zone.pythonObject,
      case .timeDelta(let days, let seconds, let microseconds)? = offset.pythonObject, microseconds == 0,
      (-1...0).contains(days), (0..<86_400).contains(seconds)
    else { return nil }
    return days * 86_400 + seconds
  }
}

extension PythonDate {
  /// Python's `isoformat`: microseconds only where there are some.
  package func isoText(separator: String) -> String {
    var parts: [String] = []
    if let day {
      parts.append(
        PythonDate.digits(day.year, 4) + "-" + PythonDate.digits(day.month, 2) + "-" + PythonDate.digits(day.day, 2))
    }
    if let time {
      let clock = [time.hour, time.minute, time.second].map { PythonDate.digits($0, 2) }.joined(separator: ":")
      parts.append(time.microsecond == 0 ? clock : clock + "." + PythonDate.digits(time.microsecond, 6))
    }
    return parts.joined(separator: separator)
  }

  fileprivate static func digits(_ value: Int, _ count: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
  }
}
