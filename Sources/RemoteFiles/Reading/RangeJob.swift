internal import ByteIO

/// Fetches a range of a version of a file into memory; what an answer has not brought is asked for by another request.
@safe final class RangeJob: HTTPJob {
  private let file: RemoteFile
  private let version: RemoteVersion
  private let range: Range<Int>
  /// Where the bytes go, by their offsets; what lies between is dropped.
  private let pieces: [SourcePiece]
  private(set) var received = 0
  /// Called with how many bytes have come, instead of a progress: who fetches ahead counts what is read.
  var whenReceived: ((Int) -> Void)?
  /// The first piece of which bytes are still to come.
  private var next = 0
  private let asksForTag: Bool
  /// Whether the server has refused to give this version: it has another, or refuses all such requests.
  private(set) var isRefusedByTag = false
  /// How many bytes of an answer that begins too early are to be passed over.
  private var toSkip = 0
  /// The part that an answer says it holds, from what was missing on; `nil` for one that holds all of the file.
  private var given: Range<Int>?
  /// How many bytes of that part are still to come.
  private var promised = 0

  /// - Parameter pieces: Within the range, by their offsets; their memory is the caller's until the job has ended.
  init(_ file: RemoteFile, _ version: RemoteVersion, _ range: Range<Int>, _ pieces: [SourcePiece], asksForTag: Bool) {
    self.file = file
    self.version = version
    self.range = range
    self.pieces = pieces
    self.asksForTag = asksForTag
  }

  private var missing: Range<Int> { (range.lowerBound + received)..<range.upperBound }

  var url: RemoteURL { file.url }

  var hasEnough: Bool { missing.isEmpty }

  /// What comes behind the part that an answer says it holds has to be seen.
  var leavesRest: Bool { missing.isEmpty && given?.upperBound != range.upperBound }

  func request() throws(FormatError) -> HTTPRequest {
    var request = HTTPRequest(.get, file.url)
    request.set("Range", "bytes=\(missing.lowerBound)-\(missing.upperBound - 1)")
    if asksForTag, let tag = version.strongTag { request.set("If-Match", tag) }
    return request
  }

  func begin(_ response: HTTPResponse) throws(FormatError) {
    (toSkip, given) = (0, nil)
    guard version.encoding == response.contentEncoding else {
      throw FormatError(
        .io, "the server sends the file encoded in one answer, and as it is in another", file: file.name)
    }
    guard response.status == 206 else {
      // All of the file instead of a part.
      guard version.matches(response, byteCount: response.contentLength) else { throw HTTPFailure.changed(file.name) }
      guard missing.lowerBound <= RemoteFile.mostIgnored else {
        throw RemoteFile.ignoresRanges(file.name, version.byteCount)
      }
      toSkip = missing.lowerBound
      return
    }
    let part = try file.part(response)
    guard version.matches(response, byteCount: part.total) else { throw HTTPFailure.changed(file.name) }
    guard part.range.lowerBound == missing.lowerBound else {
      throw FormatError(
        .io, "the server sends bytes from \(part.range.lowerBound) on, not from \(missing.lowerBound)", file: file.name)
    }
    (given, promised) = (part.range, part.range.count)
  }

  func receive(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    // Safe: the bytes are copied, as far as they are wanted, within the call.
    var bytes = unsafe bytes
    if let given {
      // Nobody knows which of its bytes are those of the part.
      guard bytes.count <= promised else { throw file.isOverlong(given, nil) }
      promised -= bytes.count
    }
    if toSkip > 0 {
      let count = min(toSkip, bytes.count)
      toSkip -= count
      unsafe bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
    }
    let count = min(bytes.count, missing.count)
    guard count > 0 else { return }
    let place = missing.lowerBound..<(missing.lowerBound + count)
    while next < pieces.count, pieces[next].offset + pieces[next].count <= place.lowerBound { next += 1 }
    var index = next
    while index < pieces.count, pieces[index].offset < place.upperBound {
      let piece = pieces[index]
      let part = place.clamped(to: piece.offset..<(piece.offset + piece.count))
      let start = part.lowerBound - place.lowerBound
      unsafe piece.memory(part).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + part.count)]))
      index += 1
    }
    received += count
    if let whenReceived { return whenReceived(received) }
    try ByteProgress.current?.advance(.source, by: count, file: file.name)
  }

  func end(_ response: HTTPResponse) throws(FormatError) -> Bool {
    isRefusedByTag = asksForTag && [400, 412, 501].contains(response.status)
    if response.status == 412 { throw HTTPFailure.changed(file.name) }
    // The file has become shorter.
    if response.status == 416 { throw HTTPFailure.changed(file.name) }
    guard response.isSuccess else { throw HTTPFailure.error(response, name: file.name) }
    return missing.isEmpty
  }
}
