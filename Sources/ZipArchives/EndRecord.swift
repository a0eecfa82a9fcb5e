import ByteIO

/// The last bytes of a source, read once: where a read is costly, a small archive is opened by a single one.
struct SourceTail {
  let source: any ByteSource
  /// Where the bytes begin in the source.
  let start: Int
  let bytes: [UInt8]

  /// Reads as far back as an end record can begin.
  ///
  /// - Throws: `unsupported` for a stream, `empty` for a source without bytes.
  init(of source: any ByteSource) throws(FormatError) {
    guard let size = source.byteCount, source.isSeekable else {
      throw FormatError(
        .unsupported, "an archive is read from its end, which a stream cannot do", file: source.name)
    }
    guard size > 0 else { throw FormatError(.empty, "the file is empty", file: source.name) }
    self.source = source
    start = max(0, size - RecordSize.endSearch)
    // At most 65,557 bytes, which are there: taken at once, where `readBytes` would go step by step.
    var tail = [UInt8](repeating: 0, count: size - start)
    let place = start
    // Safe: the source does not keep the buffer beyond the call.
    let got = try unsafe tail.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
      try unsafe source.read(into: UnsafeMutableRawBufferPointer(buffer), at: place)
    }
    guard got == tail.count else {
      throw .truncated("the archive's end", expected: tail.count, found: got, at: start + got).at(
        file: source.name)
    }
    bytes = tail
  }

  /// Reads up to `count` bytes, from the tail if they all lie in it.
  func readBytes(at offset: Int, upTo count: Int) throws(FormatError) -> [UInt8] {
    guard offset >= start else { return try source.readBytes(at: offset, upTo: count) }
    let index = min(offset - start, bytes.count)
    return Array(bytes[index..<(index + min(count, bytes.count - index))])
  }
}

/// What the records at an archive's end say of its directory, checked against the file's length.
struct EndRecord {
  /// How many members the directory holds.
  var count: Int
  /// Whether `count` may have wrapped at 65,536, as writers without zip64 let it.
  var countMayWrap: Bool
  /// Where the directory lies, in bytes from the source's start.
  var directory: Range<Int>
  /// How many bytes precede what the archive counts its offsets from.
  var prefix: Int
  /// Where the end record itself begins.
  var position: Int
  /// The archive's comment.
  var comment: [UInt8]
  /// Whether another end record's signature follows the one in use, in a comment or in trailing bytes.
  var isFollowedBySignature: Bool

  /// Finds the end record in the last 65,557 bytes of the source.
  ///
  /// The last record counts, as it does for CPython, whether its comment reaches the source's end or bytes follow the
  /// archive. If it is broken that is an error, even if an earlier record is whole: other readers would show the members
  /// of the one, we those of the other. So is a whole record within the comment of another. A signature alone does not
  /// make a record: its numbers have to lead any reader to a directory.
  ///
  /// - Parameter isLenient: Whether the last record is taken as `zipfile` takes it: whatever it says of disks, and with a
  ///   comment that is cut.
  static func find(in tail: SourceTail, isLenient: Bool = false) throws(FormatError) -> EndRecord {
    let source = tail.source
    let size = tail.start + tail.bytes.count
    var last: EndRecord?
    var broken: FormatError?
    var trouble: FormatError?
    var searchEnd = tail.bytes.count
    var isLast = true
    while let index = tail.bytes.lastIndex(of: Signature.end, before: searchEnd) {
      searchEnd = index + 3
      defer { isLast = false }
      do throws(FormatError) {
        guard var record = try parse(tail, index: index, isLenient: isLenient) else {
          if last == nil, broken == nil, leadsToDirectory(tail, index) {
            broken = malformed("the comment reaches beyond the end of the file", tail.start + index)
          }
          continue
        }
        if last == nil {
          record.isFollowedBySignature = !isLast
          if isLenient { return record }
          last = record
        } else if record.position + RecordSize.end + record.comment.count == size {
          throw FormatError(
            .ambiguous, "two end records reach the end of the file, one in the other's comment", file: source.name)
        }
      } catch {
        if error.code == .ambiguous { throw error }
        trouble = trouble ?? error
        if last == nil, broken == nil, leadsToDirectory(tail, index) { broken = error }
      }
    }
    if let last {
      if let broken { throw broken.at(file: source.name) }
      return last
    }
    if let trouble { throw trouble.at(file: source.name) }
    let start = try tail.readBytes(at: 0, upTo: 4)
    if start.hasSignature(Signature.localHeader, at: 0) || start.hasSignature(Signature.end, at: 0) {
      throw FormatError(
        .truncated, "the archive's end record is missing: the file is cut short", file: source.name,
        offset: size)
    }
    throw FormatError(.wrongKind, "this is not a zip archive", file: source.name)
  }

