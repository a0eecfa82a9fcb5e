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
}
