internal import ByteIO
internal import CNumPyIO

/// Bytes that the caller writes.
@safe final class CallbackSink: ByteSink {
  let name: String
  private(set) var position = 0
  private let sink: npyio_sink
  /// Small writes are gathered: a call to another language costs more than they do.
  private var waiting: [UInt8] = []
  private static let gathered = 1 << 16

  /// - Throws: ``FormatError`` with code `badArgument` if there is no function to write with.
  init(_ pointer: UnsafePointer<npyio_sink>?) throws(FormatError) {
    // Safe: the header has callers promise a structure that is there.
    guard let sink = unsafe pointer?.pointee else { throw FormatError(.badArgument, "the sink is NULL") }
    let isMissing = unsafe sink.write == nil
    guard !isMissing else { throw FormatError(.badArgument, "the sink has no function `write`") }
    name = try unsafe optionalText(sink.name, "the sink's name") ?? "sink"
    unsafe self.sink = sink
  }

  // Safe: only looked at.
  var canOverwrite: Bool { unsafe sink.overwrite != nil }

  func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    position += bytes.count
    if waiting.count + bytes.count <= CallbackSink.gathered {
      // Safe: copied within the call.
      unsafe waiting.append(contentsOf: bytes)
      return
    }
    try flush()
    try unsafe hand(bytes)
  }

  func flush() throws(FormatError) {
    guard !waiting.isEmpty else { return }
    let bytes = waiting
    waiting.removeAll(keepingCapacity: true)
    // Safe: the array's own bytes, used within the call.
    try unsafe bytes.span.bytes.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(FormatError) in
      try unsafe hand(bytes)
    }
  }

  func overwrite(_ bytes: [UInt8], at offset: Int) throws(FormatError) {
    try flush()
    // Safe: the caller's function, which reads the bytes within the call.
    let status = unsafe bytes.withUnsafeBytes { bytes in
      unsafe sink.overwrite?(sink.context, Int64(offset), bytes.baseAddress, Int64(bytes.count)) ?? -1
    }
    guard status == 0 else { throw failure(at: offset) }
  }

  /// Hands bytes over in steps between which the task can be cancelled.
  private func hand(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    let progress = ByteProgress.current
    var done = 0
    while done < bytes.count {
      let count = progress == nil ? bytes.count - done : min(ByteProgress.step, bytes.count - done)
      // Safe: a part of the caller's buffer; the function reads it within the call.
      let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[done..<(done + count)])
      let status = unsafe sink.write?(sink.context, part.baseAddress, Int64(part.count)) ?? -1
      guard status == 0 else { throw failure(at: position - bytes.count + done) }
      done += count
      try progress?.advance(.sink, by: count, file: name)
    }
  }

  private func failure(at offset: Int) -> FormatError {
    FormatError(.io, "the sink could not be written to", file: name, offset: offset)
  }
}
