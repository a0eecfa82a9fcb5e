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

/// Compresses by stock zlib -6 as raw deflate, with a stream of its own each time, as zip files are made; returns the bytes.
public func zlibDeflate(_ input: [UInt8], into output: inout [UInt8]) -> Int {
  var state = z_stream()
  deflateInit2_(&state, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&state) }
  return input.withUnsafeBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      state.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
      state.avail_in = uInt(source.count)
      state.next_out = target.baseAddress
      state.avail_out = uInt(target.count)
      return deflate(&state, Z_FINISH) == Z_STREAM_END ? target.count - Int(state.avail_out) : 0
    }
  }
}
