internal import ArrayDeflate
public import ByteIO

/// Writes an archive: members one after the other, then the directory.
///
/// Data goes in as it is to stand in the file: compressing is the caller's. With checksum and sizes known beforehand a
/// member is written in one go by ``add(_:contents:data:)``; without, between ``begin(_:)`` and
/// ``end(crc32:uncompressedSize:directoryExtra:)``, and its header is filled in afterwards, or, into a sink that
/// cannot go back, a data descriptor follows it. The memory taken is the directory's. Python's counterpart is
/// `zipfile.ZipFile(…, "w")`.
///
/// ```swift
/// let file = try AtomicFile(path: "arr.npz")
/// let writer = try ZipWriter(file, layout: .numpy)
/// try writer.add(ZipEntry("arr_0.npy"), bytes: npy)
/// try writer.finish()
/// try file.commit()
/// ```
public final class ZipWriter {
  /// How the archive is laid out.
  public let layout: ZipLayout
  /// The archive's comment, up to 65,535 bytes.
  public let comment: [UInt8]
  /// How many members the directory has so far.
  public private(set) var count: Int
  private let sink: any ByteSink
  /// How errors name the archive.
  public var name: String { sink.name }
  private let isStream: Bool
  /// Whether an archive grows in place, which its ``ZipAppender`` finishes.
  private let isInPlace: Bool
  private let prefix: Int
  private var directory: [UInt8]
  private var names: Set<NameKey>
  private var current: (header: MemberHeader, dataStart: Int)?
  private var hasFailed = false

  /// A writer of a new archive, from the sink's position on.
  ///
  /// - Parameter isStream: Whether to write as CPython does into a pipe: every member with a data descriptor. The
  ///   layout `aligned` needs none where sizes are known, and writes none.
  /// - Throws: `badArgument` if the comment is too long.
  public init(
    _ sink: any ByteSink, layout: ZipLayout = .aligned, isStream: Bool = false, comment: [UInt8] = []
  ) throws(FormatError) {
    guard comment.count <= 0xFFFF else {
      throw FormatError(.badArgument, "an archive's comment has at most 65,535 bytes")
    }
    self.sink = sink
    self.layout = layout
    self.isStream = isStream
    isInPlace = false
    self.comment = comment
    prefix = 0
    count = 0
    directory = []
    names = []
  }

  /// A writer that goes on with an archive whose members are in place.
  init(
    _ sink: any ByteSink, layout: ZipLayout, continuing archive: ZipArchive, directory: [UInt8], isInPlace: Bool
  ) {
    self.sink = sink
    self.layout = layout
    self.isInPlace = isInPlace
    isStream = false
    comment = archive.comment
    prefix = archive.end.prefix
    count = archive.members.count
    self.directory = directory
    names = Set(archive.members.map { NameKey($0.name) })
  }

  /// Leaves members of the archive that is continued out of the directory, so that others can have their names.
  func drop(_ gone: Set<NameKey>, from archive: ZipArchive) {
    guard !gone.isDisjoint(with: names) else { return }
    var kept: [UInt8] = []
    for (member, range) in zip(archive.members, DirectoryParser.entryRanges(archive.members))
    where !gone.contains(NameKey(member.name)) {
      kept += directory[range]
    }
    directory = kept
    count = archive.members.count { !gone.contains(NameKey($0.name)) }
    names.subtract(gone)
  }

  /// Writes a member whose checksum and sizes are known.
  ///
  /// - Parameters:
  ///   - entry: Its name, method and so on.
  ///   - contents: Checksum and sizes.
  ///   - data: Writes exactly `contents.compressedSize` bytes.
  /// - Throws: `alreadyExists` if the name is taken; `badArgument` if it cannot be a name, or if `data` writes
  ///   another number of bytes; what the sink throws. The archive is not to be finished after an error.
  public func add(
    _ entry: ZipEntry, contents: ZipContents, data: (any ByteSink) throws(FormatError) -> Void
  ) throws(FormatError) {
    let isLarge = contents.compressedSize > Zip64.limit || contents.uncompressedSize > Zip64.limit
    let isPending = isStream && layout == .numpy
    guard contents.compressedSize >= 0, contents.uncompressedSize >= 0,
      entry.method != .stored || contents.compressedSize == contents.uncompressedSize
    else { throw FormatError(.badArgument, "sizes that no data has", member: entry.name) }
    try start(entry, contents: contents, hasLocalZip64: layout == .numpy || isLarge, isPending: isPending)
    try attempt(entry.name) { () throws(FormatError) in
      try sink.reserve(contents.compressedSize)
      try data(sink)
      try complete(isPatched: false)
    }
  }

