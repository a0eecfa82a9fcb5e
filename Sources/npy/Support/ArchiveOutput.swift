import ByteIO
import NumPyIO
import ZipArchives

/// An archive that is being written: small arrays are gathered and compressed side by side, large ones pass by, so that
/// no more than some 64 MB are in memory.
final class ArchiveOutput {
  private let writer: NPZWriter
  private var waiting: [(name: String, array: StoredArray)] = []
  private var waitingBytes = 0

  private init(_ writer: NPZWriter) { self.writer = writer }

  /// Writes an archive, or adds to one; if `body` throws, the file stays what it was.
  static func write(
    to path: String, appending: Bool = false, replacing: Bool, _ options: ArchiveOptions,
    _ body: (ArchiveOutput) throws -> Void
  ) throws {
    let (compression, layout) = try options.resolved()
    if appending {
      let writer = try NPZWriter(appendingTo: path, compression: compression, layout: layout)
      do { try ArchiveOutput(writer).complete(body) } catch {
        writer.cancel()
        throw (error as? FormatError)?.at(file: path) ?? error
      }
      return
    }
    var failure: (any Error)?
    do throws(FormatError) {
      try AtomicFile.write(to: path, replacing: replacing) { (sink: any ByteSink) throws(FormatError) in
        let writer = try NPZWriter(to: sink, compression: compression, layout: layout)
        do { try ArchiveOutput(writer).complete(body) } catch {
          failure = error
          throw error as? FormatError ?? FormatError(.badArgument, String(describing: error), file: path)
        }
      }
    } catch {
      // What is no error of a file goes on as it is.
      throw failure.map { $0 is FormatError ? error : $0 } ?? error
    }
  }

  private func complete(_ body: (ArchiveOutput) throws -> Void) throws {
    try body(self)
    try flush()
    try writer.close()
  }

  /// Adds an array.
  func add(_ name: String, _ array: StoredArray) throws(FormatError) {
    array.warnOfVersion()
    waiting.append((name, array))
    waitingBytes += array.values?.nbytes ?? 1 << 10
    if waitingBytes >= ArrayInput.largeSize { try flush() }
  }

  /// Adds an array that passes by.
  func add(_ name: String, _ stream: ArrayStream) throws(FormatError) {
    stream.warnOfVersion()
    try flush()
    try writer.add(name, stream)
  }

  /// Adds a file, under its whole name.
  func add(file name: String, bytes: [UInt8]) throws(FormatError) {
    try flush()
    try writer.add(file: name, bytes: bytes)
  }

  private func flush() throws(FormatError) {
    let members = waiting
    (waiting, waitingBytes) = ([], 0)
    try writer.add(members)
  }
}