  /// Whether some reader may take what follows a signature for an end record: its numbers lead to a directory, which
  /// may be empty, by its size or by its offset, or a zip64 locator precedes it.
  private static func leadsToDirectory(_ tail: SourceTail, _ index: Int) -> Bool {
    let position = tail.start + index
    var reader = RecordReader(tail.bytes[(index + 4)...])
    guard reader.take(8) != nil, let size: UInt32 = reader.number(), let offset: UInt32 = reader.number(),
      let _: UInt16 = reader.number()
    else { return false }
    func has(_ signature: UInt32, at start: Int) -> Bool {
      guard start >= 0, let bytes = try? tail.readBytes(at: start, upTo: 4) else { return false }
      return bytes.hasSignature(signature, at: 0)
    }
    return size == 0 || has(Signature.directoryEntry, at: position - Int(size))
      || has(Signature.directoryEntry, at: Int(offset))
      || has(Signature.zip64Locator, at: position - RecordSize.zip64Locator)
  }

  /// Reads one candidate; `nil` if its bytes are incomplete.
  private static func parse(_ tail: SourceTail, index: Int, isLenient: Bool) throws(FormatError) -> EndRecord? {
    var reader = RecordReader(tail.bytes[(index + 4)...])
    guard let disk: UInt16 = reader.number(), let firstDisk: UInt16 = reader.number(),
      let countHere: UInt16 = reader.number(), let count: UInt16 = reader.number(),
      let size: UInt32 = reader.number(), let offset: UInt32 = reader.number(),
      let commentSize: UInt16 = reader.number(),
      let comment = reader.take(isLenient ? min(Int(commentSize), reader.remaining) : Int(commentSize))
    else { return nil }
    let position = tail.start + index
    if let zip64 = try Zip64End.find(before: position, in: tail) {
      // The old record's numbers are either all ones or the same.
      guard count == .max || UInt64(count) == zip64.count, size == .max || UInt64(size) == zip64.size,
        offset == .max || UInt64(offset) == zip64.offset
      else { throw malformed("the zip64 end record contradicts the end record", position) }
      return try located(
        count: zip64.count, mayWrap: false, size: zip64.size, offset: zip64.offset, end: zip64.position,
        position: position, comment: Array(comment), tail: tail, isLenient: isLenient)
    }
    guard isLenient || (disk == 0 && firstDisk == 0 && countHere == count) else {
      throw FormatError(.unsupported, "the archive spans several files", offset: position)
    }
    return try located(
      count: UInt64(count), mayWrap: true, size: UInt64(size), offset: UInt64(offset), end: position,
      position: position, comment: Array(comment), tail: tail, isLenient: isLenient)
  }

  /// Checks that the directory is where it is said to be: just before the end records.
  ///
  /// - Parameter isLenient: Whether bytes before it may be missing, which `zipfile` allows: what lies behind them is found.
  private static func located(
    count: UInt64, mayWrap: Bool, size: UInt64, offset: UInt64, end: Int, position: Int, comment: [UInt8],
    tail: SourceTail, isLenient: Bool
  ) throws(FormatError) -> EndRecord {
    let isThere = size <= UInt64(end) && (offset <= UInt64(end) - size || isLenient && offset <= UInt64(Int.max))
    guard isThere else {
      throw malformed(
        "the directory of \(size) bytes at \(offset) does not fit before its end record", position)
    }
    guard count <= size / UInt64(RecordSize.directoryEntry) else {
      throw malformed("the directory is too short for the \(count) members it declares", position)
    }
    let start = end - Int(size)
    if size > 0 {
      let head = try tail.readBytes(at: start, upTo: 4)
      guard head.hasSignature(Signature.directoryEntry, at: 0) else {
        throw malformed("there is no directory before the end record", position)
      }
    }
    return EndRecord(
      count: Int(count), countMayWrap: mayWrap, directory: start..<end, prefix: start - Int(offset),
      position: position, comment: comment, isFollowedBySignature: false)
  }

