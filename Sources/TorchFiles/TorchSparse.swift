internal import PickledArrays
internal import ArrayBytes
public import ByteIO
public import NDArrays
public import PythonPickle

/// A sparse tensor of PyTorch's: coordinates of any number of axes (COO), or compressed rows or columns of numbers (CSR,
/// CSC) or of blocks (BSR, BSC), also batches of these.
public struct TorchSparse {
  /// PyTorch's name of the layout: `sparse_coo`, `sparse_csr`, `sparse_csc`, `sparse_bsr`, `sparse_bsc`.
  public let layout: String
  /// The length of each axis.
  public let shape: [Int]
  /// The values, after the axes of batches and before those of blocks; of hybrid tensors each is an array of the last
  /// axes.
  public let values: AnyNDArray
  /// The values of all batches and blocks in one row.
  private let row: AnyNDArray
  /// The place of each value of the row among all that the coordinates can name, in C order.
  private let places: [Int]

  /// The sparse tensor that a value is; `nil` if it is none.
  ///
  /// - Throws: ``FormatError`` with code `malformed` if its parts do not fit each other, `unsupported` for another
  ///   layout.
  public init?(_ value: PickleValue) throws(FormatError) {
    guard let object = value.object, object.isCall("torch._utils", "_rebuild_sparse_tensor"),
      object.arguments.count == 2, let parts = object.arguments[1].tuple
    else { return nil }
    guard let layout = object.arguments[0].object, layout.isCall("torch.serialization", "_get_layout"),
      let name = layout.arguments.first?.string
    else { throw TorchSparse.bad("no layout") }
    self.layout = name.hasPrefix("torch.") ? String(name.dropFirst("torch.".count)) : name
    let isCOO = self.layout == "sparse_coo"
    guard isCOO || TorchSparse.compressedLayouts.contains(self.layout) else {
      throw FormatError(.unsupported, "sparse tensors of the layout \(self.layout) are not supported")
    }
    guard parts.count >= (isCOO ? 3 : 4), let shape = TorchTensor.numbers(parts[isCOO ? 2 : 3]),
      let values = try TorchTensor.array(in: parts[isCOO ? 1 : 2]), values.ndim >= 1, values.dtype.itemSize > 0
    else { throw TorchSparse.bad("no shape or no values") }
    self.shape = shape
    self.values = values
    if isCOO {
      row = values
      places = try TorchSparse.coordinates(parts[0], shape)
    } else {
      (row, places) = try TorchSparse.compressed(parts, values, shape, layout: self.layout)
    }
  }
}

extension TorchSparse {
  private static let compressedLayouts = ["sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc"]

  private static func bad(_ what: String) -> FormatError { FormatError(.malformed, "a sparse tensor: \(what)") }

  /// The tensor with its zeros: PyTorch's `to_dense`. Values at the same place add up.
  ///
  /// - Parameter limit: The most bytes that the result may have, as a few bytes can represent a tensor of any size.
  /// - Throws: ``FormatError`` with code `limitExceeded` beyond the limit, `unsupported` where values at the same place
  ///   are neither real numbers nor integers of up to 64 bits.
  public func dense(limit: Int = 1 << 30) throws(FormatError) -> AnyNDArray {
    try SparseArray.scatter(row, at: places, shape: shape, limit: limit)
  }

  /// Where the values of coordinates lie: a column of the indices for each value.
  private static func coordinates(_ indices: PickleValue, _ shape: [Int]) throws(FormatError) -> [Int] {
    guard let array = try TorchTensor.array(in: indices), array.ndim == 2, array.shape[0] <= shape.count,
      let numbers = array.integers
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

  /// The values of compressed rows (or columns) in one row, batch by batch and each block row by row, and their places.
  private static func compressed(
    _ parts: [PickleValue], _ values: AnyNDArray, _ shape: [Int], layout: String
  ) throws(FormatError) -> (row: AnyNDArray, places: [Int]) {
    let (isBlock, byRow) = (layout.hasPrefix("sparse_bs"), layout.hasSuffix("r"))
    guard let starts = try TorchTensor.array(in: parts[0]), let others = try TorchTensor.array(in: parts[1]),
      starts.ndim >= 1,
      starts.ndim == others.ndim
    else { throw bad("no lines or no places along them") }
    // The axes: of batches, two of rows and columns, and those of an array at each place.
    let batch = starts.ndim - 1
    let known = batch + (isBlock ? 3 : 1)
    guard shape.count >= batch + 2, values.ndim == known + shape.count - batch - 2, shape.allSatisfy({ $0 >= 0 }),
      [starts, others, values].allSatisfy({ $0.shape.prefix(batch) == shape.prefix(batch) }),
      others.shape[batch] == values.shape[batch], let batches = Layout.elementCount(Array(shape.prefix(batch))),
      Layout.elementCount(Array(shape.prefix(batch + 2))) != nil
    else { throw bad("\(layout) values of shape \(Layout.describe(values.shape))") }
    let inner = Array(shape.suffix(from: batch + 2))
    guard inner == Array(values.shape.suffix(from: known)) else { throw bad("values of another shape") }
    let block = isBlock ? (rows: values.shape[batch + 1], columns: values.shape[batch + 2]) : (rows: 1, columns: 1)
    let (rows, columns) = (shape[batch], shape[batch + 1])
    guard block.rows > 0, block.columns > 0, rows % block.rows == 0, columns % block.columns == 0 else {
      throw bad("blocks that do not fill it")
    }
    let (down, across) = (rows / block.rows, columns / block.columns)
    let (major, minor) = byRow ? (down, across) : (across, down)
    let count = others.shape[batch]
    guard starts.shape[batch] - 1 == major, let starts = starts.integers,
      let others = others.integers, others.allSatisfy({ $0 >= 0 && $0 < minor })
    else { throw bad("lines or places outside of it") }
    var places: [Int] = []
    // Without values, blocks may be of any size.
    if values.count > 0 {
      places.reserveCapacity(values.count)
      for index in 0..<batches {
        let (lines, along) = try SparseArray.coordinates(
          starts: Array(starts[(index * (major + 1))..<((index + 1) * (major + 1))]),
          places: Array(others[(index * count)..<((index + 1) * count)]), major: major)
        guard lines.count == count else { throw bad("\(lines.count) places for \(count) values") }
        SparseArray.forEachBlockRow(lines, along, block: block, byRow: byRow) { row, range in
          // No overflow: less than the product of the lengths of these axes, which was checked.
          let start = (index * rows + row) * columns
          places += (start + range.lowerBound)..<(start + range.upperBound)
        }
      }
    }
    let row = try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      try values.contiguous().reshaped([places.count] + inner)
    }
    return (row, places)
  }
}
