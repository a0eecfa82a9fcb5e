public import ByteIO
public import NDArrays

internal import PythonLiterals

extension AnyNDArray {
  /// Reads a text file with gaps as NumPy's `np.genfromtxt`; `-` is standard input.
  ///
  /// Tables of plain numbers are read as fast as by ``loadText(from:options:)-(String,_)``; anything else goes line by
  /// line and takes memory for the text of all rows, as in NumPy.
  ///
  /// - Throws: ``FormatError`` with NumPy's wording: code `malformed` for rows of different lengths, `badValue` for
  ///   what the dtype cannot hold, `badArgument` for options that contradict each other.
  public static func genFromText(
    from path: String, options: GenFromTextOptions = GenFromTextOptions()
  ) throws(FormatError) -> GenFromTextResult {
    try genFromText(from: FileSource.openSource(path: path), options: options)
  }

  /// Reads text with gaps from a source: see ``genFromText(from:options:)-(String,_)``.
  public static func genFromText(
    from source: any ByteSource, options: GenFromTextOptions = GenFromTextOptions()
  ) throws(FormatError) -> GenFromTextResult {
    try ByteProgress.reading(source, total: source.byteCount) { () throws(FormatError) in
      if let plain = plainTable(source, options) { return GenFromTextResult(array: plain, mask: nil) }
      do throws(FormatError) {
        var table = try GenFromTextTable(source, options)
        return try table.read()
      } catch { throw error.at(file: source.name) }
    }
  }

  /// The table if it is one of plain numbers without gaps, which `loadtxt` reads alike; `nil` if there is anything in
  /// it, or in the options, on which the two might differ.
  private static func plainTable(_ source: any ByteSource, _ options: GenFromTextOptions) -> AnyNDArray? {
    guard source.isSeekable, let dtype = options.dtype, !dtype.isStructured, dtype.subarray == nil,
      [.signedInteger, .float].contains(dtype.kind), dtype.itemSize >= 4, dtype.itemSize <= 8, dtype.isNative,
      options.skipFooter == 0, options.converters.isEmpty, options.useColumns == nil, options.names == nil,
      !options.usemask, options.maxRows == nil, options.skipHeader >= 0, (0...2).contains(options.ndmin)
    else { return nil }
    var plain = LoadTextOptions(dtype: dtype)
    switch options.delimiter {
    case .space: break
    case .text(let mark) where mark.unicodeScalars.count == 1 && mark != " ": plain.delimiter = mark
    default: return nil
    }
    plain.comments = options.comments.map { [$0] } ?? []
    plain.skipRows = options.skipHeader
    plain.encoding = options.encoding
    plain.maxLineBytes = options.maxLineBytes
    guard let rows = try? TextTableReader(source, options: plain).readAll(), rows.shape[0] > 0 else { return nil }
    let array = rows.withAxes(atLeast: options.ndmin)
    return options.unpack ? array.transposedView : array
  }
}

/// A table on its way from lines to an array: NumPy's `genfromtxt`, step by step.
struct GenFromTextTable {
  let source: any ByteSource
  var options: GenFromTextOptions
  let splitter: LineSplitter
  private let validator: FieldNames
  var lines: TextLines
  var names: [String]?
  var dtype: DType?
  /// The columns to take from each line; `nil` for all.
  var columns: [Int]?
  var columnCount = 0
  var converters: [LadderConverter] = []
  private var customColumns: Set<Int> = []
  private var rows: [[String]] = []
  /// Whether columns of text become bytes.
  private var textIsBytes = false

  init(_ source: any ByteSource, _ options: GenFromTextOptions) throws(FormatError) {
    if let maxRows = options.maxRows {
      guard options.skipFooter == 0 else {
        throw FormatError(
          .badArgument, "The keywords 'skip_footer' and 'max_rows' can not be specified at the same time.")
      }
      guard maxRows >= 1 else { throw FormatError(.badArgument, "'max_rows' must be at least 1.") }
    }
    guard (0...2).contains(options.ndmin) else {
      throw FormatError(.badArgument, "Illegal value of ndmin keyword: \(options.ndmin)")
    }
    self.source = source
    self.options = options
    splitter = LineSplitter(options)
    validator = FieldNames(options)
    dtype = options.dtype
    lines = TextLines(source, options.encoding ?? .utf8, maxLineBytes: options.maxLineBytes)
  }

