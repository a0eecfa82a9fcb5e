internal import CNumPyIOKernels

/// Rows of integers between single delimiters, 64 bytes at a time: which bytes are digits, delimiters and line ends is
/// found for all of them at once, as bits, and then no number has to wait for the end of the one before it (the idea is
/// that of simdjson: G. Langdale and D. Lemire, "Parsing gigabytes of JSON per second", 2019).
///
/// Only digits, one delimiter, minus signs and line feeds are known here; at anything else the loop ends with the last row
/// that was complete.
extension NumericRowReader {
  /// How many bytes of text must stand before a position from which rows are read so: digits are loaded by eights that
  /// end where the number does.
  static var lead: Int { 24 }

  /// What the digits before the last eight are multiplied by, for numbers of 0 to 19 digits: nothing, if there are none.
  fileprivate static let factors: [UInt64] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 100_000_000, 100_000_000, 100_000_000, 100_000_000, 100_000_000, 100_000_000,
    100_000_000, 100_000_000, 100_000_000, 100_000_000, 100_000_000,
  ]

  @inline(__always)
  func integersByBlocks<Value: FixedWidthInteger & BitwiseCopyable>(
    _: Value.Type, _ text: UnsafeRawBufferPointer, _ position: inout Int, _ target: UnsafeMutableRawPointer,
    _ capacity: Int
  ) -> Int {
    guard let base = text.baseAddress, position >= NumericRowReader.lead, text.count &- position >= 64, capacity > 0
    else {
      return 0
    }
    // Safe: blocks end within the text; numbers end within their block, and what is loaded begins `lead` bytes before.
    var reader = unsafe BlockReader<Value>(base + position, columnCount, target, capacity)
    let last = unsafe base + (text.count - 64)
    // A space or tabs in any number: more than one at once is not a plain row here.
    let (mark, other) = delimiter == 0 ? (UInt8(ascii: " "), UInt8(ascii: "\t")) : (delimiter, delimiter)
    while unsafe reader.block <= last {
      let block = unsafe reader.block
      let feeds = unsafe npyio_mask_equal(block, 10)
      let marks = unsafe npyio_mask_equal(block, mark) | npyio_mask_equal(block, other)
      let isDone = unsafe reader.read(feeds, marks, npyio_mask_digits(block))
      if isDone { break }
    }
    // The row at hand is read again by the reader that goes on.
    position = unsafe reader.row - base
    return reader.count
  }
}

/// Goes through the numbers of block after block.
@safe private struct BlockReader<Value: FixedWidthInteger & BitwiseCopyable> {
  /// The block at hand.
  private(set) var block: UnsafeRawPointer
  /// Where the row at hand begins.
  private(set) var row: UnsafeRawPointer
  /// How many rows have been read.
  private(set) var count = 0

  private let columnCount: Int
  private let capacity: Int
  /// Where the number at hand begins, perhaps in the block before.
  private var start: UnsafeRawPointer
  private var target: UnsafeMutableRawPointer
  private var columnsLeft: Int
  /// Whether the number at hand began with a minus in the block before, or may have.
  private var hasPendingSign = true

  @inline(__always)
  init(_ text: UnsafeRawPointer, _ columnCount: Int, _ target: UnsafeMutableRawPointer, _ capacity: Int) {
    // Safe: only stored; the caller has the text's block and room for `capacity` rows.
    unsafe block = text
    unsafe row = text
    unsafe start = text
    unsafe self.target = target
    self.columnCount = columnCount
    self.capacity = capacity
    columnsLeft = columnCount
  }

