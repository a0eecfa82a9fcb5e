/// The way down a tree, on which matches are found and a place becomes the new root.
extension BinaryTreeMatchFinder {
  /// Where a place's two children are: those of the same offset within a number lie side by side.
  @inline(__always) static func slot<G: Grain>(_: G.Type, _ place: Int) -> Int {
    let low = place & (window &- 1)
    return ((low & (1 &<< G.shift &- 1)) &<< (15 &- G.shift) | low &>> G.shift) &* 2
  }

  /// Goes down the tree from its root and makes a place its new root; returns the number of matches.
  @inline(never) static func descend<G: Grain>(
    _: G.Type, _ input: InputBytes, _ position: Int, _ place: Int, _ root: Int, _ oldest: Int, _ depth: Int,
    _ longest: Int, _ children: TableView<Int16>, _ matches: TableView<Token>, _ made: Int
  ) -> Int {
    var (node, depth, best, count) = (root, depth, longest, made)
    var lessSlot = slot(G.self, place)
    var greaterSlot = lessSlot &+ 1
    var (lessLength, greaterLength) = (0, 0)
    while node > oldest, depth > 0 {
      depth &-= 1
      let distance = place &- node
      let pair = slot(G.self, node)
      var length = min(lessLength, greaterLength)
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
    }
    children[lessSlot] = outOfWindow
    children[greaterSlot] = outOfWindow
    return count
  }

  /// The same where the input ends so soon that it has to be watched.
  @inline(never) func descendNearEnd<G: Grain>(
    _: G.Type, _ input: InputBytes, _ position: Int, _ end: Int, _ root: Int, _ oldest: Int, _ depth: Int,
    _ longest: Int, _ matches: TableView<Token>, _ made: Int
  ) -> Int {
    let children = children.view
    let place = position - base
    let limit = min(DeflateAlphabet.maxMatch, end - position)
    var (node, depth, best, count) = (root, depth, longest, made)
    var lessSlot = BinaryTreeMatchFinder.slot(G.self, place)
    var greaterSlot = lessSlot + 1
    var (lessLength, greaterLength) = (0, 0)
    while node > oldest, depth > 0 {
      depth -= 1
      let earlier = base + node
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
