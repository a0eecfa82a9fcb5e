internal import NDArrays
internal import NumberText

/// Recognises tables whose rows can be read by ``NumericRowReader``, ``MixedRowReader`` or ``FixedWidthRowReader``: plain values
/// between single delimiters, or in columns of fixed widths.
///
/// The rows that these give back go to ``RowTokenizer`` (``LineSplitter`` in `genfromtxt`) and ``FieldConversion``.
enum FastRowReader: Sendable {
  case numbers(NumericRowReader)
  /// Numbers of one kind, of which some rows may have quotes around them.
  case quotedNumbers(NumericRowReader, MixedRowReader)
  case records(MixedRowReader)
  case fixedWidths(FixedWidthRowReader)

  /// `nil` if the rows are not of the kind that can be read so.
  init?(_ syntax: TextSyntax, _ slots: FieldSlots, useColumns: [Int]?, rowSize: Int, isHomogeneous: Bool) {
    guard syntax.longComments.isEmpty, syntax.delimiter.count <= 1, let first = slots.first,
      syntax.quote.isEmpty || [[0x22], [0x27]].contains(syntax.quote)
    else { return nil }
    let delimiter = syntax.delimiter.first ?? 0
    guard FastRowReader.isPlain(delimiter: delimiter, comment: syntax.comment.first) else { return nil }
    let element = isHomogeneous && useColumns == nil ? FastRowReader.element(first.dtype) : nil
    let numbers = element.map { NumericRowReader($0, delimiter: delimiter, columnCount: slots.count) }
    if let numbers, syntax.quote.isEmpty {
      self = .numbers(numbers)
      return
    }
    let records = MixedRowReader(
      slots, delimiter: delimiter, comment: syntax.comment, useColumns, rowSize, quote: syntax.quote.first)
    switch (numbers, records) {
    case (let numbers?, let records?): self = .quotedNumbers(numbers, records)
    case (let numbers?, nil): self = .numbers(numbers)
    case (nil, let records?): self = .records(records)
    case (nil, nil): return nil
    }
  }

  /// Whether the marks cannot be part of a number or a line end.
  static func isPlain(delimiter: UInt8, comment: UInt8?) -> Bool {
    guard delimiter == 0 || Array(",;:|\t ".utf8).contains(delimiter) else { return false }
    guard let comment else { return true }
    return comment < 0x80 && !Array("0123456789+-.eEinfatyINFATY \t\r\n".utf8).contains(comment)
  }

  /// The kind of number that a dtype is; `nil` for others.
  static func element(_ dtype: DType) -> NumericRowReader.Element? {
    guard dtype.isNative else { return nil }
    switch (dtype.kind, dtype.itemSize) {
    case (.signedInteger, 1): return .int8
    case (.signedInteger, 2): return .int16
    case (.signedInteger, 4): return .int32
    case (.signedInteger, _): return .int64
    case (.unsignedInteger, 1): return .uint8
    case (.unsignedInteger, 2): return .uint16
    case (.unsignedInteger, 4): return .uint32
    case (.unsignedInteger, _): return .uint64
    case (.float, 4): return .float
    case (.float, 8): return .double
    default: return nil
    }
  }

  /// Reads rows as long as they are plain.
  ///
  /// - Parameters:
  ///   - position: The start of a line; moves to the start of the first line that was not read.
  ///   - target: Room for `capacity` rows.
  /// - Returns: The number of rows that were read.
  func read(
    _ text: RawSpan, _ position: inout Int, into target: UnsafeMutableRawPointer, capacity: Int
  ) -> Int {
    var words = WordPlaces()
    // Safe: the caller has room for `capacity` rows.
    return unsafe read(text, &position, into: target, capacity: capacity, words: &words)
  }

  /// As above, and notes the words that were taken for missing values.
  func read(
    _ text: RawSpan, _ position: inout Int, into target: UnsafeMutableRawPointer, capacity: Int,
    words: inout WordPlaces
  ) -> Int {
    // Safe: the caller has room for `capacity` rows, which is what each reader needs.
    switch self {
    case .numbers(let rows): return unsafe rows.read(text, &position, into: target, capacity: capacity)
    case .quotedNumbers(let rows, let records):
      let count = unsafe rows.read(text, &position, into: target, capacity: capacity)
      if count > 0 { return count }
      return unsafe records.read(text, &position, into: target, capacity: capacity, words: &words)
    case .records(let rows): return unsafe rows.read(text, &position, into: target, capacity: capacity, words: &words)
    case .fixedWidths(let rows):
      return unsafe rows.read(text, &position, into: target, capacity: capacity, words: &words)
    }
  }
}
