/// Floats of 16 bits by their bits, since Swift has no `Float16` on Intel Macs.
package enum HalfFloat {
  /// The value of the bits.
  @inlinable @inline(__always)
  package static func double(_ bits: UInt16) -> Double {
    #if os(macOS) && arch(x86_64)
      let magnitude: Double
      let (exponent, fraction) = (Int(bits >> 10) & 31, Double(bits & 0x3FF))
      switch exponent {
      case 0: magnitude = fraction * 0x1p-24
      case 31: magnitude = fraction == 0 ? .infinity : .nan
      default: magnitude = (1 + fraction * 0x1p-10) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
      }
      return bits >> 15 == 1 ? -magnitude : magnitude
    #else
      return Double(Float16(bitPattern: bits))
    #endif
  }

  /// The bits of the nearest half, ties to even.
  @inlinable @inline(__always)
  package static func bits(of value: Double) -> UInt16 {
    #if os(macOS) && arch(x86_64)
      let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
      let magnitude = value.magnitude
      if value.isNaN { return sign | 0x7E00 }
      if magnitude >= 65520 { return sign | 0x7C00 }
      if magnitude < 0x1p-14 { return sign | UInt16((magnitude * 0x1p24).rounded(.toNearestOrEven)) }
      let exponent = Int(magnitude.exponent)
      let scaled = (magnitude * Double(sign: .plus, exponent: 10 - exponent, significand: 1)).rounded(.toNearestOrEven)
      return sign | (UInt16(exponent + 14) << 10 &+ UInt16(scaled))
    #else
      return Float16(value).bitPattern
    #endif
  }
}
