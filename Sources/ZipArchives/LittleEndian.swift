/// Numbers as zip records hold them: lowest byte first. Reading past the end gives `nil`, never a trap.
struct RecordReader {
  private let bytes: ArraySlice<UInt8>
  private(set) var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  init(_ bytes: [UInt8]) { self.init(bytes[...]) }

  var remaining: Int { bytes.endIndex - position }

  mutating func number<N: FixedWidthInteger & UnsignedInteger>(_ type: N.Type = N.self) -> N? {
    let size = N.bitWidth / 8
    guard remaining >= size else { return nil }
    var value: N = 0
    for place in 0..<size { value |= N(truncatingIfNeeded: bytes[position + place]) << N(8 * place) }
    position += size
    return value
  }

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, remaining >= count else { return nil }
    defer { position += count }
    return bytes[position..<(position + count)]
  }
}

extension [UInt8] {
  /// Appends a number, lowest byte first.
  mutating func append<N: FixedWidthInteger & UnsignedInteger>(number value: N) {
    for place in 0..<(N.bitWidth / 8) {
      append(UInt8(truncatingIfNeeded: value >> N(8 * place)))
    }
  }

  /// Where the last occurrence of a signature begins, before an index.
  func lastIndex(of signature: UInt32, before end: Int) -> Int? {
    var index = Swift.min(end, count) - 4
    while index >= 0 {
      if self[index] == UInt8(truncatingIfNeeded: signature), hasSignature(signature, at: index) {
        return index
      }
      index -= 1
    }
    return nil
  }

  /// Whether the four bytes at an index are a signature.
  func hasSignature(_ signature: UInt32, at index: Int) -> Bool {
    guard index >= 0, count - index >= 4 else { return false }
    for place in 0..<4 where self[index + place] != UInt8(truncatingIfNeeded: signature >> UInt32(8 * place)) {
      return false
    }
    return true
  }
}

/// The four bytes that each kind of record begins with.
enum Signature {
  static let localHeader: UInt32 = 0x0403_4b50
  static let directoryEntry: UInt32 = 0x0201_4b50
  static let end: UInt32 = 0x0605_4b50
  static let zip64End: UInt32 = 0x0606_4b50
  static let zip64Locator: UInt32 = 0x0706_4b50
  static let dataDescriptor: UInt32 = 0x0807_4b50
}

/// The bytes of each kind of record before its variable parts.
enum RecordSize {
  static let localHeader = 30
  static let directoryEntry = 46
  static let end = 22
  static let zip64End = 56
  static let zip64Locator = 20
  /// How far from a file's end the end record may begin: its own bytes and the longest comment.
  static let endSearch = end + 0xFFFF
}
