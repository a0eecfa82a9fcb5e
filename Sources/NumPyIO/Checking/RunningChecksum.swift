internal import ArrayDeflate

/// A CRC-32 that is taken piece by piece.
struct RunningChecksum {
  private(set) var value: UInt32 = 0

  mutating func add(_ bytes: [UInt8]) {
    // Safe: the buffer is used within the call only.
    value = unsafe bytes.withUnsafeBytes { unsafe ArrayDeflate.CRC32.checksum($0, following: value) }
  }
}
