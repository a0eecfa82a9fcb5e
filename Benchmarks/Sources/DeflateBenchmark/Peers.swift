import CBenchmarkLibdeflate

/// libdeflate at a level, in one stream, on one core. Returns the number of bytes.
func libdeflateDeflate(_ input: [UInt8], level: Int32) -> Int {
  let compressor = libdeflate_alloc_compressor(level)
  defer { libdeflate_free_compressor(compressor) }
  var output = [UInt8](repeating: 0, count: libdeflate_deflate_compress_bound(compressor, input.count))
  return input.withUnsafeBytes { source in
    output.withUnsafeMutableBytes { target in
      libdeflate_deflate_compress(
        compressor, source.baseAddress, source.count, target.baseAddress, target.count)
    }
  }
}
