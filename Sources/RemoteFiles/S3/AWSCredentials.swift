internal import ByteIO

/// A key, its secret, and the token and end that temporary ones have.
struct AWSCredentials: Sendable, Equatable {
  var key: String
  var secret: String
  var token: String?
  /// When they end, as `20261129T100000Z`; `nil` for those that last.
  var expiration: String?

  /// Looks for credentials where botocore does, in its order: the environment, the files of the profile, the service
  /// of a container, that of an instance of EC2.
  ///
  /// - Returns: `nil` if there are none: then requests are not signed, as public buckets allow.
  /// - Throws: ``FormatError`` with code `unsupported` for a profile whose credentials are got by a program, a role or a
  ///   login.
  static func find(_ profile: AWSProfile, _ options: RemoteOptions) throws(FormatError) -> AWSCredentials? {
    if isOn(options.environment("AWS_NO_SIGN_REQUEST")) { return nil }
    if let key = options.environment("AWS_ACCESS_KEY_ID"), let secret = options.environment("AWS_SECRET_ACCESS_KEY") {
      return AWSCredentials(key: key, secret: secret, token: options.environment("AWS_SESSION_TOKEN"))
    }
    let all = profile.settings.merging(profile.credentials) { $1 }
    if all["role_arn"] != nil || options.environment("AWS_WEB_IDENTITY_TOKEN_FILE") != nil {
      throw elsewhere("by taking on a role", profile)
    }
    if all["sso_session"] ?? all["sso_account_id"] != nil { throw elsewhere("by a login (SSO)", profile) }
    if let found = AWSCredentials(profile.credentials) { return found }
    if all["credential_process"] != nil { throw elsewhere("by a program", profile) }
    if let found = AWSCredentials(profile.settings) { return found }
    return try MetadataService(options).credentials()
  }

  private init?(_ values: [String: String]) {
    guard let key = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else { return nil }
    self.init(key: key, secret: secret, token: values["aws_session_token"] ?? values["aws_security_token"])
  }

  init(key: String, secret: String, token: String? = nil, expiration: String? = nil) {
    self.key = key
    self.secret = secret
    self.token = token
    self.expiration = expiration
  }

  private static func elsewhere(_ how: String, _ profile: AWSProfile) -> FormatError {
    var error = FormatError(
      .unsupported, "the profile '\(profile.name)' gets its credentials \(how), which is not done here")
    error.hint = "eval \"$(aws configure export-credentials --format env)\" puts them into the environment"
    return error
  }

  static func isOn(_ value: String?) -> Bool { ["1", "true", "yes", "on"].contains(value?.lowercased() ?? "") }
}
