/// How large an array of texts, each of which takes as much as the longest, may be beside what they take one by one.
enum TextArrayLimit {
  /// How many times as large it may be that takes more than this many bytes.
  static let (expansion, alwaysAllowed) = (64, 64 << 20)

  /// Why an array would be too large; `nil` if it would not.
  ///
  /// - Parameters:
  ///   - count: How many texts there are.
  ///   - itemSize: The bytes of the longest as an element.
  ///   - byteCount: The bytes of all texts, counted only where the array is large.
  static func excess(_ count: Int, _ itemSize: Int, of byteCount: () -> Int) -> String? {
    let (size, overflow) = count.multipliedReportingOverflow(by: itemSize)
    guard overflow || size > alwaysAllowed, overflow || size / expansion > byteCount() else { return nil }
    return
      "the longest of \(count) texts makes each element \(itemSize) bytes, and the array more than \(expansion) times as "
      + "large as the texts"
  }
}
