internal import PickledArrays
internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import PythonPickle

/// pandas' intervals: records with the fields `left` and `right`. Which ends belong to them is told by the dtype only.
enum PandasIntervals {
  /// The array that an `IntervalArray` represents; `nil` for any other object.
  static func array(_ object: PickleObject, depth: Int) throws(FormatError) -> StoredArray? {
    guard object.callable?.global?.matches("pandas._libs.interval", "__pyx_unpickle_IntervalMixin") == true,
      let parts = object.state?.dict ?? object.state?.tuple?.first?.dict, let left = parts["_left"],
      let right = parts["_right"]
    else { return nil }
    return try array(left, right, depth: depth)
  }

  /// Records of the beginnings and ends of intervals.
  static func array(_ left: PickleValue, _ right: PickleValue, depth: Int) throws(FormatError) -> StoredArray {
    guard case .values(let left)? = try PandasValues.array(left, depth: depth + 1),
      case .values(let right)? = try PandasValues.array(right, depth: depth + 1), left.ndim == 1,
      left.shape == right.shape
    else { throw PandasFrame.bad("intervals without beginnings and ends") }
    return try FormatError.wrapping(.malformed, file: nil) { () throws(ArrayError) in
      let dtype = try DType.structured([("left", left.dtype), ("right", right.dtype)])
      let (first, second) = (left.dtype.itemSize, right.dtype.itemSize)
      let (begins, ends) = (left.bytes, right.bytes)
      var bytes: [UInt8] = []
      bytes.reserveCapacity(begins.count + ends.count)
      for index in 0..<left.count {
        bytes += begins[(index * first)..<((index + 1) * first)]
        bytes += ends[(index * second)..<((index + 1) * second)]
      }
      return .values(try AnyNDArray(bytes: bytes, dtype: dtype, shape: left.shape))
    }
  }
}
