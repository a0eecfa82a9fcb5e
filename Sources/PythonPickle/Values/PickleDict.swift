public import ByteIO

/// A Python dictionary: pairs in the order of insertion, found by key as Python finds them.
///
/// Until the pairs of a small one that was read are asked for, they share memory, up to 16 KB, with others of the same pickle.
public final class PickleDict: PickleNode {
  /// A key and its value.
  public struct Entry {
    /// The key: any value that Python can hash.
    public let key: PickleValue
    /// What the dictionary holds under the key.
    public internal(set) var value: PickleValue
  }

  /// The pairs and where they are found. Unchecked, as in ``PickleList``.
  @exclusivity(unchecked) private var settled = Storage()
  /// The keys and values of a small dictionary that was read, until anybody asks for them: as in ``PickleList``.
  @exclusivity(unchecked) private var slice: ItemSlice?

  /// The pairs, where they are asked for.
  private var storage: Storage {
    // Safe: here and below no access contains another, as nothing that is called knows of this object.
    @inline(__always)
    _read {
      if unsafe slice != nil { settle() }
      yield unsafe settled
    }
    @inline(__always)
    _modify {
      if unsafe slice != nil { settle() }
      yield unsafe &settled
    }
  }

  @inline(never)
  private func settle() {
    // Safe: as above.
    guard let taken = unsafe slice else { return }
    unsafe settled.entries = taken.takePairs()
    unsafe slice = nil
  }

  private struct Storage {
    var entries: [Entry] = []
    var table = KeyTable()

    func place(of key: borrowing PickleValue) -> Int? {
      table.search(for: key, among: entries.count) { entries[$0].key }.place
    }

    @inline(__always)
    mutating func insert(_ key: consuming PickleValue, _ value: consuming PickleValue) {
      let search = table.search(for: key, among: entries.count) { entries[$0].key }
      if let place = search.place {
        entries[place].value = value
      } else {
        entries.append(Entry(key: key, value: value))
        table.append(search, keyCount: entries.count) { entries[$0].key }
      }
    }

    /// Inserts the keys and values that a stack holds from a place on, and takes them off it. They can all be keys.
    mutating func insert(from stack: inout ValueStack, _ start: Int) {
      if entries.isEmpty {
        entries.reserveCapacity((stack.count - start) / 2)
        table.expect((stack.count - start) / 2)
      }
      for place in Swift.stride(from: start, to: stack.count, by: 2) {
        insert(stack.take(at: place), stack.take(at: place + 1))
      }
      stack.forget(from: start)
    }

    mutating func remove(at place: Int) {
      table.remove(at: place, keyCount: entries.count)
      entries.remove(at: place)
    }
  }

  /// The pairs, in the order in which their keys came: Python's `list(d.items())`.
  public var entries: [Entry] {
    storage.entries
  }

  /// An empty dictionary.
  public override init() { super.init() }

  /// A dictionary of pairs; of equal keys the first is kept and the last value.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for a key that Python could not hash.
  public init(_ pairs: [(key: PickleValue, value: PickleValue)]) throws(FormatError) {
    super.init()
    for (key, value) in pairs { try set(key, to: value) }
  }

  // Safe: nobody else has the object any more.
  deinit {
    if let taken = unsafe slice {
      if taken.hasContainers { PickleNode.end(self) } else { forget() }
    } else if unsafe !settled.entries.isEmpty {
      PickleNode.end(self)
    }
  }

  // Safe: as in `storage`.
  override func forget() {
    if let taken = unsafe slice {
      unsafe slice = nil
      taken.end()
    } else {
      unsafe settled = Storage()
    }
  }

  override func surrender(to pending: inout [PickleValue]) {
    for entry in entries {
      if entry.key.isContainer { pending.append(entry.key) }
      if entry.value.isContainer { pending.append(entry.value) }
    }
    forget()
  }

  /// How many pairs there are.
  public var count: Int { entries.count }
  /// Whether there are none.
  public var isEmpty: Bool { entries.isEmpty }

  /// The value of a key. Setting `nil` removes it; a key that Python could not hash is never found nor set.
  public subscript(key: PickleValue) -> PickleValue? {
    get { storage.place(of: key).map { storage.entries[$0].value } }
    set {
      guard let newValue else {
        if let place = storage.place(of: key) { storage.remove(at: place) }
        return
      }
      if KeyHash.isHashable(key) { storage.insert(key, newValue) }
    }
  }

  /// The pair whose key is equal to this one: `1` finds `1.0` and `True`, as in Python.
  public func entry(of key: PickleValue) -> Entry? {
    storage.place(of: key).map { storage.entries[$0] }
  }

  /// The value of a key that is a `str`; `nil` if there is none. Setting one that is new adds it at the end, setting `nil`
  /// removes it.
  public subscript(key: String) -> PickleValue? {
    get { self[.string(key)] }
    set { self[.string(key)] = newValue }
  }

