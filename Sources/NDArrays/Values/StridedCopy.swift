internal import CNumPyIOKernels

/// Copies elements from one layout to another, reversing bytes where the orders differ.
///
/// The axes are first brought into the target's order of memory and merged where both sides run on without a gap,
/// so that most copies end as one `memcpy` or one tight loop; a transposition is done in tiles that stay in the cache.
package enum StridedCopy {
  /// Copies into an array that nobody else holds yet. Both have the same shape; the dtypes differ in byte order only.
  package static func copy(from source: AnyNDArray, toNew target: AnyNDArray) {
    // Safe: the caller has just made the target; both views lie within their storages.
    unsafe copy(
      dtype: source.dtype, targetDType: target.dtype, shape: source.shape, from: source.firstElement,
      sourceStrides: source.strides, to: target.storage.baseAddress + target.offset, targetStrides: target.strides)
    extendLifetime(source.storage)
    extendLifetime(target.storage)
  }

  static func copy(
    dtype: DType, targetDType: DType, shape: [Int], from source: UnsafeRawPointer, sourceStrides: [Int],
    to target: UnsafeMutableRawPointer, targetStrides: [Int]
  ) {
    if let fields = dtype.fields, let targetFields = targetDType.fields, dtype != targetDType {
      // The orders of the fields differ one by one; the gaps between them are copied as they are.
      // Safe: fields and subarrays lie within the items, which the caller guarantees to lie within both memories.
      unsafe copyItems(
        size: dtype.itemSize, swap: 1, shape: shape, from: source, sourceStrides: sourceStrides, to: target,
        targetStrides: targetStrides)
      for (field, targetField) in zip(fields, targetFields) {
        unsafe copy(
          dtype: field.dtype, targetDType: targetField.dtype, shape: shape, from: source + field.offset,
          sourceStrides: sourceStrides, to: target + targetField.offset, targetStrides: targetStrides)
      }
      return
    }
    if let (inner, innerShape) = dtype.subarray, let (targetInner, _) = targetDType.subarray {
      let innerStrides = Layout.strides(innerShape, itemSize: inner.itemSize)
      unsafe copy(
        dtype: inner, targetDType: targetInner, shape: shape + innerShape, from: source,
        sourceStrides: sourceStrides + innerStrides, to: target, targetStrides: targetStrides + innerStrides)
      return
    }
    let swap = dtype.byteOrder == targetDType.byteOrder ? 1 : dtype.swapSize
    unsafe copyItems(
      size: dtype.itemSize, swap: swap, shape: shape, from: source, sourceStrides: sourceStrides, to: target,
      targetStrides: targetStrides)
  }

  /// Copies items of `size` bytes, reversing each `swap` bytes within them.
  private static func copyItems(
    size: Int, swap: Int, shape: [Int], from source: UnsafeRawPointer, sourceStrides: [Int],
    to target: UnsafeMutableRawPointer, targetStrides: [Int]
  ) {
    guard size > 0, !shape.contains(0) else { return }
    let plan = LoopPlan(shape: shape, first: targetStrides, second: sourceStrides)
    // Safe: the plan's offsets are those of items of both sides, by the shape and strides that the caller vouches for.
    var (from, to) = unsafe (source, target)
    unsafe from += plan.secondOffset
    unsafe to += plan.firstOffset
    let inner = plan.inner
    if inner.first == size, inner.second == size {
      plan.forEachRow { (offset: Int, other: Int) in
        if swap == 1 {
          unsafe (to + offset).copyMemory(from: from + other, byteCount: inner.count * size)
        } else {
          unsafe copyRow(
            size, swap, count: inner.count, from: from + other, step: size, to: to + offset, targetStep: size)
        }
      }
      return
    }
    if let outer = plan.tileAxis {
      // The source runs on along another axis than the target: go through both in square tiles.
      let tile = 64
      let axis = plan.axes[outer]
      let isPlain = inner.first == size && axis.second == size && (swap == 1 || swap == size)
      plan.forEachRow(leavingOut: outer) { (offset: Int, other: Int) in
        if isPlain,
          unsafe npyio_transpose(
            CInt(size), swap == 1 ? 0 : 1, npyio_vector_width(), from + other, inner.second, to + offset, axis.first,
            axis.count, inner.count) != 0
        {
          return
        }
        var start = 0
        while start < axis.count {
          let end = min(start + tile, axis.count)
          var column = 0
          while column < inner.count {
            let width = min(tile, inner.count - column)
            for row in start..<end {
              unsafe copyRow(
                size, swap, count: width, from: from + other + row * axis.second + column * inner.second,
                step: inner.second, to: to + offset + row * axis.first + column * inner.first,
                targetStep: inner.first)
            }
            column += width
          }
          start = end
        }
      }
      return
    }
    plan.forEachRow { (offset: Int, other: Int) in
      unsafe copyRow(
        size, swap, count: inner.count, from: from + other, step: inner.second, to: to + offset,
        targetStep: inner.first)
    }
  }

  private static func copyRow(
    _ size: Int, _ swap: Int, count: Int, from source: UnsafeRawPointer, step: Int,
    to target: UnsafeMutableRawPointer, targetStep: Int
  ) {
    // Safe: the caller's row has `count` items of `size` bytes on both sides, and `swap` divides `size`.
    if size <= 16, swap == 1 || swap == size {
      let isDone = unsafe npyio_copy_items(
        CInt(size), swap == 1 ? 0 : 1, npyio_vector_width(), source, step, target, targetStep, count)
      if isDone != 0 { return }
    }
    for index in 0..<count {
      let to = unsafe target + index * targetStep
      unsafe to.copyMemory(from: source + index * step, byteCount: size)
      if swap > 1 {
        for word in stride(from: 0, to: size, by: swap) {
          var bytes = unsafe UnsafeMutableRawBufferPointer(start: to + word, count: swap)
          unsafe bytes.reverse()
        }
      }
    }
  }
}
