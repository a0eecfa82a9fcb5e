internal import ByteIO

/// The credentials that machines of AWS have from their surroundings.
struct MetadataService {
  private let settings: AWSSettings
  private var options: RemoteOptions { settings.options }

  init(_ settings: AWSSettings) {
    self.settings = settings
  }

  /// The credentials of the container, or of the instance, that this runs in; `nil` if it runs elsewhere.
  ///
  /// - Throws: ``FormatError`` if the environment names a service that does not answer.
  func credentials() throws(FormatError) -> AWSCredentials? {
    if let found = try ofContainer() { return found }
    return AWSCredentials.isOn(options.environment("AWS_EC2_METADATA_DISABLED")) ? nil : ofInstance()
  }

  /// The credentials that the environment of a container tells where to get; `nil` if it does not.
  ///
  /// - Throws: ``FormatError`` if the service does not answer.
  func ofContainer() throws(FormatError) -> AWSCredentials? {
    if let path = options.environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
      return try container("http://169.254.170.2" + path)
    }
    return try options.environment("AWS_CONTAINER_CREDENTIALS_FULL_URI").map(container)
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
    request.set("Accept", "application/json")
    let answer = try TextJob.answer(to: request, settings.serviceOptions(timeout: 2))
    return try MetadataService.credentials(in: answer, "the service of the container")
  }

  /// The machines that may be asked without encryption.
  private static func isNear(_ host: String) -> Bool {
    ["localhost", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "[::1]"].contains(host) || host.hasPrefix("127.")
  }

  /// The credentials of an instance of EC2 (IMDSv2); `nil` if this is none.
  func ofInstance() -> AWSCredentials? {
    let usesIPv6 =
      (options.environment("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
      ?? settings.profile["ec2_metadata_service_endpoint_mode"])?.lowercased() == "ipv6"
    let endpoint =
      options.environment("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? settings.profile["ec2_metadata_service_endpoint"]
      ?? (usesIPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254")
    let base = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
    // Everywhere else nobody answers at this address, so that little may be waited for.
    let options = settings.serviceOptions(timeout: 1, retries: 0)
    guard let tokenURL = RemoteURL(base + "/latest/api/token") else { return nil }
    let lifetime = HTTPHeader("x-aws-ec2-metadata-token-ttl-seconds", "21600")
    guard let token = try? TextJob.answer(to: HTTPRequest(.put, tokenURL, headers: [lifetime]), options) else {
      return nil
    }
    func answer(_ path: String) -> String? {
      RemoteURL(base + "/latest/meta-data/iam/security-credentials/" + path).flatMap { url in
        try? TextJob.answer(
          to: HTTPRequest(.get, url, headers: [HTTPHeader("x-aws-ec2-metadata-token", token)]), options)
      }
    }
    guard let role = answer("")?.split(whereSeparator: \.isNewline).first else { return nil }
    return answer(String(role)).flatMap { try? MetadataService.credentials(in: $0, "the instance") }
  }

  private static func credentials(in answer: String, _ what: String) throws(FormatError) -> AWSCredentials {
    let values = try PlainJSON(Array(answer.utf8), "the answer of \(what)")
    return try AWSCredentials({ values[$0] }, token: "Token", what)
  }
}
