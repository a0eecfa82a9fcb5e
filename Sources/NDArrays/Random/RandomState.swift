internal import PlatformC

/// Random numbers that are, seed for seed and draw for draw, those of NumPy's `np.random.RandomState`.
///
/// ```swift
/// var random = RandomState(seed: 0)
/// let a = random.randint(1, 100, shape: [100, 100, 100])   // np.random.randint(1, 100, (100, 100, 100))
/// let x = random.standardNormal(shape: [3])                 // np.random.standard_normal(3)
/// ```
///
/// A value: a copy goes on with the same draws as the original. Nothing here is fit for secrets. For numbers that
/// need no seed see `NDArray.random(in:shape:)`.
public struct RandomState: Sendable {
  var twister: MersenneTwister
  /// Normal numbers are made in pairs; the second one waits here.
  private var spareNormal: Double?

  /// The state that `np.random.seed(seed)` sets.
  ///
  /// - Parameter seed: 0 to 2**32 - 1, all that NumPy takes as an integer.
  public init(seed: UInt32) { twister = MersenneTwister(seed: seed) }

  /// Doubles in `0..<1`: NumPy's `random_sample`.
  ///
  /// - Precondition: Memory can hold the shape.
  public mutating func randomSample(shape: [Int]) -> NDArray<Double> {
    filled(shape) { state in state.twister.nextDouble() }
  }

  /// Doubles from the normal distribution of mean 0 and standard deviation 1: NumPy's legacy `standard_normal`, which
  /// is Marsaglia's polar method. The last bit rests on the C library's logarithm, as NumPy's does.
  ///
  /// - Precondition: Memory can hold the shape.
  public mutating func standardNormal(shape: [Int]) -> NDArray<Double> {
    filled(shape) { state in state.nextNormal() }
  }

  /// Doubles in `low..<high`, evenly spread: NumPy's `uniform(low, high, shape)`.
  ///
  /// - Precondition: The bounds and their difference are finite, and memory can hold the shape.
  public mutating func uniform(_ low: Double, _ high: Double, shape: [Int]) -> NDArray<Double> {
    let width = high - low
    precondition(width.isFinite, "the range of random numbers is not finite: \(low) to \(high)")
    return filled(shape) { state in low + width * state.twister.nextDouble() }
  }

  /// Doubles from the normal distribution of a mean and a standard deviation: NumPy's `normal(mean, deviation, shape)`.
  ///
  /// - Precondition: The deviation is not negative, and memory can hold the shape.
  public mutating func normal(_ mean: Double, _ deviation: Double, shape: [Int]) -> NDArray<Double> {
    precondition(!(deviation < 0), "the standard deviation of random numbers is negative: \(deviation)")
    return filled(shape) { state in mean + deviation * state.nextNormal() }
  }

  /// The numbers `0..<count` in random order: NumPy's `permutation(count)`, such as to split rows into two sets.
  ///
  /// ```swift
  /// let order = random.permutation(m.shape[0])
  /// let (training, test) = (try m.taking(order[0..<3]), try m.taking(order[3...]))
  /// ```
  ///
  /// What NumPy makes of an array, `permutation(m)`, is `m.taking(random.permutation(m.shape[0]))`.
  ///
  /// - Precondition: The count is not negative, and memory can hold the numbers.
  public mutating func permutation(_ count: Int) -> NDArray<Int> {
    precondition(count >= 0, "there is no order of \(count) numbers")
    var numbers = Array(0..<count)
    // Fisher and Yates from the end, as NumPy goes.
    for last in stride(from: count - 1, to: 0, by: -1) { numbers.swapAt(last, place(upTo: last)) }
    return NDArray(numbers)
  }

  /// A number in `0...largest`, each as likely: as many draws as fit after masking are taken (numpy/random/src/distributions,
  /// random_interval).
  private mutating func place(upTo largest: Int) -> Int {
    let width = UInt64(largest)
    let mask = UInt64.max >> UInt64(width.leadingZeroBitCount)
    while true {
      let draw = width <= UInt64(UInt32.max) ? UInt64(twister.next()) : twister.next64()
      if draw & mask <= width { return Int(draw & mask) }
    }
  }

  private mutating func nextNormal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    while true {
      let x = 2 * twister.nextDouble() - 1
      let y = 2 * twister.nextDouble() - 1
      let square = x * x + y * y
      if square >= 1 || square == 0 { continue }
      let factor = (-2 * log(square) / square).squareRoot()
      spareNormal = factor * x
      return factor * y
    }
  }

  @inline(__always)
  private mutating func filled(_ shape: [Int], _ draw: (inout RandomState) -> Double) -> NDArray<Double> {
    do throws(ArrayError) {
      return unsafe try NDArray<Double>(shape: shape) { buffer in
        // Safe: every place of the buffer, which is new memory of this type, is initialised once.
        for index in buffer.indices { unsafe buffer.initializeElement(at: index, to: draw(&self)) }
      }
    } catch { fatalError(error.message) }
  }
}

extension RandomState: RandomNumberGenerator {
  /// 64 bits, for Swift's own `random(in:using:)` and `shuffled(using:)`: two of the generator's numbers.
  public mutating func next() -> UInt64 { twister.next64() }
}

// What NumPy's names are here: the compiler tells who types them.

extension RandomState {
  /// NumPy's `rand`: here it is `randomSample(shape:)`.
  @available(*, unavailable, renamed: "randomSample(shape:)")
  public func rand(_ shape: Int...) -> NDArray<Double> { fatalError("unavailable") }
  /// NumPy's `random`: here it is `randomSample(shape:)`.
  @available(*, unavailable, renamed: "randomSample(shape:)")
  public func random(shape: [Int]) -> NDArray<Double> { fatalError("unavailable") }
  /// NumPy's `randn`: here it is `standardNormal(shape:)`.
  @available(*, unavailable, renamed: "standardNormal(shape:)")
  public func randn(_ shape: Int...) -> NDArray<Double> { fatalError("unavailable") }
  /// NumPy's `choice`, which is not here.
  @available(*, unavailable, message: "randint or permutation draw indices, taking(_:) takes them")
  public func choice(_ count: Int, shape: [Int]) -> NDArray<Int> { fatalError("unavailable") }
  /// NumPy's `shuffle`, which is not here.
  @available(*, unavailable, message: "permutation(_:) has NumPy's order, array.shuffle(using: &random) Swift's")
  public func shuffle<Item>(_ items: inout [Item]) { fatalError("unavailable") }
}
