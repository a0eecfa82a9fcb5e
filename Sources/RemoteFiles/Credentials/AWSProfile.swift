internal import ByteIO

/// What the two files say of a profile.
struct AWSProfile {
  /// The profile's name.
  let name: String
  /// The values of the file of credentials, and those of the file of settings.
  let credentials: [String: String]
  let settings: [String: String]
  /// The settings within `s3 =`.
  let s3: [String: String]

  /// A value of either file.
  subscript(key: String) -> String? { credentials[key] ?? settings[key] }

  /// Whether it has a key of its own, or a part of one.
  var hasKeys: Bool { self["aws_access_key_id"] != nil || self["aws_secret_access_key"] != nil }

  /// Whether it takes on a role with the credentials of another.
  var takesRole: Bool { self["role_arn"] != nil && self["web_identity_token_file"] == nil }

  /// An error of what the profile says.
  func error(_ message: String, _ code: FormatError.Code = .badArgument) -> FormatError {
    FormatError(code, "the profile '\(name)' \(message)")
  }
}
