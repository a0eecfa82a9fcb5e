internal import ByteIO
public import CNumPyIO
internal import NDArrays

/// An array that C holds, or what is known of one in a file.
class DescribedHandle: Handle {
  private let description: Description

  init(_ description: Description) { self.description = description }

  /// What C is told of an array, with texts and numbers that stay where they are as long as this object.
  @safe final class Description {
    private let descr: UnsafeMutablePointer<CChar>
    private let axes: UnsafeMutablePointer<Int64>
    private var info = unsafe npyio_info()

    /// - Parameter strides: In bytes.
    init(dtype: DType, shape: [Int], strides: [Int], flags: Int) throws(FormatError) {
      let text: String
      do throws(ArrayError) { text = try dtype.headerDescription() } catch {
        throw FormatError(.unsupported, error.message)
      }
      // Safe: memory of this object's own, for all that is copied into it; freed in `deinit` only.
      unsafe descr = .allocate(capacity: text.utf8.count + 1)
      unsafe descr.initialize(repeating: 0, count: text.utf8.count + 1)
      for (place, byte) in text.utf8.enumerated() { unsafe descr[place] = CChar(bitPattern: byte) }
      unsafe axes = .allocate(capacity: max(1, 2 * shape.count))
      unsafe axes.initialize(repeating: 0, count: max(1, 2 * shape.count))
      for (place, length) in (shape + strides).enumerated() { unsafe axes[place] = Int64(length) }
      unsafe info.descr = UnsafePointer(descr)
      unsafe info.shape = UnsafePointer(axes)
      unsafe info.strides = UnsafePointer(axes + shape.count)
      unsafe info.ndim = Int32(shape.count)
      unsafe info.item_size = Int64(dtype.itemSize)
      unsafe info.byte_count = Int64((Layout.elementCount(shape) ?? 0) * dtype.itemSize)
      unsafe info.flags = Int32(flags)
    }

    deinit {
      // Safe: allocated in `init`; the header says that nobody looks at them any longer than the handle.
      unsafe descr.deallocate()
      unsafe axes.deallocate()
    }

    /// Says where the bytes are: in memory, or in a file.
    func place(data: UnsafeMutableRawPointer?, offset: Int = 0, end: Int = 0) {
      // Safe: only stored.
      unsafe info.data = data
      unsafe info.offset = Int64(offset)
      unsafe info.end = Int64(end)
    }

    func write(to out: UnsafeMutablePointer<npyio_info>?) throws(FormatError) {
      guard let out = unsafe out else {
        throw .noPlace
      }
      // Safe: the caller's structure.
      unsafe out.pointee = info
    }
  }

  final func describe(_ out: UnsafeMutablePointer<npyio_info>?) throws(FormatError) {
    // Safe: the caller's structure, which is written within the call.
    try unsafe description.write(to: out)
  }
}

/// An array in memory, or mapped.
final class ArrayHandle: DescribedHandle {
  let array: AnyNDArray

  /// - Parameter flags: What else is to be told of the array.
  init(_ array: AnyNDArray, flags: Int = 0) throws(FormatError) {
    self.array = array
    var flags = flags
    if array.isCContiguous { flags |= NPYIO_C_ORDER }
    if array.isFContiguous { flags |= NPYIO_FORTRAN_ORDER }
    if array.storage.isWritable { flags |= NPYIO_WRITABLE }
    let description = try Description(dtype: array.dtype, shape: array.shape, strides: array.strides, flags: flags)
    // Safe: the first element, which stays where it is as long as the array is held: as long as this object.
    unsafe description.place(data: UnsafeMutableRawPointer(mutating: array.firstElement))
    super.init(description)
  }
}

/// `npyio_array_info`, which `numpyio.h` describes.
@c @implementation
public func npyio_array_info(
  _ array: OpaquePointer?, _ out: UnsafeMutablePointer<npyio_info>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in try unsafe Handle.of(array, ArrayHandle.self).describe(out) }
}
