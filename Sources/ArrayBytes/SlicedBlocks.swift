package import ByteIO
package import NDArrays

/// A part of a source, or all of it in another order: read by slices, block after block.
package struct SlicedBlocks: ArrayBlockSource {
  package let base: any ArrayBlockSource
  package let descriptor: ArrayDescriptor
  private let slice: ResolvedSlice

  /// All of a source, in C or Fortran order.
  package init(_ base: any ArrayBlockSource, isFortranOrder: Bool? = nil) throws(FormatError) {
    try self.init(base, [.ellipsis], isFortranOrder: isFortranOrder)
  }

  /// The part of a source that NumPy's indexing selects.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for indices that do not fit the array.
  package init(
    _ base: any ArrayBlockSource, _ selections: [AxisSelection], isFortranOrder: Bool? = nil
  ) throws(FormatError) {
    self.base = base
    let whole = base.descriptor
    slice = try base.wrapping { () throws(ArrayError) in try ResolvedSlice(selections, shape: whole.shape) }
    descriptor = ArrayDescriptor(
      dtype: whole.dtype, shape: slice.shape,
      isFortranOrder: isFortranOrder ?? (whole.isFortranOrder && slice.isFortranContiguous(of: whole.shape)))
  }

  /// The same part in an order, and of another source of that shape.
  private init(_ other: SlicedBlocks, isFortranOrder: Bool, of base: (any ArrayBlockSource)? = nil) {
    self.base = base ?? other.base
    slice = other.slice
    descriptor = ArrayDescriptor(
      dtype: self.base.descriptor.dtype, shape: other.descriptor.shape, isFortranOrder: isFortranOrder)
  }

  package var encoded: EncodedBlocks? {
    base.encoded.map { encoded in
      EncodedBlocks(SlicedBlocks(self, isFortranOrder: descriptor.isFortranOrder, of: encoded.base), encoded.format)
    }
  }

  package var inMemoryOrder: any ArrayBlockSource {
    SlicedBlocks(self, isFortranOrder: base.descriptor.isFortranOrder)
  }

  package var name: String { base.name }

  package var storedItemSize: Int { base.storedItemSize }

  package var reversedAxes: Set<Int> {
    let inner = base.reversedAxes
    return Set(
      slice.result.indices.filter { position in
        guard let axis = slice.result[position] else { return false }
        return (slice.axes[axis].step < 0) != inner.contains(axis)
      })
  }

  /// A part can be reached as its source can, unless its blocks would come in another order than the source's.
  package var seekCost: SeekCost { base.seekCost }

  /// Whether the blocks of the part, in the part's order, follow each other in the source.
  package var isInOrderOfBase: Bool {
    let cut = BlockCut(descriptor, budget: SlicedBlocks.blockSize, recordSize: base.storedItemSize)
    guard cut.count > 1 else { return true }
    let isTurned = descriptor.isFortranOrder != base.descriptor.isFortranOrder && descriptor.shape.count { $0 > 1 } > 1
    let cutAxes = cut.fixed + (cut.axis.map { [$0] } ?? [])
    return !isTurned && cutAxes.allSatisfy { axis in slice.result[axis].map { slice.axes[$0].step > 0 } ?? true }
  }

  /// The most bytes of a block.
  static let blockSize = 8 << 20

  package func forEachRun(
    ofCount count: Int, _ body: (AnyNDArray) throws(FormatError) -> Void
  ) throws(FormatError) {
    guard let total = descriptor.count, total > 0 else { return }
    guard descriptor.dtype.itemSize > 0 else { return try body(SlicedBlocks.line(whole(), self)) }
    let budget = min(SlicedBlocks.blockSize, max(1, count) * descriptor.dtype.itemSize)
    let cut = BlockCut(descriptor, budget: budget, recordSize: base.storedItemSize)
    for number in 0..<cut.count {
      try body(SlicedBlocks.line(base.read(slice: slice.selections(cut.ranges(number))), self))
    }
  }

  /// The elements of a block in the descriptor's order, as one axis.
  private static func line(_ block: AnyNDArray, _ source: SlicedBlocks) throws(FormatError) -> AnyNDArray {
    let ordered = source.descriptor.isFortranOrder ? block.transposed() : block
    return try source.wrapping { () throws(ArrayError) in try ordered.reshaped([ordered.count]) }
  }

  package func read(slice selections: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    let inner = try wrapping { () throws(ArrayError) in try ResolvedSlice(selections, shape: descriptor.shape) }
    return try base.read(slice: slice.followed(by: inner).selections)
  }

  package func whole() throws(FormatError) -> AnyNDArray {
    // All of a member is verified, a part of it is not.
    let array =
      slice.isEverything(of: base.descriptor.shape) ? try base.whole() : try base.read(slice: slice.selections)
    if descriptor.isFortranOrder { return array.isFContiguous ? array : array.packed(fortran: true) }
    return array.savesInFortranOrder ? array.packed() : array
  }

  package func reshaped(_ shape: [Int]) -> (any ArrayBlockSource)? { nil }
}