  /// Reads what stands before the data and finds the columns; returns the first line and how many lines stand before the
  /// data.
  mutating func open() throws(FormatError) -> (first: [Unicode.Scalar], dataLine: Int) {
    for _ in 0..<max(0, options.skipHeader) where try lines.next() == nil { break }
    var (first, values) = try firstLine()
    try settleNames(&first, values)
    // Where the data begin: behind the names, or with the line just read.
    let dataLine = lines.count - (options.names == .firstLine ? 0 : 1)
    try settleColumns(values)
    makeConverters()
    return (first, dataLine)
  }

  mutating func read() throws(FormatError) -> GenFromTextResult {
    let (first, dataLine) = try open()
    if let result = try readTyped(from: dataLine) { return result }
    let footer = try readRows(first)
    // The types are found with the rows of the footer.
    if dtype == nil { climb() }
    rows.removeLast(min(footer, rows.count))
    if dtype == nil { keepBytes() }
    return try finish()
  }

  // MARK: The first line

  /// The first line with values, and these.
  private mutating func firstLine() throws(FormatError) -> ([Unicode.Scalar], [String]) {
    let comment = Array((options.comments ?? "").unicodeScalars)
    while var line = try lines.next() {
      if options.names == .firstLine, !comment.isEmpty {
        // Names may stand in a comment.
        let parts = PythonText.split(line[...], at: comment)
        if parts.count > 1 { line = parts.dropFirst().flatMap { Array($0) } }
      }
      let values = splitter.fields(line)
      if !values.isEmpty { return (line, values) }
    }
    options.onWarning?("genfromtxt: Empty input file: \"\(source.name)\"")
    return ([], [])
  }

  private mutating func settleNames(_ first: inout [Unicode.Scalar], _ values: [String]) throws(FormatError) {
    switch options.names {
    case .firstLine:
      guard var names = values.isEmpty ? nil : values else {
        throw FormatError(.malformed, "there is no line to take the names from")
      }
      if let comments = options.comments,
        comments.contains(PythonText.strip(names[0])) || PythonText.strip(names[0]).isEmpty
      {
        names.removeFirst()
      }
      self.names = validator.validate(names.map(PythonText.strip))
      first = []
    case .list(let list): names = validator.validate(list.map(PythonText.strip))
    case nil: break
    }
  }

  private mutating func settleColumns(_ values: [String]) throws(FormatError) {
    let wanted = options.useColumns.flatMap { $0.isEmpty ? nil : $0 }
    columnCount = wanted?.count ?? values.count
    try settleDType()
    guard let wanted else {
      if names != nil, let fields = dtype?.fields { names = fields.map(\.name) }
      return
    }
    var indices: [Int] = []
    for column in wanted {
      switch column {
      case .index(let index): indices.append(index < 0 ? index + values.count : index)
      case .name(let name):
        guard let index = names?.firstIndex(of: name) else {
          throw FormatError(.badArgument, "\(PythonRepr.string(name)) is not in list")
        }
        indices.append(index)
      }
    }
    columns = indices
    if let fields = dtype?.fields, fields.count > columnCount {
      let places = try places(indices, count: fields.count)
      dtype = try structured(places.map { (fields[$0].name, fields[$0].dtype) })
      names = places.map { fields[$0].name }
    } else if let known = names, known.count > columnCount {
      names = try places(indices, count: known.count).map { known[$0] }
    }
  }

  /// Python's indices, which may count from the end, as places in a list.
  private func places(_ indices: [Int], count: Int) throws(FormatError) -> [Int] {
    let places = indices.map { $0 < 0 ? $0 + count : $0 }
    guard places.allSatisfy({ $0 >= 0 && $0 < count }) else {
      throw FormatError(.badArgument, "list index out of range")
    }
    return places
  }

  /// Gives the dtype's fields their names: NumPy's `easy_dtype`.
  private mutating func settleDType() throws(FormatError) {
    guard let dtype else { return }
    if let names {
      let types = dtype.fields?.map(\.dtype) ?? names.map { _ in dtype }
      let valid = validator.validate(names, count: dtype.fields?.count)
      self.dtype = try structured(Array(zip(valid, types)))
    } else if let fields = dtype.fields {
      let numbered = fields.indices.map { "f\($0)" }
      let given = fields.map(\.name)
      let isDefault = given == numbered && options.defaultFormat != "f%i"
      let valid = validator.validate(isDefault ? fields.map { _ in "" } : given)
      self.dtype = try structured(Array(zip(valid, fields.map(\.dtype))))
    }
  }

