/// A Python tuple: its items never change, but what they hold may.
public final class PickleTuple: PickleNode {
  /// How many items there are.
  public let count: Int
  /// Up to three items lie in the object itself: most tuples have no more, and an array would be as large again. They, and the
  /// array, are unchecked as in ``PickleList``; they change only when the tuple ends.
  @exclusivity(unchecked) private var first: PickleValue
  @exclusivity(unchecked) private var second: PickleValue
  @exclusivity(unchecked) private var third: PickleValue
  /// All items, where they are more.
  @exclusivity(unchecked) private var storage: [PickleValue]
  /// What ``KeyHash`` found, once it has looked: a tuple that is shared many times is hashed once.
  var knownHash: KeyHash?

  static let inlineCount = 3

  /// The items, in order, as a Swift array, which short tuples make each time: Python's `list(t)`.
  public var items: [PickleValue] {
    // Safe, here and below: no access contains another.
    switch count {
    case 0: []
    case 1: unsafe [first]
    case 2: unsafe [first, second]
    case 3: unsafe [first, second, third]
    default: unsafe storage
    }
  }

  /// The item at a place.
  ///
  /// - Precondition: The place is below ``count``, and not negative.
  public subscript(place: Int) -> PickleValue {
    precondition(place >= 0 && place < count)
    // Safe: as in `items`.
    if count > PickleTuple.inlineCount { return unsafe storage[place] }
    return unsafe place == 0 ? first : place == 1 ? second : third
  }

  /// A tuple of items, which never changes: Python's `tuple(items)`.
  public init(_ items: [PickleValue] = []) {
    count = items.count
    let isInline = items.count <= PickleTuple.inlineCount
    // Safe: nobody else has the object yet.
    unsafe first = isInline && items.count > 0 ? items[0] : .none
    unsafe second = isInline && items.count > 1 ? items[1] : .none
    unsafe third = isInline && items.count > 2 ? items[2] : .none
    unsafe storage = isInline ? [] : items
    super.init()
  }

  /// A tuple of the last values of a stack, which has as many.
  init(last count: Int, of stack: inout ValueStack) {
    self.count = count
    let isInline = count <= PickleTuple.inlineCount
    // Safe: nobody else has the object yet.
    unsafe storage = isInline ? [] : stack.take(from: stack.count - count)
    unsafe third = isInline && count > 2 ? stack.pop() : .none
    unsafe second = isInline && count > 1 ? stack.pop() : .none
    unsafe first = isInline && count > 0 ? stack.pop() : .none
    super.init()
  }

  deinit {
    // Safe: nobody else has the object any more.
    let hasContainers =
      unsafe first.isContainer || second.isContainer || third.isContainer || storage.contains(where: \.isContainer)
    if hasContainers { PickleNode.end(self) }
  }

  override func forget() {
    // Safe: as in `deinit`.
    unsafe first = .none
    unsafe second = .none
    unsafe third = .none
    unsafe storage = []
  }

  override func surrender(to pending: inout [PickleValue]) {
    // Safe: as in `deinit`.
    if unsafe first.isContainer { unsafe pending.append(first) }
    if unsafe second.isContainer { unsafe pending.append(second) }
    if unsafe third.isContainer { unsafe pending.append(third) }
    unsafe PickleNode.moveContainers(of: &storage, to: &pending)
    forget()
  }
}
