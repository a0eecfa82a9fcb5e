internal import NPZFormat
internal import PickledArrays
internal import ArrayBytes
internal import NPYFormat
package import ByteIO
internal import NDArrays

/// Writes an archive: small arrays are gathered and compressed side by side, large ones are streamed, so that memory
/// stays bounded however many there are.
package final class ArchiveSink {
  private let writer: NPZWriter
  private let options: SaveOptions
  private var waiting: [(name: String, array: StoredArray)] = []
  private var waitingBytes = 0

  private init(_ writer: NPZWriter, _ options: SaveOptions) {
    self.writer = writer
    self.options = options
  }

  /// The most bytes of arrays that wait to be compressed side by side.
  private static let maxWaiting = 64 << 20

  /// Writes an archive, or adds to one; if `body` throws, the file stays what it was.
  ///
  /// - Parameters:
  ///   - appending: Whether members are added to an archive that exists.
  ///   - replaced: Of an archive that is added to, the members that new ones replace, by their whole names.
  package static func write(
    to path: String, appending: Bool = false, replacing replaced: [String] = [], _ options: SaveOptions,
    _ body: (ArchiveSink) throws(FormatError) -> Void
  ) throws(FormatError) {
    if appending {
      let writer = try NPZWriter(
        appendingTo: path, replacing: replaced, compression: options.compression, layout: options.layout)
      do throws(FormatError) { try ArchiveSink(writer, options).complete(body) } catch {
        writer.cancel()
        throw error.at(file: path)
      }
      return
    }
    try AtomicFile.write(to: path, replacing: options.replacing, durability: options.durability) {
      (sink: any ByteSink) throws(FormatError) in
      let writer = try NPZWriter(to: sink, compression: options.compression, layout: options.layout)
      try ArchiveSink(writer, options).complete(body)
    }
  }

  private func complete(_ body: (ArchiveSink) throws(FormatError) -> Void) throws(FormatError) {
    try body(self)
    try flush()
    try writer.close()
  }

  /// Adds an array under a name.
  package func add(_ name: String, _ array: LazyArray) throws(FormatError) {
    try Conversion.run(array, into: Member(archive: self, name: name))
  }

  /// Adds what another archive holds, as it is or with its arrays transformed.
  ///
  /// - Parameter name: Its name here; `nil` for the one that it has.
  package func add(
    _ entry: Document.Entry, as name: String? = nil, applying transforms: [ArrayTransform] = []
  ) throws(FormatError) {
    switch entry.content {
    case .file(let bytes): try add(file: name ?? entry.name, bytes: bytes())
    case .array(_, let raw?) where transforms.isEmpty:
      // The pickle stays as it is, whatever protocol it has.
      try add(file: (name ?? entry.name) + ".npy", bytes: raw())
    case .array(let array, _): try add(name ?? entry.name, array.applying(transforms))
    }
  }

  /// Adds a file under its whole name.
  package func add(file name: String, bytes: [UInt8]) throws(FormatError) {
    try flush()
    try writer.add(file: name, bytes: bytes)
  }

  private func flush() throws(FormatError) {
    let members = waiting
    (waiting, waitingBytes) = ([], 0)
    try writer.add(members)
  }

  /// A member of the archive as the sink of one array.
  private struct Member: ArraySink {
    let archive: ArchiveSink
    let name: String

    var needs: SinkNeeds { SinkNeeds(count: true) }

    func write(_ array: StoredArray) throws(FormatError) {
      archive.options.warnOfVersion(array.dtype, array.shape)
      archive.waiting.append((name, array))
      archive.waitingBytes += array.values?.nbytes ?? 1 << 10
      if archive.waitingBytes >= ArchiveSink.maxWaiting { try archive.flush() }
    }

    func write(_ source: any ArrayBlockSource) throws(FormatError) {
      archive.options.warnOfVersion(source.descriptor.dtype, source.descriptor.shape)
      try archive.flush()
      try archive.writer.add(name, source)
    }
  }
}
