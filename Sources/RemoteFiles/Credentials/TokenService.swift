internal import ByteIO

/// AWS's service that gives credentials of roles (STS).
struct TokenService {
  private let settings: AWSSettings

  init(_ settings: AWSSettings) {
    self.settings = settings
  }

  /// The credentials of a profile's role.
  ///
  /// - Parameter source: The credentials by which it is asked for.
  func taking(_ profile: AWSProfile, with source: AWSCredentials) throws(FormatError) -> AWSCredentials {
    var values = [("RoleArn", profile["role_arn"] ?? ""), ("RoleSessionName", profile["role_session_name"] ?? session)]
    if let id = profile["external_id"] { values.append(("ExternalId", id)) }
    if let seconds = profile["duration_seconds"].flatMap({ Int($0) }) {
      values.append(("DurationSeconds", "\(seconds)"))
    }
    return try answer("AssumeRole", values, source)
  }

  /// The credentials of a role for who shows a token of another service.
  func taking(_ role: String, session name: String?, identity token: String) throws(FormatError) -> AWSCredentials {
    try answer(
      "AssumeRoleWithWebIdentity",
      [("RoleArn", role), ("RoleSessionName", name ?? session), ("WebIdentityToken", token)], nil)
  }

  /// A name for the log of the account.
  private var session: String { "npy-\(UTCTime.now)" }

  private func answer(
    _ action: String, _ values: [(name: String, value: String)], _ source: AWSCredentials?
  ) throws(FormatError) -> AWSCredentials {
    let region = settings.region
    var url =
      try settings.endpoint(of: "sts")
      ?? RemoteURL(scheme: .https, host: "sts.\(region).\(AWSSettings.domain(ofRegion: region))", path: "/")
    if url.path.isEmpty { url.path = "/" }
    let form = ([("Action", action), ("Version", "2011-06-15")] + values).map { name, value in
      name + "=" + RemoteURL.percentEncoded(value.utf8) { "-._~".utf8.contains($0) }
    }
    var request = HTTPRequest(.post, url, body: Array(form.joined(separator: "&").utf8))
    request.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    if let source {
      RequestSignature(credentials: source, region: region, service: "sts")
        .sign(&request, time: UTCTime.now, bodyHash: SHA256.hexadecimal(SHA256.digest(request.body)))
    }
    do throws(FormatError) {
      let text = try TextJob.answer(to: request, settings.serviceOptions())
      return try AWSCredentials(
        { HTTPFailure.element($0, in: text).map(HTTPFailure.unescaped) }, token: "SessionToken", "the service")
    } catch {
      var error = error
      error.message = "no credentials of the role \(values[0].value) (\(action)): \(error.message)"
      error.hint = nil
      throw error
    }
  }
}
