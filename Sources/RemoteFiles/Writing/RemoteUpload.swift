public import ByteIO

/// Puts files on servers: there whole or not at all.
///
/// Small files are one request. Larger ones go to S3 in parts of 8 MiB or more, several at a time, of which nobody sees anything
/// before the last request joins them; if it does not come to that, the parts are removed.
public struct RemoteUpload {
  private let file: RemoteFile
  private let store: S3Store?
  private let client: HTTPClient
  private let replacing: Bool

  /// The least size of a part, and the size up to which a file goes in one request.
  private static let partSize = 8 << 20
  private static let mostParts = 10_000

  /// - Parameters:
  ///   - address: `s3://bucket/key`, or `https://…`, where the file is put by PUT.
  ///   - replacing: Whether a file that is there may be replaced; if not, the server is asked to see to it, so that of two
  ///     who write at the same time one is refused.
  ///   - options: Headers, limits.
  /// - Throws: `FormatError` as for reading.
  public init(
    to address: String, replacing: Bool = true, options: RemoteOptions = RemoteOptions()
  ) throws(FormatError) {
    if let location = try S3Location(address) {
      let store = try S3Store(location, options)
      (file, self.store) = (store.file, store)
    } else {
      guard let url = RemoteURL(address) else {
        throw FormatError(.badArgument, "this is no address of HTTP or S3", file: address)
      }
      (file, store) = (RemoteFile(url: url, name: url.printable), nil)
    }
    self.replacing = replacing
    client = try HTTPClient(name: file.name, options, authorizer: store)
  }

  /// Refuses a file that is there and is not to be replaced, before any work is done for it.
  ///
  /// - Throws: `FormatError` with code `alreadyExists`.
  public func checkTarget() throws(FormatError) {
    guard !replacing else { return }
    do throws(FormatError) { _ = try send(HTTPRequest(.head, file.url)) } catch {
      // Who may write need not be allowed to look.
      if error.code == .notFound || error.code == .permissionDenied { return }
      throw error
    }
    throw HTTPFailure.alreadyExists(file.name)
  }

  /// Uploads all that a source holds.
  ///
  /// - Throws: `FormatError`: `alreadyExists`, `permissionDenied`, `io`; the server then has what it had before.
  public func upload(_ source: any ByteSource) throws(FormatError) {
    guard let count = source.byteCount else {
      throw FormatError(.badArgument, "what is uploaded has to have a length", file: file.name)
    }
    try ByteProgress.operation(.writing, file.name, total: count, counting: .sink) { () throws(FormatError) in
      guard store == nil || count <= RemoteUpload.partSize else { return try uploadInParts(source, count) }
      let request = HTTPRequest(.put, file.url, headers: condition)
      try client.perform([PartJob(request, source, 0..<count, name: file.name)])
    }
  }

  /// The header that has the server refuse to replace a file.
  private var condition: [HTTPHeader] { replacing ? [] : [HTTPHeader("If-None-Match", "*")] }

  private func send(_ request: HTTPRequest) throws(FormatError) -> TextJob {
    let job = TextJob(request, name: file.name)
    try client.perform([job])
    return job
  }

  private func uploadInParts(_ source: any ByteSource, _ count: Int) throws(FormatError) {
    let answer = try send(HTTPRequest(.post, query("uploads=")))
    guard let id = HTTPFailure.element("UploadId", in: answer.text) else {
      throw FormatError(.io, "the server does not begin an upload in parts", file: file.name)
    }
    let upload = "uploadId=" + RemoteURL.percentEncoded(HTTPFailure.unescaped(id).utf8) { "-._~".utf8.contains($0) }
    do throws(FormatError) {
      let tags = try sendParts(source, count, upload)
      var body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      for (index, tag) in tags.enumerated() {
        body += "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(tag)</ETag></Part>"
      }
      body += "</CompleteMultipartUpload>"
      let headers = condition + [HTTPHeader("Content-Type", "application/xml")]
      let answer = try send(HTTPRequest(.post, query(upload), headers: headers, body: Array(body.utf8)))
      // The status is sent before the parts are joined; an error then stands in the body.
      if let code = HTTPFailure.element("Code", in: answer.text), answer.text.contains("<Error>") {
        throw FormatError(.io, "the server could not join the parts: \(code)", file: file.name)
      }
    } catch {
      // Also after an interruption: with a progress of its own, which nobody has cancelled.
      ByteProgress().observe { _ = try? send(HTTPRequest(.delete, query(upload))) }
      throw error
    }
  }

  /// Sends all parts, several at a time; the tags of the parts in order.
  private func sendParts(_ source: any ByteSource, _ count: Int, _ upload: String) throws(FormatError) -> [String] {
    let least = (count + RemoteUpload.mostParts - 1) / RemoteUpload.mostParts
    let size = max(RemoteUpload.partSize, ((least + (1 << 20) - 1) >> 20) << 20)
    var jobs: [PartJob] = []
    for start in stride(from: 0, to: count, by: size) {
      let request = HTTPRequest(.put, query("partNumber=\(jobs.count + 1)&" + upload))
      jobs.append(PartJob(request, source, start..<min(start + size, count), name: file.name))
    }
    try client.perform(jobs)
    var tags: [String] = []
    for job in jobs {
      guard let tag = job.tag else {
        throw FormatError(.io, "the server gives a part of the file no tag", file: file.name)
      }
      tags.append(tag)
    }
    return tags
  }

  private func query(_ text: String) -> RemoteURL {
    var url = file.url
    url.query = text
    return url
  }
}

/// Sends a part of a file, which is read when the request is made.
final class PartJob: HTTPJob {
  private let asked: HTTPRequest
  private let source: any ByteSource
  private let range: Range<Int>
  private let name: String
  /// The tag that the server has given to the part.
  private(set) var tag: String?
  private(set) var received = 0

  init(_ request: HTTPRequest, _ source: any ByteSource, _ range: Range<Int>, name: String) {
    asked = request
    self.source = source
    self.range = range
    self.name = name
  }

  var url: RemoteURL { asked.url }

  func request() throws(FormatError) -> HTTPRequest {
    var request = asked
    request.body = try source.readBytes(at: range.lowerBound, count: range.count, "what is uploaded")
    return request
  }

  func begin(_ response: HTTPResponse) throws(FormatError) { tag = response["etag"] }

  func receive(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {}

  func end(_ response: HTTPResponse) throws(FormatError) -> Bool {
    guard response.isSuccess else { throw HTTPFailure.error(response, name: name) }
    try ByteProgress.current?.advance(.sink, by: range.count, file: name)
    return true
  }
}
