/// A Python tuple: its items never change, but what they hold may.
///
/// The items of tuples that were read share memory, up to 16 KB, with others of the same pickle, which lives as long as any
/// of them.
public class PickleTuple: PickleNode {
  /// How many items there are; none once the tuple has ended. Unchecked, as in ``PickleList``, as are all that change.
  @exclusivity(unchecked) fileprivate var itemCount: UInt32
  /// The word of the block at which the items begin, as many as fit a block.
  private let place: UInt32
  /// `nil` without items, and of an ``InlineTuple``.
  private let block: ItemBlock?
  @exclusivity(unchecked) private var hash = 0
  @exclusivity(unchecked) private var hashState = HashState.unknown

  private enum HashState { case unknown, hashable, unhashable }

  /// What ``KeyHash`` found, once it has looked: a tuple that is shared many times is hashed once.
  var knownHash: KeyHash? {
    // Safe, here and below: no access contains another.
    get {
      switch unsafe hashState {
      case .unknown: nil
      case .hashable: KeyHash(hash: unsafe hash, isHashable: true)
      case .unhashable: KeyHash(hash: unsafe hash, isHashable: false)
      }
    }
    set {
      unsafe hash = newValue?.hash ?? 0
      unsafe hashState = newValue.map { $0.isHashable ? .hashable : .unhashable } ?? .unknown
    }
  }

  /// How many items there are.
  public var count: Int {
    // Safe: as above.
    Int(unsafe itemCount)
  }

  /// The items, in order, as a Swift array, which short tuples make each time: Python's `list(t)`.
  public var items: [PickleValue] {
    if count > ItemBlock.longCount, let array = block?.header { return array }
    var items: [PickleValue] = []
    items.reserveCapacity(count)
    for place in 0..<count { items.append(self[place]) }
    return items
  }

  /// The item at a place.
  ///
  /// - Precondition: The place is below ``count``, and not negative.
  public subscript(place: Int) -> PickleValue {
    precondition(place >= 0 && place < count)
    guard let block else { return inlineItem(place) }
    if count > ItemBlock.longCount, let array = block.header { return array[place] }
    // Safe: the place is below the count.
    return unsafe block.withUnsafeMutablePointerToElements { unsafe $0[Int(self.place) + place] }
  }

  /// The item at a place of an ``InlineTuple``.
  fileprivate func inlineItem(_ place: Int) -> PickleValue { .none }

  /// A tuple of items, which never changes: Python's `tuple(items)`.
  public init(_ items: [PickleValue] = []) {
    // Safe: nobody else has the object yet.
    unsafe itemCount = UInt32(items.count)
    place = 0
    block = items.isEmpty ? nil : ItemBlock.make(items)
    super.init()
  }

  /// A tuple of as many items that lie in a block from a place on.
  fileprivate init(count: Int, _ block: ItemBlock?, _ place: UInt32) {
    // Safe: nobody else has the object yet.
    unsafe itemCount = UInt32(count)
    self.block = block
    self.place = place
    super.init()
  }

  /// A tuple of items, in the smallest form.
  static func of(_ items: [PickleValue]) -> PickleTuple {
    guard 1...InlineTuple.mostItems ~= items.count else { return PickleTuple(items) }
    return InlineTuple(
      items.count, items[0], items.count > 1 ? items[1] : .none, items.count > 2 ? items[2] : .none)
  }

  /// A tuple of the last values of a stack, which has as many.
  static func of(last count: Int, of stack: inout ValueStack, in arena: inout ItemArena) -> PickleTuple {
    if count == 0 { return PickleTuple() }
    if count <= InlineTuple.mostItems {
      let third = count > 2 ? stack.pop() : .none
      let second = count > 1 ? stack.pop() : .none
      return InlineTuple(count, stack.pop(), second, third)
    }
    if count > ItemBlock.longCount { return PickleTuple(stack.take(from: stack.count - count)) }
    let (block, place) = arena.take(last: count, of: &stack)
    return PickleTuple(count: count, block, place)
  }

  deinit {
    // Safe: nobody else has the object any more.
    if unsafe itemCount == 0 { return }
    if hasContainers { PickleNode.end(self) } else { endItems() }
  }

  private var hasContainers: Bool {
    guard let block else { return false }
    if count > ItemBlock.longCount, let array = block.header { return array.contains(where: \.isContainer) }
    // Safe: as many items begin at the place.
    return unsafe block.withUnsafeMutablePointerToElements { all in
      for index in 0..<count where unsafe all[Int(place) + index].isContainer { return true }
      return false
    }
  }

  /// Ends the items, of which there are none from then on.
  private func endItems() {
    guard let block else { return }
    let count = count
    unsafe itemCount = 0
    if count > ItemBlock.longCount {
      block.header = nil
      return
    }
    // Safe: the items are this tuple's, and count no longer.
    unsafe block.withUnsafeMutablePointerToElements { unsafe ValueStack.end($0 + Int(place), count) }
  }

  override func forget() { endItems() }

  override func surrender(to pending: inout [PickleValue]) {
    for place in 0..<count {
      let item = self[place]
      if item.isContainer { pending.append(item) }
    }
    forget()
  }
}

/// A tuple of one to three items, as most are, which lie in the object itself.
final class InlineTuple: PickleTuple {
  // Unchecked, as in ``PickleList``; they change only when the tuple ends.
  @exclusivity(unchecked) private var first: PickleValue
  @exclusivity(unchecked) private var second: PickleValue
  @exclusivity(unchecked) private var third: PickleValue

  static let mostItems = 3

  init(
    _ count: Int, _ first: consuming PickleValue, _ second: consuming PickleValue, _ third: consuming PickleValue
  ) {
    // Safe: nobody else has the object yet.
    unsafe self.first = first
    unsafe self.second = second
    unsafe self.third = third
    super.init(count: count, nil, 0)
  }

  // Safe, here and below: no access contains another.
  fileprivate override func inlineItem(_ place: Int) -> PickleValue {
    unsafe place == 0 ? first : place == 1 ? second : third
  }

  // Safe: as above; nobody else has the object any more.
  deinit {
    if unsafe first.isContainer || second.isContainer || third.isContainer { PickleNode.end(self) }
    unsafe itemCount = 0
  }

  // Safe: as above.
  override func forget() {
    unsafe itemCount = 0
    unsafe first = .none
    unsafe second = .none
    unsafe third = .none
  }
}
