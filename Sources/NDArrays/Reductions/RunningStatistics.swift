/// What can be said of an array's numbers in one pass over pieces of it: what `npy stats` prints.
///
/// Means and squares are kept as Welford and Chan have it, piece by piece, so that neither a large mean nor many
/// numbers cost digits. NaNs are counted and left out of everything else; infinities are numbers. Of complex numbers
/// the magnitudes count.
public struct RunningStatistics: Sendable {
  /// How many elements there were, NaNs included.
  public internal(set) var count = 0
  /// How many of them were NaN (or NaT).
  public internal(set) var nanCount = 0
  /// How many were infinite.
  public var infiniteCount: Int { positiveInfinities + negativeInfinities }
  /// How many were zero.
  public internal(set) var zeroCount = 0
  /// The smallest, without NaNs; `nil` if there was none.
  public internal(set) var minimum: Double?
  /// The largest, without NaNs; `nil` if there was none.
  public internal(set) var maximum: Double?
  /// The smallest and largest of integers, exactly; `nil` for other kinds.
  public private(set) var integerRange: ClosedRange<Int128>?
  /// What is known of numbers of 80 bits, beside what doubles can say.
  var extended: ExtendedSummary?
  var positiveInfinities = 0
  var negativeInfinities = 0
  /// How many finite numbers there were.
  var numbers = 0.0
  /// The mean of the finite numbers, in two parts: the second is what the first cannot hold.
  var average = 0.0
  var averageRest = 0.0
  var squares = 0.0

  /// Nothing seen yet.
  public init() {}

  /// The mean without NaNs; `nil` if there was no number.
  public var mean: Double? {
    if infiniteCount > 0 {
      return negativeInfinities == 0 ? .infinity : positiveInfinities == 0 ? -.infinity : .nan
    }
    return numbers > 0 ? scaled(average + averageRest) : nil
  }

  /// The standard deviation without NaNs (`ddof=0`), NaN if there were infinities; `nil` if there was no number.
  public var standardDeviation: Double? {
    if infiniteCount > 0 { return .nan }
    // Squares that no double holds are infinite, as in NumPy; their differences are no numbers.
    guard squares.isFinite else { return .infinity }
    return numbers > 0 ? scaled((Swift.max(0, squares) / numbers).squareRoot()) : nil
  }

  /// Whether elements of a dtype are numbers, or moments, of which more can be said than how many there are.
  public static func takes(_ dtype: DType) -> Bool {
    switch dtype.kind {
    case .bool, .signedInteger, .unsignedInteger, .float, .complex, .datetime, .timedelta: true
    case .object, .bytes, .string, .void: false
    }
  }

  /// Counts elements that are no numbers.
  public mutating func skip(_ count: Int) { self.count += count }

  /// Takes in more elements.
  ///
  /// - Throws: ``ArrayError`` with code `unsupported` for elements that are not numbers.
  public mutating func add(_ array: AnyNDArray) throws(ArrayError) {
    let dtype = array.dtype
    switch dtype.kind {
    case .bool, .signedInteger, .unsignedInteger: try addIntegers(array)
    case .float where dtype.isExtended: try addExtended(array.extendedNumbers(complex: false))
    case .complex where dtype.isExtended: try addExtended(array.extendedMagnitudes())
    case .float: try addDoubles(array)
    case .complex: try addDoubles(array.magnitudes())
    case .datetime, .timedelta:
      try addIntegers(array.viewed(as: DType.int64.withByteOrder(dtype.byteOrder)), notANumber: notATime)
    default:
      throw ArrayError(.unsupported, "elements of \(dtype) are no numbers")
    }
  }

  private mutating func addIntegers(_ array: AnyNDArray, notANumber: Int64? = nil) throws(ArrayError) {
    if array.dtype.native == .uint64 {
      let values = try NDArray<UInt64>(array.nativeByteOrder())
      values.withElements { values in addIntegers(values, isNaN: { _ in false }) }
    } else {
      let values = try NDArray<Int64>(array.dtype.native == .int64 ? array : array.asType(.int64, casting: .unsafe))
      if let notANumber {
        values.withElements { values in addIntegers(values, isNaN: { $0 == notANumber }) }
      } else {
        values.withElements { values in addIntegers(values, isNaN: { _ in false }) }
      }
    }
  }