  func structured(_ fields: [(String, DType)]) throws(FormatError) -> DType {
    try FormatError.wrapping(.badArgument, file: source.name) { () throws(ArrayError) in
      try DType.structured(fields.map { (name: $0.0, dtype: $0.1) })
    }
  }

  // MARK: Converters

  private func index(of column: GenFromTextOptions.Column) -> Int? {
    switch column {
    case .name(let name): return names?.firstIndex(of: name)
    case .index(let index):
      let place = columns.flatMap { $0.firstIndex(of: index) } ?? index
      let counted = place < 0 ? place + columnCount : place
      return counted >= 0 && counted < columnCount ? counted : nil
    }
  }

  private mutating func makeConverters() {
    var missing = [[String]](repeating: [""], count: columnCount)
    switch options.missingValues {
    case .all(let texts): for index in missing.indices { missing[index] += texts }
    case .list(let lists):
      for (index, texts) in lists.enumerated() where index < columnCount { missing[index] += texts }
    case .columns(let byColumn):
      for (column, texts) in byColumn {
        guard let column else {
          for index in missing.indices { missing[index] += texts }
          continue
        }
        if let index = index(of: column) { missing[index] += texts }
      }
    case nil: break
    }
    var filling = [TextValue?](repeating: nil, count: columnCount)
    switch options.fillingValues {
    case .all(let value): filling = filling.map { _ in value }
    case .list(let values):
      for (index, value) in values.enumerated() where index < columnCount { filling[index] = value }
    case .columns(let byColumn):
      for (column, value) in byColumn {
        if let column, let index = index(of: column) { filling[index] = value }
      }
    case nil: break
    }
    let leaves = dtype.flatMap { try? TextLeaf.leaves(of: $0) } ?? []
    converters = (0..<columnCount).map { index in
      guard let dtype else { return LadderConverter(missing: missing[index], fill: filling[index]) }
      let leaf = leaves.count > 1 ? (index < leaves.count ? leaves[index].dtype : dtype) : leaves.first?.dtype ?? dtype
      return LadderConverter(leaf, missing: missing[index], fill: filling[index])
    }
    for (column, converter) in options.converters {
      guard let index = index(of: column) else { continue }
      converters[index].use(converter)
      customColumns.insert(index)
    }
  }

  // MARK: Rows

  /// Reads all rows; returns how many of the last are the footer's.
  private mutating func readRows(_ first: [Unicode.Scalar]) throws(FormatError) -> Int {
    var invalid: [(line: Int, count: Int)] = []
    var line: [Unicode.Scalar]? = first
    var number = 0
    while let text = line {
      number += 1
      let values = splitter.fields(text)
      if !values.isEmpty {
        if let columns {
          if columns.allSatisfy({ $0 < values.count && $0 >= -values.count }) {
            rows.append(columns.map { values[$0 < 0 ? $0 + values.count : $0] })
          } else {
            invalid.append((number + options.skipHeader, values.count))
          }
        } else if values.count == columnCount {
          rows.append(values)
        } else {
          invalid.append((number + options.skipHeader, values.count))
        }
        if rows.count == options.maxRows { break }
      }
      line = try lines.next()
    }
    return try report(invalid)
  }

  func report(_ all: [(line: Int, count: Int)]) throws(FormatError) -> Int {
    var invalid = all
    var footer = max(0, options.skipFooter)
    if !invalid.isEmpty, footer > 0 {
      // Rows within the footer do not count.
      let last = rows.count + invalid.count - footer + options.skipHeader
      let skipped = invalid.count { $0.line > last }
      invalid.removeLast(skipped)
      footer -= skipped
    }
    if !invalid.isEmpty {
      let lines = invalid.map { "    Line #\($0.line) (got \($0.count) columns instead of \(columnCount))" }
      let message = (["Some errors were detected !"] + lines).joined(separator: "\n")
      if options.invalidRaise {
        throw FormatError(.malformed, message, row: invalid[0].line)
      }
      options.onWarning?(message)
    }
    return max(0, footer)
  }

