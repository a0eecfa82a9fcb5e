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
/// after the last end record. If directory and end record fit a page, the room is made by one write; else it is made
/// in steps of less than the window. Additions that fit the window whole need no room.
final class InPlaceFile: ByteSink {
  let name: String
  let canOverwrite = true
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
  /// Sees every write before it is done, for tests that stop between them or let one fail.
  var observer: (([UInt8], Int) throws(FormatError) -> Void)?
  /// Where the copy of the old directory that is in force begins.
  private var copyStart = 0

  private static let page = 4096
  private static let bufferSize = 1 << 16
  /// How far the file may reach beyond the last end record's beginning; a little less than readers look back.
  private static let window = 65_000
  /// The longest that an end record with zip64's records is, without a comment.
  private static let longestEnd = RecordSize.zip64End + RecordSize.zip64Locator + RecordSize.end

  /// Takes over an open file that holds an archive; `nil` where its directory is too long, or its comment or its
  /// trailing bytes do not allow any of this: then a copy has to be made. So it has for an archive without members,
  /// since 7-Zip takes an end record at the file's start for the whole archive.
  init?(_ descriptor: FileDescriptor, archive: ZipArchive, directory: [UInt8], size: Int) {
    let isLong = directory.count + InPlaceFile.longestEnd > InPlaceFile.page
    guard !directory.isEmpty, directory.count < InPlaceFile.window / 2, archive.comment.isEmpty,
      !archive.end.isFollowedBySignature,
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
      // Safe: the caller's bytes are copied, or written, within the call.
      if let observer { try unsafe observer(Array(bytes), start) }
      try unsafe writeThrough(bytes, at: start)
      pendingStart = start + bytes.count
    } else {
      unsafe pending.append(contentsOf: bytes)
    }
  }

  /// Writes step by step, so that progress can be told and the rest be cancelled.
  private func writeThrough(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(FormatError) {
    var done = 0
    while done < bytes.count {
      let end = done + min(ByteProgress.step, bytes.count - done)
      // Safe: a part of the bytes, which the caller owns for the duration of the call.
      let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[done..<end])
      try attempt(start + done) { try unsafe descriptor.writeAll(toAbsoluteOffset: Int64(start + done), part) }
      try ByteProgress.current?.advance(.sink, by: part.count, file: name)
      done = end
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

  /// Says how many bytes will be written, so that room for them is made in one step.
  func reserve(_ count: Int) throws(FormatError) {
    let end = try position.checkedAdding(count)
    if end - pendingStart > InPlaceFile.bufferSize { try makeRoom(upTo: end, isExact: true) }
  }

  /// Publishes what was written: the directory and the end record of the new archive follow.
  ///
  /// - Parameter closing: Gives directory and end record for a directory at an offset.
  /// - Returns: Whether it could be done; if not, nothing has changed that a reader sees, and all that was written is
  ///   in the file before ``position``.
  func finish(_ closing: (Int) throws(FormatError) -> (records: [UInt8], end: [UInt8])) throws(FormatError)
    -> Bool
  {
    let page = InPlaceFile.page
    var (records, end) = try closing(position)
    let isSmall =
      !hasMoved && position + records.count + page - endRecord < InPlaceFile.window
      && !InPlaceFile.holdsSignature(pending) && !InPlaceFile.holdsSignature(records)
    if isSmall {
      try put(pending, at: pendingStart)
      pendingStart += pending.count
      pending = []
      fileSize = pendingStart
    } else {
      try flush()
    }
    // The end record is not to cross a page, so that it is written whole or not at all.
    var start = fileSize
    let place = (start + records.count) % page
    if place + end.count > page { start += page - place }
    let length = records.count
    (records, end) = try closing(start)
    guard records.count == length, start + length - endRecord < InPlaceFile.window,
      !InPlaceFile.holdsSignature(records)
    else { return false }
    try synchronize()
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
  ///
  /// The move is on disk before the first byte is written into the room: else a power failure could leave the room's
  /// bytes without what makes them harmless.
  private func makeRoom(upTo position: Int, isExact: Bool = false) throws(FormatError) {
    guard !hasMoved || position > copyStart else { return }
    // While more may come: room for a sixteenth more, so that the moves cost little.
    let spare = isExact || !hasMoved ? 0 : min(max((position - originalSize) / 16, 1 << 18), 1 << 26)
    let target = try position.checkedAdding(spare)
    repeat { try placeCopy(near: target) } while copyStart < position
    try synchronize()
    hasMoved = true
  }

  /// Writes the old directory and end record once more: at `target` or a little after it in one write within a page,
  /// or, if they are too long for that, as far towards it as the window allows.
  private func placeCopy(near target: Int) throws(FormatError) {
    let page = InPlaceFile.page
    let isLong = directory.count + InPlaceFile.longestEnd > page
    // Never over the record that is in force.
    var start = max(fileSize, target)
    if isLong {
      start = max(
        fileSize, min(target, endRecord + InPlaceFile.window - directory.count - 2 * InPlaceFile.longestEnd))
    }
    var (records, end) = copy(at: start)
    // No single write that counts crosses a page's end.
    let place = (isLong ? start + records.count : start) % page
    if place + end.count + (isLong ? 0 : records.count) > page {
      start += page - place
      (records, end) = copy(at: start)
    }
    if isLong {
      try put(records, at: start)
      try put(end, at: start + records.count)
    } else {
      try put(records + end, at: start)
    }
    copyStart = start
    endRecord = start + records.count
    fileSize = endRecord + end.count
  }

  private func copy(at start: Int) -> (records: [UInt8], end: [UInt8]) {
    let (zip64, end) = EndRecord.encoded(
      count: archive.members.count, directorySize: directory.count, directoryOffset: start,
      prefix: archive.end.prefix, comment: [])
    return (directory + zip64, end)
  }

  private static func holdsSignature(_ bytes: [UInt8]) -> Bool {
    bytes.lastIndex(of: Signature.end, before: bytes.count) != nil
  }

  private func put(_ bytes: [UInt8], at offset: Int) throws(FormatError) {
    try observer?(bytes, offset)
    try attempt(offset) { _ = try descriptor.writeAll(toAbsoluteOffset: Int64(offset), bytes) }
  }

  private func synchronize() throws(FormatError) { try SystemCall.synchronize(descriptor, name: name) }

  private func attempt(_ offset: Int, _ step: () throws -> Void) throws(FormatError) {
    do { try step() } catch { throw .system(error, "cannot write", file: name).at(offset: offset) }
  }
}
