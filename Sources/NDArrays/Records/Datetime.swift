/// A datetime as NumPy counts it: steps of a unit from the beginning of 1970. An element of a `datetime64` array.
public struct Datetime: Hashable, Sendable {
  /// The count of steps; `Int64.min` is NumPy's `NaT`, not a time.
  public var ticks: Int64
  /// How long a step of the count is.
  public var unit: DateUnit

  /// A moment of so many units after the beginning of 1970: NumPy's `np.datetime64(ticks, unit)`.
  public init(ticks: Int64, unit: DateUnit) {
    self.ticks = ticks
    self.unit = unit
  }

  /// NumPy's `NaT`, the missing time, which every unit has: `AnyNDArray(datetimes: [day, .nat], unit: .day)`.
  ///
  /// As Swift's values are compared, it equals itself; in NumPy it equals nothing.
  public static let nat = Datetime(ticks: notATime, unit: .generic)

  /// Whether this is NumPy's `NaT`, the missing time.
  public var isNaT: Bool { ticks == notATime }

  /// The same datetime in another unit, rounded down where that is coarser; `nil` if 64 bits do not hold it or one of
  /// the units is the generic one. `NaT` is that in every unit. NumPy's `astype("M8[…]")`.
  public func converted(to unit: DateUnit) -> Datetime? {
    if isNaT { return Datetime(ticks: notATime, unit: unit) }
    return DateConversion(from: self.unit, to: unit, isDatetime: true)?(ticks).map { Datetime(ticks: $0, unit: unit) }
  }
}

extension Datetime: LosslessStringConvertible {
  /// A datetime of ISO 8601, in the unit that its text goes down to: NumPy's `np.datetime64("2024-02-29T12:30")`, in minutes. `nil`
  /// for any other text; `NaT` is one.
  public init?(_ text: String) {
    guard let parsed = ParsedDate.parse(Array(text.utf8), isDatetime: true), let ticks = parsed.count else {
      return nil
    }
    self.init(ticks: ticks, unit: parsed.unit)
  }

  /// The datetime in ISO 8601, as NumPy's `str` writes it: `2024-02-29T12:30`, or `NaT`.
  public var description: String {
    var buffer = PrintBuffer()
    PrintedDate.append(ticks, unit: unit, to: &buffer)
    return String(decoding: buffer.bytes, as: UTF8.self)
  }
}

/// A type that represents datetimes in records: ``Datetime``, and `Date` where `NumPyIOFoundation` is imported.
public protocol DatetimeRepresentable {
  /// The value for a datetime; `nil` if there is none, as for `NaT`.
  init?(_ datetime: Datetime)
  /// The datetime in a unit; `nil` if 64 bits do not hold it.
  func datetime(in unit: DateUnit) -> Datetime?
  /// The unit that loses nothing, for arrays whose dtype follows from their rows.
  var preferredUnit: DateUnit { get }
}

extension Datetime: DatetimeRepresentable {
  /// The datetime itself.
  public init?(_ datetime: Datetime) { self = datetime }
  /// The datetime in another unit.
  public func datetime(in unit: DateUnit) -> Datetime? { unit == self.unit ? self : converted(to: unit) }
  /// Its own unit.
  public var preferredUnit: DateUnit { unit }
}

extension Datetime: Codable {
  private enum Key: String, CodingKey { case ticks, unit }

  /// Decodes a datetime; of a record the field's count and unit.
  ///
  /// - Throws: What the decoder throws: `DecodingError` for other values.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let text = try container.decode(String.self, forKey: .unit)
    guard let unit = DateUnit(notation: text) else {
      throw DecodingError.dataCorruptedError(forKey: .unit, in: container, debugDescription: "'\(text)' is no unit")
    }
    self.init(ticks: try container.decode(Int64.self, forKey: .ticks), unit: unit)
  }

  /// Encodes count and unit; a record's field takes the count alone.
  ///
  /// - Throws: What the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(ticks, forKey: .ticks)
    try container.encode(
      unit.unit == .generic ? "generic" : String(unit.notation.dropFirst().dropLast()), forKey: .unit)
  }
}

extension AnyNDArray {
  /// The elements of a `datetime64` array, in C order.
  ///
  /// - Throws: ``ArrayError`` with code `dtypeMismatch` if the elements are not datetimes.
  public func datetimes() throws(ArrayError) -> [Datetime] {
    guard dtype.kind == .datetime, let unit = dtype.dateUnit else {
      throw ArrayError(.dtypeMismatch, "elements of \(dtype.notation) are no moments")
    }
    let packed = nativeByteOrder().contiguous()
    return (0..<packed.count).map {
      Datetime(ticks: Int64(RecordItem(packed, at: $0).integer ?? 0), unit: unit)
    }
  }

  /// A `datetime64` array of datetimes, each converted to the unit: NumPy's `np.array(…, "M8[us]")`.
  ///
  /// - Throws: ``ArrayError`` with code `badValue` for a datetime that the unit cannot hold, `shapeMismatch` if the shape
  ///   has another number of elements.
  public init(
    datetimes: [some DatetimeRepresentable], unit: DateUnit, shape: [Int]? = nil
  ) throws(ArrayError) {
    var ticks: [Int64] = []
    ticks.reserveCapacity(datetimes.count)
    for datetime in datetimes {
      guard let converted = datetime.datetime(in: unit) else {
        throw ArrayError(.badValue, "\(datetime) does not fit datetime64\(unit.notation)")
      }
      ticks.append(converted.ticks)
    }
    self = try NDArray(ticks, shape: shape ?? [ticks.count]).untyped.viewed(as: .datetime(unit))
  }
}
