internal import ByteIO
internal import CNumPyIOCurl
internal import Locks
internal import PlatformC

/// Transfers that are on their way side by side, over connections that are kept; used by one thread at a time.
@safe final class CurlPool {
  let curl: CurlLibrary
  private let multi: UnsafeMutableRawPointer
  private var idle: [UnsafeMutableRawPointer] = unsafe []
  private var active: [UnsafeMutableRawPointer: CurlTransfer] = unsafe [:]
  private var name: String
  private let process = getpid()

  /// - Parameter name: How errors call the file.
  init(_ curl: CurlLibrary, name: String) throws(FormatError) {
    // Safe: the functions of the library that is loaded; the handle is freed in `deinit`.
    guard let multi = unsafe curl.functions.pointee.multi_init() else { throw CurlPool.noMemory(name) }
    self.curl = curl
    unsafe self.multi = multi
    self.name = name
  }

  deinit {
    abandon()
    // Safe: all handles were made by this pool and are in no use any more.
    while let easy = unsafe idle.popLast() { unsafe curl.functions.pointee.easy_cleanup(easy) }
    _ = unsafe curl.functions.pointee.multi_cleanup(multi)
  }

  /// Pools that nobody uses, whose connections may serve the next file of the same server.
  private static let spare = Lock<[Spare]>([])
  private static let mostSpare = 4

  /// Unchecked: handed from the thread that has used a pool last to the one that uses it next.
  private struct Spare: @unchecked Sendable {
    let pool: CurlPool
  }

  /// A pool that was given back, or a new one.
  static func take(_ curl: CurlLibrary, name: String) throws(FormatError) -> CurlPool {
    let found = spare.withLockIfAvailable { pools in
      // The connections that a fork has copied are its parent's: they are neither used nor closed.
      // Safe: a reference that is never given back keeps such a pool as it is.
      for pool in pools where pool.pool.process != getpid() { _ = unsafe Unmanaged.passRetained(pool.pool) }
      pools.removeAll { $0.pool.process != getpid() }
      return pools.popLast()
    }
    guard let pool = (found ?? nil)?.pool else { return try CurlPool(curl, name: name) }
    pool.name = name
    return pool
  }

  /// Keeps a pool that its user needs no more.
  static func giveBack(_ pool: CurlPool) {
    pool.abandon()
    let kept = Spare(pool: pool)
    let dropped: [Spare]? = spare.withLockIfAvailable { pools in
      pools.append(kept)
      return pools.count > mostSpare ? [pools.removeFirst()] : []
    }
    extendLifetime(dropped)
  }

  private static func noMemory(_ name: String) -> FormatError {
    FormatError(.io, "libcurl has no memory for another transfer", file: name)
  }

  /// The transfers that are on their way.
  var transfers: [CurlTransfer] {
    // Safe: only the keys are addresses.
    unsafe Array(active.values)
  }

  /// Sends a request.
  func start(
    _ request: HTTPRequest, _ settings: TransferSettings, to receiver: any ResponseReceiver
  ) throws(FormatError) -> CurlTransfer {
    // Safe: a handle of this pool, which no other transfer uses.
    guard let easy = unsafe idle.popLast() ?? curl.functions.pointee.easy_init() else { throw CurlPool.noMemory(name) }
    unsafe curl.functions.pointee.easy_reset(easy)
    let transfer = unsafe CurlTransfer(request, settings, easy: easy, curl, to: receiver)
    guard unsafe curl.functions.pointee.multi_add_handle(multi, easy) == 0 else {
      unsafe idle.append(easy)
      throw CurlPool.noMemory(name)
    }
    unsafe active[easy] = transfer
    return transfer
  }

  /// Moves all transfers on as far as they go without waiting.
  func advance() {
    var running: Int32 = 0
    // Safe: the pool's own handle.
    _ = unsafe curl.functions.pointee.multi_perform(multi, &running)
  }

  /// Waits until something happens, or the time is over.
  func wait(milliseconds: Int) {
    // Safe: the pool's own handle.
    _ = unsafe curl.functions.pointee.multi_poll(multi, nil, 0, Int32(clamping: max(1, milliseconds)), nil)
  }

  /// A transfer that has ended, and how.
  func nextEnded() -> (transfer: CurlTransfer, result: Int32)? {
    while true {
      var result: Int32 = 0
      // Safe: the pool's own handle.
      let ended = unsafe npyio_curl_next_done(curl.functions, multi, &result)
      guard let easy = unsafe ended else { return nil }
      if let transfer = unsafe retire(easy) { return (transfer, result) }
    }
  }

  /// Gives up a transfer.
  func abandon(_ transfer: CurlTransfer) {
    // Safe: retired only if it is one of this pool's.
    _ = unsafe retire(transfer.easy)
  }

  /// Gives up all transfers.
  func abandon() {
    // Safe: the handles of this pool.
    while let easy = unsafe active.keys.first { _ = unsafe retire(easy) }
  }

  private func retire(_ easy: UnsafeMutableRawPointer) -> CurlTransfer? {
    // Safe: a handle that `start` has added; the transfer's memory is freed after it is out of service and reset.
    guard let transfer = unsafe active.removeValue(forKey: easy) else { return nil }
    transfer.retire()
    _ = unsafe curl.functions.pointee.multi_remove_handle(multi, easy)
    unsafe curl.functions.pointee.easy_reset(easy)
    unsafe idle.append(easy)
    return transfer
  }
}
