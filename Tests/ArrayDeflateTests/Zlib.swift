import CNumPyIOZlib

/// What stock zlib makes of a raw stream, with room for `room` bytes.
struct ZlibOutcome {
  var bytes: [UInt8]
  /// Whether the stream's end was reached.
  var isWhole: Bool
  /// The bytes of the stream that were not read.
  var unread: Int

  init(inflating stream: [UInt8], room: Int) {
    // A byte more, so that there is an address.
    var input = stream + [0]
    var output = [UInt8](repeating: 0, count: room + 1)
    var state = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(&state, -15, ZLIB_VERSION, size) == Z_OK else {
      (bytes, isWhole, unread) = ([], false, stream.count)
      return
    }
    defer { unsafe inflateEnd(&state) }
    // Safe: zlib reads and writes within the two arrays, of which it is given the addresses and the lengths.
    let result = unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target in
        unsafe state.next_in = source.baseAddress
        unsafe state.avail_in = uInt(stream.count)
        unsafe state.next_out = target.baseAddress
        unsafe state.avail_out = uInt(target.count)
        return unsafe inflate(&state, Z_FINISH)
      }
    }
    output.removeLast(unsafe Int(state.avail_out))
    bytes = output
    isWhole = result == Z_STREAM_END
    unread = unsafe Int(state.avail_in)
  }
}

/// Inflates a raw stream with stock zlib, the oracle; `nil` unless it is whole, gives `count` bytes and leaves none over.
func zlibInflated(_ stream: [UInt8], count: Int) -> [UInt8]? {
  let outcome = ZlibOutcome(inflating: stream, room: count)
  return outcome.isWhole && outcome.unread == 0 && outcome.bytes.count == count ? outcome.bytes : nil
}

/// The same for a stream that may have bytes after its end.
func zlibPrefix(_ stream: [UInt8], count: Int) -> [UInt8]? {
  let outcome = ZlibOutcome(inflating: stream, room: count)
  return outcome.isWhole && outcome.bytes.count == count ? outcome.bytes : nil
}

/// Raw deflate by stock zlib at its default level, which is 6.
func zlibDeflated(_ input: [UInt8]) -> [UInt8] {
  var state = unsafe z_stream()
  let size = unsafe Int32(MemoryLayout<z_stream>.size)
  unsafe deflateInit2_(&state, -1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
  defer { unsafe deflateEnd(&state) }
  var source = input
  var output = [UInt8](repeating: 0, count: input.count * 2 + 100)
  // Safe: zlib reads and writes within the two arrays.
  let count = unsafe source.withUnsafeMutableBufferPointer { source in
    unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe state.next_in = source.baseAddress
      unsafe state.avail_in = uInt(source.count)
      unsafe state.next_out = target.baseAddress
      unsafe state.avail_out = uInt(target.count)
      unsafe deflate(&state, Z_FINISH)
      return unsafe target.count - Int(state.avail_out)
    }
  }
  return Array(output[..<count])
}
