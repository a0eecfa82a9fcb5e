extension BinaryTreeMatchFinder {
  /// Where a node's two children are: those of the same offset within an item lie side by side.
  @inline(__always) static func slot<G: Grain>(_: G.Type, _ node: Int) -> Int {
    let low = node & (window &- 1)
    return ((low & (1 &<< G.shift &- 1)) &<< (15 &- G.shift) | low &>> G.shift) &* 2
  }
}

/// The longest match that was found last.
struct LongestMatch {
  var (position, length, distance) = (-2, 0, 0)

  init() {}

  @inline(__always) init(_ match: Token, at position: Int) {
    (self.position, length, distance) = (position, match.symbol &- 256, match.distance)
  }

  /// How many bytes at a distance are known to be the same at a position: those of this match, if it goes on there.
  @inline(__always) func known(at position: Int, _ distance: Int) -> Int {
    position &- 1 == self.position && distance == self.distance ? length &- 1 : 0
  }
}

/// The descents through the trees of a part: what all of them share.
struct TreeDescent {
  let input: InputBytes
  let children: TableView<Int16>
  let matches: TableView<Token>
  /// The most nodes of a descent.
  let depth: Int

  /// Goes down a tree as below, where the longest match of the position before may go on, and becomes that of this one.
  @inline(__always) func descend<G: Grain>(
    _: G.Type, position: Int, node: Int, root: Int, oldest: Int, longest: Int, count: Int,
    after last: inout LongestMatch
  ) -> Int {
    let end = descend(
      G.self, position: position, node: node, root: root, oldest: oldest, longest: longest, count: count,
      known: last.known(at: position, node &- root))
    if end > count { last = LongestMatch(matches[end &- 1], at: position) }
    return end
  }

  /// Goes down a tree from its root and makes a position its new root.
  ///
  /// - Parameters:
  ///   - position: The position, at which ``DeflateAlphabet/maxMatch`` bytes and 16 more are left.
  ///   - node: The position as the tables have it.
  ///   - root: The tree's root so far, newer than `oldest`.
  ///   - oldest: The oldest node that is too old.
  ///   - longest: The length that matches must exceed to be listed.
  ///   - count: The number of matches listed so far.
  ///   - known: How many bytes at the root are known to be the same: what goes on from the position before need not be compared
  ///     again.
  /// - Returns: The number of matches listed then.
  @inline(never) func descend<G: Grain>(
    _: G.Type, position: Int, node current: Int, root: Int, oldest: Int, longest: Int, count listed: Int, known: Int
  ) -> Int {
    let (input, children, matches) = (input, children, matches)
    var (node, depth, best, count) = (root, depth, longest, listed)
    var lessSlot = BinaryTreeMatchFinder.slot(G.self, current)
    var greaterSlot = lessSlot &+ 1
    var (lessLength, greaterLength) = (0, 0)
    var length = known
    while node > oldest, depth > 0 {
      depth &-= 1
      let distance = current &- node
      let pair = BinaryTreeMatchFinder.slot(G.self, node)
      var ours = input.load64(position &+ length)
      var theirs = input.load64(position &+ length &- distance)
      while ours == theirs, length < DeflateAlphabet.maxMatch {
        length &+= 8
        ours = input.load64(position &+ length)
        theirs = input.load64(position &+ length &- distance)
      }
      let equal = (ours ^ theirs).trailingZeroBitCount & 0x38
      length &+= equal &>> 3
      if length > best {
        best = min(length, DeflateAlphabet.maxMatch)
        matches[count] = Token.exact(length: best, distance: distance)
        count &+= 1
      }
      if length >= DeflateAlphabet.maxMatch {
        children[lessSlot] = children[pair]
        children[greaterSlot] = children[pair &+ 1]
        return count
      }
      let shift = UInt64(truncatingIfNeeded: equal)
      if theirs &>> shift & 0xFF < ours &>> shift & 0xFF {
        children[lessSlot] = Int16(truncatingIfNeeded: node)
        lessSlot = pair &+ 1
        lessLength = length
        node = Int(children[lessSlot])
      } else {
        children[greaterSlot] = Int16(truncatingIfNeeded: node)
        greaterSlot = pair
        greaterLength = length
        node = Int(children[greaterSlot])
      }
      length = min(lessLength, greaterLength)
    }
    children[lessSlot] = BinaryTreeMatchFinder.outOfWindow
    children[greaterSlot] = BinaryTreeMatchFinder.outOfWindow
    return count
  }

  /// The same where the input ends so soon that every comparison has to stop at `end`.
  @inline(never) func descendNearEnd<G: Grain>(
    _: G.Type, position: Int, node current: Int, root: Int, oldest: Int, longest: Int, count listed: Int, end: Int
  ) -> Int {
    let limit = min(DeflateAlphabet.maxMatch, end - position)
    var (node, depth, best, count) = (root, depth, longest, listed)
    var lessSlot = BinaryTreeMatchFinder.slot(G.self, current)
    var greaterSlot = lessSlot + 1
    var (lessLength, greaterLength) = (0, 0)
    while node > oldest, depth > 0 {
      depth -= 1
      let earlier = position - (current - node)
      let pair = BinaryTreeMatchFinder.slot(G.self, node)
      let length = input.matchLength(position, earlier, from: min(lessLength, greaterLength), limit: limit)
      if length > best {
        best = length
        matches[count] = Token.exact(length: length, distance: position - earlier)
        count += 1
      }
      if length >= limit {
        children[lessSlot] = children[pair]
        children[greaterSlot] = children[pair + 1]
        return count
      }
      if input[earlier + length] < input[position + length] {
        children[lessSlot] = Int16(truncatingIfNeeded: node)
        lessSlot = pair + 1
        lessLength = length
        node = Int(children[lessSlot])
      } else {
        children[greaterSlot] = Int16(truncatingIfNeeded: node)
        greaterSlot = pair
        greaterLength = length
        node = Int(children[greaterSlot])
      }
    }
    children[lessSlot] = BinaryTreeMatchFinder.outOfWindow
    children[greaterSlot] = BinaryTreeMatchFinder.outOfWindow
    return count
  }
}

/// A power of two, for loops that are compiled for each.
protocol Grain {
  static var shift: Int { get }
}
enum Grain1: Grain { static var shift: Int { 0 } }
enum Grain2: Grain { static var shift: Int { 1 } }
enum Grain4: Grain { static var shift: Int { 2 } }
enum Grain8: Grain { static var shift: Int { 3 } }
