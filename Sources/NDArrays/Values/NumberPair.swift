/// The two parts of a complex number as they lie in memory, with what sums and deviations need of arithmetic: part by
/// part, unlike `Complex`, whose operations do more.
struct NumberPair<Part: BinaryFloatingPoint & BitwiseCopyable & Sendable>: BitwiseCopyable, Sendable {
  var real: Part
  var imaginary: Part

  @inline(__always)
  init(_ real: Part, _ imaginary: Part) {
    self.real = real
    self.imaginary = imaginary
  }
  @inline(__always)
  init(repeating part: Part) { self.init(part, part) }

  static var zero: NumberPair { NumberPair(repeating: 0) }

  @inline(__always)
  static func + (left: NumberPair, right: NumberPair) -> NumberPair {
    NumberPair(left.real + right.real, left.imaginary + right.imaginary)
  }
  @inline(__always)
  static func += (left: inout NumberPair, right: NumberPair) { left = left + right }
  @inline(__always)
  static func - (left: NumberPair, right: NumberPair) -> NumberPair {
    NumberPair(left.real - right.real, left.imaginary - right.imaginary)
  }
}
