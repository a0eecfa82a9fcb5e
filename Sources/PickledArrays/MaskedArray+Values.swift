package import NDArrays

// Masked arrays without what their masks hide.

extension PickledArray {
  /// The values that are not masked, in C order: NumPy's `compressed`; `nil` for what has no mask of one flag per element.
  ///
  /// - Throws: ``ArrayError`` if the mask is not that of the values.
  package func compressed() throws(ArrayError) -> AnyNDArray? {
    guard let (values, flags) = try flagged() else { return nil }
    let (size, bytes) = (values.dtype.itemSize, values.bytes)
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    for (index, isHidden) in flags.enumerated() where !isHidden { kept += bytes[(index * size)..<((index + 1) * size)] }
    return try AnyNDArray(bytes: kept, dtype: values.dtype, shape: [size == 0 ? 0 : kept.count / size])
  }

  /// Values with zeros where any of some masks hides them, so that arrays can be compared whatever lies beneath their masks;
  /// masks of another shape, or of records, hide nothing.
  ///
  /// - Throws: ``ArrayError`` if memory is short.
  package static func blanked(_ values: AnyNDArray, by masks: [AnyNDArray]) throws(ArrayError) -> AnyNDArray {
    let masks = masks.filter { $0.dtype.kind == .bool && $0.shape == values.shape }
    guard !masks.isEmpty else { return values }
    let whole = values.contiguous()
    let size = whole.dtype.itemSize
    var bytes = whole.bytes
    for mask in masks {
      for (index, isHidden) in try NDArray<Bool>(mask.contiguous()).elements.enumerated() where isHidden {
        for place in (index * size)..<((index + 1) * size) { bytes[place] = 0 }
      }
    }
    return try AnyNDArray(bytes: bytes, dtype: whole.dtype, shape: whole.shape)
  }

  /// The values as floats with NaN in place of what is masked; `nil` for what has no mask of one flag per element, and for
  /// values that are no real numbers.
  ///
  /// - Throws: ``ArrayError`` if the mask is not that of the values.
  package func withGaps() throws(ArrayError) -> AnyNDArray? {
    guard let (values, flags) = try flagged(),
      [.bool, .signedInteger, .unsignedInteger, .float].contains(values.dtype.kind)
    else { return nil }
    let numbers = try NDArray<Double>(values.asType(.float64)).elements
    let gaps = zip(numbers, flags).map { number, isHidden in isHidden ? Double.nan : number }
    return try NDArray(gaps, shape: values.shape).untyped
  }

  /// The values in C order, and for each whether it is masked.
  private func flagged() throws(ArrayError) -> (values: AnyNDArray, flags: [Bool])? {
    guard let mask, mask.dtype.kind == .bool, case .values(let values) = content else { return nil }
    let flags = try NDArray<Bool>(mask.contiguous()).elements
    guard flags.count == values.count else { throw ArrayError(.shapeMismatch, "a mask of another shape") }
    return (values.contiguous(), flags)
  }
}
