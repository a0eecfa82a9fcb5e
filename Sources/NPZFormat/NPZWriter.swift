public import PickledArrays
internal import NPYFormat
package import ArrayBytes
package import ArrayDeflate
public import ByteIO
internal import NDArrays
internal import ParallelLoops
internal import ZipArchives

/// How the members of an archive are compressed.
public enum NPZCompression: String, Sendable, Hashable, CaseIterable {
  /// Not at all: `np.savez`. Members can be mapped.
  case none
  /// As fast as it goes.
  case fast
  /// Mostly far faster than `np.savez_compressed`, and about as small.
  case `default`
  /// As small as deflate can be.
  case best
  /// Stock zlib at level 6: the bytes of `np.savez_compressed`.
  case zlib

  package var level: DeflateLevel? {
    switch self {
    case .none: nil
    case .fast: .fast
    case .default: .default
    case .best: .best
    case .zlib: .zlib
    }
  }
}

/// How an archive is laid out; NumPy reads both.
public enum NPZLayout: Sendable, Hashable {
  /// Array data begins at multiples of 64, so that members can be mapped; compressed members have an index, so that
  /// parts of them can be read.
  case aligned
  /// As CPython 3.11 and later lay out what `np.savez` and `np.savez_compressed` write: with the compressions `none`
  /// and `zlib` byte for byte.
  case numpy

  var zip: ZipLayout { self == .aligned ? .aligned : .numpy }

  /// The private extra field of the directory that holds a member's index of segments: "Ny".
  static let indexFieldID: UInt16 = 0x794E
}

/// Writes an `.npz` archive member by member, to a file or a stream, in bounded memory.
///
/// ```swift
/// let writer = try NPZWriter(path: "run.npz", compression: .default)
/// for step in 0..<10 { try writer.add("step\(step)", simulate(step)) }
/// try writer.close()
/// ```
public final class NPZWriter {
  private let compression: NPZCompression
  private let layout: NPZLayout
  private let zip: ZipWriter
  private let finish: () throws(FormatError) -> Void
  private let giveUp: () -> Void

  /// Opens an archive that replaces what the path names once it is closed, whole.
  ///
  /// - Throws: ``FormatError`` if the file cannot be made.
  public convenience init(
    path: String, compression: NPZCompression = .none, layout: NPZLayout = .aligned, replacing: Bool = true,
    durability: Durability = .consistent
  ) throws(FormatError) {
    if !replacing, FileStatus(path: path) != nil {
      throw FormatError(.alreadyExists, "the file exists", file: path)
    }
    let file = try AtomicFile(path: path, durability: durability)
    let zip = try ZipWriter(file, layout: layout.zip)
    self.init(zip, compression, layout) { () throws(FormatError) in
      try zip.finish()
      try file.commit(replacing: replacing)
    } giveUp: {
      file.discard()
    }
  }

  /// Writes an archive to a sink that need not be able to go back, such as a pipe.
  ///
  /// - Throws: ``FormatError`` if the sink fails.
  public convenience init(
    to sink: any ByteSink, compression: NPZCompression = .none, layout: NPZLayout = .aligned
  ) throws(FormatError) {
    let zip = try ZipWriter(sink, layout: layout.zip, isStream: !sink.canOverwrite)
    self.init(zip, compression, layout) { () throws(FormatError) in
      try zip.finish()
      try sink.flush()
    } giveUp: {
    }
  }

  /// Adds members to an archive that exists; until it is closed the archive stays what it was, also if the process
  /// dies.
  ///
  /// - Parameter replacing: Members, by the names that they have in the archive (`x.npy`), that new ones replace as far
  ///   as they are there. Their bytes stay in the file, unused, until they are more than half of it.
  /// - Throws: ``FormatError`` if there is no such archive.
  public convenience init(
    appendingTo path: String, replacing names: [String] = [], compression: NPZCompression = .none,
    layout: NPZLayout = .aligned
  ) throws(FormatError) {
    let appender = try ZipAppender(path: path, layout: layout.zip, replacing: names)
    self.init(appender.writer, compression, layout) { () throws(FormatError) in
      try appender.commit()
    } giveUp: {
      appender.discard()
    }
  }

  private init(
    _ zip: ZipWriter, _ compression: NPZCompression, _ layout: NPZLayout,
    finish: @escaping () throws(FormatError) -> Void, giveUp: @escaping () -> Void
  ) {
    self.zip = zip
    self.compression = compression
    self.layout = layout
    self.finish = finish
    self.giveUp = giveUp
  }

