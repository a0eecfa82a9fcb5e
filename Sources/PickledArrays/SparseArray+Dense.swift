package import ByteIO
package import NDArrays

// What SciPy's matrices and PyTorch's tensors have in common.

extension SparseArray {
  /// The lines and the places along them of compressed lines: where each begins among the values, and their places.
  package static func coordinates(
    starts: [Int], places: [Int], major: Int
  ) throws(FormatError) -> (lines: [Int], places: [Int]) {
    guard starts.first == 0, starts.count - 1 == major, zip(starts, starts.dropFirst()).allSatisfy(<=),
      let count = starts.last, count <= places.count
    else { throw FormatError(.malformed, "a sparse matrix whose lines begin where no values are") }
    var lines: [Int] = []
    lines.reserveCapacity(count)
    for line in 0..<major { lines += repeatElement(line, count: starts[line + 1] - starts[line]) }
    return (lines, Array(places.prefix(count)))
  }

  /// Calls `body` with the row and the columns of each row of values in blocks.
  ///
  /// - Parameters:
  ///   - lines: The line of blocks in which each block lies.
  ///   - places: Its position along that line.
  ///   - block: The rows and columns of each block.
  ///   - byRow: Whether lines of blocks are rows, not columns.
  package static func forEachBlockRow(
    _ lines: [Int], _ places: [Int], block: (rows: Int, columns: Int), byRow: Bool, _ body: (Int, Range<Int>) -> Void
  ) {
    for (line, place) in zip(lines, places) {
      let (down, right) = byRow ? (line, place) : (place, line)
      let left = right * block.columns
      for row in (down * block.rows)..<((down + 1) * block.rows) { body(row, left..<(left + block.columns)) }
    }
  }

  /// An array of zeros with values at places in C order; where a value is an array itself, the places are of such arrays.
  package static func scatter(
    _ values: AnyNDArray, at places: [Int], shape: [Int], limit: Int
  ) throws(FormatError) -> AnyNDArray {
    do throws(ArrayError) {
      let bytes = try AnyNDArray.check(shape: shape, itemSize: values.dtype.itemSize)
      guard bytes <= limit else {
        throw ArrayError(.tooLarge, "a dense array of \(bytes) bytes, more than the limit of \(limit)")
      }
      let inner = values.shape.dropFirst()
      guard values.ndim > 0, values.shape[0] >= places.count, shape.count > inner.count,
        shape.suffix(inner.count) == inner
      else { throw ArrayError(.shapeMismatch, "\(places.count) places for values of shape \(values.shape)") }
      let (count, block) = (shape.reduce(1, *), inner.reduce(1, *))
      guard places.allSatisfy({ $0 >= 0 && $0 < (block == 0 ? 0 : count / block) }) else {
        throw ArrayError(.outOfBounds, "a place outside of the array")
      }
      guard Set(places).count == places.count else { return try sums(values, places, block, shape) }
      let size = values.dtype.itemSize * block
      let source = values.bytes
      var dense = [UInt8](repeating: 0, count: bytes)
      for (index, place) in places.enumerated() {
        dense.replaceSubrange(
          (place * size)..<((place + 1) * size), with: source[(index * size)..<((index + 1) * size)])
      }
      return try AnyNDArray(bytes: dense, dtype: values.dtype, shape: shape)
    } catch { throw FormatError(error.code == .tooLarge ? .limitExceeded : .unsupported, error.message) }
  }

  /// Values at the same place add up.
  private static func sums(
    _ array: AnyNDArray, _ places: [Int], _ block: Int, _ shape: [Int]
  ) throws(ArrayError) -> AnyNDArray {
    /// - Parameter parts: How many numbers an element has.
    func sum<Number: AdditiveArithmetic>(
      _ values: [Number], parts: Int = 1, _ add: (Number, Number) -> Number
    ) -> [Number] {
      var sums = [Number](repeating: .zero, count: shape.reduce(parts, *))
      let block = block * parts
      for (index, place) in places.enumerated() {
        for part in 0..<block {
          sums[place * block + part] = add(sums[place * block + part], values[index * block + part])
        }
      }
      return sums
    }
    let packed = array.contiguous()
    let sums: AnyNDArray
    switch array.dtype.kind {
    case .float:
      sums = AnyNDArray(NDArray(sum(try NDArray<Double>(packed.asType(.float64, casting: .safe)).elements, +)))
    case .signedInteger, .unsignedInteger, .bool:
      sums = AnyNDArray(NDArray(sum(try NDArray<Int64>(packed.asType(.int64, casting: .unsafe)).elements, &+)))
    case .complex:
      let pairs = try packed.asType(.complex128, casting: .unsafe).viewed(resizingLastAxisFor: .float64)
      sums = try AnyNDArray(NDArray(sum(NDArray<Double>(pairs).elements, parts: 2, +)))
        .viewed(resizingLastAxisFor: .complex128)
    default: throw ArrayError(.badDType, "values of \(array.dtype) at the same place cannot be added up")
    }
    return try sums.asType(array.dtype, casting: .unsafe).reshaped(shape)
  }
}
