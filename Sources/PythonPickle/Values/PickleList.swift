/// A Python list: an object, so that whoever holds it sees what is appended to it.
///
/// Until the items of a short list that was read are asked for, they share memory, up to 16 KB, with others of the same pickle.
public final class PickleList: PickleNode {
  /// Unchecked, as the check that nobody else is changing the items at the same time costs more than a small list. They are
  /// changed here only, and never while others run: who changes ``items`` in place holds them, and leaves none here.
  @exclusivity(unchecked) private var storage: [PickleValue]
  /// The items while the list is read, if they are many: a stack grows without a copy of what each value refers to. They move
  /// to `storage` as soon as anybody asks for them.
  @exclusivity(unchecked) private var growing: Growing?

  private final class Growing {
    var values = ValueStack(capacity: 4 * PickleList.batch)
  }

  /// The items of a short list that was read, until anybody asks for them: in memory that it shares with others.
  @exclusivity(unchecked) private var slice: ItemSlice?

  /// Python writes the items of long lists in batches of so many.
  private static let batch = 1000

  /// The items, in order. Changes are seen through every value that holds this list, as in Python.
  public var items: [PickleValue] {
    // Safe: no access contains another.
    get {
      settle()
      return unsafe storage
    }
    set {
      settle()
      unsafe storage = newValue
    }
    _modify {
      settle()
      var taken: [PickleValue] = []
      unsafe swap(&taken, &storage)
      defer { unsafe storage = taken }
      yield &taken
    }
  }

  /// Brings all items to where they are asked for.
  @inline(__always)
  private func settle() {
    // Safe: as in `items`.
    if unsafe growing != nil || slice != nil { settleAll() }
  }

  @inline(never)
  private func settleAll() {
    // Safe: as in `items`.
    if let taken = unsafe slice {
      unsafe storage = taken.takeAll()
      unsafe slice = nil
    }
    guard let grown = unsafe growing else { return }
    unsafe storage = grown.values.take(from: 0)
    unsafe growing = nil
  }

  /// A new list of items: Python's `list(items)`.
  public init(_ items: [PickleValue] = []) {
    // Safe: nobody else has the object yet.
    unsafe storage = items
    super.init()
  }

  // Safe: nobody else has the object any more.
  deinit {
    if let taken = unsafe slice {
      // Once they have ended, there are none.
      if taken.hasContainers { PickleNode.end(self) } else { forget() }
    } else if unsafe !storage.isEmpty {
      unsafe PickleNode.release(&storage)
    }
  }

  // Safe: as in `items`.
  override func forget() {
    if let taken = unsafe slice {
      unsafe slice = nil
      taken.end()
    }
    unsafe storage = []
  }

  /// Adds an item at the end.
  public func append(_ value: PickleValue) {
    settle()
    // Safe: as in `items`.
    unsafe storage.append(value)
  }

  /// Whether nothing has been put into the list yet.
  @inline(__always)
  // Safe: as in `items`.
  var isNew: Bool { unsafe storage.isEmpty && slice == nil && growing == nil }

  /// Adds what a stack holds from a place on.
  func append(from stack: inout ValueStack, _ start: Int, in arena: inout ItemArena) {
    // Safe: as in `items`.
    if stack.count - start <= ItemSlice.mostItems, isNew {
      unsafe slice = ItemSlice(last: stack.count - start, of: &stack, in: &arena)
      return
    }
    if unsafe slice != nil { settleAll() }
    if let growing = unsafe growing {
      stack.move(from: start, to: &growing.values)
    } else if unsafe storage.isEmpty, stack.count - start < PickleList.batch {
      unsafe storage = stack.take(from: start)
    } else {
      let new = Growing()
      for item in unsafe storage { new.values.push(item) }
      unsafe storage = []
      stack.move(from: start, to: &new.values)
      unsafe growing = new
    }
  }

  /// Takes all items out; the way to free a structure that contains itself.
  public func removeAll() { items = [] }

  override func surrender(to pending: inout [PickleValue]) {
    settle()
    // Safe: as in `deinit`.
    unsafe PickleNode.moveContainers(of: &storage, to: &pending)
  }
}
