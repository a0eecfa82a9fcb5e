internal import ByteIO
internal import CNumPyIOCurl

/// How requests are sent, whatever they ask for.
struct TransferSettings: Sendable {
  var connectSeconds = 15.0
  var certificateFile: String?
  var certificateFolder: String?
  /// Whether names and passwords are looked for in `.netrc`.
  var usesNetrc = true
  var netrcFile: String?
  var usesProxies = true
}

/// What takes the bytes of an answer.
protocol ResponseReceiver: AnyObject {
  /// The header has come; what throws here ends the transfer before its body.
  func begin(_ response: HTTPResponse) throws(FormatError)
  /// Some bytes of the body.
  func receive(_ bytes: UnsafeRawBufferPointer) throws(FormatError)
  /// Whether all that is wanted has come.
  var hasEnough: Bool { get }
  /// Whether the rest of a body is to be left.
  var leavesRest: Bool { get }
}

extension ResponseReceiver {
  /// By default, false: answers are read to their end.
  var hasEnough: Bool { false }
  /// By default, false: answers are read to their end.
  var leavesRest: Bool { false }
}

/// One request on its way, and its answer.
@safe final class CurlTransfer {
  /// The answer's header, as far as it has come.
  private(set) var response = HTTPResponse()
  /// Why the receiver wanted no more.
  private(set) var refusal: FormatError?
  let easy: UnsafeMutableRawPointer
  private let curl: CurlLibrary
  private let receiver: any ResponseReceiver
  private var headers: UnsafeMutableRawPointer?
  private let body: UnsafeMutableRawBufferPointer
  private var hasBegun = false

  /// The most bytes of a header that are kept.
  private static let longestHeader = 256 << 10
  private var headerSize = 0
  /// The status by which a proxy has answered the request to connect to the server, once the transfer has ended; 0 if none was asked.
  private(set) var proxyStatus = 0
  /// How many bytes have come so far, the header's included.
  private var receivedCount = 0
  /// How much is kept of a body that says what went wrong.
  private static let longestErrorBody = 16 << 10

