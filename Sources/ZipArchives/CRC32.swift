/// The checksum of zip and gzip, eight bytes a step.
struct CRC32 {
  private(set) var value: UInt32 = 0

  /// Eight tables of 256: the first is the checksum of each byte, each further one that of the byte and one more
  /// zero after it.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
      tables[byte] = value
    }
    for index in 256..<(8 * 256) {
      let last = tables[index - 256]
      tables[index] = last >> 8 ^ tables[Int(last & 0xFF)]
    }
    return tables
  }()

  /// Takes in more bytes.
  mutating func update(_ bytes: RawSpan) {
    let tables = CRC32.tables.span
    var value = ~self.value
    var index = 0
    while bytes.byteCount - index >= 8 {
      // Safe: eight bytes from `index` on lie within the span, and any bits are an integer.
      let word = UInt64(
        littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
      let mixed = word ^ UInt64(value)
      value = 0
      for place in 0..<8 {
        value ^= tables[(7 - place) * 256 + Int(mixed >> UInt64(8 * place) & 0xFF)]
      }
      index += 8
    }
    while index < bytes.byteCount {
      // Safe: one byte within the span.
      let byte = unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
      value = value >> 8 ^ tables[Int((value ^ UInt32(byte)) & 0xFF)]
      index += 1
    }
    self.value = ~value
  }

  /// The checksum of an array's bytes.
  static func of(_ bytes: [UInt8]) -> UInt32 {
    var checksum = CRC32()
    // Safe: bytes may be read as bytes, for as long as the array is borrowed.
    unsafe checksum.update(bytes.span.bytes)
    return checksum.value
  }
}
