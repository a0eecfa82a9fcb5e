import ByteIO
import SystemPackage

/// An archive's file that grows while it stays whole.
///
/// A reader finds an archive by the end record within the last 65,557 bytes, and (CPython's) takes the directory to
/// lie just before it. So new members cannot simply be written after the old end: once they outgrow that window, a
/// process that dies leaves a file that nobody can read. Instead the old directory and end record are first written
/// again, further out, with room in between for what is to come:
///
///     old members | directory | end |  room  | directory | end        (valid: the old archive)
///     old members | directory | end | new members… | directory | end  (valid: the old archive)
///     … | new members | directory | end | new directory | new end     (valid: the new archive)
///
/// Each step is valid before and after, and a kill within one leaves one or the other: what makes a step count is
/// either a single write within one page of the file, which the system does not split, or lies within the window
/// behind the last end record. If directory and end record fit a page, the room is made by one write; else it is made
/// in steps of less than the window. Additions that fit the window whole need no room.
final class InPlaceFile: PatchableSink {
  let name: String
  private let descriptor: FileDescriptor
  /// The old directory's bytes, to be written again.
  private let directory: [UInt8]
  private let archive: ZipArchive
  private let originalSize: Int
  /// Where the last end record begins, and where the file ends.
  private var endRecord: Int
  private var fileSize: Int
  /// Bytes that are not in the file yet, and where they belong.
  private var pending: [UInt8] = []
  private var pendingStart: Int
  private var hasMoved = false

  private static let page = 4096
  private static let bufferSize = 1 << 16
  /// How far the file may reach beyond the last end record's beginning; a little less than readers look back.
  private static let window = 65_000

  /// Takes over an open file that holds an archive; `nil` where its directory is too long, or its comment or its
  /// trailing bytes do not allow any of this: then a copy has to be made.
  init?(_ descriptor: FileDescriptor, archive: ZipArchive, directory: [UInt8], size: Int) {
    let isLong = directory.count + 200 > InPlaceFile.page
    guard directory.count < InPlaceFile.window / 2, archive.comment.isEmpty, !archive.end.isFollowedBySignature,
      size - archive.end.position < 1000, !InPlaceFile.holdsSignature(directory) || !isLong
    else { return nil }
    self.descriptor = descriptor
    self.archive = archive
    self.directory = directory
    name = archive.source.name
    originalSize = size
    fileSize = size
    endRecord = archive.end.position
    pendingStart = size
  }

  var position: Int { pendingStart + pending.count }

  func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    if pending.count + bytes.count > InPlaceFile.bufferSize { try flush() }
    if bytes.count > InPlaceFile.bufferSize {
      let start = position
      try makeRoom(upTo: try start.checkedAdding(bytes.count))
      try attempt(start) { try unsafe descriptor.writeAll(toAbsoluteOffset: Int64(start), bytes) }
      pendingStart = start + bytes.count
    } else {
      unsafe pending.append(contentsOf: bytes)
    }
  }

  func flush() throws(FormatError) {
    guard !pending.isEmpty else { return }
    try makeRoom(upTo: position)
    try put(pending, at: pendingStart)
    pendingStart += pending.count
    pending.removeAll(keepingCapacity: true)
  }

  func overwrite(_ bytes: [UInt8], at offset: Int) throws(FormatError) {
    if offset >= pendingStart, bytes.count <= position - offset {
      pending.replaceSubrange((offset - pendingStart)..<(offset - pendingStart + bytes.count), with: bytes)
    } else {
      try flush()
      try put(bytes, at: offset)
    }
  }

  /// Publishes what was written: the directory and the end record of the new archive follow.
  ///
  /// - Parameter closing: Gives directory and end record for a directory at an offset.
  /// - Returns: Whether it could be done; if not, nothing has changed that a reader sees.
  func finish(_ closing: (Int) throws(FormatError) -> (records: [UInt8], end: [UInt8])) throws(FormatError) -> Bool {
    let length = try closing(position)
    let isSmall =
      !hasMoved && position + length.records.count + 2 * InPlaceFile.page - endRecord < InPlaceFile.window
      && !InPlaceFile.holdsSignature(pending)
    if isSmall {
      try put(pending, at: pendingStart)
      pendingStart += pending.count
      pending = []
      fileSize = pendingStart
    } else {
      try flush()
    }
    try synchronize()
    var start = fileSize
    let reach = start + length.records.count + 2 * InPlaceFile.page - endRecord
    guard reach < InPlaceFile.window, !InPlaceFile.holdsSignature(length.records) else { return false }
    // The end record is not to cross a page, so that it is written whole or not at all.
    let page = InPlaceFile.page
    let endPlace = (start + length.records.count) % page
    if endPlace + length.end.count > page { start += page - endPlace }
    let (records, end) = try closing(start)
    guard records.count == length.records.count else { return false }
    try put(records, at: start)
    try synchronize()
    try put(end, at: start + records.count)
    try synchronize()
    return true
  }

  /// Puts the file back as it was.
  func restore() {
    _ = try? descriptor.resize(to: Int64(originalSize))
  }

  /// Moves the old directory and end record so far out that bytes up to `position` lie before them.
  private func makeRoom(upTo position: Int) throws(FormatError) {
    guard !hasMoved || position > endRecord - directory.count - 200 else { return }
    // Unknown sizes to come: room for a sixteenth more, so that the moves cost little.
    let spare = hasMoved ? min(max((position - originalSize) / 16, 1 << 16), 1 << 26) : 0
    let target = try position.checkedAdding(spare)
    let page = InPlaceFile.page
    repeat {
      var start = target
      if directory.count + 200 > page {
        start = min(target, endRecord + InPlaceFile.window - directory.count - 200)
      }
      // Never over the record that is in force, and never behind the file's end, where bytes would be missing.
      start = max(start, fileSize)
      let (zip64, end) = EndRecord.encoded(
        count: archive.members.count, directorySize: directory.count, directoryOffset: start,
        prefix: archive.end.prefix, comment: [])
      var records = directory + zip64
      if records.count + end.count <= page {
        if start % page + records.count + end.count > page { start += page - start % page }
      } else {
        let place = (start + records.count) % page
        if place + end.count > page { start += page - place }
      }
      let placed = EndRecord.encoded(
        count: archive.members.count, directorySize: directory.count, directoryOffset: start,
        prefix: archive.end.prefix, comment: [])
      records = directory + placed.zip64
      if records.count + placed.end.count <= page {
        try put(records + placed.end, at: start)
      } else {
        try put(records, at: start)
        try put(placed.end, at: start + records.count)
      }
      endRecord = start + records.count
      fileSize = endRecord + placed.end.count
    } while endRecord - directory.count - 200 < position
    try synchronize()
    hasMoved = true
  }

  private static func holdsSignature(_ bytes: [UInt8]) -> Bool {
    bytes.lastIndex(of: Signature.end, before: bytes.count) != nil
  }

  private func put(_ bytes: [UInt8], at offset: Int) throws(FormatError) {
    try attempt(offset) { _ = try descriptor.writeAll(toAbsoluteOffset: Int64(offset), bytes) }
  }

  private func synchronize() throws(FormatError) { try SystemCall.synchronize(descriptor, name: name) }

  private func attempt(_ offset: Int, _ step: () throws -> Void) throws(FormatError) {
    do { try step() } catch { throw .system(error, "cannot write", file: name).at(offset: offset) }
  }
}