  /// - Parameter easy: A handle without options, which belongs to the caller.
  init(
    _ request: HTTPRequest, _ settings: TransferSettings, easy: UnsafeMutableRawPointer, _ curl: CurlLibrary,
    to receiver: any ResponseReceiver
  ) {
    unsafe self.easy = easy
    self.curl = curl
    self.receiver = receiver
    // Safe: memory of its own for what is sent, freed in `deinit`.
    unsafe body = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, request.body.count), alignment: 1)
    unsafe body.copyBytes(from: request.body)
    configure(request, settings)
  }

  deinit {
    // Safe: list and memory were made here, and the handle that used them has been taken out of service.
    unsafe curl.functions.pointee.slist_free_all(headers)
    unsafe body.deallocate()
  }

  private func configure(_ request: HTTPRequest, _ settings: TransferSettings) {
    set(.hasNoSignals, 1)
    // HTTP and HTTPS only, whatever a proxy or a file of settings may say.
    set(.protocols, 3)
    set(.pathAsIs, 1)
    set(.keepsAlive, 1)
    set(.suppressesConnectHeaders, 1)
    set(.bufferSize, 256 << 10)
    set(.connectMilliseconds, Int(max(0.001, settings.connectSeconds) * 1000))
    set(.url, request.url.text)
    set(.userAgent, "npy (swift-numpy-io)")
    if let file = settings.certificateFile { set(.certificateFile, file) }
    if let folder = settings.certificateFolder { set(.certificateFolder, folder) }
    if !settings.usesProxies { set(.hostsWithoutProxy, "*") }
    if let credentials = request.url.credentials {
      set(.userPassword, RemoteURL.percentDecoded(credentials))
    } else if settings.usesNetrc, !request.has("Authorization") {
      set(.netrc, 1)
      if let file = settings.netrcFile { set(.netrcFile, file) }
    }
    switch request.method {
    case .get: break
    case .head: set(.hasNoBody, 1)
    case .put, .post, .delete:
      set(.method, request.method.rawValue)
      // Safe: the handle reads the memory while this transfer is in service.
      unsafe setPointer(.requestBody, body.baseAddress)
      _ = unsafe npyio_curl_set_size(curl.functions, easy, Option.requestBodySize.rawValue, Int64(request.body.count))
    }
    var lines = request.headers.map { "\($0.name): \($0.value)" }
    // Without these libcurl would wait for a permission, or call the body a form.
    if request.method == .put || request.method == .post {
      lines.append("Expect:")
      if !request.has("Content-Type") { lines.append("Content-Type: application/octet-stream") }
    } else if request.method == .delete {
      lines.append("Content-Type:")
    }
    for line in lines { unsafe headers = curl.functions.pointee.slist_append(headers, line) ?? headers }
    // Safe: the list lives as long as this object; so does the object itself, which the pool holds while it is in service.
    unsafe setPointer(.headers, headers)
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe setPointer(.headerContext, context)
    unsafe setPointer(.bodyContext, context)
    _ = unsafe npyio_curl_set_callback(curl.functions, easy, Option.headerCallback.rawValue, receiveHeader)
    _ = unsafe npyio_curl_set_callback(curl.functions, easy, Option.bodyCallback.rawValue, receiveBody)
  }

  private typealias Option = CurlLibrary.Option

  private func set(_ option: Option, _ number: Int) {
    // Safe: an option of that type, on a handle that the caller owns.
    _ = unsafe npyio_curl_set_number(curl.functions, easy, option.rawValue, number)
  }

  private func set(_ option: Option, _ text: String) {
    // Safe: libcurl copies texts.
    _ = unsafe npyio_curl_set_text(curl.functions, easy, option.rawValue, text)
  }

  private func setPointer(_ option: Option, _ pointer: UnsafeMutableRawPointer?) {
    // Safe: what the pointer leads to outlives the transfer, as the callers say.
    _ = unsafe npyio_curl_set_pointer(curl.functions, easy, option.rawValue, pointer)
  }

  /// How many bytes have been sent and received so far.
  var byteCount: Int {
    // Safe: the handle is in service as long as anybody asks.
    receivedCount + (unsafe Int(npyio_curl_sent(curl.functions, easy)))
  }

  /// Keeps what the handle knows of the answer, before another transfer has it.
  func retire() {
    // Safe: the handle is still in service.
    proxyStatus = unsafe Int(npyio_curl_proxy_status(curl.functions, easy))
  }

  // MARK: What libcurl calls

  /// Takes a line of the header; false if there are too many.
  fileprivate func add(header bytes: UnsafeRawBufferPointer) -> Bool {
    headerSize += bytes.count
    receivedCount += bytes.count
    guard headerSize <= CurlTransfer.longestHeader else { return false }
    // Safe: the bytes are copied.
    response.add(line: unsafe String(decoding: bytes, as: UTF8.self))
    return true
  }

  /// Hands bytes of the body on; false if no more are wanted.
  fileprivate func add(body bytes: UnsafeRawBufferPointer) -> Bool {
    receivedCount += bytes.count
    guard response.isSuccess else {
      let room = CurlTransfer.longestErrorBody - response.errorBody.count
      // Safe: the bytes are copied.
      unsafe response.errorBody.append(contentsOf: bytes.prefix(max(0, room)))
      return bytes.count <= room
    }
    do throws(FormatError) {
      if !hasBegun { try receiver.begin(response) }
      hasBegun = true
      // Of a server that ignores ranges what follows is not waited for.
      if receiver.leavesRest { return false }
      try unsafe receiver.receive(bytes)
      return true
    } catch {
      refusal = error
      return false
    }
  }

  /// Tells the receiver of an answer without a body.
  func beginIfEmpty() {
    guard response.isSuccess, !hasBegun, refusal == nil else { return }
    hasBegun = true
    do throws(FormatError) { try receiver.begin(response) } catch { refusal = error }
  }
}

private let receiveHeader: npyio_curl_callback = { data, size, count, context in
  // Safe: libcurl calls with the context that was set and that many bytes, while the transfer is in service.
  guard let context = unsafe context else { return 0 }
  let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
  let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size * count)
  return unsafe transfer.add(header: bytes) ? size * count : 0
}

private let receiveBody: npyio_curl_callback = { data, size, count, context in
  // Safe: as above.
  guard let context = unsafe context else { return 0 }
  let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
  let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size * count)
  return unsafe transfer.add(body: bytes) ? size * count : 0
}
