import ByteIO
import NumPyIO
import ZipArchives

/// An array that is gone through piece by piece along its first or last axis, in bounded memory.
struct ArrayPieces {
  fileprivate let input: ArrayInput
  private let whole: AnyNDArray?
  let shape: [Int]

  /// Two arrays of one shape, side by side.
  ///
  /// What is inflated is gone through in the order in which it lies in the file: otherwise every piece would have
  /// to inflate all of it. Where two such arrays lie in different orders, one has to be in memory.
  struct Pair {
    let left: ArrayPieces
    let right: ArrayPieces
    /// Whether the pieces are cut along the last axis, and come with their axes reversed.
    let isFortranOrder: Bool

    init(_ left: ArrayInput, _ right: ArrayInput) throws(FormatError) {
      let (a, b) = (left.inflatingOrder, right.inflatingOrder)
      let isSettled = a == nil || b == nil || a == b
      isFortranOrder =
        isSettled && (a ?? b ?? (left.isFortranOrder && right.isFortranOrder ? .fortran : .c)) == .fortran
      self.left = try ArrayPieces(left, inMemory: !isSettled && a == .fortran)
      self.right = try ArrayPieces(right, inMemory: !isSettled && b == .fortran)
    }
  }

  /// - Parameter inMemory: Whether to read all of it at once.
  init(_ input: ArrayInput, inMemory: Bool = false) throws(FormatError) {
    self.input = input
    if let file = input.file, input.address.slice == nil, file.source.isSeekable,
      file.header.dtype.subarray == nil, !inMemory
    {
      whole = nil
      shape = file.header.shape
    } else {
      let array = try input.read()
      whole = array
      shape = array.shape
    }
  }

  /// A part along the first axis, or the last, whose axes are then reversed.
  fileprivate func part(_ range: Range<Int>, ofLastAxis isLast: Bool) throws(FormatError) -> AnyNDArray {
    var selections: [AxisSelection] = [.range(lower: range.lowerBound, upper: range.upperBound)]
    if isLast { selections.insert(.ellipsis, at: 0) }
    let part: AnyNDArray
    if let whole {
      part = try FormatError.wrapping(.badArgument, file: input.address.path) { () throws(ArrayError) in
        try whole.slice(selections)
      }
    } else if let file = input.file {
      part = try file.read(slice: selections)
    } else {
      part = try input.read()
    }
    return isLast ? part.transposed() : part
  }

  fileprivate var itemSize: Int { input.dtype.itemSize }

  fileprivate func everything() throws(FormatError) -> AnyNDArray {
    if let whole { return whole }
    return try input.read()
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

extension ArrayPieces.Pair {
  /// The pieces of both arrays, which must be of one shape.
  func forEach(_ body: (AnyNDArray, AnyNDArray) throws(FormatError) -> Void) throws(FormatError) {
    let shape = isFortranOrder ? left.shape.reversed() : left.shape
    guard let rowCount = shape.first, shape.allSatisfy({ $0 > 0 }) else {
      try body(left.everything(), right.everything())
      return
    }
    let rowSize = shape.dropFirst().reduce(max(1, left.itemSize, right.itemSize), *)
    let step = max(1, (4 << 20) / rowSize)
    var row = 0
    while row < rowCount {
      let range = row..<min(row + step, rowCount)
      try body(left.part(range, ofLastAxis: isFortranOrder), right.part(range, ofLastAxis: isFortranOrder))
      row = range.upperBound
    }
  }
}

extension ArrayInput {
  fileprivate enum Order { case c, fortran }

  fileprivate var isFortranOrder: Bool { file?.header.isFortranOrder ?? false }

  /// The order in which an array has to be gone through, since it is inflated on its way; `nil` if any will do.
  fileprivate var inflatingOrder: Order? {
    guard case .member(let archive, let name, let file) = content, address.slice == nil,
      let member = try? archive.member(name), member.method != .stored
    else { return nil }
    return file.header.isFortranOrder ? .fortran : .c
  }
}
