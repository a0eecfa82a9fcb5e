internal import NPZFormat
internal import PickledArrays
internal import ArrayBytes
internal import NPYFormat
internal import ByteIO
internal import NDArrays

/// Writes an `.npz` archive: small arrays are gathered and compressed side by side, large ones are streamed.
final class NPZTarget: ArchiveTarget {
  private let writer: NPZWriter
  private let options: SaveOptions
  private var waiting: [(name: String, array: StoredArray)] = []
  private var waitingBytes = 0

  init(_ sink: any ByteSink, _ options: SaveOptions) throws(FormatError) {
    writer = try NPZWriter(to: sink, compression: options.compression, layout: options.layout)
    self.options = options
  }

  /// Adds to an archive.
  ///
  /// - Parameter replaced: The members that new ones replace, by their whole names.
  init(appendingTo path: String, replacing replaced: [String], _ options: SaveOptions) throws(FormatError) {
    writer = try NPZWriter(
      appendingTo: path, replacing: replaced, compression: options.compression, layout: options.layout)
    self.options = options
  }

  /// The most bytes of arrays that wait to be compressed side by side.
  private static let maxWaiting = 64 << 20

  var holdsFiles: Bool { true }

  func add(_ name: String, _ array: LazyArray) throws(FormatError) {
    try Conversion.run(array, into: Member(archive: self, name: name))
  }

  func add(file name: String, bytes: [UInt8]) throws(FormatError) {
    try flush()
    try writer.add(file: name, bytes: bytes)
  }

  func add(metadata: [(key: String, value: String)]) throws(FormatError) {
    options.warnOfMetadata(metadata)
  }

  func finish() throws(FormatError) {
    try flush()
    try writer.close()
  }

  /// Leaves an archive that was added to as it was.
  func cancel() { writer.cancel() }

  private func flush() throws(FormatError) {
    let members = waiting
    (waiting, waitingBytes) = ([], 0)
    try writer.add(members)
  }

  /// A member of the archive as the sink of one array.
  private struct Member: ArraySink {
    let archive: NPZTarget
    let name: String

    var needs: SinkNeeds { SinkNeeds(count: true) }

    func write(_ array: StoredArray) throws(FormatError) {
      archive.options.warnOfVersion(array.dtype, array.shape)
      archive.waiting.append((name, array))
      archive.waitingBytes += array.values?.nbytes ?? 1 << 10
      if archive.waitingBytes >= NPZTarget.maxWaiting { try archive.flush() }
    }

    func write(_ source: any ArrayBlockSource) throws(FormatError) {
      archive.options.warnOfVersion(source.descriptor.dtype, source.descriptor.shape)
      try archive.flush()
      try archive.writer.add(name, source)
    }
  }
}
