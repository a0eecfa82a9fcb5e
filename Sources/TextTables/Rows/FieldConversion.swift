internal import ByteIO
internal import NDArrays
internal import NumberText

/// Converts the text of a field to a value in memory, as NumPy's `loadtxt` does for each dtype.
///
/// The text is UTF-8. The answer is false where NumPy would raise "could not convert string".
@safe struct FieldConversion {
  let dtype: DType
  /// Valid for the dtype's bytes while the row's memory is held.
  let target: UnsafeMutableRawPointer

  init(_ dtype: DType, at target: UnsafeMutableRawPointer) {
    self.dtype = dtype
    // Safe: only kept here; the caller holds the row while values are stored.
    unsafe self.target = target
  }

  /// Converts the field's text: the range of `text`.
  func store(_ text: RawSpan, _ range: Range<Int>) -> Bool {
    // The readers of numbers stop at the span's end; what delimits fields may be a digit itself.
    store(text.extracting(range))
  }

  func store(_ text: RawSpan) -> Bool {
    let range = 0..<text.byteCount
    switch dtype.kind {
    case .signedInteger, .unsignedInteger: return storeInteger(text, range)
    case .bool:
      guard let (value, _) = FieldConversion.integer(text, range, bits: 64, isSigned: true) else { return false }
      put(value == 0 ? 0 : 1 as UInt8)
      return true
    case .float: return storeFloat(text, range)
    case .complex: return storeComplex(text, range)
    case .bytes: return storeBytes(text, range)
    case .string: return storeString(text, range)
    case .datetime, .timedelta:
      let isDatetime = dtype.kind == .datetime
      guard let date = ParsedDate.parse(text.bytes(range), isDatetime: isDatetime),
        let count = date.count(in: dtype.dateUnit ?? .generic, isDatetime: isDatetime)
      else { return false }
      put(UInt64(bitPattern: count))
      return true
    case .void, .object: return false
    }
  }

  /// Stores a value in the dtype's byte order.
  @inline(__always)
  func put<Word: FixedWidthInteger & BitwiseCopyable>(_ value: Word, at offset: Int = 0) {
    // Safe: every caller stores within the dtype's bytes.
    unsafe target.storeBytes(
      of: dtype.byteOrder == .big ? value.bigEndian : value.littleEndian, toByteOffset: offset, as: Word.self)
  }

  // MARK: Integers

  /// Reads an integer between white space; `nil` if there is anything else, or it is out of range.
  @inline(__always)
  static func integer(
    _ text: RawSpan, _ range: Range<Int>, bits: Int, isSigned: Bool
  ) -> (magnitude: UInt64, isNegative: Bool)? {
    var position = range.lowerBound
    TextSpace.skip(text, &position, range.upperBound)
    guard position < range.upperBound, let value = NumberReader.integer(text, &position),
      position <= range.upperBound
    else { return nil }
    TextSpace.skip(text, &position, range.upperBound)
    guard position == range.upperBound else { return nil }
    let limit: UInt64
    if isSigned {
      limit = (1 << UInt64(bits - 1)) &- (value.isNegative ? 0 : 1)
    } else {
      // A minus is refused even before a zero.
      if text.hasMinus(range) { return nil }
      limit = bits == 64 ? .max : (1 << UInt64(bits)) - 1
    }
    return value.magnitude <= limit ? value : nil
  }

  private func storeInteger(_ text: RawSpan, _ range: Range<Int>) -> Bool {
    guard
      let (magnitude, isNegative) = FieldConversion.integer(
        text, range, bits: dtype.itemSize * 8, isSigned: dtype.kind == .signedInteger)
    else { return false }
    putInteger(isNegative ? 0 &- magnitude : magnitude)
    return true
  }

  func putInteger(_ value: UInt64) {
    switch dtype.itemSize {
    case 1: put(UInt8(truncatingIfNeeded: value))
    case 2: put(UInt16(truncatingIfNeeded: value))
    case 4: put(UInt32(truncatingIfNeeded: value))
    default: put(value)
    }
  }

  // MARK: Floats

  private func storeFloat(_ text: RawSpan, _ range: Range<Int>) -> Bool {
    switch dtype.itemSize {
    case 2:
      // NumPy hands halves to Python's `float`, which takes underscores and digits of any script.
      guard let bits = PythonNumberText.float16Bits(text.bytes(range)) else { return false }
      put(bits)
    case 4:
      guard let value = FieldConversion.number(text, range, { NumberReader.float($0, &$1) }) else { return false }
      put(value.bitPattern)
    case 8:
      guard let value = FieldConversion.number(text, range, { NumberReader.double($0, &$1) }) else { return false }
      put(value.bitPattern)
    default:
      guard let value = FieldConversion.extended(text, range) else { return false }
      putExtended(value, at: 0)
    }
    return true
  }

  /// An 80-bit number: `strtold` skips white space before it, but none may follow.
  static func extended(_ text: RawSpan, _ range: Range<Int>) -> ExtendedFloat? {
    guard range.isEmpty || TextSpace.length(text, range.upperBound - 1, range.upperBound) == 0 else { return nil }
    return number(text, range) { NumberReader.extended($0, &$1) }
  }

  func putExtended(_ value: ExtendedFloat, at offset: Int) {
    if dtype.byteOrder == .big {
      put(0 as UInt32, at: offset)
      put(0 as UInt16, at: offset + 4)
      put(value.signAndExponent, at: offset + 6)
      put(value.significand, at: offset + 8)
    } else {
      put(value.significand, at: offset)
      put(UInt64(value.signAndExponent), at: offset + 8)
    }
  }