  /// Writes a stored member; its checksum is computed here.
  ///
  /// - Throws: As ``add(_:contents:data:)``.
  public func add(_ entry: ZipEntry, bytes: [UInt8]) throws(FormatError) {
    let contents = ZipContents(
      crc32: CRC32.of(bytes), compressedSize: bytes.count, uncompressedSize: bytes.count)
    try add(entry, contents: contents) { sink throws(FormatError) in try sink.write(bytes) }
  }

  /// Begins a member whose checksum and sizes will be known at its end.
  ///
  /// - Returns: Where its data is to be written, until ``end(crc32:uncompressedSize:directoryExtra:)``.
  /// - Throws: As ``add(_:contents:data:)``.
  public func begin(_ entry: ZipEntry) throws(FormatError) -> any ByteSink {
    try start(entry, contents: nil, hasLocalZip64: true, isPending: isStream || !sink.canOverwrite)
    return sink
  }

  /// Ends the member that was begun.
  ///
  /// - Parameters:
  ///   - crc32: The checksum of the uncompressed data.
  ///   - uncompressedSize: How many bytes the data has.
  ///   - directoryExtra: More extra fields for the directory, known only now.
  /// - Throws: ``FormatError`` with code `badArgument` if no member was begun, and what the sink throws.
  public func end(crc32: UInt32, uncompressedSize: Int, directoryExtra: [UInt8] = []) throws(FormatError) {
    guard let (begun, dataStart) = current else {
      throw FormatError(.badArgument, "no member has been begun")
    }
    var header = begun
    let size = sink.position - dataStart
    guard uncompressedSize >= 0, header.method != .stored || size == uncompressedSize else {
      hasFailed = true
      throw FormatError(.badArgument, "\(size) bytes were written of a stored member of \(uncompressedSize)")
    }
    header.contents = ZipContents(crc32: crc32, compressedSize: size, uncompressedSize: uncompressedSize)
    header.directoryExtra += directoryExtra
    current = (header, dataStart)
    try attempt(nil) { () throws(FormatError) in
      try complete(isPatched: header.flags & Flags.dataDescriptor == 0)
    }
  }

  /// Copies a member of another archive without touching its data; its checksum is not verified.
  ///
  /// - Parameters:
  ///   - member: One of the archive's members.
  ///   - archive: Where it is.
  ///   - name: Its new name, if it gets one.
  /// - Throws: ``FormatError`` if the member cannot be read, its new name is there already, or the sink cannot be written to.
  public func copy(
    _ member: ZipMember, of archive: ZipArchive, renamedTo name: String? = nil
  ) throws(FormatError) {
    let local = try archive.localHeader(of: member)
    var header = try MemberHeader(copying: member, local: local, name: name, offset: sink.position)
    try claim(name ?? member.name)
    if let (byte, alignment) = try alignment(of: member, local) {
      try header.align(byte: byte, to: alignment)
    }
    let bytes = try header.local(isPending: false)
    try attempt(name ?? member.name) { () throws(FormatError) in
      try sink.write(bytes)
      current = (header, sink.position)
      try sink.write(from: archive.source, local.data)
      try complete(isPatched: false)
    }
  }

  /// Writes the directory and the end records, and flushes the sink; nothing can be added afterwards.
  ///
  /// - Throws: `badArgument` if a member was not ended, an error was thrown before, or the writer is that of a
  ///   ``ZipAppender``, which finishes it itself.
  public func finish() throws(FormatError) {
    guard !isInPlace else {
      throw FormatError(.badArgument, "what is appended is finished by committing it")
    }
    let offset = sink.position
    let (records, end) = try closing(at: offset)
    try attempt(nil) { () throws(FormatError) in
      try sink.write(records)
      try sink.write(end)
      try sink.flush()
    }
    hasFailed = true
  }

