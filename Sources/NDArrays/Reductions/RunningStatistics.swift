/// What can be told of an array's numbers in one pass over pieces of it: what `npy stats` prints.
///
/// Means and squares are kept as Welford and Chan have it, piece by piece, so that neither a large mean nor many
/// numbers cost digits. NaNs are counted and left out of everything else; infinities are numbers. Of complex numbers
/// the magnitudes count.
public struct RunningStatistics: Sendable {
  /// How many elements there were, NaNs included.
  public private(set) var count = 0
  /// How many of them were NaN (or NaT).
  public private(set) var nanCount = 0
  /// How many were infinite.
  public private(set) var infiniteCount = 0
  /// How many were zero.
  public private(set) var zeroCount = 0
  /// The smallest, without NaNs; `nil` if there was none.
  public private(set) var minimum: Double?
  /// The largest, without NaNs; `nil` if there was none.
  public private(set) var maximum: Double?
  /// The smallest and largest of integers, exactly; `nil` for other kinds.
  public private(set) var integerRange: ClosedRange<Int128>?
  private var numbers = 0.0
  private var average = 0.0
  private var squares = 0.0

  /// Nothing seen yet.
  public init() {}

  /// The mean without NaNs; `nil` if there was no number.
  public var mean: Double? { numbers > 0 ? average : nil }

  /// The standard deviation without NaNs (`ddof=0`); `nil` if there was no number.
  public var standardDeviation: Double? { numbers > 0 ? (squares / numbers).squareRoot() : nil }

  /// Takes in more elements.
  ///
  /// - Throws: ``ArrayError`` with code `unsupported` for elements that are no numbers.
  public mutating func add(_ array: AnyNDArray) throws(ArrayError) {
    let dtype = array.dtype
    switch dtype.kind {
    case .bool, .signedInteger, .unsignedInteger: try addIntegers(array)
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
    let mean = Double(sum) / Double(numbers)
    var squares = 0.0
    for index in values.indices where !isNaN(values[index]) {
      let distance = Double(values[index]) - mean
      squares += distance * distance
    }
    merge(numbers: Double(numbers), mean: mean, squares: squares, low: Double(low), high: Double(high))
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
    var (sum, zeros, nans, infinite) = (0.0, 0, 0, 0)
    for index in values.indices {
      let value = values[index]
      let isNumber = value == value
      nans += isNumber ? 0 : 1
      infinite += value.magnitude == .infinity ? 1 : 0
      zeros += value == 0 ? 1 : 0
      low = value < low ? value : low
      high = value > high ? value : high
      sum += isNumber ? value : 0
    }
    nanCount += nans
    infiniteCount += infinite
    zeroCount += zeros
    let numbers = values.count - nans
    guard numbers > 0 else { return }
    let mean = sum / Double(numbers)
    var squares = 0.0
    for index in values.indices {
      let value = values[index]
      let distance = value == value ? value - mean : 0
      squares += distance * distance
    }
    merge(numbers: Double(numbers), mean: mean, squares: squares, low: low, high: high)
  }

  private mutating func merge(
    numbers more: Double, mean: Double, squares moreSquares: Double, low: Double, high: Double
  ) {
    minimum = Swift.min(minimum ?? low, low)
    maximum = Swift.max(maximum ?? high, high)
    let total = numbers + more
    let distance = mean - average
    squares += moreSquares + distance * distance * numbers * more / total
    average += distance * more / total
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
