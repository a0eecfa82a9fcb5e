internal import CNumPyIOKernels
internal import ParallelLoops

/// A real number that is summed as a `Value`.
protocol RealItem: BitwiseCopyable, Sendable {
  associatedtype Value: BinaryFloatingPoint & SIMDScalar & BitwiseCopyable & Sendable
  var value: Value { get }
  init(rounding value: Value)
  /// The type as the loop in C that sums it knows it; `nil` for one that is summed here.
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
  associatedtype Value: BinaryFloatingPoint & SIMDScalar & BitwiseCopyable & Sendable
  var count: Int { get }
  func value(at index: Int) -> Value
  func part(_ range: Range<Int>) -> Self
  /// Itself if the items lie close together: spelled apart so that the compiler sees the unit stride.
  var packed: Self? { get }
  /// The sum, where there is a loop in C for it.
  var sumInC: Value? { get }
}

extension RealRun {
  var sumInC: Value? { nil }
}

extension ItemRun: RealRun where Item: RealItem {
  @inline(__always)
  func value(at index: Int) -> Item.Value { self[index].value }
  @inline(__always)
  var packed: ItemRun? {
    // Safe: the same items, whose step is their size.
    isPacked ? unsafe ItemRun(start, step: MemoryLayout<Item>.size, count: count) : nil
  }
  var sumInC: Item.Value? {
    guard let type = Item.sumKernel else { return nil }
    var sum = 0.0
    // Safe: the run's items lie in memory that its maker holds.
    let isKnown = unsafe npyio_pairwise_sum(type, npyio_vector_width(), start, step, count, &sum)
    return isKnown != 0 ? Item.Value(sum) : nil
  }
}

/// The squared distances of numbers to their mean, made as they are summed.
struct SquaredDeviations<Item: RealItem>: RealRun {
  let run: ItemRun<Item>
  let mean: Item.Value
  var count: Int { run.count }
  @inline(__always)
  func value(at index: Int) -> Item.Value {
    let distance = run[index].value - mean
    return distance * distance
  }
  func part(_ range: Range<Int>) -> SquaredDeviations { SquaredDeviations(run: run.part(range), mean: mean) }
  @inline(__always)
  var packed: SquaredDeviations? { run.packed.map { SquaredDeviations(run: $0, mean: mean) } }
}

/// Sums in halves of halves, eight numbers abreast, as NumPy's `pairwise_sum`: the error grows with the logarithm of
/// the number of items. The tree, and with it every bit of the result, is NumPy's; workers only share its branches.
enum PairwiseSum {
  private static let leaf = 128
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

  private static func branch<Run: RealRun>(_ run: Run) -> Run.Value { run.sumInC ?? halves(run) }

  private static func halves<Run: RealRun>(_ run: Run) -> Run.Value {
    if run.count > leaf {
      let half = run.count / 2 - run.count / 2 % 8
      return halves(run.part(0..<half)) + halves(run.part(half..<run.count))
    }
    if run.count < 8 {
      var sum: Run.Value = -0.0
      for index in 0..<run.count { sum += run.value(at: index) }
      return sum
    }
    if let packed = run.packed { return eightAbreast(packed) }
    return eightAbreast(run)
  }

  @inline(__always)
  private static func eightAbreast<Run: RealRun>(_ run: Run) -> Run.Value {
    var sums = eight(run, 0)
    var index = 8
    while index + 8 <= run.count {
      sums += eight(run, index)
      index += 8
    }
    var sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
    while index < run.count {
      sum += run.value(at: index)
      index += 1
    }
    return sum
  }

  @inline(__always)
  private static func eight<Run: RealRun>(_ run: Run, _ index: Int) -> SIMD8<Run.Value> {
    SIMD8(
      run.value(at: index), run.value(at: index + 1), run.value(at: index + 2), run.value(at: index + 3),
      run.value(at: index + 4), run.value(at: index + 5), run.value(at: index + 6), run.value(at: index + 7))
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
