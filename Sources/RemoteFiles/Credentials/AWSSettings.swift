internal import ByteIO

/// What the environment and the profile that it chooses say.
struct AWSSettings {
  let options: RemoteOptions
  let files: AWSFiles
  /// The profile that is chosen, or `default`, which may be empty.
  let profile: AWSProfile

  /// - Throws: ``FormatError`` with code `notFound` if the environment names a profile that is in neither file.
  init(_ options: RemoteOptions) throws(FormatError) {
    self.options = options
    files = AWSFiles(options)
    let chosen = options.first(of: ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"])
    let name = chosen ?? "default"
    let found = files.profile(name)
    guard chosen == nil || found != nil else {
      throw FormatError(.notFound, "neither ~/.aws/config nor ~/.aws/credentials has the profile '\(name)'")
    }
    profile = found ?? AWSProfile(name: name, credentials: [:], settings: [:], s3: [:])
  }

  /// The region of what does not name one itself.
  var region: String {
    options.first(of: ["AWS_REGION", "AWS_DEFAULT_REGION"]) ?? profile["region"] ?? "us-east-1"
  }

  /// Where the services of a region are.
  static func domain(ofRegion region: String) -> String {
    region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
  }

  /// The address of a service's own server, if one is chosen instead of that of AWS.
  ///
  /// - Parameter service: The service as variables name it: `s3`, `sts`, `sso`.
  /// - Throws: ``FormatError`` with code `badArgument` for what is no address.
  func endpoint(of service: String) throws(FormatError) -> RemoteURL? {
    let isIgnored =
      options.environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") ?? profile["ignore_configured_endpoint_urls"]
    if AWSCredentials.isOn(isIgnored) { return nil }
    let own = profile["services"].flatMap { files.setting("endpoint_url", of: service, in: $0) }
    let variables = ["AWS_ENDPOINT_URL_\(service.uppercased())", "AWS_ENDPOINT_URL"]
    guard let address = options.first(of: variables) ?? own ?? profile["endpoint_url"] else { return nil }
    guard let url = RemoteURL(address) else {
      throw FormatError(.badArgument, "AWS_ENDPOINT_URL, or endpoint_url of a profile, is not an address of HTTP")
    }
    return url
  }

  /// How services that give credentials are asked: without the headers that are meant for files.
  func serviceOptions(timeout: Double? = nil, retries: Int = 3) -> RemoteOptions {
    var settings = options
    (settings.headers, settings.retries) = ([], retries)
    if let timeout { (settings.timeout, settings.usesProxies) = (timeout, false) }
    return settings
  }
}
