package import ByteIO

/// A request as it is sent.
package struct HTTPRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case put = "PUT"
    case post = "POST"
    case delete = "DELETE"
  }

  package var method: Method
  package var url: RemoteURL
  package var headers: [HTTPHeader]
  package var body: [UInt8]

  package init(_ method: Method, _ url: RemoteURL, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }

  /// Adds a header, or replaces the one of that name.
  package mutating func set(_ name: String, _ value: String) {
    headers.removeAll { $0.name.lowercased() == name.lowercased() }
    headers.append(HTTPHeader(name, value))
  }

  package func has(_ name: String) -> Bool { headers.contains { $0.name.lowercased() == name.lowercased() } }
}

/// A line of a request's header.
package struct HTTPHeader: Sendable, Hashable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// `Name: value`, as it is typed; `nil` if that is no header, or would be more than one.
  package init?(line: String) {
    guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { return nil }
    name = String(line[..<colon])
    let isToken = name.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"()<>@,;:\\\"/[]?={}".utf8.contains($0) }
    value = String(line[line.index(after: colon)...].drop { $0 == " " })
    guard isToken, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { return nil }
  }
}

/// Gives requests what proves who sends them: a token, a signature.
package protocol RequestAuthorizer: Sendable {
  /// Adds to a request what its server wants; called anew for each attempt, since signatures hold the time.
  func authorize(_ request: inout HTTPRequest) throws(FormatError)

  /// Whether the request should be made once more after a response that refuses it: with credentials read again, in
  /// another region.
  func reconsider(_ response: HTTPResponse) -> Bool
}
