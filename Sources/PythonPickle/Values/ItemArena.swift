internal import CNumPyIOKernels

/// Memory that the items of several tuples lie in: an allocation for each would cost more than all else that is done with a short
/// one. Each tuple ends its own items.
///
/// The header has the items of one long tuple, which are asked for as an array.
final class ItemBlock: ManagedBuffer<[PickleValue]?, PickleValue> {
  /// The items of tuples that are longer are an array.
  static let longCount = 64

  fileprivate static func make(capacity: Int, _ array: [PickleValue]? = nil) -> ItemBlock {
    let buffer = create(minimumCapacity: capacity) { _ in array }
    // Safe: `create` makes an object of the class that it is asked of.
    return unsafe unsafeDowncast(buffer, to: ItemBlock.self)
  }

  /// A block of one tuple.
  static func make(_ items: [PickleValue]) -> ItemBlock {
    if items.count > longCount { return make(capacity: 0, items) }
    let block = make(capacity: items.count)
    // Safe: the block has room for as many.
    unsafe block.withUnsafeMutablePointerToElements { all in
      for (place, item) in items.enumerated() { unsafe (all + place).initialize(to: item) }
    }
    return block
  }
}

/// Where the items of the tuples of a pickle that is being read get their place.
@safe struct ItemArena: ~Copyable {
  /// The block that is being filled.
  private var block: Unmanaged<ItemBlock>?
  /// References to it that have been counted in advance, and not yet handed out; one of them is the arena's own.
  private var references: UInt32 = 0
  private var next = 0
  private var capacity = 0

  /// One tuple that is kept keeps the memory of no more than so many items of others.
  private static let largestBlock = 1000
  private static let smallestBlock = 16

  init() {}

  // Safe: as in `end`.
  deinit { unsafe ItemArena.end(block, references) }

  /// Gives back references that nobody has got.
  private static func end(_ block: Unmanaged<ItemBlock>?, _ references: UInt32) {
    // Safe: as many references have been counted, and nobody else has them.
    if let block = unsafe block { unsafe npyio_release(block.toOpaque(), references) }
  }

  /// Moves the last values of a stack, one or more, into a block.
  @inline(__always)
  mutating func take(last count: Int, of stack: inout ValueStack) -> (block: ItemBlock, place: UInt32) {
    if capacity - next < count { beginBlock(count) }
    guard let block = unsafe block else { preconditionFailure("an arena has a block once one is begun") }
    let place = next
    next += count
    references -= 1
    // Safe: there is room behind the place. The reference has been counted, and is handed out once.
    unsafe block._withUnsafeGuaranteedRef { block in
      unsafe block.withUnsafeMutablePointerToElements { unsafe stack.move(last: count, to: $0 + place) }
    }
    return (unsafe block.takeRetainedValue(), UInt32(truncatingIfNeeded: place))
  }

  @inline(never)
  private mutating func beginBlock(_ count: Int) {
    unsafe ItemArena.end(block, references)
    capacity = max(count, min(ItemArena.largestBlock, max(ItemArena.smallestBlock, 2 * capacity)))
    next = 0
    let new = unsafe Unmanaged.passRetained(ItemBlock.make(capacity: capacity))
    // As many as there can be tuples, and the arena's own.
    references = UInt32(capacity) + 1
    // Safe: a live object; the arena's own reference has been counted.
    unsafe npyio_retain(new.toOpaque(), references - 1)
    unsafe block = new
  }
}