  private static func malformed(_ message: String, _ position: Int) -> FormatError {
    FormatError(.malformed, message, offset: position)
  }
}

/// The end record with 64-bit numbers.
private struct Zip64End {
  var position: Int
  var count: UInt64
  var size: UInt64
  var offset: UInt64

  /// Reads the record that a locator just before the end record points to; `nil` if there is no locator.
  ///
  /// The record is looked for just before its locator, where CPython reads it whatever the locator says: with
  /// prepended bytes the locator's offset is too small. A record elsewhere would let readers differ, and is refused.
  static func find(before end: Int, in tail: SourceTail) throws(FormatError) -> Zip64End? {
    let locatorStart = end - RecordSize.zip64Locator
    guard locatorStart >= 0 else { return nil }
    let locator = try tail.readBytes(at: locatorStart, upTo: RecordSize.zip64Locator)
    guard locator.hasSignature(Signature.zip64Locator, at: 0) else { return nil }
    var reader = RecordReader(locator[4...])
    guard let disk: UInt32 = reader.number(), let claimed: UInt64 = reader.number(),
      let disks: UInt32 = reader.number()
    else { return nil }
    guard disk == 0, disks <= 1 else {
      throw FormatError(.unsupported, "the archive spans several files", offset: locatorStart)
    }
    let start = locatorStart - RecordSize.zip64End
    let record = start >= 0 ? try tail.readBytes(at: start, upTo: RecordSize.zip64End) : []
    var fields = RecordReader(record.dropFirst(4))
    guard record.hasSignature(Signature.zip64End, at: 0), claimed <= UInt64(start),
      let length: UInt64 = fields.number(), let _: UInt32 = fields.number(),
      let thisDisk: UInt32 = fields.number(), let firstDisk: UInt32 = fields.number(),
      let countHere: UInt64 = fields.number(), let count: UInt64 = fields.number(),
      let size: UInt64 = fields.number(), let offset: UInt64 = fields.number()
    else {
      throw FormatError(.malformed, "there is no zip64 end record before its locator", offset: locatorStart)
    }
    guard length == 44, thisDisk == 0, firstDisk == 0, countHere == count else {
      throw FormatError(.malformed, "the zip64 end record contradicts itself", offset: start)
    }
    return Zip64End(position: start, count: count, size: size, offset: offset)
  }
}

extension EndRecord {
  /// The records that follow a directory, as CPython writes them: zip64's if a number outgrows its limits, and the
  /// end record, apart, since writing it is what makes an archive whole.
  static func encoded(
    count: Int, directorySize: Int, directoryOffset: Int, prefix: Int, comment: [UInt8]
  ) -> (zip64: [UInt8], end: [UInt8]) {
    let offset = directoryOffset - prefix
    var zip64: [UInt8] = []
    if count > 0xFFFF || offset > Zip64.limit || directorySize > Zip64.limit {
      zip64.append(number: Signature.zip64End)
      zip64.append(number: UInt64(44))
      zip64.append(number: UInt16(45))
      zip64.append(number: UInt16(45))
      zip64.append(number: UInt32(0))
      zip64.append(number: UInt32(0))
      zip64.append(number: UInt64(count))
      zip64.append(number: UInt64(count))
      zip64.append(number: UInt64(directorySize))
      zip64.append(number: UInt64(offset))
      zip64.append(number: Signature.zip64Locator)
      zip64.append(number: UInt32(0))
      zip64.append(number: UInt64(offset + directorySize))
      zip64.append(number: UInt32(1))
    }
    var end: [UInt8] = []
    end.append(number: Signature.end)
    end.append(number: UInt16(0))
    end.append(number: UInt16(0))
    end.append(number: UInt16(clamping: count))
    end.append(number: UInt16(clamping: count))
    end.append(number: UInt32(clamping: directorySize))
    end.append(number: UInt32(clamping: offset))
    end.append(number: UInt16(comment.count))
    return (zip64, end + comment)
  }
}

/// CPython's limit for the 32-bit numbers: half of what they could hold.
enum Zip64 {
  static let limit = (1 << 31) - 1
  static let version: UInt16 = 45
}
