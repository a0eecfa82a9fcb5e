internal import ByteIO

/// Looks for credentials where botocore does, in its order:
///
/// - the environment;
/// - the profile: a role that it takes on, a web identity (which the environment may name too), a login (SSO), the keys in
///   the file of credentials, a program, the keys in the file of settings;
/// - the service of a container, that of an instance of EC2.
struct CredentialChain {
  private let settings: AWSSettings
  private var options: RemoteOptions { settings.options }

  init(_ settings: AWSSettings) {
    self.settings = settings
  }

  /// - Returns: `nil` if there are none: then requests are not signed, as public buckets allow.
  /// - Throws: ``FormatError`` if the settings make no sense, or what they name gives no credentials.
  func find() throws(FormatError) -> AWSCredentials? {
    if AWSCredentials.isOn(options.environment("AWS_NO_SIGN_REQUEST")) { return nil }
    if let found = try ofEnvironment() { return found }
    if settings.profile.takesRole { return try takingRole(of: settings.profile, visited: [settings.profile.name]) }
    if let found = try ofProfile(settings.profile, usesEnvironment: true) { return found }
    return try MetadataService(settings).credentials()
  }

  private func ofEnvironment() throws(FormatError) -> AWSCredentials? {
    guard let key = options.environment("AWS_ACCESS_KEY_ID") else { return nil }
    guard let secret = options.environment("AWS_SECRET_ACCESS_KEY") else {
      throw FormatError(.badArgument, "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not")
    }
    return AWSCredentials(
      key: key, secret: secret, token: options.first(of: ["AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"]))
  }

  /// The credentials of a profile that takes on no role with those of others.
  private func ofProfile(
    _ profile: AWSProfile, usesEnvironment: Bool
  ) throws(FormatError) -> AWSCredentials? {
    if let found = try ofWebIdentity(profile, usesEnvironment: usesEnvironment) { return found }
    if let found = try LoginService(settings, profile)?.credentials() { return found }
    if let found = try AWSCredentials(profile.credentials, "the profile '\(profile.name)'") { return found }
    if profile["login_session"] != nil { throw CredentialChain.elsewhere("by 'aws login'", profile) }
    if let command = profile["credential_process"] { return try ofProgram(command) }
    return try AWSCredentials(profile.settings, "the profile '\(profile.name)'")
  }

  private static func elsewhere(_ how: String, _ profile: AWSProfile) -> FormatError {
    var error = profile.error("gets its credentials \(how), which is not done here", .unsupported)
    error.hint = "eval \"$(aws configure export-credentials --format env)\" puts them into the environment"
    return error
  }

  // MARK: Roles

  /// The credentials of a role, asked for with those that the profile names.
  private func takingRole(of profile: AWSProfile, visited: [String]) throws(FormatError) -> AWSCredentials {
    guard profile["mfa_serial"] == nil else {
      throw CredentialChain.elsewhere("with a code of a second factor (mfa_serial)", profile)
    }
    let source: AWSCredentials
    switch (profile["source_profile"], profile["credential_source"]) {
    case (nil, nil): throw profile.error("has role_arn and neither source_profile nor credential_source")
    case (.some, .some): throw profile.error("has both source_profile and credential_source")
    case (nil, let name?): source = try ofSource(name, profile)
    case (let name?, nil): source = try ofSource(profile: name, of: profile, visited)
    }
    return try TokenService(settings).taking(profile, with: source)
  }

  private func ofSource(_ name: String, _ profile: AWSProfile) throws(FormatError) -> AWSCredentials {
    let found: AWSCredentials?
    switch name.lowercased() {
    case "environment": found = try ofEnvironment()
    case "ecscontainer": found = try MetadataService(settings).ofContainer()
    case "ec2instancemetadata": found = MetadataService(settings).ofInstance()
    default: throw profile.error("has credential_source = \(name), which is none of those that there are")
    }
    guard let found else { throw profile.error("finds no credentials in its credential_source, \(name)", .notFound) }
    return found
  }

  private func ofSource(
    profile name: String, of profile: AWSProfile, _ visited: [String]
  ) throws(FormatError) -> AWSCredentials {
    guard let source = settings.files.profile(name) else {
      throw profile.error("has source_profile = \(name), which is in neither file", .notFound)
    }
    // A profile may name itself, for its own keys.
    guard !visited.contains(name) || (name == profile.name && source.hasKeys) else {
      throw profile.error("comes back to itself by source_profile: \((visited + [name]).joined(separator: ", "))")
    }
    if source.takesRole, !source.hasKeys { return try takingRole(of: source, visited: visited + [name]) }
    guard let found = try ofProfile(source, usesEnvironment: false) else {
      throw profile.error("has source_profile = \(name), which has no credentials", .notFound)
    }
    return found
  }

  // MARK: Others

  private func ofWebIdentity(
    _ profile: AWSProfile, usesEnvironment: Bool
  ) throws(FormatError) -> AWSCredentials? {
    func value(_ variable: String, _ key: String) -> String? {
      (usesEnvironment ? options.environment(variable) : nil) ?? profile[key]
    }
    guard let file = value("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file") else { return nil }
    guard let role = value("AWS_ROLE_ARN", "role_arn") else {
      throw FormatError(.badArgument, "a web identity needs a role: AWS_ROLE_ARN, or role_arn of the profile")
    }
    let token = try FileSource(path: file).readBytes(at: 0, upTo: 1 << 16)
    return try TokenService(settings).taking(
      role, session: value("AWS_ROLE_SESSION_NAME", "role_session_name"),
      identity: String(decoding: token, as: UTF8.self))
  }

  private func ofProgram(_ command: String) throws(FormatError) -> AWSCredentials {
    let what = "the program of credential_process"
    let values = try PlainJSON(CredentialProgram.output(of: command), "the output of \(what)")
    guard values["Version"] == "1" else {
      throw FormatError(.unsupported, "\(what) gives credentials of version \(values["Version"] ?? "none"), not 1")
    }
    return try AWSCredentials({ values[$0] }, token: "SessionToken", what)
  }
}
