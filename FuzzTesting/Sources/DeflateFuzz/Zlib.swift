import CFuzzZlib

/// Raw deflate by stock zlib.
func zlibDeflated(_ input: [UInt8], level: Int32, strategy: Int32) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(
    &stream, level, Z_DEFLATED, -15, 8, strategy, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var source = input
  var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, uLong(input.count))) + 64)
  let count = source.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      stream.next_in = source.baseAddress
      stream.avail_in = uInt(source.count)
      stream.next_out = target.baseAddress
      stream.avail_out = uInt(target.count)
      deflate(&stream, Z_FINISH)
      return target.count - Int(stream.avail_out)
    }
  }
  output.removeLast(output.count - count)
  return output
}

/// What zlib makes of a stream: the bytes, and whether it came to the stream's end within `room` bytes.
func zlibInflated(_ stream: [UInt8], room: Int) -> (bytes: [UInt8], isWhole: Bool, unread: Int) {
  var state = z_stream()
  inflateInit2_(&state, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  defer { inflateEnd(&state) }
  var source = stream
  var output = [UInt8](repeating: 0, count: room + 1)
  let (count, isWhole) = source.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      state.next_in = source.baseAddress
      state.avail_in = uInt(source.count)
      state.next_out = target.baseAddress
      state.avail_out = uInt(target.count)
      let result = inflate(&state, Z_FINISH)
      return (target.count - Int(state.avail_out), result == Z_STREAM_END)
    }
  }
  output.removeLast(output.count - count)
  return (output, isWhole, Int(state.avail_in))
}
