internal import ByteIO
internal import CNumPyIOCurl

/// The system's libcurl, loaded when the first remote address is met.
///
/// Unchecked: its functions may be called by any thread, each on handles of its own.
@safe struct CurlLibrary: @unchecked Sendable {
  /// The numbers of options, which never change.
  enum Option: Int32 {
    case bodyContext = 10001
    case url = 10002
    case requestBody = 10015
    case userAgent = 10018
    case headers = 10023
    case headerContext = 10029
    case method = 10036
    case certificateFile = 10065
    case certificateFolder = 10097
    case netrcFile = 10118
    case hostsWithoutProxy = 10177
    case bodyCallback = 20011
    case headerCallback = 20079
    case requestBodySize = 30120
    case hasNoBody = 44
    case netrc = 51
    case bufferSize = 98
    case hasNoSignals = 99
    case connectMilliseconds = 156
    case protocols = 181
    case keepsAlive = 213
    case pathAsIs = 234
    case suppressesConnectHeaders = 265
    case userPassword = 10005
  }

  /// How a transfer ended, as far as it matters here.
  enum Result {
    static let ok: Int32 = 0
    /// Names and connections that cannot be had, answers that break off: another try may succeed.
    static let temporary: Set<Int32> = [16, 18, 28, 35, 52, 55, 56, 92]
    static let cannotResolve: Int32 = 6
    static let cannotConnect: Int32 = 7
    static let timeout: Int32 = 28
    /// The certificate of the server, or the file of those that are trusted.
    static let certificate: Set<Int32> = [51, 58, 60, 77, 83, 90, 91]
  }

  let functions: UnsafePointer<npyio_curl>

  private static let loaded: CurlLibrary? = CurlLibrary()

  /// The library.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` if the system has none.
  static func load(for file: String) throws(FormatError) -> CurlLibrary {
    if let loaded { return loaded }
    var error = FormatError(
      .unsupported, "remote files are read through libcurl, which is not on this system", file: file)
    error.hint = "install it (on Debian and Ubuntu: apt install libcurl4), or download the file first"
    throw error
  }

  private init?() {
    // Safe: what is loaded stays where it is as long as the process lives, and is not changed any more.
    guard let functions = unsafe npyio_curl_load() else { return nil }
    unsafe self.functions = functions
  }

  /// The library's words for how a transfer ended.
  func explanation(of result: Int32) -> String {
    // Safe: libcurl gives a text that lives as long as the library.
    unsafe String(cString: functions.pointee.easy_strerror(result))
  }
}