  @inline(__always)
  private mutating func addIntegers<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ values: Span<Integer>, isNaN: (Integer) -> Bool
  ) {
    count += values.count
    var (low, high) = (Integer.max, Integer.min)
    var (sum, zeros, nans) = (Int128(0), 0, 0)
    for index in values.indices {
      let value = values[index]
      if isNaN(value) {
        nans += 1
        continue
      }
      low = Swift.min(low, value)
      high = Swift.max(high, value)
      zeros += value == 0 ? 1 : 0
      sum += Int128(value)
    }
    nanCount += nans
    zeroCount += zeros
    let numbers = values.count - nans
    guard numbers > 0 else { return }
    let range = Int128(low)...Int128(high)
    integerRange =
      integerRange.map {
        Swift.min($0.lowerBound, range.lowerBound)...Swift.max($0.upperBound, range.upperBound)
      } ?? range
    // Distances are taken from an integer near the mean, so that numbers beyond 2^53 lose nothing.
    let center = sum / Int128(numbers)
    let origin = Integer(truncatingIfNeeded: center)
    let distances = Double(sum - center * Int128(numbers))
    var squares = 0.0
    for index in values.indices where !isNaN(values[index]) {
      let value = values[index]
      let distance =
        value >= origin
        ? Double(UInt64(truncatingIfNeeded: value &- origin)) : -Double(UInt64(truncatingIfNeeded: origin &- value))
      squares += distance * distance
    }
    let mean = Double(center)
    let rest = Double(center - Int128(mean))
    minimum = Swift.min(minimum ?? Double(low), Double(low))
    maximum = Swift.max(maximum ?? Double(high), Double(high))
    merge(
      numbers: Double(numbers), mean: mean, rest: rest, distances: distances, squares: squares)
  }

  private mutating func addDoubles(_ array: AnyNDArray) throws(ArrayError) {
    let values = try NDArray<Double>(array.dtype.native == .float64 ? array : array.asType(.float64, casting: .unsafe))
    values.withElements { values in
      // Blocks that stay in the cache for their second pass, which takes the squares around the block's own mean.
      var start = 0
      while start < values.count {
        let end = Swift.min(start + 4096, values.count)
        addBlock(values.extracting(start..<end))
        start = end
      }
    }
  }

  private mutating func addBlock(_ values: Span<Double>) {
    count += values.count
    var (low, high) = (Double.infinity, -Double.infinity)
    var (sum, zeros, nans, positive, negative) = (0.0, 0, 0, 0, 0)
    for index in values.indices {
      let value = values[index]
      nans += value == value ? 0 : 1
      positive += value == .infinity ? 1 : 0
      negative += value == -.infinity ? 1 : 0
      zeros += value == 0 ? 1 : 0
      low = value < low ? value : low
      high = value > high ? value : high
      sum += value.magnitude < .infinity ? value : 0
    }
    nanCount += nans
    positiveInfinities += positive
    negativeInfinities += negative
    zeroCount += zeros
    if nans < values.count {
      minimum = Swift.min(minimum ?? low, low)
      maximum = Swift.max(maximum ?? high, high)
    }
    let finite = values.count - nans - positive - negative
    guard finite > 0 else { return }
    let mean = sum.isFinite ? sum / Double(finite) : RunningStatistics.mean(of: values, count: Double(finite))
    var (distances, squares) = (0.0, 0.0)
    for index in values.indices {
      let value = values[index]
      let distance = value.magnitude < .infinity ? value - mean : 0
      distances += distance
      squares += distance * distance
    }
    merge(
      numbers: Double(finite), mean: mean, rest: 0, distances: distances.isFinite ? distances : 0, squares: squares)
  }

  /// The mean of finite numbers whose sum no double holds.
  private static func mean(of values: Span<Double>, count: Double) -> Double {
    var mean = 0.0
    for index in values.indices where values[index].isFinite { mean += values[index] / count }
    return mean
  }

  /// Takes in numbers whose mean is about `mean + rest`.
  ///
  /// - Parameters:
  ///   - distances: The sum of their distances from that.
  ///   - squares: The sum of the distances' squares.
  mutating func merge(numbers more: Double, mean: Double, rest: Double, distances: Double, squares: Double) {
    // What rounding has left between the sum's mean and the true one.
    let correction = distances / more
    let moreRest = rest + correction
    self.squares += squares - distances * correction
    let total = numbers + more
    let distance = numbers == 0 ? 0 : (mean - average) + (moreRest - averageRest)
    self.squares += distance * distance * numbers * more / total
    if numbers == 0 {
      (average, averageRest) = (mean, moreRest)
    } else if !distance.isFinite {
      (average, averageRest) = (average * (numbers / total) + mean * (more / total), 0)
    } else {
      // The sum of two doubles and what rounding cuts off (Knuth's two-sum).
      let step = distance * more / total
      let sum = average + step
      let taken = sum - average
      averageRest += (average - (sum - taken)) + (step - taken)
      average = sum
    }
    numbers = total
  }
}

extension AnyNDArray {
  /// The absolute values of complex numbers.
  fileprivate func magnitudes() throws(ArrayError) -> AnyNDArray {
    let parts = try asType(.complex128, casting: .unsafe).contiguous()
    let halves = NDArray<Double>(
      unchecked: AnyNDArray(
        uncheckedDType: .float64, shape: [parts.count * 2], strides: [8], offset: parts.offset, storage: parts.storage))
    var result: [Double] = []
    result.reserveCapacity(parts.count)
    halves.withElements { halves in
      for index in 0..<(halves.count / 2) {
        let (real, imaginary) = (halves[2 * index].magnitude, halves[2 * index + 1].magnitude)
        let (large, small) = real > imaginary ? (real, imaginary) : (imaginary, real)
        let ratio = large == 0 || large == .infinity ? 0 : small / large
        result.append(real.isNaN || imaginary.isNaN ? .nan : large * (1 + ratio * ratio).squareRoot())
      }
    }
    return NDArray(result).untyped
  }
}
