public import ByteIO

extension Inflate {
  /// Inflates a whole stream that a source holds, and then computes the checksum of what came out, on all cores.
  ///
  /// Not while it comes out: another core that follows through the same memory slows the decoder by up to 60%, from one
  /// process to the next.
  ///
  /// - Parameters:
  ///   - source: What holds the stream.
  ///   - offset: Where in the source the stream begins.
  ///   - compressedCount: How many bytes the stream has.
  ///   - target: Memory for all of the output.
  /// - Returns: The CRC-32 of the output.
  /// - Throws: ``FormatError``: as ``inflate(_:into:)``, with the offset in the source; `truncated` if it ends before
  ///   the stream.
  public static func inflateAndChecksum(
    from source: any ByteSource, at offset: Int, compressedCount: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(FormatError) -> UInt32 {
    // Safe: the buffer is this call's until it is given back, and the memory is the caller's.
    let input = ScratchBuffer.pool.take()
    defer { ScratchBuffer.pool.give(input) }
    let count = try input.fill(from: source, at: offset, count: compressedCount)
    do throws(FormatError) {
      _ = try unsafe DeflateDecoder.decode(input.bytes(count), into: target)
    } catch {
      throw error.shifted(by: offset).at(file: source.name)
    }
    return unsafe CRC32.parallelChecksum(UnsafeRawBufferPointer(target))
  }
}
