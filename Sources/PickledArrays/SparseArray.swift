public import ByteIO
public import NDArrays
public import PythonPickle

/// A sparse matrix or array of SciPy's in a pickle: `scipy.sparse` in the formats csr, csc, bsr, coo and dia.
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
    /// As csr, of blocks.
    case bsr
    /// The coordinates of each value.
    case coo
    /// Diagonals, each with its distance from the main one.
    case dia
  }
  /// How the coordinates are held.
  public let format: Format
  /// The length of each axis: rows and columns of a matrix.
  public let shape: [Int]
  /// The values, one axis: those of blocks row by row, of diagonals those within the matrix.
  public let data: AnyNDArray
  /// Along each axis the place of each value.
  public let coordinates: [[Int]]

  /// The sparse matrix that a value is; `nil` if it is none of these formats.
  ///
  /// - Throws: ``FormatError`` with code `malformed` if its parts do not fit each other.
  public init?(_ value: PickleValue) throws(FormatError) {
    guard let object = value.object, let type = object.classGlobal, let format = SparseArray.format(type),
      let shape = (object["_shape"] ?? object["shape"])?.items?.map({ $0.int ?? -1 })
    else { return nil }
    guard !shape.isEmpty, shape.allSatisfy({ $0 >= 0 }), Layout.elementCount(shape) != nil,
      let data = try object["data"]?.numPyArray(), data.dtype.itemSize > 0
    else { throw SparseArray.bad("no shape or no values") }
    self.format = format
    self.shape = shape
    switch format {
    case .coo:
      let parts = object["coords"]?.items ?? [object["row"] ?? .none, object["col"] ?? .none]
      guard parts.count == shape.count else { throw SparseArray.bad("\(parts.count) coordinates") }
      var coordinates: [[Int]] = []
      for (part, length) in zip(parts, shape) { coordinates.append(try SparseArray.numbers(part, below: length)) }
      (self.data, self.coordinates) = (data, coordinates)
    case .csr, .csc, .bsr: (self.data, self.coordinates) = try SparseArray.compressed(object, format, data, shape)
    case .dia: (self.data, self.coordinates) = try SparseArray.diagonals(object["offsets"], data, shape)
    }
    guard self.data.ndim == 1, let count = coordinates.first?.count, count <= self.data.count,
      coordinates.allSatisfy({ $0.count == count })
    else { throw SparseArray.bad("coordinates \(coordinates.map(\.count)) for \(self.data.count) values") }
  }

  /// The matrix with its zeros: SciPy's `toarray`. Values at the same place add up.
  ///
  /// - Parameter limit: The most bytes that the result may have, as a few bytes can represent a matrix of any size.
  /// - Throws: ``FormatError`` with code `limitExceeded` beyond the limit, `unsupported` where values at the same place
  ///   are neither real numbers nor integers of up to 64 bits.
  public func dense(limit: Int = 1 << 30) throws(FormatError) -> AnyNDArray {
    // No overflow: the product of the lengths is an Int.
    let places = (coordinates.first ?? []).indices.map { index in
      zip(coordinates, shape).reduce(0) { $0 * $1.1 + $1.0[index] }
    }
    return try SparseArray.scatter(data, at: places, shape: shape, limit: limit)
  }

  static func bad(_ what: String) -> FormatError { FormatError(.malformed, "a pickled sparse matrix: \(what)") }

  static func numbers(_ value: PickleValue?, below limit: Int) throws(FormatError) -> [Int] {
    guard let array = try value?.numPyArray(), array.ndim == 1, let numbers = array.integers,
      numbers.allSatisfy({ $0 >= 0 && $0 < limit })
    else { throw bad("coordinates outside of it") }
    return numbers
  }

  /// `scipy.sparse._csr.csr_matrix`, `scipy.sparse.csr.csr_matrix` before 1.8, and the arrays of newer releases.
  private static func format(_ type: PickleGlobal) -> Format? {
    for format in [Format.csr, .csc, .bsr, .coo, .dia] {
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
