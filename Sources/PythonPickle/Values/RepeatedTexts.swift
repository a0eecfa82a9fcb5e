/// The long strings and bytes that have been written, and how much of them was written again: a few references can represent
/// more than anybody reads.
package struct RepeatedTexts {
  private var met: Set<UInt> = []
  /// How many bytes those have together that were met again.
  package private(set) var byteCount = 0
  /// Shorter ones do not count.
  private static let leastLength = 256

  package init() {}

  /// Counts a string, or bytes, by what it is known by and its length.
  package mutating func meet(_ identity: UInt, _ count: Int) {
    guard count >= RepeatedTexts.leastLength, !met.insert(identity).inserted else { return }
    byteCount += count
  }
}
