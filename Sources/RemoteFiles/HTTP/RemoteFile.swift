internal import ByteIO

/// A file on a server, by the address that is asked for it.
struct RemoteFile: Sendable {
  var url: RemoteURL
  /// How errors call it.
  var name: String

  /// Of a server that ignores ranges, how many bytes are read to get at some of them.
  static let mostIgnored = 32 << 20

  static func ignoresRanges(_ name: String, _ byteCount: Int?) -> FormatError {
    let size = byteCount.map { "\($0) bytes" } ?? "an unknown size"
    var error = FormatError(
      .unsupported, "the server gives files as a whole only, and this one has \(size)", file: name)
    error.hint = "download it first"
    return error
  }

  /// The range that an answer of a part says that it holds, and of how many bytes, if it does.
  ///
  /// - Throws: `FormatError`: `io` if the answer says nothing of it, or sends more.
  func part(_ response: HTTPResponse) throws(FormatError) -> (range: Range<Int>, total: Int?) {
    guard let content = response.contentRange, let range = content.range else {
      throw FormatError(.io, "the server does not say which part of the file it sends", file: name)
    }
    if let count = response.contentLength, count > range.count { throw isOverlong(range, count) }
    return (range, content.total)
  }

  /// The error for an answer that is longer than the part that it says it holds.
  func isOverlong(_ range: Range<Int>, _ count: Int?) -> FormatError {
    let sent = count.map { "\($0) bytes" } ?? "more"
    return FormatError(
      .io, "the server says that it sends \(range.count) bytes of the file, and sends \(sent)", file: name)
  }
}
