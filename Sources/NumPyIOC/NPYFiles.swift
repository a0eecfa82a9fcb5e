internal import ArrayBytes
internal import ByteIO
public import CNumPyIO
internal import NDArrays
internal import NPYFormat

extension LoadMode {
  init(_ number: Int32) throws(FormatError) {
    switch Int(number) {
    case NPYIO_READ: self = .whole
    case NPYIO_MAP: self = .mapped
    case NPYIO_MAP_COPY_ON_WRITE: self = .mappedCopyOnWrite
    default: throw FormatError(.badArgument, "there is no mode \(number)")
    }
  }
}

extension Durability {
  init(_ number: Int32) throws(FormatError) {
    switch Int(number) {
    case NPYIO_FAST: self = .none
    case NPYIO_CONSISTENT: self = .consistent
    case NPYIO_DURABLE: self = .durable
    default: throw FormatError(.badArgument, "there is no durability \(number)")
    }
  }
}

/// `npyio_load`, which `numpyio.h` describes.
@c @implementation
public func npyio_load(
  _ path: UnsafePointer<CChar>?, _ mode: Int32, _ limits: UnsafePointer<npyio_limits>?, _ task: OpaquePointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    let mode = try LoadMode(mode)
    let (path, limits) = try unsafe (text(path, "the path"), LoadLimits(limits))
    try unsafe give(out) { () throws(FormatError) in
      guard mode == .whole else {
        return try ArrayHandle(AnyNDArray(contentsOf: path, mode: mode, limits: limits), flags: NPYIO_MAPPED)
      }
      let file = try NPYFile(opening: path, limits: limits)
      return try ArrayHandle(file.read(), flags: file.header.isFromPython2 ? NPYIO_PYTHON2 : 0)
    }
  }
}

/// `npyio_save`, which `numpyio.h` describes.
@c @implementation
public func npyio_save(
  _ array: UnsafePointer<npyio_view>?, _ path: UnsafePointer<CChar>?, _ durability: Int32, _ task: OpaquePointer?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    let durability = try Durability(durability)
    try unsafe NumPyIOC.array(lent: array).save(to: text(path, "the path"), durability: durability)
  }
}

/// `npyio_save_bytes`, which `numpyio.h` describes.
@c @implementation
public func npyio_save_bytes(
  _ data: UnsafeRawPointer?, _ count: Int64, _ path: UnsafePointer<CChar>?, _ durability: Int32, _ task: OpaquePointer?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    let (durability, path) = (try Durability(durability), try unsafe text(path, "the path"))
    let content = try unsafe bytes(data, count, "bytes")
    try ByteProgress.operation(.writing, path, total: content.count, counting: .sink) { () throws(FormatError) in
      try AtomicFile.write(to: path, durability: durability) { (sink: any ByteSink) throws(FormatError) in
        try unsafe sink.write(content)
      }
    }
  }
}

/// `npyio_write`, which `numpyio.h` describes.
@c @implementation
public func npyio_write(
  _ array: UnsafePointer<npyio_view>?, _ sink: UnsafePointer<npyio_sink>?, _ task: OpaquePointer?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    let (array, sink) = try unsafe (NumPyIOC.array(lent: array), CallbackSink(sink))
    try ByteProgress.operation(.writing, sink.name, total: array.nbytes, counting: .sink) { () throws(FormatError) in
      try array.writeNPY(to: sink)
      try sink.flush()
    }
  }
}

/// `npyio_header`, which `numpyio.h` describes.
@c @implementation
public func npyio_header(
  _ descr: UnsafePointer<CChar>?, _ shape: UnsafePointer<Int64>?, _ ndim: Int32, _ fortranOrder: Int32,
  _ bytes: UnsafeMutableRawPointer?, _ capacity: Int64, _ count: UnsafeMutablePointer<Int64>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them; no more is written than there is room for.
  unsafe call(error) { () throws(FormatError) in
    guard let count = unsafe count else { throw .noPlace }
    let dtype = try unsafe dtype(text(descr, "the dtype"))
    let shape = try unsafe integers(shape, ndim, "lengths of axes")
    do throws(ArrayError) { _ = try AnyNDArray.check(shape: shape, itemSize: dtype.itemSize) } catch {
      throw FormatError(.badArgument, error.message)
    }
    let header = try NPYHeader.encode(dtype: dtype, shape: shape, fortranOrder: fortranOrder != 0).bytes
    unsafe count.pointee = Int64(header.count)
    let room = unsafe UnsafeMutableRawBufferPointer(
      start: bytes, count: bytes == nil ? 0 : max(0, Int(clamping: capacity)))
    unsafe room.copyBytes(from: header.prefix(room.count))
  }
}

/// `npyio_append`, which `numpyio.h` describes.
@c @implementation
public func npyio_append(
  _ rows: UnsafePointer<npyio_view>?, _ path: UnsafePointer<CChar>?, _ task: OpaquePointer?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    try unsafe NPYFile.append(array(lent: rows), to: text(path, "the path"))
  }
}