  private mutating func climb() {
    for index in converters.indices where !customColumns.contains(index) {
      for row in rows { converters[index].climb(to: row[index]) }
    }
  }

  /// Text becomes bytes again where all of it is Latin-1.
  private mutating func keepBytes() {
    let columns = converters.indices.filter { converters[$0].rung == .string }
    guard options.keepsBytes, !columns.isEmpty else { return }
    options.onWarning?(
      "Reading unicode strings without specifying the encoding argument is deprecated. Set the encoding, use None for "
        + "the system default.")
    textIsBytes = rows.allSatisfy { row in
      columns.allSatisfy { $0 >= row.count || row[$0].unicodeScalars.allSatisfy { $0.value < 0x100 } }
    }
  }

  // MARK: The array

  private mutating func finish() throws(FormatError) -> GenFromTextResult {
    let (target, isTable) = try resultDType()
    let leaves = try TextLeaf.leaves(of: target)
    let used = isTable ? (0..<columnCount).map { TextLeaf(dtype: target, offset: $0 * target.itemSize) } : leaves
    // A record takes as many values as there are converters: as NumPy, no more than it has fields.
    let valueCount = dtype != nil && leaves.count > 1 ? min(leaves.count, columnCount) : columnCount
    guard isTable || rows.isEmpty || valueCount == leaves.count else {
      throw FormatError(
        .badArgument,
        "could not assign tuple of length \(valueCount) to structure with \(leaves.count) fields.")
    }
    let shape = isTable && !rows.isEmpty ? [rows.count, columnCount] : [rows.count]
    let array = try FormatError.wrapping(.limitExceeded, file: source.name) { () throws(ArrayError) in
      try AnyNDArray(zeros: shape, dtype: target)
    }
    let rowSize = isTable ? target.itemSize * columnCount : target.itemSize
    for (number, row) in rows.enumerated() {
      for (index, leaf) in used.enumerated() where index < row.count {
        let value = try converters[index].convert(row[index], loose: options.loose)
        // Safe: the leaf lies within row `number` of the array, which is new.
        let conversion = unsafe FieldConversion(
          leaf.dtype, at: array.storage.baseAddress + number * rowSize + leaf.offset)
        guard conversion.store(value) else {
          try convertAll(used.count)
          throw outOfBounds(value, leaf.dtype)
        }
      }
    }
    let mask = options.usemask ? try makeMask(target, isTable, used.count, shape) : nil
    return GenFromTextResult(array: shaped(array), mask: mask.map(shaped))
  }

  /// What cannot be converted at all is told before what does not fit: NumPy converts all rows before it stores any.
  private func convertAll(_ count: Int) throws(FormatError) {
    for row in rows {
      for index in 0..<min(count, row.count) { _ = try converters[index].convert(row[index], loose: options.loose) }
    }
  }

  func shaped(_ array: AnyNDArray) -> AnyNDArray {
    let shaped = array.withAxes(atLeast: options.ndmin)
    return options.unpack && !shaped.dtype.isStructured ? shaped.transposedView : shaped
  }

  func outOfBounds(_ value: TextValue, _ dtype: DType) -> FormatError {
    switch value {
    case .integer(let number):
      FormatError(.badValue, "Python integer \(number) out of bounds for \(dtype.name)")
    case .text(let text):
      FormatError(.badValue, "could not convert string \(PythonRepr.string(text)) to \(dtype)")
    default: FormatError(.badValue, "a value cannot be stored as \(dtype)")
    }
  }

  /// The dtype of the result, and whether it is a table of two axes rather than a row of records.
  private func resultDType() throws(FormatError) -> (DType, Bool) {
    if let dtype {
      guard !dtype.isStructured else { return (try sized(renamed(dtype)), false) }
      return (dtype.isFlexible ? sizedFlexible(dtype, 0..<columnCount) : dtype, true)
    }
    let types = converters.indices.map { index in ladderDType(index) }
    guard names == nil else { return (try structured(Array(zip(names ?? [], types))), false) }
    let checked = Set(
      converters.indices.filter { !(converters[$0].rung == .bool && converters[$0].hasMissingBool) }
        .map { converters[$0].rung.rawValue })
    if checked.count == 1, let rung = checked.first.flatMap(LadderConverter.Rung.init(rawValue:)) {
      return (rung == .string ? sizedText(0..<columnCount) : GenFromTextTable.dtype(rung), true)
    }
    let fields = types.enumerated().map { (FieldNames.numbered(options.defaultFormat, $0.offset), $0.element) }
    return (try structured(fields), false)
  }

