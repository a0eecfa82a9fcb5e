public import SystemPackage

/// Where bytes are written to, in order: a file, a pipe, memory.
///
/// What else a sink can do it says by its capabilities, which have defaults: callers ask for those, never for a sink's
/// type.
public protocol ByteSink: AnyObject {
  /// How errors name the sink.
  var name: String { get }

  /// How many bytes have been written.
  var position: Int { get }

  /// Writes all the bytes of a buffer, or throws.
  func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError)

  /// Hands everything that is buffered on to the system.
  func flush() throws(FormatError)

  /// Whether bytes that were written can be replaced, by ``overwrite(_:at:)``.
  var canOverwrite: Bool { get }

  /// Replaces bytes that were written before: for a header whose numbers are known at the end only.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` if the sink cannot go back.
  func overwrite(_ bytes: [UInt8], at offset: Int) throws(FormatError)

  /// Announces the number of bytes that will be written next, so that a sink that has to make room can do it once.
  func reserve(_ count: Int) throws(FormatError)
}

extension ByteSink {
  /// By default, false: what is written is written.
  public var canOverwrite: Bool { false }

  /// By default, an error.
  ///
  /// - Throws: ``FormatError`` with code `unsupported`, unless the sink has a way of its own.
  public func overwrite(_ bytes: [UInt8], at offset: Int) throws(FormatError) {
    throw FormatError(.unsupported, "what was written here cannot be replaced", file: name, offset: offset)
  }

  /// By default, no room has to be made.
  ///
  /// - Throws: Nothing by default.
  public func reserve(_ count: Int) throws(FormatError) {}

  /// Writes the bytes of an array.
  ///
  /// - Throws: ``FormatError`` if the bytes cannot be written: `io`, or `closedPipe` where nobody reads the pipe any more.
  public func write(_ bytes: [UInt8]) throws(FormatError) {
    // Safe: all bytes of an array of bytes are initialised.
    try unsafe write(bytes.span.bytes)
  }

  /// Writes a string as UTF-8.
  ///
  /// - Throws: ``FormatError`` if the bytes cannot be written: `io`, or `closedPipe` where nobody reads the pipe any more.
  public func write(_ text: String) throws(FormatError) { try write(Array(text.utf8)) }

  /// Writes the bytes of a span.
  ///
  /// - Throws: ``FormatError`` if the bytes cannot be written: `io`, or `closedPipe` where nobody reads the pipe any more.
  public func write(_ bytes: RawSpan) throws(FormatError) {
    // Safe: the sink does not keep the buffer beyond the call.
    try unsafe bytes.withUnsafeBytes { (buffer: UnsafeRawBufferPointer) throws(FormatError) in
      try unsafe write(buffer)
    }
  }

  /// Writes the same byte several times.
  ///
  /// - Throws: ``FormatError`` if the bytes cannot be written: `io`, or `closedPipe` where nobody reads the pipe any more.
  public func write(repeating byte: UInt8, count: Int) throws(FormatError) {
    let block = [UInt8](repeating: byte, count: min(count, 1 << 16))
    var left = count
    while left > 0 {
      let part = min(left, block.count)
      try write(part == block.count ? block : Array(block[..<part]))
      left -= part
    }
  }
}

/// Collects what is written in memory.
public final class MemorySink: ByteSink {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []

  /// An empty sink.
  public init() {}

  /// `memory`.
  public var name: String { "memory" }
  /// How many bytes have been written.
  public var position: Int { bytes.count }

  /// Appends bytes.
  ///
  /// - Throws: ``FormatError`` if the bytes cannot be written: `io`, or `closedPipe` where nobody reads the pipe any more.
  public func write(_ more: UnsafeRawBufferPointer) throws(FormatError) {
    // Safe: the caller's bytes are copied within the call. The first make an array of just their size: there may be no others.
    if bytes.isEmpty { bytes = unsafe [UInt8](more) } else { unsafe bytes.append(contentsOf: more) }
  }
  /// Does nothing: nothing is held back.
  ///
  /// - Throws: ``FormatError`` if the bytes cannot be written: `io`, or `closedPipe` where nobody reads the pipe any more.
  public func flush() throws(FormatError) {}
}

/// Writes to an open descriptor, gathering small writes.
public final class DescriptorSink: ByteSink {
  /// How errors name the sink.
  public let name: String
  private let descriptor: FileDescriptor
  private var buffer: [UInt8] = []
  private var written = 0
  private static let bufferSize = 1 << 16

  /// The process's standard output.
  public static func standardOutput() -> DescriptorSink { DescriptorSink(.standardOutput, name: "standard output") }

  /// A sink over an open descriptor, which the caller closes.
  public init(_ descriptor: FileDescriptor, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  /// How many bytes have been written, those that still wait included.
  public var position: Int { written + buffer.count }

  /// Writes bytes, or gathers them with others until there are 64 KiB.
  ///
  /// - Throws: ``FormatError`` if the bytes cannot be written: `io`, or `closedPipe` where nobody reads the pipe any more.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    if buffer.count + bytes.count <= DescriptorSink.bufferSize {
      // Safe: the caller's bytes are copied, or written, within the call.
      unsafe buffer.append(contentsOf: bytes)
      return
    }
    try flush()
    if bytes.count >= DescriptorSink.bufferSize / 2 {
      try unsafe writeThrough(bytes)
    } else {
      unsafe buffer.append(contentsOf: bytes)
    }
  }

  /// Hands what waits on to the system.
  ///
  /// - Throws: ``FormatError`` if the bytes cannot be written: `io`, or `closedPipe` where nobody reads the pipe any more.
  public func flush() throws(FormatError) {
    guard !buffer.isEmpty else { return }
    // The memory is taken out, and comes back empty.
    var pending: [UInt8] = []
    swap(&pending, &buffer)
    defer {
      pending.removeAll(keepingCapacity: true)
      swap(&pending, &buffer)
    }
    // Safe: the array's own bytes, used within the call.
    try unsafe pending.span.bytes.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(FormatError) in
      try unsafe writeThrough(bytes)
    }
  }

  private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    let progress = ByteProgress.current
    let step = progress == nil ? bytes.count : ByteProgress.step
    var done = 0
    while done < bytes.count {
      let part: Int
      do {
        let end = done + min(step, bytes.count - done)
        // Safe: a part of the rest of the buffer, which the caller owns for the duration of the call.
        part = try unsafe descriptor.write(UnsafeRawBufferPointer(rebasing: bytes[done..<end]))
      } catch {
        throw .system(error, "cannot write", file: name).at(offset: written + done)
      }
      done += part
      try progress?.advance(.sink, by: part, file: name)
    }
    written += done
  }
}
