internal import CNumPyIOKernels

/// A reducer whose result is one of the items, whichever part of a run is looked at first.
protocol ExtremumReducer: TypedReducer where State == Item {}

extension ExtremumReducer {
  var takesParts: Bool { true }
  func combine(_ state: Item, _ other: Item) -> Item { step(state, other) }

  /// Takes in a run item by item.
  @inline(__always)
  fileprivate func stepping(_ state: Item, _ run: ItemRun<Item>) -> Item {
    var best = state
    for index in 0..<run.count { best = step(best, run[index]) }
    return best
  }
}

/// The smallest or largest integer.
struct IntegerExtremum<Item: FixedWidthInteger & KernelNumber>: ExtremumReducer {
  let isMaximum: Bool
  /// The value after which there is no better one, for types that do not use all their bits.
  var last: Item?
  var initial: Item { isMaximum ? .min : .max }
  @inline(__always)
  func step(_ state: Item, _ item: Item) -> Item { isMaximum ? max(state, item) : min(state, item) }
  // Safe: the caller has a state for each item of a row.
  func step(_ states: UnsafeMutablePointer<Item>, _ rows: ItemRows) -> Bool {
    unsafe rows.fold(isMaximum ? NPYIO_MAXIMUM : NPYIO_MINIMUM, Item.kernel, into: states)
  }
  func fold(_ state: Item, _ run: ItemRun<Item>, onAllCores: Bool) -> Item {
    guard let kernel = ExtremumKernel(Item.self) else { return stepping(state, run) }
    var best = state
    // Truth values are known as soon as one is found, of which there are often many.
    let size = last == nil ? run.count : 1 << 12
    var index = 0
    while index < run.count, !isLast(best) {
      let part = run.part(index..<min(run.count, index + size))
      _ = kernel.fold(&best, part, isMaximum: isMaximum)
      index += part.count
    }
    return best
  }

  private func isLast(_ best: Item) -> Bool {
    guard let last else { return false }
    return isMaximum ? best >= last : best <= last
  }
}

/// The smallest or largest datetime or duration; "not a time" wins over any other, as in NumPy.
struct DateExtremum: ExtremumReducer {
  let isMaximum: Bool
  var initial: Int64 { isMaximum ? .min + 1 : .max }
  func step(_ state: Int64, _ item: Int64) -> Int64 {
    if state == .min || item == .min { return .min }
    return isMaximum ? max(state, item) : min(state, item)
  }
  // Safe: the caller has a state for each item of a row.
  func step(_ states: UnsafeMutablePointer<Int64>, _ rows: ItemRows) -> Bool { unsafe stepInVectors(states, rows) }
  func fold(_ state: Int64, _ run: ItemRun<Int64>, onAllCores: Bool) -> Int64 {
    guard let kernel = ExtremumKernel(Int64.self) else { return stepping(state, run) }
    // "Not a time" is the least number.
    var least = state
    _ = kernel.fold(&least, run, isMaximum: false)
    guard isMaximum, least != .min else { return least }
    var best = state
    _ = kernel.fold(&best, run, isMaximum: true)
    return best
  }
}

/// The smallest or largest real number; NaN wins over any other, as in NumPy.
struct RealExtremum<Item: BinaryFloatingPoint & KernelNumber>: ExtremumReducer {
  let isMaximum: Bool
  var initial: Item { isMaximum ? -.infinity : .infinity }
  @inline(__always)
  func step(_ state: Item, _ item: Item) -> Item {
    (isMaximum ? item > state : item < state) || item != item ? item : state
  }
  // Safe: the caller has a state for each item of a row.
  func step(_ states: UnsafeMutablePointer<Item>, _ rows: ItemRows) -> Bool {
    unsafe rows.fold(isMaximum ? NPYIO_MAXIMUM : NPYIO_MINIMUM, Item.kernel, into: states)
  }
  func fold(_ state: Item, _ run: ItemRun<Item>, onAllCores: Bool) -> Item {
    if state == state, let kernel = ExtremumKernel(Item.self) {
      var best = state
      if !kernel.fold(&best, run, isMaximum: isMaximum) { return best }
    }
    var best = state
    for index in 0..<run.count {
      best = step(best, run[index])
      if best != best { break }
    }
    return best
  }
}

/// The smallest or largest complex number, by real part and then by imaginary part; one with NaN wins.
struct ComplexExtremum<Part: BinaryFloatingPoint & BitwiseCopyable & Sendable>: TypedReducer {
  let isMaximum: Bool
  var initial: NumberPair<Part> { NumberPair(repeating: isMaximum ? -.infinity : .infinity) }
  // Parts are put together in their order, in which the first of equal ones, and the first NaN, stay.
  var takesParts: Bool { true }
  func combine(_ state: NumberPair<Part>, _ other: NumberPair<Part>) -> NumberPair<Part> { step(state, other) }
  @inline(__always)
  func fold(_ state: NumberPair<Part>, _ run: ItemRun<NumberPair<Part>>, onAllCores: Bool) -> NumberPair<Part> {
    isMaximum ? fold(state, run) { $0 < $1 } : fold(state, run) { $0 > $1 }
  }
  /// Most items are told by their real part.
  @inline(__always)
  private func fold(
    _ state: NumberPair<Part>, _ run: ItemRun<NumberPair<Part>>, isWorse: (Part, Part) -> Bool
  ) -> NumberPair<Part> {
    var best = state
    for index in 0..<run.count {
      let item = run[index]
      // No comparison holds for a NaN.
      if isWorse(item.real, best.real), item.imaginary == item.imaginary { continue }
      best = step(best, item)
      if best.imaginary != best.imaginary || best.real != best.real { return best }
    }
    return best
  }
  @inline(__always)
  func step(_ state: NumberPair<Part>, _ item: NumberPair<Part>) -> NumberPair<Part> {
    if state.real.isNaN || state.imaginary.isNaN { return state }
    if item.real.isNaN || item.imaginary.isNaN { return item }
    let isBetter =
      item.real == state.real
      ? (isMaximum ? item.imaginary > state.imaginary : item.imaginary < state.imaginary)
      : (isMaximum ? item.real > state.real : item.real < state.real)
    return isBetter ? item : state
  }
  func step(_ states: UnsafeMutablePointer<NumberPair<Part>>, _ rows: ItemRows) -> Bool {
    let size = MemoryLayout<Part>.size
    guard rows.step == 2 * size else { return false }
    // Safe: the caller has a state for each item of a row, which is two numbers as the item is.
    return unsafe npyio_fold_rows_of_pairs(
      isMaximum ? 1 : 0, size == 4 ? NPYIO_FLOAT32 : NPYIO_FLOAT64, npyio_vector_width(), states, rows.start,
      rows.rowStep, rows.rowCount, rows.count) != 0
  }
}
