internal import Calendars

/// Moments in a format as `strptime` has it, rewritten as ISO 8601 has them.
struct DateSpelling: Sendable {
  /// A format that cannot be read.
  struct Trouble: Error {
    let message: String
  }

  private enum Part: Sendable, Equatable {
    case literal(UInt8)
    /// Any white space, or none.
    case space
    case field(UInt8)
  }

  private let parts: [Part]

  init(_ format: String) throws(Trouble) {
    var parts: [Part] = []
    var rest = Array(format.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        parts.append(byte == 0x20 || byte == 9 ? .space : .literal(byte))
        continue
      }
      guard let letter = rest.popFirst() else { throw Trouble(message: "a % stands at the end of '\(format)'") }
      switch letter {
      case UInt8(ascii: "%"): parts.append(.literal(letter))
      case UInt8(ascii: "F"): parts += [.field(0x59), .literal(0x2D), .field(0x6D), .literal(0x2D), .field(0x64)]
      case UInt8(ascii: "T"): parts += [.field(0x48), .literal(0x3A), .field(0x4D), .literal(0x3A), .field(0x53)]
      case _ where "YymdHIMSfpbBjaAz".utf8.contains(letter): parts.append(.field(letter))
      default:
        throw Trouble(
          message: "%\(Character(Unicode.Scalar(letter))) in '\(format)' is not known: there are "
            + "%Y %y %m %d %H %I %M %S %f %p %b %B %j %a %A %z %F %T %%")
      }
    }
    guard parts.contains(.field(UInt8(ascii: "Y"))) || parts.contains(.field(UInt8(ascii: "y"))) else {
      throw Trouble(message: "'\(format)' has no year: %Y or %y")
    }
    self.parts = parts
  }

  private struct Moment {
    var year = 0
    var month: Int?
    var day: Int?
    var dayOfYear: Int?
    var hour: Int?
    var minute: Int?
    var second: Int?
    var fraction: [UInt8] = []
    var isAfternoon: Bool?
    /// Minutes east of Greenwich.
    var zone = 0
  }

  /// The moment in ISO 8601, as far as the format goes; `nil` if the text is not of the format.
  func rewrite(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var moment = Moment()
    var rest = text
    for part in parts {
      switch part {
      case .space: while let first = rest.first, first == 0x20 || first == 9 { rest = rest.dropFirst() }
      case .literal(let byte): guard rest.popFirst() == byte else { return nil }
      case .field(let letter): guard DateSpelling.read(letter, &rest, &moment) else { return nil }
      }
    }
    guard rest.isEmpty else { return nil }
    return DateSpelling.iso(moment)
  }

  private static func number(_ text: inout ArraySlice<UInt8>, _ digits: ClosedRange<Int>, _ range: ClosedRange<Int>)
    -> Int?
  {
    var value = 0
    var count = 0
    while count < digits.upperBound, let byte = text.first, byte >= 0x30, byte <= 0x39 {
      value = value * 10 + Int(byte - 0x30)
      count += 1
      text = text.dropFirst()
    }
    return count >= digits.lowerBound && range.contains(value) ? value : nil
  }

  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
  ]
  private static let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

  /// The place of a name in a list, whole or by its first three letters.
  private static func name(_ text: inout ArraySlice<UInt8>, of names: [String]) -> Int? {
    let letters = text.prefix { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }
    let word = String(decoding: letters, as: UTF8.self).lowercased()
    guard let index = names.firstIndex(where: { $0 == word || $0.prefix(3) == word }) else { return nil }
    text = text.dropFirst(letters.count)
    return index
  }

  private static func read(_ letter: UInt8, _ text: inout ArraySlice<UInt8>, _ moment: inout Moment) -> Bool {
    func set(_ place: WritableKeyPath<Moment, Int?>, _ value: Int?) -> Bool {
      moment[keyPath: place] = value
      return value != nil
    }
    switch Character(Unicode.Scalar(letter)) {
    case "Y":
      guard let year = number(&text, 4...4, 0...9999) else { return false }
      moment.year = year
    case "y":
      // As POSIX: 69 to 99 are of the last century.
      guard let year = number(&text, 2...2, 0...99) else { return false }
      moment.year = year < 69 ? 2000 + year : 1900 + year
    case "m": return set(\.month, number(&text, 1...2, 1...12))
    case "b", "B": return set(\.month, name(&text, of: months).map { $0 + 1 })
    case "d": return set(\.day, number(&text, 1...2, 1...31))
    case "j": return set(\.dayOfYear, number(&text, 1...3, 1...366))
    case "H": return set(\.hour, number(&text, 1...2, 0...23))
    case "I": return set(\.hour, number(&text, 1...2, 1...12))
    case "M": return set(\.minute, number(&text, 1...2, 0...59))
    case "S": return set(\.second, number(&text, 1...2, 0...59))
    case "f":
      let digits = text.prefix(18).prefix { $0 >= 0x30 && $0 <= 0x39 }
      moment.fraction = Array(digits)
      text = text.dropFirst(digits.count)
      return !digits.isEmpty
    case "p":
      let word = String(decoding: text.prefix(2), as: UTF8.self).lowercased()
      guard word == "am" || word == "pm" else { return false }
      moment.isAfternoon = word == "pm"
      text = text.dropFirst(2)
    case "a", "A": return name(&text, of: days) != nil
    default: return zone(&text, &moment)
    }
    return true
  }

  /// `Z`, `+0130`, `-01:30`.
  private static func zone(_ text: inout ArraySlice<UInt8>, _ moment: inout Moment) -> Bool {
    if text.first == UInt8(ascii: "Z") {
      text = text.dropFirst()
      return true
    }
    guard let sign = text.popFirst(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
      let hours = number(&text, 2...2, 0...23)
    else { return false }
    if text.first == UInt8(ascii: ":") { text = text.dropFirst() }
    guard let minutes = number(&text, 2...2, 0...59) else { return false }
    moment.zone = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
    return true
  }

  private static func iso(_ given: Moment) -> [UInt8]? {
    var moment = given
    if var rest = moment.dayOfYear {
      var month = 1
      while month < 13, rest > CivilCalendar.length(ofMonth: month, year: moment.year) {
        rest -= CivilCalendar.length(ofMonth: month, year: moment.year)
        month += 1
      }
      guard month < 13 else { return nil }
      (moment.month, moment.day) = (month, rest)
    }
    if let isAfternoon = moment.isAfternoon, let hour = moment.hour {
      guard hour <= 12 else { return nil }
      moment.hour = hour % 12 + (isAfternoon ? 12 : 0)
    }
    if moment.zone != 0, !move(&moment, by: -moment.zone) { return nil }
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
    let year = String(moment.year)
    var text = String(repeating: "0", count: 4 - year.utf8.count) + year
    let hasTime = moment.hour != nil
    guard let month = moment.month ?? (moment.day != nil || hasTime ? 1 : nil) else { return Array(text.utf8) }
    text += "-" + two(month)
    guard let day = moment.day ?? (hasTime ? 1 : nil) else { return Array(text.utf8) }
    guard day <= CivilCalendar.length(ofMonth: month, year: moment.year) else { return nil }
    text += "-" + two(day)
    if let hour = moment.hour {
      text += "T" + two(hour)
      if let minute = moment.minute ?? moment.second.map({ _ in 0 }) {
        text += ":" + two(minute)
        if let second = moment.second {
          text += ":" + two(second)
          if !moment.fraction.isEmpty { text += "." + String(decoding: moment.fraction, as: UTF8.self) }
        }
      }
    }
    return Array(text.utf8)
  }

  /// Moves a moment by minutes, less than a day.
  private static func move(_ moment: inout Moment, by minutes: Int) -> Bool {
    guard let hour = moment.hour, let month = moment.month, let day = moment.day else { return false }
    var total = hour * 60 + (moment.minute ?? 0) + minutes
    var (year, newMonth, newDay) = (moment.year, month, day)
    if total < 0 {
      total += 1440
      newDay -= 1
      if newDay < 1 {
        newMonth -= 1
        if newMonth < 1 { (newMonth, year) = (12, year - 1) }
        newDay = CivilCalendar.length(ofMonth: newMonth, year: year)
      }
    } else if total >= 1440 {
      total -= 1440
      newDay += 1
      if newDay > CivilCalendar.length(ofMonth: newMonth, year: year) {
        newDay = 1
        newMonth += 1
        if newMonth > 12 { (newMonth, year) = (1, year + 1) }
      }
    }
    guard year >= 0 else { return false }
    (moment.year, moment.month, moment.day, moment.hour, moment.minute) = (
      year, newMonth, newDay, total / 60, total % 60
    )
    return true
  }
}
