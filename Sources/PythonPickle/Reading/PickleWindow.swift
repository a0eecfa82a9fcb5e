internal import ByteIO
internal import ParallelLoops
internal import ReusedMemory

/// The bytes of a source, seen through a window that moves forwards; a mapped file and bytes in memory are one window.
///
/// Where a map is lent beside the source, the source is read, and large payloads stay in the map, untouched: a file that is
/// cut short meanwhile ends in an error of the read, where touching the map would end the process.
@safe struct PickleWindow {
  let source: any ByteSource
  /// What holds the bytes that need not be copied, if that is not the source.
  private let map: MappedFile?
  /// Whether all of the source lies in the window, which is then the lender's.
  let windowIsWhole: Bool
  /// From this size on, payloads are left where they are if there is a lender.
  private let lentSize: Int
  /// What the source is read into; `nil` if its own bytes are the window.
  private var window: PickleMemory?
  /// The window's first byte.
  private(set) var base: UnsafeRawPointer
  /// The next byte, counted from the window's first.
  var cursor = 0
  /// How many bytes of the window are filled.
  private(set) var end = 0
  /// Where in the source the window begins.
  private var windowStart: Int
  private var sourceEnded = false

  private static let windowSize = 1 << 18
  /// Payloads from this size on get memory of their own, into which the source is read directly.
  static let largeSize = 1 << 15

  /// - Parameter map: The same file as the source, of which large payloads are to be parts.
  init(_ source: any ByteSource, at offset: Int, lending map: MappedFile? = nil) {
    self.source = source
    let bytes = map == nil ? source.residentBytes : nil
    self.map = map
    windowIsWhole = bytes != nil
    if let bytes {
      // An array keeps all of the bytes that it lies in alive: of those in memory not many times its own size.
      lentSize = bytes.isMapped ? PickleWindow.largeSize : max(PickleWindow.largeSize, bytes.count / 16)
      // Safe: the bytes live and stay as long as the source, which is held.
      unsafe base = bytes.baseAddress
      cursor = min(max(0, offset), bytes.count)
      end = bytes.count
      windowStart = 0
      sourceEnded = true
    } else {
      lentSize = map == nil ? .max : PickleWindow.largeSize
      let memory = PickleMemory(uninitializedCount: PickleWindow.windowSize)
      window = memory
      // Safe: the memory lives as long as the window, which holds it.
      unsafe base = UnsafeRawPointer(memory.baseAddress)
      windowStart = max(0, offset)
    }
  }

  /// What holds the bytes that need not be copied.
  private var lender: (any ByteSource)? { map ?? (windowIsWhole ? source : nil) }

  /// Where the next byte lies in the source.
  var position: Int { windowStart + cursor }

  /// How many bytes are left, where the source knows.
  var remaining: Int? { source.byteCount.map { max(0, $0 - position) } }

  /// Makes sure that `count` (at most a window's) bytes lie in the window.
  @inline(__always)
  mutating func need(_ count: Int) throws(FormatError) {
    if end - cursor < count { try refill(count) }
  }

  /// Whether `count` bytes are there.
  mutating func has(_ count: Int) throws(FormatError) -> Bool {
    if end - cursor >= count { return true }
    try fill(count)
    return end - cursor >= count
  }

  @inline(never)
  private mutating func refill(_ count: Int) throws(FormatError) {
    try fill(count)
    guard end - cursor >= count else {
      throw FormatError(
        .truncated, end == cursor ? "pickle data ends too early" : "pickle data was truncated",
        offset: windowStart + end)
    }
  }

  private mutating func fill(_ count: Int) throws(FormatError) {
    // Where there is no memory to read into, all of the source is in the window.
    while end - cursor < count, !sourceEnded, let window {
      if cursor > 0 {
        // Safe: both ranges lie within the window, and memmove lets them overlap.
        unsafe window.baseAddress.copyMemory(from: base + cursor, byteCount: end - cursor)
        windowStart += cursor
        end -= cursor
        cursor = 0
      }
      var memory = window
      if window.count < count {
        let larger = try self.memory(max(count, window.count * 2))
        // Safe: the new window is larger than what is filled of the old one.
        unsafe larger.baseAddress.copyMemory(from: base, byteCount: end)
        memory = larger
        self.window = larger
        unsafe base = UnsafeRawPointer(larger.baseAddress)
      }
      let wanted = memory.count - end
      // Safe: the rest of the window, which is this value's own.
      let got = try unsafe source.read(
        into: UnsafeMutableRawBufferPointer(start: memory.baseAddress + end, count: wanted),
        at: windowStart + end)
      end += got
      if got < wanted { sourceEnded = true }
    }
  }

  // MARK: Small reads

  @inline(__always)
  mutating func byte() throws(FormatError) -> UInt8 {
    try need(1)
    // Safe: `need` made sure of the byte.
    let value = unsafe base.load(fromByteOffset: cursor, as: UInt8.self)
    cursor += 1
    return value
  }

