public import ByteIO
public import NDArrays
public import PythonPickle

/// A sparse matrix or array of SciPy's in a pickle: `scipy.sparse` in the formats csr, csc and coo.
///
/// ```swift
/// if let sparse = try SparseArray(value) { print(sparse.format, sparse.shape, try sparse.dense()) }
/// ```
public struct SparseArray {
  /// How the coordinates are held.
  public enum Format: String, Sendable {
    /// Rows compressed: where each begins, and the columns.
    case csr
    /// Columns compressed: where each begins, and the rows.
    case csc
    /// The coordinates of each value.
    case coo
  }
  /// How the coordinates are held.
  public let format: Format
  /// The number of rows and columns.
  public let shape: [Int]
  /// The values, one axis.
  public let data: AnyNDArray
  /// The row of each value.
  public let rows: [Int]
  /// The column of each value.
  public let columns: [Int]

  /// The sparse matrix that a value is; `nil` if it is none of the three formats.
  ///
  /// - Throws: ``FormatError`` with code `malformed` if its parts do not fit each other.
  public init?(_ value: PickleValue) throws(FormatError) {
    guard let object = value.object, let type = object.classGlobal, let format = SparseArray.format(type),
      let shape = (object["_shape"] ?? object["shape"])?.items?.map({ $0.int ?? -1 })
    else { return nil }
    guard shape.count == 2, shape.allSatisfy({ $0 >= 0 }), let data = try object["data"]?.array(), data.ndim == 1 else {
      throw SparseArray.bad("no two dimensions or no values")
    }
    self.format = format
    self.shape = shape
    self.data = data
    if format == .coo {
      let coordinates = object["coords"]?.items
      rows = try SparseArray.numbers(coordinates?.first ?? object["row"], below: shape[0])
      columns = try SparseArray.numbers(coordinates?.last ?? object["col"], below: shape[1])
    } else {
      let (major, minor) = format == .csr ? (shape[0], shape[1]) : (shape[1], shape[0])
      let starts = try SparseArray.numbers(object["indptr"], below: .max)
      guard starts.first == 0, starts.count - 1 == major, zip(starts, starts.dropFirst()).allSatisfy(<=),
        starts.last ?? 0 <= data.count
      else { throw SparseArray.bad("an indptr that does not fit") }
      var lines: [Int] = []
      lines.reserveCapacity(data.count)
      for line in 0..<major { lines += repeatElement(line, count: starts[line + 1] - starts[line]) }
      let places = try SparseArray.numbers(object["indices"], below: minor).prefix(lines.count)
      (rows, columns) = format == .csr ? (lines, Array(places)) : (Array(places), lines)
    }
    guard rows.count == columns.count, rows.count <= data.count else {
      throw SparseArray.bad("\(rows.count) rows, \(columns.count) columns and \(data.count) values")
    }
  }

  /// The matrix with its zeros: SciPy's `toarray`. Values at the same place add up.
  ///
  /// - Parameter limit: The most bytes that the result may have, as a few bytes can stand for a matrix of any size.
  /// - Throws: ``FormatError`` with code `limitExceeded` beyond the limit, `unsupported` where values at the same place
  ///   are neither real numbers nor integers of up to 64 bits.
  public func dense(limit: Int = 1 << 30) throws(FormatError) -> AnyNDArray {
    do throws(ArrayError) {
      let size = data.dtype.itemSize
      let count = try AnyNDArray.check(shape: shape, itemSize: size)
      guard count <= limit else {
        throw ArrayError(.tooLarge, "a dense matrix of \(count) bytes, more than the limit of \(limit)")
      }
      let places = zip(rows, columns).map { $0 * shape[1] + $1 }
      guard Set(places).count == places.count else { return try sums(places) }
      let bytes = data.bytes
      var dense = [UInt8](repeating: 0, count: count)
      for (index, place) in places.enumerated() {
        dense.replaceSubrange((place * size)..<((place + 1) * size), with: bytes[(index * size)..<((index + 1) * size)])
      }
      return try AnyNDArray(bytes: dense, dtype: data.dtype, shape: shape)
    } catch { throw FormatError(error.code == .tooLarge ? .limitExceeded : .unsupported, error.message) }
  }

  private func sums(_ places: [Int]) throws(ArrayError) -> AnyNDArray {
    let count = shape[0] * shape[1]
    switch data.dtype.kind {
    case .float:
      var sums = [Double](repeating: 0, count: count)
      let values = try NDArray<Double>(data.asType(.float64, casting: .safe)).elements
      for (index, place) in places.enumerated() { sums[place] += values[index] }
      return try AnyNDArray(NDArray(sums)).asType(data.dtype, casting: .unsafe).reshaped(shape)
    case .signedInteger, .unsignedInteger, .bool:
      var sums = [Int64](repeating: 0, count: count)
      let values = try NDArray<Int64>(data.asType(.int64, casting: .unsafe)).elements
      for (index, place) in places.enumerated() { sums[place] &+= values[index] }
      return try AnyNDArray(NDArray(sums)).asType(data.dtype, casting: .unsafe).reshaped(shape)
    default: throw ArrayError(.badDType, "values of \(data.dtype) at the same place cannot be added up")
    }
  }

  private static func bad(_ what: String) -> FormatError { FormatError(.malformed, "a pickled sparse matrix: \(what)") }

  private static func numbers(_ value: PickleValue?, below limit: Int) throws(FormatError) -> [Int] {
    guard let array = try value?.array(), array.ndim == 1, let numbers = PandasIndex.integers(array),
      numbers.allSatisfy({ $0 >= 0 && $0 < limit })
    else { throw bad("coordinates outside of it") }
    return numbers
  }

  /// `scipy.sparse._csr.csr_matrix`, `scipy.sparse.csr.csr_matrix` before 1.8, and the arrays of newer releases.
  private static func format(_ type: PickleGlobal) -> Format? {
    for format in [Format.csr, .csc, .coo] {
      let name = format.rawValue
      if type.name == name + "_matrix" || type.name == name + "_array",
        type.module == "scipy.sparse._" + name || type.module == "scipy.sparse." + name || type.module == "scipy.sparse"
      {
        return format
      }
    }
    return nil
  }
}