  /// Adds an array under a name, to which `.npy` is appended.
  ///
  /// - Throws: ``FormatError`` with code `alreadyExists` if the name is taken, `unsupported` for a dtype that the
  ///   format cannot describe.
  public func add(_ name: String, _ array: some SavableArray) throws(FormatError) {
    try add([(name, array)])
  }

  /// Adds several arrays; small ones are compressed side by side.
  ///
  /// - Throws: ``FormatError`` as for a single array: `alreadyExists` for a name that is there, and what the target
  ///   throws.
  public func add<SavedArray: SavableArray>(_ arrays: [(name: String, array: SavedArray)]) throws(FormatError) {
    var members: [NPZMember] = []
    for (name, array) in arrays { members.append(try NPZMember(name, array.stored)) }
    try ByteProgress.operation(
      .writing, zip.name, total: members.reduce(0) { $0 &+ $1.array.nbytes },
      counting: compression == .none ? .sink : .array
    ) { () throws(FormatError) in try add(members) }
  }

  private func add(_ members: [NPZMember]) throws(FormatError) {
    var next = 0
    while next < members.count {
      var end = next
      while let level = compression.level, end < members.count, members[end].isSmall(for: level) { end += 1 }
      if end > next + 1 {
        try addSideBySide(members[next..<end])
        next = end
      } else {
        try add(members[next])
        next += 1
      }
    }
  }

  /// Adds an array that is streamed from another file, in bounded memory.
  ///
  /// - Throws: ``FormatError`` if the array cannot be read; the archive is then of no use.
  package func add(_ name: String, _ source: any ArrayBlockSource) throws(FormatError) {
    try ByteProgress.operation(
      .writing, zip.name, total: source.descriptor.byteCount, counting: compression == .none ? .sink : .array
    ) { () throws(FormatError) in
      let descriptor = source.descriptor
      let header = try NPYHeader.encode(
        dtype: descriptor.dtype, shape: descriptor.shape, fortranOrder: descriptor.isFortranOrder,
        elementFormat: source.foreignFormat
      ).bytes
      try addStream(name + ".npy", header, source)
    }
  }

  /// Adds the elements of an array and nothing else, under its whole name: what PyTorch's files hold.
  package func add(file name: String, elements source: any ArrayBlockSource) throws(FormatError) {
    try ByteProgress.operation(.writing, zip.name, total: source.descriptor.byteCount, counting: .sink) {
      () throws(FormatError) in try addStream(name, [], source)
    }
  }

  private func addStream(
    _ fileName: String, _ header: [UInt8], _ source: any ArrayBlockSource
  ) throws(FormatError) {
    let descriptor = source.descriptor
    guard let level = compression.level else {
      var entry = ZipEntry(fileName)
      entry.alignedByte = header.count
      let sink = ChecksumSink(try zip.begin(entry))
      try sink.write(header)
      try source.forEachRun(inUnitsOf: 1) { (run: AnyNDArray) throws(FormatError) in try run.writeBytes(to: sink) }
      try zip.end(crc32: sink.crc32, uncompressedSize: sink.count)
      return
    }
    let deflate = try DeflateWriter(to: zip.begin(ZipEntry(fileName, method: .deflate)), level: level)
    let layout = ItemLayout(descriptor.dtype, inFileOrder: descriptor.shapeInFileOrder)
    try deflate.write(header)
    // Whole segments.
    let unit = max(1, DeflateWriter.segmentSize(layout: layout, level: level) / max(1, descriptor.dtype.itemSize))
    try source.forEachRun(inUnitsOf: unit, bytes: 32 << 20) { (run: AnyNDArray) throws(FormatError) in
      // Safe: the writer does not keep the bytes beyond the call.
      try unsafe run.contiguous().withContiguousBytes { (bytes: UnsafeRawBufferPointer) throws(FormatError) in
        try unsafe deflate.write(bytes, layout: layout)
      }
    }
    let summary = try deflate.finish()
    try zip.end(
      crc32: summary.crc32, uncompressedSize: summary.uncompressedCount, directoryExtra: indexField(summary.index))
  }

  /// Adds a member that is not an array, or an array that is already encoded, under its whole name.
  ///
  /// - Throws: ``FormatError`` as for a single array: `alreadyExists` for a name that is there, and what the target
  ///   throws.
  public func add(file name: String, bytes: [UInt8]) throws(FormatError) {
    try add(file: name, bytes: bytes, alignedByte: 0, layout: .bytes)
  }

