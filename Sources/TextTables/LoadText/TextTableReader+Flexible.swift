internal import ArrayBytes
package import ByteIO
package import NDArrays

/// Dtypes whose sizes or units are found from the data.
extension TextTableReader {
  /// A piece in the narrowest dtype that holds it.
  func nextFlexible(_ plan: RowPlan) throws(FormatError) -> AnyNDArray? {
    // The rows that are read must be those that were looked at: of the block at hand.
    readsChunks = false
    while !hasEnded {
      let narrow = try narrowest(plan)
      let fixed = plan.fixed(narrow, columnCount: columnCount)
      var store = RowBuffer(rowSize: fixed.rowSize, hasGaps: false)
      _ = try readBlock(into: &store, fixed)
      if store.rows > 0 { return try array(store, narrow) }
    }
    return nil
  }

  /// Reads all rows that are left, and tells in which dtype they can be read, and how many there are.
  package func survey() throws(FormatError) -> (dtype: DType, rowCount: Int) {
    var scan = FlexibleScan(dtype)
    while let part = try next() { scan.include(part.dtype) }
    return (scan.result, rowCount)
  }

  /// Looks through the rows of the block at hand.
  private func narrowest(_ plan: RowPlan) throws(FormatError) -> DType {
    var parser = RowParser(plan)
    var position = firstRow
    var scan = FlexibleScan(dtype)
    let limit = options.maxRows.map { $0 - rowCount } ?? .max
    var rows = 0
    withText { text in
      while rows < limit, position < text.byteCount {
        guard let count = parser.countColumns(text, &position, isLast: blocks.isLast) else { break }
        if count == 0 { continue }
        rows += 1
        parser.forEachField(text) { index, field in
          if let converter = plan.converter(index) {
            if let value = try? converter(String(decoding: field, as: UTF8.self)), case .text(let text) = value {
              scan.look(at: Array(text.utf8))
            }
          } else {
            scan.look(at: field)
          }
        }
      }
    }
    return scan.result
  }

  func readAllFlexible() throws(FormatError) -> AnyNDArray {
    var parts: [AnyNDArray] = []
    while let part = try next() { parts.append(part) }
    return try FormatError.wrapping(.badValue, file: blocks.source.name) { () throws(ArrayError) in
      try FlexibleScan.joined(parts, dtype: dtype, rowShape: rowShape)
    }
  }
}

extension RowPlan {
  /// The same plan for elements whose size is known now.
  fileprivate func fixed(_ dtype: DType, columnCount: Int) -> RowPlan {
    let slots = FieldSlots(alike: dtype, count: columnCount)
    let rowSize = columnCount * dtype.itemSize
    return RowPlan(
      syntax: syntax, dtypeName: dtypeName, slots: slots, rowSize: rowSize, useColumns: useColumns,
      converters: converters,
      isHomogeneous: isHomogeneous)
  }
}
