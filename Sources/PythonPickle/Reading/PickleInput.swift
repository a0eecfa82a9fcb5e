public import ByteIO
internal import ParallelLoops

/// The bytes of a source, seen through a window that moves forwards; a mapped file is one window.
@safe struct PickleInput {
  let source: any ByteSource
  private let mapped: MappedFile?
  private var window: PickleMemory
  /// The window's first byte.
  private var base: UnsafeRawPointer
  /// The next byte, counted from the window's first.
  private var cursor = 0
  /// How many bytes of the window are filled.
  private var end = 0
  /// Where in the source the window begins.
  private var windowStart: Int
  private var sourceEnded = false

  private static let windowSize = 1 << 18
  /// Payloads from this size on get memory of their own, into which the source is read directly.
  static let largeSize = 1 << 15

  init(_ source: any ByteSource, at offset: Int) {
    self.source = source
    if let file = source as? MappedFile {
      mapped = file
      // Safe: the mapping outlives the memory object, which holds it.
      window = unsafe PickleMemory(borrowing: file.baseAddress, count: file.count, owner: file)
      cursor = min(max(0, offset), file.count)
      end = file.count
      windowStart = 0
      sourceEnded = true
    } else {
      mapped = nil
      window = PickleMemory(uninitializedCount: PickleInput.windowSize)
      windowStart = max(0, offset)
    }
    unsafe base = UnsafeRawPointer(window.baseAddress)
  }

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
    while end - cursor < count, !sourceEnded {
      if cursor > 0 {
        // Safe: both ranges lie within the window, and memmove lets them overlap.
        unsafe window.baseAddress.copyMemory(from: base + cursor, byteCount: end - cursor)
        windowStart += cursor
        end -= cursor
        cursor = 0
      }
      if window.count < count {
        let larger = PickleMemory(uninitializedCount: max(count, window.count * 2))
        // Safe: the new window is larger than what is filled of the old one.
        unsafe larger.baseAddress.copyMemory(from: base, byteCount: end)
        window = larger
        unsafe base = UnsafeRawPointer(larger.baseAddress)
      }
      let wanted = window.count - end
      // Safe: the rest of the window, which is this value's own.
      let got = try unsafe source.read(
        into: UnsafeMutableRawBufferPointer(start: window.baseAddress + end, count: wanted),
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

  /// The bytes up to the next line end, which is skipped.
  mutating func line() throws(FormatError) -> [UInt8] {
    var searched = 0
    while true {
      let count = end - cursor
      // Safe: the filled part of the window.
      let rest = unsafe UnsafeRawBufferPointer(start: base + cursor, count: count)
      if let found = unsafe rest[searched...].firstIndex(of: 0x0A) {
        let line = unsafe [UInt8](rest[..<found])
        cursor += found + 1
        return line
      }
      searched = count
      try fill(count + 1)
      guard end - cursor > count else {
        throw FormatError(.truncated, "pickle data was truncated within a line", offset: windowStart + end)
      }
    }
  }

  // MARK: Payloads

  /// Checks a declared length against what is there, before any memory is taken.
  mutating func check(_ count: Int) throws(FormatError) {
    if let remaining, count > remaining {
      throw FormatError(
        .truncated, "pickle data was truncated: \(count) bytes declared, \(remaining) left", offset: position)
    }
  }

  /// Calls `body` with the next bytes and moves on.
  mutating func withBytes<Result>(
    _ count: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) throws(FormatError) -> Result {
    if count <= PickleInput.largeSize || mapped != nil {
      try need(count)
      // Safe: `need` made sure of the bytes.
      let result = unsafe body(
        UnsafeBufferPointer(start: (base + cursor).assumingMemoryBound(to: UInt8.self), count: count))
      cursor += count
      return result
    }
    switch try payload(count) {
    case .array(let bytes): return unsafe bytes.withUnsafeBufferPointer { unsafe body($0) }
    case .memory(let memory):
      return unsafe memory.withBytes { unsafe body($0.assumingMemoryBound(to: UInt8.self)) }
    }
  }

  /// The next bytes to keep: small ones as an array, large ones in a mapped file where they are, else read
  /// straight into memory of their own.
  mutating func payload(_ count: Int) throws(FormatError) -> PickleBytes.Storage {
    try check(count)
    if count < PickleInput.largeSize {
      try need(count)
      // Safe: `need` made sure of the bytes.
      let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: base + cursor, count: count))
      cursor += count
      return .array(bytes)
    }
    if let mapped {
      // Safe: the bytes lie in the mapping (checked above), which the new object holds.
      let memory = unsafe PickleMemory(borrowing: window.baseAddress + cursor, count: count, owner: mapped)
      cursor += count
      return .memory(memory)
    }
    guard source.byteCount != nil else { return .array(try gather(count)) }
    let memory = PickleMemory(uninitializedCount: count)
    // Safe: all of the new memory.
    try unsafe readAll(UnsafeMutableRawBufferPointer(start: memory.baseAddress, count: count))
    return .memory(memory)
  }

