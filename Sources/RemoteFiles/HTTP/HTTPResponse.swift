/// What a server answers, without the body.
package struct HTTPResponse: Sendable {
  /// The number of its first line: 206.
  package var status = 0
  /// The headers by their names in small letters; of several of one name the first.
  private var headers: [String: String] = [:]
  /// How the body begins, where the answer is not what was asked for.
  package var errorBody: [UInt8] = []

  package init() {}

  package subscript(name: String) -> String? { headers[name] }

  /// Takes a line of a header into account; one that begins a new answer (after `100 Continue`) begins anew.
  package mutating func add(line: String) {
    if line.hasPrefix("HTTP/") {
      self = HTTPResponse()
      let parts = line.split(separator: " ", maxSplits: 2)
      status = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
      return
    }
    guard let colon = line.firstIndex(of: ":") else { return }
    let name = line[..<colon].lowercased()
    guard headers[name] == nil else { return }
    headers[name] = HTTPResponse.trimmed(line[line.index(after: colon)...])
  }

  private static func trimmed(_ text: Substring) -> String {
    func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" || character.isNewline }
    var text = text.drop(while: isSpace)
    while let last = text.last, isSpace(last) { text = text.dropLast() }
    return String(text)
  }

  package var isSuccess: Bool { (200...299).contains(status) }
  package var isRedirect: Bool { [301, 302, 303, 307, 308].contains(status) }
  /// Whether the server may answer otherwise if it is asked again later.
  package var isTemporary: Bool { [408, 429, 500, 502, 503, 504].contains(status) }
  /// How many seconds the server asks to be left alone.
  package var retryAfter: Double? { self["retry-after"].flatMap { Int($0) }.map { Double(max(0, $0)) } }
  /// The length of the body.
  package var contentLength: Int? { self["content-length"].flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 } }
  /// How the bytes are encoded that are sent; `nil` if they are the file's own.
  package var contentEncoding: String? {
    self["content-encoding"].map { $0.lowercased() }.flatMap { ["", "identity"].contains($0) ? nil : $0 }
  }
  package var contentRange: ContentRange? { self["content-range"].flatMap { ContentRange($0) } }
}

/// Which part of how many bytes an answer holds: `bytes 0-65556/1048704`, or `bytes */0` where there is none.
package struct ContentRange: Sendable, Equatable {
  package var range: Range<Int>?
  package var total: Int?

  package init?(_ text: String) {
    guard text.lowercased().hasPrefix("bytes") else { return nil }
    let parts = text.dropFirst(5).filter { $0 != " " }.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    if parts[1] != "*" {
      guard let number = Int(parts[1]), number >= 0 else { return nil }
      total = number
    }
    if parts[0] == "*" { return }
    let bounds = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard bounds.count == 2, let first = bounds[0], let last = bounds[1], first >= 0, last >= first, last < .max,
      last < total ?? .max
    else { return nil }
    range = first..<(last + 1)
  }
}

/// What tells one version of a file from another.
package struct RemoteVersion: Sendable, Equatable {
  package var etag: String?
  package var lastModified: String?
  /// In which encoding the server sends the file: its bytes are other ones in each.
  package var encoding: String?
  package var byteCount: Int

  package init(_ response: HTTPResponse, byteCount: Int) {
    encoding = response.contentEncoding
    etag = response["etag"].flatMap { $0.isEmpty ? nil : $0 }
    lastModified = response["last-modified"]
    self.byteCount = byteCount
  }

  /// The tag that a server can be asked to compare: a weak one says no more than that the meaning is the same.
  package var strongTag: String? { etag.flatMap { $0.hasPrefix("W/") ? nil : $0 } }

  /// Whether an answer is one of the same version.
  package func matches(_ response: HTTPResponse, byteCount: Int?) -> Bool {
    guard byteCount == nil || byteCount == self.byteCount else { return false }
    if let etag, let other = response["etag"] { return etag == other }
    guard let lastModified, let other = response["last-modified"] else { return etag == nil }
    return lastModified == other
  }
}
