internal import NDArrays
internal import NumberText

/// What has been found in a column of a CSV table, row by row: the type that holds all of it without loss.
struct CSVColumn {
  /// What a field may be.
  struct Kinds: OptionSet {
    let rawValue: UInt16
    static let truth = Kinds(rawValue: 1)
    /// An integer that a `Double` holds exactly.
    static let integer = Kinds(rawValue: 2)
    /// An integer of 64 bits beyond.
    static let wideInteger = Kinds(rawValue: 4)
    /// One that needs the 64th bit.
    static let unsigned = Kinds(rawValue: 8)
    static let negative = Kinds(rawValue: 16)
    /// One beyond 64 bits.
    static let hugeInteger = Kinds(rawValue: 32)
    static let number = Kinds(rawValue: 64)
    static let complex = Kinds(rawValue: 128)
    static let day = Kinds(rawValue: 256)
    static let second = Kinds(rawValue: 512)
    static let microsecond = Kinds(rawValue: 1024)
    static let nanosecond = Kinds(rawValue: 2048)
    static let text = Kinds(rawValue: 4096)
    /// An empty field.
    static let gap = Kinds(rawValue: 8192)
    /// A word for a missing value, which in a column of text is text.
    static let missingWord = Kinds(rawValue: 16384)
    /// The number NaN, which is missing among integers.
    static let nan = Kinds(rawValue: 32768)

    static let missing: Kinds = [.gap, .missingWord]
    static let integers: Kinds = [.integer, .wideInteger, .unsigned, .negative, .hugeInteger]
    static let dates: Kinds = [.day, .second, .microsecond, .nanosecond]

    init(rawValue: UInt16) { self.rawValue = rawValue }

    /// What an integer is.
    @inline(__always)
    init(integer magnitude: UInt64, isNegative: Bool) {
      let sign: Kinds = isNegative ? .negative : []
      if magnitude <= 1 << 53 {
        self = sign.union(.integer)
      } else if isNegative {
        self = sign.union(magnitude <= 1 << 63 ? .wideInteger : .hugeInteger)
      } else {
        self = magnitude <= UInt64(Int64.max) ? .wideInteger : .unsigned
      }
    }
  }

  private(set) var kinds: Kinds = []
  /// The code points of the longest field.
  private(set) var width = 0
  /// Whether all integers could be years of four digits.
  private(set) var mayBeYears = true

  /// Takes a field into account.
  mutating func add(_ field: CSVField) {
    guard !kinds.contains(.text) || field.isEmpty else { return widen(to: field.length) }
    add(field, of: field.kinds)
  }

  /// Takes into account a field whose kinds are known; in a column of text only if it is empty.
  mutating func add(_ field: CSVField, of kinds: Kinds) {
    width = max(width, field.length)
    if field.text.byteCount != 4 { mayBeYears = false }
    self.kinds.formUnion(kinds)
  }

  /// Takes into account a field that is no text, and not empty.
  mutating func add(_ kinds: Kinds, length: Int) {
    width = max(width, length)
    if length != 4 { mayBeYears = false }
    self.kinds.formUnion(kinds)
  }

  /// Whether there has been a text, besides which it does not matter what others are.
  var isOfAnyText: Bool { kinds.contains(.text) }

  /// Has the column be one of text, whatever its fields look like.
  mutating func addText() { kinds.insert(.text) }

  /// Takes into account how long a field is.
  mutating func widen(to length: Int) { width = max(width, length) }

  /// Takes into account what another part of the column has.
  mutating func add(_ other: CSVColumn) {
    width = max(width, other.width)
    kinds.formUnion(other.kinds)
  }

  /// Takes into account what the rows have that follow.
  mutating func append(_ rest: CSVColumn) {
    width = max(width, rest.width)
    // Behind a text only gaps are looked at.
    let isOfAnyText = isOfAnyText
    if isOfAnyText ? rest.hasGaps : !rest.mayBeYears { mayBeYears = false }
    kinds.formUnion(isOfAnyText ? rest.kinds.intersection(.gap) : rest.kinds)
  }

  /// Whether all fields are values of another type than text, or missing.
  var holdsNoText: Bool { !values.isEmpty && dtype.kind != .string }

  /// Whether the first field that is not missing is a text.
  var isOfText: Bool { values == .text }

  /// Whether some fields are empty.
  var hasGaps: Bool { kinds.contains(.gap) }

  /// Whether there has been a number that is no integer, besides which it does not matter which are.
  var hasNumber: Bool { kinds.contains(.number) }

  private var values: Kinds { kinds.subtracting(.missing) }

  /// The type of the column. Integers with gaps are doubles as long as these hold them; what no number holds without loss
  /// remains text, and so do truth values with gaps.
  var dtype: DType {
    var hasGaps = !kinds.isDisjoint(with: .missing)
    var values = values
    if values.remove(.nan) != nil {
      if values.isSubset(of: .integers), !values.isEmpty { hasGaps = true } else { values.insert(.number) }
    }
    let text = DType.string(max(1, width))
    // Without any value there is nothing that a number would lose.
    guard !values.isEmpty else { return kinds.contains(.missingWord) ? text : .float64 }
    if values == .truth { return hasGaps ? text : .bool }
    if values.isSubset(of: .dates) {
      let unit: DateUnit.Unit =
        values.contains(.nanosecond)
        ? .nanosecond : values.contains(.microsecond) ? .microsecond : values.contains(.second) ? .second : .day
      return .datetime(DateUnit(unit))
    }
    guard values.isSubset(of: Kinds.integers.union([.number, .complex])) else { return text }
    if values.contains(.complex) { return .complex128 }
    if values.contains(.number) { return .float64 }
    if values.contains(.hugeInteger) { return text }
    if hasGaps { return values.isDisjoint(with: [.wideInteger, .unsigned]) ? .float64 : text }
    guard values.contains(.unsigned) else { return .int64 }
    return values.contains(.negative) ? text : .uint64
  }
}
