/// What a cast loses that NumPy warns of, in its words.
package enum CastLoss: String, Sendable {
  case imaginary = "Casting complex values to real discards the imaginary part"
  case invalid = "invalid value encountered in cast"
  case overflow = "overflow encountered in cast"
}

extension AnyNDArray {
  /// What is lost where the elements, or the fields of records, become others with `asType`: what NumPy warns of.
  package func losses(castTo wanted: DType) -> [CastLoss] {
    guard let fields = dtype.fields, let others = wanted.fields, fields.count == others.count else {
      return loss(castTo: wanted).map { [$0] } ?? []
    }
    var losses: [CastLoss] = []
    for (field, other) in zip(fields, others) {
      guard let values = try? self.field(field.name) else { continue }
      for loss in values.losses(castTo: other.dtype) where !losses.contains(loss) { losses.append(loss) }
    }
    return losses
  }

  /// What is lost of elements that are no records.
  ///
  /// NumPy goes by what the processor says, which differs between machines and dtypes. Here it is invalid whatever no integer of the type
  /// is, before the fraction is cut off, and an overflow what becomes infinite.
  private func loss(castTo wanted: DType) -> CastLoss? {
    guard count > 0 else { return nil }
    switch (dtype.kind, wanted.kind) {
    case (.complex, .float), (.complex, .signedInteger), (.complex, .unsignedInteger): return .imaginary
    case (.float, .signedInteger), (.float, .unsignedInteger):
      guard let (low, high) = extremes else { return .invalid }
      return AnyNDArray.holds(low, wanted) && AnyNDArray.holds(high, wanted) ? nil : .invalid
    case (.float, .float) where wanted.itemSize < dtype.itemSize,
      (.signedInteger, .float) where wanted.itemSize == 2, (.unsignedInteger, .float) where wanted.itemSize == 2:
      return overflow(asFloatsOf: wanted.itemSize)
    case (.float, .complex) where wanted.itemSize / 2 < dtype.itemSize: return overflow(asFloatsOf: wanted.itemSize / 2)
    case (.complex, .complex) where wanted.itemSize < dtype.itemSize:
      return realParts?.loss(castTo: wanted.itemSize == 8 ? .float32 : .float64)
    default: return nil
    }
  }

  /// The real and imaginary parts of complex numbers, in one axis.
  private var realParts: AnyNDArray? {
    guard dtype.itemSize <= 16 else { return nil }
    let packed = nativeByteOrder().contiguous()
    return try? AnyNDArray(
      storage: packed.storage, offset: packed.offset, dtype: dtype.itemSize == 16 ? .float64 : .float32,
      shape: [2 * count])
  }

  /// The least and the greatest element; `nil` if there is a NaN.
  private var extremes: (Double, Double)? {
    guard let low = try? NDArray<Double>(min().asType(.float64, casting: .unsafe)),
      let high = try? NDArray<Double>(max().asType(.float64, casting: .unsafe)), !low.only.isNaN
    else { return nil }
    return (low.only, high.only)
  }

  /// The same of the finite ones; zeros if there are none.
  private var finiteExtremes: (Double, Double) {
    guard let values = try? NDArray<Double>(asType(.float64, casting: .unsafe)) else { return (0, 0) }
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite { (low, high) = (Swift.min(low, value), Swift.max(high, value)) }
    return low <= high ? (low, high) : (0, 0)
  }

  /// Whether an integer type has a number without its fraction.
  private static func holds(_ value: Double, _ wanted: DType) -> Bool {
    let whole = value.rounded(.towardZero)
    let bits = wanted.itemSize * 8
    guard wanted.kind == .signedInteger else {
      return whole >= 0 && whole < Double(sign: .plus, exponent: bits, significand: 1)
    }
    let limit = Double(sign: .plus, exponent: bits - 1, significand: 1)
    return whole >= -limit && whole < limit
  }

  /// What is lost of numbers as floats of as many bytes, where that is some.
  private func overflow(asFloatsOf size: Int) -> CastLoss? {
    let (low, high) = extremes ?? finiteExtremes
    return [low, high].contains { AnyNDArray.becomesInfinite($0, asFloatOf: size) } ? .overflow : nil
  }

  private static func becomesInfinite(_ value: Double, asFloatOf size: Int) -> Bool {
    guard value.isFinite else { return false }
    switch size {
    // Halfway to the next power of two, which would be the number after the largest.
    case 2: return value.magnitude >= 65_520
    case 4: return Float(value).isInfinite
    default: return false
    }
  }
}
