public import ByteIO
public import Foundation
public import PythonPickle

// Foundation's values as Python's, for fields of Codable types.

extension Date: PickleConvertible, PickleReconstructible {
  /// Python's `datetime.datetime` in UTC, to the microsecond.
  ///
  /// - Throws: ``FormatError`` with code `badValue` outside of the years 1 to 9999.
  public func pickleValue(in context: PickleContext) throws(FormatError) -> PickleValue {
    let total = (timeIntervalSince1970 * 1e6).rounded()
    guard let microseconds = Int(exactly: total),
      let date = PythonDate(microsecondsSince1970: microseconds)
    else { throw FormatError(.badValue, "Python has no datetime for \(timeIntervalSince1970) seconds since 1970") }
    return .python(.dateTime(date, zone: .utc))
  }

  /// The moment of a `datetime`, which is in UTC if it names no zone, of a `date` at midnight, or of a number of
  /// seconds since 1970, Python's `time.time()`.
  ///
  /// - Throws: ``FormatError`` with code `badValue` for anything else, and for zones of rules rather than of an offset.
  public init(pickleValue value: PickleValue) throws(FormatError) {
    if let seconds = value.double {
      self.init(timeIntervalSince1970: seconds)
      return
    }
    guard case .dateTime(let date, let zone)? = value.pythonObject, let local = date.microsecondsSince1970 else {
      throw FormatError(.badValue, "a \(value.typeName) is no date")
    }
    var offset = 0
    if let zone {
      guard case .timeZone(let distance, _)? = zone.pythonObject,
        case .timeDelta(let days, let seconds, let microseconds)? = distance.pythonObject,
        [days, seconds, microseconds].allSatisfy({ abs($0) <= 1_000_000 })
      else { throw FormatError(.badValue, "a \(zone.typeName) is no zone of a fixed offset") }
      offset = (days * 86400 + seconds) * 1_000_000 + microseconds
    }
    self.init(timeIntervalSince1970: Double(local - offset) / 1e6)
  }
}

extension Data: PickleConvertible, PickleReconstructible {
  /// Python's `bytes`.
  public func pickleValue(in context: PickleContext) -> PickleValue {
    .bytes(PickleBytes(Array(self), isShared: false))
  }

  /// The bytes of a `bytes` or `bytearray`.
  ///
  /// - Throws: ``FormatError`` with code `badValue` for anything else.
  public init(pickleValue value: PickleValue) throws(FormatError) {
    guard let bytes = value.bytes else { throw FormatError(.badValue, "a \(value.typeName) is no bytes") }
    self.init(bytes)
  }
}

extension UUID: PickleConvertible, PickleReconstructible {
  /// Python's `uuid.UUID`.
  public func pickleValue(in context: PickleContext) -> PickleValue {
    // Safe: any 16 bytes are the tuple of a UUID.
    .python(.uuid(unsafe withUnsafeBytes(of: uuid) { unsafe Array($0) }))
  }

  /// The UUID of Python's, or of its text.
  ///
  /// - Throws: ``FormatError`` with code `badValue` for anything else.
  public init(pickleValue value: PickleValue) throws(FormatError) {
    if case .uuid(let b)? = value.pythonObject, b.count == 16 {
      self.init(
        uuid: (
          b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]
        ))
    } else if let known = value.string.flatMap({ UUID(uuidString: $0) }) {
      self = known
    } else {
      throw FormatError(.badValue, "a \(value.typeName) is no UUID")
    }
  }
}

extension Decimal: PickleConvertible, PickleReconstructible {
  /// Python's `decimal.Decimal`.
  public func pickleValue(in context: PickleContext) -> PickleValue {
    .python(.decimal(isNaN ? "NaN" : description))
  }

  /// The number of Python's `Decimal`, rounded to 38 digits, or of an integer or a float.
  ///
  /// - Throws: ``FormatError`` with code `badValue` for anything else, and for infinity.
  public init(pickleValue value: PickleValue) throws(FormatError) {
    if case .decimal(let digits)? = value.pythonObject {
      if digits == "NaN" {
        self = .nan
        return
      }
      if let number = Decimal(string: digits, locale: Locale(identifier: "en_US_POSIX")), !number.isNaN {
        self = number
        return
      }
    } else if let int = value.int {
      self.init(int)
      return
    } else if let double = value.double {
      self.init(double)
      return
    }
    throw FormatError(.badValue, "a \(value.typeName) is no decimal number")
  }
}

extension URL: PickleConvertible, PickleReconstructible {
  /// The URL's text, absolute: Python has no type for addresses.
  public func pickleValue(in context: PickleContext) -> PickleValue { .string(absoluteString) }

  /// The URL of a text.
  ///
  /// - Throws: ``FormatError`` with code `badValue` for anything else.
  public init(pickleValue value: PickleValue) throws(FormatError) {
    guard let url = value.string.flatMap({ URL(string: $0) }) else {
      throw FormatError(.badValue, "a \(value.typeName) is no URL")
    }
    self = url
  }
}