  /// Reads a number between white space, and nothing else.
  @inline(__always)
  private static func number<Value>(
    _ text: RawSpan, _ range: Range<Int>, _ read: (RawSpan, inout Int) -> Value?
  ) -> Value? {
    var position = range.lowerBound
    TextSpace.skip(text, &position, range.upperBound)
    guard position < range.upperBound, let value = read(text, &position) else { return nil }
    TextSpace.skip(text, &position, range.upperBound)
    return position == range.upperBound ? value : nil
  }

  // MARK: Complex numbers

  private func storeComplex(_ text: RawSpan, _ range: Range<Int>) -> Bool {
    if dtype.itemSize == 32 {
      // NumPy hands these to Python's `complex`, and so to doubles.
      guard let (real, imaginary) = PythonNumberText.complex(text.bytes(range)) else { return false }
      putExtended(ExtendedFloat(real), at: 0)
      putExtended(ExtendedFloat(imaginary), at: 16)
      return true
    }
    if dtype.itemSize == 8 {
      guard let (real, imaginary) = FieldConversion.complex(text, range, 0 as Float, { NumberReader.float($0, &$1) })
      else { return false }
      put(real.bitPattern)
      put(imaginary.bitPattern, at: 4)
    } else {
      guard let (real, imaginary) = FieldConversion.complex(text, range, 0 as Double, { NumberReader.double($0, &$1) })
      else { return false }
      put(real.bitPattern)
      put(imaginary.bitPattern, at: 8)
    }
    return true
  }

  /// `1`, `1+2j`, `2j`, `(1-2j)`, `1+-2j`, with white space around and within the parentheses.
  private static func complex<Value>(
    _ text: RawSpan, _ range: Range<Int>, _ zero: Value, _ read: (RawSpan, inout Int) -> Value?
  ) -> (Value, Value)? {
    let end = range.upperBound
    var position = range.lowerBound
    func peek() -> UInt8 { position < end ? text.byte(position) : 0 }
    TextSpace.skip(text, &position, end)
    let hasParenthesis = position < end && peek() == UInt8(ascii: "(")
    if hasParenthesis {
      position += 1
      TextSpace.skip(text, &position, end)
    }
    guard position < end, let first = read(text, &position), position <= end else { return nil }
    var value = (first, zero)
    if position == end { return hasParenthesis ? nil : value }
    switch peek() {
    case UInt8(ascii: "j"):
      value = (zero, first)
      position += 1
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      // A plus is skipped, so that `+-2j` reads; a minus is the second number's own.
      if peek() == UInt8(ascii: "+") { position += 1 }
      guard position < end, let second = read(text, &position), position < end, peek() == UInt8(ascii: "j") else {
        return nil
      }
      value.1 = second
      position += 1
    default: break
    }
    if hasParenthesis {
      TextSpace.skip(text, &position, end)
      guard position < end, peek() == UInt8(ascii: ")") else { return nil }
      position += 1
    }
    TextSpace.skip(text, &position, end)
    return position == end ? value : nil
  }

  // MARK: Text

  /// Latin-1; what is longer than the dtype is cut, what is beyond U+00FF is refused.
  private func storeBytes(_ text: RawSpan, _ range: Range<Int>) -> Bool {
    FieldConversion.latin1(text, range, count: dtype.itemSize) { put($0, at: $1) }
  }

  /// The bytes of as much text as there is room for, and zeros; false for what Latin-1 does not have.
  @inline(__always)
  static func latin1(_ text: RawSpan, _ range: Range<Int>, count: Int, _ put: (UInt8, Int) -> Void) -> Bool {
    var position = range.lowerBound
    for index in 0..<count {
      var byte: UInt8 = 0
      if position < range.upperBound {
        byte = text.byte(position)
        position += 1
        if byte >= 0x80 {
          // Well-formed UTF-8: two bytes from 0xC2 and 0xC3 on are U+0080 to U+00FF.
          guard byte <= 0xC3, position < range.upperBound else { return false }
          byte = byte << 6 | text.byte(position) & 0x3F
          position += 1
        }
      }
      put(byte, index)
    }
    return true
  }

  private func storeString(_ text: RawSpan, _ range: Range<Int>) -> Bool {
    FieldConversion.codePoints(text, range, count: dtype.itemSize / 4) { put($0, at: $1 * 4) }
    return true
  }

  /// The code points of as much text as there is room for, and zeros.
  @inline(__always)
  static func codePoints(_ text: RawSpan, _ range: Range<Int>, count: Int, _ put: (UInt32, Int) -> Void) {
    var position = range.lowerBound
    for index in 0..<count {
      var point: UInt32 = 0
      if position < range.upperBound {
        let first = text.byte(position)
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        point = length == 1 ? UInt32(first) : UInt32(first) & (0x7F >> UInt32(length))
        for place in (position + 1)..<max(position + 1, min(position + length, range.upperBound)) {
          point = point << 6 | UInt32(text.byte(place) & 0x3F)
        }
        position += length
      }
      put(point, index)
    }
  }
}

extension RawSpan {
  /// Whether the first character that is not white space is a minus.
  fileprivate func hasMinus(_ range: Range<Int>) -> Bool {
    var position = range.lowerBound
    TextSpace.skip(self, &position, range.upperBound)
    return position < range.upperBound && byte(position) == UInt8(ascii: "-")
  }
}
