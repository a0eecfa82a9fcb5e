/// The words that a reader of plain rows has met, by their places in its text.
struct WordPlaces {
  private(set) var count = 0
  private(set) var first: Range<Int>?

  mutating func add(_ range: Range<Int>) {
    count &+= 1
    if first == nil { first = range }
  }

  /// Forgets those of a row that is given back.
  mutating func removeLast(to known: Int) {
    count = known
    if known == 0 { first = nil }
  }
}
