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
