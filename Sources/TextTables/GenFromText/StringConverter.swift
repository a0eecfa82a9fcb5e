internal import ByteIO
internal import NDArrays
internal import NumberText

/// Converts the texts of a column: NumPy's `StringConverter`, which is upgraded from level to level until all texts fit.
struct StringConverter {
  /// The types that a column may have, from the narrowest to the widest: `StringConverter._mapper`.
  enum Level: Int, Comparable {
    case bool, integer, float, complex, string

    static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// What a text is taken for.
  enum Kind {
    case level(Level)
    /// Integers of 64 bits: Python's `int`, which takes no point.
    case wideInteger(isSigned: Bool)
    /// Smaller integers: Python's `int(float(text))`.
    case narrowInteger
    /// A text of bytes, in Latin-1.
    case bytes
    /// A text in Latin-1 that the dtype itself reads: datetimes.
    case raw
    case custom(TextConverter)
  }

  /// Why a text is refused.
  enum Trouble: Error {
    /// Python's `ValueError`: the value counts as missing if that is allowed.
    case noValue
    /// Python's `OverflowError`: always an error.
    case overflow(String)
  }

  private(set) var kind: Kind
  private(set) var missing: Set<String>
  private var fill: TextValue?

  /// A converter that finds its own level.
  init(missing: [String], fill: TextValue?) {
    kind = .level(.bool)
    self.missing = Set(missing + [""])
    self.fill = fill
  }

  /// A converter for a dtype.
  init(_ dtype: DType, missing: [String], fill: TextValue?) {
    self.init(missing: missing, fill: fill)
    switch dtype.kind {
    case .bool: kind = .level(.bool)
    case .signedInteger: kind = dtype.itemSize == 8 ? .wideInteger(isSigned: true) : .narrowInteger
    case .unsignedInteger: kind = dtype.itemSize == 8 ? .wideInteger(isSigned: false) : .narrowInteger
    case .float: kind = .level(.float)
    case .complex: kind = .level(.complex)
    case .string: kind = .level(.string)
    case .bytes: kind = .bytes
    default: kind = .raw
    }
  }

  /// Lets a function of the caller's convert the column.
  mutating func use(_ converter: @escaping TextConverter) { kind = .custom(converter) }

  var level: Level {
    if case .level(let level) = kind { return level }
    return .string
  }

  /// What a missing value becomes.
  private var missingValue: TextValue {
    if let fill {
      // NumPy's `default or False`, which shows where the table becomes one of text.
      if case .level(.bool) = kind, fill.isFalse { return .bool(false) }
      return fill
    }
    switch kind {
    case .level(.bool): return .bool(false)
    case .level(.integer), .wideInteger, .narrowInteger: return .integer(-1)
    case .level(.float): return .number(.nan)
    case .level(.complex): return .complex(.nan, 0)
    case .level(.string), .bytes: return .text("???")
    case .raw: return .text("NaT")
    case .custom: return .number(.nan)
    }
  }

  /// The value of a text, without regard to missing ones.
  private func value(_ text: String) throws(Trouble) -> TextValue {
    let bytes = Array(text.utf8)
    switch kind {
    case .level(.bool):
      switch text.uppercased() {
      case "TRUE": return .bool(true)
      case "FALSE": return .bool(false)
      default: throw .noValue
      }
    case .level(.integer):
      guard let number = PythonNumberText.integer(bytes) else { throw .noValue }
      return .integer(number)
    case .wideInteger(let isSigned):
      guard PythonNumberText.isInteger(bytes) else { throw .noValue }
      guard let (magnitude, isNegative) = PythonNumberText.unsigned(bytes) else {
        throw .overflow("Python int too large to convert to C long")
      }
      if !isSigned {
        if isNegative, magnitude > 0 { throw .overflow("Python integer -\(magnitude) out of bounds for uint64") }
        return magnitude <= UInt64(Int.max) ? .integer(Int(magnitude)) : .text(text)
      }
      guard let number = PythonNumberText.integer(bytes) else {
        throw .overflow("Python int too large to convert to C long")
      }
      return .integer(number)
    case .narrowInteger:
      guard let number = PythonNumberText.double(bytes), !number.isNaN else { throw .noValue }
      guard number.isFinite else { throw .overflow("cannot convert float infinity to integer") }
      guard let integer = Int(exactly: number.rounded(.towardZero)) else {
        throw .overflow("Python int too large to convert to C long")
      }
      return .integer(integer)
    case .level(.float):
      // The text itself is kept: it is rounded once, to whatever the dtype is.
      guard PythonNumberText.double(bytes) != nil else { throw .noValue }
      return .text(text)
    case .level(.complex):
      guard let (real, imaginary) = PythonNumberText.complex(bytes) else { throw .noValue }
      return .complex(real, imaginary)
    case .level(.string): return .text(text)
    case .bytes, .raw:
      guard text.unicodeScalars.allSatisfy({ $0.value < 256 }) else { throw .noValue }
      return .text(text)
    case .custom(let converter):
      do { return try converter(text) } catch { throw .noValue }
    }
  }

