internal import ArrayBytes
internal import ArrayDeflate
internal import ByteIO
public import CNumPyIO
internal import NDArrays
internal import NPZFormat

/// A member of the caller's, whose content is there as bytes.
private struct Content {
  let name: String
  let bytes: [UInt8]
  let headerCount: Int
  let layout: ItemLayout

  func add(to writer: NPZWriter) throws(FormatError) {
    try writer.add(file: name, bytes: bytes, alignedByte: headerCount, layout: layout)
  }
}

/// Members of the caller's, whose names and contents follow each other.
private func contents(
  _ all: UnsafeRawBufferPointer, _ members: [npyio_content]
) throws(FormatError) -> [Content] {
  var contents: [Content] = []
  var place = 0
  // Safe: the next bytes, as far as there are so many.
  func next(_ count: Int64) throws(FormatError) -> UnsafeRawBufferPointer {
    guard let count = Int(exactly: count), count >= 0, count <= all.count - place else {
      throw FormatError(.badArgument, "members that are longer than their bytes")
    }
    defer { place += count }
    return unsafe UnsafeRawBufferPointer(rebasing: all[place..<(place + count)])
  }
  for member in members {
    guard let name = try unsafe String(validating: next(member.name_count), as: UTF8.self) else {
      throw FormatError(.badArgument, "a member's name is not UTF-8")
    }
    let bytes = try unsafe Array(next(member.count))
    guard (0...member.count).contains(member.header_count) else {
      throw FormatError(.badArgument, "a header that is longer than its member")
    }
    let strides = [member.strides.0, member.strides.1, member.strides.2].prefix { $0 > 0 }
    contents.append(
      Content(
        name: name, bytes: bytes, headerCount: Int(member.header_count),
        layout: ItemLayout(
          itemSize: Int(clamping: member.item_size), atomSize: Int(clamping: member.atom_size),
          strides: strides.map { Int($0) })))
  }
  return contents
}

/// `npyio_archive_encode`, which `numpyio.h` describes.
@c @implementation
public func npyio_archive_encode(
  _ bytes: UnsafeRawPointer?, _ byteCount: Int64, _ members: UnsafePointer<npyio_content>?, _ count: Int64,
  _ compression: Int32, _ path: UnsafePointer<CChar>?, _ durability: Int32, _ task: OpaquePointer?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error, task: task) { () throws(FormatError) in
    let (compression, durability) = (try NPZCompression(compression), try Durability(durability))
    let contents = try unsafe contents(
      NumPyIOC.bytes(bytes, byteCount, "bytes"), list(members, count, "members"))
    if let path = try unsafe optionalText(path, "the path") {
      let archive = WriterHandle(try NPZWriter(path: path, compression: compression, durability: durability))
      for content in contents { try archive.write { (writer) throws(FormatError) in try content.add(to: writer) } }
      return try archive.close()
    }
    try unsafe give(out) { () throws(FormatError) in
      let sink = MemorySink()
      let writer = try NPZWriter(to: sink, compression: compression)
      for content in contents { try content.add(to: writer) }
      try writer.close()
      return try ArrayHandle(
        FormatError.wrapping(.limitExceeded, file: nil) { () throws(ArrayError) in
          try AnyNDArray(bytes: sink.bytes, dtype: .uint8, shape: [sink.bytes.count])
        })
    }
  }
}
