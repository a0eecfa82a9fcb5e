internal import ByteIO

/// The address of a file on a server: `https://host:port/path?query`.
///
/// Everything is kept percent-encoded, as it is sent. What a person has typed that may not stand in a request (spaces,
/// letters beyond ASCII, control characters) is encoded here, so that nothing can end a line of the request.
package struct RemoteURL: Sendable, Hashable {
  package enum Scheme: String, Sendable {
    case http, https
  }

  package var scheme: Scheme
  /// `name:password`, if it stands in the address; never part of a message.
  package var credentials: String?
  package var host: String
  package var port: Int?
  /// Begins with a slash.
  package var path: String
  /// Without its question mark; may hold signatures, and is never part of a message.
  package var query: String?

  package init(scheme: Scheme, host: String, port: Int? = nil, path: String, query: String? = nil) {
    self.scheme = scheme
    self.host = host
    self.port = port
    self.path = path
    self.query = query
  }

  /// Takes an address apart; `nil` if it is not one of HTTP.
  package init?(_ text: String) {
    guard let separator = text.firstRange(of: "://"),
      let scheme = Scheme(rawValue: text[..<separator.lowerBound].lowercased())
    else { return nil }
    self.scheme = scheme
    // What follows `#` stays with whoever has the address.
    let rest = text[separator.upperBound...].prefix { $0 != "#" }
    let start = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    guard let authority = Authority(rest[..<start]) else { return nil }
    (credentials, host, port) = (authority.credentials, authority.host, authority.port)
    let question = rest[start...].firstIndex(of: "?")
    let path = RemoteURL.encoded(rest[start..<(question ?? rest.endIndex)])
    self.path = path.isEmpty ? "/" : path
    query = question.map { RemoteURL.encoded(rest[rest.index(after: $0)...]) }
  }

  /// The address as it is sent, without name and password.
  package var text: String { origin + path + (query.map { "?" + $0 } ?? "") }

  /// The address for people: without what may be secret.
  package var printable: String { origin + path }

  /// Scheme, host and port: what secrets are meant for.
  package var origin: String { "\(scheme.rawValue)://\(authority)" }

  /// The host, and the port where it is not the scheme's own: the header `Host`.
  package var authority: String {
    guard let port, port != (scheme == .http ? 80 : 443) else { return host }
    return "\(host):\(port)"
  }

  /// Where a `Location` leads from here; `nil` if that is not an address of HTTP.
  package func following(_ location: String) -> RemoteURL? {
    if location.hasPrefix("//") { return RemoteURL("\(scheme.rawValue):\(location)") }
    if location.hasPrefix("/") { return RemoteURL(origin + location) }
    if location.contains("://") { return RemoteURL(location) }
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
    return RemoteURL(origin + folder + location)
  }

  /// Whether a text begins as an address that is read here.
  package static func isRemote(_ text: String) -> Bool {
    ["http://", "https://", "s3://"].contains { text.prefix($0.count).lowercased() == $0 }
  }

  /// A text with everything encoded that may not stand in a request.
  private static func encoded(_ text: Substring) -> String {
    let reserved = Set("-._~:/?@!$&'()*+,;=%".utf8)
    return percentEncoded(text.utf8) { reserved.contains($0) }
  }

  /// Bytes as text: ASCII letters, digits and what `isKept` says as they are, all others by their numbers.
  package static func percentEncoded(_ bytes: some Sequence<UInt8>, keeping isKept: (UInt8) -> Bool) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in bytes {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: encoded.append(byte)
      case _ where isKept(byte): encoded.append(byte)
      default: encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }
}

/// `name:password@host:port`.
private struct Authority {
  var credentials: String?
  var host: String
  var port: Int?

  init?(_ text: Substring) {
    var rest = text
    if let at = rest.lastIndex(of: "@") {
      credentials = String(rest[..<at])
      rest = rest[rest.index(after: at)...]
    }
    // An address of IPv6 stands in brackets and has colons of its own.
    guard !rest.hasPrefix("[") || rest.contains("]") else { return nil }
    let end = rest.hasPrefix("[") ? rest.firstIndex(of: "]").map(rest.index(after:)) : rest.firstIndex(of: ":")
    host = rest[..<(end ?? rest.endIndex)].lowercased()
    let allowed = Set("-._[]:%~".utf8)
    guard !host.isEmpty,
      host.utf8.allSatisfy({
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || allowed.contains($0) || $0 >= 0x80
      })
    else { return nil }
    guard let end, end < rest.endIndex else { return }
    guard rest[end] == ":" else { return nil }
    let digits = rest[rest.index(after: end)...]
    if digits.isEmpty { return }
    guard let number = Int(digits), (1...65535).contains(number) else { return nil }
    port = number
  }
}

extension RemoteURL {
  /// A text with `%41` and the like decoded.
  package static func percentDecoded(_ text: String) -> String {
    var decoded: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        decoded.append(value)
        rest = rest.dropFirst(2)
      } else {
        decoded.append(byte)
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }
}
