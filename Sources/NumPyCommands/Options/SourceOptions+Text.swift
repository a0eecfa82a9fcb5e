import ArgumentParser
import ByteIO
import NumPyIO

extension SourceOptions {
  private var skippedLines: Int { skiprows.flatMap { Int($0) } ?? 0 }

  /// What the options say of the text's layout and spelling, beside the options of NumPy's readers.
  private func textDialect() throws -> TextDialect {
    var dialect = TextDialect()
    if skiprows == "auto" { dialect.start = .found }
    dialect.findsDelimiter = delimiter == "auto"
    try applyDialect(to: &dialect)
    return dialect
  }

  /// The options of the library, but for a delimiter that the file's extension implies.
  func loadOptions(encoding: String?) throws -> LoadTextOptions {
    var options = LoadTextOptions(dtype: .float64, delimiter: givenDelimiter)
    if let dtype { options.dtype = try SourceOptions.parsed(dtype) }
    options.dialect = try textDialect()
    switch names {
    case nil: break
    case "true", "True": options.dialect.hasNames = true
    case let list?:
      let names = ListSyntax.names(list)
      options.dtype = try SourceOptions.named(names, options.dtype)
      if dtype == nil { options.givenNames = names }
    }
    if !comments.isEmpty { options.comments = comments.map(Escapes.resolve).filter { !$0.isEmpty } }
    options.skipRows = skippedLines
    if let usecols { try SourceOptions.select(usecols, &options) }
    options.maxRows = maxRows
    options.ndmin = ndmin ?? 0
    options.quoteCharacter = quotechar.map(Escapes.resolve)
    options.unpack = unpack
    options.maxLineBytes = max(options.maxLineBytes, limits.inflatedBytes ?? 0)
    if let encoding { options.encoding = try TextEncoding(named: encoding) }
    options.onWarning = { Console.warn($0) }
    return options
  }

  /// The delimiter that was given; an empty one is white space.
  private var givenDelimiter: String? {
    delimiter.flatMap { $0.isEmpty || $0 == "auto" ? nil : Escapes.resolve($0) }
  }

  static func parsed(_ dtype: String) throws -> DType {
    guard dtype != "auto" else { throw ValidationError("--dtype auto, which finds the types, goes with --genfromtxt") }
    do throws(ArrayError) { return try DType(parsing: dtype) } catch {
      guard ElementFormat(rawValue: dtype) != nil else { throw ValidationError(error.message) }
      throw ValidationError("text is read as numbers that NumPy has, not as \(dtype): --astype \(dtype) converts them")
    }
  }

  /// The options of `genfromtxt`, but for a delimiter that the file's extension implies.
  func gapOptions(encoding: String?, isStream: Bool) throws -> GenFromTextOptions {
    var options = GenFromTextOptions()
    if let givenDelimiter { options.delimiter = .text(givenDelimiter) }
    if let dtype { options.dtype = dtype == "auto" ? nil : try SourceOptions.parsed(dtype) }
    if let mark = comments.first.map(Escapes.resolve) { options.comments = mark.isEmpty ? nil : mark }
    options.dialect = try textDialect()
    options.dialect.quoteCharacter = quotechar.map(Escapes.resolve)
    options.skipHeader = skippedLines
    options.maxRows = maxRows
    options.ndmin = ndmin ?? 0
    options.unpack = unpack
    options.maxLineBytes = max(options.maxLineBytes, limits.inflatedBytes ?? 0)
    if let usecols { options.useColumns = try SourceOptions.columns(usecols) }
    // Bytes are what NumPy's oldest readers gave: a file is read as UTF-8 all the same, a stream as Latin-1.
    options.keepsBytes = encoding == "bytes"
    if let encoding, !options.keepsBytes || isStream { options.encoding = try TextEncoding(named: encoding) }
    options.onWarning = { Console.warn($0) }
    try applyGaps(to: &options)
    return options
  }

  /// Columns by number, range or name, separated by commas.
  static func columns(_ text: String) throws -> [GenFromTextOptions.Column] {
    guard !text.isEmpty else { return [] }
    return try ListSyntax.names(text).flatMap { part -> [GenFromTextOptions.Column] in
      if let column = Int(part) { return [.index(column)] }
      if let range = try range(part) { return range.map { .index($0) } }
      guard !part.allSatisfy(\.isWholeNumber) else {
        throw ValidationError("'\(part)' is no column: write integers with commas, as 0,2,-1")
      }
      return [.name(part)]
    }
  }

  /// `2:5` or `:8:2`, as Python's slices; `nil` for what is none.
  private static func range(_ part: String) throws -> [Int]? {
    let bounds = part.split(separator: ":", omittingEmptySubsequences: false).map { String($0).trimmedSpaces }
    guard (2...3).contains(bounds.count), bounds.allSatisfy({ $0.isEmpty || Int($0) != nil }) else { return nil }
    let start = Int(bounds[0]) ?? 0
    let step = bounds.count == 3 ? Int(bounds[2]) ?? 1 : 1
    guard let stop = Int(bounds[1]), start >= 0, stop >= 0, step > 0, stop - start <= 1 << 20 else {
      throw ValidationError("'\(part)' is no range of columns: write start:stop with numbers from 0 on, as 0:4")
    }
    return Array(stride(from: start, to: stop, by: step))
  }

  private static func select(_ text: String, _ options: inout LoadTextOptions) throws {
    let columns = try columns(text)
    let indices = columns.compactMap { column in if case .index(let index) = column { index } else { nil } }
    if indices.count == columns.count {
      options.useColumns = indices
    } else {
      options.columnNames = columns
    }
  }

  /// Records whose fields have these names, each of a dtype, or of one of its fields.
  private static func named(_ names: [String], _ dtype: DType) throws -> DType {
    do throws(ArrayError) {
      return try dtype.naming(names)
    } catch { throw ValidationError(error.message) }
  }
}
