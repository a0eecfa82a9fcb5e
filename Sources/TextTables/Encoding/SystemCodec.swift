internal import ByteIO
internal import PlatformC
internal import Locks

/// The system's own conversion between encodings: `iconv`. Used by one thread at a time.
@safe final class SystemCodec: @unchecked Sendable {
  // Unchecked: whoever holds it uses it alone.
  private let descriptor: iconv_t

  /// What stopped a conversion.
  enum Stop {
    case end
    /// A character that is cut off by the end of the bytes.
    case incomplete
    /// Bytes that are no character, or a character that the other encoding has not.
    case illegal
  }

  init(from source: String, to target: String) throws(FormatError) {
    // Safe: the names are C strings for the duration of the call.
    let opened = unsafe iconv_open(target, source)
    guard let descriptor = unsafe opened, Int(bitPattern: UnsafeRawPointer(descriptor)) != -1 else {
      throw FormatError(.unsupported, "this system cannot convert \(source) to \(target)")
    }
    // Safe: only kept here, and closed with the object.
    unsafe self.descriptor = descriptor
  }

  deinit {
    // Safe: opened by the initialiser, closed once.
    _ = unsafe iconv_close(descriptor)
  }

  /// Converts as many of the bytes as it can; returns how many.
  func convert(_ bytes: ArraySlice<UInt8>, into output: inout [UInt8]) -> (consumed: Int, stop: Stop) {
    var consumed = 0
    var buffer = [UInt8](repeating: 0, count: min(1 << 16, max(64, bytes.count * 4)))
    while consumed < bytes.count {
      var left = bytes.count - consumed
      var room = buffer.count
      var code: Int32 = 0
      let result = unsafe bytes.withUnsafeBytes { source in
        unsafe buffer.withUnsafeMutableBytes { target in
          // Safe: both pointers stay within their buffers, as the counts tell the system; it does not write to the
          // source.
          var from = unsafe UnsafeMutableRawPointer(mutating: source.baseAddress)?.advanced(by: consumed)
            .assumingMemoryBound(to: CChar.self)
          var to = unsafe target.baseAddress?.assumingMemoryBound(to: CChar.self)
          let result = unsafe iconv(descriptor, &from, &left, &to, &room)
          code = errno
          return UInt(bitPattern: result)
        }
      }
      output += buffer[..<(buffer.count - room)]
      consumed = bytes.count - left
      // All of it, or no more room.
      if Int(bitPattern: result) != -1 || code == E2BIG { continue }
      reset()
      return (consumed, code == EINVAL ? .incomplete : .illegal)
    }
    return (consumed, .end)
  }

  /// Appends what was held back, as a letter is to which an accent might follow, and begins anew.
  func finish(into output: inout [UInt8]) {
    var buffer = [UInt8](repeating: 0, count: 64)
    var room = buffer.count
    unsafe buffer.withUnsafeMutableBytes { target in
      // Safe: the pointer stays within the buffer, as the count tells the system.
      var to = unsafe target.baseAddress?.assumingMemoryBound(to: CChar.self)
      _ = unsafe iconv(descriptor, nil, nil, &to, &room)
    }
    output += buffer[..<(buffer.count - room)]
  }

  private func reset() {
    // Safe: no buffers are given, which puts the conversion back to its start.
    _ = unsafe iconv(descriptor, nil, nil, nil, nil)
  }
}

/// The 256 characters of an encoding of single bytes, each in UTF-8; empty for bytes that are none.
struct ByteTable: Sendable {
  let characters: [[UInt8]]

  private static let known = Lock<[TextEncoding: ByteTable]>([:])

  static func of(_ encoding: TextEncoding) throws(FormatError) -> ByteTable {
    // Without waiting: in a forked child the lock may be held for ever.
    if let table = known.withLockIfAvailable({ $0[encoding] }) ?? nil { return table }
    guard let system = TextEncoding.systemNames[encoding] else { return ByteTable(characters: []) }
    let codec = try SystemCodec(from: system.name, to: "UTF-8")
    var characters: [[UInt8]] = []
    for byte in UInt8.min...UInt8.max {
      var text: [UInt8] = []
      let isWhole = codec.convert([byte], into: &text).stop == .end
      codec.finish(into: &text)
      characters.append(isWhole ? text : [])
    }
    if encoding == .macRoman {
      // Apple's tables, which Python has; others have changed two of them.
      characters[0xC6] = Array("\u{2206}".utf8)
      characters[0xF0] = Array("\u{F8FF}".utf8)
    }
    let table = ByteTable(characters: characters)
    known.withLockIfAvailable { $0[encoding] = table }
    return table
  }
}
