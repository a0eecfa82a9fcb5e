internal import ByteIO
internal import CNumPyIO
internal import NDArrays

/// What keeps lent bytes alive: nobody has to, since the caller promises them for the duration of the call.
private final class Lender: Sendable {
  static let caller = Lender()
}

/// An array of the caller's, without a copy; to be used within the call only.
///
/// - Throws: ``FormatError`` with code `badArgument` where it cannot be an array.
func array(lent pointer: UnsafePointer<npyio_view>?) throws(FormatError) -> AnyNDArray {
  // Safe: the header has callers promise a description of an array that is there.
  guard let view = unsafe pointer?.pointee else { throw FormatError(.badArgument, "the array is NULL") }
  return try unsafe array(view)
}

/// An array that the caller describes.
func array(_ view: npyio_view) throws(FormatError) -> AnyNDArray {
  // Safe: as the header describes the view.
  let dtype = try unsafe dtype(text(view.descr, "the dtype"))
  guard !dtype.hasObjects else {
    throw FormatError(.unsupported, "the elements are Python objects, whose addresses say nothing in a file")
  }
  let shape = try unsafe integers(view.shape, view.ndim, "lengths of axes")
  let isPacked = unsafe view.strides == nil
  let strides = isPacked ? nil : try unsafe integers(view.strides, view.ndim, "strides")
  do throws(ArrayError) {
    let count = try AnyNDArray.check(shape: shape, itemSize: dtype.itemSize)
    let packed = Layout.strides(shape, itemSize: dtype.itemSize)
    guard let reach = Layout.reach(shape, strides ?? packed, itemSize: dtype.itemSize), count > 0 else {
      guard count == 0 else { throw ArrayError(.tooLarge, "strides that lead out of memory") }
      return try AnyNDArray(zeros: shape, dtype: dtype)
    }
    guard let first = unsafe view.data else { throw ArrayError(.outOfBounds, "the array's data are NULL") }
    // Safe: the header has callers promise that all elements are there, from the lowest byte to the highest.
    let storage = unsafe ArrayStorage(
      borrowing: UnsafeMutableRawPointer(mutating: first + reach.low), byteCount: reach.high - reach.low,
      owner: Lender.caller)
    return try AnyNDArray(storage: storage, offset: -reach.low, dtype: dtype, shape: shape, strides: strides)
  } catch { throw FormatError(.badArgument, error.message) }
}
