/// The smallest or largest integer.
struct IntegerExtremum<Item: FixedWidthInteger & BitwiseCopyable & Sendable>: Reducer {
  let isMaximum: Bool
  var initial: Item { isMaximum ? .min : .max }
  @inline(__always)
  func fold(_ state: Item, _ run: ItemRun<Item>, onAllCores: Bool) -> Item {
    guard onAllCores else { return extremum(state, run) }
    return foldParts(state, run) {
      extremum($0, $1)
    } combine: {
      step($0, $1)
    }
  }
  @inline(__always)
  func step(_ state: Item, _ item: Item) -> Item { isMaximum ? max(state, item) : min(state, item) }
  @inline(__always)
  private func extremum(_ state: Item, _ run: ItemRun<Item>) -> Item {
    var best = state
    if run.isPacked {
      // Spelled apart so that the compiler sees the unit stride.
      let packed = unsafe ItemRun<Item>(run.start, step: MemoryLayout<Item>.size, count: run.count)
      if isMaximum {
        for index in 0..<run.count { best = max(best, packed[index]) }
      } else {
        for index in 0..<run.count { best = min(best, packed[index]) }
      }
    } else {
      for index in 0..<run.count { best = step(best, run[index]) }
    }
    return best
  }
}

/// The smallest or largest moment or duration; "not a time" wins over any other, as in NumPy.
struct DateExtremum: Reducer {
  let isMaximum: Bool
  var initial: Int64 { isMaximum ? .min + 1 : .max }
  func fold(_ state: Int64, _ run: ItemRun<Int64>, onAllCores: Bool) -> Int64 {
    var best = state
    for index in 0..<run.count { best = step(best, run[index]) }
    return best
  }
  func step(_ state: Int64, _ item: Int64) -> Int64 {
    if state == .min || item == .min { return .min }
    return isMaximum ? max(state, item) : min(state, item)
  }
}

/// The smallest or largest real number; NaN wins over any other, as in NumPy.
struct RealExtremum<Item: BinaryFloatingPoint & SIMDScalar & BitwiseCopyable & Sendable>: Reducer
where Item.SIMD8Storage: BitwiseCopyable {
  let isMaximum: Bool
  var initial: Item { isMaximum ? -.infinity : .infinity }
  @inline(__always)
  func fold(_ state: Item, _ run: ItemRun<Item>, onAllCores: Bool) -> Item {
    guard onAllCores else { return extremum(state, run) }
    return foldParts(state, run) {
      extremum($0, $1)
    } combine: {
      step($0, $1)
    }
  }
  @inline(__always)
  func step(_ state: Item, _ item: Item) -> Item {
    (isMaximum ? item > state : item < state) || item != item ? item : state
  }
  @inline(__always)
  private func extremum(_ state: Item, _ run: ItemRun<Item>) -> Item {
    var best = state
    var index = 0
    if run.isPacked, run.count >= 16 {
      // Eight abreast: a comparison with NaN is false, so NaN is asked for, and stays.
      var lanes = SIMD8(repeating: state)
      while index + 8 <= run.count {
        // Safe: eight items from `index` on lie within the run.
        let next = unsafe (run.start + index * MemoryLayout<Item>.size).loadUnaligned(as: SIMD8<Item>.self)
        let isBetter = isMaximum ? next .> lanes : next .< lanes
        lanes.replace(with: next, where: isBetter .| (next .!= next))
        index += 8
      }
      for lane in 0..<8 { best = step(best, lanes[lane]) }
    }
    while index < run.count {
      best = step(best, run[index])
      index += 1
    }
    return best
  }
}

/// The smallest or largest complex number, by real part and then by imaginary part; one with NaN wins.
struct ComplexExtremum<Part: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Reducer {
  let isMaximum: Bool
  var initial: NumberPair<Part> { NumberPair(repeating: isMaximum ? -.infinity : .infinity) }
  @inline(__always)
  func fold(_ state: NumberPair<Part>, _ run: ItemRun<NumberPair<Part>>, onAllCores: Bool) -> NumberPair<Part> {
    var best = state
    for index in 0..<run.count { best = step(best, run[index]) }
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
}
