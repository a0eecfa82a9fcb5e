internal import ByteIO

/// The signature that AWS wants of requests: version 4, with the header `Authorization`.
struct RequestSignature {
  /// A key, its secret, and the token that temporary ones have.
  var credentials: AWSCredentials
  var region: String
  var service = "s3"
  /// What is signed for a body that is not signed itself.
  static let unsignedBody = "UNSIGNED-PAYLOAD"
  static let emptyBodyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  /// Signs a request, whose URL is encoded as it is sent.
  ///
  /// - Parameters:
  ///   - time: Seconds since 1970.
  ///   - bodyHash: The digest of the body, or ``unsignedBody``.
  func sign(_ request: inout HTTPRequest, time: Int, bodyHash: String) {
    let date = UTCTime.compact(time)
    request.set("x-amz-date", date)
    request.set("x-amz-content-sha256", bodyHash)
    if let token = credentials.token { request.set("x-amz-security-token", token) }
    let headers = signedHeaders(of: request)
    let names = headers.map(\.name).joined(separator: ";")
    let canonical = [
      request.method.rawValue, request.url.path, RequestSignature.canonicalQuery(request.url.query ?? ""),
      headers.map { "\($0.name):\($0.value)\n" }.joined(), names, bodyHash,
    ].joined(separator: "\n")
    let day = String(date.prefix(8))
    let scope = "\(day)/\(region)/\(service)/aws4_request"
    let digest = SHA256.hexadecimal(SHA256.digest(Array(canonical.utf8)))
    let message = "AWS4-HMAC-SHA256\n\(date)\n\(scope)\n\(digest)"
    var key = Array(("AWS4" + credentials.secret).utf8)
    for part in [day, region, service, "aws4_request"] {
      key = SHA256.authenticationCode(Array(part.utf8), key: key)
    }
    let signature = SHA256.hexadecimal(SHA256.authenticationCode(Array(message.utf8), key: key))
    request.set(
      "Authorization",
      "AWS4-HMAC-SHA256 Credential=\(credentials.key)/\(scope), SignedHeaders=\(names), Signature=\(signature)")
  }

  /// The headers that are signed, by their names in small letters, in order.
  private func signedHeaders(of request: HTTPRequest) -> [(name: String, value: String)] {
    var headers = request.headers.map { (name: $0.name.lowercased(), value: RequestSignature.folded($0.value)) }
    headers.append(("host", request.url.authority))
    return headers.sorted { $0.name < $1.name }
  }

  /// A value without spaces at its ends, and with one where there are several.
  private static func folded(_ value: String) -> String { value.split(separator: " ").joined(separator: " ") }

  /// The parameters of a query in order, each with its sign.
  private static func canonicalQuery(_ query: String) -> String {
    query.split(separator: "&").map { part in part.contains("=") ? String(part) : part + "=" }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: "&")
  }
}
