internal import ByteIO

/// The credentials of a login in the browser (`aws sso login`), as long as it lasts.
struct LoginService {
  private let settings: AWSSettings
  private let profile: AWSProfile
  private let role: String
  private let account: String
  private let region: String
  /// What the file of the login is named by: the session, or the address at which it began.
  private let key: String

  /// - Returns: `nil` for a profile without such a login.
  /// - Throws: ``FormatError`` with code `badArgument` for one that lacks a part of what it takes.
  init?(_ settings: AWSSettings, _ profile: AWSProfile) throws(FormatError) {
    guard profile["sso_role_name"] != nil || profile["sso_account_id"] != nil else { return nil }
    self.settings = settings
    self.profile = profile
    var session: [String: String] = [:]
    if let name = profile["sso_session"] {
      guard let found = settings.files.loginSession(name) else {
        throw profile.error("has sso_session = \(name), and the file of settings no [sso-session \(name)]")
      }
      session = found
      for (key, value) in session {
        guard profile[key] == nil || profile[key] == value else {
          throw profile.error("has another \(key) than its sso-session")
        }
      }
    }
    func value(_ key: String) throws(FormatError) -> String {
      guard let found = session[key] ?? profile[key] else { throw profile.error("has a login (SSO) without \(key)") }
      return found
    }
    (role, account) = (try value("sso_role_name"), try value("sso_account_id"))
    region = try value("sso_region")
    let start = try value("sso_start_url")
    key = profile["sso_session"] ?? start
  }

  /// - Throws: ``FormatError`` with code `permissionDenied` if there is no login that lasts.
  func credentials() throws(FormatError) -> AWSCredentials {
    var url =
      try settings.endpoint(of: "sso")
      ?? RemoteURL(
        scheme: .https, host: "portal.sso.\(region).\(AWSSettings.domain(ofRegion: region))", path: "/")
    while url.path.hasSuffix("/") { url.path.removeLast() }
    url.path += "/federation/credentials"
    func encoded(_ text: String) -> String { RemoteURL.percentEncoded(text.utf8) { "-._~".utf8.contains($0) } }
    url.query = "role_name=\(encoded(role))&account_id=\(encoded(account))"
    let request = HTTPRequest(.get, url, headers: [HTTPHeader("x-amz-sso_bearer_token", try token())])
    let text: String
    do throws(FormatError) { text = try TextJob.answer(to: request, settings.serviceOptions()) } catch {
      guard error.code == .permissionDenied else { throw error }
      throw needsLogin("is not accepted any more")
    }
    let answer = try PlainJSON(Array(text.utf8), "the answer of the login's service").object("roleCredentials")
    let names = ["AccessKeyId": "accessKeyId", "SecretAccessKey": "secretAccessKey", "SessionToken": "sessionToken"]
    var found = try AWSCredentials(
      { names[$0].flatMap { answer?[$0] } }, token: "SessionToken", "the service of the login")
    found.expiration = answer?["expiration"].flatMap { Int($0) }.map { $0 / 1000 }
    return found
  }

  /// The token that the AWS tools keep.
  private func token() throws(FormatError) -> String {
    let name = SHA256.hexadecimal(SHA1.digest(Array(key.utf8)))
    let path = "\(settings.files.folder)/sso/cache/\(name).json"
    guard let bytes = try? FileSource(path: path).readBytes(at: 0, upTo: 1 << 20) else {
      throw needsLogin("is missing")
    }
    let values = try PlainJSON(bytes, "the file of the login")
    guard let token = values["accessToken"], HTTPHeader(line: "x: \(token)") != nil,
      let end = values["expiresAt"].flatMap(UTCTime.seconds)
    else { throw needsLogin("cannot be read") }
    guard end > UTCTime.now else { throw needsLogin("has ended") }
    return token
  }

  private func needsLogin(_ why: String) -> FormatError {
    var error = profile.error("gets its credentials by a login (SSO), which \(why)", .permissionDenied)
    error.hint = "aws sso login --profile \(profile.name) makes one"
    return error
  }
}
