internal import ByteIO
internal import Locks

/// A bucket: where its server is, and the signatures that it wants.
final class S3Store: RequestAuthorizer {
  private let location: S3Location
  private let settings: AWSSettings
  /// The server, if it is not one of AWS; may have a path.
  private let endpoint: RemoteURL?
  private let usesHostName: Bool
  private let state: Lock<State>

  private struct State {
    var region: String
    /// The credentials, once they have been looked for.
    var credentials: AWSCredentials??
  }

  /// - Throws: ``FormatError`` if the environment, or the files that it names, make no sense.
  init(_ location: S3Location, _ options: RemoteOptions) throws(FormatError) {
    self.location = location
    do throws(FormatError) {
      settings = try AWSSettings(options)
      endpoint = try settings.endpoint(of: "s3")
    } catch { throw error.at(file: location.name) }
    // As botocore has it: a server of one's own has names of buckets in its paths.
    switch settings.profile.s3["addressing_style"] {
    case "path": usesHostName = false
    case "virtual": usesHostName = true
    default: usesHostName = endpoint == nil && location.isHostName
    }
    state = Lock(State(region: settings.region, credentials: nil))
  }

  /// The file as HTTP knows it.
  var file: RemoteFile { RemoteFile(url: url(region: state.withLock(\.region)), name: location.name) }

  private func url(region: String) -> RemoteURL {
    let domain = AWSSettings.domain(ofRegion: region)
    var url = endpoint ?? RemoteURL(scheme: .https, host: "s3.\(region).\(domain)", path: "/")
    while url.path.hasSuffix("/") { url.path.removeLast() }
    if usesHostName {
      url.host = "\(location.bucket).\(url.host)"
      url.path += "/" + location.path
    } else {
      url.path += "/\(location.bucket)/" + location.path
    }
    return url
  }

  func authorize(_ request: inout HTTPRequest) throws(FormatError) {
    let (credentials, region) = try current()
    // The host's name has the region in it, which the server may have told only now.
    request.url.host = url(region: region).host
    guard let credentials else { return }
    let isSigned = request.url.scheme == .http || request.body.isEmpty
    let hash = isSigned ? SHA256.hexadecimal(SHA256.digest(request.body)) : RequestSignature.unsignedBody
    RequestSignature(credentials: credentials, region: region).sign(&request, time: UTCTime.now, bodyHash: hash)
  }

  /// The credentials, looked for when they are needed first, and again before they end.
  private func current() throws(FormatError) -> (AWSCredentials?, String) {
    try state.withLock { (state: inout State) throws(FormatError) in
      if case .some(let known) = state.credentials {
        guard let end = known?.expiration, end <= UTCTime.now + 120 else { return (known, state.region) }
      }
      do throws(FormatError) {
        let found = try CredentialChain(settings).find()
        state.credentials = .some(found)
        return (found, state.region)
      } catch { throw error.at(file: location.name) }
    }
  }

  func reconsider(_ response: HTTPResponse) -> Bool {
    let body = String(decoding: response.errorBody, as: UTF8.self)
    return state.withLock { state in
      if let region = response["x-amz-bucket-region"] ?? HTTPFailure.element("Region", in: body),
        region != state.region,
        region.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") })
      {
        state.region = region
        return true
      }
      guard ["ExpiredToken", "TokenRefreshRequired"].contains(HTTPFailure.element("Code", in: body) ?? "") else {
        return false
      }
      state.credentials = nil
      return true
    }
  }
}
