/// Which elements of an array are printed: all, or those at the edges of each axis.
///
/// The lengths of the items are found over, and the items printed from, a small array of these elements alone.
package struct PrintedCorner: Sendable {
  /// The shape of the array.
  package let shape: [Int]
  /// How many places of each axis are kept.
  package let keptShape: [Int]
  /// Whether the array is summarised at all.
  package let isSummarized: Bool
  /// How many places stand before and after the dots of a summarised axis.
  package let edge: Int

  /// The elements that NumPy would show.
  package init(shape: [Int], options: PrintOptions) {
    let edge = max(0, options.edgeItems)
    let isSummarized = (Layout.elementCount(shape) ?? .max) > options.threshold
    self.shape = shape
    self.edge = edge
    self.isSummarized = isSummarized
    // Compared without the product 2 * edge, which could overflow. Without edge items NumPy keeps all places: it
    // cuts from -0 on.
    keptShape = shape.map { isSummarized && edge > 0 && $0 / 2 >= edge && $0 - edge > edge ? 2 * edge : $0 }
  }

  /// Whether there are dots in an axis.
  package func hasDots(_ axis: Int) -> Bool {
    isSummarized && shape[axis] / 2 >= edge && shape[axis] - edge > edge
  }

  /// The place in the array of a kept place of an axis.
  package func place(_ axis: Int, _ kept: Int) -> Int {
    keptShape[axis] == shape[axis] || kept < edge ? kept : shape[axis] - keptShape[axis] + kept
  }

  /// Whether the text is not absurdly larger than the bytes, as it would be for elements of no size or strides of 0.
  func isReasonable(storageByteCount: Int) -> Bool {
    guard let count = Layout.elementCount(keptShape) else { return false }
    return count <= max(1 << 24, storageByteCount)
  }

  /// The kept elements, packed and in this machine's byte order.
  func elements(of array: AnyNDArray) -> AnyNDArray {
    if keptShape == shape { return array.nativeByteOrder().contiguous() }
    let result = AnyNDArray(
      uncheckedDType: array.dtype, shape: keptShape,
      strides: Layout.strides(keptShape, itemSize: array.dtype.itemSize),
      offset: 0, storage: ArrayStorage(uninitializedByteCount: array.dtype.itemSize * Layout.count(keptShape))
    )
    copyBlocks(from: array, to: result, axis: 0)
    return result.nativeByteOrder()
  }

  /// Copies the block at either end of an axis, and so on for the axes after it.
  private func copyBlocks(from source: AnyNDArray, to target: AnyNDArray, axis: Int) {
    guard axis < shape.count else {
      StridedCopy.copy(from: source, toNew: target)
      return
    }
    guard keptShape[axis] != shape[axis] else {
      copyBlocks(from: source, to: target, axis: axis + 1)
      return
    }
    copyBlocks(from: source.cut(axis, 0, edge), to: target.cut(axis, 0, edge), axis: axis + 1)
    copyBlocks(
      from: source.cut(axis, shape[axis] - edge, edge), to: target.cut(axis, edge, edge), axis: axis + 1)
  }
}

extension Layout {
  /// The number of elements of a shape that is known to have one.
  static func count(_ shape: [Int]) -> Int { elementCount(shape) ?? 0 }
}

extension AnyNDArray {
  /// `count` places of an axis from `start` on, which must exist.
  fileprivate func cut(_ axis: Int, _ start: Int, _ count: Int) -> AnyNDArray {
    var shape = shape
    shape[axis] = count
    return AnyNDArray(
      uncheckedDType: dtype, shape: shape, strides: strides, offset: offset + start * strides[axis],
      storage: storage)
  }
}
