public import ByteIO

/// A Python dictionary: pairs in the order of insertion, found by key as Python finds them.
public final class PickleDict: PickleNode {
  /// A key and its value.
  public struct Entry {
    /// The key.
    public let key: PickleValue
    /// The value.
    public internal(set) var value: PickleValue
  }

  /// The pairs, in order.
  public private(set) var entries: [Entry] = []
  private var table = KeyTable()

  /// An empty dictionary.
  public override init() { super.init() }

  /// A dictionary of pairs; of equal keys the first is kept and the last value.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for a key that Python could not hash.
  public init(_ pairs: [(key: PickleValue, value: PickleValue)]) throws(FormatError) {
    super.init()
    for (key, value) in pairs { try set(key, to: value) }
  }

  deinit {
    guard entries.contains(where: { $0.value.isContainer || $0.key.isContainer }) else { return }
    var pending: [PickleValue] = []
    surrender(to: &pending)
    PickleNode.drain(&pending)
  }

  override func surrender(to pending: inout [PickleValue]) {
    for entry in entries {
      if entry.key.isContainer { pending.append(entry.key) }
      if entry.value.isContainer { pending.append(entry.value) }
    }
    entries = []
    table.removeAll()
  }

  /// How many pairs there are.
  public var count: Int { entries.count }
  /// Whether there are none.
  public var isEmpty: Bool { entries.isEmpty }

  /// The value of a key. Setting `nil` removes it; a key that Python could not hash is never found nor set.
  public subscript(key: PickleValue) -> PickleValue? {
    get { place(of: key).map { entries[$0].value } }
    set {
      guard let newValue else {
        if let place = place(of: key) {
          entries.remove(at: place)
          table.remove(at: place)
          table.checkInvariants(keyCount: entries.count)
        }
        return
      }
      let hash = KeyHash(key)
      if hash.isHashable { set(key, hash: hash.hash, to: newValue) }
    }
  }

  /// The value of a string key.
  public subscript(key: String) -> PickleValue? {
    get { self[.string(key)] }
    set { self[.string(key)] = newValue }
  }

  /// Sets the value of a key.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for a key that Python could not hash.
  public func set(_ key: consuming PickleValue, to value: consuming PickleValue) throws(FormatError) {
    let hash = KeyHash(copy key)
    guard hash.isHashable else { throw FormatError(.malformed, "unhashable type: '\(key.typeName)'") }
    set(key, hash: hash.hash, to: value)
  }

  private func set(_ key: consuming PickleValue, hash: Int, to value: consuming PickleValue) {
    if let place = table.find(key, hash: hash, at: { entries[$0].key }) {
      entries[place].value = value
    } else {
      entries.append(Entry(key: key, value: value))
      table.append(hash: hash)
      table.checkInvariants(keyCount: entries.count)
    }
  }

  private func place(of key: PickleValue) -> Int? {
    table.find(key, hash: KeyHash(key).hash) { entries[$0].key }
  }
}

/// A Python `set` or `frozenset`: items without repetition, in the order in which they came.
public final class PickleSet: PickleNode {
  /// The items, in order.
  public private(set) var items: [PickleValue] = []
  private var table = KeyTable()

  /// A set of items, of which equal ones count once.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for an item that Python could not hash.
  public init(_ items: [PickleValue] = []) throws(FormatError) {
    super.init()
    for item in items { try insert(item) }
  }

  deinit { PickleNode.release(&items) }

  override func surrender(to pending: inout [PickleValue]) {
    PickleNode.moveContainers(of: &items, to: &pending)
    table.removeAll()
  }

  /// How many items there are.
  public var count: Int { items.count }

  /// Adds an item unless an equal one is there.
  ///
  /// - Throws: ``FormatError`` with code `malformed` for an item that Python could not hash.
  public func insert(_ item: PickleValue) throws(FormatError) {
    let hash = KeyHash(item)
    guard hash.isHashable else { throw FormatError(.malformed, "unhashable type: '\(item.typeName)'") }
    if table.find(item, hash: hash.hash, at: { items[$0] }) != nil { return }
    items.append(item)
    table.append(hash: hash.hash)
    table.checkInvariants(keyCount: items.count)
  }

  /// Whether an equal item is there.
  public func contains(_ item: PickleValue) -> Bool {
    table.find(item, hash: KeyHash(item).hash) { items[$0] } != nil
  }

  /// A hash in which the order does not count.
  var contentHash: Int { table.combinedHash }
}
