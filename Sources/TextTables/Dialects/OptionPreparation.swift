internal import ArrayBytes
package import ByteIO
internal import NDArrays
internal import PythonLiterals

// What a dialect makes of the options of the two readers: see TextPreparation.

extension LoadTextOptions {
  /// The source to read and how, with everything settled that ``dialect`` leaves open.
  ///
  /// - Throws: ``FormatError`` if the text cannot be read, or has no line of names where there should be one.
  package func prepared(_ source: any ByteSource) throws(FormatError) -> (any ByteSource, LoadTextOptions) {
    let isMarked = encoding == nil && source.isSeekable
    guard !dialect.isPlain || columnNames != nil || isMarked else { return (source, self) }
    let areNamed = columnNames?.contains(where: \.isName) ?? false
    var text = try TextPreparation(
      source, areNamed ? dialect.searching(skipRows) : dialect, encoding: encoding, delimiter: delimiter,
      comments: comments, quote: quoteCharacter, skippedLines: skipRows, maxLineBytes: maxLineBytes)
    text.onWarning = onWarning
    try text.settle()
    var options = self
    options.dialect = TextDialect()
    options.columnNames = nil
    if let wanted = columnNames {
      options.useColumns = try wanted.map { (column) throws(FormatError) in
        try text.place(of: column)
      }
    }
    if let names = text.names {
      options.useColumns = options.useColumns?.map { index in
        index < 0 ? index : GenFromTextOptions.Column.index(index).place(among: names, count: names.count)
      }
      options.dtype = try named(names, options.useColumns)
    }
    guard dialect.missingNumbers.isEmpty || ![.signedInteger, .unsignedInteger].contains(dtype.kind) else {
      var error = FormatError(.badArgument, "numbers for missing values become NaN, which \(dtype) has not, and f8 has")
      error.commandHint = "--genfromtxt with --filling-values says what they become"
      throw error
    }
    if dialect.rewritesFields {
      let (kinds, rest) = options.kinds(columnCount: text.names?.count)
      try dialect.requireMoments(options.dtype, file: source.name)
      try text.rewrite(
        kinds, rest: rest, truths: ("1", "0"), missing: "nan", keepsQuotes: quoteCharacter != nil, isStrict: true)
    }
    options.encoding = text.encoding == .utf8 && encoding == nil ? nil : text.encoding
    options.delimiter = text.delimiter.isEmpty ? nil : String(decoding: text.delimiter, as: UTF8.self)
    options.comments = text.comments.map { String(decoding: $0, as: UTF8.self) }
    options.skipRows = text.skippedLines + min(0, skipRows)
    return (text.source, options)
  }

  /// Records with the names of the columns that are read.
  private func named(_ all: [String], _ columns: [Int]?) throws(FormatError) -> DType {
    var names = all
    if let columns {
      names = columns.map { column in
        let place = column < 0 ? column + all.count : column
        return all.indices.contains(place) ? all[place] : ""
      }
    }
    names = ColumnNames.distinct(names)
    return try FormatError.wrapping(.badArgument, file: nil) { () throws(ArrayError) in
      guard dtype.fields == nil || dtype.fields?.count == names.count else { return dtype }
      return try dtype.naming(names)
    }
  }

  /// What the columns of the text hold, and those after them.
  private func kinds(columnCount: Int?) -> ([FieldSpelling.Kind], FieldSpelling.Kind) {
    guard dtype.isStructured, let slots = try? FieldSlot.slots(of: dtype) else {
      return ([], TextPreparation.kind(dtype))
    }
    let known = slots.map { TextPreparation.kind($0.dtype) }
    guard let columns = useColumns else { return (known, .unknown) }
    var kinds = [FieldSpelling.Kind](
      repeating: .unknown, count: min(1 << 20, max(columnCount ?? 0, (columns.max() ?? 0) + 1)))
    for (column, kind) in zip(columns, known) {
      let place = column < 0 ? column + kinds.count : column
      if kinds.indices.contains(place) { kinds[place] = kind }
    }
    return (kinds, .unknown)
  }
}

