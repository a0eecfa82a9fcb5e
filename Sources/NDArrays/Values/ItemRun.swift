/// Items that lie in memory at equal distances.
///
/// The caller that makes one keeps the memory alive, and unchanged, while the run is used.
@safe struct ItemRun<Item: BitwiseCopyable>: @unchecked Sendable {
  let start: UnsafeRawPointer
  /// The distance in bytes from one item to the next.
  let step: Int
  let count: Int

  init(_ start: UnsafeRawPointer, step: Int, count: Int) {
    // Safe: only stored; the caller that makes a run keeps its items in memory as long as it is used.
    unsafe self.start = start
    self.step = step
    self.count = count
  }

  var isPacked: Bool { step == MemoryLayout<Item>.size }

  @inline(__always)
  subscript(index: Int) -> Item {
    // Safe: the callers ask for items below `count`; no alignment is presumed.
    unsafe start.loadUnaligned(fromByteOffset: index * step, as: Item.self)
  }

  func part(_ range: Range<Int>) -> ItemRun {
    // Safe: the callers ask for ranges within the run.
    unsafe ItemRun(start + range.lowerBound * step, step: step, count: range.count)
  }
}
