extension NPZArchive: Sequence {
  /// The names, in order: as a loop over NumPy's `NpzFile` has them.
  public func makeIterator() -> IndexingIterator<[String]> { names.makeIterator() }

  /// How many members there are.
  public var underestimatedCount: Int { count }
}
