internal import ByteIO

internal import PlatformC

/// Memory that grows on demand and is used again: fresh pages cost more than what is done with them.
///
/// Used by one thread at a time; ``Pool`` passes it from one to the next.
@safe final class ScratchBuffer: @unchecked Sendable {
  /// Buffers for segments, compressed and not: a few small ones stay for the next array that is read.
  static let pool = Pool(keeping: 8, where: { $0.capacity <= 2 << 20 }, make: { ScratchBuffer() })

  private var base: UnsafeMutableRawPointer?
  private(set) var capacity = 0
  // Safe: no memory yet.
  init() { unsafe base = nil }

  deinit {
    // Safe: allocated by `reserve`, freed here only.
    unsafe free(base)
  }

  /// Makes room; what was in the buffer is lost if it has to grow.
  func reserve(_ wanted: Int) throws(FormatError) {
    guard wanted > capacity else { return }
    // Safe: the old block is not used again.
    unsafe free(base)
    unsafe base = nil
    capacity = 0
    let size = max(wanted, 4096)
    guard let memory = unsafe malloc(size) else {
      throw FormatError(.limitExceeded, "no memory is left for \(size) bytes")
    }
    unsafe base = memory
    capacity = size
  }

  /// The first bytes; valid until the buffer grows or is given back.
  func mutableBytes(_ count: Int) -> UnsafeMutableRawBufferPointer {
    // Safe: never beyond the capacity.
    unsafe UnsafeMutableRawBufferPointer(start: base, count: min(count, capacity))
  }

  /// The first bytes; valid until the buffer grows or is given back.
  // Safe: as above.
  func bytes(_ count: Int) -> UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(mutableBytes(count)) }

  /// Reads `count` bytes of a source; returns the count.
  ///
  /// Memory is taken only if the source has the bytes, or else step by step as they arrive.
  func fill(from source: any ByteSource, at offset: Int, count: Int) throws(FormatError) -> Int {
    let end = try offset.checkedAdding(count)
    if let known = source.byteCount, known < end {
      throw FormatError.truncated(
        "compressed data", expected: count, found: max(0, known - offset), at: known
      )
      .at(file: source.name)
    }
    if source.byteCount != nil || count <= 1 << 22 {
      try reserve(count)
      // Safe: within the memory just reserved.
      let got = try unsafe source.read(into: mutableBytes(count), at: offset)
      try check(got, count, offset, source)
    } else {
      let bytes = try source.readBytes(at: offset, count: count, "compressed data")
      try reserve(count)
      unsafe mutableBytes(count).copyBytes(from: bytes)
    }
    return count
  }

  private func check(_ got: Int, _ count: Int, _ offset: Int, _ source: any ByteSource) throws(FormatError) {
    guard got == count else {
      throw FormatError.truncated("compressed data", expected: count, found: got, at: offset + got)
        .at(file: source.name)
    }
  }
}