extension GenFromTextOptions {
  /// The source to read and how, with everything settled that ``dialect`` leaves open.
  ///
  /// - Throws: ``FormatError`` if the text cannot be read, or has no line of names where there should be one.
  package func prepared(_ source: any ByteSource) throws(FormatError) -> (any ByteSource, GenFromTextOptions) {
    let isMarked = encoding == nil && source.isSeekable
    var dialect = dialect
    let looksAhead = dialect.start != .given || dialect.hasUnits || dialect.findsDelimiter || dialect.rewritesFields
    guard looksAhead || isMarked else { return (source, self) }
    // Names are its own business, unless they stand elsewhere or have to be cut otherwise.
    if names == .firstLine, looksAhead { dialect.hasNames = true }
    var given: String?
    if case .text(let mark) = delimiter { given = mark }
    var text = try TextPreparation(
      source, dialect, encoding: encoding, delimiter: given, comments: comments.map { [$0] } ?? [],
      quote: dialect.quoteCharacter, skippedLines: skipHeader, maxLineBytes: maxLineBytes)
    var options = self
    options.dialect = TextDialect()
    guard looksAhead else {
      if text.encoding != .utf8 { options.encoding = text.encoding }
      return (source, options)
    }
    switch delimiter {
    case .width, .widths:
      throw FormatError(
        .badArgument, "columns of fixed widths are read as they are, without other marks, quotes or a search for them")
    default: break
    }
    text.onWarning = onWarning
    try text.settle()
    if let names = text.names { (options.names, options.namesAreOfFile) = (.list(names), true) }
    if dialect.rewritesFields {
      try dialect.requireMoments(dtype, file: source.name)
      options.passedLines = text.skippedLines
      let (kinds, rest) = try kinds(&text)
      try text.rewrite(
        kinds, rest: rest, truths: ("True", "False"), missing: "", keepsQuotes: false, isStrict: false)
      options.comments = nil
    }
    options.encoding = text.encoding == .utf8 && encoding == nil ? nil : text.encoding
    options.delimiter = text.delimiter.isEmpty ? .space : .text(String(decoding: text.delimiter, as: UTF8.self))
    options.skipHeader = text.skippedLines + min(0, skipHeader)
    return (text.source, options)
  }
}

extension GenFromTextOptions {
  /// What the columns of the text hold, and those after them: found from the data where no dtype says it.
  private func kinds(
    _ text: inout TextPreparation
  ) throws(FormatError) -> ([FieldSpelling.Kind], FieldSpelling.Kind) {
    guard let dtype else {
      let missing = Set(missingValues.map { $0.texts } ?? [])
      let kinds = try text.findKinds(isMissing: missing.contains).kinds
      return (kinds, .unknown)
    }
    guard dtype.isStructured else { return ([], TextPreparation.kind(dtype)) }
    guard useColumns == nil else { return ([], .unknown) }
    return (dtype.fields.map { $0.map { TextPreparation.kind($0.dtype) } } ?? [], .unknown)
  }
}

extension GenFromTextOptions.PerColumn<[String]> {
  /// The texts for any of the columns.
  fileprivate var texts: [String] {
    switch self {
    case .all(let texts): texts
    case .list(let lists): lists.flatMap { $0 ?? [] }
    case .columns(let columns): columns.values.flatMap { $0 }
    }
  }
}

extension LoadTextOptions {
  /// The options that read one column, told by the name that the header gives it or by its number from 0 on.
  ///
  /// - Throws: ``FormatError`` with code `notFound` if there is no such column.
  package func selecting(_ name: String, of source: any ByteSource) throws(FormatError) -> LoadTextOptions {
    var text = try TextPreparation(
      source, dialect.searching(skipRows), encoding: encoding, delimiter: delimiter, comments: comments,
      quote: quoteCharacter ?? "\"", skippedLines: skipRows, maxLineBytes: maxLineBytes)
    let column = try text.select(name)
    var options = self
    options.useColumns = [column]
    options.skipRows = text.skippedLines
    options.delimiter = text.delimiter.isEmpty ? nil : String(decoding: text.delimiter, as: UTF8.self)
    options.dialect = dialect.settled
    return options
  }
}

