package import ByteIO

/// What the refusals of servers mean.
package enum HTTPFailure {
  /// The error of an answer that is not what was asked for.
  package static func error(_ response: HTTPResponse, name: String) -> FormatError {
    var error: FormatError
    switch response.status {
    case 401:
      error = FormatError(.permissionDenied, "the server wants to know who asks (401)", file: name)
      error.commandHint = "--http-header 'Authorization: …' or ~/.netrc tells it"
    case 403: error = FormatError(.permissionDenied, "the server does not allow it (403)", file: name)
    case 404, 410: error = FormatError(.notFound, "the server has no such file (\(response.status))", file: name)
    case 407: error = unknownToProxy(name)
    // Only writing has conditions of another kind than readers, who take this answer themselves.
    case 412: error = alreadyExists(name)
    case 429, 503: error = FormatError(.io, "the server has too much to do (\(response.status))", file: name)
    default: error = FormatError(.io, "the server answers with status \(response.status)", file: name)
    }
    if let reason = reason(response) { error.message += ": " + reason }
    return error
  }

  /// The error of a proxy that does not connect to the server; `nil` for one that has, or may the next time.
  package static func refusal(ofProxy status: Int, name: String) -> FormatError? {
    guard (400..<500).contains(status), ![408, 425, 429].contains(status) else { return nil }
    if status == 407 { return unknownToProxy(name) }
    let code: FormatError.Code = status == 403 ? .permissionDenied : .io
    return FormatError(code, "the proxy refuses to connect to the server (\(status))", file: name)
  }

  private static func unknownToProxy(_ name: String) -> FormatError {
    FormatError(.permissionDenied, "the proxy wants to know who asks (407)", file: name)
  }

  /// The error of a file that is there and is not to be replaced.
  package static func alreadyExists(_ name: String) -> FormatError {
    FormatError(.alreadyExists, "the file exists, and is not to be replaced", file: name)
  }

  /// The error of a file that is not the one whose beginning was read.
  package static func changed(_ name: String) -> FormatError {
    FormatError(.io, "the file on the server was replaced while it was read", file: name)
  }

  /// The `<Code>` and `<Message>` that S3 and its likes explain themselves by.
  private static func reason(_ response: HTTPResponse) -> String? {
    let body = String(decoding: response.errorBody, as: UTF8.self)
    let parts = ["Code", "Message"].compactMap { element($0, in: body) }
    return parts.isEmpty ? nil : String(parts.joined(separator: ", ").prefix(200))
  }

  /// The text of the first element of a name; entities stay as they are.
  package static func element(_ name: String, in xml: String) -> String? {
    guard let start = xml.firstRange(of: "<\(name)>"),
      let end = xml[start.upperBound...].firstRange(of: "</\(name)>")
    else { return nil }
    return String(xml[start.upperBound..<end.lowerBound])
  }

  /// A text of XML with its entities decoded.
  package static func unescaped(_ text: String) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#34;", "\""), ("&amp;", "&")].reduce(text) {
      $0.replacing($1.0, with: $1.1)
    }
  }
}
