internal import PlatformC
internal import ByteIO

/// How servers are spoken to: with which headers, for how long, how often again, and how many requests at a time.
public struct RemoteOptions: Sendable {
  /// Headers for each request to the server that an address names, such as `Authorization: Bearer …`. They are not sent to
  /// servers to which that one leads.
  public var headers: [(name: String, value: String)] = []
  /// After how many seconds without a connection, or without a byte of one, a request is given up (and made again).
  public var timeout = 30.0
  /// How often a request that fails for the moment is made again without having come any further.
  public var retries = 5
  /// The most requests at a time, for one file.
  public var connections = 8
  /// Whether the proxies are used that the environment names.
  var usesProxies = true
  /// The environment: proxies, certificates, credentials.
  package var environment: @Sendable (String) -> String? = RemoteOptions.variable

  /// What the environment says, and no headers: `NPY_TIMEOUT` is the ``timeout``. What is no number there is an error when the
  /// first address is opened.
  public init() {
    if let seconds = environment("NPY_TIMEOUT").flatMap(RemoteOptions.seconds) { timeout = seconds }
  }

  private static func seconds(_ text: String) -> Double? {
    Double(text).flatMap { $0 > 0 && $0 < 1e6 ? $0 : nil }
  }

  /// - Throws: ``FormatError`` with code `badArgument` for a variable whose value is not one that it takes.
  func checkEnvironment() throws(FormatError) {
    if let text = environment("NPY_TIMEOUT"), RemoteOptions.seconds(text) == nil {
      throw FormatError(.badArgument, "NPY_TIMEOUT is '\(text)', and no number of seconds")
    }
    if let text = environment("NPY_CACHE_SIZE"), ByteSize(text) == nil {
      throw FormatError(.badArgument, "NPY_CACHE_SIZE is '\(text)', and no size such as 500M or 20G")
    }
  }

  /// A variable of the environment; `nil` if it is not set, or empty.
  private static let variable: @Sendable (String) -> String? = { name in
    // Safe: the environment is not changed by this process; the text is copied at once.
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// The first of several variables that is set.
  func first(of names: [String]) -> String? {
    for name in names { if let value = environment(name) { return value } }
    return nil
  }

  var transfers: TransferSettings {
    var settings = TransferSettings()
    settings.connectSeconds = timeout
    settings.certificateFile = first(of: ["CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE"])
    settings.certificateFolder = environment("SSL_CERT_DIR")
    settings.usesProxies = usesProxies
    settings.netrcFile = environment("NETRC")
    return settings
  }

  /// The headers as they are sent.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for what is no header.
  func requestHeaders() throws(FormatError) -> [HTTPHeader] {
    var result: [HTTPHeader] = []
    for header in headers {
      guard let line = HTTPHeader(line: "\(header.name): \(header.value)") else {
        // The value may be a secret.
        throw FormatError(.badArgument, "a header is written as 'Name: value', without line ends")
      }
      result.append(line)
    }
    return result
  }
}
