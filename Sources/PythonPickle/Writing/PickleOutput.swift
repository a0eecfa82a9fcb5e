import ByteIO

/// Bytes on their way out, in frames from protocol 4 on.
struct PickleOutput {
  private let sink: any ByteSink
  private var buffer: [UInt8] = []
  private var frameStart = -1
  var isFraming = false
  /// From this size on a frame is closed, and a payload stands outside of frames.
  static let frameTarget = 1 << 16
  private static let frameHeader = 9

  init(_ sink: any ByteSink) {
    self.sink = sink
    buffer.reserveCapacity(PickleOutput.frameTarget * 2)
  }

  /// Opens a frame where none is, before anything is written into it.
  @inline(__always)
  private mutating func open() {
    if isFraming, frameStart < 0 { beginFrame() }
  }

  @inline(never)
  private mutating func beginFrame() {
    frameStart = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: PickleOutput.frameHeader))
  }

  @inline(__always)
  mutating func write(_ byte: UInt8) {
    open()
    buffer.append(byte)
  }

  mutating func write(_ code: UInt8, _ byte: UInt8) {
    open()
    buffer.append(code)
    buffer.append(byte)
  }

  /// An operation and a number, little-endian.
  mutating func write<Number: FixedWidthInteger & BitwiseCopyable>(_ code: UInt8, _ number: Number) {
    open()
    buffer.append(code)
    // Safe: the bytes of a number on the stack.
    unsafe withUnsafeBytes(of: number.littleEndian) { unsafe buffer.append(contentsOf: $0) }
  }

  /// Two operations that represent one before protocol 1.
  @inline(__always)
  mutating func write(codes first: UInt8, _ second: UInt8) {
    open()
    buffer.append(first)
    buffer.append(second)
  }

  mutating func write(_ bytes: some Collection<UInt8>) {
    open()
    buffer.append(contentsOf: bytes)
  }

  mutating func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    open()
    // Safe: the caller's bytes are copied within the call.
    unsafe buffer.append(contentsOf: bytes)
  }

  /// Where a value begins: the place where a full frame ends.
  @inline(__always)
  mutating func boundary() throws(FormatError) {
    if buffer.count >= PickleOutput.frameTarget { try fullBoundary() }
  }

  @inline(never)
  private mutating func fullBoundary() throws(FormatError) {
    if !isFraming {
      try flush()
    } else if frameStart >= 0,
      buffer.count - frameStart - PickleOutput.frameHeader >= PickleOutput.frameTarget
    {
      try commit()
    }
  }

  /// Closes the frame. One of less than four bytes goes without its header.
  mutating func commit() throws(FormatError) {
    guard isFraming, frameStart >= 0 else { return }
    let count = buffer.count - frameStart - PickleOutput.frameHeader
    if count >= 4 {
      buffer[frameStart] = Opcode.frame
      for place in 0..<8 {
        buffer[frameStart + 1 + place] = UInt8(truncatingIfNeeded: count >> (8 * place))
      }
    } else {
      buffer.removeSubrange(frameStart..<(frameStart + PickleOutput.frameHeader))
    }
    frameStart = -1
    try flush()
  }

  /// Hands what is in the buffer to the sink. No frame may be open.
  mutating func flush() throws(FormatError) {
    guard !buffer.isEmpty else { return }
    defer { buffer.removeAll(keepingCapacity: true) }
    // Safe: all bytes of an array of bytes are initialised.
    try unsafe sink.write(buffer.span.bytes)
  }

  /// A payload with its operation and length: large ones go to the sink from where they lie, outside of frames.
  mutating func writePayload(_ header: [UInt8], _ payload: UnsafeRawBufferPointer) throws(FormatError) {
    if payload.count < PickleOutput.frameTarget {
      write(header)
      // Safe: the caller's bytes are copied, or written, within the call.
      unsafe buffer.append(contentsOf: payload)
      return
    }
    try commit()
    buffer.append(contentsOf: header)
    try flush()
    try unsafe sink.write(payload)
  }
}
