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
    var sum = 0
    for symbol in 0..<symbolCount {
      let (code, length) = (Int(codes[symbol]), Int(lengths[symbol]))
      guard length <= limit else { return "a code of more than \(limit) bits" }
      if length == 0 { continue }
      sum += 1 << (limit - length)
      guard code >> length == 0 else { return "code \(code) has more than \(length) bits" }
    }
    guard isComplete ? sum == 1 << limit : sum <= 1 << limit else { return "the Kraft sum is \(sum) / \(1 << limit)" }
    return nil
  }
}
