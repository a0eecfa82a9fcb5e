internal import ByteIO
public import CNumPyIO
internal import Locks

/// Where a caller has bytes read from.
final class SourceHandle: Handle {
  let source: any ByteSource

  init(_ source: any ByteSource) { self.source = source }
}

/// Bytes in memory that the caller keeps until they are released.
@safe private final class LentSource: ByteSource, @unchecked Sendable {
  private let bytes: UnsafeRawBufferPointer
  private let release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
  private let context: UnsafeMutableRawPointer?

  init(
    _ bytes: UnsafeRawBufferPointer, release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?,
    context: UnsafeMutableRawPointer?
  ) {
    // Safe: only stored; the caller keeps the bytes until `release` is called.
    unsafe self.bytes = bytes
    unsafe self.release = release
    unsafe self.context = context
  }

  deinit {
    // Safe: the caller's function, called once, when nobody has the bytes any more.
    unsafe release?(context)
  }

  var name: String { "memory" }
  // Safe: only the number is looked at.
  var byteCount: Int? { unsafe bytes.count }
  var seekCost: SeekCost { .free }

  var residentBytes: ResidentBytes? {
    // Safe: the bytes stay where they are as long as this object.
    unsafe bytes.baseAddress.map { unsafe ResidentBytes(baseAddress: $0, count: bytes.count, isMapped: false) }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    // Safe: `count` bytes lie within both.
    let total = unsafe bytes.count
    guard offset >= 0, offset < total else { return 0 }
    let count = min(buffer.count, total - offset)
    unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)]))
    return count
  }
}

/// Bytes that the caller reads.
@safe private final class CallbackSource: ByteSource, @unchecked Sendable {
  let name: String
  let byteCount: Int?
  let seekCost: SeekCost
  private let reader: npyio_reader
  /// Held while the caller's function runs, where it is not to be called twice at a time (`isExclusive`).
  private let lock = Lock(())
  private let isExclusive: Bool
  /// Where the last read ended: further back, a stream gives nothing.
  private let position = Lock(0)

  init(_ reader: npyio_reader) throws(FormatError) {
    // Safe: as the header describes the structure.
    let isMissing = unsafe reader.read == nil
    guard !isMissing else { throw FormatError(.badArgument, "the reader has no function `read`") }
    name = try unsafe optionalText(reader.name, "the source's name") ?? "source"
    byteCount = unsafe reader.byte_count < 0 ? nil : Int(reader.byte_count)
    seekCost = unsafe reader.forwards_only != 0 ? .impossible : reader.reads_cost != 0 ? .perRead : .free
    isExclusive = unsafe reader.is_exclusive != 0
    unsafe self.reader = reader
  }

  deinit {
    // Safe: the caller's function, called once.
    unsafe reader.release?(reader.context)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    guard seekCost == .impossible else { return try unsafe fill(buffer, at: offset) }
    return try position.withLock { (position: inout Int) throws(FormatError) in
      guard offset >= position else {
        throw FormatError(.badArgument, "a stream cannot be read backwards", file: name, offset: offset)
      }
      // Safe: the caller's buffer, used within the call.
      let got = try unsafe fill(buffer, at: offset)
      position = offset + got
      return got
    }
  }

  /// Reads until the buffer is full or the source ends, in steps between which the task can be cancelled.
  private func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    let progress = ByteProgress.current
    var done = 0
    while done < buffer.count {
      let wanted = progress == nil ? buffer.count - done : min(ByteProgress.step, buffer.count - done)
      // Safe: a part of the rest of the buffer, which the caller owns for the duration of the call.
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done..<(done + wanted)])
      let got: Int64
      if isExclusive {
        got = lock.withLock { _ in unsafe ask(for: rest, at: offset + done) }
      } else {
        got = unsafe ask(for: rest, at: offset + done)
      }
      guard got >= 0, got <= wanted else {
        throw FormatError(.io, "the source could not be read", file: name, offset: offset + done)
      }
      if got == 0 { break }
      done += Int(got)
      try progress?.advance(.source, by: Int(got), file: name)
    }
    return done
  }

  private func ask(for buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int64 {
    // Safe: the caller's function, which writes within the buffer only.
    unsafe reader.read?(reader.context, Int64(offset), buffer.baseAddress, Int64(buffer.count)) ?? -1
  }
}

extension LoadLimits {
  /// The caller's limits; NumPy's where there are none.
  init(_ pointer: UnsafePointer<npyio_limits>?) throws(FormatError) {
    self.init()
    // Safe: the header has callers promise a structure that is there.
    guard let given = unsafe pointer?.pointee else { return }
    guard [given.header_characters, given.array_bytes, given.members, given.archive_bytes].allSatisfy({ $0 >= 0 })
    else {
      throw FormatError(.badArgument, "a limit is negative")
    }
    if given.header_characters > 0 { headerCharacters = Int(given.header_characters) }
    if given.array_bytes > 0 { arrayBytes = Int(given.array_bytes) }
    if given.members > 0 { members = Int(given.members) }
    if given.archive_bytes > 0 { archiveBytes = Int(given.archive_bytes) }
  }
}

/// `npyio_source_path`, which `numpyio.h` describes.
@c @implementation
public func npyio_source_path(
  _ path: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    try unsafe give(out) { () throws(FormatError) in
      SourceHandle(try FileSource.openSource(path: try unsafe text(path, "the path")))
    }
  }
}

/// `npyio_source_memory`, which `numpyio.h` describes.
@c @implementation
public func npyio_source_memory(
  _ bytes: UnsafeRawPointer?, _ count: Int64, _ release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?,
  _ context: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    let lent = try unsafe NumPyIOC.bytes(bytes, count, "bytes")
    try unsafe give(out) { () throws(FormatError) in
      SourceHandle(unsafe LentSource(lent, release: release, context: context))
    }
  }
}

/// `npyio_source_reader`, which `numpyio.h` describes.
@c @implementation
public func npyio_source_reader(
  _ reader: UnsafePointer<npyio_reader>?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<npyio_error>?
) -> npyio_status {
  // Safe: the caller's pointers, as the header describes them.
  unsafe call(error) { () throws(FormatError) in
    guard let reader = unsafe reader?.pointee else { throw FormatError(.badArgument, "the reader is NULL") }
    try unsafe give(out) { () throws(FormatError) in SourceHandle(try unsafe CallbackSource(reader)) }
  }
}
