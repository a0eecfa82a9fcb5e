internal import CNumPyIOKernels
internal import ParallelLoops

/// Sums floating-point numbers in their own type, half precision by way of single.
struct RealSum<Item: RealItem>: TypedReducer where Item: BinaryFloatingPoint {
  typealias State = Item
  var initial: Item { 0 }
  @inline(__always)
  func fold(_ state: Item, _ run: ItemRun<Item>, onAllCores: Bool) -> Item {
    Item(rounding: state.value + PairwiseSum.sum(run, onAllCores: onAllCores))
  }
  @inline(__always)
  func step(_ state: Item, _ item: Item) -> Item { Item(rounding: state.value + item.value) }
  // Safe: the caller has a state for each item of a row.
  func step(_ states: UnsafeMutablePointer<Item>, _ rows: ItemRows) -> Bool {
    unsafe rows.fold(NPYIO_ADD, Item.kernel, into: states)
  }
}

/// Sums numbers in a wider floating-point type: for means. NumPy converts that many at a time, and sums these pairwise.
struct WideningSum<Item: RealItem>: TypedReducer {
  typealias State = Item.Value
  var initial: Item.Value { 0 }
  func fold(_ state: State, _ run: ItemRun<Item>, onAllCores: Bool) -> State {
    let blocks = (run.count + Reduction.bufferSize - 1) / Reduction.bufferSize
    var sum = state
    guard onAllCores, blocks >= 16, Parallel.workers > 1 else {
      for index in 0..<blocks { sum += block(index, of: run) }
      return sum
    }
    let storage = ArrayStorage(uninitializedByteCount: blocks * MemoryLayout<State>.stride)
    // Safe: new memory of that many sums, held until the end; every block writes its own.
    let sums = unsafe MatrixTarget(storage.baseAddress.bindMemory(to: State.self, capacity: blocks))
    Parallel.forEach(blocks) { (index: Int) throws(Never) in
      unsafe (sums.start + index).initialize(to: block(index, of: run))
    }
    for index in 0..<blocks { unsafe sum += sums.start[index] }
    extendLifetime(storage)
    return sum
  }
  private func block(_ index: Int, of run: ItemRun<Item>) -> State {
    let first = index * Reduction.bufferSize
    return run.part(first..<min(run.count, first + Reduction.bufferSize)).sumOfValues()
  }
  @inline(__always)
  func step(_ state: State, _ item: Item) -> State { state + item.value }
  // Safe: the caller has a state for each item of a row.
  func step(_ states: UnsafeMutablePointer<State>, _ rows: ItemRows) -> Bool { unsafe stepInVectors(states, rows) }
}

/// Sums complex numbers part by part.
struct ComplexSum<Part: BinaryFloatingPoint & BitwiseCopyable & Sendable>: TypedReducer {
  var initial: NumberPair<Part> { .zero }
  @inline(__always)
  func fold(_ state: NumberPair<Part>, _ run: ItemRun<NumberPair<Part>>, onAllCores: Bool) -> NumberPair<Part> {
    state + PairwiseSum.complexSum(run, onAllCores: onAllCores)
  }
  @inline(__always)
  func step(_ state: NumberPair<Part>, _ item: NumberPair<Part>) -> NumberPair<Part> { state + item }
  // Safe: the caller has a state for each item of a row, which is two numbers as the item is.
  func step(_ states: UnsafeMutablePointer<NumberPair<Part>>, _ rows: ItemRows) -> Bool {
    let size = MemoryLayout<Part>.size
    guard rows.step == 2 * size else { return false }
    let parts = unsafe ItemRows(
      rows.start, step: size, count: 2 * rows.count, rowStep: rows.rowStep, rowCount: rows.rowCount)
    return unsafe parts.fold(NPYIO_ADD, size == 4 ? NPYIO_FLOAT32 : NPYIO_FLOAT64, into: states)
  }
}

/// Sums integers modulo 2**64.
struct IntegerSum<Item: FixedWidthInteger & KernelNumber>: TypedReducer {
  var initial: UInt64 { 0 }
  var takesParts: Bool { true }
  func fold(_ state: UInt64, _ run: ItemRun<Item>, onAllCores: Bool) -> UInt64 {
    var sum: UInt64 = 0
    if let type = Item.kernel {
      // Safe: the run's items lie in memory that its maker holds.
      _ = unsafe npyio_integer_sum(type, npyio_vector_width(), run.start, run.step, run.count, &sum)
    } else {
      for index in 0..<run.count { sum &+= UInt64(truncatingIfNeeded: run[index]) }
    }
    return state &+ sum
  }
  func combine(_ state: UInt64, _ other: UInt64) -> UInt64 { state &+ other }
  @inline(__always)
  func step(_ state: UInt64, _ item: Item) -> UInt64 { state &+ UInt64(truncatingIfNeeded: item) }
  // Safe: the caller has a state for each item of a row.
  func step(_ states: UnsafeMutablePointer<UInt64>, _ rows: ItemRows) -> Bool {
    unsafe rows.fold(NPYIO_ADD, Item.kernel, into: states)
  }
}