  /// Reads the numbers that end in the block; true if that was all.
  @inline(__always)
  mutating func read(_ feeds: UInt64, _ marks: UInt64, _ digits: UInt64) -> Bool {
    let ends = feeds | marks
    let others = ~(digits | ends)
    // Safe: the block has 64 bytes; row, start and block are addresses within one text.
    let (rowBefore, countBefore) = unsafe (row, count)
    let isDone: Bool
    if others == 0, !hasPendingSign {
      isDone = readUnsigned(ends, feeds)
    } else {
      let signs = unsafe npyio_mask_equal(block, UInt8(ascii: "-"))
      // A minus stands right after an end, or at the start of the first row.
      let first = ends &<< 1 | (unsafe start == block ? 1 : 0)
      guard Value.isSigned, others == signs, signs & ~first == 0 else { return true }
      hasPendingSign = signs > ends
      isDone = readSigned(ends, feeds)
    }
    // Up to the end of the last row, every line feed has to be the end of one: else the rows of this block are doubtful.
    let rows = count &- countBefore
    let done = rows == 0 ? 0 : UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- (unsafe row - block))
    guard (feeds & done).nonzeroBitCount == rows else {
      unsafe (row, count) = (rowBefore, countBefore)
      return true
    }
    guard !isDone, feeds & ~done == 0 else { return true }
    unsafe block += 64
    return false
  }

  @inline(__always)
  private mutating func readUnsigned(_ ends: UInt64, _ feeds: UInt64) -> Bool {
    var left = ends
    while left != 0 {
      let bit = left.trailingZeroBitCount
      // Safe: an end lies within the block's 64 bytes, and `start` before it in the same text.
      let end = unsafe block + bit
      let length = unsafe end - start
      let number: UInt64
      if UInt(bitPattern: length &- 1) < 4 {
        number = unsafe upToFour(end, length)
      } else {
        guard UInt(bitPattern: length &- 1) < 19 else { return true }
        number = unsafe many(end, length)
      }
      guard let value = Value(exactly: number), unsafe add(value, end, bit, feeds) else { return true }
      left &= left &- 1
    }
    return false
  }

  @inline(__always)
  private mutating func readSigned(_ ends: UInt64, _ feeds: UInt64) -> Bool {
    var left = ends
    while left != 0 {
      let bit = left.trailingZeroBitCount
      // Safe: an end lies within the block's 64 bytes, and `start` before it in the same text.
      let end = unsafe block + bit
      let isNegative = UInt64(
        truncatingIfNeeded: NumberReader.bit(unsafe start.load(as: UInt8.self), is: UInt8(ascii: "-")))
      let length = unsafe (end - start) &- Int(truncatingIfNeeded: isNegative)
      guard UInt(bitPattern: length &- 1) < 19 else { return true }
      let number = unsafe many(end, length)
      // The smallest number of all is left to others.
      guard number &>> 63 == 0 else { return true }
      let signed = Int64(bitPattern: (number ^ (0 &- isNegative)) &+ isNegative)
      guard let value = Value(exactly: signed), unsafe add(value, end, bit, feeds) else { return true }
      left &= left &- 1
    }
    return false
  }

  /// Stores a number; false where the row does not end as it should, or the room ends.
  @inline(__always)
  private mutating func add(_ value: Value, _ end: UnsafeRawPointer, _ bit: Int, _ feeds: UInt64) -> Bool {
    // Safe: there is room for `capacity` rows, and the row is one of them.
    unsafe target.storeBytes(of: value, as: Value.self)
    unsafe target += MemoryLayout<Value>.size
    unsafe start = end + 1
    columnsLeft &-= 1
    if columnsLeft == 0 {
      guard (feeds &>> UInt64(truncatingIfNeeded: bit)) & 1 == 1 else { return false }
      columnsLeft = columnCount
      unsafe row = start
      count &+= 1
      if count == capacity { return false }
    }
    return true
  }

  /// The number of up to four digits before an address.
  @inline(__always)
  private func upToFour(_ end: UnsafeRawPointer, _ length: Int) -> UInt64 {
    // Safe: at least ``NumericRowReader/lead`` bytes precede every block in the text.
    let word = UInt32(littleEndian: unsafe end.loadUnaligned(fromByteOffset: -4, as: UInt32.self)) ^ 0x3030_3030
    let shift = UInt32(truncatingIfNeeded: 0 &- 8 &* length)
    // What stands before the number is shifted out and comes back as zeros.
    let digits = (word &>> shift) &<< shift
    let pairs = (digits &* 10 &+ digits &>> 8) & 0x00FF_00FF
    return UInt64((pairs &* 0x0064_0001) &>> 16)
  }

  /// The number of 1 to 19 digits before an address. How many there are is as good as random: up to 16 it makes no branch.
  @inline(__always)
  private func many(_ end: UnsafeRawPointer, _ length: Int) -> UInt64 {
    let shift = UInt64(truncatingIfNeeded: 0 &- 8 &* length)
    let hasMore = UInt64(bitPattern: Int64(8 &- length) &>> 63)
    let hasMost = UInt64(bitPattern: Int64(16 &- length) &>> 63)
    // Safe: at least ``NumericRowReader/lead`` bytes (24) precede every block in the text.
    let low = unsafe eight(end, -8, shift & ~hasMore)
    let high = unsafe eight(end, -16, shift & ~hasMost)
    // The factor is looked up: compilers make a branch of a comparison that decides whether a product counts.
    let number = high &* NumericRowReader.factors[length] &+ low
    if length <= 16 { return number }
    return unsafe eight(end, -24, shift) &* 10_000_000_000_000_000 &+ number
  }

  @inline(__always)
  private func eight(_ end: UnsafeRawPointer, _ offset: Int, _ shift: UInt64) -> UInt64 {
    // Safe: at least ``NumericRowReader/lead`` bytes precede every block in the text.
    let word = UInt64(littleEndian: unsafe end.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    return NumberReader.eightDigits((NumberReader.digitValues(word) &>> shift) &<< shift)
  }
}
