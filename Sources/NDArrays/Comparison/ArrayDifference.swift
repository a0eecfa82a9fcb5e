internal import NumberText
internal import PlatformC

/// How two arrays of one shape differ, found out piece by piece: what `npy diff` reports.
///
/// Numbers differ where `|a - b| > atol + rtol × |b|`, the rule of `np.allclose`; a NaN differs from everything, unless
/// NaNs are to count as equal to each other. Records differ where a field does. Everything else differs where the bytes do.
public struct ArrayDifference: Sendable {
  /// The relative tolerance.
  public let relativeTolerance: Double
  /// The absolute tolerance.
  public let absoluteTolerance: Double
  /// Whether a NaN equals a NaN, and a `NaT` a `NaT`.
  public let equalNaN: Bool

  /// How many elements have been compared.
  public private(set) var count = 0
  /// How many of them differ.
  public private(set) var differingCount = 0
  /// The largest absolute difference among those that differ; NaN if one of the two is a NaN.
  public private(set) var worstDifference = 0.0
  /// Where the largest difference (or the first, for what has no difference) stands, in C order.
  public private(set) var worstIndex: Int?
  /// Whether the elements are numbers, so that there is a largest difference.
  public private(set) var hasMagnitudes = true

  /// Where all differing elements stand, if that is to be known.
  private var places: [Int]?

  /// The shape of the whole array, if the elements come in Fortran order instead of C order.
  package var fortranShape: [Int]?

  /// No differences yet.
  public init(relativeTolerance: Double = 0, absoluteTolerance: Double = 0, equalNaN: Bool = false) {
    self.relativeTolerance = relativeTolerance
    self.absoluteTolerance = absoluteTolerance
    self.equalNaN = equalNaN
  }

  /// Compares two more pieces of one shape, whose elements follow those of the pieces before in C order.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` for different shapes, `dtypeMismatch` for elements that cannot be
  ///   compared, such as text with numbers.
  public mutating func add(_ left: AnyNDArray, _ right: AnyNDArray) throws(ArrayError) {
    guard left.shape == right.shape else {
      throw ArrayError(
        .shapeMismatch, "shapes \(Layout.describe(left.shape)) and \(Layout.describe(right.shape)) differ")
    }
    let start = count
    count += left.count
    let (leftKind, rightKind) = (left.dtype.kind, right.dtype.kind)
    if left.dtype.isNumber, right.dtype.isNumber {
      // Most of what is compared is equal.
      if left.dtype.native == right.dtype.native, left.hasEqualNumbers(right) == true { return }
      if left.dtype.isExtended || right.dtype.isExtended {
        try compareExtended(left, right, start, isComplex: leftKind == .complex || rightKind == .complex)
      } else if leftKind == .complex || rightKind == .complex {
        try compareComplex(left, right, start)
      } else if leftKind == .float || rightKind == .float {
        try compareFloats(left, right, start)
      } else {
        try compareIntegers(left, right, start)
      }
      return
    }
    hasMagnitudes = false
    if left.dtype.fields != nil, left.dtype.native == right.dtype.native {
      for place in try differingRecords(left, right) { note(start + place, difference: 0) }
      return
    }
    var (left, right) = (left, right)
    if left.dtype.native != right.dtype.native {
      let isText = [.bytes, .string].contains(leftKind) && [.bytes, .string].contains(rightKind)
      let areDates = leftKind == rightKind && (leftKind == .datetime || leftKind == .timedelta)
      guard isText || areDates else {
        throw ArrayError(.dtypeMismatch, "elements of \(left.dtype) and \(right.dtype) cannot be compared")
      }
      if isText {
        let width = max(left.dtype.textCapacity, right.dtype.textCapacity)
        left = try left.asType(.string(width), casting: .unsafe)
        right = try right.asType(.string(width), casting: .unsafe)
      } else {
        // A datetime is rounded down in a coarser unit: two are equal if each is the other's.
        let (converted, back) = (
          try left.asType(right.dtype, casting: .unsafe), try right.asType(left.dtype, casting: .unsafe)
        )
        let places = try differingElements(converted, right)
        let more = try differingElements(left, back)
        for index in Set(places).union(more).sorted() { note(start + index, difference: 0) }
        return
      }
    }
    for index in try differingElements(left, right) { note(start + index, difference: 0) }
  }

