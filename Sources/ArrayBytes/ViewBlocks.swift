package import ByteIO
package import NDArrays

/// The elements of a source seen as something else, run by run.
package struct ViewBlocks: ArrayBlockSource {
  private let base: any ArrayBlockSource
  private let view: ElementView
  package let descriptor: ArrayDescriptor
  /// Whether each element is one element of the base.
  private let keepsCount: Bool

  /// - Throws: ``FormatError`` with code `badArgument` if the sizes of the elements do not fit.
  package init(_ base: any ArrayBlockSource, as view: ElementView) throws(FormatError) {
    self.base = base
    self.view = view
    var descriptor = base.descriptor
    let old = descriptor.dtype
    keepsCount = old.itemSize == view.itemSize
    descriptor.dtype = view.dtype
    switch view {
    case .format(let format):
      guard keepsCount, !old.hasObjects else {
        throw FormatError(
          .badArgument,
          "elements of \(old) have \(old.itemSize) bytes, those of \(format.rawValue) \(format.itemSize)",
          file: base.name)
      }
    case .dtype(let dtype):
      let shape = descriptor.shape
      guard keepsCount || (descriptor.openAxis == nil && !descriptor.isFortranOrder) else {
        throw FormatError(
          .badArgument, "elements of \(old.itemSize) bytes are seen as \(dtype.notation) in C order only",
          file: base.name)
      }
      descriptor.shape = try base.wrapping { () throws(ArrayError) in
        if old.itemSize == dtype.itemSize, !old.hasObjects, !dtype.hasObjects { return shape }
        return try AnyNDArray.viewedShape(shape, old, as: dtype)
      }
    }
    self.descriptor = descriptor
  }

  package func verify() throws(FormatError) { try base.verify() }

  package var name: String { base.name }
  /// Where the last axis changes its length, runs only can be had.
  package var seekCost: SeekCost { keepsCount ? base.seekCost : .impossible }
  package var storedItemSize: Int { keepsCount ? base.storedItemSize : descriptor.dtype.itemSize }
  package var reversedAxes: Set<Int> { base.reversedAxes }

  package var encoded: EncodedBlocks? {
    guard case .format(let format) = view else { return nil }
    return EncodedBlocks(base, format)
  }

  private func seen(_ array: AnyNDArray) throws(FormatError) -> AnyNDArray {
    try wrapping { () throws(ArrayError) in
      switch view {
      case .format(let format): try array.decoded(as: format)
      case .dtype(let dtype): try array.viewed(resizingLastAxisFor: dtype)
      }
    }
  }

  package func forEachRun(ofCount count: Int, _ body: (AnyNDArray) throws(FormatError) -> Void) throws(FormatError) {
    if keepsCount {
      return try base.forEachRun(ofCount: count) { (run: AnyNDArray) throws(FormatError) in try body(seen(run)) }
    }
    // Whole rows of the last axis are a whole number of new elements.
    try base.forEachRun(inUnitsOf: base.descriptor.shape.last ?? 1) { (run: AnyNDArray) throws(FormatError) in
      try body(seen(run))
    }
  }

  package func read(slice: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    if keepsCount { return try seen(base.read(slice: slice)) }
    let all = try whole()
    return try wrapping { () throws(ArrayError) in try all.slice(slice) }
  }

  package func whole() throws(FormatError) -> AnyNDArray { try seen(base.whole()) }

  package func reshaped(_ shape: [Int]) -> (any ArrayBlockSource)? {
    guard keepsCount, let other = base.reshaped(shape) else { return nil }
    return try? ViewBlocks(other, as: view)
  }
}
