internal import ArrayBytes
internal import ByteIO
public import CNumPyIO
internal import NDArrays
internal import NPYFormat
internal import NPZFormat
internal import ParallelLoops
internal import ZipArchives

/// Arrays of one dtype and shape, read on all cores into one with a new first axis: the samples of a batch.
struct Batch {
  /// How many arrays there are.
  let count: Int
  /// Reads one of them, checked.
  let load: @Sendable (Int) throws(FormatError) -> AnyNDArray

  /// - Throws: ``FormatError`` with code `badArgument` if an array has another dtype, shape or order than the first.
  func stacked() throws(FormatError) -> AnyNDArray {
    guard count > 0 else { throw FormatError(.badArgument, "a batch of no arrays has no shape") }
    let first = try load(0)
    let size = first.nbytes
    let storage = try ArrayStorage.allocating(count.checkedMultiplied(by: size), for: "the batch")
    copy(first, to: storage, at: 0)
    // A few samples at a time, so that a thread has something to do.
    try Parallel.forEachRange(of: count - 1, grain: 8) { (range: Range<Int>) throws(FormatError) in
      for place in range {
        let sample = try load(place + 1)
        guard sample.dtype == first.dtype, sample.shape == first.shape, sample.strides == first.strides else {
          throw unlike(sample, first)
        }
        copy(sample, to: storage, at: (place + 1) * size)
      }
    }
    return try FormatError.wrapping(.limitExceeded, file: nil) { () throws(ArrayError) in
      try AnyNDArray(
        storage: storage, dtype: first.dtype, shape: [count] + first.shape, strides: [size] + first.strides)
    }
  }

  /// Copies a sample, which lies without gaps as every array that is read whole, to its place.
  private func copy(_ sample: AnyNDArray, to storage: ArrayStorage, at offset: Int) {
    // Safe: the bytes of the sample, and as many in the new storage that no other sample has.
    unsafe UnsafeMutableRawBufferPointer(rebasing: storage.mutableBuffer[offset..<(offset + sample.nbytes)])
      .copyMemory(from: UnsafeRawBufferPointer(start: sample.firstElement, count: sample.nbytes))
    extendLifetime(sample.storage)
  }

  private func unlike(_ sample: AnyNDArray, _ first: AnyNDArray) -> FormatError {
    FormatError(
      .badArgument,
      "the arrays of a batch must be alike: \(sample.dtype.notation) of shape \(Layout.describe(sample.shape)) follows "
        + "\(first.dtype.notation) of shape \(Layout.describe(first.shape))")
  }
}

/// `npyio_load_stacked`, which `numpyio.h` describes.
@c @implementation
public func npyio_load_stacked(
  _ paths: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int64, _ limits: UnsafePointer<npyio_limits>?,
  _ task: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    let (paths, limits) = try unsafe (texts(paths, count, "paths"), LoadLimits(limits))
    try unsafe give(out) { () throws(FormatError) in
      let batch = Batch(count: paths.count) { (place: Int) throws(FormatError) in
        try NPYFile(opening: paths[place], limits: limits).read()
      }
      return try ArrayHandle(batch.stacked())
    }
  }
}

/// `npyio_archive_stacked`, which `numpyio.h` describes.
@c @implementation
public func npyio_archive_stacked(
  _ archive: OpaquePointer?, _ members: UnsafePointer<Int64>?, _ count: Int64, _ task: OpaquePointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    let handle = try unsafe Handle.of(archive, ArchiveHandle.self)
    let archive = handle.archive
    var chosen: [ZipMember] = []
    for number in try unsafe list(members, count, "members") { chosen.append(try handle.member(number)) }
    let members = chosen
    try unsafe give(out) { () throws(FormatError) in
      let batch = Batch(count: members.count) { (place: Int) throws(FormatError) in
        try archive.array(members[place].name)
      }
      return try ArrayHandle(batch.stacked())
    }
  }
}
