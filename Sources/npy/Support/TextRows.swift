import ByteIO
import NumPyIO

/// A table of text that is gone through block by block, so that no more than a few megabytes of it are in memory.
struct TextRows {
  /// What gives the rows.
  private enum Reader {
    case load(TextTableReader)
    case gaps(GenFromTextReader)

    var dtype: DType {
      switch self {
      case .load(let reader): reader.dtype
      case .gaps(let reader): reader.dtype
      }
    }

    var rowShape: [Int] {
      switch self {
      case .load(let reader): reader.rowShape
      case .gaps(let reader): reader.rowShape
      }
    }

    func next() throws(FormatError) -> GenFromTextResult? {
      switch self {
      case .load(let reader): try reader.next().map { GenFromTextResult(array: $0) }
      case .gaps(let reader): try reader.next()
      }
    }
  }

  /// What there is to go through.
  private enum Content {
    /// The whole table, of at most one row: such a table has other axes than longer ones.
    case short(AnyNDArray)
    /// The first rows, two at least, and those behind them.
    case long([GenFromTextResult], Reader)
  }
  private let content: Content
  private let ndmin: Int
  private let unpacks: Bool
  private let source: any ByteSource

  /// From this size on tables with gaps are gone through so: smaller ones are read once, as a whole.
  private static var largeSize: Int { 32 << 20 }

  /// Whether it is worth the while.
  private static func isLarge(_ source: any ByteSource) throws(FormatError) -> Bool {
    if let count = source.byteCount { return count >= largeSize }
    guard source.isSeekable else { return false }
    return try !source.readBytes(at: largeSize, upTo: 1).isEmpty
  }

  /// Opens a table; `nil`, with nothing read that could not be read again, if it cannot be gone through so: for Python's
  /// objects, for records that are taken apart, and for what `genfromtxt` does to all rows at once.
  init?(_ source: any ByteSource, _ kind: FileKindName, _ reading: SourceOptions) throws {
    self.source = source
    ndmin = reading.text.ndmin
    unpacks = reading.text.unpack
    if reading.text.gaps.genfromtxt {
      let options = try reading.gapOptions(kind, of: source)
      guard try TextRows.isLarge(source),
        let reader = try GenFromTextReader.open(source, options: options), !(unpacks && reader.dtype.isStructured)
      else { return nil }
      let first = try TextRows.firstRows(.gaps(reader), source)
      guard first.reduce(0, { $0 + $1.array.shape[0] }) >= 2 else { return nil }
      content = .long(first, .gaps(reader))
      source.willBeReadOnce()
      return
    }
    var options = try reading.loadOptions(kind)
    guard options.dtype.kind != .object, !(unpacks && options.dtype.isStructured) else { return nil }
    if options.dtype.isFlexible {
      guard try TextRows.isLarge(source) else { return nil }
      var quiet = options
      quiet.onWarning = nil
      let survey = try ByteProgress.reading(source, total: source.byteCount) { () throws(FormatError) in
        try TextTableReader(source, options: quiet).survey()
      }
      guard survey.rowCount >= 2 else { return nil }
      options.dtype = survey.dtype
    }
    source.willBeReadOnce()
    let reader = try TextTableReader(source, options: options)
    let first = try TextRows.firstRows(.load(reader), source)
    guard reader.rowCount < 2 else {
      content = .long(first, .load(reader))
      return
    }
    let rows = try FormatError.wrapping(.limitExceeded, file: source.name) { () throws(ArrayError) in
      if let rows = first.first?.array { return rows }
      return try AnyNDArray(zeros: [0] + reader.rowShape, dtype: reader.dtype)
    }
    content = .short(reader.finished(rows))
  }

  /// Reads until there are two rows, or no more.
  private static func firstRows(_ reader: Reader, _ source: any ByteSource) throws(FormatError) -> [GenFromTextResult] {
    try ByteProgress.reading(source, total: source.byteCount) { () throws(FormatError) in
      var first: [GenFromTextResult] = []
      while first.count < 2, let rows = try reader.next() {
        first.append(rows)
        if rows.array.shape[0] >= 2 { break }
      }
      return first
    }
  }

  /// The table, if it has no more than one row.
  var short: AnyNDArray? {
    if case .short(let array) = content { return array }
    return nil
  }

  /// The type of the elements.
  var dtype: DType {
    switch content {
    case .short(let array): array.dtype
    case .long(_, let reader): reader.dtype
    }
  }

  /// The type of what marks the missing values of an element.
  var maskDType: DType {
    get throws(FormatError) {
      if case .long(_, .gaps(let reader)) = content { return try reader.maskDType }
      return .bool
    }
  }

  /// The shape of a row as the array has it: a single column is an axis of its own only if two are asked for.
  var rowShape: [Int] {
    switch content {
    case .short(let array): return Array(array.shape.dropFirst())
    case .long(_, let reader):
      let isDeep = ndmin == 2
      if reader.rowShape.isEmpty { return isDeep ? [1] : [] }
      return reader.rowShape == [1] && !isDeep ? [] : reader.rowShape
    }
  }

  /// Whether the array is the table turned over, each column a row.
  var isTransposed: Bool { unpacks && !rowShape.isEmpty }

  /// Calls `body` with block after block of rows, never turned over.
  func forEachBlock(_ body: (AnyNDArray) throws(FormatError) -> Void) throws(FormatError) {
    try forEachResult { (block: GenFromTextResult) throws(FormatError) in try body(block.array) }
  }

  /// As ``forEachBlock(_:)``, with what is missing of each block.
  func forEachResult(_ body: (GenFromTextResult) throws(FormatError) -> Void) throws(FormatError) {
    guard case .long(let first, let reader) = content else {
      if let short { try body(GenFromTextResult(array: short)) }
      return
    }
    let rowShape = rowShape
    func shaped(_ rows: AnyNDArray) throws(FormatError) -> AnyNDArray {
      try FormatError.wrapping(.badArgument, file: source.name) { () throws(ArrayError) in
        try rows.reshaped([rows.shape[0]] + rowShape)
      }
    }
    func hand(_ rows: GenFromTextResult) throws(FormatError) {
      let mask: AnyNDArray?
      if let known = rows.mask { mask = try shaped(known) } else { mask = nil }
      try body(GenFromTextResult(array: shaped(rows.array), mask: mask))
    }
    try ByteProgress.reading(source, total: source.byteCount) { () throws(FormatError) in
      for rows in first { try hand(rows) }
      while let rows = try reader.next() { try hand(rows) }
    }
  }
}
