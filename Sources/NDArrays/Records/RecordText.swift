internal import NumberText

/// Records on their way to text, where more can be said than by dtypes: that a number is missing, or that a column has days only.
struct RecordText {
  /// How a column is spelled.
  private struct Column {
    var valueCount = 0
    /// The coarsest unit that holds all moments, if there are any.
    var unit: DateUnit?
  }

  private var columns: [String: Column] = [:]
  private let records: [RecordValue]

  init(_ records: [RecordValue]) {
    self.records = records
    for case .record(let fields) in records {
      for (name, value) in fields {
        var column = columns[name] ?? Column()
        if case .null = value {} else { column.valueCount += 1 }
        if case .datetime(let moment) = value { column.unit = RecordText.unit(of: moment, atLeast: column.unit) }
        columns[name] = column
      }
    }
  }

  /// The records with texts in place of moments and, where some are missing, of numbers and truth values; what is missing is an empty
  /// text.
  var spelled: [RecordValue] { records.map(spelled) }

  private func spelled(_ record: RecordValue) -> RecordValue {
    guard case .record(let fields) = record else { return record }
    return .record(fields.map { name, value in (name, columns[name].map { spelled(value, $0) } ?? value) })
  }

  private func spelled(_ value: RecordValue, _ column: Column) -> RecordValue {
    let hasGaps = column.valueCount < records.count
    switch value {
    case .null where column.valueCount == 0: return .text("")
    case .integer(let number, let dtype) where hasGaps:
      return .text(dtype == .bool ? (number == 0 ? "False" : "True") : String(number))
    case .real(let number, let dtype) where hasGaps:
      return .text(
        dtype == .float32 ? PythonNumberText.description(Float(number)) : PythonNumberText.description(number))
    case .datetime(let moment):
      guard let unit = column.unit, let datetime = moment.datetime(in: unit) else { return value }
      return .text(datetime.isNaT ? "" : datetime.description)
    default: return value
    }
  }

  /// The coarsest of days, seconds and their parts that loses nothing of a moment, and is no coarser than another; the moment's own
  /// unit if these are no finer.
  private static func unit(of moment: any DatetimeRepresentable, atLeast known: DateUnit?) -> DateUnit {
    let own = moment.preferredUnit
    guard let exact = moment.datetime(in: own), !exact.isNaT else { return known ?? own }
    let units = [DateUnit.Unit.day, .second, .millisecond, .microsecond, .nanosecond].map { DateUnit($0) }
    let first = known.flatMap { units.firstIndex(of: $0) } ?? (known == nil ? 0 : units.count)
    return units[first...].first { exact.converted(to: $0)?.converted(to: own) == exact } ?? own
  }
}
