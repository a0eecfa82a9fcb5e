public import ByteIO

/// An integer of any size, as Python's pickles hold it: two's complement, the least significant byte first.
public struct PickleInteger: Sendable {
  /// The bytes: those of many integers that were read lie side by side, as strings do.
  let object: ByteObject

  /// The bytes, as few as hold the value and its sign; none for 0.
  public var twosComplement: [UInt8] {
    // Safe: the bytes are copied within the closure.
    unsafe object.withBytes { unsafe Array($0) }
  }

  /// How many bytes ``twosComplement`` has.
  package var byteCount: Int { object.count }

  /// An integer by its bytes in two's complement, the least significant first; superfluous ones are cut off.
  public init(twosComplement bytes: some Collection<UInt8>) {
    // Safe: the bytes are copied within the closure.
    object = unsafe Array(bytes).withUnsafeBytes { bytes in
      unsafe ByteObject(copying: UnsafeRawBufferPointer(rebasing: bytes[..<PickleInteger.neededCount(bytes)]), [])
    }
  }

  /// An integer that is being read.
  init(twosComplement bytes: UnsafeRawBufferPointer, in arena: inout ByteArena) {
    // Safe: the bytes are copied within the call.
    let needed = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<PickleInteger.neededCount(bytes)])
    object = unsafe arena.add(needed)
  }

  /// How many of the bytes hold the value and its sign.
  @inline(__always)
  private static func neededCount(_ bytes: UnsafeRawBufferPointer) -> Int {
    var count = bytes.count
    // Safe: both bytes lie before the count.
    while count > 0, unsafe bytes[count - 1] == 0 || bytes[count - 1] == 0xFF {
      let next = count > 1 ? unsafe bytes[count - 2] : 0
      guard unsafe bytes[count - 1] == 0 ? next < 0x80 : next >= 0x80 else { break }
      count -= 1
    }
    return count
  }

  /// An integer.
  public init(_ value: some FixedWidthInteger) {
    var bytes: [UInt8] = []
    var rest = value
    for _ in 0..<(value.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
    // Unsigned types have no sign bit to repeat.
    if value > 0 { bytes.append(0) }
    self.init(twosComplement: bytes)
  }

  /// Whether the value is below zero.
  public var isNegative: Bool {
    // Safe: the byte is read within the closure.
    unsafe object.withBytes { bytes in unsafe (bytes.last ?? 0) >= 0x80 }
  }

  /// The value as an `Int`, if it fits.
  public var int: Int? {
    guard byteCount <= 8 else { return nil }
    var value: UInt64 = isNegative ? .max : 0
    for byte in twosComplement.reversed() { value = value << 8 | UInt64(byte) }
    return Int(truncatingIfNeeded: value)
  }

  /// The value as a `UInt64`, if it fits.
  public var uint64: UInt64? {
    let bytes = twosComplement
    guard !isNegative, bytes.count < 9 || (bytes.count == 9 && bytes[8] == 0) else { return nil }
    var value: UInt64 = 0
    for byte in bytes.prefix(8).reversed() { value = value << 8 | UInt64(byte) }
    return value
  }

  /// The absolute value in 32-bit pieces, the least significant first, without leading zeros.
  private var magnitude: [UInt32] {
    let bytes = twosComplement
    var limbs: [UInt32] = []
    limbs.reserveCapacity(bytes.count / 4 + 1)
    let fill: UInt8 = isNegative ? 0xFF : 0
    var carry: UInt64 = isNegative ? 1 : 0
    var index = 0
    while index < bytes.count {
      var limb: UInt32 = 0
      for place in 0..<4 {
        let byte = index + place < bytes.count ? bytes[index + place] : fill
        limb |= UInt32(byte ^ fill) << UInt32(8 * place)
      }
      let sum = UInt64(limb) + carry
      limbs.append(UInt32(truncatingIfNeeded: sum))
      carry = sum >> 32
      index += 4
    }
    if carry > 0 { limbs.append(UInt32(carry)) }
    while limbs.last == 0 { limbs.removeLast() }
    return limbs
  }

  /// The nearest `Double`; infinite beyond its range.
  public var double: Double {
    let limbs = magnitude
    guard let high = limbs.last else { return 0 }
    // The top 64 bits, the lowest of them set if anything was cut off, so that the one rounding is right.
    let shift = high.leadingZeroBitCount
    func limb(_ index: Int) -> UInt64 { index >= 0 && index < limbs.count ? UInt64(limbs[index]) : 0 }
    let top = limbs.count - 1
    var bits = limb(top) << 32 | limb(top - 1)
    let third = limb(top - 2)
    if shift > 0 { bits = bits << UInt64(shift) | third >> UInt64(32 - shift) }
    let rest = shift > 0 ? third << UInt64(shift) & 0xFFFF_FFFF : third
    let hasMore = rest != 0 || (top >= 3 && limbs[..<(top - 2)].contains { $0 != 0 })
    if hasMore { bits |= 1 }
    let exponent = (top - 1) * 32 - shift
    let value =
      exponent > 2000 ? Double.infinity : Double(sign: .plus, exponent: exponent, significand: Double(bits))
    return isNegative ? -value : value
  }

  /// The value as a `Double` if it is exactly one.
  var exactDouble: Double? {
    let double = double
    guard double.isFinite, let back = PickleInteger(exactly: double), back == self else { return nil }
    return double
  }

  /// The integer that a `Double` is; `nil` if it is not one.
  package init?(exactly value: Double) {
    guard value.isFinite, value.rounded(.towardZero) == value else { return nil }
    if let int = Int(exactly: value) {
      self.init(int)
      return
    }
    let shift = Int(value.exponent) - 52
    let significand = Int(value.significandBitPattern | 1 << 52)
    var bytes = [UInt8](repeating: 0, count: shift / 8)
    // At most 53 + 7 bits.
    let part = PickleInteger((value < 0 ? -significand : significand) << (shift % 8))
    bytes += part.twosComplement
    self.init(twosComplement: bytes)
  }

  /// Parses decimal digits with an optional sign; underscores are not allowed.
  ///
  /// - Throws: ``FormatError``: `malformed` for anything else, `limitExceeded` for more than `maxDigits`, as the
  ///   work grows with their square.
  public init(decimal text: some Collection<UInt8>, maxDigits: Int = 4300) throws(FormatError) {
    var arena = ByteArena()
    try self.init(decimal: text, maxDigits: maxDigits, in: &arena)
  }

  /// Parses decimal digits, as above, of an integer that is being read.
  init(
    decimal text: some Collection<UInt8>, maxDigits: Int, in arena: inout ByteArena
  ) throws(FormatError) {
    var digits = text[...]
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
    let count = digits.count
    var limbs: [UInt64] = []
    if count <= maxDigits { limbs.reserveCapacity(count / 19 + 2) }
    // Nineteen digits at a time: as many fit 64 bits.
    var (part, scale, partCount): (UInt64, UInt64, Int) = (0, 1, 0)
    for digit in digits {
      guard digit >= 48, digit <= 57 else { throw PickleInteger.invalid }
      guard count <= maxDigits else { continue }
      (part, scale, partCount) = (part * 10 + UInt64(digit - 48), scale * 10, partCount + 1)
      if partCount == 19 {
        PickleInteger.multiply(&limbs, by: scale, adding: part)
        (part, scale, partCount) = (0, 1, 0)
      }
    }
    guard count > 0 else { throw PickleInteger.invalid }
    guard count <= maxDigits else {
      throw FormatError(.limitExceeded, "an integer of \(count) digits; the limit is \(maxDigits)")
    }
    if partCount > 0 { PickleInteger.multiply(&limbs, by: scale, adding: part) }
    self.init(magnitude: &limbs, isNegative: isNegative, in: &arena)
  }

  private static var invalid: FormatError { FormatError(.malformed, "invalid literal for an integer") }

  /// Multiplies a number by one of 64 bits, and adds another; both less than what would not fit a limb more.
  private static func multiply(_ limbs: inout [UInt64], by scale: UInt64, adding more: UInt64) {
    var carry = more
    for index in limbs.indices {
      let product = limbs[index].multipliedFullWidth(by: scale)
      let (sum, overflows) = product.low.addingReportingOverflow(carry)
      limbs[index] = sum
      carry = product.high + (overflows ? 1 : 0)
    }
    if carry > 0 { limbs.append(carry) }
  }

  private init(magnitude limbs: inout [UInt64], isNegative: Bool, in arena: inout ByteArena) {
    // For the sign.
    limbs.append(0)
    var carry = isNegative
    for index in limbs.indices {
      let limb = isNegative ? ~limbs[index] : limbs[index]
      let (sum, overflows) = limb.addingReportingOverflow(carry ? 1 : 0)
      carry = overflows
      limbs[index] = sum.littleEndian
    }
    // Safe: the bytes are copied within the closure.
    self = unsafe limbs.withUnsafeBytes { unsafe PickleInteger(twosComplement: $0, in: &arena) }
  }

  /// The decimal digits, as Python prints them; `nil` for more than `maxDigits`, where Python refuses as well.
  public func decimal(maxDigits: Int = 4300) -> String? {
    // A byte is worth 2.4 digits.
    guard byteCount <= maxDigits / 2 + 2 else { return nil }
    let pieces = magnitude
    if pieces.isEmpty { return "0" }
    var limbs = stride(from: 0, to: pieces.count, by: 2).map { place in
      UInt64(pieces[place]) | (place + 1 < pieces.count ? UInt64(pieces[place + 1]) << 32 : 0)
    }
    // Nineteen digits at a time, the last first.
    let base: UInt64 = 10_000_000_000_000_000_000
    var digits: [UInt8] = []
    digits.reserveCapacity(20 * limbs.count + 1)
    while !limbs.isEmpty {
      var rest: UInt64 = 0
      for index in limbs.indices.reversed() { (limbs[index], rest) = base.dividingFullWidth((rest, limbs[index])) }
      while limbs.last == 0 { limbs.removeLast() }
      var count = 0
      while limbs.isEmpty ? rest > 0 : count < 19 {
        digits.append(48 + UInt8(rest % 10))
        rest /= 10
        count += 1
      }
    }
    guard digits.count <= maxDigits else { return nil }
    if isNegative { digits.append(UInt8(ascii: "-")) }
    return String(decoding: digits.reversed(), as: UTF8.self)
  }

  /// The digits of the magnitude in a base that is a power of two, letters in lower case.
  ///
  /// - Parameter bits: The bits of a digit: 3 for octal digits, 4 for hexadecimal ones.
  package func digits(bits: Int) -> [UInt8] {
    var digits: [UInt8] = []
    var rest: UInt64 = 0
    var count = 0
    func put(_ digit: UInt8) { digits.append(digit < 10 ? 48 + digit : 87 + digit) }
    for limb in magnitude {
      rest |= UInt64(limb) << UInt64(count)
      count += 32
      while count >= bits {
        put(UInt8(rest & ((1 << UInt64(bits)) - 1)))
        rest >>= UInt64(bits)
        count -= bits
      }
    }
    if count > 0 { put(UInt8(rest)) }
    while digits.last == 48 { digits.removeLast() }
    return digits.isEmpty ? [48] : digits.reversed()
  }
}

extension PickleInteger: Hashable {
  /// Whether two are the same number.
  public static func == (left: PickleInteger, right: PickleInteger) -> Bool {
    // Safe: the bytes are compared within the closures.
    unsafe left.object.withBytes { left in
      unsafe right.object.withBytes { right in unsafe left.elementsEqual(right) }
    }
  }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) {
    // Safe: the bytes are used within the closure.
    unsafe object.withBytes { bytes in unsafe hasher.combine(bytes: bytes) }
  }
}

extension PickleValue {
  /// An integer of any size, as `int` where it fits 64 bits.
  public static func integer(_ value: PickleInteger) -> PickleValue {
    value.int.map { .int($0) } ?? .bigInt(value)
  }
  /// An integer of any fixed-width type.
  public static func integer(_ value: some FixedWidthInteger) -> PickleValue {
    Int(exactly: value).map { .int($0) } ?? .bigInt(PickleInteger(value))
  }
}
