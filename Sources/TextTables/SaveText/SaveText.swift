internal import ArrayBytes
public import ByteIO
public import NDArrays

internal import NumberText
internal import ParallelLoops
internal import Locks

extension AnyNDArray {
  /// Saves the array as text, byte for byte as NumPy's `np.savetxt` would.
  ///
  /// A one-dimensional array is a column; one of records has a column per field. The file appears whole or not at
  /// all, as with `save(to:replacing:)`. Rows are formatted on all cores.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` and NumPy's wording for an array of no or more than two axes,
  ///   or a format that does not go with the dtype; with code `badValue` for a value that the format or the encoding
  ///   cannot express.
  public func saveText(
    to path: String, options: SaveTextOptions = SaveTextOptions(), replacing: Bool = true,
    durability: Durability = .consistent
  ) throws(FormatError) {
    var options = options
    options.encoding = options.encoding ?? .utf8
    try ByteProgress.operation(.writing, path, total: nbytes, counting: .array) { () throws(FormatError) in
      try TextFile.write(to: path, replacing: replacing, durability: durability) {
        (sink: any ByteSink) throws(FormatError) in
        try writeText(to: sink, options: options)
      }
    }
  }

  /// Writes the array as text: NumPy's `np.savetxt` to a stream. See `saveText(to:options:replacing:durability:)`.
  ///
  /// - Throws: As `saveText(to:options:replacing:durability:)`.
  public func writeText(
    to sink: any ByteSink, options: SaveTextOptions = SaveTextOptions()
  ) throws(FormatError) {
    var writer = try TextTableWriter(
      sink, dtype: dtype, rowShape: Array(shape.dropFirst()), ndim: ndim, options: options)
    try writer.append(self)
    try writer.finish()
  }
}

extension NDArray {
  /// Saves the array as text: NumPy's `np.savetxt(path, array, fmt=format, …)`. See
  /// `AnyNDArray.saveText(to:options:replacing:durability:)`.
  ///
  /// - Throws: As `AnyNDArray.saveText(to:options:replacing:durability:)`.
  public func saveText(
    to path: String, format: TextFormat = "%.18e", delimiter: String = " ", newline: String = "\n",
    header: String = "", footer: String = "", commentPrefix: String = "# ", encoding: TextEncoding? = nil
  ) throws(FormatError) {
    try untyped.saveText(
      to: path,
      options: SaveTextOptions(
        format: format, delimiter: delimiter, newline: newline, header: header, footer: footer,
        commentPrefix: commentPrefix, encoding: encoding))
  }
}

/// Writes a table as text piece by piece, for arrays that are larger than memory: `savetxt` in instalments.
///
/// ```swift
/// var writer = try TextTableWriter(sink, dtype: .float64, rowShape: [4])
/// try NPYFile(opening: "a.npy").forEachChunk { _, rows in try writer.append(rows) }
/// try writer.finish()
/// ```
public struct TextTableWriter {
  private let sink: any ByteSink
  private let options: SaveTextOptions
  private let encoding: TextEncoding
  private let dtype: DType
  private let rowShape: [Int]
  private let rows: RowWriter
  private let valuesPerRow: Int
  /// Whether something has been written: a table without text is an empty file, as Python's.
  private var hasBegun = false

  /// Begins a table: writes the header, if there is one.
  ///
  /// - Parameters:
  ///   - sink: Where the text goes.
  ///   - dtype: The type of the elements.
  ///   - rowShape: The shape of a row: empty for a one-dimensional array, else one dimension.
  ///   - options: The parameters of `savetxt`.
  /// - Throws: ``FormatError`` as `AnyNDArray.saveText(to:options:replacing:durability:)`, unless it concerns a value.
  public init(
    _ sink: any ByteSink, dtype: DType, rowShape: [Int] = [], options: SaveTextOptions = SaveTextOptions()
  ) throws(FormatError) {
    guard !dtype.hasObjects else {
      throw FormatError(.unsupported, "arrays of objects cannot be written as text", file: sink.name)
    }
    try self.init(sink, dtype: dtype, rowShape: rowShape, ndim: rowShape.count + 1, options: options)
  }

