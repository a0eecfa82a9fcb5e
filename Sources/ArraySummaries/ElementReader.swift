internal import NDArrays
internal import NumberText

/// How the bytes of an element are seen as a double.
protocol ElementReader: Sendable {
  associatedtype Raw: BitwiseCopyable
  func double(_ raw: Raw) -> Double
}

struct IntegerReader<Raw: FixedWidthInteger & BitwiseCopyable>: ElementReader {
  @inline(__always)
  func double(_ raw: Raw) -> Double { Double(raw) }
}

struct TruthReader: ElementReader {
  @inline(__always)
  func double(_ raw: UInt8) -> Double { raw == 0 ? 0 : 1 }
}

struct HalfReader: ElementReader {
  @inline(__always)
  func double(_ raw: UInt16) -> Double { HalfFloat.double(raw) }
}

struct SingleReader: ElementReader {
  @inline(__always)
  func double(_ raw: Float) -> Double { Double(raw) }
}

struct DoubleReader: ElementReader {
  @inline(__always)
  func double(_ raw: Double) -> Double { raw }
}

/// Datetimes and durations, counted from an origin so that a double holds them; NaT is NaN.
struct DateReader: ElementReader {
  let origin: Int64

  @inline(__always)
  func double(_ raw: Int64) -> Double {
    if raw == notATime { return .nan }
    let (distance, overflow) = raw.subtractingReportingOverflow(origin)
    return overflow ? Double(raw) - Double(origin) : Double(distance)
  }
}

/// The magnitudes of complex numbers.
struct MagnitudeReader<Part: BinaryFloatingPoint & SIMDScalar & BitwiseCopyable & Sendable>: ElementReader
where Part.SIMD2Storage: BitwiseCopyable {
  @inline(__always)
  func double(_ raw: SIMD2<Part>) -> Double {
    let (real, imaginary) = (Double(raw.x).magnitude, Double(raw.y).magnitude)
    // The larger first, so that no square overflows.
    let (large, small) = real > imaginary ? (real, imaginary) : (imaginary, real)
    if large == 0 || large == .infinity { return real.isNaN || imaginary.isNaN ? .nan : large }
    let ratio = small / large
    return large * (1 + ratio * ratio).squareRoot()
  }
}

/// What is done with the elements of a block, for every type of them.
protocol ElementVisitor {
  mutating func visit<Reader: ElementReader>(_ values: Span<Reader.Raw>, _ reader: Reader)
}

extension AnyNDArray {
  /// Hands the elements in C order to a visitor: numbers and truth values as they are, datetimes and durations counted
  /// from `origin`, complex numbers by their magnitude.
  ///
  /// - Throws: ``ArrayError`` with code `unsupported` for elements that are not numbers.
  func visitElements(origin: Int64 = 0, _ visitor: inout some ElementVisitor) throws(ArrayError) {
    let (kind, size) = (dtype.kind, dtype.itemSize)
    switch (kind, size) {
    case (.bool, _): visit(&visitor, TruthReader())
    case (.signedInteger, 1): visit(&visitor, IntegerReader<Int8>())
    case (.signedInteger, 2): visit(&visitor, IntegerReader<Int16>())
    case (.signedInteger, 4): visit(&visitor, IntegerReader<Int32>())
    case (.signedInteger, 8): visit(&visitor, IntegerReader<Int64>())
    case (.unsignedInteger, 1): visit(&visitor, IntegerReader<UInt8>())
    case (.unsignedInteger, 2): visit(&visitor, IntegerReader<UInt16>())
    case (.unsignedInteger, 4): visit(&visitor, IntegerReader<UInt32>())
    case (.unsignedInteger, 8): visit(&visitor, IntegerReader<UInt64>())
    case (.float, 2): visit(&visitor, HalfReader())
    case (.float, 4): visit(&visitor, SingleReader())
    case (.float, 8): visit(&visitor, DoubleReader())
    case (.float, _): try asType(.float64, casting: .unsafe).visit(&visitor, DoubleReader())
    case (.complex, 8): visit(&visitor, MagnitudeReader<Float>())
    case (.complex, 16): visit(&visitor, MagnitudeReader<Double>())
    case (.complex, _): try asType(.complex128, casting: .unsafe).visit(&visitor, MagnitudeReader<Double>())
    case (.datetime, _), (.timedelta, _): visit(&visitor, DateReader(origin: origin))
    default: throw ArrayError(.unsupported, "elements of \(dtype) are no numbers")
    }
  }

  /// - Parameter reader: One whose raw elements are as large as the array's.
  private func visit<Reader: ElementReader>(_ visitor: inout some ElementVisitor, _ reader: Reader) {
    let array = isInPlace(for: Reader.Raw.self) ? self : nativeByteOrder().packed()
    // Safe: the elements are packed, native and aligned, as large as `Raw`, for which any bits will do; `array` holds
    // the storage during the call.
    let start = unsafe array.firstElement.assumingMemoryBound(to: Reader.Raw.self)
    visitor.visit(unsafe Span(_unsafeStart: start, count: array.count), reader)
    extendLifetime(array.storage)
  }

  private func isInPlace<Raw>(for type: Raw.Type) -> Bool {
    guard dtype.isNative, isCContiguous else { return false }
    // Safe: only the address is looked at.
    return unsafe Int(bitPattern: firstElement) % MemoryLayout<Raw>.alignment == 0
  }

  /// The view, of this array or its transpose, in which memory runs on: for those to whom the order is all the same.
  var inMemoryOrder: AnyNDArray {
    guard !isCContiguous, isFContiguous else { return self }
    return AnyNDArray(
      uncheckedDType: dtype, shape: shape.reversed(), strides: strides.reversed(), offset: offset, storage: storage)
  }
}

extension Span where Element: BitwiseCopyable {
  /// Eight elements as doubles.
  @inline(__always)
  func eight<Reader: ElementReader>(_ index: Int, _ reader: Reader) -> SIMD8<Double> where Reader.Raw == Element {
    var result = SIMD8<Double>()
    for place in 0..<8 {
      // Safe: the caller has made sure that there are eight elements from `index` on.
      result[place] = unsafe reader.double(self[unchecked: index &+ place])
    }
    return result
  }
}
