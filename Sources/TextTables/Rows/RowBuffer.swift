internal import ByteIO
internal import NDArrays

/// The rows of an array whose number is not known yet: memory that grows ahead of them.
///
/// What is asked for beyond the rows is address space at first; the system gives pages as they are written to.
struct RowBuffer {
  let rowSize: Int
  private(set) var rows = 0
  private(set) var capacity = 0
  private(set) var storage = ArrayStorage(uninitializedByteCount: 0)

  /// Whether all rows of the file come here, so that room for all of them may be asked for at once.
  let isWhole: Bool

  /// Whether there are bytes in a row that nobody writes: they are zeros then, not what memory held before.
  private let hasGaps: Bool

  init(rowSize: Int, hasGaps: Bool, isWhole: Bool = false) {
    self.rowSize = rowSize
    self.isWhole = isWhole
    self.hasGaps = hasGaps
  }

  /// Makes room for more rows.
  ///
  /// - Parameter expected: How many rows there may be in all; what is asked for at once if it is more.
  mutating func reserve(_ more: Int, expected: Int = 0) throws(FormatError) {
    guard capacity - rows < more else { return }
    let (least, overflow) = rows.addingReportingOverflow(more)
    var wanted = max(least, expected, capacity + capacity / 2)
    // What is expected only may be too much, where what is needed is not.
    if rowSize > 0, wanted > ArrayStorage.maxBytes / rowSize { wanted = least }
    let (bytes, tooLarge) = wanted.multipliedReportingOverflow(by: rowSize)
    guard !overflow, !tooLarge, (try? ArrayStorage.requireRoom(for: bytes)) != nil else {
      throw FormatError(
        .limitExceeded,
        "array is too big. Cannot read file as a single array; providing a maximum number of rows to read may help.")
    }
    let larger = hasGaps ? ArrayStorage(zeroedByteCount: bytes) : ArrayStorage(uninitializedByteCount: bytes)
    // Safe: both have room for the rows there are; the new one is held by nobody else.
    unsafe larger.baseAddress.copyMemory(from: storage.baseAddress, byteCount: rows * rowSize)
    storage = larger
    capacity = wanted
  }

  /// Where the next row goes.
  var end: UnsafeMutableRawPointer {
    // Safe: the rows that there are lie within the storage.
    unsafe storage.baseAddress + rows * rowSize
  }

  /// Counts rows that were written at ``end``, within what was reserved.
  mutating func add(_ count: Int) { rows += count }

  /// Forgets the last rows.
  mutating func removeLast(_ count: Int) { rows -= min(max(0, count), rows) }

  /// Forgets the rows; their memory takes others, unless someone else holds it.
  mutating func clear() throws(FormatError) {
    rows = 0
    if !isKnownUniquelyReferenced(&storage) {
      let wanted = capacity
      capacity = 0
      try reserve(wanted)
    }
  }
}
