internal import CNumPyIOKernels
internal import CNumPyIOZlib
internal import ParallelLoops

/// The checksum of zip members and gzip streams: CRC-32 with the polynomial of IEEE 802.3, as Python's
/// `zlib.crc32` computes it.
public enum CRC32 {
  /// The checksum of some bytes, or of bytes that follow others whose checksum is `previous`.
  ///
  /// Cost: more than 10 GB/s on processors that multiply without carry, else zlib's speed (some 4 GB/s).
  public static func checksum(_ bytes: UnsafeRawBufferPointer, following previous: UInt32 = 0) -> UInt32 {
    guard let base = bytes.baseAddress else { return previous }
    // Safe: the kernel reads `count` bytes of a buffer that the caller keeps for the duration of the call.
    if npyio_has_crc32() != 0 { return unsafe npyio_crc32(previous, base, bytes.count) }
    var sum = uLong(previous)
    var done = 0
    while done < bytes.count {
      let part = min(bytes.count - done, 1 << 30)
      // Safe: as above; zlib counts in 32 bits, hence the parts.
      sum = unsafe crc32(sum, base.advanced(by: done).assumingMemoryBound(to: Bytef.self), uInt(part))
      done += part
    }
    return UInt32(truncatingIfNeeded: sum)
  }

  /// The checksum of a span's bytes.
  public static func checksum(_ bytes: RawSpan, following previous: UInt32 = 0) -> UInt32 {
    // Safe: the pointer is not kept beyond the call.
    unsafe bytes.withUnsafeBytes { unsafe checksum($0, following: previous) }
  }

  /// The checksum of whole bytes.
  package static func of(_ bytes: [UInt8]) -> UInt32 {
    // Safe: the buffer is used within the call only.
    unsafe bytes.withUnsafeBytes { unsafe checksum($0) }
  }

  /// The checksum of two runs of bytes, one after the other, from the checksum of each; `secondCount` is the
  /// number of bytes of the second. Costs a fraction of a microsecond, whatever the lengths.
  public static func combine(_ first: UInt32, _ second: UInt32, secondCount: Int) -> UInt32 {
    guard secondCount > 0 else { return first }
    // What it is multiplied by does not matter.
    if first == 0 { return second }
    return UInt32(truncatingIfNeeded: crc32_combine(uLong(first), uLong(second), .init(secondCount)))
  }

  /// The same as `checksum(_:following:)`, on all cores for large buffers.
  public static func parallelChecksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let piece = 4 << 20
    let pieces = (bytes.count + piece - 1) / piece
    guard pieces > 1, Parallel.workers > 1 else { return unsafe checksum(bytes) }
    // Safe: the caller's bytes, in parts, which no thread uses after the call.
    let shared = unsafe SharedBytes(bytes)
    let sums = SharedArray<UInt32>(repeating: 0, count: pieces)
    Parallel.forEach(pieces) { index in
      let lower = index * piece
      sums[index] = unsafe shared.withRange(lower..<min(lower + piece, shared.count)) { unsafe checksum($0) }
    }
    var total = sums[0]
    for index in 1..<pieces {
      total = combine(total, sums[index], secondCount: min(piece, bytes.count - index * piece))
    }
    return total
  }
}
