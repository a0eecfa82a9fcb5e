internal import ArrayBytes
internal import ArrayDeflate
internal import ByteIO
public import CNumPyIO
internal import NDArrays
internal import NPZFormat

/// `npyio_deflate`, which `numpyio.h` describes.
@c @implementation
public func npyio_deflate(
  _ bytes: UnsafeRawPointer?, _ count: Int64, _ itemSize: Int64, _ compression: Int32,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    guard let level = try NPZCompression(compression).level else {
      throw FormatError(.badArgument, "deflate has no level that stores")
    }
    guard itemSize > 0, itemSize <= 1 << 20 else { throw FormatError(.badArgument, "items of \(itemSize) bytes") }
    let bytes = try unsafe NumPyIOC.bytes(bytes, count, "bytes")
    try unsafe give(out) { () throws(FormatError) in
      let sink = MemorySink()
      let deflate = try DeflateWriter(to: sink, level: level)
      try unsafe deflate.write(bytes, layout: ItemLayout(itemSize: Int(itemSize)))
      _ = try deflate.finish()
      let compressed = try FormatError.wrapping(.limitExceeded, file: nil) { () throws(ArrayError) in
        try AnyNDArray(bytes: sink.bytes, dtype: .uint8, shape: [sink.bytes.count])
      }
      return try ArrayHandle(compressed)
    }
  }
}

/// `npyio_inflate`, which `numpyio.h` describes.
@c @implementation
public func npyio_inflate(
  _ bytes: UnsafeRawPointer?, _ count: Int64, _ resultCount: Int64, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    let bytes = try unsafe NumPyIOC.bytes(bytes, count, "bytes")
    guard resultCount >= 0 else { throw FormatError(.badArgument, "a negative number of bytes") }
    guard Inflate.isPlausible(uncompressedCount: Int(resultCount), compressedCount: bytes.count) else {
      throw FormatError(.corrupt, "\(bytes.count) bytes of deflate cannot hold \(resultCount)")
    }
    try unsafe give(out) { () throws(FormatError) in
      let storage = try ArrayStorage.allocating(Int(resultCount), for: "memory")
      // Safe: the storage is new; nothing is written outside it.
      try unsafe Inflate.inflate(bytes, into: storage.mutableBuffer)
      return try ArrayHandle(
        AnyNDArray(uncheckedDType: .uint8, shape: [storage.byteCount], strides: [1], offset: 0, storage: storage))
    }
  }
}
