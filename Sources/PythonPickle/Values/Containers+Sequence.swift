// Python's containers in loops: each goes over what it holds when the loop begins.

extension PickleList: Sequence {
  /// The items, as they are now.
  public func makeIterator() -> IndexingIterator<[PickleValue]> { items.makeIterator() }

  /// How many items there are.
  public var underestimatedCount: Int { items.count }

  /// How many items there are: Python's `len`.
  public var count: Int { items.count }

  /// Whether there are no items.
  public var isEmpty: Bool { items.isEmpty }
}

extension PickleTuple: Sequence {
  /// The items.
  public func makeIterator() -> IndexingIterator<[PickleValue]> { items.makeIterator() }

  /// How many items there are.
  public var underestimatedCount: Int { count }
}

extension PickleSet: Sequence {
  /// The items in the order in which they were added, as they are now. Python's order depends on hashes.
  public func makeIterator() -> IndexingIterator<[PickleValue]> { items.makeIterator() }

  /// How many items there are.
  public var underestimatedCount: Int { items.count }
}

extension PickleDict: Sequence {
  /// The pairs in order, as they are now: Python's `for key, value in d.items()`, and as Swift's dictionaries have them.
  ///
  /// ```swift
  /// for (key, value) in value.dict ?? PickleDict() { print(key, value) }
  /// ```
  public func makeIterator() -> LazyMapSequence<[Entry], (key: PickleValue, value: PickleValue)>.Iterator {
    entries.lazy.map { (key: $0.key, value: $0.value) }.makeIterator()
  }

  /// How many pairs there are.
  public var underestimatedCount: Int { entries.count }
}
