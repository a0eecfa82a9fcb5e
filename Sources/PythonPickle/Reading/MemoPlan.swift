/// Which places of the memo are asked for: found by a look at the operations ahead, where all of a pickle lies in memory.
///
/// Python's pickler gives a place to every string, tuple and object, and most are never asked for. To hold a value there costs
/// more than to find out.
@safe struct MemoPlan: ~Copyable {
  /// 64 places: which are asked for, and how many of those before them are.
  private struct Word {
    var asked: UInt64 = 0
    var before = 0
  }

  /// The first place that the plan knows of.
  let start: Int
  /// The first places, of which most pickles have no more.
  private let first: UInt64
  /// As many words as hold the places after those up to the last that is asked for; `nil` for none.
  private let words: UnsafeMutablePointer<Word>?
  private let wordCount: Int

  /// Looks ahead.
  ///
  /// - Parameters:
  ///   - bytes: The operations to come, and anything after STOP.
  ///   - start: The next place of the memo. Those before it are held.
  /// - Returns: `nil` where values get places out of order, and where the operations end badly: then all are held.
  init?(_ bytes: UnsafeRawBufferPointer, start: Int) {
    // Safe: the bytes are read within the call.
    var look = unsafe MemoLookAhead(bytes, start: start)
    guard look.scan() else { return nil }
    let first = look.first
    let asked = look.asked
    self.start = start
    self.first = first
    wordCount = asked.count
    guard !asked.isEmpty else {
      unsafe words = nil
      return
    }
    // Safe: memory of the plan's own, all of it set at once, and given back when the plan ends.
    let words = UnsafeMutablePointer<Word>.allocate(capacity: asked.count)
    var before = first.nonzeroBitCount
    for (index, bits) in asked.enumerated() {
      unsafe (words + index).initialize(to: Word(asked: bits, before: before))
      before += bits.nonzeroBitCount
    }
    unsafe self.words = words
  }

  // Safe: as in `init`.
  deinit { unsafe words?.deallocate() }

  /// How many places before this one are asked for, from ``start`` on; `nil` if this one is not.
  @inline(__always)
  func rank(of place: Int) -> Int? {
    let index = place - start
    let bit = UInt64(1) << UInt64(index & 63)
    if index < 64 { return index < 0 || first & bit == 0 ? nil : (first & (bit - 1)).nonzeroBitCount }
    guard index >> 6 <= wordCount, let words = unsafe words else { return nil }
    // Safe: checked above.
    let word = unsafe words[index >> 6 - 1]
    return word.asked & bit == 0 ? nil : word.before + (word.asked & (bit - 1)).nonzeroBitCount
  }
}
