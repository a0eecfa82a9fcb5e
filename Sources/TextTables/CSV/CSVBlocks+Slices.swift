internal import ArrayBytes
package import ByteIO
package import NDArrays
internal import ParallelLoops

// Slices of a table: no more is read than the parts of the file in which their rows lie, or than what precedes these.

extension CSVBlocks {
  package func read(slice selections: [AxisSelection]) throws(FormatError) -> AnyNDArray {
    var slice = try wrapping { () throws(ArrayError) in try ResolvedSlice(selections, shape: descriptor.shape) }
    let axis = slice.axes[0]
    let last = axis.start + max(0, axis.count - 1) * axis.step
    let covered = axis.count == 0 ? 0..<0 : min(axis.start, last)..<(max(axis.start, last) + 1)
    let (flat, start) = try rows(covered)
    slice.axes[0].start -= start
    let rowShape = Array(descriptor.shape.dropFirst())
    let rowCount = flat.count / max(1, rowShape.reduce(1, *))
    return try wrapping { () throws(ArrayError) in
      try flat.reshaped([rowCount] + rowShape).slice(slice.selections)
    }
  }

  /// The elements of rows that follow each other, and perhaps of some beside them; and the number of the first that there is.
  private func rows(_ range: Range<Int>) throws(FormatError) -> (elements: AnyNDArray, start: Int) {
    guard !range.isEmpty else { return (try elements(room(for: 0), rows: 0), 0) }
    guard let parts else { return (try cursor.rows(range, of: self), range.lowerBound) }
    let firstCount = rowCount - parts.rowCount
    let isFromStart = range.lowerBound < firstCount
    let (group, before) = parts.covering(
      max(0, range.lowerBound - firstCount)..<max(0, range.upperBound - firstCount))
    return (try read(group, of: parts, isFromStart: isFromStart), isFromStart ? 0 : firstCount + before)
  }

  /// The elements of some parts that follow each other, and of what precedes the first.
  func read(
    _ group: ArraySlice<CSVPart>, of parts: CSVTableParts, isFromStart: Bool
  ) throws(FormatError) -> AnyNDArray {
    let firstCount = isFromStart ? rowCount - parts.rowCount : 0
    let count = group.reduce(firstCount) { $0 + $1.rowCount }
    let storage = try room(for: count)
    if firstCount > 0 {
      var rows = try reader.dataRows(isNamed: isNamed)
      guard try reader.nextRow(&rows) else { throw changed }
      // Safe: the storage has room for all rows.
      guard unsafe store(rows, at: storage.baseAddress) else { throw changed }
    }
    // Safe: as above.
    let rest = unsafe SharedMemory(storage.baseAddress + firstCount * rowSize)
    try parts.read(group, slots, rowSize: rowSize, into: rest, changed)
    return try elements(storage, rows: count)
  }
}

extension CSVTableParts {
  /// The parts in which rows lie, and how many rows precede them.
  func covering(_ rows: Range<Int>) -> (parts: ArraySlice<CSVPart>, before: Int) {
    var start = 0
    var first: (place: Int, before: Int)?
    for (place, part) in parts.enumerated() {
      if first == nil, rows.lowerBound < start + part.rowCount { first = (place, start) }
      start += part.rowCount
      if let first, rows.upperBound <= start { return (parts[first.place...place], first.before) }
    }
    return (first.map { parts[$0.place...] } ?? parts[..<0], first?.before ?? 0)
  }
}

/// Where the reading of a table stands that is read from front to back: slices mostly follow each other.
final class CSVCursor: @unchecked Sendable {
  // Unchecked: such a table is read by one thread at a time, as its `seekCost` says.
  private var rows: TextRows?
  private var next = 0

  func rows(_ range: Range<Int>, of table: CSVBlocks) throws(FormatError) -> AnyNDArray {
    var current: TextRows
    if let rows, next <= range.lowerBound {
      current = rows
    } else {
      current = try table.reader.dataRows(isNamed: table.isNamed)
      next = 0
    }
    rows = nil
    while next < range.lowerBound {
      guard try table.reader.nextRow(&current) else { throw table.changed }
      next += 1
    }
    let elements = try table.read(range.count, &current)
    (rows, next) = (current, range.upperBound)
    return elements
  }
}
