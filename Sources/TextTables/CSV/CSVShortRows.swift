/// The rows of a table that have fewer fields than its first line: the first of them, and how many there are.
struct CSVShortRows {
  /// Where the first one begins: in the file, or while a piece of it is read in that.
  var place: Int?
  /// Its line, counted from 1, if that is known.
  var line: Int?
  /// How many fields it has.
  let fieldCount: Int
  private(set) var count = 1

  /// A row.
  init(place: Int?, line: Int? = nil, fieldCount: Int) {
    (self.place, self.line, self.fieldCount) = (place, line, fieldCount)
  }

  /// The same rows, of a piece that begins at a place of the file.
  func moved(by origin: Int) -> CSVShortRows {
    var moved = self
    moved.place = place.map { $0 + origin }
    return moved
  }

  mutating func add(_ following: CSVShortRows) { count += following.count }
}

extension CSVShortRows? {
  /// Adds rows that follow.
  mutating func add(_ following: CSVShortRows?) {
    guard let following else { return }
    if self == nil { self = following } else { self?.add(following) }
  }
}
