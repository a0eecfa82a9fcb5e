#if canImport(CNumPyIOLibdeflate)
  internal import CNumPyIOLibdeflate
  internal import CNumPyIOZlib

  /// libdeflate for one segment, at one of its levels, of which 12 gives the smallest result.
  @safe final class LibdeflateEncoder {
    private let compressor: OpaquePointer

    init?(level: Int) {
      // Safe: made here, freed in `deinit` only.
      guard let compressor = unsafe libdeflate_alloc_compressor(Int32(clamping: level)) else { return nil }
      unsafe self.compressor = compressor
    }

    deinit { unsafe libdeflate_free_compressor(compressor) }

    /// The bytes that a sample takes; `nil` if the memory does not suffice.
    func size(_ bytes: UnsafeRawBufferPointer, using memory: UnsafeMutableRawBufferPointer) -> Int? {
      guard let source = bytes.baseAddress, let target = memory.baseAddress else { return nil }
      // Safe: the library reads and writes within the two buffers.
      let count = unsafe libdeflate_deflate_compress(compressor, source, bytes.count, target, memory.count)
      return count > 0 ? count : nil
    }

    /// Compresses a segment into memory, so that another may follow: libdeflate marks its last block as the
    /// stream's last, which is undone here. `nil` if the memory does not suffice.
    func encode(_ bytes: UnsafeRawBufferPointer, into memory: UnsafeMutableRawBufferPointer) -> BitWriter.End? {
      guard let source = bytes.baseAddress, let target = memory.baseAddress, memory.count > 8 else {
        return nil
      }
      // Safe: the library reads and writes within the two buffers, eight bytes of which are kept for the ending.
      let count = unsafe libdeflate_deflate_compress(
        compressor, source, bytes.count, target, memory.count - 8)
      guard count > 0 else { return nil }
      let stream = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
      guard let end = unsafe LibdeflateEncoder.lastBlock(of: stream) else { return nil }
      unsafe memory[end.lastBlock >> 3] &= ~(UInt8(1) << UInt8(end.lastBlock & 7))
      return end
    }

    /// Where the last block of a stream begins and ends, in bits: zlib inflates it and stops after every block.
    private static func lastBlock(of stream: UnsafeMutableRawBufferPointer) -> BitWriter.End? {
      var state = unsafe z_stream()
      let size = unsafe Int32(MemoryLayout<z_stream>.size)
      guard unsafe inflateInit2_(&state, -15, ZLIB_VERSION, size) == Z_OK else { return nil }
      defer { unsafe inflateEnd(&state) }
      var waste = [UInt8](repeating: 0, count: 1 << 16)
      unsafe state.next_in = stream.baseAddress?.assumingMemoryBound(to: Bytef.self)
      unsafe state.avail_in = uInt(clamping: stream.count)
      var lastStart = 0
      while true {
        // Safe: zlib reads within the stream and writes within the array, each for the duration of the call.
        let result = unsafe waste.withUnsafeMutableBufferPointer { buffer in
          unsafe state.next_out = buffer.baseAddress
          unsafe state.avail_out = uInt(buffer.count)
          return unsafe inflate(&state, Z_BLOCK)
        }
        guard result == Z_OK || result == Z_STREAM_END else { return nil }
        let flags = unsafe Int(state.data_type)
        let used = unsafe stream.count - Int(state.avail_in)
        let bits = used * 8 - (flags & 7)
        // 128: a block has just ended; 64: it was, or is, the last one.
        if flags & 128 != 0, flags & 64 == 0 { lastStart = bits }
        if flags & 128 != 0 && flags & 64 != 0 || result == Z_STREAM_END {
          return BitWriter.End(position: bits >> 3, bitCount: bits & 7, lastBlock: lastStart)
        }
      }
    }
  }
#endif
