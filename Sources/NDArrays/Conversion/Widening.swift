internal import NumberText

/// How a word becomes one of the wide types that conversions go through.
///
/// Types rather than closures: loops over them are specialised, so that no call is left within.
protocol Widening {
  /// The element's bits.
  associatedtype Word: FixedWidthInteger & BitwiseCopyable
  /// A type that loses nothing.
  associatedtype Wide: BitwiseCopyable
  static func widen(_ word: Word) -> Wide
}

enum WideningBool: Widening {
  @inline(__always) static func widen(_ word: UInt8) -> Int64 { word == 0 ? 0 : 1 }
}
enum WideningInt8: Widening {
  @inline(__always) static func widen(_ word: UInt8) -> Int64 { Int64(Int8(bitPattern: word)) }
}
enum WideningInt16: Widening {
  @inline(__always) static func widen(_ word: UInt16) -> Int64 { Int64(Int16(bitPattern: word)) }
}
enum WideningInt32: Widening {
  @inline(__always) static func widen(_ word: UInt32) -> Int64 { Int64(Int32(bitPattern: word)) }
}
enum WideningInt64: Widening {
  @inline(__always) static func widen(_ word: UInt64) -> Int64 { Int64(bitPattern: word) }
}
/// Unsigned integers of up to 32 bits.
enum WideningUnsigned<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>: Widening {
  @inline(__always) static func widen(_ word: Word) -> Int64 { Int64(truncatingIfNeeded: word) }
}
enum WideningUInt64: Widening {
  @inline(__always) static func widen(_ word: UInt64) -> UInt64 { word }
}
enum WideningHalf: Widening {
  @inline(__always) static func widen(_ word: UInt16) -> Double { HalfFloat.double(word) }
}
enum WideningFloat: Widening {
  @inline(__always) static func widen(_ word: UInt32) -> Double { Double(Float(bitPattern: word)) }
}
enum WideningDouble: Widening {
  @inline(__always) static func widen(_ word: UInt64) -> Double { Double(bitPattern: word) }
}
