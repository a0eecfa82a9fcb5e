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

/// Some items of a block, of a short container that was read.
struct ItemSlice {
  private let block: ItemBlock
  private let place: UInt32
  private let count: UInt32

  /// Longer containers have memory of their own.
  static let mostItems = 16

  /// Moves the last values of a stack, one or more, into a block.
  @inline(__always)
  init(last count: Int, of stack: inout ValueStack, in arena: inout ItemArena) {
    (block, place) = arena.take(last: count, of: &stack)
    self.count = UInt32(truncatingIfNeeded: count)
  }

  /// Calls `body` with the items.
  @inline(__always)
  private func withItems<Result>(_ body: (UnsafeMutablePointer<PickleValue>) -> Result) -> Result {
    // Safe: as many items begin at the place.
    unsafe block.withUnsafeMutablePointerToElements { unsafe body($0 + Int(place)) }
  }

  /// Whether any of the items may hold others.
  var hasContainers: Bool {
    // Safe: each place is below the count.
    unsafe withItems { items in (0..<Int(count)).contains { unsafe items[$0].isContainer } }
  }

  /// Ends the items, which must not be used any more.
  // Safe: the items are the container's alone.
  func end() { unsafe withItems { unsafe ValueStack.end($0, Int(count)) } }

  /// Moves the items out, which must not be used any more.
  func takeAll() -> [PickleValue] {
    var all: [PickleValue] = []
    all.reserveCapacity(Int(count))
    // Safe: as above.
    unsafe withItems { items in
      for place in 0..<Int(count) { all.append(unsafe (items + place).move()) }
    }
    return all
  }

  /// Moves the items out as keys and values in turn, which must not be used any more.
  func takePairs() -> [PickleDict.Entry] {
    var all: [PickleDict.Entry] = []
    all.reserveCapacity(Int(count) / 2)
    // Safe: as above.
    unsafe withItems { items in
      for place in stride(from: 0, to: Int(count) & ~1, by: 2) {
        all.append(PickleDict.Entry(key: unsafe (items + place).move(), value: unsafe (items + place + 1).move()))
      }
    }
    return all
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
