internal import PlatformC
internal import ReusedMemory

/// How much memory a reading may take, where a few bytes of a file stand for many in memory, or only the end of a stream tells
/// how many there are.
///
/// Asked now and then in the course of reading, so that there is an error before the system ends the process.
package struct MemoryBudget: Sendable {
  /// What to do about an error, in the command.
  package static let advice = "--memory raises the limit"

  /// The most bytes that the reading may take.
  package let limit: Int
  /// The most memory that the process had taken when the reading began.
  private let start: Int

  /// As much room as there must be for what is taken between one look and the next.
  private static let reserve = 64 << 20

  /// What the process can have: the machine's memory, or less by a limit of its own (`ulimit -v`).
  package static let processLimit: Int = {
    var limit = rlimit()
    // Safe: a value of this function's own, filled by the call.
    guard unsafe getrlimit(addressSpace, &limit) == 0, let bytes = Int(exactly: limit.rlim_cur) else {
      return BufferCache.physicalMemory
    }
    return min(bytes, BufferCache.physicalMemory)
  }()

  #if canImport(Glibc)
    private static let ownProcess = __rusage_who_t(RUSAGE_SELF.rawValue)
    private static let addressSpace = __rlimit_resource_t(RLIMIT_AS.rawValue)
  #else
    private static let ownProcess = RUSAGE_SELF
    private static let addressSpace = RLIMIT_AS
  #endif

  /// - Parameter given: What the user has set; half of what the process can have if left out.
  package init(given: Int? = nil) {
    limit = given ?? MemoryBudget.processLimit / 2
    start = MemoryBudget.peak
  }

  /// Makes sure that the limit holds, and that the system has more.
  ///
  /// - Parameter next: How many bytes may be asked for next in one block.
  /// - Throws: ``FormatError`` with code `limitExceeded`.
  package func check(next: Int = 0) throws(FormatError) {
    guard MemoryBudget.peak - start <= limit else { throw exceeded("what is read takes more memory") }
    try requireRoom(for: max(next, MemoryBudget.reserve))
  }

  /// Makes sure that the system has that many bytes.
  package func requireRoom(for count: Int) throws(FormatError) {
    if let shortage = BufferCache.shortage(of: count) { throw FormatError(.limitExceeded, "what is read \(shortage)") }
  }

  /// The error of what takes more than the limit.
  package func exceeded(_ what: String) -> FormatError {
    var error = FormatError(.limitExceeded, "\(what) than the limit of \(limit) bytes")
    error.commandHint = MemoryBudget.advice
    return error
  }

  /// The most memory that the process has taken so far, in bytes.
  private static var peak: Int {
    var usage = rusage()
    // Safe: a value of this function's own, filled by the call.
    guard unsafe getrusage(MemoryBudget.ownProcess, &usage) == 0 else { return 0 }
    #if canImport(Darwin)
      return Int(usage.ru_maxrss)
    #else
      return Int(usage.ru_maxrss) << 10
    #endif
  }
}

extension ByteSource {
  /// All bytes from the first on, for formats that are read from their end, or in parts that refer to each other.
  ///
  /// - Parameters:
  ///   - given: The most bytes, as the user has set it; half of what the process can have if left out.
  ///   - stop: A byte that ends the reading: the last one that is returned.
  /// - Throws: ``FormatError`` with code `limitExceeded` if there are more, before they are read where that is known.
  package func readWhole(limit given: Int? = nil, through stop: UInt8? = nil) throws(FormatError) -> [UInt8] {
    let budget = MemoryBudget(given: given)
    do throws(FormatError) {
      let tooLong = "all of it has to be read, and it is longer"
      guard byteCount.map({ $0 <= budget.limit }) ?? true else { throw budget.exceeded(tooLong) }
      try budget.requireRoom(for: byteCount ?? 0)
      var bytes: [UInt8] = []
      bytes.reserveCapacity(byteCount ?? 0)
      var step = 1 << 16
      while true {
        let part = try readBytes(at: bytes.count, upTo: step)
        try budget.makeRoom(for: part.count, in: &bytes)
        if let stop, let place = part.firstIndex(of: stop) { return bytes + part[...place] }
        bytes += part
        if part.count < step { return bytes }
        guard bytes.count <= budget.limit else { throw budget.exceeded(tooLong) }
        step = min(step * 2, 16 << 20)
      }
    } catch { throw error.at(file: name) }
  }
}

extension MemoryBudget {
  /// From this size on bytes get all the room that they may take: what is not used of it is never touched, whereas growing
  /// would for a while take the memory twice.
  private static let largeSize = 64 << 20

  /// Makes room for more bytes.
  fileprivate func makeRoom(for count: Int, in bytes: inout [UInt8]) throws(FormatError) {
    let wanted = bytes.count + count
    guard wanted > bytes.capacity else { return }
    let most = limit + (16 << 20)
    if wanted > MemoryBudget.largeSize, wanted <= most, BufferCache.shortage(of: most) == nil {
      return bytes.reserveCapacity(most)
    }
    try requireRoom(for: 2 * wanted)
    bytes.reserveCapacity(2 * wanted)
  }
}
