public import SystemPackage
internal import Locks

/// A source that can be read forwards only: standard input, a pipe, a device.
public final class StreamSource: ByteSource {
  /// How errors name the stream.
  public let name: String
  /// `nil`: only the end tells the length.
  public var byteCount: Int? { nil }
  /// A stream is read forwards only.
  public var seekCost: SeekCost { .impossible }
  /// Whether the stream is the process's standard input.
  public let isStandardInput: Bool

  private let descriptor: FileDescriptor
  private let keepAlive: FileSource?
  private let position = Lock(0)

  /// The process's standard input.
  public static let standardInput = StreamSource(
    FileDescriptor.standardInput, name: "standard input", isStandardInput: true)

  /// A stream over an open descriptor, which the caller closes.
  public convenience init(_ descriptor: FileDescriptor, name: String) {
    self.init(descriptor, name: name, isStandardInput: false)
  }

  private init(_ descriptor: FileDescriptor, name: String, isStandardInput: Bool) {
    self.descriptor = descriptor
    self.name = name
    self.isStandardInput = isStandardInput
    keepAlive = nil
  }

  init(keeping file: FileSource) {
    descriptor = file.descriptor
    name = file.name
    isStandardInput = false
    keepAlive = file
  }

  /// Reads the next bytes; those before `offset` are skipped.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for an offset before what was read, `io` if the system cannot read.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    try position.withLock { (position: inout Int) throws(FormatError) in
      if offset < position {
        throw FormatError(
          .badArgument, "a stream cannot be read backwards: save it to a file first", file: name, offset: offset)
      }
      while position < offset {
        let skipped = try skip(min(offset - position, 1 << 16))
        if skipped == 0 { return 0 }
        position += skipped
      }
      // Safe: the caller's buffer, used within the call.
      let got = try unsafe readForward(into: buffer, from: position)
      position += got
      return got
    }
  }

  private func skip(_ count: Int) throws(FormatError) -> Int {
    var waste = [UInt8](repeating: 0, count: count)
    // Safe: the array's own memory, used within the call.
    return try unsafe waste.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
      try unsafe readForward(into: UnsafeMutableRawBufferPointer(buffer), from: 0)
    }
  }

  private func readForward(into buffer: UnsafeMutableRawBufferPointer, from position: Int) throws(FormatError) -> Int {
    let progress = ByteProgress.current
    let step = progress == nil ? buffer.count : ByteProgress.step
    var done = 0
    while done < buffer.count {
      let got: Int
      do {
        let end = done + min(step, buffer.count - done)
        // Safe: a part of the rest of the buffer, which the caller owns for the duration of the call.
        got = try unsafe descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[done..<end]))
      } catch {
        throw .system(error, "cannot read", file: name).at(offset: position + done)
      }
      if got == 0 { break }
      done += got
      try progress?.advance(.source, by: got, file: name)
    }
    return done
  }
}