extension GenFromTextOptions {
  /// The options that read one column: see ``LoadTextOptions/selecting(_:of:)``.
  package func selecting(_ name: String, of source: any ByteSource) throws(FormatError) -> GenFromTextOptions {
    var given: String?
    switch delimiter {
    case .space: break
    case .text(let mark): given = mark
    case .width, .widths:
      throw FormatError(.badArgument, "columns of fixed widths are told by their numbers, not by name")
    }
    var text = try TextPreparation(
      source, dialect.searching(skipHeader), encoding: encoding, delimiter: given,
      comments: comments.map { [$0] } ?? [],
      quote: dialect.quoteCharacter, skippedLines: skipHeader, maxLineBytes: maxLineBytes)
    let column = try text.select(name)
    var options = self
    options.useColumns = [.index(column)]
    options.names = nil
    options.skipHeader = text.skippedLines
    options.delimiter = text.delimiter.isEmpty ? .space : .text(String(decoding: text.delimiter, as: UTF8.self))
    options.dialect = dialect.settled
    return options
  }

  /// The same reading as `loadtxt`'s, for tables with gaps.
  package init(_ options: LoadTextOptions) {
    self.init(dtype: options.dtype, delimiter: options.delimiter.map { .text($0) } ?? .space)
    dialect = options.dialect
    dialect.quoteCharacter = options.quoteCharacter
    comments = options.comments.first
    skipHeader = options.skipRows
    useColumns = options.useColumns?.map { .index($0) }
    encoding = options.encoding
    // NumPy's genfromtxt has no tables without rows.
    maxRows = options.maxRows.map { max(1, $0) }
    ndmin = options.ndmin
    unpack = options.unpack
    onWarning = options.onWarning
  }
}

extension TextDialect {
  /// As a column is looked for by its name: titles before the names are passed, unless the caller says where they are.
  fileprivate func searching(_ skippedLines: Int) -> TextDialect {
    var dialect = self
    dialect.hasNames = true
    if start == .given, skippedLines <= 0 { dialect.start = .found }
    return dialect
  }

  /// Refuses a format of dates where the dtype, if it is given, has none of them: it would do nothing.
  fileprivate func requireMoments(_ dtype: DType?, file: String) throws(FormatError) {
    guard let dateFormat, let dtype, let slots = try? FieldSlot.slots(of: dtype) else { return }
    guard !slots.contains(where: { TextPreparation.kind($0.dtype) == .date }) else { return }
    var error = FormatError(
      .badValue, "the text is read as \(dtype), which has no dates of the format '\(dateFormat)'", file: file)
    error.commandHint =
      "--dtype 'M8[D],f8' has columns of dates and of numbers; --genfromtxt --dtype auto finds the types"
    throw error
  }

  /// What is left to do once the names are known.
  fileprivate var settled: TextDialect {
    var dialect = self
    (dialect.start, dialect.hasNames, dialect.hasUnits, dialect.findsDelimiter) = (.given, false, false, false)
    return dialect
  }
}

extension TextPreparation {
  /// Finds a column, and where the data begin.
  fileprivate mutating func select(_ name: String) throws(FormatError) -> Int {
    needsNames = false
    try settle()
    if let index = names?.firstIndex(of: name) { return index }
    if let index = Int(name), index >= 0 { return index }
    guard let names else {
      throw FormatError(
        .notFound, "there is no column '\(name.prefix(60))': the columns have no names, but numbers from 0 on",
        file: source.name)
    }
    throw TextPreparation.unknown(name, among: names, file: source.name)
  }

  /// The place of a column that is told by its name or number.
  fileprivate func place(of column: GenFromTextOptions.Column) throws(FormatError) -> Int {
    switch column {
    case .index(let index):
      guard index >= 0, let names else { return index }
      return column.place(among: names, count: names.count)
    case .name(let name):
      guard let names else {
        var error = FormatError(.badArgument, "'\(name)' is no column: the columns have no names")
        error.commandHint = "--names true reads them from the first line"
        throw error
      }
      guard let index = names.firstIndex(of: name) else {
        throw TextPreparation.unknown(name, among: names, file: source.name)
      }
      return index
    }
  }
}
