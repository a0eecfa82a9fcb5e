internal import ByteIO
public import NDArrays
public import PickledArrays
internal import PythonPickle

extension PickledArray {
  /// Python's `str` of a masked array, which has `--` in place of what is missing; `nil` for arrays without a mask.
  ///
  /// - Throws: ``ArrayError`` with code `unsupported` for types that Python has no objects for.
  public func maskedText(options: PrintOptions = PrintOptions()) throws(ArrayError) -> String? {
    guard let mask, case .values(var values) = content else { return nil }
    var hidden = mask
    // Of long axes NumPy looks at the ends only, before it decides whether dots are needed.
    let width = values.ndim > 1 ? 100 : 1500
    for axis in values.shape.indices where values.shape[axis] > width {
      values = try MaskedEnds.joined(values, axis, width / 2)
      hidden = try MaskedEnds.joined(hidden, axis, width / 2)
    }
    var objects = try ObjectArray(values)
    let flags = try NDArray<Bool>(hidden.contiguous()).elements
    for (index, isHidden) in flags.enumerated() where isHidden { objects.items[index] = ObjectArray.masked }
    return objects.formatted(.str, options: options)
  }

  /// The values that are not masked, in C order: NumPy's `compressed`.
  ///
  /// - Throws: ``ArrayError`` if the mask is not that of the values.
  package func compressed() throws(ArrayError) -> AnyNDArray? {
    guard let mask, case .values(let values) = content else { return nil }
    let flags = try NDArray<Bool>(mask.contiguous()).elements
    let (size, bytes) = (values.dtype.itemSize, values.contiguous().bytes)
    guard flags.count * size == bytes.count else { throw ArrayError(.shapeMismatch, "a mask of another shape") }
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    for (index, isHidden) in flags.enumerated() where !isHidden { kept += bytes[(index * size)..<((index + 1) * size)] }
    return try AnyNDArray(bytes: kept, dtype: values.dtype, shape: [size == 0 ? 0 : kept.count / size])
  }
}

private enum MaskedEnds {
  /// The first and the last places of an axis.
  static func joined(_ array: AnyNDArray, _ axis: Int, _ count: Int) throws(ArrayError) -> AnyNDArray {
    let before = [AxisSelection](repeating: .slice(start: nil, stop: nil, step: 1), count: axis)
    let first = try array.slice(before + [.slice(start: nil, stop: count, step: 1)])
    let last = try array.slice(before + [.slice(start: -count, stop: nil, step: 1)])
    // Both halves, one after the other along the axis, which becomes the first for it.
    let order = [axis] + array.shape.indices.filter { $0 != axis }
    let front = try first.transposed(order).contiguous()
    let back = try last.transposed(order).contiguous()
    let shape = [2 * count] + front.shape.dropFirst()
    let joined = try AnyNDArray(bytes: front.bytes + back.bytes, dtype: array.dtype, shape: shape)
    var inverse = [Int](repeating: 0, count: order.count)
    for (place, axis) in order.enumerated() { inverse[axis] = place }
    return try joined.transposed(inverse)
  }
}
