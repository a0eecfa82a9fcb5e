/// Datetimes in quotes, such as `'2024-02-29T12:00'`, right-aligned to the longer of the first and the last.
struct DateItems: ItemFormat {
  private let values: PackedValues
  private let unit: DateUnit
  private let width: Int

  init(_ values: PackedValues, unit: DateUnit) {
    self.values = values
    self.unit = unit
    let range = TimeRange(values)
    var width = range.hasNaT ? 5 : 0
    for bound in [range.low, range.high] {
      guard let bound else { continue }
      var buffer = PrintBuffer()
      PrintedDate.append(bound, unit: unit, to: &buffer)
      width = max(width, buffer.bytes.count + 2)
    }
    self.width = width
  }

  func append(_ index: Int, to buffer: inout PrintBuffer) {
    let value = values.load(index, as: Int64.self)
    buffer.appendRightAligned(width: width) { buffer in
      buffer.append("'")
      PrintedDate.append(value, unit: unit, to: &buffer)
      buffer.append("'")
    }
  }
}

/// Durations as plain counts of steps; only `'NaT'` has quotes.
struct DurationItems: ItemFormat {
  private let values: PackedValues
  private let width: Int

  init(_ values: PackedValues) {
    self.values = values
    let range = TimeRange(values)
    width = max(
      range.hasNaT ? 5 : 0, range.low.map(IntegerText.width) ?? 0, range.high.map(IntegerText.width) ?? 0)
  }

  func append(_ index: Int, to buffer: inout PrintBuffer) {
    let value = values.load(index, as: Int64.self)
    buffer.appendRightAligned(width: width) { buffer in
      if value == notATime {
        buffer.append("'NaT'")
      } else {
        IntegerText.append(value, to: &buffer)
      }
    }
  }
}

/// The first and the last of several times.
private struct TimeRange {
  var low: Int64?
  var high: Int64?
  var hasNaT = false

  init(_ values: PackedValues) {
    for index in 0..<values.count {
      let value = values.load(index, as: Int64.self)
      if value == notATime {
        hasNaT = true
      } else {
        low = min(low ?? value, value)
        high = max(high ?? value, value)
      }
    }
  }
}
