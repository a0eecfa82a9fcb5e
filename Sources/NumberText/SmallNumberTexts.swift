/// The texts of the numbers from -999 to 999, each with what stands after a number: a load and a store for most of the
/// numbers that people have in tables.
///
/// Nothing depends on a number's sign or length but the one addition of the text's length.
struct SmallNumberTexts: Sendable {
  /// The longest separator for which there is room: four bytes are the number's, one the length's.
  static let longestSeparator = 3
  private static let limit = 999

  /// Up to seven bytes of text, the first one lowest, and in the highest byte how many.
  private let entries: [UInt64]

  /// The texts with nothing after them, which are made once: to make them takes as long as a hundred short rows.
  private static let plain: [UInt64] = (-limit...limit).map { number in
    var (entry, count) = (0 as UInt64, 0 as UInt64)
    for byte in String(number).utf8 {
      entry |= UInt64(byte) << (8 * count)
      count += 1
    }
    return entry | count << 56
  }

  /// - Parameter separator: What stands after each number.
  init?(separator: [UInt8]) {
    guard separator.count <= SmallNumberTexts.longestSeparator else { return nil }
    let after = separator.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    let more = UInt64(separator.count) << 56
    entries = SmallNumberTexts.plain.map { $0 &+ after << (8 * ($0 >> 56)) &+ more }
  }

  /// Calls `body` with the texts as the loop of ``NumericRowWriter`` uses them; without any, no number has one.
  @inline(__always)
  static func withView<Result>(of texts: SmallNumberTexts?, _ body: (View) -> Result) -> Result {
    // Safe: the view is used during the call only, and looks nothing up that is not there.
    unsafe (texts?.entries ?? []).withUnsafeBufferPointer { unsafe body(View(entries: $0)) }
  }

  /// The texts in memory that another holds.
  @unsafe struct View {
    let entries: UnsafeBufferPointer<UInt64>

    /// The text and length of a number, if it is a small one.
    @inline(__always)
    subscript<Value: FixedWidthInteger>(_ value: Value) -> UInt64? {
      let index = UInt64(truncatingIfNeeded: value) &+ UInt64(SmallNumberTexts.limit)
      // Large unsigned numbers must not come around again.
      guard unsafe index < UInt64(truncatingIfNeeded: entries.count),
        Value.isSigned || index >= UInt64(SmallNumberTexts.limit)
      else { return nil }
      // Safe: checked against their number just now.
      return unsafe entries[Int(truncatingIfNeeded: index)]
    }
  }
}
