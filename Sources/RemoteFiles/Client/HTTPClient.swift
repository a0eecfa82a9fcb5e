internal import ByteIO
internal import PlatformC

/// Something that is asked of a server: by one request, or by several, each for what is still missing.
protocol HTTPJob: ResponseReceiver {
  /// Where all its requests go.
  var url: RemoteURL { get }

  /// The next request.
  func request() throws(FormatError) -> HTTPRequest

  /// An answer has ended that is not a redirection, nor the server's wish to be asked later.
  ///
  /// - Returns: Whether all is done; if not, ``request()`` is asked for another.
  /// - Throws: What the answer means, if it is a refusal.
  func end(_ response: HTTPResponse) throws(FormatError) -> Bool

  /// A number that grows with what has come: tries are counted from where it last did.
  var received: Int { get }
}

/// Speaks HTTP with one server and those to which it leads: several requests at a time, redirections, tries again.
///
/// Used by one thread at a time.
final class HTTPClient {
  /// How errors call the file.
  let name: String
  let options: RemoteOptions
  private let headers: [HTTPHeader]
  private let settings: TransferSettings
  private let authorizer: (any RequestAuthorizer)?
  private let pool: CurlPool
  /// Where addresses have led.
  private var redirections: [RemoteURL: RemoteURL] = [:]
  /// How many requests are made at a time: fewer after a server has said that it has enough.
  private var limit: Int

  private static let mostRedirections = 10

  init(name: String, _ options: RemoteOptions, authorizer: (any RequestAuthorizer)? = nil) throws(FormatError) {
    self.name = name
    self.options = options
    self.authorizer = authorizer
    do throws(FormatError) {
      try options.checkEnvironment()
      headers = try options.requestHeaders()
    } catch { throw error.at(file: name) }
    var settings = options.transfers
    // What a store of objects wants is a signature.
    if authorizer != nil { settings.usesNetrc = false }
    self.settings = settings
    pool = try CurlPool.take(CurlLibrary.load(for: name), name: name)
    limit = max(1, options.connections)
  }

  deinit { CurlPool.giveBack(pool) }

  /// A job on its way.
  private final class Attempt {
    let job: any HTTPJob
    var url: RemoteURL?
    var redirections = 0
    var isReconsidered = false
    /// How often the job has failed since it last came further.
    var failures = 0
    var received = 0
    /// When it is tried again, by the clock of ``HTTPClient/now``.
    var notBefore = 0.0
    /// How many bytes the transfer had brought when it was last looked at, and when that last changed.
    var seen = (count: -1, time: 0.0)
    var timeouts = 0
    var isPatient = false

    init(_ job: any HTTPJob) { self.job = job }
  }

  /// Does jobs, as many at a time as the options allow, and returns when all are done.
  ///
  /// - Parameters:
  ///   - next: Gives more jobs, as far as they are known, while others are done.
  ///   - isStopped: Whether to give up all that is not done yet.
  /// - Throws: ``FormatError`` of the first job that fails for good; `cancelled` if the progress is.
  func perform(
    _ jobs: [any HTTPJob], next: () -> (any HTTPJob)? = { nil }, isStopped: () -> Bool = { false }
  ) throws(FormatError) {
    var waiting = jobs.map { Attempt($0) }
    var active: [ObjectIdentifier: Attempt] = [:]
    defer { pool.abandon() }
    while !isStopped() {
      try ByteProgress.current?.check(file: name)
      let now = HTTPClient.now
      while active.count < limit {
        let due = waiting.firstIndex { $0.notBefore <= now }
        guard let attempt = due.map({ waiting.remove(at: $0) }) ?? next().map({ Attempt($0) }) else { break }
        attempt.seen = (-1, now)
        active[ObjectIdentifier(try start(attempt))] = attempt
      }
      if waiting.isEmpty, active.isEmpty { return }
      pool.advance()
      var hasEnded = false
      for transfer in pool.transfers {
        guard let attempt = active[ObjectIdentifier(transfer)], isStalled(transfer, attempt) else { continue }
        pool.abandon(transfer)
        active[ObjectIdentifier(transfer)] = nil
        attempt.timeouts += 1
        hasEnded = true
        // Waiting as long once more is enough.
        try postpone(
          attempt, unreachable(CurlLibrary.Result.timeout), isTemporary: attempt.timeouts <= 2, after: nil)
        waiting.append(attempt)
      }
      while let (transfer, result) = pool.nextEnded() {
        guard let attempt = active.removeValue(forKey: ObjectIdentifier(transfer)) else { continue }
        hasEnded = true
        if try !finish(attempt, transfer, result) { waiting.append(attempt) }
      }
      if !hasEnded {
        let pause = waiting.map { $0.notBefore - now }.filter { $0 > 0 }.min() ?? 1
        pool.wait(milliseconds: Int(min(0.02, pause) * 1000) + 1)
      }
    }
  }