  /// - Parameters:
  ///   - alignedByte: Which of the bytes is to lie at a multiple of 64 where they are stored: the first of an array's elements.
  ///   - layout: What the elements are like.
  package func add(
    file name: String, bytes: [UInt8], alignedByte: Int, layout: ItemLayout
  ) throws(FormatError) {
    var entry = ZipEntry(name, method: compression.level == nil ? .stored : .deflate)
    entry.alignment = 64
    entry.alignedByte = alignedByte
    guard let level = compression.level else {
      try zip.add(entry, bytes: bytes)
      return
    }
    let sink = MemorySink()
    let deflate = try DeflateWriter(to: sink, level: level)
    try deflate.write(bytes, layout: layout)
    let summary = try deflate.finish()
    let contents = ZipContents(
      crc32: summary.crc32, compressedSize: sink.bytes.count, uncompressedSize: bytes.count)
    try zip.add(entry, contents: contents) { (target: any ByteSink) throws(FormatError) in
      try target.write(sink.bytes)
    }
  }

  /// Completes the archive and publishes it.
  ///
  /// - Throws: ``FormatError`` if the system fails; the path then names what it named before.
  public func close() throws(FormatError) { try finish() }

  /// Gives up: the path names what it named before.
  public func cancel() { giveUp() }

  private func add(_ member: NPZMember) throws(FormatError) {
    guard let level = compression.level else {
      try addStored(member)
      return
    }
    if member.isSmall(for: level) {
      try add(member, encoded: member.compressed(level))
      return
    }
    let sink = try zip.begin(ZipEntry(member.fileName, method: .deflate))
    let summary = try member.compress(to: sink, level: level)
    try zip.end(
      crc32: summary.crc32, uncompressedSize: summary.uncompressedCount, directoryExtra: indexField(summary.index))
  }

  private func addSideBySide(_ members: ArraySlice<NPZMember>) throws(FormatError) {
    guard let level = compression.level else { return }
    let target = Target(writer: self)
    let first = members.startIndex
    try Parallel.ordered(
      members.count,
      produce: { (place: Int) throws(FormatError) -> NPZMember.Encoded? in
        try members[first + place].compressed(level)
      },
      consume: { (place: Int, encoded: NPZMember.Encoded) throws(FormatError) in
        try target.writer.add(members[first + place], encoded: encoded)
      })
  }

  /// The writer, handed from thread to thread: `Parallel.ordered` lets one at a time consume.
  private struct Target: @unchecked Sendable { let writer: NPZWriter }

  private func add(_ member: NPZMember, encoded: NPZMember.Encoded) throws(FormatError) {
    var entry = ZipEntry(member.fileName, method: .deflate)
    entry.directoryExtra = indexField(encoded.summary.index)
    let contents = ZipContents(
      crc32: encoded.summary.crc32, compressedSize: encoded.bytes.count,
      uncompressedSize: encoded.summary.uncompressedCount)
    try zip.add(entry, contents: contents) { (sink: any ByteSink) throws(FormatError) in try sink.write(encoded.bytes) }
  }

  private func addStored(_ member: NPZMember) throws(FormatError) {
    var entry = ZipEntry(member.fileName)
    entry.alignedByte = member.header.count
    if member.array.isCContiguous || member.array.isFContiguous {
      let crc = member.checksum
      let size = try member.header.count.checkedAdding(member.array.nbytes)
      let contents = ZipContents(crc32: crc, compressedSize: size, uncompressedSize: size)
      try zip.add(entry, contents: contents) { (sink: any ByteSink) throws(FormatError) in
        try sink.write(member.header)
        try member.array.writeBytes(to: sink)
      }
      return
    }
    let sink = ChecksumSink(try zip.begin(entry))
    try sink.write(member.header)
    try member.array.writeBytes(to: sink)
    try zip.end(crc32: sink.crc32, uncompressedSize: sink.count)
  }

  /// The index of a member's segments as an extra field; nothing where there is no more than one to choose from.
  private func indexField(_ index: SegmentIndex?) -> [UInt8] {
    guard layout == .aligned, let index, index.segments.count > 2 else { return [] }
    return ZipEntry.extraField(NPZLayout.indexFieldID, index.encoded(atMost: 60_000))
  }
}

/// Passes bytes on and computes their checksum.
private final class ChecksumSink: ByteSink {
  private let sink: any ByteSink
  private(set) var crc32: UInt32 = 0
  private(set) var count = 0

  init(_ sink: any ByteSink) { self.sink = sink }

  var name: String { sink.name }
  var position: Int { sink.position }

  func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    // Safe: the bytes are used within the calls only.
    crc32 = unsafe ArrayDeflate.CRC32.checksum(bytes, following: crc32)
    count += bytes.count
    try unsafe sink.write(bytes)
  }

  func flush() throws(FormatError) { try sink.flush() }
}
