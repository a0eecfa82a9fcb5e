import ByteIO
internal import ReusedMemory

/// Bytes on their way out, in frames from protocol 4 on.
@safe struct PickleOutput: ~Copyable {
  private let sink: any ByteSink
  /// `capacity` bytes, of which the first `count` wait for the sink.
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  private var count = 0
  private var frameStart = -1
  var isFraming = false
  /// From this size on a frame is closed, and a payload stands outside of frames.
  static let frameTarget = 1 << 16
  private static let frameHeader = 9

  // Safe: memory of this output's own, given back when it ends.
  init(_ sink: any ByteSink) {
    self.sink = sink
    capacity = ScratchBlock.byteCount
    unsafe base = ScratchBlock.take()
  }

  // Safe: used no more.
  deinit { release() }

  /// Gives the memory back.
  private func release() {
    // Safe: allocated by `init` or, with another capacity, by `grow`.
    if capacity == ScratchBlock.byteCount { unsafe ScratchBlock.giveBack(base) } else { unsafe base.deallocate() }
  }

  /// Makes room for more bytes, and opens a frame where none is, before anything is written into it.
  @inline(__always)
  private mutating func prepare(_ more: Int) {
    if isFraming, frameStart < 0 { beginFrame() }
    if capacity - count < more { grow(more) }
  }

  @inline(never)
  private mutating func beginFrame() {
    if capacity - count < PickleOutput.frameHeader { grow(PickleOutput.frameHeader) }
    frameStart = count
    count += PickleOutput.frameHeader
  }

  @inline(never)
  private mutating func grow(_ more: Int) {
    let wanted = max(2 * PickleOutput.frameTarget, 2 * capacity, count + more)
    // Safe: the new memory has room for what is copied; the old one is given back once.
    let larger = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
    unsafe larger.copyMemory(from: base, byteCount: count)
    release()
    unsafe base = larger
    capacity = wanted
  }

  /// Stores a number at the end, of which `size` bytes count.
  @inline(__always)
  private mutating func store<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number, _ size: Int) {
    // Safe: the callers have made room for all bytes of the number.
    unsafe base.storeBytes(of: number.littleEndian, toByteOffset: count, as: Number.self)
    count += size
  }

  @inline(__always)
  mutating func write(_ byte: UInt8) {
    prepare(1)
    store(byte, 1)
  }

  /// An operation and a number, little-endian.
  @inline(__always)
  mutating func write<Number: FixedWidthInteger & BitwiseCopyable>(_ code: UInt8, _ number: Number) {
    prepare(1 + Number.bitWidth / 8)
    store(code, 1)
    store(number, Number.bitWidth / 8)
  }

  /// An operation, a count, and as many bytes of a number, the least significant first.
  @inline(__always)
  mutating func write(_ code: UInt8, lowBytes: UInt8, of number: Int) {
    prepare(10)
    store(code, 1)
    store(lowBytes, 1)
    store(number, Int(lowBytes))
  }

  /// Two operations that represent one before protocol 1.
  @inline(__always)
  mutating func write(codes first: UInt8, _ second: UInt8) {
    prepare(2)
    store(first, 1)
    store(second, 1)
  }

  /// An operation of protocol 0: an integer in digits, what stands behind it, and the end of the line.
  mutating func write(_ code: UInt8, line number: Int, suffix: UInt8? = nil) {
    prepare(24)
    store(code, 1)
    if number < 0 { store(UInt8(ascii: "-"), 1) }
    var rest = number.magnitude
    var digitCount = 1
    var bound: UInt = 10
    while digitCount < 19, rest >= bound { (digitCount, bound) = (digitCount + 1, bound &* 10) }
    for place in (0..<digitCount).reversed() {
      let digit = UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      // Safe: there is room for 19 digits, and no `Int` has more.
      unsafe base.storeBytes(of: 48 + digit, toByteOffset: count + place, as: UInt8.self)
    }
    count += digitCount
    if let suffix { store(suffix, 1) }
    store(0x0A as UInt8, 1)
  }

  mutating func write(_ bytes: [UInt8]) {
    // Safe: the bytes are copied within the call.
    unsafe bytes.withUnsafeBytes { unsafe write($0) }
  }

  @inline(__always)
  mutating func write(_ bytes: UnsafeRawBufferPointer) {
    prepare(bytes.count)
    // Safe: there is room for the bytes; the caller's are copied within the call.
    if let start = bytes.baseAddress { unsafe (base + count).copyMemory(from: start, byteCount: bytes.count) }
    count += bytes.count
  }

  /// An operation with a length of one byte, and the bytes.
  @inline(__always)
  // Safe: the caller's bytes are copied within the call.
  mutating func write(_ code: UInt8, short bytes: UnsafeRawBufferPointer) {
    write(codes: code, UInt8(truncatingIfNeeded: bytes.count))
    unsafe write(bytes)
  }

  /// Where a value begins: the place where a full frame ends.
  @inline(__always)
  mutating func boundary() throws(FormatError) {
    if count >= PickleOutput.frameTarget { try fullBoundary() }
  }

  @inline(never)
  private mutating func fullBoundary() throws(FormatError) {
    if !isFraming {
      try flush()
    } else if frameStart >= 0, count - frameStart - PickleOutput.frameHeader >= PickleOutput.frameTarget {
      try commit()
    }
  }

  /// Closes the frame. One of less than four bytes goes without its header.
  mutating func commit() throws(FormatError) {
    guard isFraming, frameStart >= 0 else { return }
    let size = count - frameStart - PickleOutput.frameHeader
    // Safe: the header's bytes, and those of the frame after them, lie within what is written.
    let header = unsafe base + frameStart
    if size >= 4 {
      unsafe header.storeBytes(of: Opcode.frame, as: UInt8.self)
      unsafe header.storeBytes(of: UInt64(size).littleEndian, toByteOffset: 1, as: UInt64.self)
    } else {
      unsafe header.copyMemory(from: header + PickleOutput.frameHeader, byteCount: size)
      count -= PickleOutput.frameHeader
    }
    frameStart = -1
    try flush()
  }

  /// Hands what is in the buffer to the sink. No frame may be open.
  mutating func flush() throws(FormatError) {
    guard count > 0 else { return }
    defer { count = 0 }
    // Safe: the first `count` bytes have been written.
    try unsafe sink.write(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// A payload with its operation and length: large ones go to the sink from where they lie, outside of frames.
  mutating func writePayload(_ header: [UInt8], _ payload: UnsafeRawBufferPointer) throws(FormatError) {
    // Safe: the caller's bytes are read within the call.
    if payload.count < PickleOutput.frameTarget {
      write(header)
      return unsafe write(payload)
    }
    try commit()
    let framing = isFraming
    isFraming = false
    write(header)
    isFraming = framing
    try flush()
    try unsafe sink.write(payload)
  }
}
