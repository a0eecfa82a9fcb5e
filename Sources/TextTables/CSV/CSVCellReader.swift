internal import NDArrays

/// Reads the rows of a part once for two things: of what types the columns are, and their values.
struct CSVCellReader: ~Copyable {
  private var columns: [CSVCellColumn]
  private var storage: ArrayStorage
  /// For how many rows there is room, and how many there are.
  private var capacity: Int
  private(set) var rowCount = 0
  /// How many bytes of text there are; line ends do not count.
  private(set) var byteCount = 0
  private var texts = CSVTexts()
  private let textSize: Int
  private let isASCII: Bool

  /// - Parameters:
  ///   - isKeptAsPlaces: Of which columns the cells are places.
  ///   - textSize: How many bytes the part has.
  init(_ isKeptAsPlaces: [Bool], textSize: Int, isASCII: Bool) {
    columns = isKeptAsPlaces.map { CSVCellColumn(isKeptAsPlaces: $0) }
    (self.textSize, self.isASCII) = (textSize, isASCII)
    capacity = 64
    storage = ArrayStorage(uninitializedByteCount: 64 * columns.count * 8)
  }

  /// What has been found in the columns.
  var found: [CSVColumn] { columns.map(\.found) }

  /// The rows.
  var cells: CSVCells { CSVCells(storage, rowCount: rowCount, columns, texts: texts.storage) }

  /// Takes a row; the column that no form holds, if there is one: then the part is to be read again.
  @inline(__always)
  mutating func take(_ rows: borrowing CSVRows) -> Int? {
    if rowCount == capacity { grow(size: rows.place) }
    let failed = rows.isOdd ? takeOdd(rows) : takePlain(rows)
    rowCount &+= 1
    return failed
  }

  /// Makes room for as many rows as the text seems to have.
  private mutating func grow(size: Int) {
    func expected(_ count: Int) -> Int { count * textSize / max(1, size) / 16 * 17 }
    capacity = max(rowCount * 3 / 2, rowCount == 64 ? expected(rowCount) : 0)
    if rowCount == 64, texts.count > 0 { texts.reserve(expected(texts.count)) }
    let larger = ArrayStorage(uninitializedByteCount: capacity * columns.count * 8)
    // Safe: both have room for the cells there are; the new one is held by nobody else.
    unsafe larger.baseAddress.copyMemory(from: storage.baseAddress, byteCount: rowCount * columns.count * 8)
    storage = larger
  }

  @inline(__always)
  private mutating func takePlain(_ rows: borrowing CSVRows) -> Int? {
    // Safe: there is room for a row more.
    let cells = unsafe storage.baseAddress + rowCount &* columns.count &* 8
    let text = rows.text
    let isASCII = isASCII
    byteCount &+= columns.count
    for column in columns.indices {
      let field = rows.field(column)
      byteCount &+= field.end &- field.start
      let bits: UInt64
      switch columns[column].plainCell(text, field, isASCII: isASCII) {
      case .bits(let known): bits = known
      case .text: bits = texts.add(text, field)
      case .other:
        let whole = CSVField(text.extracting(field.start..<field.end), isQuoted: field.isQuoted)
        guard let found = cell(whole, of: column, isQuoted: field.isQuoted) else { return column }
        bits = found
      }
      // Safe: as above.
      unsafe cells.storeBytes(of: bits, toByteOffset: column &* 8, as: UInt64.self)
    }
    return nil
  }

  private mutating func takeOdd(_ rows: borrowing CSVRows) -> Int? {
    // Safe: there is room for a row more.
    let cells = unsafe storage.baseAddress + rowCount * columns.count * 8
    var failed: Int?
    rows.forEachOddField { column, isQuoted, field in
      byteCount &+= field.whole.byteCount &+ 1
      guard column < columns.count, failed == nil else { return }
      if let bits = cell(field, of: column, isQuoted: isQuoted) {
        // Safe: as above.
        unsafe cells.storeBytes(of: bits, toByteOffset: column &* 8, as: UInt64.self)
      } else {
        failed = column
      }
    }
    return failed
  }

  /// The cell of any field; `nil` if the form of its column does not hold it.
  @inline(never)
  private mutating func cell(_ field: borrowing CSVField, of column: Int, isQuoted: Bool) -> UInt64? {
    guard let (bits, turn) = columns[column].cell(field) else { return nil }
    switch turn {
    case .none: break
    case .toNumbers: turnCells(of: column) { Double(Int64(bitPattern: $0)).bitPattern }
    case .toMoments: turnCells(of: column) { _ in CSVCellColumn.notATime }
    case .toEmptyTexts: turnCells(of: column) { _ in 0 }
    }
    return columns[column].form == .place ? texts.add(field.whole, isQuoted: isQuoted) : bits
  }

  /// Changes the cells that a column has.
  private func turnCells(of column: Int, _ body: (UInt64) -> UInt64) {
    // Safe: there are cells for so many rows; nobody else holds them.
    var cell = unsafe storage.baseAddress + column * 8
    for _ in 0..<rowCount {
      unsafe cell.storeBytes(of: body(cell.load(as: UInt64.self)), as: UInt64.self)
      unsafe cell += columns.count * 8
    }
  }
}