  /// Seconds since some time.
  private static var now: Double {
    var time = timespec()
    // Safe: the call writes one structure, whose type it is.
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Whether nothing has come for as long as the options allow.
  private func isStalled(_ transfer: CurlTransfer, _ attempt: Attempt) -> Bool {
    let now = HTTPClient.now
    if transfer.byteCount != attempt.seen.count { attempt.seen = (transfer.byteCount, now) }
    // A server that joins the parts of a file has something to do before it answers.
    return now - attempt.seen.time > options.timeout * (attempt.isPatient ? 4 : 1)
  }

  private func start(_ attempt: Attempt) throws(FormatError) -> CurlTransfer {
    var request = try attempt.job.request()
    let named = request.url
    request.url = attempt.url ?? redirections[named] ?? named
    attempt.url = request.url
    attempt.isPatient = ![.get, .head].contains(request.method)
    // Secrets are for the server that was named only.
    if request.url.origin == named.origin {
      for header in headers { request.set(header.name, header.value) }
      try authorizer?.authorize(&request)
    }
    return try pool.start(request, settings, to: attempt.job)
  }

  /// Takes the end of an attempt into account; false if the job is to be tried again.
  private func finish(_ attempt: Attempt, _ transfer: CurlTransfer, _ result: Int32) throws(FormatError) -> Bool {
    if attempt.job.received > attempt.received { (attempt.received, attempt.failures) = (attempt.job.received, 0) }
    if result == CurlLibrary.Result.ok { transfer.beginIfEmpty() }
    if let refusal = transfer.refusal { throw refusal.at(file: name) }
    let response = transfer.response
    // A body that says what went wrong may be cut off.
    let isAnswered =
      result == CurlLibrary.Result.ok || attempt.job.hasEnough
      || (response.status >= 300 && !response.errorBody.isEmpty)
    guard isAnswered else {
      if let refusal = HTTPFailure.refusal(ofProxy: transfer.proxyStatus, name: name) { throw refusal }
      try postpone(attempt, unreachable(result), isTemporary: isTemporary(result, attempt), after: nil)
      return false
    }
    if response.isRedirect, let location = response["location"] {
      try follow(attempt, location, response)
      return false
    }
    if response.isTemporary {
      if [429, 503].contains(response.status) { limit = max(1, limit / 2) }
      try postpone(
        attempt, HTTPFailure.error(response, name: name), isTemporary: true, after: response.retryAfter)
      return false
    }
    if response.isRedirect || [400, 401, 403, 404, 410].contains(response.status), reconsider(attempt, response) {
      return false
    }
    do throws(FormatError) {
      if try attempt.job.end(response) { return true }
    } catch { throw error.at(file: name) }
    // What is missing is asked for at once, unless nothing has come.
    attempt.failures += 1
    if attempt.failures > options.retries + 1 {
      throw FormatError(.truncated, "the server's answers are shorter than what they promise", file: name)
    }
    return false
  }

  /// Whether a refusal is no reason to give up yet: where a redirection led may be out of date, and so may credentials.
  private func reconsider(_ attempt: Attempt, _ response: HTTPResponse) -> Bool {
    guard !attempt.isReconsidered else { return false }
    let named = attempt.job.url
    if let url = attempt.url, url != named, redirections.removeValue(forKey: named) != nil, attempt.redirections == 0 {
      (attempt.url, attempt.isReconsidered) = (nil, true)
      return true
    }
    guard authorizer?.reconsider(response) == true else { return false }
    (attempt.url, attempt.isReconsidered) = (nil, true)
    return true
  }

  private func follow(_ attempt: Attempt, _ location: String, _ response: HTTPResponse) throws(FormatError) {
    let named = attempt.job.url
    if authorizer?.reconsider(response) == true, !attempt.isReconsidered {
      (attempt.url, attempt.isReconsidered) = (nil, true)
      return
    }
    attempt.redirections += 1
    guard attempt.redirections <= HTTPClient.mostRedirections else {
      throw FormatError(.io, "the server leads from one address to the next without end", file: name)
    }
    guard let from = attempt.url, let to = from.following(location) else {
      throw FormatError(.io, "the server leads to an address that is not one of HTTP", file: name)
    }
    guard from.scheme == .http || to.scheme == .https else {
      throw FormatError(
        .permissionDenied, "the server leads from https to \(to.printable), which is not encrypted", file: name)
    }
    attempt.url = to
    redirections[named] = to
  }

  private func isTemporary(_ result: Int32, _ attempt: Attempt) -> Bool {
    if CurlLibrary.Result.temporary.contains(result) { return true }
    // A server that has answered before is there, and may be starting again.
    return attempt.received > 0 && result == CurlLibrary.Result.cannotConnect
  }

  /// Has a job tried again after a pause that grows.
  private func postpone(
    _ attempt: Attempt, _ error: FormatError, isTemporary: Bool, after seconds: Double?
  ) throws(FormatError) {
    attempt.failures += 1
    guard isTemporary, attempt.failures <= options.retries else { throw error }
    let pause = 0.1 * Double(1 << min(attempt.failures, 7)) * Double.random(in: 0.75...1.25)
    attempt.notBefore = HTTPClient.now + min(60, max(pause, seconds ?? 0))
  }

  private func unreachable(_ result: Int32) -> FormatError {
    let why = pool.curl.explanation(of: result)
    var error = FormatError(.io, "the server cannot be read from: \(why)", file: name)
    switch result {
    case CurlLibrary.Result.cannotResolve: error.message = "the server's name is not known: \(why)"
    case CurlLibrary.Result.cannotConnect: error.message = "there is no connection to the server: \(why)"
    case CurlLibrary.Result.timeout:
      error.message = "the server has not answered for \(Int(options.timeout)) seconds"
      error.hint = "NPY_TIMEOUT sets how many seconds are waited"
    case _ where CurlLibrary.Result.certificate.contains(result):
      error.hint = "SSL_CERT_FILE or CURL_CA_BUNDLE names the certificates that are trusted"
    default: break
    }
    return error
  }
}
