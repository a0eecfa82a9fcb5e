import NumPyIO

/// The rows of a table that are printed: all of a small one, those at both ends of one that is summarised.
struct EdgeRows {
  private let options: PrintOptions
  private var kept: [AnyNDArray] = []
  private var head: AnyNDArray?
  private var tail: AnyNDArray?
  private var rowCount = 0
  private var elementCount = 0

  /// `nil` without edge items: NumPy then looks at all elements.
  init?(_ options: PrintOptions) {
    guard options.edgeItems > 0 else { return nil }
    self.options = options
  }

  /// Takes the next rows into account.
  mutating func add(_ block: AnyNDArray) throws(ArrayError) {
    rowCount += block.shape[0]
    elementCount += block.count
    guard let known = tail else {
      kept.append(block)
      guard elementCount > options.threshold else { return }
      // From here on only the ends count. Joining copies, so that the blocks can go.
      let all = try AnyNDArray.concatenated(kept)
      kept = []
      head = try EdgeRows.copied(all, 0..<min(rowCount, options.edgeItems &+ 1))
      tail = try EdgeRows.copied(all, max(0, rowCount - options.edgeItems)..<rowCount)
      return
    }
    if let head, head.shape[0] <= options.edgeItems {
      self.head = try EdgeRows.copied(
        AnyNDArray.concatenated([head, block]), 0..<min(rowCount, options.edgeItems &+ 1))
    }
    let all = try AnyNDArray.concatenated([known, block])
    tail = try EdgeRows.copied(all, max(0, all.shape[0] - options.edgeItems)..<all.shape[0])
  }

  private static func copied(_ rows: AnyNDArray, _ range: Range<Int>) throws(ArrayError) -> AnyNDArray {
    try AnyNDArray.concatenated([rows.slice([.range(lower: range.lowerBound, upper: range.upperBound)])])
  }

  /// What is printed: an array, and the shape of the table if that is larger.
  func result() throws(ArrayError) -> (array: AnyNDArray, shape: [Int]?) {
    guard let head, let tail else { return (try AnyNDArray.concatenated(kept), nil) }
    let between = rowCount - head.shape[0]
    if between <= tail.shape[0] {
      let rest = try EdgeRows.copied(tail, (tail.shape[0] - between)..<tail.shape[0])
      return (try AnyNDArray.concatenated([head, rest]), nil)
    }
    return (try AnyNDArray.concatenated([head, tail]), [rowCount] + head.shape.dropFirst())
  }
}
