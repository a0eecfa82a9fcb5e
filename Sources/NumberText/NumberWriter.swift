internal import CNumPyIOKernels

/// Writes numbers as bytes: the kernels below text files, and the counterpart of ``NumberReader``.
///
/// Each function writes at an address and returns where the text ends, so that a caller with many numbers keeps that
/// address in a register. Up to ``room`` bytes are written, those after the end without meaning. `nil` represents what
/// the short ways cannot do (`nan`, infinities, precisions that need exact arithmetic): ``TextBuffer`` then does it.
package enum NumberWriter {
  /// How many bytes there must be room for at every address that is written to.
  package static var room: Int { 48 }

  @inline(__always)
  static func put<Word: FixedWidthInteger & BitwiseCopyable>(
    _ word: Word, _ target: UnsafeMutableRawPointer, _ offset: Int = 0
  ) {
    // Safe: every caller stays within the room that was promised.
    unsafe target.storeBytes(of: word.littleEndian, toByteOffset: offset, as: Word.self)
  }

  /// Writes a minus where the sign bit is set; `nil` if the number is not finite.
  @inline(__always)
  static func sign(_ value: Double, at target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    guard value.bitPattern & 0x7FF0_0000_0000_0000 != 0x7FF0_0000_0000_0000 else { return nil }
    // Signs are as good as random: written in any case, counted without a branch.
    // Safe: the target has room for a sign.
    unsafe put(UInt8(ascii: "-"), target)
    return unsafe target + Int(truncatingIfNeeded: value.bitPattern &>> 63)
  }

  /// Writes a number as `%.{precision}e` does, for precisions up to 18.
  @inline(__always)
  package static func scientific(
    _ value: Double, _ style: TextBuffer.FloatStyle, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer? {
    let precision = style.precision
    // Safe: the target has the room that is promised: see ``NumberWriter``.
    guard UInt(bitPattern: precision) <= 18, let start = unsafe sign(value, at: target) else { return nil }
    let count = precision &+ 1
    var (digits, exponent): (UInt64, Int) = (0, 0)
    if value != 0 {
      guard let found = ScaledDouble(value).significantDigits(count) else { return nil }
      (digits, exponent) = found
    }
    if count <= 9 {
      let (first, rest) = (digits &* PowersOfTen.small[9 &- count]).quotientAndRemainder(dividingBy: 100_000_000)
      unsafe put(UInt16(truncatingIfNeeded: first) &+ 0x2E30, start)
      unsafe put(eight(rest), start, 2)
    } else {
      // Filled up with zeros to 19 digits: three, eight and eight.
      let (upper, lower) = (digits &* PowersOfTen.small[19 &- count]).quotientAndRemainder(dividingBy: 100_000_000)
      let (top, middle) = upper.quotientAndRemainder(dividingBy: 100_000_000)
      // The point moves in after the first of the three digits.
      let head = four(top) &>> 8
      unsafe put(head & 0xFF | (head &>> 8) &<< 16 | 0x2E00, start)
      unsafe put(eight(middle), start, 4)
      unsafe put(eight(lower), start, 12)
    }
    let length = count > 1 ? count &+ 1 : style.isAlternate ? 2 : 1
    return unsafe writeExponent(exponent, style, at: start + length)
  }

  /// The digits of a number below 10,000, four of them, the first one lowest.
  @inline(__always)
  static func four(_ number: UInt64) -> UInt32 {
    // Safe: the table has ten thousand texts of four bytes.
    UInt32(
      littleEndian: unsafe npyio_four_digits().loadUnaligned(
        fromByteOffset: Int(truncatingIfNeeded: number &* 4), as: UInt32.self))
  }

  /// The digits of a number below 10^8, eight of them, the first one lowest.
  @inline(__always)
  static func eight(_ number: UInt64) -> UInt64 {
    // number / 10,000: the factor is 2^40 / 10,000 rounded up, near enough below 4 × 10^8.
    let high = (number &* 109_951_163) &>> 40
    return UInt64(four(high)) | UInt64(four(number &- high &* 10_000)) &<< 32
  }

  /// The two digits of a number below 100, the first one lowest.
  @inline(__always)
  private static func pair(_ number: UInt64) -> UInt64 { UInt64(four(number) &>> 16) }

  /// Writes an integer; returns where it ends.
  @inline(__always)
  static func decimal(_ number: UInt64, at target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    if number < 1000 {
      // Small numbers are common. Safe: the table has a thousand texts of three bytes and their length.
      let entry = UInt32(
        littleEndian: unsafe npyio_short_numbers().loadUnaligned(
          fromByteOffset: Int(truncatingIfNeeded: number &* 4), as: UInt32.self))
      unsafe put(entry, target)
      return unsafe target + Int(truncatingIfNeeded: entry &>> 24)
    }
    if number < 100_000_000 { return unsafe short(number, at: target) }
    return unsafe long(number, at: target)
  }

  @inline(__always)
  private static func short(_ number: UInt64, at target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let text = eight(number)
    // Zeros in front are shifted out; one digit stays, even of zero.
    let zeros = ((text ^ 0x3030_3030_3030_3030) | 1 &<< 56).trailingZeroBitCount & ~7
    // Safe: the target has the room that is promised: see ``NumberWriter``.
    unsafe put(text &>> UInt64(truncatingIfNeeded: zeros), target)
    return unsafe target + (8 &- zeros &>> 3)
  }

  private static func long(_ number: UInt64, at target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let (upper, lower) = number.quotientAndRemainder(dividingBy: 100_000_000)
    var end: UnsafeMutableRawPointer
    if upper < 100_000_000 {
      // Safe: the target has the room that is promised: see ``NumberWriter``.
      unsafe end = short(upper, at: target)
    } else {
      let (top, middle) = upper.quotientAndRemainder(dividingBy: 100_000_000)
      unsafe end = short(top, at: target)
      unsafe put(eight(middle), end)
      unsafe end += 8
    }
    unsafe put(eight(lower), end)
    return unsafe end + 8
  }

  /// Writes `e`, a sign and at least two digits.
  @inline(__always)
  static func writeExponent(
    _ exponent: Int, _ style: TextBuffer.FloatStyle, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    let isNegative = UInt64(bitPattern: Int64(exponent)) &>> 63
    let magnitude = UInt64(exponent.magnitude)
    // A plus is 0x2B, a minus 0x2D.
    let mark = (style.isUppercase ? 0x45 : 0x65) | (0x2B &+ isNegative &* 2) &<< 8
    if magnitude < 100 {
      // Safe: the target has the room that is promised: see ``NumberWriter``.
      unsafe put(UInt32(truncatingIfNeeded: mark | pair(magnitude) &<< 16), target)
      return unsafe target + 4
    }
    let hundreds = magnitude / 100
    unsafe put(mark | (hundreds &+ 48) &<< 16 | pair(magnitude &- hundreds &* 100) &<< 24, target)
    return unsafe target + 5
  }

  /// Writes a number as `%.{precision}g` does, for precisions up to 17.
  @inline(__always)
  package static func general(
    _ value: Double, _ style: TextBuffer.FloatStyle, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer? {
    let precision = max(1, style.precision)
    // Safe: the target has the room that is promised: see ``NumberWriter``.
    guard precision <= 17, !style.isAlternate, let start = unsafe sign(value, at: target) else { return nil }
    guard value != 0 else {
      unsafe put(48 as UInt8, start)
      return unsafe start + 1
    }
    guard let (digits, exponent) = ScaledDouble(value).significantDigits(precision) else { return nil }
    let words =
      precision <= 8
      ? DecimalWords(eight: digits &* PowersOfTen.small[8 &- precision])
      : DecimalWords(digits &* PowersOfTen.small[17 &- precision])
    if exponent < -4 || exponent >= precision { return unsafe words.writeScientific(exponent, style, at: start) }
    return unsafe words.write(exponent: exponent, minFractionDigits: 0, at: start)
  }

  /// Writes a number as `%.{precision}f` does, where no more than 17 digits stand before and after the point.
  @inline(__always)
  package static func fixed(
    _ value: Double, _ style: TextBuffer.FloatStyle, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer? {
    let precision = style.precision
    // Safe: the target has the room that is promised: see ``NumberWriter``.
    guard UInt(bitPattern: precision) <= 16, value.magnitude < 1e17, let start = unsafe sign(value, at: target)
    else { return nil }
    var digits: UInt64 = 0
    if value != 0 {
      guard let found = ScaledDouble(value).scaled(by: precision) else { return nil }
      digits = found
    }
    let length = TextBuffer.decimalLength(digits)
    let exponent = length &- 1 &- precision
    // What is longer, or has more zeros in front, is rare.
    guard exponent >= -7, exponent <= 7, length <= 17 else { return nil }
    let words =
      length <= 8
      ? DecimalWords(eight: digits &* PowersOfTen.small[8 &- length])
      : DecimalWords(digits &* PowersOfTen.small[17 &- length])
    unsafe words.place(exponent: exponent, at: start)
    let whole = max(exponent, 0) &+ 1
    return unsafe start + (whole &+ (precision > 0 ? precision &+ 1 : style.isAlternate ? 1 : 0))
  }

  /// Writes the shortest digits of a finite number without its sign: `1.5`, `1e-05`.
  @inline(__always)
  package static func shortest(
    _ number: ShortestDecimal, _ style: TextBuffer.ShortestStyle, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer? {
    let length = TextBuffer.decimalLength(number.digits)
    let words = DecimalWords(number.digits &* PowersOfTen.small[17 &- length])
    let exponent = number.power &+ length &- 1
    if number.digits != 0, exponent >= style.largestExponent || style.isSmall {
      // Safe: the target has the room that is promised: see ``NumberWriter``.
      return unsafe words.writeScientific(exponent, TextBuffer.FloatStyle(precision: 0), at: target)
    }
    return unsafe words.write(exponent: exponent, minFractionDigits: style.minFractionDigits, at: target)
  }
}

/// A number's digits made ready to be written: 17 of them, the first not 0 unless all are.
struct DecimalWords {
  /// The first eight digits and the next eight, each the first one lowest, and the last.
  private let first: UInt64
  private let second: UInt64
  private let last: UInt8

  private static var zeros: UInt64 { 0x3030_3030_3030_3030 }

  /// - Parameter number: Below 10^17.
  @inline(__always)
  init(_ number: UInt64) {
    let sixteen = number / 10
    last = UInt8(truncatingIfNeeded: number &- sixteen &* 10) &+ 48
    let (upper, lower) = sixteen.quotientAndRemainder(dividingBy: 100_000_000)
    first = NumberWriter.eight(upper)
    second = NumberWriter.eight(lower)
  }

  /// - Parameter number: Below 10^8: digits that are followed by zeros.
  @inline(__always)
  init(eight number: UInt64) {
    first = NumberWriter.eight(number)
    second = DecimalWords.zeros
    last = 48
  }

  /// How many digits stand before the zeros at the end.
  @inline(__always)
  var count: Int {
    let upper = 8 &- (first ^ DecimalWords.zeros).leadingZeroBitCount &>> 3
    let lower = 16 &- (second ^ DecimalWords.zeros).leadingZeroBitCount &>> 3
    return last != 48 ? 17 : second != DecimalWords.zeros ? lower : upper
  }

  /// Writes all digits with their point, the first digit having the place 10^`exponent`, which is -7 to 7.
  ///
  /// No branch depends on where the point is. Numbers from one on are written twice, the second time one byte further
  /// and only from the point on; smaller ones begin with `0.` and zeros.
  @inline(__always)
  func place(exponent: Int, at target: UnsafeMutableRawPointer) {
    let isSmall = exponent &>> 63
    let small = UInt64(bitPattern: Int64(isSmall))
    let shift = (0 &- exponent) & isSmall
    let whole = (exponent & ~isSmall) &+ 1
    // Safe: the target has the room that is promised: see ``NumberWriter``.
    unsafe NumberWriter.put(first & ~small | 0x3030_3030_3030_2E30 & small, target)
    unsafe NumberWriter.put(UInt8(ascii: "."), target, whole)
    // Shifted in two steps, since it may be by all eight bytes.
    let half = UInt64(truncatingIfNeeded: whole &* 4) & ~small
    unsafe NumberWriter.put((first &>> half) &>> half, target, whole &+ shift &+ 1 &+ isSmall)
    unsafe NumberWriter.put(second, target, shift &+ 9)
    unsafe NumberWriter.put(last, target, shift &+ 17)
  }

  /// Writes `12.34`, with at least that many digits (0 or 1) after the point, and no point without any.
  @inline(__always)
  func write(
    exponent: Int, minFractionDigits: Int, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer? {
    guard exponent >= -7, exponent <= 7 else {
      // Safe: the target has the room that is promised: see ``NumberWriter``.
      return unsafe writeFar(exponent: exponent, minFractionDigits: minFractionDigits, at: target)
    }
    unsafe place(exponent: exponent, at: target)
    let whole = max(exponent, 0) &+ 1
    let digits = max(count &+ max(0, 0 &- exponent), whole &+ minFractionDigits)
    return unsafe target + (digits &+ (digits > whole ? 1 : 0))
  }

  /// The same for points that lie further off, among the digits or right after them.
  @inline(never)
  private func writeFar(
    exponent: Int, minFractionDigits: Int, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer? {
    let whole = exponent &+ 1
    guard exponent > 7, whole <= 17 else { return nil }
    // Written one place further right, then the digits before the point step back over it.
    // Safe: the target has the room that is promised: see ``NumberWriter``.
    unsafe NumberWriter.put(first, target, 1)
    unsafe NumberWriter.put(second, target, 9)
    unsafe NumberWriter.put(last, target, 17)
    for index in 0..<whole {
      unsafe NumberWriter.put(target.load(fromByteOffset: index &+ 1, as: UInt8.self), target, index)
    }
    unsafe NumberWriter.put(UInt8(ascii: "."), target, whole)
    let digits = max(count, whole &+ minFractionDigits)
    return unsafe target + (digits &+ (digits > whole ? 1 : 0))
  }

  /// Writes `1.234e+05`.
  @inline(__always)
  func writeScientific(
    _ exponent: Int, _ style: TextBuffer.FloatStyle, at target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    // Safe: the target has the room that is promised: see ``NumberWriter``.
    unsafe place(exponent: 0, at: target)
    let count = count
    return unsafe NumberWriter.writeExponent(exponent, style, at: target + (count > 1 ? count &+ 1 : 1))
  }
}
