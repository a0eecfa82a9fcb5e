import ByteIO
import NumPyIO

/// An array that is gone through piece by piece along its first axis, in bounded memory.
struct ArrayPieces {
  private let input: ArrayInput
  private let whole: AnyNDArray?
  let shape: [Int]

  init(_ input: ArrayInput) throws(FormatError) {
    self.input = input
    if let file = input.file, input.address.slice == nil, file.source.isSeekable,
      file.header.dtype.subarray == nil
    {
      whole = nil
      shape = file.header.shape
    } else {
      let array = try input.read()
      whole = array
      shape = array.shape
    }
  }

  /// Rows of the first axis.
  private func rows(_ range: Range<Int>) throws(FormatError) -> AnyNDArray {
    if let whole {
      return try FormatError.wrapping(.badArgument, file: input.address.path) { () throws(ArrayError) in
        try whole.slice([.range(lower: range.lowerBound, upper: range.upperBound)])
      }
    }
    guard let file = input.file else { return try input.read() }
    return try file.read(slice: [.range(lower: range.lowerBound, upper: range.upperBound)])
  }

  private func everything() throws(FormatError) -> AnyNDArray {
    if let whole { return whole }
    return try input.read()
  }

  /// The rows of two arrays of one shape, side by side.
  func forEachPair(
    with other: ArrayPieces, _ body: (AnyNDArray, AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError) {
    guard let rowCount = shape.first, shape.allSatisfy({ $0 > 0 }) else {
      try body(everything(), other.everything())
      return
    }
    let rowSize = shape.dropFirst().reduce(max(1, input.dtype.itemSize, other.input.dtype.itemSize), *)
    let step = max(1, (4 << 20) / rowSize)
    var row = 0
    while row < rowCount {
      let range = row..<min(row + step, rowCount)
      try body(rows(range), other.rows(range))
      row = range.upperBound
    }
  }

  /// One element, counted in C order, as `repr` prints it within an array.
  func elementText(_ index: Int) throws(FormatError) -> String {
    let place = ArrayComparison.place(index, in: shape).map { AxisSelection.index($0) }
    let element: AnyNDArray
    if let whole {
      element = try FormatError.wrapping(.badArgument, file: input.address.path) { () throws(ArrayError) in
        try whole.slice(place)
      }
    } else if let file = input.file {
      element = try file.read(slice: place)
    } else {
      element = try input.read()
    }
    return element.formatted(.str)
  }
}
