internal import Locks
internal import SystemPackage

/// A file without a name, for what does not fit into memory: the system takes it back when the last holder lets it go,
/// however the process ends.
///
/// Bytes are appended at its end and can be read from anywhere; one thread at a time writes.
package final class ScratchFile: ByteSink, ByteSource {
  /// How errors name it: by what it holds.
  package let name: String
  private let descriptor: FileDescriptor
  private let count = Lock(0)

  /// How many bytes have been written.
  package var position: Int { count.withLock { $0 } }
  /// How many bytes there are so far.
  package var byteCount: Int? { position }
  /// Free: it is a local file.
  package var seekCost: SeekCost { .free }
  /// True.
  package var canOverwrite: Bool { true }

  /// Makes the file in a folder and takes its name away.
  ///
  /// - Throws: ``FormatError`` if the folder does not exist or may not be written to.
  package init(in folder: String, name: String) throws(FormatError) {
    self.name = name
    var attempt: UInt64 = 0
    while true {
      let path = "\(folder)/.npyio-\(UInt64.random(in: 0...UInt64.max)).scratch"
      do throws(FormatError) {
        descriptor = try SystemCall.open(
          path, .readWrite, options: [.create, .exclusiveCreate], permissions: 0o600)
        SystemCall.remove(path)
        return
      } catch {
        attempt += 1
        guard error.code == .alreadyExists, attempt < 100 else { throw error }
      }
    }
  }

  deinit { try? descriptor.close() }

  /// Appends bytes.
  ///
  /// - Throws: ``FormatError`` with code `io` if the disk is full.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    let start = position
    // Safe: the caller's bytes, used within the call.
    try unsafe put(bytes, at: start)
    count.withLock { $0 = start + bytes.count }
  }

  /// Writes over bytes that are there.
  package func overwrite(_ bytes: [UInt8], at offset: Int) throws(FormatError) {
    // Safe: the array's own bytes, used within the call.
    try unsafe bytes.span.bytes.withUnsafeBytes { (buffer: UnsafeRawBufferPointer) throws(FormatError) in
      try unsafe put(buffer, at: offset)
    }
  }

  /// Nothing waits.
  package func flush() throws(FormatError) {}

  private func put(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FormatError) {
    do {
      // Safe: the caller's bytes, used within the call.
      _ = try unsafe descriptor.writeAll(toAbsoluteOffset: Int64(offset), bytes)
    } catch { throw .system(error, "cannot write a temporary file", file: name) }
  }

  /// Reads by position.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    // Safe: the caller's buffer, used within the call.
    try unsafe descriptor.read(into: buffer, at: offset, inStepsOf: buffer.count, of: "a temporary file", name: name)
  }
}

extension ByteSource {
  /// A copy of all of it that can be read from anywhere: in memory while it is short, else in a file without a name.
  ///
  /// - Parameters:
  ///   - keptInMemory: A source of fewer bytes stays in memory.
  ///   - folder: Where the file is made.
  ///   - check: Is given the count of each piece that was read, before it is kept; throws where it is too much, as streams may
  ///     be endless.
  package func addressableCopy(
    keptInMemory: Int, folder: String, name: String, check: (Int) throws(FormatError) -> Void
  ) throws(FormatError) -> any ByteSource {
    var piece = try readBytes(at: 0, upTo: keptInMemory)
    try check(piece.count)
    guard piece.count == keptInMemory else { return MemorySource(piece, name: name) }
    let file = try ScratchFile(in: folder, name: name)
    while !piece.isEmpty {
      try file.write(piece)
      piece = try readBytes(at: file.position, upTo: 1 << 20)
      try check(piece.count)
    }
    return file
  }
}
