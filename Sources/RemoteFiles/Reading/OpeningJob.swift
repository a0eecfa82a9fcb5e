internal import ByteIO

/// The first request for a file: for its beginning or its end, which tells size and version as well.
@safe final class OpeningJob: HTTPJob {
  enum Part {
    case first(Int)
    case last(Int)
  }

  private let file: RemoteFile
  private let part: Part
  private(set) var bytes: [UInt8] = []
  /// Where the bytes begin in the file.
  private(set) var start = 0
  private(set) var version: RemoteVersion?
  /// Whether the server cannot give what lies at the end.
  private(set) var hasNoSuffix = false
  private var isWhole = false
  private var expected = 0

  var received: Int { bytes.count }

  init(_ file: RemoteFile, _ part: Part) {
    self.file = file
    self.part = part
  }

  var url: RemoteURL { file.url }

  func request() throws(FormatError) -> HTTPRequest {
    // An answer that broke off is asked for anew: it may be of another version.
    (bytes, version) = ([], nil)
    var request = HTTPRequest(.get, file.url)
    switch part {
    case .first(let count): request.set("Range", "bytes=0-\(count - 1)")
    case .last(let count): request.set("Range", "bytes=-\(count)")
    }
    return request
  }

  func begin(_ response: HTTPResponse) throws(FormatError) {
    isWhole = response.status != 206
    guard !isWhole else {
      if let count = response.contentLength, count > RemoteFile.mostIgnored {
        if case .last = part { hasNoSuffix = true }
        throw RemoteFile.ignoresRanges(file.name, count)
      }
      (start, expected) = (0, response.contentLength ?? -1)
      version = RemoteVersion(response, byteCount: response.contentLength ?? 0)
      return
    }
    let (given, found) = try file.part(response)
    guard let total = found else {
      throw FormatError(.io, "the server does not say of how many bytes it sends a part", file: file.name)
    }
    let wanted: Range<Int> =
      switch part {
      case .first(let count): 0..<min(count, total)
      case .last(let count): max(0, total - count)..<total
      }
    guard given.lowerBound == wanted.lowerBound, given.upperBound <= wanted.upperBound else {
      throw FormatError(.io, "the server sends another part of the file than it was asked for", file: file.name)
    }
    (start, expected) = (given.lowerBound, given.count)
    version = RemoteVersion(response, byteCount: total)
  }

  func receive(_ more: UnsafeRawBufferPointer) throws(FormatError) {
    // Safe: the bytes are copied within the call.
    let count = more.count
    if isWhole, bytes.count + count > RemoteFile.mostIgnored { throw RemoteFile.ignoresRanges(file.name, nil) }
    let room = expected < 0 ? count : max(0, expected - bytes.count)
    guard isWhole || count <= room else { throw file.isOverlong(start..<(start + expected), nil) }
    unsafe bytes.append(contentsOf: more.prefix(room))
    try ByteProgress.current?.advance(.source, by: min(count, room), file: file.name)
  }

  func end(_ response: HTTPResponse) throws(FormatError) -> Bool {
    if response.status == 416 {
      // Nothing can be a part of an empty file.
      if response.contentRange?.total == 0 || response["content-range"] == nil {
        version = RemoteVersion(response, byteCount: 0)
        if response.contentRange?.total == 0 { return true }
      }
      if case .last = part {
        hasNoSuffix = true
        return true
      }
      throw FormatError(.io, "the server has no such part of the file (416)", file: file.name)
    }
    if case .last = part, [400, 405, 501].contains(response.status) {
      hasNoSuffix = true
      return true
    }
    guard response.isSuccess else { throw HTTPFailure.error(response, name: file.name) }
    if isWhole {
      version?.byteCount = bytes.count
      return expected < 0 || bytes.count == expected
    }
    return bytes.count == expected
  }
}
