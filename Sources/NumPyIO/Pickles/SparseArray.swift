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
      let (lines, places) = try SparseArray.coordinates(
        starts: SparseArray.numbers(object["indptr"], below: .max),
        places: SparseArray.numbers(object["indices"], below: minor), major: major)
      (rows, columns) = format == .csr ? (lines, places) : (places, lines)
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
    try SparseArray.scatter(
      data, at: SparseArray.places(rows, columns, width: shape[1]), shape: shape, limit: limit)
  }

  private static func bad(_ what: String) -> FormatError { FormatError(.malformed, "a pickled sparse matrix: \(what)") }

  static func numbers(_ value: PickleValue?, below limit: Int) throws(FormatError) -> [Int] {
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
