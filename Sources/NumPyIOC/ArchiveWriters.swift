internal import ByteIO
public import CNumPyIO
internal import NDArrays
internal import NPZFormat

/// An archive that C is writing.
final class WriterHandle: Handle {
  private let writer: NPZWriter
  private var isOpen = true

  init(_ writer: NPZWriter) { self.writer = writer }

  deinit { if isOpen { writer.cancel() } }

  /// The writer, while it can be written to. What fails leaves an archive that is of no use: it is given up.
  func write(_ body: (NPZWriter) throws(FormatError) -> Void) throws(FormatError) {
    guard isOpen else { throw FormatError(.badArgument, "the archive has been closed, or given up after an error") }
    do throws(FormatError) { try body(writer) } catch {
      isOpen = false
      writer.cancel()
      throw error
    }
  }

  func close() throws(FormatError) {
    try write { (writer) throws(FormatError) in try writer.close() }
    isOpen = false
  }
}

extension NPZCompression {
  init(_ number: Int32) throws(FormatError) {
    switch Int(number) {
    case NPYIO_STORED: self = .none
    case NPYIO_DEFLATE_FAST: self = .fast
    case NPYIO_DEFLATE: self = .default
    case NPYIO_DEFLATE_BEST: self = .best
    case NPYIO_DEFLATE_ZLIB: self = .zlib
    default: throw FormatError(.badArgument, "there is no compression \(number)")
    }
  }
}

/// `npyio_writer_create`, which `numpyio.h` describes.
@c @implementation
public func npyio_writer_create(
  _ path: UnsafePointer<CChar>?, _ compression: Int32, _ durability: Int32,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    let (compression, durability) = (try NPZCompression(compression), try Durability(durability))
    try unsafe give(out) { () throws(FormatError) in
      WriterHandle(
        try unsafe NPZWriter(path: text(path, "the path"), compression: compression, durability: durability))
    }
  }
}

/// `npyio_writer_to_sink`, which `numpyio.h` describes.
@c @implementation
public func npyio_writer_to_sink(
  _ sink: UnsafePointer<npyio_sink>?, _ compression: Int32, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    let compression = try NPZCompression(compression)
    try unsafe give(out) { () throws(FormatError) in
      WriterHandle(try unsafe NPZWriter(to: CallbackSink(sink), compression: compression))
    }
  }
}

/// `npyio_writer_append`, which `numpyio.h` describes.
@c @implementation
public func npyio_writer_append(
  _ path: UnsafePointer<CChar>?, _ replaced: UnsafePointer<UnsafePointer<CChar>?>?, _ replacedCount: Int64,
  _ compression: Int32, _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    let compression = try NPZCompression(compression)
    let names = try unsafe texts(replaced, replacedCount, "names")
    try unsafe give(out) { () throws(FormatError) in
      WriterHandle(
        try unsafe NPZWriter(appendingTo: text(path, "the path"), replacing: names, compression: compression))
    }
  }
}

/// `npyio_writer_add`, which `numpyio.h` describes.
@c @implementation
public func npyio_writer_add(
  _ writer: OpaquePointer?, _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ arrays: UnsafePointer<npyio_view>?,
  _ count: Int64, _ task: OpaquePointer?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    let handle = try unsafe Handle.of(writer, WriterHandle.self)
    let members = try unsafe members(names, arrays, count)
    try handle.write { (writer) throws(FormatError) in try writer.add(members) }
  }
}

/// Arrays of the caller's with their names.
func members(
  _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ arrays: UnsafePointer<npyio_view>?, _ count: Int64
) throws(FormatError) -> [(name: String, array: AnyNDArray)] {
  // Safe: as `texts` and `list`.
  let names = try unsafe texts(names, count, "names")
  let views = try unsafe list(arrays, count, "arrays")
  var members: [(name: String, array: AnyNDArray)] = []
  for (place, name) in names.enumerated() {
    do throws(FormatError) { members.append((name, try unsafe array(views[place]))) } catch {
      throw error.at(member: name)
    }
  }
  return members
}

/// `npyio_archive_save`, which `numpyio.h` describes.
@c @implementation
public func npyio_archive_save(
  _ path: UnsafePointer<CChar>?, _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ arrays: UnsafePointer<npyio_view>?,
  _ count: Int64, _ compression: Int32, _ durability: Int32, _ task: OpaquePointer?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    let (compression, durability) = (try NPZCompression(compression), try Durability(durability))
    let members = try unsafe members(names, arrays, count)
    let path = try unsafe text(path, "the path")
    let archive = WriterHandle(try NPZWriter(path: path, compression: compression, durability: durability))
    try archive.write { (writer) throws(FormatError) in try writer.add(members) }
    try archive.close()
  }
}

/// `npyio_writer_add_bytes`, which `numpyio.h` describes.
@c @implementation
public func npyio_writer_add_bytes(
  _ writer: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ bytes: UnsafeRawPointer?, _ count: Int64,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    let handle = try unsafe Handle.of(writer, WriterHandle.self)
    let (name, bytes) = try unsafe (text(name, "the name"), Array(NumPyIOC.bytes(bytes, count, "bytes")))
    try handle.write { (writer) throws(FormatError) in try writer.add(file: name, bytes: bytes) }
  }
}

/// `npyio_writer_close`, which `numpyio.h` describes.
@c @implementation
public func npyio_writer_close(
  _ writer: OpaquePointer?, _ task: OpaquePointer?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in try unsafe Handle.of(writer, WriterHandle.self).close() }
}