  /// Bytes of a stream that does not know its length: memory is taken as they arrive.
  private mutating func gather(_ count: Int) throws(FormatError) -> [UInt8] {
    var bytes: [UInt8] = []
    var step = 1 << 18
    while bytes.count < count {
      let part = min(step, count - bytes.count)
      let known = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: part))
      let result: Result<Void, FormatError> = unsafe bytes.withUnsafeMutableBytes { all in
        do throws(FormatError) {
          // Safe: the part just appended.
          return .success(try unsafe readAll(UnsafeMutableRawBufferPointer(rebasing: all[known...])))
        } catch { return .failure(error) }
      }
      try result.get()
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
    // The window is used up: it begins anew behind what is read past it.
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

extension PickleInput {
  /// Large reads are cut into pieces of this many bytes, which all cores read at once.
  private static let pieceSize = 2 << 20

  private func read(_ target: UnsafeMutableRawBufferPointer, from start: Int) throws(FormatError) -> Int {
    let total = target.count
    guard source.isSeekable, total >= 2 * PickleInput.pieceSize, let count = source.byteCount, count - start >= total
    else { return try unsafe source.read(into: target, at: start) }
    let address = UInt(bitPattern: target.baseAddress)
    let source = source
    try Parallel.forEach((total + PickleInput.pieceSize - 1) / PickleInput.pieceSize) {
      (piece: Int) throws(FormatError) in
      let lower = piece * PickleInput.pieceSize
      let part = min(PickleInput.pieceSize, total - lower)
      // Safe: the pieces do not overlap, and the caller's memory outlives the loop.
      let memory = unsafe UnsafeMutableRawBufferPointer(
        start: UnsafeMutableRawPointer(bitPattern: address + UInt(lower)), count: part)
      let got = try unsafe source.read(into: memory, at: start + lower)
      guard got == part else {
        throw FormatError(.truncated, "pickle data was truncated: the file has shrunk", offset: start + lower + got)
      }
    }
    return total
  }
}

/// The bytes that follow an object within its pickle, for formats that put raw data there (joblib).
public struct PickleRawData {
  var input: PickleInput

  /// Where the next byte lies in the source.
  public var position: Int { input.position }

  /// One byte.
  public mutating func byte() throws(FormatError) -> UInt8 { try input.byte() }

  /// The next `count` bytes: in place if the file is mapped, else read straight into memory of their own.
  ///
  /// - Throws: ``FormatError`` with code `truncated` if there are fewer.
  public mutating func bytes(_ count: Int) throws(FormatError) -> PickleBytes {
    guard count >= 0 else { throw FormatError(.malformed, "a negative number of bytes", offset: position) }
    return PickleBytes(try input.payload(count))
  }

  /// A whole pickle that lies here, without raw data of its own.
  public mutating func pickle(options: PickleReader.Options) throws(FormatError) -> PickleValue {
    var plain = options
    // Else a pickle within a pickle within a pickle could exhaust the stack.
    plain.rawData = nil
    var machine = PickleMachine(input, plain)
    let value = try machine.run()
    input = machine.input
    return value
  }
}