  /// Goes to the next level until the text fits, or counts as missing: NumPy's `upgrade`.
  mutating func upgrade(to text: String) {
    while true {
      if (try? value(text)) != nil {
        if case .level(.bool) = kind { hasBool = true }
        return
      }
      if missing.contains(PythonText.strip(text)) {
        if case .level(.bool) = kind { hasMissingBool = true }
        return
      }
      guard case .level(let level) = kind, let next = Level(rawValue: level.rawValue + 1) else { return }
      // What is true or false is text at every other level.
      kind = .level(hasBool ? .string : next)
      hasMissingBool = false
    }
  }

  /// Whether a value was true or false.
  private(set) var hasBool = false
  /// Whether a value was missing while the column still looked like bools.
  private(set) var hasMissingBool = false

  /// The value of a text as it compares with others: a floating-point number as its value.
  func comparable(_ text: String, loose: Bool) throws(FormatError) -> TextValue {
    let value = try convert(text, loose: loose)
    guard case .text(let digits) = value, case .level(.float) = kind else { return value }
    return PythonNumberText.double(Array(digits.utf8)).map { .number($0) } ?? value
  }

  /// Reports a text that is not a value, where that is not allowed. A number that is too large counts as a value, but not
  /// for 64 bits, which NumPy tries at once.
  func check(_ text: String, loose: Bool) throws(FormatError) {
    guard !loose else { return }
    do throws(Trouble) { _ = try value(text) } catch {
      switch (error, kind) {
      case (.noValue, _), (.overflow, .wideInteger): _ = try convert(text, loose: false)
      case (.overflow, _): break
      }
    }
  }

  /// The value of a text; what is not a value is missing where `loose` allows that.
  func convert(_ text: String, loose: Bool) throws(FormatError) -> TextValue {
    var words = WordCount()
    return try convert(text, loose: loose, counting: &words) { TextPlace() }
  }

  /// The value of a text, as above; a text that is no value, nor stands for a missing one, is counted.
  func convert(
    _ text: String, loose: Bool, counting words: inout WordCount, at place: () -> TextPlace
  ) throws(FormatError) -> TextValue {
    do throws(Trouble) { return try value(text) } catch {
      switch error {
      case .overflow(let message): throw FormatError(.badValue, message)
      case .noValue:
        let isMissing = missing.contains(PythonText.strip(text))
        if !isMissing, !loose { throw FormatError(.badValue, "Cannot convert string '\(text.prefix(200))'") }
        if !isMissing, isNumeric { words.add(text) { place().line } }
        return missingValue
      }
    }
  }

  /// Whether the column's values are numbers.
  private var isNumeric: Bool {
    switch kind {
    case .level(let level): level != .string
    case .wideInteger, .narrowInteger: true
    case .bytes, .raw, .custom: false
    }
  }
}

extension TextValue {
  /// Whether Python takes the value for false.
  fileprivate var isFalse: Bool {
    switch self {
    case .integer(let number): number == 0
    case .number(let number): number == 0
    case .complex(let real, let imaginary): real == 0 && imaginary == 0
    case .bool(let truth): !truth
    case .text(let text): text.isEmpty
    }
  }
}
