package import ByteIO
package import NDArrays

/// Reads a table of text with gaps piece by piece, as ``TextTableReader`` does for `loadtxt`: for tables that are larger
/// than memory.
///
/// Where types are to be found the file is read twice: what a column is only its last line may tell.
package final class GenFromTextReader {
  private var table: GenFromTextTable
  private let plan: GenFromTextTable.TypedPlan
  private let start: Int
  private var cursor: GenFromTextTable.TypedCursor
  private var widths: [Int]

  /// The type of an element or a record.
  package var dtype: DType { plan.target }
  /// The shape of a row: one dimension, or none for records.
  package var rowShape: [Int] { plan.target.isStructured ? [] : [plan.leaves.count] }
  /// How many rows have been read.
  package var rowCount: Int { cursor.rowCount }

  /// How many bytes of rows are read at once.
  private static let pieceSize = 8 << 20

  private init(
    _ table: GenFromTextTable, _ plan: GenFromTextTable.TypedPlan, _ start: Int, _ widths: [Int]
  ) throws(FormatError) {
    self.table = table
    self.plan = plan
    self.start = start
    self.widths = widths
    cursor = GenFromTextTable.TypedCursor(lines: try table.lines(from: start))
  }

  /// Opens a table; `nil` if it is of the kind that is read as a whole only: complex numbers and truth values whose type
  /// is to be found, chosen columns, a footer, a mask, converters, widths instead of a delimiter, a stream.
  package static func open(
    _ source: any ByteSource, options: GenFromTextOptions
  ) throws(FormatError) -> GenFromTextReader? {
    do throws(FormatError) {
      var quiet = options
      // An empty table is told of by whoever reads it as a whole.
      quiet.onWarning = nil
      var table = try GenFromTextTable(source, quiet)
      let (_, start) = try table.open()
      guard table.isTypable else { return nil }
      var widths = [Int](repeating: 1, count: table.columnCount)
      if table.dtype == nil {
        guard try table.settleTypes(from: start, &widths) else { return nil }
      }
      guard let plan = try table.typedPlan(widths) else { return nil }
      table.options.onWarning = options.onWarning
      return try GenFromTextReader(table, plan, start, widths)
    } catch { throw error.at(file: source.name) }
  }

  /// The next rows; `nil` at the end.
  ///
  /// - Throws: ``FormatError`` as ``AnyNDArray/genFromText(from:options:)-(any ByteSource,_)``; rows of another length are
  ///   told at the end.
  package func next() throws(FormatError) -> AnyNDArray? {
    guard !cursor.hasEnded else { return nil }
    do throws(FormatError) {
      var store = RowStore(rowSize: plan.rowSize, hasGaps: plan.hasGaps)
      try store.reserve(max(1, GenFromTextReader.pieceSize / max(1, plan.rowSize)))
      switch try table.fill(&store, &cursor, plan, from: start, &widths) {
      case nil: break
      case .climbed: throw FormatError(.malformed, "the file has changed while it was read")
      case .misfit(let value, let dtype): throw table.outOfBounds(value, dtype)
      }
      if cursor.hasEnded { _ = try table.report(cursor.invalid) }
      if store.rows == 0 { return nil }
      return try FormatError.wrapping(.limitExceeded, file: nil) { () throws(ArrayError) in
        try AnyNDArray(storage: store.storage, dtype: dtype, shape: [store.rows] + rowShape)
      }
    } catch { throw error.at(file: table.source.name) }
  }
}

extension GenFromTextTable {
  /// Finds the types of all columns and the widths of their texts, in bounded memory; false if they are of kinds that are
  /// not read so.
  fileprivate mutating func settleTypes(from start: Int, _ widths: inout [Int]) throws(FormatError) -> Bool {
    try sample(from: start, &widths)
    attempts: for _ in 0..<attempts {
      guard let plan = try typedPlan(widths) else { return false }
      var cursor = TypedCursor(lines: try lines(from: start))
      var store = RowStore(rowSize: plan.rowSize, hasGaps: plan.hasGaps)
      try store.reserve(max(1, (4 << 20) / max(1, plan.rowSize)))
      var narrow = [Int](repeating: 1, count: columnCount)
      while !cursor.hasEnded {
        if try fill(&store, &cursor, plan, from: start, &widths) != nil { continue attempts }
        for (index, leaf) in plan.leaves.enumerated() where leaf.dtype.kind == .string {
          narrow[index] = max(narrow[index], longest(leaf, store))
        }
        try store.clear()
      }
      widths = narrow
      return cursor.rowCount > 0
    }
    return false
  }
}
