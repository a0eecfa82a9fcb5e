/// A number of bytes as people write it: `500M`, `8G`, `1.5GB`, `64MiB`, `4096`.
///
/// A kilobyte has 1000 bytes, a kibibyte (`KiB`) 1024; capital letters are as good as small ones.
package struct ByteSize: Sendable, Hashable {
  /// How many bytes.
  package let bytes: Int

  /// Reads a size; `nil` for what is none, is negative, or is beyond 2⁶² bytes.
  package init?(_ text: String) {
    let number = text.prefix { ("0"..."9").contains($0) || $0 == "." }
    var unit = text.dropFirst(number.count).lowercased()
    let isBinary = unit.hasSuffix("ib")
    if isBinary { unit.removeLast(2) } else if unit.hasSuffix("b") { unit.removeLast() }
    // `ib` alone is the binary form of no unit.
    guard !isBinary || !unit.isEmpty, let power = ["", "k", "m", "g", "t"].firstIndex(of: unit) else { return nil }
    let factor = (0..<power).reduce(1) { factor, _ in factor * (isBinary ? 1024 : 1000) }
    if let whole = Int(number) {
      // Digits beyond those of a `Double` count.
      let (bytes, isTooLarge) = whole.multipliedReportingOverflow(by: factor)
      guard !isTooLarge, bytes <= 1 << 62 else { return nil }
      self.bytes = bytes
    } else {
      guard let bytes = Double(number).map({ $0 * Double(factor) }), bytes <= 0x1p62 else { return nil }
      self.bytes = Int(bytes)
    }
  }
}
