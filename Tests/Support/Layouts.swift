public import NDArrays

/// The same values in every layout that matters, by name: C and Fortran order, every second place of something
/// larger, backwards, out of the middle, and in the other byte order.
public func layouts(of array: AnyNDArray) throws -> [(name: String, array: AnyNDArray)] {
  var all = [("C", array.packed()), ("Fortran", array.packed(fortran: true))]
  if array.ndim > 0 {
    // Twice as long everywhere, every second place taken.
    var wide = try AnyNDArray(zeros: array.shape.map { 2 * $0 }, dtype: array.dtype)
    let every = array.shape.map { _ in AxisSelection.slice(start: nil, stop: nil, step: 2) }
    try wide.assign(array, to: every)
    all.append(("strided", try wide.slice(every)))
    let back = array.shape.map { _ in AxisSelection.slice(start: nil, stop: nil, step: -1) }
    all.append(("negative", try array.slice(back).packed().slice(back)))
    let margin = array.shape.map { AxisSelection.slice(start: 1, stop: $0 + 1, step: 1) }
    var framed = try AnyNDArray(zeros: array.shape.map { $0 + 3 }, dtype: array.dtype)
    try framed.assign(array, to: margin)
    all.append(("framed", try framed.slice(margin)))
  }
  return all.map { (name: $0.0, array: $0.1) }
}
