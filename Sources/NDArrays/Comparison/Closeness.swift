extension NDArray: Equatable {
  /// Whether the shapes and all elements are equal: NumPy's `np.array_equal`. NaN equals nothing, and -0 equals 0.
  public static func == (left: NDArray, right: NDArray) -> Bool { left.untyped.isSame(as: right.untyped) }
}

extension AnyNDArray {
  /// Equality with NumPy's rules, of arrays of one dtype and shape.
  fileprivate func isSame(as other: AnyNDArray) -> Bool {
    guard dtype.native == other.dtype.native, shape == other.shape else { return false }
    return reducible().hasEqualElements(other.reducible())
  }

  private func hasEqualElements(_ other: AnyNDArray) -> Bool {
    switch (dtype.kind, dtype.itemSize) {
    #if !(os(macOS) && arch(x86_64))
      case (.float, 2): return allSatisfy(Float16.self, other, ==)
    #endif
    case (.float, 4), (.complex, 8): return allSatisfy(Float.self, other, ==)
    case (.float, 8), (.complex, 16): return allSatisfy(Double.self, other, ==)
    default: return allSatisfy(UInt8.self, other, ==)
    }
  }

  /// Whether all parts of the packed elements, read as `Part`s, are so.
  private func allSatisfy<Part: BitwiseCopyable>(
    _: Part.Type, _ other: AnyNDArray, _ isTrue: (Part, Part) -> Bool
  ) -> Bool {
    unsafe withContiguousBytes { left in
      unsafe other.withContiguousBytes { right in
        let size = MemoryLayout<Part>.size
        for index in 0..<(left.count / size) {
          // Safe: both have equally many bytes.
          let (a, b) = unsafe (
            left.loadUnaligned(fromByteOffset: index * size, as: Part.self),
            right.loadUnaligned(fromByteOffset: index * size, as: Part.self)
          )
          if !isTrue(a, b) { return false }
        }
        return true
      }
    }
  }

  /// Where two arrays are equal within a tolerance, `|a - b| <= atol + rtol * |b|`: NumPy's `np.isclose`.
  ///
  /// The arrays are repeated to fit each other. Infinities are close to themselves only.
  ///
  /// - Parameters:
  ///   - other: The other array.
  ///   - rtol: The tolerance relative to the other array's elements.
  ///   - atol: The tolerance whatever their size.
  ///   - equalNaN: Whether NaN is close to NaN.
  /// - Throws: ``ArrayError`` if the shapes do not fit each other or a dtype is not numeric (or a `longdouble`).
  public func isClose(
    to other: AnyNDArray, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false
  ) throws(ArrayError) -> AnyNDArray {
    var dtype = try dtype.promoted(with: other.dtype)
    if [.bool, .signedInteger, .unsignedInteger].contains(dtype.kind) { dtype = .float64 }
    let shape = try Layout.broadcast(shape, other.shape)
    let left = try converted(toNative: dtype).broadcast(to: shape)
    let right = try other.converted(toNative: dtype).broadcast(to: shape)
    func closeness<Part: BinaryFloatingPoint>(_: Part.Type) -> Closeness<Part> {
      Closeness(relative: Part(rtol), absolute: Part(atol), equalNaN: equalNaN)
    }
    switch (dtype.kind, dtype.itemSize) {
    #if !(os(macOS) && arch(x86_64))
      case (.float, 2):
        let rule = closeness(Float16.self)
        return try Elementwise.map(Float16.self, left, right, .bool) { rule.isClose($0, $1) ? UInt8(1) : 0 }
    #endif
    case (.float, 4):
      let rule = closeness(Float.self)
      return try Elementwise.map(Float.self, left, right, .bool) { rule.isClose($0, $1) ? UInt8(1) : 0 }
    case (.float, 8):
      let rule = closeness(Double.self)
      return try Elementwise.map(Double.self, left, right, .bool) { rule.isClose($0, $1) ? UInt8(1) : 0 }
    case (.complex, 8):
      let rule = closeness(Float.self)
      return try Elementwise.map(NumberPair<Float>.self, left, right, .bool) { rule.isClose($0, $1) ? UInt8(1) : 0 }
    case (.complex, 16):
      let rule = closeness(Double.self)
      return try Elementwise.map(NumberPair<Double>.self, left, right, .bool) { rule.isClose($0, $1) ? UInt8(1) : 0 }
    default: throw unsupported("isClose")
    }
  }

  /// Whether two arrays are equal within a tolerance everywhere: NumPy's `np.allclose`.
  ///
  /// - Throws: ``ArrayError`` if the shapes do not fit each other or a dtype is not numeric (or a `longdouble`).
  public func allClose(
    to other: AnyNDArray, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false
  ) throws(ArrayError) -> Bool {
    let close = try isClose(
      to: other, rtol: rtol, atol: atol, equalNaN: equalNaN)
    return !close.bytes.contains(0)
  }
}

extension NDArray where Element: NumericArrayElement {
  /// Where elements differ by no more than `atol + rtol * |other|`: NumPy's `np.isclose`.
  ///
  /// With `equalNaN` a NaN is close to a NaN.
  ///
  /// - Precondition: The shapes are equal. `AnyNDArray` has a twin that throws.
  public func isClose(
    to other: NDArray, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false
  ) -> NDArray<Bool> {
    do throws(ArrayError) {
      return NDArray<Bool>(
        unchecked: try untyped.isClose(to: other.untyped, rtol: rtol, atol: atol, equalNaN: equalNaN))
    } catch { fatalError(error.message) }
  }

  /// Whether all elements are close: NumPy's `np.allclose`. Arrays of different shapes are not.
  public func allClose(
    to other: NDArray, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false
  ) -> Bool {
    shape == other.shape
      && !isClose(to: other, rtol: rtol, atol: atol, equalNaN: equalNaN).untyped.bytes.contains(0)
  }
}

/// NumPy's rule of what is close.
private struct Closeness<Part: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Sendable {
  let relative: Part
  let absolute: Part
  let equalNaN: Bool

  @inline(__always)
  func isClose(_ left: Part, _ right: Part) -> Bool {
    if left == right { return true }
    if right.isFinite, abs(left - right) <= absolute + relative * abs(right) { return true }
    return equalNaN && left.isNaN && right.isNaN
  }

  @inline(__always)
  func isClose(_ left: NumberPair<Part>, _ right: NumberPair<Part>) -> Bool {
    if left.real == right.real, left.imaginary == right.imaginary { return true }
    let isFinite = right.real.isFinite && right.imaginary.isFinite
    if isFinite, (left - right).magnitude <= absolute + relative * right.magnitude { return true }
    return equalNaN && left.isNaN && right.isNaN
  }
}

extension NumberPair {
  fileprivate var isNaN: Bool { real.isNaN || imaginary.isNaN }

  /// The absolute value, scaled so that no square overflows.
  var magnitude: Part {
    if isNaN { return .nan }
    let (large, small) = (Swift.max(abs(real), abs(imaginary)), Swift.min(abs(real), abs(imaginary)))
    if large == 0 || !large.isFinite { return large }
    let ratio = small / large
    return large * (1 + ratio * ratio).squareRoot()
  }
}
