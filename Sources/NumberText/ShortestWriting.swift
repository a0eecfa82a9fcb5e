extension TextBuffer {
  /// When the shortest digits of a number are written with an exponent.
  package struct ShortestStyle: Sendable, Hashable {
    /// From this power of ten on.
    package var largestExponent: Int
    /// Whether the number itself is small enough for one.
    package var isSmall: Bool
    /// The digits after the point that there are at least, without an exponent.
    package var minFractionDigits: Int

    /// Makes a style.
    @inline(__always)
    package init(largestExponent: Int, isSmall: Bool, minFractionDigits: Int) {
      self.largestExponent = largestExponent
      self.isSmall = isSmall
      self.minFractionDigits = minFractionDigits
    }

    /// `str` of a NumPy `float64`: the exponent is written from 10^16 on and below 10^-4.
    @inline(__always)
    static func str(_ value: Double, keepsPoint: Bool = true) -> ShortestStyle {
      ShortestStyle(largestExponent: 16, isSmall: value.magnitude < 1e-4, minFractionDigits: keepsPoint ? 1 : 0)
    }

    /// `str` of a NumPy `float32`: the exponent is written from 10^6 on and below 10^-4; a number next to that may have
    /// the same digits and yet be below.
    @inline(__always)
    static func str(_ value: Float, keepsPoint: Bool = true) -> ShortestStyle {
      ShortestStyle(largestExponent: 6, isSmall: Double(value.magnitude) < 1e-4, minFractionDigits: keepsPoint ? 1 : 0)
    }
  }

  /// Appends `str` of a NumPy `float64`.
  ///
  /// - Parameter keepsPoint: Whether whole numbers end in `.0`.
  package mutating func appendText(_ value: Double, keepsPoint: Bool = true) {
    guard appendSignOrSpecial(value, FloatStyle(precision: 0)) else { return }
    append(ShortestDecimal(value), .str(value, keepsPoint: keepsPoint))
  }

  /// Appends `str` of a NumPy `float32`.
  package mutating func appendText(_ value: Float, keepsPoint: Bool = true) {
    guard appendSignOrSpecial(Double(value), FloatStyle(precision: 0)) else { return }
    append(ShortestDecimal(value), .str(value, keepsPoint: keepsPoint))
  }

  /// Appends the shortest digits of a finite number without its sign: `1.5`, `1e-05`.
  @inline(__always)
  package mutating func append(_ number: ShortestDecimal, _ style: ShortestStyle) {
    reserve(NumberWriter.room)
    // Safe: room was reserved.
    if let end = unsafe NumberWriter.shortest(number, style, at: UnsafeMutableRawPointer(end)) {
      return unsafe setEnd(end)
    }
    appendFar(number, style)
  }

  /// `0.00000000012`, `120000000000000000000.0`.
  @inline(never)
  private mutating func appendFar(_ number: ShortestDecimal, _ style: ShortestStyle) {
    let digits = DecimalDigits(number)
    append(digits.positional(minFractionDigits: style.minFractionDigits))
  }
}
