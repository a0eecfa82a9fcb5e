package import PickledArrays
internal import ArrayBytes
package import ByteIO
package import NDArrays
package import NumPyIO

/// The elements that are printed of an array: all of a small one, those at the ends of each axis of one that is
/// summarised. No more than these are read of a file, or kept of what has to be read in order.
package struct ArrayEdges {
  /// The elements, of a summarised array with one more at the start of each axis that has dots.
  package let array: StoredArray
  /// The shape of the array, if these are its edges only.
  package let shape: [Int]?

  package init(_ array: LazyArray, _ options: PrintOptions) throws(FormatError) {
    // Without edge items NumPy looks at all elements.
    guard let source = array.blockSource, options.edgeItems > 0 else {
      self.array = try array.read()
      shape = nil
      return
    }
    let descriptor = source.descriptor
    // On a server a round trip costs as much as some megabytes.
    let small = source.seekCost == .perRead ? min(array.spool.threshold, 4 << 20) : array.spool.threshold
    if let count = descriptor.count, count <= options.threshold || (descriptor.byteCount ?? .max) <= small {
      self.array = .values(try source.whole())
      shape = nil
      return
    }
    let edges: AnyNDArray
    if descriptor.openAxis != nil || source.readsInOrder {
      (edges, shape) = try ArrayEdges.gathered(source, options)
    } else {
      let axes = descriptor.shape.map { ArrayEdges.kept($0, options.edgeItems) }
      edges = try ArrayEdges.read(axes) { (slice) throws(FormatError) in try source.read(slice: slice) }
      shape = descriptor.shape
    }
    // Joined arrays have this machine's byte order, which `repr` would tell.
    self.array = .values(
      try source.wrapping { () throws(ArrayError) in
        edges.dtype == descriptor.dtype ? edges : try edges.asType(descriptor.dtype, casting: .equiv)
      })
  }

  /// The ranges of an axis that are kept: one, or one at each end.
  private static func kept(_ length: Int, _ edge: Int) -> [Range<Int>] {
    length / 2 >= edge && length - edge > edge + 1
      ? [0..<(edge + 1), (length - edge)..<length] : [0..<length]
  }

  /// The parts of an array within ranges of each axis, joined.
  private static func read(
    _ axes: [[Range<Int>]], _ chosen: [Range<Int>] = [],
    _ body: ([AxisSelection]) throws(FormatError) -> AnyNDArray
  ) throws(FormatError) -> AnyNDArray {
    guard chosen.count < axes.count else {
      return try body(chosen.map { .range(lower: $0.lowerBound, upper: $0.upperBound) })
    }
    var parts: [AnyNDArray] = []
    for range in axes[chosen.count] { parts.append(try read(axes, chosen + [range], body)) }
    guard parts.count > 1 else { return parts[0] }
    return try FormatError.wrapping(.badArgument, file: nil) { () throws(ArrayError) in
      try AnyNDArray.concatenated(parts, axis: chosen.count)
    }
  }

  /// The edges of an array that is read from its first element to its last.
  private static func gathered(
    _ source: any ArrayBlockSource, _ options: PrintOptions
  ) throws(FormatError) -> (AnyNDArray, [Int]?) {
    let descriptor = source.descriptor
    // The axes in the order in which the elements come, the rows along the slowest.
    let rowShape = Array(descriptor.shapeInFileOrder.dropFirst())
    var rows = EdgeRows(options)
    let columns = rowShape.map { kept($0, options.edgeItems) }
    try source.forEachRun(inUnitsOf: descriptor.rowCount) { (run: AnyNDArray) throws(FormatError) in
      let count = descriptor.rowCount == 0 ? 0 : run.count / descriptor.rowCount
      try source.wrapping { () throws(ArrayError) in try rows.add(run.reshaped([count] + rowShape)) }
    }
    var (array, rowCount) = try source.wrapping { () throws(ArrayError) in try rows.result() }
    guard let rowCount else { return (descriptor.isFortranOrder ? array.transposed() : array, nil) }
    let whole = array
    array = try read([[0..<array.shape[0]]] + columns) { (slice) throws(FormatError) in
      try source.wrapping { () throws(ArrayError) in try whole.slice(slice) }
    }
    let shape = [rowCount] + rowShape
    return descriptor.isFortranOrder ? (array.transposed(), shape.reversed()) : (array, shape)
  }
}

/// The first and last rows of a table whose rows come one after the other.
private struct EdgeRows {
  private let edge: Int
  private let threshold: Int
  private var kept: [AnyNDArray] = []
  private var head: AnyNDArray?
  private var tail: AnyNDArray?
  private var rowCount = 0
  private var elementCount = 0

  init(_ options: PrintOptions) {
    edge = options.edgeItems
    threshold = options.threshold
  }

  /// Takes the next rows into account.
  mutating func add(_ block: AnyNDArray) throws(ArrayError) {
    rowCount += block.shape[0]
    elementCount += block.count
    guard let known = tail else {
      kept.append(block)
      guard elementCount > threshold else { return }
      // From here on only the ends count. Joining copies, so that the blocks can go.
      let all = try AnyNDArray.concatenated(kept)
      kept = []
      head = try EdgeRows.copied(all, 0..<min(rowCount, edge &+ 1))
      tail = try EdgeRows.copied(all, max(0, rowCount - edge)..<rowCount)
      return
    }
    if let head, head.shape[0] <= edge {
      self.head = try EdgeRows.copied(AnyNDArray.concatenated([head, block]), 0..<min(rowCount, edge &+ 1))
    }
    let all = try AnyNDArray.concatenated([known, block])
    tail = try EdgeRows.copied(all, max(0, all.shape[0] - edge)..<all.shape[0])
  }

  private static func copied(_ rows: AnyNDArray, _ range: Range<Int>) throws(ArrayError) -> AnyNDArray {
    try AnyNDArray.concatenated([rows.slice([.range(lower: range.lowerBound, upper: range.upperBound)])])
  }

  /// The rows that are printed, and how many there are in all if that is more.
  func result() throws(ArrayError) -> (array: AnyNDArray, rowCount: Int?) {
    guard let head, let tail else { return (try AnyNDArray.concatenated(kept), nil) }
    let between = rowCount - head.shape[0]
    if between <= tail.shape[0] {
      // The ends meet: these are all rows, of which the columns may still be summarised.
      let rest = try EdgeRows.copied(tail, (tail.shape[0] - between)..<tail.shape[0])
      return (try AnyNDArray.concatenated([head, rest]), rowCount)
    }
    return (try AnyNDArray.concatenated([head, tail]), rowCount)
  }
}
