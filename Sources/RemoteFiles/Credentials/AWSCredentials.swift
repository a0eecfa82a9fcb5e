internal import ByteIO

/// A key, its secret, and the token and end that temporary ones have.
struct AWSCredentials: Sendable, Equatable {
  var key: String
  var secret: String
  var token: String?
  /// When they end, in seconds since 1970; `nil` for those that last.
  var expiration: Int?

  init(key: String, secret: String, token: String? = nil, expiration: Int? = nil) {
    self.key = key
    self.secret = secret
    self.token = token
    self.expiration = expiration
  }

  /// The credentials among the values of a profile in a file; `nil` if there is no key.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for a key without its secret.
  init?(_ values: [String: String], _ name: String) throws(FormatError) {
    guard let key = values["aws_access_key_id"] else { return nil }
    guard let secret = values["aws_secret_access_key"] else {
      throw FormatError(.badArgument, "\(name) has aws_access_key_id and no aws_secret_access_key")
    }
    self.init(key: key, secret: secret, token: values["aws_security_token"] ?? values["aws_session_token"])
  }

  /// The credentials that a service or a program gives.
  ///
  /// - Parameters:
  ///   - values: The value of each key: `AccessKeyId`, `SecretAccessKey`, `Expiration`.
  ///   - token: The key of the token.
  ///   - what: Who gives them, for errors.
  init(_ values: (String) -> String?, token: String, _ what: String) throws(FormatError) {
    guard let key = values("AccessKeyId"), let secret = values("SecretAccessKey") else {
      throw FormatError(.malformed, "\(what) gives no credentials")
    }
    var expiration: Int?
    if let text = values("Expiration") {
      guard let seconds = UTCTime.seconds(text) else {
        throw FormatError(.malformed, "\(what) gives credentials whose end is no time")
      }
      expiration = seconds
    }
    self.init(key: key, secret: secret, token: values(token), expiration: expiration)
  }

  static func isOn(_ value: String?) -> Bool { ["1", "true", "yes", "on"].contains(value?.lowercased() ?? "") }
}
