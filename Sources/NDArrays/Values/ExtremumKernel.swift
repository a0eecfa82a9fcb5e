internal import CNumPyIOKernels

/// The loop for numbers of one type, which C compiles for the widest vectors that the processor has.
struct ExtremumKernel<Item: KernelNumber> {
  private let type: npyio_number

  /// `nil` for a type without such a loop.
  init?(_: Item.Type) {
    guard let type = Item.kernel else { return nil }
    self.type = type
  }

  /// How many items that lie apart are brought together at a time.
  private static var blockSize: Int { 1024 }

  /// Makes `best` the smallest or largest of itself and a run, passing over NaN.
  ///
  /// - Returns: Whether there was a NaN.
  func fold(_ best: inout Item, _ run: ItemRun<Item>, isMaximum: Bool) -> Bool {
    let (width, size) = (npyio_vector_width(), MemoryLayout<Item>.size)
    // Safe: the run's items lie in memory that its maker holds; the result is as large as an item, and the block as large
    // as the items that are copied into it.
    if run.isPacked || run.step == 2 * size {
      return unsafe npyio_extremum(
        type, width, isMaximum ? 1 : 0, run.start, CInt(run.step / size), run.count, &best) != 0
    }
    var hasNaN = false
    unsafe withUnsafeTemporaryAllocation(of: Item.self, capacity: Self.blockSize) { block in
      guard let start = block.baseAddress else { return }
      for first in stride(from: 0, to: run.count, by: Self.blockSize) {
        let count = min(Self.blockSize, run.count - first)
        let items = unsafe run.start + first * run.step
        unsafe npyio_copy_items(CInt(size), 0, width, items, run.step, start, size, count)
        let found = unsafe npyio_extremum(type, width, isMaximum ? 1 : 0, start, 1, count, &best)
        hasNaN = hasNaN || found != 0
      }
    }
    return hasNaN
  }
}
