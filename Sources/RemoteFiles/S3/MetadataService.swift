internal import ByteIO

/// The credentials that machines of AWS have from their surroundings.
struct MetadataService {
  private let options: RemoteOptions

  init(_ options: RemoteOptions) {
    self.options = options
  }

  /// The credentials of the container, or of the instance, that this runs in; `nil` if it runs elsewhere.
  ///
  /// - Throws: ``FormatError`` if the environment names a service that does not answer.
  func credentials() throws(FormatError) -> AWSCredentials? {
    if let path = options.environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
      return try container("http://169.254.170.2" + path)
    }
    if let address = options.environment("AWS_CONTAINER_CREDENTIALS_FULL_URI") { return try container(address) }
    if AWSCredentials.isOn(options.environment("AWS_EC2_METADATA_DISABLED")) { return nil }
    return instance()
  }

  private func container(_ address: String) throws(FormatError) -> AWSCredentials {
    guard let url = RemoteURL(address), url.scheme == .https || MetadataService.isNear(url.host) else {
      throw FormatError(
        .badArgument, "AWS_CONTAINER_CREDENTIALS_FULL_URI names neither https nor an address of this machine")
    }
    var request = HTTPRequest(.get, url)
    var token = options.environment("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    if let file = options.environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
      let bytes = try FileSource(path: file).readBytes(at: 0, upTo: 1 << 16)
      token = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
    }
    if let token { request.set("Authorization", token) }
    let answer = try TextJob.answer(to: request, settings(timeout: 2, retries: 3))
    guard let found = MetadataService.credentials(in: answer) else {
      throw FormatError(.malformed, "the service of the container gives no credentials", file: url.printable)
    }
    return found
  }

  /// The machines that may be asked without encryption.
  private static func isNear(_ host: String) -> Bool {
    ["localhost", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "[::1]"].contains(host) || host.hasPrefix("127.")
  }

  /// The credentials of an instance of EC2 (IMDSv2); `nil` if this is none.
  private func instance() -> AWSCredentials? {
    let endpoint = options.environment("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254"
    let base = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
    // Everywhere else nobody answers at this address, so that little may be waited for.
    let settings = settings(timeout: 1, retries: 0)
    guard let tokenURL = RemoteURL(base + "/latest/api/token") else { return nil }
    let lifetime = HTTPHeader("x-aws-ec2-metadata-token-ttl-seconds", "21600")
    guard let token = try? TextJob.answer(to: HTTPRequest(.put, tokenURL, headers: [lifetime]), settings) else {
      return nil
    }
    func answer(_ path: String) -> String? {
      RemoteURL(base + "/latest/meta-data/iam/security-credentials/" + path).flatMap { url in
        try? TextJob.answer(
          to: HTTPRequest(.get, url, headers: [HTTPHeader("x-aws-ec2-metadata-token", token)]), settings)
      }
    }
    guard let role = answer("")?.split(whereSeparator: \.isNewline).first else { return nil }
    return answer(String(role)).flatMap { MetadataService.credentials(in: $0) }
  }

  private func settings(timeout: Double, retries: Int) -> RemoteOptions {
    var settings = options
    (settings.headers, settings.timeout, settings.retries, settings.usesProxies) = ([], timeout, retries, false)
    return settings
  }

  /// The credentials in an answer of JSON.
  static func credentials(in json: String) -> AWSCredentials? {
    guard let key = text("AccessKeyId", in: json), let secret = text("SecretAccessKey", in: json) else { return nil }
    let expiration = text("Expiration", in: json)?.filter { $0 != "-" && $0 != ":" }
    return AWSCredentials(key: key, secret: secret, token: text("Token", in: json), expiration: expiration)
  }

  /// The text that a name has in an object of JSON whose values are plain.
  private static func text(_ name: String, in json: String) -> String? {
    guard let found = json.firstRange(of: "\"\(name)\"") else { return nil }
    var rest = json[found.upperBound...].drop { $0.isWhitespace }
    guard rest.popFirst() == ":" else { return nil }
    rest = rest.drop { $0.isWhitespace }
    guard rest.popFirst() == "\"" else { return nil }
    var value = ""
    while let character = rest.popFirst(), character != "\"" {
      // Of all that may follow only `\/` occurs in what is encoded as base 64.
      if character == "\\" { rest.popFirst().map { value.append($0) } } else { value.append(character) }
    }
    return value
  }
}
