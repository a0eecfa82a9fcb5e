package import ByteIO
package import NDArrays

/// Several sources one after the other along an axis: NumPy's `np.concatenate`, read part by part.
package struct JoinedBlocks: ArrayBlockSource {
  private let parts: [any ArrayBlockSource]
  private let axis: Int
  /// Where each part begins along the axis.
  private let starts: [Int]
  private let spool: Spool
  package let descriptor: ArrayDescriptor

  package func verify() throws(FormatError) { for part in parts { try part.verify() } }

  /// - Parameters:
  ///   - parts: One or more, of one shape but for the axis; those that cannot be read as the result needs them are spooled.
  ///   - axis: Counted from the end if negative.
  /// - Throws: ``FormatError`` with code `badArgument`, which names the part, if shapes or dtypes do not fit.
  package init(_ parts: [any ArrayBlockSource], axis: Int, _ spool: Spool) throws(FormatError) {
    guard let first = parts.first else { throw FormatError(.badArgument, "need at least one array to concatenate") }
    guard !first.descriptor.shape.isEmpty else {
      throw FormatError(.badArgument, "zero-dimensional arrays cannot be concatenated", file: first.name)
    }
    let dimensions = first.descriptor.shape.count
    self.axis = try first.wrapping { () throws(ArrayError) in try Layout.normalized(axis, count: dimensions) }
    // As NumPy's: the order of the axes in memory is kept where all have it.
    let isFortran = parts.allSatisfy(\.descriptor.isFortranOrder)
    var ready: [any ArrayBlockSource] = []
    for part in parts { ready.append(try JoinedBlocks.readable(part, isFortran: isFortran, spool)) }
    // As NumPy's, of a single array too.
    var (dtype, shape) = (first.descriptor.dtype.native, ready[0].descriptor.shape)
    var starts = [0]
    for part in ready.dropFirst() {
      dtype = try part.wrapping { () throws(ArrayError) in try JoinedBlocks.common(dtype, part.descriptor.dtype) }
      starts.append(shape[self.axis])
      try JoinedBlocks.extend(&shape, along: self.axis, by: part)
    }
    self.parts = ready
    self.spool = spool
    self.starts = starts
    descriptor = ArrayDescriptor(dtype: dtype, shape: shape, isFortranOrder: isFortran)
  }

  /// A part whose length is known, and that can be read in the order of the result.
  private static func readable(
    _ part: any ArrayBlockSource, isFortran: Bool, _ spool: Spool
  ) throws(FormatError) -> any ArrayBlockSource {
    let isTurned = part.descriptor.isFortranOrder != isFortran
    return part.seekCost == .impossible || isTurned && part.readsInOrder
      ? try spool.addressable(part) : try spool.countable(part)
  }

  private static func extend(
    _ shape: inout [Int], along axis: Int, by part: any ArrayBlockSource
  ) throws(FormatError) {
    let other = part.descriptor.shape
    guard other.count == shape.count, shape.indices.allSatisfy({ $0 == axis || shape[$0] == other[$0] }) else {
      throw FormatError(
        .badArgument,
        "all the input array dimensions except for the concatenation axis must match exactly, but shapes "
          + "\(Layout.describe(shape)) and \(Layout.describe(other)) do not for axis \(axis)", file: part.name)
    }
    let (sum, overflow) = shape[axis].addingReportingOverflow(other[axis])
    guard !overflow else { throw FormatError(.limitExceeded, "the joined axis is too long", file: part.name) }
    shape[axis] = sum
  }

  package var name: String { parts[0].name }
  package var seekCost: SeekCost { parts.map(\.seekCost).max() ?? .free }
  package var storedItemSize: Int { parts.map(\.storedItemSize).max() ?? 1 }

  package var encoded: EncodedBlocks? {
    let encoded = parts.compactMap(\.encoded)
    guard let format = encoded.first?.format, encoded.count == parts.count,
      encoded.allSatisfy({ $0.format == format }),
      let joined = try? JoinedBlocks(encoded.map(\.base), axis: axis, spool)
    else { return nil }
    return EncodedBlocks(joined, format)
  }

  private func converted(_ array: AnyNDArray) throws(FormatError) -> AnyNDArray {
    if array.dtype == descriptor.dtype { return array }
    return try wrapping { () throws(ArrayError) in try array.asType(descriptor.dtype, casting: .unsafe) }
  }

  /// The dtype of two arrays together; moments and durations have one in common, but the latter do not cast to it.
  private static func common(_ left: DType, _ right: DType) throws(ArrayError) -> DType {
    let dtype = try left.promoted(with: right)
    guard dtype.kind != .datetime || (left.kind == .datetime && right.kind == .datetime) else {
      let duration = left.kind == .datetime ? right : left
      throw ArrayError(
        .dtypeMismatch,
        "Cannot cast array data from \(duration.debugDescription) to \(dtype.debugDescription) according to the rule "
          + "'same_kind'")
    }
    return dtype
  }

  package func forEachRun(ofCount count: Int, _ body: (AnyNDArray) throws(FormatError) -> Void) throws(FormatError) {
    // Along the slowest axis the parts simply follow each other.
    let slowest = descriptor.isFortranOrder ? descriptor.shape.count - 1 : 0
    guard axis == slowest, parts.allSatisfy({ $0.descriptor.isFortranOrder == descriptor.isFortranOrder || isLine($0) })
    else {
      return try SlicedBlocks(self).forEachRun(ofCount: count, body)
    }
    for part in parts {
      try part.forEachRun(ofCount: count) { (run: AnyNDArray) throws(FormatError) in try body(converted(run)) }
    }
  }

  /// Whether the elements of a part have one order only.
  private func isLine(_ part: any ArrayBlockSource) -> Bool { part.descriptor.shape.count { $0 != 1 } <= 1 }

  package func read(slice selections: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    let whole = try wrapping { () throws(ArrayError) in try ResolvedSlice(selections, shape: descriptor.shape) }
    let wanted = whole.axes[axis]
    func read(_ number: Int, _ range: Range<Int>) throws(FormatError) -> AnyNDArray {
      var inner = whole
      inner.axes[axis].start = range.isEmpty ? 0 : wanted.start + range.lowerBound * wanted.step - starts[number]
      inner.axes[axis].count = range.count
      // The axis stays until the pieces are joined.
      inner.axes[axis].isKept = true
      inner.result = whole.axes.indices.filter { whole.axes[$0].isKept || $0 == axis }
      return try converted(parts[number].read(slice: inner.selections))
    }
    // What each part has of the axis, as ranges of the result.
    var pieces: [AnyNDArray] = []
    for (number, part) in parts.enumerated() {
      let range = wanted.positions(from: starts[number], count: part.descriptor.shape[axis])
      if !range.isEmpty { pieces.append(try read(number, range)) }
    }
    if pieces.isEmpty { pieces.append(try read(0, 0..<0)) }
    if wanted.step < 0 { pieces.reverse() }
    let place = whole.axes[..<axis].count { $0.isKept }
    let found = pieces
    return try wrapping { () throws(ArrayError) in
      let joined = found.count == 1 ? found[0] : try AnyNDArray.concatenated(found, axis: place)
      let ordered = joined.dtype == descriptor.dtype ? joined : try joined.asType(descriptor.dtype, casting: .equiv)
      return try ordered.slice(whole.selectionsOfKept(joinedAxis: axis))
    }
  }

  package func whole() throws(FormatError) -> AnyNDArray {
    var arrays: [AnyNDArray] = []
    for part in parts { arrays.append(try converted(part.whole())) }
    let found = arrays
    return try wrapping(.limitExceeded) { () throws(ArrayError) in
      if descriptor.isFortranOrder {
        let turned = found.map { $0.transposed() }
        return try AnyNDArray.concatenated(turned, axis: descriptor.shape.count - 1 - axis).transposed()
      }
      return found.count == 1 ? found[0] : try AnyNDArray.concatenated(found, axis: axis)
    }
  }
}

