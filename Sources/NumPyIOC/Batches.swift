internal import ArrayBytes
internal import ByteIO
public import CNumPyIO
internal import NDArrays
internal import NPYFormat
internal import NPZFormat
internal import ParallelLoops
internal import ZipArchives

/// Where the samples of a batch are.
protocol SampleSource: Sendable {
  /// How many there are.
  var count: Int { get }

  /// Reads a sample, checked.
  func load(_ place: Int) throws(FormatError) -> AnyNDArray

  /// The bytes before the elements of a sample.
  func header(_ place: Int) throws(FormatError) -> [UInt8]

  /// Reads the elements of a sample if its header is the given one, byte for byte: without looking what it says.
  ///
  /// - Returns: False for one of another header or size, and for one that cannot be read, which ``load(_:)`` tells of.
  func read(_ place: Int, after header: [UInt8], into target: UnsafeMutableRawBufferPointer) -> Bool
}

extension SampleSource {
  /// Arrays of one dtype and shape, read on all cores into one with a new first axis.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` if an array has another dtype, shape or order than the first.
  func stacked() throws(FormatError) -> AnyNDArray {
    guard count > 0 else { throw FormatError(.badArgument, "a batch of no arrays has no shape") }
    let first = try load(0)
    let size = first.nbytes
    let header = try header(0)
    let storage = try ArrayStorage.allocating(count.checkedMultiplied(by: size), for: "the batch")
    copy(first, to: storage, at: 0)
    // A few samples at a time, so that a thread has something to do.
    try Parallel.forEachRange(of: count - 1, grain: 8) { (range: Range<Int>) throws(FormatError) in
      let progress = ByteProgress.current
      for place in range {
        try progress?.check(file: "the batch")
        let offset = (place + 1) * size
        // Safe: the part of the new storage that is this sample's.
        let target = unsafe UnsafeMutableRawBufferPointer(rebasing: storage.mutableBuffer[offset..<(offset + size)])
        if unsafe read(place + 1, after: header, into: target) { continue }
        let sample = try load(place + 1)
        guard sample.dtype == first.dtype, sample.shape == first.shape, sample.strides == first.strides else {
          throw unlike(sample, first)
        }
        copy(sample, to: storage, at: offset)
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

/// Samples that are files, by the caller's texts: to make strings of them all would cost a tenth of the reading.
@safe private struct FileSamples: SampleSource, @unchecked Sendable {
  let count: Int
  private let paths: [UnsafePointer<CChar>?]
  private let limits: LoadLimits

  init(_ paths: [UnsafePointer<CChar>?], _ limits: LoadLimits) {
    // Safe: only stored; the caller's texts stay during the call, and so does this.
    unsafe self.paths = paths
    self.limits = limits
    count = unsafe paths.count
  }

  private func open(_ place: Int) throws(FormatError) -> NPYFile {
    // Safe: as `text`.
    try NPYFile(opening: unsafe text(paths[place], "one of the paths"), limits: limits)
  }

  func load(_ place: Int) throws(FormatError) -> AnyNDArray { try open(place).read() }

  func header(_ place: Int) throws(FormatError) -> [UInt8] {
    let file = try open(place)
    return try file.source.readBytes(at: 0, count: file.header.byteCount, "the header")
  }

  func read(_ place: Int, after header: [UInt8], into target: UnsafeMutableRawBufferPointer) -> Bool {
    // Large ones are read step by step, so that reading them can be cancelled.
    guard target.count <= FileSamples.readInOneGo, let path = unsafe paths[place] else { return false }
    // Safe: the caller's text and memory, and memory of this call's own for as many bytes as the header has.
    return unsafe withUnsafeTemporaryAllocation(byteCount: header.count, alignment: 8) { found in
      guard unsafe SystemCall.readBeginning(of: path, into: found, target) else { return false }
      return unsafe UnsafeRawBufferPointer(found).elementsEqual(header)
    }
  }

  private static let readInOneGo = 1 << 20
}

/// Samples that are members of an archive.
private struct MemberSamples: SampleSource {
  let archive: NPZArchive
  let members: [ZipMember]

  var count: Int { members.count }

  func load(_ place: Int) throws(FormatError) -> AnyNDArray { try archive.array(members[place].name) }

  func header(_ place: Int) throws(FormatError) -> [UInt8] { try archive.headerBytes(of: members[place]) }

  func read(_ place: Int, after header: [UInt8], into target: UnsafeMutableRawBufferPointer) -> Bool {
    // Safe: the caller's memory, used within the call.
    unsafe archive.readSample(members[place], after: header, into: target)
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
    let samples = try unsafe FileSamples(list(paths, count, "paths"), LoadLimits(limits))
    try unsafe give(out) { () throws(FormatError) in try ArrayHandle(samples.stacked()) }
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
    var chosen: [ZipMember] = []
    for number in try unsafe list(members, count, "members") { chosen.append(try handle.member(number)) }
    let samples = MemberSamples(archive: handle.archive, members: chosen)
    try unsafe give(out) { () throws(FormatError) in try ArrayHandle(samples.stacked()) }
  }
}
