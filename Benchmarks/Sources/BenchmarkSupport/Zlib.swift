import CBenchmarkZlib

/// Stock zlib at a level, in one stream: what NumPy does. Returns the stream.
public func zlibDeflate(_ input: [UInt8], level: Int32) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(&stream, level, Z_DEFLATED, -15, 8, 0, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var source = input
  var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, uLong(input.count))))
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

/// Whether stock zlib makes of a stream exactly as many bytes as the output has.
public func zlibInflate(_ stream: [UInt8], into output: inout [UInt8]) -> Bool {
  var state = z_stream()
  inflateInit2_(&state, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  defer { inflateEnd(&state) }
  var source = stream
  return source.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      state.next_in = source.baseAddress
      state.avail_in = uInt(source.count)
      state.next_out = target.baseAddress
      state.avail_out = uInt(target.count)
      return inflate(&state, Z_FINISH) == Z_STREAM_END && state.avail_out == 0 && state.avail_in == 0
    }
  }
}
