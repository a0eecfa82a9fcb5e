internal import ArrayBytes
package import ByteIO
package import NDArrays

/// Reads a table of text with gaps piece by piece, as ``TextTableReader`` does for `loadtxt`: for tables that are larger
/// than memory.
///
/// Where types are to be found, or rows left out at the end, the file is read twice: what a column is only its last line
/// may tell.
package final class GenFromTextReader {
  private var table: GenFromTextTable
  private let plan: GenFromTextTable.TypedPlan
  private let start: Int
  private var cursor: GenFromTextTable.TypedCursor
  private var widths: [Int]
  /// What a reading before this one has found.
  private let survey: GenFromTextTable.Survey?

  /// The type of an element or a record.
  package var dtype: DType { plan.target }
  /// The type of what marks the missing values of an element or a record.
  package var maskDType: DType { get throws(FormatError) { try table.maskDType(plan.target) } }
  /// The shape of a row: one dimension, or none for records.
  package var rowShape: [Int] { plan.target.isStructured ? [] : [plan.slots.count] }
  /// How many rows have been read.
  package var rowCount: Int { cursor.rowCount }

  /// How many bytes of rows are read at once.
  private static let pieceSize = 8 << 20

  private init(
    _ table: GenFromTextTable, _ plan: GenFromTextTable.TypedPlan, _ start: Int, _ widths: [Int],
    _ survey: GenFromTextTable.Survey?
  ) throws(FormatError) {
    self.table = table
    self.survey = survey
    self.plan = plan
    self.start = start
    self.widths = widths
    cursor = GenFromTextTable.TypedCursor(lines: try table.lines(from: start))
  }

  /// Opens a table; `nil` if it is of the kind that is read as a whole only: text whose length a dtype leaves open,
  /// converters, a stream.
  package static func open(
    _ source: any ByteSource, options: GenFromTextOptions
  ) throws(FormatError) -> GenFromTextReader? {
    do throws(FormatError) {
      let (source, options) = try options.prepared(source)
      var quiet = options
      // An empty table is reported when it is read as a whole.
      quiet.onWarning = nil
      var table = try GenFromTextTable(source, quiet)
      let (_, start) = try table.open()
      guard table.isTypable else { return nil }
      var widths = [Int](repeating: 1, count: table.columnCount)
      var survey: GenFromTextTable.Survey?
      if table.dtype == nil || options.skipFooter > 0 {
        survey = try table.survey(from: start, &widths)
        guard let survey else { return nil }
        if options.skipFooter > 0 { table.options.maxRows = survey.keptCount }
      }
      guard let plan = try table.typedPlan(widths) else { return nil }
      table.words = WordCount()
      table.options.onWarning = options.onWarning
      return try GenFromTextReader(table, plan, start, widths, survey)
    } catch { throw error.at(file: source.name) }
  }

  /// The next rows, and which of their values are missing if that is asked for; `nil` at the end.
  ///
  /// - Throws: ``FormatError`` as ``AnyNDArray/genFromText(from:options:)-(any ByteSource,_)``; rows of another length are
  ///   told at the end.
  package func next() throws(FormatError) -> GenFromTextResult? {
    guard !cursor.hasEnded else { return nil }
    do throws(FormatError) {
      var store = RowBuffer(rowSize: plan.rowSize, hasGaps: plan.hasGaps)
      try store.reserve(max(1, GenFromTextReader.pieceSize / max(1, plan.rowSize)))
      switch try table.fill(&store, &cursor, plan, from: start, &widths) {
      case nil: break
      case .upgraded: throw FormatError(.malformed, "the file has changed while it was read")
      case .misfit(let error):
        // Lines with another number of columns are told first.
        let invalid = try cursor.invalid + table.invalidLines(behind: &cursor, from: start)
        _ = try table.report(invalid, rowCount: cursor.rowCount + invalid.count)
        throw error
      }
      if cursor.hasEnded {
        _ = try table.report(survey?.invalid ?? cursor.invalid, rowCount: survey?.rowCount ?? cursor.rowCount)
        table.reportWords(rowCount: cursor.rowCount)
      }
      if store.rows == 0 { return nil }
      let array = try FormatError.wrapping(.limitExceeded, file: nil) { () throws(ArrayError) in
        try AnyNDArray(storage: store.storage, dtype: dtype, shape: [store.rows] + rowShape)
      }
      guard table.options.usemask else { return GenFromTextResult(array: array, mask: nil) }
      let mask = try table.maskArray(cursor.mask, dtype, rowCount: store.rows)
      cursor.mask = []
      return GenFromTextResult(array: array, mask: mask)
    } catch { throw error.at(file: table.source.name) }
  }
}

extension GenFromTextTable {
  /// What a first reading has found.
  struct Survey {
    /// How many rows there are, those of the footer among them.
    var rowCount: Int
    /// The lines with another number of columns.
    var invalid: [(line: Int, count: Int)]
    /// How many rows stand before the footer.
    var keptCount: Int
  }

  /// Finds the types of all columns, the widths of their texts and the number of rows, in bounded memory; `nil` if they
  /// are of kinds that are not read so.
  fileprivate mutating func survey(from start: Int, _ widths: inout [Int]) throws(FormatError) -> Survey? {
    if dtype == nil { try sample(from: start, &widths) }
    for _ in 0..<attempts {
      guard let plan = try typedPlan(widths) else { return nil }
      guard let (cursor, narrow) = try scan(plan, from: start, &widths) else { continue }
      guard cursor.rowCount > options.skipFooter else { return nil }
      let footer = withoutFooter(cursor.invalid, rowCount: cursor.rowCount).footer
      let kept = cursor.rowCount - footer
      let survey = Survey(rowCount: cursor.rowCount, invalid: cursor.invalid, keptCount: kept)
      widths = narrow
      guard footer > 0, dtype == nil, plan.slots.contains(where: { $0.dtype.kind == .string }) else { return survey }
      // Texts are as wide as what is kept of them.
      let limit = options.maxRows
      options.maxRows = kept
      defer { options.maxRows = limit }
      var ignored = widths
      guard let (_, narrowest) = try scan(plan, from: start, &ignored) else { return nil }
      widths = narrowest
      return survey
    }
    return nil
  }

  /// Goes through all rows; `nil` if they do not fit the plan. The widths are those of the longest texts.
  private mutating func scan(
    _ plan: TypedPlan, from start: Int, _ widths: inout [Int]
  ) throws(FormatError) -> (cursor: TypedCursor, narrow: [Int])? {
    var cursor = TypedCursor(lines: try lines(from: start))
    var store = RowBuffer(rowSize: plan.rowSize, hasGaps: plan.hasGaps)
    try store.reserve(max(1, (4 << 20) / max(1, plan.rowSize)))
    var narrow = [Int](repeating: 1, count: columnCount)
    while !cursor.hasEnded {
      if try fill(&store, &cursor, plan, from: start, &widths) != nil { return nil }
      for (index, slot) in plan.slots.enumerated() where slot.dtype.kind == .string {
        narrow[index] = max(narrow[index], longest(slot, store))
      }
      try store.clear()
      cursor.mask.removeAll(keepingCapacity: true)
    }
    return (cursor, narrow)
  }
}