extension ResolvedSlice.Axis {
  /// Which of the selected positions, by their numbers, lie in `start..<(start + length)`.
  fileprivate func positions(from start: Int, count length: Int) -> Range<Int> {
    guard count > 0, length > 0 else { return 0..<0 }
    let (low, high) = (start - self.start, start + length - 1 - self.start)
    // Numbers i with low <= i * step <= high.
    let first = step > 0 ? dividedUp(low, step) : dividedUp(-high, -step)
    let last = step > 0 ? dividedDown(high, step) : dividedDown(-low, -step)
    let (lower, upper) = (max(0, first), min(count - 1, last))
    return lower <= upper ? lower..<(upper + 1) : 0..<0
  }

  private func dividedDown(_ number: Int, _ divisor: Int) -> Int {
    number >= 0 ? number / divisor : -((-number + divisor - 1) / divisor)
  }

  private func dividedUp(_ number: Int, _ divisor: Int) -> Int { -dividedDown(-number, divisor) }
}

extension ResolvedSlice {
  /// The selections that make the result of an array whose axes are all selected already, and the joined one kept: an
  /// index for that axis where it goes, and the new axes.
  fileprivate func selectionsOfKept(joinedAxis: Int) -> [AxisSelection] {
    var selections: [AxisSelection] = []
    var isDone = axes[joinedAxis].isKept
    for axis in result {
      guard let axis else {
        selections.append(.newAxis)
        continue
      }
      if !isDone, axis > joinedAxis {
        selections.append(.index(0))
        isDone = true
      }
      selections.append(.slice(start: nil, stop: nil, step: 1))
    }
    if !isDone { selections.append(.index(0)) }
    return selections
  }
}
