import CBenchmarkZlib

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
