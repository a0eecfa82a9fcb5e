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
      // Safe: the same items, whose step is their size.
      let packed = unsafe ItemRun<Item>(run.start, step: MemoryLayout<Item>.size, count: run.count)
      best = isMaximum ? four(packed, best) { max($0, $1) } : four(packed, best) { min($0, $1) }
    } else {
      for index in 0..<run.count { best = step(best, run[index]) }
    }
    return best
  }

  /// Four comparisons abreast, so that none waits for the one before.
  @inline(__always)
  private func four(_ run: ItemRun<Item>, _ state: Item, _ better: (Item, Item) -> Item) -> Item {
    var (s0, s1, s2, s3) = (state, state, state, state)
    var index = 0
    while index + 4 <= run.count {
      s0 = better(s0, run[index])
      s1 = better(s1, run[index + 1])
      s2 = better(s2, run[index + 2])
      s3 = better(s3, run[index + 3])
      index += 4
    }
    while index < run.count {
      s0 = better(s0, run[index])
      index += 1
    }
    return better(better(s0, s1), better(s2, s3))
  }
}

/// The smallest or largest datetime or duration; "not a time" wins over any other, as in NumPy.
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
struct RealExtremum<Item: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Reducer {
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
    if run.isPacked {
      // Blocks without NaN are the rule, and in them eight plain comparisons go abreast.
      // Safe: the same items, whose step is their size.
      let packed = unsafe ItemRun<Item>(run.start, step: MemoryLayout<Item>.size, count: run.count)
      while index + 1024 <= run.count, best == best {
        var strangers = 0
        for place in index..<(index + 1024) { strangers &+= packed[place] == packed[place] ? 0 : 1 }
        if strangers > 0 { break }
        best = isMaximum ? -eight(packed, index, -best, sign: -1) : eight(packed, index, best, sign: 1)
        index += 1024
      }
    }
    while index < run.count {
      best = step(best, run[index])
      index += 1
    }
    return best
  }

  /// The smallest of 1024 items, each times a sign.
  @inline(__always)
  private func eight(_ run: ItemRun<Item>, _ start: Int, _ state: Item, sign: Item) -> Item {
    var (s0, s1, s2, s3, s4, s5, s6, s7) = (state, state, state, state, state, state, state, state)
    for index in stride(from: start, to: start + 1024, by: 8) {
      s0 = less(run[index] * sign, s0)
      s1 = less(run[index + 1] * sign, s1)
      s2 = less(run[index + 2] * sign, s2)
      s3 = less(run[index + 3] * sign, s3)
      s4 = less(run[index + 4] * sign, s4)
      s5 = less(run[index + 5] * sign, s5)
      s6 = less(run[index + 6] * sign, s6)
      s7 = less(run[index + 7] * sign, s7)
    }
    return less(less(less(s0, s1), less(s2, s3)), less(less(s4, s5), less(s6, s7)))
  }

  @inline(__always)
  private func less(_ left: Item, _ right: Item) -> Item { left < right ? left : right }
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