/// How an array is cut into blocks: `fixed` axes one index at a time, the next in stretches, the rest whole.
package struct BlockCut: Sendable {
  private(set) var fixed: [Int] = []
  private(set) var axis: Int?
  private(set) var step = 1
  /// The number of blocks.
  package private(set) var count = 1
  private let shape: [Int]

  /// - Parameters:
  ///   - budget: The most bytes of a block, unless a single entry of the innermost cut axis is larger.
  ///   - recordSize: The bytes of an element where it is stored.
  ///   - order: The axes, the slowest first; by default those of the descriptor.
  package init(_ descriptor: ArrayDescriptor, budget: Int, recordSize: Int, cutting order: [Int]? = nil) {
    shape = descriptor.shape
    let axes = Array(shape.indices)
    let order = order ?? (descriptor.isFortranOrder ? axes.reversed() : axes)
    guard !shape.contains(0) else { return }
    var size = axes.filter { !order.contains($0) }.reduce(max(1, recordSize)) {
      $0.multipliedReportingOverflow(by: shape[$1]).partialValue
    }
    // From the innermost axis outwards, as long as it fits.
    var inner = order.count
    while inner > 0 {
      let (larger, overflow) = size.multipliedReportingOverflow(by: shape[order[inner - 1]])
      if overflow || larger > budget { break }
      size = larger
      inner -= 1
    }
    guard inner > 0 else { return }
    fixed = Array(order[..<(inner - 1)])
    let cut = order[inner - 1]
    axis = cut
    step = max(1, budget / max(1, size))
    count = fixed.reduce((shape[cut] - 1) / step + 1) { $0.multipliedReportingOverflow(by: shape[$1]).partialValue }
  }

  /// The ranges of a block along every axis.
  ///
  /// - Parameter backwards: The axes along which blocks are counted from the end.
  package func ranges(_ number: Int, backwards: Set<Int> = []) -> [Range<Int>] {
    var ranges = shape.map { 0..<$0 }
    guard let axis else { return ranges }
    func position(_ number: Int, of count: Int, along axis: Int) -> Int {
      backwards.contains(axis) ? count - 1 - number : number
    }
    let pieces = (shape[axis] - 1) / step + 1
    let start = position(number % pieces, of: pieces, along: axis) * step
    ranges[axis] = start..<min(shape[axis], start + step)
    var rest = number / pieces
    for axis in fixed.reversed() {
      let index = position(rest % shape[axis], of: shape[axis], along: axis)
      ranges[axis] = index..<(index + 1)
      rest /= shape[axis]
    }
    return ranges
  }
}

extension ResolvedSlice {
  /// The selections, of the array that the slice was taken of, for ranges of the slice's result.
  package func selections(_ ranges: [Range<Int>]) -> [AxisSelection] {
    var selections: [AxisSelection] = []
    var done = 0
    func dropped(until axis: Int) {
      while done < axis {
        selections.append(.index(axes[done].start))
        done += 1
      }
    }
    for (range, axis) in zip(ranges, result) {
      guard let axis else {
        selections.append(.newAxis)
        continue
      }
      dropped(until: axis)
      let (start, step) = (axes[axis].start, axes[axis].step)
      if range.isEmpty {
        selections.append(.slice(start: 0, stop: 0, step: 1))
      } else {
        let last = start + (range.upperBound - 1) * step
        let stop = step > 0 ? last + 1 : last > 0 ? last - 1 : nil
        selections.append(.slice(start: start + range.lowerBound * step, stop: stop, step: step))
      }
      done = axis + 1
    }
    dropped(until: axes.count)
    return selections
  }

  /// The selections that give the whole slice.
  package var selections: [AxisSelection] { selections(shape.map { 0..<$0 }) }

  /// Whether nothing is left out, turned around or added.
  func isEverything(of shape: [Int]) -> Bool {
    result == Array(shape.indices)
      && zip(axes, shape).allSatisfy { $0.isKept && $0.start == 0 && $0.count == $1 && $0.step == 1 }
  }

  /// Whether the slice, as a view of an array in Fortran order, is in that order without gaps.
  func isFortranContiguous(of shape: [Int]) -> Bool {
    let strides = Layout.strides(shape, itemSize: 1, fortran: true)
    let steps = result.map { axis in axis.map { axes[$0].step &* strides[$0] } ?? 0 }
    return Layout.isContiguous(self.shape, steps, itemSize: 1, fortran: true)
  }

  /// The slice that gives at once what a slice of this slice's result gives.
  func followed(by next: ResolvedSlice) -> ResolvedSlice {
    var composed = self
    for (position, axis) in result.enumerated() {
      guard let axis else { continue }
      let (outer, inner) = (axes[axis], next.axes[position])
      // An empty range may begin after the last element; a step that is never taken may be any number.
      composed.axes[axis].start = inner.count == 0 ? 0 : outer.start + inner.start * outer.step
      composed.axes[axis].count = inner.count
      composed.axes[axis].step = inner.count > 1 ? outer.step * inner.step : 1
      composed.axes[axis].isKept = inner.isKept
    }
    composed.result = next.result.map { $0.flatMap { result[$0] } }
    return composed
  }
}
