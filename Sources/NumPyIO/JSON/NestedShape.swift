/// The shape of nested lists, as far as it is known.
struct NestedShape {
  private(set) var lengths: [Int] = []
  /// Which lengths are known: those of lists that were closed.
  private var isClosed: [Bool] = []
  /// At which depth values stand.
  private var leafDepth: Int?

  /// Whether a value may stand at a depth.
  mutating func endsLeaf(at depth: Int) -> Bool {
    if leafDepth == nil, lengths.count == depth { leafDepth = depth }
    return leafDepth == depth
  }

  /// Whether values, and no lists, are known to stand at a depth.
  func hasValues(at depth: Int) -> Bool { leafDepth == depth }

  /// Whether a list may stand at a depth.
  mutating func continues(at depth: Int) -> Bool {
    if let leafDepth, depth >= leafDepth { return false }
    if depth == lengths.count {
      lengths.append(0)
      isClosed.append(false)
    }
    return true
  }

  /// Whether a list may have a number of elements.
  mutating func closes(at depth: Int, count: Int) -> Bool {
    if isClosed[depth] { return lengths[depth] == count }
    (lengths[depth], isClosed[depth]) = (count, true)
    // An empty list is as deep as lists go.
    if count == 0, leafDepth == nil { leafDepth = depth + 1 }
    return true
  }
}