  static func dtype(_ rung: LadderConverter.Rung) -> DType {
    switch rung {
    case .bool: .bool
    case .integer: .int64
    case .float: .float64
    case .complex: .complex128
    case .string: .string(1)
    }
  }

  private func ladderDType(_ index: Int) -> DType {
    let rung = converters[index].rung
    return rung == .string ? sizedText(index..<(index + 1)) : GenFromTextTable.dtype(rung)
  }

  private func sizedText(_ columns: Range<Int>) -> DType {
    let dtype = sizedFlexible(.string(0), columns)
    return textIsBytes ? .bytes(dtype.itemSize / 4) : dtype
  }

  /// The names that were found are those of the fields, whatever the dtype calls them.
  private func renamed(_ dtype: DType) throws(FormatError) -> DType {
    guard let names, !names.isEmpty, let fields = dtype.fields, names != fields.map(\.name) else { return dtype }
    guard names.count == fields.count else {
      throw FormatError(
        .badArgument, "must replace all names at once with a sequence of length \(fields.count)")
    }
    return try structured(Array(zip(names, fields.map(\.dtype))))
  }

  /// Text wide enough for the values of some columns, or moments of their finest unit.
  private func sizedFlexible(_ dtype: DType, _ columns: Range<Int>) -> DType {
    var scan = FlexibleScan(dtype)
    for row in rows {
      for index in columns where index < row.count {
        guard let value = try? converters[index].convert(row[index], loose: true) else { continue }
        scan.look(at: Array(FieldConversion.description(value).utf8))
      }
    }
    return scan.result
  }

  /// A structured dtype with the sizes of its texts found.
  private func sized(_ dtype: DType) throws(FormatError) -> DType {
    guard let fields = dtype.fields, fields.contains(where: { $0.dtype.isFlexible }), fields.count == columnCount else {
      return dtype
    }
    return try structured(
      fields.enumerated().map { index, field in
        (field.name, field.dtype.isFlexible ? sizedFlexible(field.dtype, index..<(index + 1)) : field.dtype)
      })
  }

  private func makeMask(
    _ target: DType, _ isTable: Bool, _ count: Int, _ shape: [Int]
  ) throws(FormatError) -> AnyNDArray {
    // In records also what equals the value of a missing text: `-999.00` where `-999.0` is missing.
    let values: [[TextValue]] = converters.map { converter in
      guard !isTable else { return [] }
      return converter.missing.compactMap { $0.isEmpty ? nil : try? converter.comparable($0, loose: true) }
    }
    var bytes: [UInt8] = []
    for row in rows {
      for index in 0..<count {
        guard index < row.count else {
          bytes.append(0)
          continue
        }
        var isMissing = converters[index].missing.contains(PythonText.strip(row[index]))
        if !isMissing, !values[index].isEmpty {
          isMissing = values[index].contains(try converters[index].comparable(row[index], loose: options.loose))
        }
        bytes.append(isMissing ? 1 : 0)
      }
    }
    let dtype = isTable ? .bool : try maskDType(target)
    return try FormatError.wrapping(.limitExceeded, file: source.name) { () throws(ArrayError) in
      try AnyNDArray(bytes: bytes, dtype: dtype, shape: shape)
    }
  }

  /// A `bool` for each leaf: NumPy's `make_mask_descr`.
  private func maskDType(_ dtype: DType) throws(FormatError) -> DType {
    if let fields = dtype.fields {
      var masks: [(String, DType)] = []
      for field in fields { masks.append((field.name, try maskDType(field.dtype))) }
      return try structured(masks)
    }
    guard let (element, shape) = dtype.subarray else { return .bool }
    let inner = try maskDType(element)
    return try FormatError.wrapping(.badArgument, file: source.name) { () throws(ArrayError) in
      try DType.subarray(of: inner, shape: shape)
    }
  }
}
