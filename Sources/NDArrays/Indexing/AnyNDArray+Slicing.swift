extension AnyNDArray {
  /// A part of the array, sharing its memory: NumPy's basic indexing.
  ///
  /// - Precondition: Indices and ranges lie within their axes, as for Swift's own arrays. For indices that come from
  ///   users or files use `slice(_:)`, which throws.
  public subscript(_ indices: any AxisIndex...) -> AnyNDArray {
    get {
      do throws(ArrayError) {
        return try slice(indices.map(\.axisSelection))
      } catch { fatalError(error.message) }
    }
    set {
      do throws(ArrayError) {
        try assign(newValue, to: indices.map(\.axisSelection))
      } catch { fatalError(error.message) }
    }
  }

  /// A part of the array, sharing its memory.
  ///
  /// - Throws: ``ArrayError`` with code `indexOutOfRange` or `badIndex`; the message names axis, index and size.
  public func slice(_ selections: [AxisSelection]) throws(ArrayError) -> AnyNDArray {
    let resolved = try ResolvedSlice(selections, shape: shape)
    return sliced(resolved)
  }

  /// A part of the array, sharing its memory, with indices as the subscript takes them: `try a.slice(0..<2, -1)`.
  ///
  /// - Throws: ``ArrayError`` with code `indexOutOfRange` or `badIndex`; the message names axis, index and size.
  public func slice(_ indices: any AxisIndex...) throws(ArrayError) -> AnyNDArray {
    try slice(indices.map(\.axisSelection))
  }

  package func sliced(_ resolved: ResolvedSlice) -> AnyNDArray {
    let newShape = resolved.shape
    var start = offset
    var steps: [Int] = []
    for (axis, stride) in zip(resolved.axes, strides) {
      start = start &+ axis.start &* stride
      steps.append(stride &* axis.step)
    }
    // An empty slice may begin after the last byte; nothing is read there, and it stays at the array's start.
    if newShape.contains(0) { start = offset }
    return AnyNDArray(
      uncheckedDType: dtype, shape: newShape, strides: resolved.result.map { $0.map { steps[$0] } ?? 0 }, offset: start,
      storage: storage)
  }

  /// Writes values into a part of the array; a value of fewer or shorter axes is repeated as NumPy broadcasts it.
  ///
  /// - Throws: ``ArrayError`` if the shapes do not fit or the values cannot be cast (same kind) to the array's dtype.
  public mutating func assign(_ values: AnyNDArray, to selections: [AxisSelection]) throws(ArrayError) {
    let resolved = try ResolvedSlice(selections, shape: shape)
    // Leading axes of length 1 too many do not count, as in NumPy.
    let extra = values.ndim - resolved.shape.count
    let isLonger = extra > 0 && values.shape[..<extra].allSatisfy { $0 == 1 }
    let source = try (isLonger ? values.reshaped(Array(values.shape[extra...])) : values).broadcast(to: resolved.shape)
    let converted = source.dtype.native == dtype.native ? source : try source.asType(dtype, casting: .sameKind)
    // A value that shares this array's memory is read before it is overwritten.
    let safe = converted.storage === storage ? converted.packed() : converted
    makeUnique()
    StridedCopy.copy(from: safe, toNew: sliced(resolved))
  }

  /// A view in which axes of length 1, and missing leading ones, are repeated: NumPy's `np.broadcast_to`.
  ///
  /// - Throws: ``ArrayError`` with code `shapeMismatch` if an axis is neither 1 nor the wanted length.
  public func broadcast(to wanted: [Int]) throws(ArrayError) -> AnyNDArray {
    if wanted == shape { return self }
    guard wanted.allSatisfy({ $0 >= 0 }) else {
      throw ArrayError(
        .shapeMismatch, "all elements of broadcast shape must be non-negative, not \(Layout.describe(wanted))")
    }
    let missing = wanted.count - ndim
    var steps = [Int](repeating: 0, count: wanted.count)
    var fits = missing >= 0
    if fits {
      for axis in 0..<ndim {
        if shape[axis] == wanted[axis + missing] {
          steps[axis + missing] = strides[axis]
        } else if shape[axis] != 1 {
          fits = false
        }
      }
    }
    guard fits else {
      throw ArrayError(
        .shapeMismatch,
        "could not broadcast input array from shape \(Layout.describe(shape)) into shape \(Layout.describe(wanted))")
    }
    try AnyNDArray.check(shape: wanted, itemSize: dtype.itemSize)
    return AnyNDArray(uncheckedDType: dtype, shape: wanted, strides: steps, offset: offset, storage: storage)
  }
}