  /// The directory with zip64's records, and the end record, for a directory that begins at an offset.
  func closing(at offset: Int) throws(FormatError) -> (records: [UInt8], end: [UInt8]) {
    guard current == nil else { throw FormatError(.badArgument, "a member has been begun and not ended") }
    guard !hasFailed else {
      throw FormatError(.badArgument, "the archive is finished, or writing it has failed")
    }
    let (zip64, end) = EndRecord.encoded(
      count: count, directorySize: directory.count, directoryOffset: offset, prefix: prefix, comment: comment)
    return (directory + zip64, end)
  }

  private func start(
    _ entry: ZipEntry, contents: ZipContents?, hasLocalZip64: Bool, isPending: Bool
  ) throws(FormatError) {
    var header = try MemberHeader(entry, offset: sink.position, hasLocalZip64: hasLocalZip64)
    if isPending { header.flags |= Flags.dataDescriptor }
    if layout == .aligned, entry.method == .stored {
      try header.align(byte: entry.alignedByte, to: entry.alignment)
    }
    if let contents { header.contents = contents }
    let bytes = try header.local(isPending: isPending || contents == nil)
    _ = try header.directoryEntry(prefix: prefix)
    try claim(entry.name)
    try attempt(entry.name) { () throws(FormatError) in
      try sink.write(bytes)
      current = (header, sink.position)
    }
  }

  /// How a member that is copied is to be aligned: as it was, or as the layout wants it.
  ///
  /// Which byte had been aligned is not recorded; where the data lay tells it, up to a multiple. A member that lay
  /// right by chance has no padding; it is told from NumPy's by having no zip64 field.
  private func alignment(of member: ZipMember, _ local: LocalHeader) throws(FormatError) -> (
    byte: Int, to: Int
  )? {
    guard member.method == .stored else { return nil }
    let start = local.data.lowerBound
    if let field = try local.extra.only(ExtraFields.ID.alignment) {
      var reader = RecordReader(field)
      let alignment = Int(reader.number(UInt16.self) ?? 0)
      guard alignment > 0, alignment & (alignment - 1) == 0, alignment <= 16_384 else { return nil }
      return ((alignment - start % alignment) % alignment, alignment)
    }
    return layout == .aligned || !local.hasZip64 && start % 64 == 0 ? (0, 64) : nil
  }

  /// Takes a name, once.
  private func claim(_ name: String) throws(FormatError) {
    guard current == nil else { throw FormatError(.badArgument, "a member has been begun and not ended") }
    guard !hasFailed else {
      throw FormatError(.badArgument, "the archive is finished, or writing it has failed")
    }
    guard names.insert(NameKey(name)).inserted else {
      throw FormatError(
        .alreadyExists, "the archive has a member of this name", file: sink.name, member: name)
    }
  }

  private func complete(isPatched: Bool) throws(FormatError) {
    guard let (header, dataStart) = current else { return }
    guard sink.position - dataStart == header.contents.compressedSize else {
      throw FormatError(
        .badArgument,
        "\(sink.position - dataStart) bytes were written of \(header.contents.compressedSize) that were announced"
      )
    }
    if header.flags & Flags.dataDescriptor != 0 {
      try sink.write(header.dataDescriptor)
    } else if isPatched {
      try sink.overwrite(header.local(isPending: false), at: header.offset)
    }
    directory += try header.directoryEntry(prefix: prefix)
    count += 1
    current = nil
  }

  /// Runs a step after which, if it throws, the archive cannot be finished.
  private func attempt(_ member: String?, _ step: () throws(FormatError) -> Void) throws(FormatError) {
    do throws(FormatError) {
      try step()
    } catch {
      hasFailed = true
      current = nil
      throw error.at(file: sink.name, member: member)
    }
  }
}
