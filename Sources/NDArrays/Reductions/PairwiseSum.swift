internal import CNumPyIOKernels
internal import ParallelLoops

/// A real number that is summed as a `Value`, which is `Float` or `Double`.
protocol RealItem: KernelNumber {
  associatedtype Value: BinaryFloatingPoint & SIMDScalar & RealItem where Value.Value == Value
  var value: Value { get }
  init(rounding value: Value)
  /// The type as the loop in C that sums it knows it; `nil` for one whose values are summed.
  static var sumKernel: npyio_number? { get }
}

extension RealItem {
  static var sumKernel: npyio_number? { nil }
}

extension Double: RealItem {
  static var sumKernel: npyio_number? { kernel }
  @inline(__always)
  var value: Double { self }
  @inline(__always)
  init(rounding value: Double) { self = value }
}
extension Float: RealItem {
  static var sumKernel: npyio_number? { kernel }
  @inline(__always)
  var value: Float { self }
  @inline(__always)
  init(rounding value: Float) { self = value }
}
#if !(os(macOS) && arch(x86_64))
  extension Float16: RealItem {
    static var sumKernel: npyio_number? { kernel }
    @inline(__always)
    var value: Float { Float(self) }
    @inline(__always)
    init(rounding value: Float) { self = Float16(value) }
  }
#endif
extension RealItem where Self: FixedWidthInteger {
  @inline(__always)
  var value: Double { Double(self) }
  /// Sums of integers as doubles are never put back into integers.
  @inline(__always)
  init(rounding value: Double) { self = Self(exactly: value) ?? 0 }
}
extension Int8: RealItem {}
extension UInt8: RealItem {}
extension Int16: RealItem {}
extension UInt16: RealItem {}
extension Int32: RealItem {}
extension UInt32: RealItem {}
extension Int64: RealItem {}
extension UInt64: RealItem {}

/// Real numbers in a row, to be summed.
protocol RealRun: Sendable {
  associatedtype Value: BinaryFloatingPoint & Sendable
  var count: Int { get }
  func part(_ range: Range<Int>) -> Self
  /// The sum, by the loop in C where it knows the numbers; `nil` if it does not, and they are more than a leaf of the tree.
  var sumAtOnce: Value? { get }
}

extension ItemRun: RealRun where Item: RealItem {
  var sumAtOnce: Item.Value? {
    if let type = Item.sumKernel {
      var sum = 0.0
      // Safe: the run's items lie in memory that its maker holds.
      let isKnown = unsafe npyio_pairwise_sum(type, npyio_vector_width(), start, step, count, &sum)
      if isKnown != 0 { return Item.Value(sum) }
    }
    return count <= PairwiseSum.leaf ? sumOfValues() : nil
  }

  /// The sum of the numbers, each brought into the wider type first.
  func sumOfValues() -> Item.Value {
    if count < 8 {
      // Too few for the loops in C.
      var sum: Item.Value = -0.0
      for index in 0..<count { sum += self[index].value }
      return sum
    }
    // Safe: new memory for as many values as are read.
    return unsafe withUnsafeTemporaryAllocation(of: Item.Value.self, capacity: count) { values -> Item.Value in
      guard let start = values.baseAddress else { return 0 }
      unsafe write(to: start)
      return unsafe ItemRun<Item.Value>(start, step: MemoryLayout<Item.Value>.size, count: count).sumAtOnce ?? 0
    }
  }

  private func write(to values: UnsafeMutablePointer<Item.Value>) {
    if isPacked, let from = Item.kernel, let to = Item.Value.kernel, from != to {
      // Safe: the caller has room for the values, and the run's items lie in memory that its maker holds.
      let isKnown = unsafe npyio_convert(from, to, npyio_vector_width(), start, values, count)
      if isKnown != 0 { return }
    }
    for index in 0..<count { unsafe (values + index).initialize(to: self[index].value) }
  }
}

/// The squared distances of numbers to their mean, made as they are summed.
struct SquaredDeviations<Item: RealItem>: RealRun {
  let run: ItemRun<Item>
  let mean: Item.Value
  var count: Int { run.count }
  func part(_ range: Range<Int>) -> SquaredDeviations { SquaredDeviations(run: run.part(range), mean: mean) }
  var sumAtOnce: Item.Value? {
    guard count <= PairwiseSum.leaf else { return nil }
    if run.isPacked {
      // Spelled apart so that the compiler sees the unit stride. Safe: the same items, whose step is their size.
      return unsafe eightAbreast(ItemRun<Item>(run.start, step: MemoryLayout<Item>.size, count: count))
    }
    return eightAbreast(run)
  }

  @inline(__always)
  private func square(_ run: ItemRun<Item>, _ index: Int) -> Item.Value {
    let distance = run[index].value - mean
    return distance * distance
  }

  /// The sum of a leaf, in the order of the loop in C.
  @inline(__always)
  private func eightAbreast(_ run: ItemRun<Item>) -> Item.Value {
    var index = 0
    var sum: Item.Value = -0.0
    if run.count >= 8 {
      var sums = eight(run, 0)
      index = 8
      while index + 8 <= run.count {
        sums += eight(run, index)
        index += 8
      }
      sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
    }
    while index < run.count {
      sum += square(run, index)
      index += 1
    }
    return sum
  }

