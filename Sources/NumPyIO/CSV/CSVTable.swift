internal import ArrayBytes
internal import ByteIO
internal import NDArrays
public import TextTables

/// How a CSV file is read by ``NDArrays/AnyNDArray/init(csv:options:)``.
public struct CSVOptions: Sendable, Hashable {
  /// Whether the first line has the names of the columns; `nil` if that is to be found: it has if no field of it is empty, a
  /// number, a truth value or a date.
  public var hasHeader: Bool?
  /// What separates columns; `nil` for a tab in `.tsv` files, in others a comma or, if the first line has more of them, a
  /// semicolon or a tab.
  public var delimiter: String?
  /// The encoding; `nil` for UTF-8, or what a byte order mark says.
  public var encoding: TextEncoding?

  /// A header that is to be found, the delimiter of the extension.
  public init() {}
}

/// A table of text with names and columns of any type.
struct CSVTable {
  private let source: any ByteSource
  private let hasHeader: Bool?
  /// The rules of CSV: no comments, quotes.
  private let plain: GenFromTextOptions
  /// The fields of the first line as text; none of an empty file.
  private let firstLine: [String]

  /// - Parameter source: The text, inflated; it must be able to give its beginning again.
  init(_ source: any ByteSource, _ options: CSVOptions) throws(FormatError) {
    (self.source, hasHeader) = (source, options.hasHeader)
    let delimiter: String
    if let known = options.delimiter {
      delimiter = known
    } else {
      delimiter = CSVTable.delimiter(of: try source.readBytes(at: 0, upTo: 1 << 16))
    }
    var reading = GenFromTextOptions(dtype: .string(0), delimiter: .text(delimiter))
    reading.comments = nil
    reading.autostrip = true
    reading.encoding = options.encoding
    reading.dialect.quoteCharacter = "\""
    plain = reading
    reading.maxRows = 1
    let line = try AnyNDArray.genFromText(from: source, options: reading).array
    firstLine = try CSVTable.wrapping { () throws(ArrayError) in line.count == 0 ? [] : try line.flattened().strings() }
  }

  /// The comma, semicolon or tab that the first line has most of outside of quotes.
  private static func delimiter(of start: [UInt8]) -> String {
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in start.prefix(while: { $0 != 0x0A }) {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() } else if !isQuoted { counts[byte, default: 0] += 1 }
    }
    func count(_ mark: String) -> Int { counts[mark.utf8.first ?? 0] ?? 0 }
    return [";", "\t"].first { count($0) > count(",") } ?? ","
  }

  /// Whether the first line is one of names: text without a number, a truth value or a date among its fields.
  private var beginsWithNames: Bool { firstLine.allSatisfy { !$0.isEmpty && CSVColumn.isText($0) } }

  /// Whether the first line has a field that `np.loadtxt` takes for no number; a comment is none of its business.
  var isMoreThanNumbers: Bool {
    guard firstLine.first?.hasPrefix("#") == false else { return false }
    return firstLine.contains { $0.isEmpty || Double($0) == nil && (CSVColumn.isText($0) || CSVColumn.isDate($0)) }
  }

  func read() throws(FormatError) -> AnyNDArray {
    let names = firstLine
    guard !names.isEmpty else { throw FormatError(.empty, "there is nothing in the file") }
    let isNamed = hasHeader ?? beginsWithNames
    var reading = plain
    reading.dialect.hasNames = isNamed
    reading.names = isNamed ? nil : .list(names.indices.map { "f\($0)" })
    (reading.dtype, reading.usemask) = (nil, true)
    let table = try AnyNDArray.genFromText(from: source, options: reading)
    // A single row comes without an axis.
    let rows = table.array.ndim == 0 ? [1] : table.array.shape
    let array = try CSVTable.wrapping { () throws(ArrayError) in try table.array.reshaped(rows) }
    let mask = try table.mask.map { (mask) throws(FormatError) in
      try CSVTable.wrapping { () throws(ArrayError) in try mask.reshaped(rows) }
    }
    return try CSVTable.wrapping { () throws(ArrayError) in
      var columns: [CSVColumn] = []
      for field in array.dtype.fields ?? [] {
        let gaps = try mask.map { (mask) throws(ArrayError) in try NDArray<Bool>(mask.field(field.name)).elements }
        columns.append(try CSVColumn(array.field(field.name), gaps: gaps ?? []))
      }
      let arrays = columns.map(\.array)
      if !isNamed, let kind = arrays.first?.dtype.kind, [.signedInteger, .float].contains(kind),
        arrays.allSatisfy({ [.signedInteger, .float].contains($0.dtype.kind) })
      {
        return try AnyNDArray.stacked(arrays, axis: 1)
      }
      return try records(isNamed ? ColumnNames.distinct(names) : arrays.indices.map { "f\($0)" }, arrays)
    }
  }

  private func records(_ names: [String], _ arrays: [AnyNDArray]) throws(ArrayError) -> AnyNDArray {
    let dtype = try DType.structured(zip(names, arrays).map { (name: $0, dtype: $1.dtype) })
    var table = try AnyNDArray(zeros: [arrays.first?.count ?? 0], dtype: dtype)
    for (name, array) in zip(names, arrays) { try table.setField(name, to: array) }
    return table
  }

  private static func wrapping<Result>(_ body: () throws(ArrayError) -> Result) throws(FormatError) -> Result {
    try FormatError.wrapping(.malformed, file: nil, body)
  }
}