  /// Where elements of one dtype, but for its byte order, differ. A date that is none equals no other, as a NaN, unless
  /// ``equalNaN`` says so.
  private func differingElements(_ left: AnyNDArray, _ right: AnyNDArray) throws(ArrayError) -> [Int] {
    let (left, right) = (left.nativeByteOrder(), right.nativeByteOrder())
    let places = AnyNDArray.differingElements(left, right)
    guard !equalNaN, left.dtype.kind == .datetime || left.dtype.kind == .timedelta else { return places }
    let ticks = try NDArray<Int64>(left.viewed(as: .int64))
    let missing = ticks.withElements { ticks in ticks.indices.filter { ticks[$0] == notATime } }
    return missing.isEmpty ? places : Set(places).union(missing).sorted()
  }

  /// Where records of one dtype have a field that differs.
  private func differingRecords(_ left: AnyNDArray, _ right: AnyNDArray) throws(ArrayError) -> [Int] {
    var found: Set<Int> = []
    for field in left.dtype.fields ?? [] {
      var inner = ArrayDifference(
        relativeTolerance: relativeTolerance, absoluteTolerance: absoluteTolerance, equalNaN: equalNaN)
      inner.places = []
      let (one, other) = (try left.field(field.name), try right.field(field.name))
      try inner.add(one, other)
      // The elements of a subarray follow each other.
      let size = max(1, one.count / max(1, left.count))
      for place in inner.places ?? [] { found.insert(place / size) }
    }
    return found.sorted()
  }

  private mutating func note(_ place: Int, difference: Double) {
    differingCount += 1
    places?.append(place)
    let index = cOrderIndex(place)
    // Of several that are as bad the first in C order.
    let isEqual = difference == worstDifference || (difference.isNaN && worstDifference.isNaN)
    let isWorse =
      worstIndex.map { isEqual ? index < $0 : difference.isNaN || difference > worstDifference } ?? true
    if isWorse {
      worstDifference = difference
      worstIndex = index
    }
  }

  /// The number that an element has in C order.
  private func cOrderIndex(_ place: Int) -> Int {
    guard let fortranShape else { return place }
    var (rest, index, step) = (place, 0, count == 0 ? 0 : fortranShape.reduce(1, *))
    for length in fortranShape {
      step /= max(1, length)
      index += rest % max(1, length) * step
      rest /= max(1, length)
    }
    return index
  }

  private mutating func compareIntegers(_ left: AnyNDArray, _ right: AnyNDArray, _ start: Int) throws(ArrayError) {
    // Unsigned numbers of 64 bits keep their value as bits; the sign tells the rest apart.
    let leftIsUnsigned = left.dtype == .uint64 || left.dtype.native == .uint64
    let rightIsUnsigned = right.dtype.native == .uint64
    let a = try NDArray<Int64>(left.asType(.int64, casting: .unsafe))
    let b = try NDArray<Int64>(right.asType(.int64, casting: .unsafe))
    let isExact = relativeTolerance == 0 && absoluteTolerance == 0 && leftIsUnsigned == rightIsUnsigned
    a.withElements { a in
      b.withElements { b in
        for index in a.indices where !(isExact && a[index] == b[index]) {
          let left = leftIsUnsigned ? Int128(UInt64(bitPattern: a[index])) : Int128(a[index])
          let right = rightIsUnsigned ? Int128(UInt64(bitPattern: b[index])) : Int128(b[index])
          let difference = Double((left - right).magnitude)
          if difference > absoluteTolerance + relativeTolerance * Double(right.magnitude) {
            note(start + index, difference: difference)
          }
        }
      }
    }
  }

  private mutating func compareFloats(_ left: AnyNDArray, _ right: AnyNDArray, _ start: Int) throws(ArrayError) {
    let a = try NDArray<Double>(left.asType(.float64, casting: .unsafe))
    let b = try NDArray<Double>(right.asType(.float64, casting: .unsafe))
    a.withElements { a in
      b.withElements { b in
        for index in a.indices {
          let (left, right) = (a[index], b[index])
          if left == right || (equalNaN && left.isNaN && right.isNaN) { continue }
          let difference = (left - right).magnitude
          // Infinities of one sign were equal above; an infinite difference lies within no finite tolerance.
          if difference.isFinite, difference <= absoluteTolerance + relativeTolerance * right.magnitude { continue }
          note(start + index, difference: difference)
        }
      }
    }
  }