  /// As above, for an array of any number of axes, of which only one and two are tables.
  package init(
    _ sink: any ByteSink, dtype: DType, rowShape: [Int], ndim: Int, options: SaveTextOptions
  ) throws(FormatError) {
    guard ndim == 1 || ndim == 2 else {
      throw FormatError(.badArgument, "Expected 1D or 2D array, got \(ndim)D array instead", file: sink.name)
    }
    self.sink = sink
    self.options = options
    self.dtype = dtype
    self.rowShape = rowShape
    encoding = options.encoding ?? .latin1
    let columnCount = ndim == 2 ? rowShape[0] : dtype.fields?.count ?? 1
    let quoting = options.quoteCharacter.map {
      FieldQuoting(quote: $0, delimiter: options.delimiter, isOnly: columnCount == 1)
    }
    // NumPy writes the parts of complex numbers under a format each; in CSV they are texts like all others.
    let isComplex = dtype.kind == .complex && !(quoting != nil && options.format == "%s")
    let columns = TextTableWriter.columns(dtype, ndim: ndim, count: columnCount, isComplex: isComplex)
    valuesPerRow = columns.count
    do throws(FormatError) {
      rows = RowWriter(
        try RowFormat(
          options.format, delimiter: options.delimiter, columnCount: columnCount, columns: columns, dtype: dtype,
          isComplex: isComplex), newline: options.newline,
        quoting: quoting, keepsDigits: options.keepsDigits)
    } catch { throw error.at(file: sink.name) }
    try writeComment(options.header)
    try writeNames(quoting, columnCount)
  }

  /// The names of the fields, which are quoted as texts are; of texts without fields NumPy's names for these, since who reads
  /// them would take the first row for names.
  private mutating func writeNames(_ quoting: FieldQuoting?, _ columnCount: Int) throws(FormatError) {
    guard options.writesNames else { return }
    let names: [String]
    if let fields = dtype.fields, rowShape.isEmpty {
      names = fields.map(\.name)
    } else if [.string, .bytes, .timedelta, .void, .object].contains(dtype.kind) {
      names = (0..<columnCount).map { "f\($0)" }
    } else {
      return
    }
    var line = TextBuffer()
    for (index, name) in names.enumerated() {
      if index > 0 { line.append(options.delimiter) }
      let start = line.count
      line.append(name)
      quoting?.finish(from: start, in: &line)
    }
    line.append(options.newline)
    try begin()
    try write(encoding.encode(line.array))
  }

  /// What a row hands to the format.
  private static func columns(_ dtype: DType, ndim: Int, count: Int, isComplex: Bool) -> TextColumns {
    if ndim == 1, let fields = dtype.fields {
      let unit = fields.map { TextColumn(dtype: $0.dtype.native, declared: $0.dtype, offset: $0.offset) }
      return TextColumns(unit: unit, repeats: 1, stride: 0)
    }
    guard isComplex else {
      let unit = [TextColumn(dtype: dtype.native, declared: dtype, offset: 0)]
      return TextColumns(unit: unit, repeats: count, stride: dtype.itemSize)
    }
    let part: DType = dtype.itemSize == 8 ? .float32 : dtype.itemSize == 16 ? .float64 : .longDouble
    let unit = [0, part.itemSize].map { TextColumn(dtype: part, declared: part, offset: $0) }
    return TextColumns(unit: unit, repeats: count, stride: dtype.itemSize)
  }

  /// Writes more rows: an array of the shape `[n] + rowShape`.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for another shape or dtype, `badValue` for a value that cannot
  ///   be written.
  public mutating func append(_ array: AnyNDArray) throws(FormatError) {
    guard array.ndim == rowShape.count + 1, Array(array.shape.dropFirst()) == rowShape,
      array.dtype.native == dtype.native, !dtype.hasObjects
    else {
      throw FormatError(.badArgument, "the rows do not fit the table", file: sink.name)
    }
    let rowCount = array.shape[0]
    guard array.count > 0 || rowCount <= ArrayDescriptor.maxEmptyElements else {
      throw FormatError(
        .limitExceeded,
        "\(rowCount) rows without columns: a table may have \(ArrayDescriptor.maxEmptyElements) of them",
        file: sink.name)
    }
    if rowCount > 0 { try begin() }
    // A piece's text is to stay in the cache of the core that makes it.
    let step = max(1, 16_384 / max(1, valuesPerRow))
    let pool = TextPiecePool()
    let target = SequentialSink(sink)
    let (writer, encoding) = (rows, encoding)
    let rowSize = rowShape.reduce(dtype.itemSize, *)
    let (progress, name) = (ByteProgress.current, sink.name)
    do throws(FormatError) {
      try Parallel.ordered(
        rowCount / step + (rowCount % step == 0 ? 0 : 1),
        produce: { (index: Int) throws(FormatError) -> TextPiece? in
          let range = (index * step)..<min(rowCount, (index + 1) * step)
          let piece = pool.take()
          let rows = try FormatError.wrapping(.badArgument, file: nil) { () throws(ArrayError) in
            try array.slice([.range(lower: range.lowerBound, upper: range.upperBound)]).nativeByteOrder()
          }
          // Safe: the bytes are used within the call only.
          try unsafe rows.withContiguousBytes { (bytes: UnsafeRawBufferPointer) throws(FormatError) in
            try unsafe writer.append(range.count, rowSize: rowSize, of: bytes, to: &piece.text)
          }
          try piece.encode(encoding, newline: writer.newline)
          return piece
        },
        consume: { (index: Int, piece: TextPiece) throws(FormatError) in
          try target.write(piece)
          pool.giveBack(piece)
          try progress?.advance(.array, by: min(step, rowCount - index * step) * rowSize, file: name)
        })
    } catch { throw error.at(file: sink.name) }
  }

