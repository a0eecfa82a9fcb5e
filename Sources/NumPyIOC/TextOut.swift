internal import ByteIO
public import CNumPyIO
internal import NDArrays
internal import TextTables

extension SaveTextOptions {
  /// The caller's options; NumPy's where there are none.
  fileprivate init(_ pointer: UnsafePointer<npyio_savetxt_options>?) throws(FormatError) {
    self.init()
    // Safe: as the header describes the structure.
    guard let given = unsafe pointer?.pointee else { return }
    let formats = try unsafe texts(given.formats, given.format_count, "formats")
    if formats.count == 1 { format = .single(formats[0]) }
    if formats.count > 1 { format = .columns(formats) }
    delimiter = try unsafe optionalText(given.delimiter, "the delimiter") ?? delimiter
    newline = try unsafe optionalText(given.newline, "the line end") ?? newline
    header = try unsafe optionalText(given.header, "the header") ?? header
    footer = try unsafe optionalText(given.footer, "the footer") ?? footer
    commentPrefix = try unsafe optionalText(given.comments, "the comment sign") ?? commentPrefix
    encoding = try unsafe encodingNamed(given.encoding)
  }
}

/// `npyio_savetxt`, which `numpyio.h` describes.
@c @implementation
public func npyio_savetxt(
  _ array: UnsafePointer<npyio_view>?, _ path: UnsafePointer<CChar>?,
  _ options: UnsafePointer<npyio_savetxt_options>?, _ durability: Int32, _ task: OpaquePointer?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    let durability = try Durability(durability)
    try unsafe NumPyIOC.array(lent: array).saveText(
      to: text(path, "the path"), options: SaveTextOptions(options), durability: durability)
  }
}

/// `npyio_savetxt_sink`, which `numpyio.h` describes.
@c @implementation
public func npyio_savetxt_sink(
  _ array: UnsafePointer<npyio_view>?, _ sink: UnsafePointer<npyio_sink>?,
  _ options: UnsafePointer<npyio_savetxt_options>?, _ task: OpaquePointer?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    let (array, sink) = try unsafe (NumPyIOC.array(lent: array), CallbackSink(sink))
    let options = try unsafe SaveTextOptions(options)
    try ByteProgress.operation(.writing, sink.name, total: array.nbytes, counting: .array) { () throws(FormatError) in
      try array.writeText(to: sink, options: options)
      try sink.flush()
    }
  }
}