  private mutating func compareComplex(_ left: AnyNDArray, _ right: AnyNDArray, _ start: Int) throws(ArrayError) {
    let a = try NDArray<Double>(left.asType(.complex128, casting: .unsafe).parts)
    let b = try NDArray<Double>(right.asType(.complex128, casting: .unsafe).parts)
    a.withElements { a in
      b.withElements { b in
        for index in 0..<(a.count / 2) {
          let (leftReal, leftImaginary) = (a[2 * index], a[2 * index + 1])
          let (rightReal, rightImaginary) = (b[2 * index], b[2 * index + 1])
          if leftReal == rightReal, leftImaginary == rightImaginary { continue }
          let leftIsNaN = leftReal.isNaN || leftImaginary.isNaN
          if equalNaN, leftIsNaN, rightReal.isNaN || rightImaginary.isNaN { continue }
          let difference = NumberPair(leftReal - rightReal, leftImaginary - rightImaginary).magnitude
          let magnitude = NumberPair(rightReal, rightImaginary).magnitude
          if difference.isFinite, difference <= absoluteTolerance + relativeTolerance * magnitude { continue }
          note(start + index, difference: difference)
        }
      }
    }
  }
}

extension ArrayDifference {
  /// Compares numbers of which some have 80 bits: no double holds all of their digits, or the largest and smallest.
  private mutating func compareExtended(
    _ left: AnyNDArray, _ right: AnyNDArray, _ start: Int, isComplex: Bool
  ) throws(ArrayError) {
    let (a, b) = (try left.extendedNumbers(complex: isComplex), try right.extendedNumbers(complex: isComplex))
    let parts = isComplex ? 2 : 1
    for index in 0..<(a.count / parts) {
      let (one, other) = (a[parts * index..<parts * (index + 1)], b[parts * index..<parts * (index + 1)])
      if zip(one, other).allSatisfy({ $0.isEqual(to: $1) }) { continue }
      let areNaN = (one.contains(where: \.isNaN), other.contains(where: \.isNaN))
      if equalNaN, areNaN.0, areNaN.1 { continue }
      guard one.allSatisfy(\.isFinite), other.allSatisfy(\.isFinite) else {
        note(start + index, difference: areNaN.0 || areNaN.1 ? .nan : .infinity)
        continue
      }
      // Within the range of doubles by the power of two of the largest.
      let power = (one + other).compactMap(\.binaryExponent).max() ?? 0
      let magnitude = ArrayDifference.magnitude(other.map { $0.scaled(down: power) }.map { $0.high + $0.low })
      let difference = ArrayDifference.magnitude(
        zip(one, other).map {
          let (left, right) = ($0.scaled(down: power), $1.scaled(down: power))
          return (left.high - right.high) + (left.low - right.low)
        })
      let tolerance = Double(sign: .plus, exponent: -power, significand: absoluteTolerance)
      if difference <= tolerance + relativeTolerance * magnitude { continue }
      note(start + index, difference: Double(sign: .plus, exponent: power, significand: difference))
    }
  }

  private static func magnitude(_ parts: [Double]) -> Double {
    parts.count == 1 ? parts[0].magnitude : NumberPair(parts[0], parts[1]).magnitude
  }
}

extension DType {
  /// The characters that text of this dtype holds.
  fileprivate var textCapacity: Int { kind == .string ? itemSize / 4 : itemSize }
}

extension AnyNDArray {
  /// Where the bytes of elements differ, in C order, of arrays of one dtype and shape.
  fileprivate static func differingElements(_ left: AnyNDArray, _ right: AnyNDArray) -> [Int] {
    let size = left.dtype.itemSize
    // Elements without bytes, of which a few bytes of header can declare any number, are equal.
    guard size > 0 else { return [] }
    return unsafe left.withContiguousBytes { leftBytes in
      unsafe right.withContiguousBytes { rightBytes in
        // Arrays without elements may have no memory.
        guard left.count > 0, let a = leftBytes.baseAddress, let b = rightBytes.baseAddress else { return [] }
        // Safe: both buffers hold `count` elements of `size` bytes; most of what is compared is equal.
        guard unsafe memcmp(a, b, left.count * size) != 0 else { return [] }
        var places: [Int] = []
        for index in 0..<left.count {
          // Safe: as above.
          if unsafe memcmp(a + index * size, b + index * size, size) != 0 { places.append(index) }
        }
        return places
      }
    }
  }
}
