internal import ByteIO

/// One request whose answer is a short text.
final class TextJob: HTTPJob {
  private let asked: HTTPRequest
  private let name: String
  private var bytes: [UInt8] = []
  private(set) var response = HTTPResponse()
  private(set) var received = 0

  /// The most bytes of an answer.
  private static let limit = 1 << 20

  /// - Parameter name: How errors call what is asked for.
  init(_ request: HTTPRequest, name: String) {
    asked = request
    self.name = name
  }

  /// The body of the answer.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  var url: RemoteURL { asked.url }

  func request() throws(FormatError) -> HTTPRequest { asked }

  func begin(_ response: HTTPResponse) throws(FormatError) { bytes = [] }

  func receive(_ more: UnsafeRawBufferPointer) throws(FormatError) {
    guard bytes.count + more.count <= TextJob.limit else {
      throw FormatError(.limitExceeded, "the server's answer is longer than a text should be", file: name)
    }
    // Safe: the bytes are copied within the call.
    unsafe bytes.append(contentsOf: more)
  }

  func end(_ response: HTTPResponse) throws(FormatError) -> Bool {
    self.response = response
    guard response.isSuccess else { throw HTTPFailure.error(response, name: name) }
    return true
  }

  /// The answer to a request, by a client of its own.
  static func answer(to request: HTTPRequest, _ options: RemoteOptions) throws(FormatError) -> String {
    let job = TextJob(request, name: request.url.printable)
    try HTTPClient(name: request.url.printable, options).perform([job])
    return job.text
  }
}
