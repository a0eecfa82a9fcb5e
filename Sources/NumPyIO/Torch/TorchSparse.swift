public import ByteIO
public import NDArrays
public import PythonPickle

/// A sparse tensor of PyTorch's: coordinates of any number of axes (COO), or compressed rows or columns (CSR, CSC).
public struct TorchSparse {
  /// PyTorch's name of the layout: `sparse_coo`, `sparse_csr`, `sparse_csc`.
  public let layout: String
  /// The length of each axis.
  public let shape: [Int]
  /// The values; of hybrid tensors each is an array of the last axes.
  public let values: AnyNDArray
  /// The place of each value among all that the coordinates can name, in C order.
  private let places: [Int]

  /// The sparse tensor that a value is; `nil` if it is none.
  ///
  /// - Throws: ``FormatError`` with code `malformed` if its parts do not fit each other, `unsupported` for layouts of
  ///   blocks and for batches.
  public init?(_ value: PickleValue) throws(FormatError) {
    guard let object = value.object, object.isCall("torch._utils", "_rebuild_sparse_tensor"),
      object.arguments.count == 2, let parts = object.arguments[1].tuple
    else { return nil }
    guard let layout = object.arguments[0].object, layout.isCall("torch.serialization", "_get_layout"),
      let name = layout.arguments.first?.string
    else { throw TorchSparse.bad("no layout") }
    self.layout = name.hasPrefix("torch.") ? String(name.dropFirst("torch.".count)) : name
    let isCOO = self.layout == "sparse_coo"
    guard isCOO || self.layout == "sparse_csr" || self.layout == "sparse_csc" else {
      throw FormatError(.unsupported, "sparse tensors of the layout \(self.layout) are not supported")
    }
    guard parts.count >= (isCOO ? 3 : 4), let shape = TorchTensor.numbers(parts[isCOO ? 2 : 3]),
      let values = try parts[isCOO ? 1 : 2].array(), values.ndim >= 1
    else { throw TorchSparse.bad("no shape or no values") }
    self.shape = shape
    self.values = values
    places =
      try isCOO
      ? TorchSparse.coordinates(parts[0], shape)
      : TorchSparse.compressed(parts, shape, byRow: self.layout == "sparse_csr")
  }
}

extension TorchSparse {
  private static func bad(_ what: String) -> FormatError { FormatError(.malformed, "a sparse tensor: \(what)") }

  /// The tensor with its zeros: PyTorch's `to_dense`. Values at the same place add up.
  ///
  /// - Parameter limit: The most bytes that the result may have, as a few bytes can stand for a tensor of any size.
  /// - Throws: ``FormatError`` with code `limitExceeded` beyond the limit, `unsupported` where values at the same place
  ///   are neither real numbers nor integers of up to 64 bits.
  public func dense(limit: Int = 1 << 30) throws(FormatError) -> AnyNDArray {
    try SparseArray.scatter(values, at: places, shape: shape, limit: limit)
  }

  /// Where the values of coordinates lie: a column of the indices for each value.
  private static func coordinates(_ indices: PickleValue, _ shape: [Int]) throws(FormatError) -> [Int] {
    guard let array = try indices.array(), array.ndim == 2, array.shape[0] <= shape.count,
      let numbers = PandasIndex.integers(array)
    else { throw bad("indices that are no two axes of integers") }
    let count = array.shape[1]
    var places = [Int](repeating: 0, count: count)
    for (axis, length) in shape[..<array.shape[0]].enumerated() {
      for index in 0..<count {
        let number = numbers[axis * count + index]
        let (scaled, overflow) = places[index].multipliedReportingOverflow(by: length)
        guard number >= 0, number < length, !overflow,
          case let (place, tooFar) = scaled.addingReportingOverflow(number), !tooFar
        else { throw bad("an index outside of it") }
        places[index] = place
      }
    }
    return places
  }

  /// Where the values of compressed rows (or columns) lie.
  private static func compressed(
    _ parts: [PickleValue], _ shape: [Int], byRow: Bool
  ) throws(FormatError) -> [Int] {
    guard shape.count == 2 else { throw FormatError(.unsupported, "batches of sparse tensors are not supported") }
    let (major, minor) = byRow ? (shape[0], shape[1]) : (shape[1], shape[0])
    let (lines, others) = try SparseArray.coordinates(
      starts: SparseArray.numbers(parts[0], below: .max), places: SparseArray.numbers(parts[1], below: minor),
      major: major)
    let (rows, columns) = byRow ? (lines, others) : (others, lines)
    return try SparseArray.places(rows, columns, width: shape[1])
  }
}
