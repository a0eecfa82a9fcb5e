internal import ArrayDeflate

extension CRC32 {
  /// The CRC-32 of whole bytes.
  static func of(_ bytes: [UInt8]) -> UInt32 {
    // Safe: the buffer is used within the call only.
    unsafe bytes.withUnsafeBytes { unsafe checksum($0) }
  }
}