  /// Takes the pairs that a stack holds from a place on, if they are few, their keys are strings that differ, and there are none
  /// yet: records.
  ///
  /// - Returns: Whether it took them.
  func takeRecord(from stack: inout ValueStack, _ start: Int, in arena: inout ItemArena) -> Bool {
    // Safe: as in `storage`.
    guard stack.count - start <= ItemSlice.mostItems, unsafe slice == nil, unsafe settled.entries.isEmpty,
      stack.hasDistinctTexts(from: start)
    else { return false }
    unsafe slice = ItemSlice(last: stack.count - start, of: &stack, in: &arena)
    return true
  }

  /// Sets the values of keys as a stack holds them in turn from a place on, and takes them off it.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for a key that Python could not hash.
  func set(from stack: inout ValueStack, _ start: Int) throws(FormatError) {
    for place in stride(from: start, to: stack.count, by: 2) where !stack.isHashable(at: place) {
      throw PickleDict.unhashable(stack[place])
    }
    storage.insert(from: &stack, start)
  }

  private static func unhashable(_ key: PickleValue) -> FormatError {
    FormatError(.malformed, "unhashable type: '\(key.typeName)'")
  }

  /// Sets the value of a key.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for a key that Python could not hash.
  public func set(_ key: consuming PickleValue, to value: consuming PickleValue) throws(FormatError) {
    guard KeyHash.isHashable(key) else { throw PickleDict.unhashable(key) }
    storage.insert(key, value)
  }
}

/// A Python `set` or `frozenset`: items without repetition, in the order in which they came.
public final class PickleSet: PickleNode {
  /// The items and where they are found. Unchecked, as in ``PickleList``.
  @exclusivity(unchecked) private var storage = Storage()

  private struct Storage {
    var items: [PickleValue] = []
    var table = KeyTable()
    /// ``contentHash``, once it has been asked for.
    var knownHash: Int?

    func contains(_ item: borrowing PickleValue) -> Bool {
      table.search(for: item, among: items.count) { items[$0] }.place != nil
    }

    mutating func insert(_ item: consuming PickleValue) {
      let search = table.search(for: item, among: items.count) { items[$0] }
      if search.place != nil { return }
      knownHash = nil
      items.append(item)
      table.append(search, keyCount: items.count) { items[$0] }
    }

    /// Makes room for items that are to come, where there are none yet.
    mutating func expect(_ count: Int) {
      guard items.isEmpty else { return }
      items.reserveCapacity(count)
      table.expect(count)
    }
  }

  /// The items, in the order in which they came; Python's own sets have none.
  public var items: [PickleValue] {
    // Safe: here and below no access contains another, as nothing that is called knows of this object.
    unsafe storage.items
  }

  /// A set of items, of which equal ones count once.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for an item that Python could not hash.
  public init(_ items: [PickleValue] = []) throws(FormatError) {
    super.init()
    expect(items.count)
    for item in items { try insert(item) }
  }

  deinit { PickleNode.end(self) }

  // Safe: as in `items`.
  override func forget() { unsafe storage = Storage() }

  // Safe: as in `items`.
  override func surrender(to pending: inout [PickleValue]) {
    unsafe PickleNode.moveContainers(of: &storage.items, to: &pending)
    forget()
  }

  /// How many items there are.
  public var count: Int { items.count }

  /// Makes room for items that are to come, where there are none yet.
  func expect(_ count: Int) {
    // Safe: as in `items`.
    unsafe storage.expect(count)
  }

  /// Adds the items that a stack holds from a place on, and takes them off it.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for an item that Python could not hash.
  func insert(from stack: inout ValueStack, _ start: Int) throws(FormatError) {
    expect(stack.count - start)
    for place in start..<stack.count {
      if case .int(let number) = stack[place] {
        // Safe: as in `items`.
        unsafe storage.insert(.int(number))
      } else {
        try insert(stack.take(at: place))
      }
    }
    stack.drop(from: start)
  }

  /// Adds an item unless an equal one is there.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for an item that Python could not hash.
  public func insert(_ item: consuming PickleValue) throws(FormatError) {
    // Safe: as in `items`.
    guard KeyHash.isHashable(item) else { throw FormatError(.malformed, "unhashable type: '\(item.typeName)'") }
    // Each set within knows its hash before it is needed further out: no depth of sets becomes one of calls.
    if case .frozenSet(let inner) = item { _ = inner.contentHash }
    unsafe storage.insert(item)
  }

  /// Whether an equal item is there.
  public func contains(_ item: PickleValue) -> Bool {
    // Safe: as in `items`.
    unsafe storage.contains(item)
  }

  /// A hash in which the order does not count.
  var contentHash: Int {
    // Safe: as in `items`.
    if let known = unsafe storage.knownHash { return known }
    let items = items
    var sum = items.count
    // Each hash is spread out first so that sums of small ones do not meet.
    for item in items {
      let hash = KeyHash(item).hash
      sum &+= (hash ^ (hash >> 29)) &* 0x2545_F491_4F6C_DD1D
    }
    unsafe storage.knownHash = sum
    return sum
  }
}