  @inline(__always)
  private func eight(_ run: ItemRun<Item>, _ index: Int) -> SIMD8<Item.Value> {
    SIMD8(
      square(run, index), square(run, index + 1), square(run, index + 2), square(run, index + 3),
      square(run, index + 4), square(run, index + 5), square(run, index + 6), square(run, index + 7))
  }
}

/// Sums in halves of halves, eight numbers abreast, as NumPy's `pairwise_sum`: the error grows with the logarithm of
/// the number of items. The tree, and with it every bit of the result, is NumPy's; workers only share its branches.
enum PairwiseSum {
  /// As many numbers are summed without halving them.
  static var leaf: Int { 128 }
  /// From this many items on, the branches are shared out.
  private static let shared = 1 << 19

  @inline(__always)
  static func sum<Run: RealRun>(_ run: Run, onAllCores: Bool) -> Run.Value {
    if onAllCores, run.count >= shared, Parallel.workers > 1 {
      return tree(run.count, leaf: shared / 4, half: { $0 / 2 - $0 / 2 % 8 }) {
        branch(run.part($0))
      } combine: {
        $0 + $1
      }
    }
    return branch(run)
  }

  private static func branch<Run: RealRun>(_ run: Run) -> Run.Value {
    if let sum = run.sumAtOnce { return sum }
    let half = run.count / 2 - run.count / 2 % 8
    return branch(run.part(0..<half)) + branch(run.part(half..<run.count))
  }

  // MARK: Complex numbers

  @inline(__always)
  static func complexSum<Part: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
    _ run: ItemRun<NumberPair<Part>>, onAllCores: Bool
  ) -> NumberPair<Part> {
    if onAllCores, run.count >= shared, Parallel.workers > 1 {
      return tree(run.count, leaf: shared / 4, half: { ($0 - $0 % 8) / 2 }) {
        complexBranch(run.part($0))
      } combine: {
        $0 + $1
      }
    }
    return complexBranch(run)
  }

  /// NumPy counts the parts: 8 of them abreast are 4 numbers, and a leaf has 64.
  private static func complexBranch<Part: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
    _ run: ItemRun<NumberPair<Part>>
  ) -> NumberPair<Part> {
    if run.isPacked {
      let type = MemoryLayout<Part>.size == 4 ? NPYIO_FLOAT32 : NPYIO_FLOAT64
      var sum = NumberPair<Part>.zero
      // Safe: the run's items lie in memory that its maker holds; the sum has two parts of the type, which is `Float` or `Double`.
      if unsafe npyio_pairwise_sum_of_pairs(type, npyio_vector_width(), run.start, run.count, &sum) != 0 { return sum }
    }
    if run.count > leaf / 2 {
      let half = (run.count - run.count % 8) / 2
      return complexBranch(run.part(0..<half)) + complexBranch(run.part(half..<run.count))
    }
    if run.count < 4 {
      var sum = NumberPair<Part>(repeating: -0.0)
      for index in 0..<run.count { sum += run[index] }
      return sum
    }
    var (s0, s1, s2, s3) = (run[0], run[1], run[2], run[3])
    var index = 4
    while index + 4 <= run.count {
      s0 += run[index]
      s1 += run[index + 1]
      s2 += run[index + 2]
      s3 += run[index + 3]
      index += 4
    }
    var sum = (s0 + s1) + (s2 + s3)
    while index < run.count {
      sum += run[index]
      index += 1
    }
    return sum
  }

  /// The upper branches of the tree: those with at most `leaf` items are made on all cores, and then added in the
  /// tree's order.
  private static func tree<Value: Sendable>(
    _ count: Int, leaf: Int, half: (Int) -> Int, _ make: @Sendable (Range<Int>) -> Value,
    combine: (Value, Value) -> Value
  ) -> Value {
    var branches: [Range<Int>] = []
    func split(_ range: Range<Int>) {
      if range.count <= leaf { return branches.append(range) }
      let middle = range.lowerBound + half(range.count)
      split(range.lowerBound..<middle)
      split(middle..<range.upperBound)
    }
    split(0..<count)
    let ranges = branches
    let storage = ArrayStorage(uninitializedByteCount: ranges.count * MemoryLayout<Value>.stride)
    // Safe: new memory of that many values, held until the end; every branch writes its own.
    let sums = unsafe MatrixTarget(storage.baseAddress.bindMemory(to: Value.self, capacity: ranges.count))
    Parallel.forEach(ranges.count) { (index: Int) throws(Never) in
      unsafe (sums.start + index).initialize(to: make(ranges[index]))
    }
    var next = 0
    func add(_ count: Int) -> Value {
      if count <= leaf {
        defer { next += 1 }
        return unsafe sums.start[next]
      }
      let middle = half(count)
      let left = add(middle)
      return combine(left, add(count - middle))
    }
    let result = add(count)
    extendLifetime(storage)
    return result
  }
}