  /// A little-endian number.
  @inline(__always)
  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) throws(FormatError)
    -> Number
  {
    let size = Number.bitWidth / 8
    try need(size)
    // Safe: `need` made sure of the bytes; any bytes are a number.
    let value = unsafe base.loadUnaligned(fromByteOffset: cursor, as: Number.self)
    cursor += size
    return Number(littleEndian: value)
  }

  // MARK: Payloads

  /// Checks a declared length against what is there, before any memory is taken.
  mutating func check(_ count: Int) throws(FormatError) {
    if let remaining, count > remaining {
      throw FormatError(
        .truncated, "pickle data was truncated: \(count) bytes declared, \(remaining) left", offset: position)
    }
  }

  /// The next bytes, of which there are few or which all lie in the window, until anything else is asked for; moves on.
  @inline(__always)
  @unsafe mutating func bytes(_ count: Int) throws(FormatError) -> UnsafeBufferPointer<UInt8> {
    try need(count)
    // Safe: `need` made sure of the bytes.
    let start = unsafe (base + cursor).assumingMemoryBound(to: UInt8.self)
    cursor += count
    return unsafe UnsafeBufferPointer(start: start, count: count)
  }

  /// Calls `body` with the next bytes and moves on.
  mutating func withBytes<Result>(
    _ count: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) throws(FormatError) -> Result {
    if count <= PickleWindow.largeSize || windowIsWhole {
      // Safe: the bytes are lent for the call.
      return unsafe body(try bytes(count))
    }
    return unsafe try payload(count).withBytes { unsafe body($0.assumingMemoryBound(to: UInt8.self)) }
  }

  /// The next bytes to keep: small ones as a copy, large ones where they are in a mapped file or in memory, else
  /// read straight into memory of their own.
  mutating func payload(_ count: Int) throws(FormatError) -> PickleBytes {
    if count > end - cursor { try check(count) }
    if count < PickleWindow.largeSize {
      try need(count)
      // Safe: `need` made sure of the bytes.
      let bytes = unsafe PickleBytes(copying: UnsafeRawBufferPointer(start: base + cursor, count: count))
      cursor += count
      return bytes
    }
    if let lender, count >= lentSize, let bytes = lender.residentBytes, count <= bytes.count - position {
      // Safe: the bytes lie in those of the lender (checked above), which the new object holds; nobody writes to them.
      let memory = unsafe PickleMemory(
        borrowing: UnsafeMutableRawPointer(mutating: bytes.baseAddress + position), count: count, owner: lender)
      skip(count)
      return PickleBytes(memory)
    }
    guard source.byteCount != nil else { return PickleBytes(try gather(count), isShared: false) }
    let memory = try memory(count)
    // Safe: all of the new memory.
    try unsafe readAll(UnsafeMutableRawBufferPointer(start: memory.baseAddress, count: count))
    return PickleBytes(memory)
  }

  /// Memory for bytes of the source.
  private func memory(_ count: Int) throws(FormatError) -> PickleMemory {
    if let shortage = BufferCache.shortage(of: count) {
      throw FormatError(.limitExceeded, shortage, file: source.name, offset: position)
    }
    return PickleMemory(uninitializedCount: count)
  }

  /// Moves on past bytes that are not looked at.
  private mutating func skip(_ count: Int) {
    if count <= end - cursor {
      cursor += count
    } else {
      windowStart += cursor + count
      (cursor, end) = (0, 0)
    }
  }

  /// Bytes of a stream that does not know its length: memory is taken as they arrive.
  private mutating func gather(_ count: Int) throws(FormatError) -> [UInt8] {
    var bytes: [UInt8] = []
    let start = position
    var step = 1 << 18
    while bytes.count < count {
      let part = min(step, count - bytes.count)
      let known = bytes.count
      if known + part > bytes.capacity {
        let room = min(count, 2 * (known + part))
        if let shortage = BufferCache.shortage(of: room) {
          throw FormatError(.limitExceeded, "\(count) bytes declared: \(shortage)", file: source.name, offset: start)
        }
        bytes.reserveCapacity(room)
      }
      bytes.append(contentsOf: repeatElement(0, count: part))
      try unsafe bytes.withUnsafeMutableBufferPointer { (all) throws(FormatError) in
        // Safe: the part just appended.
        try unsafe readAll(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: all[known...])))
      }
      step = min(step * 2, 1 << 26)
    }
    return bytes
  }

  private mutating func readAll(_ target: UnsafeMutableRawBufferPointer) throws(FormatError) {
    let buffered = min(end - cursor, target.count)
    // Safe: `buffered` bytes lie in both.
    unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: base + cursor, count: buffered))
    cursor += buffered
    guard buffered < target.count else { return }
    // The window is used up: it begins anew after what is read past it.
    windowStart += cursor
    cursor = 0
    end = 0
    // Safe: the rest of the target.
    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[buffered...])
    let got = sourceEnded ? 0 : try unsafe read(rest, from: windowStart)
    windowStart += got
    guard got == rest.count else {
      sourceEnded = true
      throw FormatError(
        .truncated, "pickle data was truncated: \(target.count) bytes declared, \(buffered + got) found",
        offset: windowStart)
    }
  }
}

extension PickleWindow {
  /// Large reads are cut into pieces of this many bytes, which all cores read at once.
  private static let pieceSize = 2 << 20

  private func read(_ target: UnsafeMutableRawBufferPointer, from start: Int) throws(FormatError) -> Int {
    let total = target.count
    guard !source.readsInOrder, total >= 2 * PickleWindow.pieceSize, let count = source.byteCount,
      count - start >= total
    else { return try unsafe source.read(into: target, at: start) }
    // Safe: the pieces do not overlap, and the caller's memory outlives the loop.
    nonisolated(unsafe) let target = unsafe target
    let source = source
    try Parallel.forEach((total + PickleWindow.pieceSize - 1) / PickleWindow.pieceSize) {
      (piece: Int) throws(FormatError) in
      let lower = piece * PickleWindow.pieceSize
      let part = min(PickleWindow.pieceSize, total - lower)
      let memory = unsafe UnsafeMutableRawBufferPointer(rebasing: target[lower..<(lower + part)])
      let got = try unsafe source.read(into: memory, at: start + lower)
      guard got == part else {
        throw FormatError(.truncated, "pickle data was truncated: the file has shrunk", offset: start + lower + got)
      }
    }
    return total
  }
}
