internal import ParallelLoops

extension NDArray where Element: FixedWidthInteger {
  /// Random integers in a range, different at every run: `NDArray.random(in: 1..<100, shape: [3, 4])`.
  ///
  /// For numbers that can be repeated, and that NumPy draws as well, see ``RandomState``.
  ///
  /// - Precondition: The range is not empty, and memory can hold the shape.
  public static func random(in range: Range<Element>, shape: [Int]) -> NDArray {
    precondition(!range.isEmpty, "there is no number in an empty range")
    return random(in: range.lowerBound...(range.upperBound - 1), shape: shape)
  }

  /// Random integers in a closed range, different at every run.
  ///
  /// - Precondition: Memory can hold the shape.
  public static func random(in range: ClosedRange<Element>, shape: [Int]) -> NDArray {
    let low = UInt64(truncatingIfNeeded: range.lowerBound)
    let width = UInt64(truncatingIfNeeded: range.upperBound) &- low
    let array = RandomFill.make(shape, of: Element.self)
    switch array.dtype.itemSize {
    case 1: RandomFill.fill(array, UInt8.self) { UInt8(truncatingIfNeeded: low &+ $0.number(upTo: width)) }
    case 2: RandomFill.fill(array, UInt16.self) { UInt16(truncatingIfNeeded: low &+ $0.number(upTo: width)) }
    case 4: RandomFill.fill(array, UInt32.self) { UInt32(truncatingIfNeeded: low &+ $0.number(upTo: width)) }
    default: RandomFill.fill(array, UInt64.self) { low &+ $0.number(upTo: width) }
    }
    return NDArray(unchecked: array)
  }
}

extension NDArray where Element: BinaryFloatingPoint, Element.RawSignificand: FixedWidthInteger {
  /// Random numbers in a range, evenly spread, different at every run.
  ///
  /// - Precondition: The range is finite and not empty, and memory can hold the shape.
  public static func random(in range: Range<Element>, shape: [Int]) -> NDArray {
    precondition(!range.isEmpty, "there is no number in an empty range")
    let array = RandomFill.make(shape, of: Element.self)
    // Swift's drawing costs a nanosecond for a type that the compiler knows, and a hundred for others.
    if let range = range as? Range<Double> {
      RandomFill.fill(array, Double.self) { Double.random(in: range, using: &$0) }
    } else if let range = range as? Range<Float> {
      RandomFill.fill(array, Float.self) { Float.random(in: range, using: &$0) }
    } else {
      RandomFill.fill(array, Element.self) { Element.random(in: range, using: &$0) }
    }
    return NDArray(unchecked: array)
  }

  /// Random numbers in a closed range, evenly spread, different at every run.
  ///
  /// - Precondition: The range is finite, and memory can hold the shape.
  public static func random(in range: ClosedRange<Element>, shape: [Int]) -> NDArray {
    let array = RandomFill.make(shape, of: Element.self)
    // As above.
    if let range = range as? ClosedRange<Double> {
      RandomFill.fill(array, Double.self) { Double.random(in: range, using: &$0) }
    } else if let range = range as? ClosedRange<Float> {
      RandomFill.fill(array, Float.self) { Float.random(in: range, using: &$0) }
    } else {
      RandomFill.fill(array, Element.self) { Element.random(in: range, using: &$0) }
    }
    return NDArray(unchecked: array)
  }
}

extension NDArray where Element == Bool {
  /// Random truth values, each as likely, different at every run.
  ///
  /// - Precondition: Memory can hold the shape.
  public static func random(shape: [Int]) -> NDArray {
    let array = RandomFill.make(shape, of: Bool.self)
    RandomFill.fill(array, UInt8.self) { UInt8($0.next() >> 63) }
    return NDArray(unchecked: array)
  }
}

/// Fills new arrays on all cores, each piece with a generator of its own.
private enum RandomFill {
  static func make<Element: ArrayElement>(_ shape: [Int], of _: Element.Type) -> AnyNDArray {
    do throws(ArrayError) {
      return try AnyNDArray(uninitialized: shape, dtype: Element.checkedDType)
    } catch { fatalError(error.message) }
  }

  @inline(__always)
  static func fill<Item>(_ array: AnyNDArray, _: Item.Type, _ draw: @Sendable (inout Xoshiro256) -> Item) {
    Parallel.forEachRange(of: array.count, grain: 1 << 16) { (range: Range<Int>) throws(Never) in
      // Safe: the array is new, C-ordered, and its items have this size; the ranges do not overlap.
      let start = unsafe array.storage.baseAddress.assumingMemoryBound(to: Item.self)
      var generator = Xoshiro256()
      for index in range { unsafe (start + index).initialize(to: draw(&generator)) }
    }
  }
}

/// The generator xoshiro256** of Blackman and Vigna, seeded by the system: many times faster than asking the system
/// for every number, and not fit for secrets.
struct Xoshiro256: RandomNumberGenerator {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  init() {
    var system = SystemRandomNumberGenerator()
    // The one state that is not allowed is all zeros.
    state = (system.next(), system.next(), system.next(), system.next() | 1)
  }

  mutating func next() -> UInt64 {
    let scaled = state.1 &* 5
    let result = (scaled << 7 | scaled >> 57) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = state.3 << 45 | state.3 >> 19
    return result
  }

  /// A number in `0...width`, each as likely: Lemire's multiplication with rejection.
  @inline(__always)
  mutating func number(upTo width: UInt64) -> UInt64 {
    let choices = width &+ 1
    if choices == 0 { return next() }
    var product = next().multipliedFullWidth(by: choices)
    if product.low < choices {
      let threshold = (0 &- choices) % choices
      while product.low < threshold { product = next().multipliedFullWidth(by: choices) }
    }
    return product.high
  }
}