  /// Writes more rows, of objects.
  ///
  /// - Parameters:
  ///   - rowCount: The number of rows.
  ///   - value: The object in a row and a column, both counted from 0.
  /// - Throws: ``FormatError`` with code `badArgument` for an object that does not go with its conversion.
  package mutating func append(
    objects rowCount: Int, _ value: (_ row: Int, _ column: Int) throws(FormatError) -> TextObject
  ) throws(FormatError) {
    if rowCount > 0 { try begin() }
    let piece = TextPiece()
    let target = SequentialSink(sink)
    do throws(FormatError) {
      for row in 0..<rowCount {
        try rows.append(to: &piece.text) { (column: Int) throws(FormatError) in try value(row, column) }
        guard piece.text.count >= 1 << 16 || row == rowCount - 1 else { continue }
        try piece.encode(encoding, newline: rows.newline)
        try target.write(piece)
        piece.text.removeAll()
      }
    } catch { throw error.at(file: sink.name) }
  }

  /// Ends the table: writes the footer, if there is one.
  ///
  /// - Throws: What the sink throws.
  public mutating func finish() throws(FormatError) { try writeComment(options.footer) }

  private mutating func begin() throws(FormatError) {
    if !hasBegun { try write(encoding.byteOrderMark) }
    hasBegun = true
  }

  private mutating func writeComment(_ text: String) throws(FormatError) {
    guard !text.isEmpty else { return }
    try begin()
    var line = options.commentPrefix
    for scalar in text.unicodeScalars {
      line.unicodeScalars.append(scalar)
      if scalar == "\n" { line += options.commentPrefix }
    }
    try write(encoding.encode(Array((line + options.newline).utf8)))
  }

  private func write(_ bytes: [UInt8]) throws(FormatError) { if !bytes.isEmpty { try sink.write(bytes) } }
}

/// The text of some rows on its way from the worker that made it to the sink. Held by one thread at a time.
private final class TextPiece: @unchecked Sendable {
  var text = TextBuffer(capacity: 1 << 18)

  /// Turns UTF-8 into another encoding, if there is a difference.
  func encode(_ encoding: TextEncoding, newline: [UInt8]) throws(FormatError) {
    if encoding == .utf8 || encoding == .utf8WithMark ? text.isScalarText : encoding.isASCIICompatible && text.isASCII {
      return
    }
    let bytes = text.array
    let encoded = try encoding.encode(bytes) { index in
      index == 0 || (index >= newline.count && bytes[(index - newline.count)..<index].elementsEqual(newline))
    }
    text.removeAll()
    text.append(encoded)
  }
}

extension TextBuffer {
  /// Whether all bytes are below 128.
  fileprivate var isASCII: Bool { TextScanning.isASCII(bytes) }
  /// Whether no surrogate is in the text: their form begins with 0xED and a byte from 0xA0 on.
  fileprivate var isScalarText: Bool {
    if isASCII { return true }
    let all = array
    return zip(all, all.dropFirst()).allSatisfy { $0 != 0xED || $1 < 0xA0 }
  }
}

/// Buffers that have been written out and can be filled again: new memory costs page faults.
private final class TextPiecePool: Sendable {
  private let free = Lock<[TextPiece]>([])

  func take() -> TextPiece { free.withLock { $0.popLast() } ?? TextPiece() }

  func giveBack(_ piece: TextPiece) {
    piece.text.removeAll()
    free.withLock { $0.append(piece) }
  }
}

/// A sink that several threads write to, one after the other: `Parallel.ordered` never calls two at a time.
private struct SequentialSink: @unchecked Sendable {
  let sink: any ByteSink
  init(_ sink: any ByteSink) { self.sink = sink }
  func write(_ piece: TextPiece) throws(FormatError) {
    let sink = sink
    try piece.text.withBytes { (bytes: RawSpan) throws(FormatError) in try sink.write(bytes) }
  }
}
