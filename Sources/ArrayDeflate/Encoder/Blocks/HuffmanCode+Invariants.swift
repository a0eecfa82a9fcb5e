extension HuffmanCode {
  /// Stops if the lengths do not make a prefix code that every decoder accepts; checks only where assertions are on, as they
  /// are in the tests.
  ///
  /// - Parameter isComplete: Whether each sequence of bits must begin with a code, as inflaters demand of the codes that a
  ///   block brings along. Of deflate's own fixed codes that for distances leaves two codes out.
  @inline(__always)
  func checkInvariants(isComplete: Bool, limit: Int = 15) {
    assert(brokenInvariant(isComplete, limit) == nil, brokenInvariant(isComplete, limit) ?? "")
  }

  /// The Kraft-McMillan inequality: the sum of 2^-length over all codes is at most 1, and 1 if the code is complete.
  private func brokenInvariant(_ isComplete: Bool, _ limit: Int) -> String? {
    guard codes.count == lengths.count else { return "\(codes.count) codes of \(lengths.count) lengths" }
    guard lengths.allSatisfy({ $0 <= limit }) else { return "a code of more than \(limit) bits" }
    let sum = lengths.reduce(0) { $1 == 0 ? $0 : $0 + 1 << (limit - Int($1)) }
    guard isComplete ? sum == 1 << limit : sum <= 1 << limit else { return "the Kraft sum is \(sum) / \(1 << limit)" }
    for (code, length) in zip(codes, lengths) where Int(code) >> Int(length) != 0 {
      return "code \(code) has more than \(length) bits"
    }
    return nil
  }
}
