internal import NumberText

// Where the conversion of numbers touches memory, and C's rules for numbers that do not fit.

/// Elements that are read one by one, whatever their distance, alignment and byte order.
@safe struct Reader: @unchecked Sendable {
  private let base: UnsafeRawPointer
  let step: Int
  let swaps: Bool
  let count: Int

  /// - Parameter base: `count` elements, `step` bytes apart, which stay readable as long as the reader is used.
  @unsafe init(base: UnsafeRawPointer, step: Int, swaps: Bool, count: Int) {
    // Safe: only stored; what the parameter says holds for every use.
    unsafe self.base = base
    self.step = step
    self.swaps = swaps
    self.count = count
  }

  /// The same elements' parts that lie some bytes further on.
  func advanced(by bytes: Int) -> Reader {
    // Safe: the part lies within the element, by the callers in this folder.
    unsafe Reader(base: base + bytes, step: step, swaps: swaps, count: count)
  }

  /// Whether a float, or the float that an element begins with, is zero.
  func isZero(_ index: Int, _ type: NumberType) -> Bool {
    switch type {
    case .float32: word(UInt32.self, index) << 1 == 0
    case .float64: word(UInt64.self, index) << 1 == 0
    default: extended(index, at: 0).isZero
    }
  }

  /// A word within an element.
  @inline(__always)
  func word<Word: FixedWidthInteger & BitwiseCopyable>(_: Word.Type, _ index: Int, at offset: Int = 0) -> Word {
    // Safe: `index` is below `count` and the word lies within the element, by the callers in this folder.
    let word = unsafe base.loadUnaligned(fromByteOffset: index &* step &+ offset, as: Word.self)
    return swaps ? word.byteSwapped : word
  }

  /// A word, where the elements are words that follow each other in this machine's byte order.
  @inline(__always)
  func packedWord<Word: FixedWidthInteger & BitwiseCopyable>(_: Word.Type, _ index: Int) -> Word {
    // Safe: as for `word`.
    return unsafe base.loadUnaligned(fromByteOffset: index &* MemoryLayout<Word>.size, as: Word.self)
  }

  /// An 80-bit number, whose 16 bytes are reversed as a whole in the other byte order.
  func extended(_ index: Int, at offset: Int) -> ExtendedFloat {
    if swaps {
      return ExtendedFloat(
        significand: word(UInt64.self, index, at: offset + 8), signAndExponent: word(UInt16.self, index, at: offset + 6)
      )
    }
    return ExtendedFloat(
      significand: word(UInt64.self, index, at: offset), signAndExponent: word(UInt16.self, index, at: offset + 8))
  }
}

/// Elements that are written one by one.
@safe struct Writer: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  let step: Int
  let swaps: Bool
  let count: Int

  /// - Parameter base: `count` elements, `step` bytes apart, which nobody else uses as long as the writer is used.
  @unsafe init(base: UnsafeMutableRawPointer, step: Int, swaps: Bool, count: Int) {
    // Safe: only stored; what the parameter says holds for every use.
    unsafe self.base = base
    self.step = step
    self.swaps = swaps
    self.count = count
  }

  /// The same elements' parts that lie some bytes further on.
  func advanced(by bytes: Int) -> Writer {
    // Safe: the part lies within the element, by the callers in this folder.
    unsafe Writer(base: base + bytes, step: step, swaps: swaps, count: count)
  }

  @inline(__always)
  func put<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word, _ index: Int, at offset: Int = 0) {
    // Safe: `index` is below `count` and the word lies within the element, by the callers in this folder.
    unsafe base.storeBytes(of: swaps ? word.byteSwapped : word, toByteOffset: index &* step &+ offset, as: Word.self)
  }

  func put(_ value: ExtendedFloat, _ index: Int, at offset: Int) {
    let words = (value.significand, UInt64(value.signAndExponent))
    put(swaps ? words.1 : words.0, index, at: offset)
    put(swaps ? words.0 : words.1, index, at: offset + 8)
  }

  /// Writes every value of a block.
  @inline(__always)
  func fill<Wide: BitwiseCopyable, Word: FixedWidthInteger & BitwiseCopyable>(
    _ block: Span<Wide>, _ narrow: (Wide) -> Word
  ) {
    if step == MemoryLayout<Word>.size, !swaps {
      // Spelled apart so that the compiler sees the unit stride and uses vectors.
      // Safe: as for `put`.
      for index in block.indices {
        unsafe base.storeBytes(
          of: narrow(block[unchecked: index]), toByteOffset: index &* MemoryLayout<Word>.size, as: Word.self)
      }
      return
    }
    for index in block.indices { put(narrow(block[index]), index) }
  }

  /// Writes every value of a block as the first part of a complex number whose second is zero.
  @inline(__always)
  func fillReal<Wide: BitwiseCopyable, Word: FixedWidthInteger & BitwiseCopyable>(
    _ block: Span<Wide>, zeroAt offset: Int, _ narrow: (Wide) -> Word
  ) {
    for index in block.indices {
      put(narrow(block[index]), index)
      put(Word.zero, index, at: offset)
    }
  }
}

/// What x86's instructions make of floats that an integer type cannot hold: its lowest value.
enum X86 {
  @inline(__always)
  static func int32(_ value: Double) -> Int32 {
    value > -2_147_483_649 && value < 2_147_483_648 ? Int32(value) : .min
  }

  @inline(__always)
  static func int64(_ value: Double) -> Int64 {
    value >= -0x1p63 && value < 0x1p63 ? Int64(value) : .min
  }

  @inline(__always)
  static func uint64(_ value: Double) -> UInt64 {
    value >= 0x1p63 ? UInt64(bitPattern: int64(value - 0x1p63)) ^ 1 << 63 : UInt64(bitPattern: int64(value))
  }

  /// The x87's store of an integer of 16, 32 or 64 bits.
  static func int64(_ value: ExtendedFloat, bits: Int) -> Int64 {
    let lowest = Int64.min >> Int64(64 - bits)
    guard let magnitude = value.integerMagnitude else { return lowest }
    if magnitude >= UInt64(1) << UInt64(bits - 1) { return lowest }
    return value.isNegative ? -Int64(magnitude) : Int64(magnitude)
  }
}

extension ExtendedFloat {
  /// A double that rounds to narrower types as this number does: its last bit is set where bits were cut off
  /// ("round to odd"), so that no tie arises that was none.
  var oddDoubleValue: Double {
    guard significand & 0x7FF != 0 else { return doubleValue }
    return ExtendedFloat(significand: significand & ~0x7FF | 0x800, signAndExponent: signAndExponent).doubleValue
  }

  /// The nearest `Float`, ties to even.
  var floatValue: Float { Float(oddDoubleValue) }
}
