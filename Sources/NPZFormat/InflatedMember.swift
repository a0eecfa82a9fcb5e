internal import ArrayDeflate
internal import ByteIO
internal import Locks
internal import ZipArchives

/// A member's content: as it lies in the archive, or inflated on its way.
enum MemberContents {
  case stored(any ByteSource)
  case inflated(InflatedMember)

  var source: any ByteSource {
    switch self {
    case .stored(let source): source
    case .inflated(let member): member
    }
  }
}

/// A compressed member as a source that can be read anywhere.
///
/// With an index of segments only those are inflated that a read touches; without one the stream is inflated from its
/// start up to where a read ends, and from the start again if a later read goes back.
final class InflatedMember: ByteSource {
  let name: String
  let byteCount: Int?
  /// With an index every read inflates whole segments.
  var seekCost: SeekCost { index == nil ? .restart : .perRead }
  /// Every segment is checked against its own checksum.
  var verifiesItself: Bool { index != nil }
  var segmentOffsets: [Int] { index?.uncompressedOffsets ?? [] }
  /// Where the member's segments are, if it has an index that agrees with the directory.
  let index: SegmentIndex?
  /// Where the compressed data lies in the archive.
  let range: Range<Int>
  private let archive: ZipArchive
  private let member: ZipMember
  private let state: Lock<State>

  /// The open stream, used under the lock only.
  private struct State: @unchecked Sendable {
    var stream: InflatingStream?
  }

  init(_ archive: ZipArchive, _ member: ZipMember) throws(FormatError) {
    self.archive = archive
    self.member = member
    name = archive.source.name
    byteCount = member.uncompressedSize
    range = try archive.dataRange(of: member)
    state = Lock(State())
    if member.method == .deflate, let field = member.extraField(NPZLayout.indexFieldID) {
      // An index that does not fit the stream is ignored: the stream itself is what counts.
      index = try? SegmentIndex(
        decoding: field, uncompressedCount: member.uncompressedSize, compressedCount: member.compressedSize)
    } else {
      index = nil
    }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    guard offset >= 0, offset < member.uncompressedSize else { return 0 }
    let count = min(buffer.count, member.uncompressedSize - offset)
    // Safe: the first `count` bytes of the caller's buffer.
    let target = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
    if index != nil {
      try unsafe read([SourcePiece(offset: offset, memory: target)])
      return count
    }
    return try state.withLock { (state: inout State) throws(FormatError) in
      let stream = try stream(&state, before: offset)
      while stream.position < offset {
        let wanted = min(1 << 16, offset - stream.position)
        if try stream.readBytes(upTo: wanted).count < wanted { return 0 }
      }
      return try unsafe stream.read(into: target)
    }
  }

  func read(_ pieces: [SourcePiece]) throws(FormatError) {
    if let index {
      try Inflate.inflate(pieces, of: index, from: archive.source, at: range.lowerBound)
      return
    }
    for piece in pieces {
      // Safe: the caller keeps the memory of the pieces valid during the call.
      let got = try unsafe read(into: piece.memory, at: piece.offset)
      guard got == piece.count else {
        throw .truncated("the member", expected: piece.count, found: got, at: piece.offset + got).at(file: name)
      }
    }
  }

  /// How many compressed bytes follow the end of the stream, once all of it has been read from front to back; 0 where
  /// that is not known.
  ///
  /// - Throws: ``FormatError`` with code `corrupt` if the stream holds more than the directory says.
  func trailingCount() throws(FormatError) -> Int {
    let result: Result<Int, FormatError> = state.withLock { state in
      guard let stream = state.stream, stream.position == member.uncompressedSize, member.method != .lzma else {
        return .success(0)
      }
      do throws(FormatError) {
        guard try stream.readBytes(upTo: 1).isEmpty else {
          return .failure(
            FormatError(
              .corrupt, "the member inflates to more than the \(member.uncompressedSize) bytes that the directory says")
          )
        }
        return .success(max(0, range.upperBound - stream.sourcePosition))
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// How many bytes can be inflated of a member that is cut.
  func readableCount() throws(FormatError) -> Int {
    var state = State()
    return try stream(&state, before: 0).readableCount()
  }

  private func stream(_ state: inout State, before offset: Int) throws(FormatError) -> InflatingStream {
    if let stream = state.stream, stream.position <= offset { return stream }
    let stream: InflatingStream
    // What follows the member is not fetched with it.
    let source = PartOfSource(archive.source, 0..<range.upperBound)
    switch member.method {
    case .deflate:
      // Headers are all that most readers ask for: begin with little.
      stream = try InflatingStream(
        source, at: range.lowerBound, compressedCount: range.count, chunk: offset == 0 ? 4096 : 1 << 16)
    case .bzip2:
      stream = try InflatingStream(source, at: range.lowerBound, compressedCount: range.count, format: .bzip2)
    case .lzma:
      stream = try InflatingStream(lzmaAlone(), format: .lzma)
    default:
      throw FormatError(.unsupported, "the member is compressed by \(member.method), which is not known here")
    }
    state.stream = stream
    return stream
  }

  /// A zip's LZMA member as a `.lzma` file: a version and the properties' length (APPNOTE 5.8.8) give way to the
  /// uncompressed size, which is left open where an end marker follows (flag 1).
  private func lzmaAlone() throws(FormatError) -> any ByteSource {
    let bytes = try archive.source.readBytes(at: range.lowerBound, count: range.count, "the compressed member")
    guard bytes.count >= 9, bytes[2] == 5, bytes[3] == 0 else {
      throw FormatError(.corrupt, "the member's LZMA properties are broken")
    }
    let size = member.flags & 2 != 0 ? UInt64.max : UInt64(member.uncompressedSize)
    var file = Array(bytes[4..<9])
    for shift in 0..<8 { file.append(UInt8(truncatingIfNeeded: size >> UInt64(shift * 8))) }
    return MemorySource(file + bytes[9...], name: archive.source.name)
  }
}
