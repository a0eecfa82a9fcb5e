public import ByteIO
internal import Dispatch
internal import ParallelLoops
internal import Synchronization

extension Inflate {
  /// Inflates a whole stream that a source holds, and computes the checksum of what comes out, on another core, while
  /// it comes out.
  ///
  /// - Parameters:
  ///   - offset: Where in the source the stream begins.
  ///   - compressedCount: How many bytes the stream has.
  ///   - target: Memory for all of the output.
  /// - Returns: The CRC-32 of the output.
  /// - Throws: ``FormatError``: as ``inflate(_:into:)``, with the offset in the source; `truncated` if it ends before
  ///   the stream.
  public static func inflateAndChecksum(
    from source: any ByteSource, at offset: Int, compressedCount: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(FormatError) -> UInt32 {
    let input = BufferPool.shared.take()
    defer { BufferPool.shared.give(input) }
    let count = try input.fill(from: source, at: offset, count: compressedCount)
    do throws(FormatError) {
      return try unsafe inflateAndChecksum(input.bytes(count), into: target)
    } catch {
      throw error.shifted(by: offset).at(file: source.name)
    }
  }

  private static func inflateAndChecksum(
    _ stream: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(FormatError) -> UInt32 {
    let input = unsafe SharedBytes(stream)
    let output = unsafe SharedTarget(target)
    let follower = ChecksumFollower()
    let sum = Mutex<UInt32>(0)
    // The first call has always begun when there is a second: one that waits for the other cannot keep it from running.
    try Parallel.forEach(2) { (role: Int) throws(FormatError) in
      if role == 0 {
        defer { follower.finish() }
        try unsafe input.withRange(0..<input.count) { (stream) throws(FormatError) in
          try unsafe output.withRange(0..<output.count) { (memory) throws(FormatError) in
            try DeflateDecoder.with { (decoder) throws(FormatError) in
              _ = try unsafe decoder.decode(stream, into: memory) { follower.advance(to: $0) }
            }
          }
        }
      } else {
        let result = follower.checksum(output)
        sum.withLock { $0 = result }
      }
    }
    return sum.withLock { $0 }
  }
}

/// Computes the checksum of memory as far as another thread has filled it.
///
/// It looks from time to time: to be woken for each piece would cost the other thread more than the checksum.
private final class ChecksumFollower: Sendable {
  private let filled = Atomic<Int>(0)
  private let isOver = Atomic<Bool>(false)
  private let end = DispatchSemaphore(value: 0)

  /// What is below `count` is final.
  func advance(to count: Int) { filled.store(count, ordering: .releasing) }

  func finish() {
    isOver.store(true, ordering: .releasing)
    end.signal()
  }

  func checksum(_ memory: SharedTarget) -> UInt32 {
    var done = 0
    var sum: UInt32 = 0
    while true {
      // In this order: what is filled when it is over is all there will be.
      let isLast = isOver.load(ordering: .acquiring)
      let known = filled.load(ordering: .acquiring)
      if known > done {
        // Safe: the other thread writes only behind what it has called final.
        sum = unsafe memory.withRange(done..<known) { memory in
          unsafe CRC32.checksum(UnsafeRawBufferPointer(memory), following: sum)
        }
        done = known
      } else if isLast {
        return sum
      } else {
        _ = end.wait(timeout: .now() + .microseconds(100))
      }
    }
  }
}
