package import ByteIO
package import NDArrays

/// An array that is read in blocks: the first stage of every conversion, and what transforms make of it.
///
/// ```
///  file, member, table, memory        slice, field, cast, shape, order          npy, npz, pickle, text
///       ArrayBlockSource       ──▶          ArrayBlockSource          ──▶             ArraySink
///                               runs of elements in the order of the descriptor
/// ```
package protocol ArrayBlockSource: Sendable {
  /// How errors name the source.
  var name: String { get }
  /// What is known before anything is read.
  var descriptor: ArrayDescriptor { get }
  /// What it costs to read a block that does not follow the one before.
  var seekCost: SeekCost { get }

  /// Calls `body` with all elements in the order of the descriptor, as one-dimensional arrays.
  ///
  /// - Parameter count: How many elements a run should have; a source whose own pieces have another size may give
  ///   runs of any length.
  func forEachRun(
    ofCount count: Int, _ body: (AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError)

  /// Reads a part; of a source whose ``seekCost`` is not small, parts should follow each other in its order.
  func read(slice: [AxisSelection]) throws(FormatError) -> AnyNDArray

  /// Reads everything, verified as far as the format can be.
  func whole() throws(FormatError) -> AnyNDArray

  /// Holds what is stored against its checksum, where it has one that reading of parts does not compare.
  func verify() throws(FormatError)

  /// The same elements under another shape with their order kept; `nil` if only runs can be had of that.
  func reshaped(_ shape: [Int]) -> (any ArrayBlockSource)?

  /// The same elements in the order in which they lie in memory or on disk, which is what NumPy's `astype` keeps.
  var inMemoryOrder: any ArrayBlockSource { get }

  /// The bytes that have to be read for an element: of a field, those of the record.
  var storedItemSize: Int { get }

  /// The axes along which the last element lies first where the array is stored.
  var reversedAxes: Set<Int> { get }

  /// The same elements, in the same order, as the raw bytes of a format that NumPy has no dtype for, if that is what they
  /// are stored as or decoded from.
  var encoded: EncodedBlocks? { get }
}

extension ArrayBlockSource {
  package func verify() throws(FormatError) {}

  package func reshaped(_ shape: [Int]) -> (any ArrayBlockSource)? { nil }

  package var inMemoryOrder: any ArrayBlockSource { self }

  package var storedItemSize: Int { descriptor.dtype.itemSize }

  package var reversedAxes: Set<Int> { [] }

  package var encoded: EncodedBlocks? { nil }

  /// The format of the elements if they are raw bytes of one.
  package var foreignFormat: ElementFormat? { descriptor.dtype.kind == .void ? encoded?.format : nil }

  /// Whether blocks should be read from the first to the last, and never side by side.
  package var readsInOrder: Bool { seekCost >= .restart }

  /// An array of runs that are gathered: for sources that have no faster way.
  package func gathered() throws(FormatError) -> AnyNDArray {
    var runs: [AnyNDArray] = []
    try forEachRun(ofCount: max(1, (4 << 20) / max(1, descriptor.dtype.itemSize))) { runs.append($0) }
    return try FormatError.wrapping(.limitExceeded, file: name) { () throws(ArrayError) in
      try descriptor.array(of: runs)
    }
  }

  /// Runs a closure whose errors are those of arrays; the source's name is added to them.
  package func wrapping<Result>(
    _ code: FormatError.Code = .badArgument, _ body: () throws(ArrayError) -> Result
  ) throws(FormatError) -> Result {
    try FormatError.wrapping(code, file: name, body)
  }
}

extension ArrayDescriptor {
  /// The array whose elements are those of runs that follow each other.
  package func array(of runs: [AnyNDArray]) throws(ArrayError) -> AnyNDArray {
    var flat: AnyNDArray
    switch runs.count {
    case 0: flat = try AnyNDArray(zeros: [0], dtype: dtype)
    case 1: flat = runs[0].contiguous()
    default: flat = try AnyNDArray.concatenated(runs)
    }
    var shape = shapeInFileOrder
    if openAxis != nil {
      let row = rowCount
      shape[0] = row == 0 ? 0 : flat.count / row
    }
    flat = try flat.reshaped(shape)
    return isFortranOrder ? flat.transposed() : flat
  }
}

/// An array in memory as a source.
package struct MemoryBlocks: ArrayBlockSource {
  package let name: String
  package let array: AnyNDArray

  package init(_ array: AnyNDArray, name: String) {
    self.array = array
    self.name = name
  }

  package var seekCost: SeekCost { .free }
  package var descriptor: ArrayDescriptor {
    ArrayDescriptor(dtype: array.dtype, shape: array.shape, isFortranOrder: array.savesInFortranOrder)
  }

  package func forEachRun(
    ofCount count: Int, _ body: (AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError) {
    let ordered = array.inFileOrder
    if array.dtype.itemSize == 0, array.count > 0 {
      // Elements without bytes have no pieces.
      return try body(wrapping { () throws(ArrayError) in try ordered.reshaped([array.count]) })
    }
    for piece in ordered.pieces(ofBytes: max(1, count) * max(1, array.dtype.itemSize)) {
      try body(wrapping { () throws(ArrayError) in try piece.reshaped([piece.count]) })
    }
  }

  package func read(slice: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    try wrapping { () throws(ArrayError) in try array.slice(slice) }
  }

  package func whole() throws(FormatError) -> AnyNDArray { array }

  package func reshaped(_ shape: [Int]) -> (any ArrayBlockSource)? {
    guard !array.savesInFortranOrder, let other = try? array.reshaped(shape) else { return nil }
    return MemoryBlocks(other, name: name)
  }
}
