package import ArrayBytes
package import ByteIO
package import NDArrays
internal import ParallelLoops
internal import Locks
internal import Synchronization

/// An array that is summarised block by block, on all cores and in bounded memory: no more than a few blocks are in
/// memory at any time.
package struct ParallelBlocks: Sendable {
  private let source: any ArrayBlockSource
  private let descriptor: ArrayDescriptor

  /// - Throws: ``FormatError`` if the source has to be spooled and cannot be read.
  package init(_ source: any ArrayBlockSource, _ spool: Spool) throws(FormatError) {
    self.source = source.seekCost == .impossible ? try spool.addressable(source) : source
    descriptor = self.source.descriptor
  }

  package var shape: [Int] { descriptor.shape }
  package var dtype: DType { descriptor.dtype }
  package var count: Int { descriptor.count ?? .max }

  /// What is read fits the processor's caches; what is inflated is larger, since neighbours share segments.
  private var blockSize: Int { source.seekCost == .free ? 1 << 20 : 8 << 20 }

  /// Gathers a summary of all elements.
  ///
  /// - Parameters:
  ///   - empty: A summary of nothing; every thread begins with it.
  ///   - whole: How many of the last axes a block must have all of.
  ///   - view: How the summary sees a block and the position where it begins: the axes that matter to it.
  package func summarize<Summary: BlockSummary>(
    _ empty: Summary, keeping whole: Int = 0, view: BlockView = BlockView()
  ) throws(FormatError) -> Summary {
    guard count > 0 else { return empty }
    let cut = cut(keeping: whole)
    let total = Lock(empty)
    let queue = BlockQueue(count: cut.count)
    try Parallel.forEach(min(Parallel.workers, cut.count)) { (_: Int) throws(FormatError) in
      var own = empty
      while let (start, block) = try next(queue, cut) {
        do throws(FormatError) {
          try FormatError.wrapping(.unsupported, file: source.name) { () throws(ArrayError) in
            let (seen, position) = try view.apply(block, start)
            try own.add(seen, at: position)
          }
        } catch {
          queue.stop()
          throw error
        }
      }
      total.withLock { $0.merge(own) }
    }
    return total.withLock { $0 }
  }

  private func cut(keeping whole: Int) -> BlockCut {
    let axes = Array(shape.indices.dropLast(whole))
    return BlockCut(
      descriptor, budget: blockSize, recordSize: source.storedItemSize,
      cutting: descriptor.isFortranOrder ? axes.reversed() : axes)
  }

  /// The next block that nobody else has taken; `nil` if there are no more.
  private func next(
    _ queue: BlockQueue, _ cut: BlockCut
  ) throws(FormatError) -> (start: [Int], block: AnyNDArray)? {
    let reversed = source.reversedAxes
    func read(_ number: Int) throws(FormatError) -> (start: [Int], block: AnyNDArray) {
      let ranges = cut.ranges(number, backwards: reversed)
      let block = try source.read(slice: ranges.map { .range(lower: $0.lowerBound, upper: $0.upperBound) })
      return (ranges.map(\.lowerBound), block)
    }
    if source.readsInOrder { return try queue.takeInOrder(read) }
    guard let number = queue.take() else { return nil }
    do throws(FormatError) { return try read(number) } catch {
      queue.stop()
      throw error
    }
  }

  /// The first element, as the 64-bit integer that datetimes and timedeltas are.
  package func firstInteger() throws(FormatError) -> Int64? {
    guard count > 0 else { return nil }
    let block = try source.read(slice: shape.map { _ in .range(lower: 0, upper: 1) })
    return try FormatError.wrapping(.unsupported, file: source.name) { () throws(ArrayError) in
      let element = try block.slice(block.shape.map { _ in .index(0) }).nativeByteOrder()
      return try NDArray<Int64>(element.viewed(as: .int64)).elements.first
    }
  }
}

/// How a summary sees blocks: without axes of length 1.
package struct BlockView: Sendable {
  /// The axes that are left out, all of length 1.
  package var droppedAxes: Set<Int>

  package init(droppedAxes: Set<Int> = []) { self.droppedAxes = droppedAxes }

  func apply(_ block: AnyNDArray, _ start: [Int]) throws(ArrayError) -> (AnyNDArray, [Int]) {
    guard !droppedAxes.isEmpty else { return (block, start) }
    let selections = block.shape.indices.map { droppedAxes.contains($0) ? AxisSelection.index(0) : .all }
    return (try block.slice(selections), start.indices.filter { !droppedAxes.contains($0) }.map { start[$0] })
  }
}

/// The numbers of the blocks that are still to be read.
private final class BlockQueue: Sendable {
  private let count: Int
  private let next = Atomic<Int>(0)
  private let order = Lock(())

  init(count: Int) { self.count = count }

  func take() -> Int? {
    let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return number < count ? number : nil
  }

  /// Hands out no more.
  func stop() { next.store(count, ordering: .relaxed) }

  /// Takes a number and reads its block before another thread takes the next.
  func takeInOrder<Block: Sendable>(_ read: (Int) throws(FormatError) -> Block) throws(FormatError) -> Block? {
    try order.withLock { _ throws(FormatError) in
      guard let number = take() else { return nil }
      do throws(FormatError) { return try read(number) } catch {
        stop()
        throw error
      }
    }
  }
}
