internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import TextTables

// The arrays of texts.

extension Document {
  func reading(_ format: FileFormat) -> TextReading {
    options.usesDelimiterOfExtension ? options.text.withDelimiter(of: format) : options.text
  }

  func table(
    _ source: any ByteSource, _ format: FileFormat, _ name: String?
  ) throws(FormatError) -> LazyArray {
    if name != nil, options.text.choosesColumns {
      var error = FormatError(.badArgument, "the address names a column already", file: path, member: name)
      error.commandHint = "leave out --usecols, or the column"
      throw error
    }
    if let blocks = try csvTable(source, format, name) {
      if let onWarning = options.onWarning { blocks.warnings.forEach(onWarning) }
      let table = try LazyArray(blocks, spool: spool)
      if blocks.descriptor.shape.first == 0 { options.onWarning?("loadtxt: input contained no data: \"\(path)\"") }
      // NumPy's records have an axis more behind the rows.
      return options.text.ndmin == 2 && table.shape.count == 1 ? try table.applying(.reshape([-1, 1])) : table
    }
    let reading = reading(format)
    guard let name else { return try lazy(source, reading) }
    if reading.isStructured {
      let table = try lazy(source, reading)
      if table.dtype.fields != nil { return try fields(of: table, name[...]) }
    }
    do throws(FormatError) {
      let readings = try reading.column(name, findsType: options.findsColumnTypes, of: source)
      for reading in readings.dropLast() {
        do throws(FormatError) { return try LazyArray(reading.read(source), name: path, spool: spool) } catch {
          // What has no such column has none for the others either.
          guard [.badValue, .malformed].contains(error.code) else { throw error }
        }
      }
      return try lazy(source, readings[readings.count - 1])
    } catch { throw error.at(file: path, member: name) }
  }

  /// A `.csv` or `.tsv` file that `np.loadtxt` would refuse at its first line, such as one with a header, where nobody has
  /// said how to read it; or a column of it.
  private func csvTable(
    _ source: any ByteSource, _ format: FileFormat, _ column: String?
  ) throws(FormatError) -> CSVBlocks? {
    do throws(FormatError) { return try csvReader(source, format)?.table(column: column) } catch {
      throw error.at(file: path)
    }
  }

  private func csvReader(_ source: any ByteSource, _ format: FileFormat) throws(FormatError) -> CSVReader? {
    guard source.isSeekable, format == .csv || format == .tsv, let (given, dialect) = options.csv else { return nil }
    guard case .loadText(let reading) = options.text else { return nil }
    var csv = given
    csv.mostBytes = options.pickle.limits.inflatedBytes
    if format == .tsv, !reading.dialect.findsDelimiter { csv.delimiter = csv.delimiter ?? "\t" }
    let reader = try CSVReader(source, csv, start: reading.dialect.start)
    // Dates may be numbers by their format, as 20240517.
    guard reader.isMoreThanNumbers || dialect.dateFormat != nil else { return nil }
    // Who passes lines up to the first of numbers has said that the names are none of the array.
    if reading.dialect.start == .found, dialect.dateFormat == nil, csv.hasHeader == nil, csv.names == nil,
      try reader.isOfNumbersBelow
    {
      return nil
    }
    return try reader.spelled(by: dialect)
  }

  /// Whether the document has something of exactly this name: a member, a field, a key of a pickle, a column.
  package func holds(_ name: String) -> Bool {
    var options = options
    options.onWarning = nil
    let quiet = Document(content, path: path, options: options)
    switch content {
    case .text: return hasColumn(name)
    case .pickle: return (try? quiet.value(at: name)) != nil
    case .npy, .npz, .tensors, .value: return (try? quiet.item(name)) != nil
    case .raw: return false
    }
  }

  /// Whether a text has a column of exactly this name. Of a `.csv` or `.tsv` file no more than its beginning is read.
  package func hasColumn(_ name: String) -> Bool {
    guard case .text(let source, let format) = content else { return false }
    if let reader = try? csvReader(source, format) { return reader.probableNames.contains(name) }
    return (try? item(name)) != nil
  }

  /// The names of the columns of a `.csv` or `.tsv` file, as far as its first line tells them.
  package func columnNames() throws(FormatError) -> [String] {
    guard case .text(let source, let format) = content else { return [] }
    return try csvReader(source, format)?.probableNames ?? []
  }

  /// What a table becomes where the fields of records are to be unpacked: NumPy gives an array for each, `genfromtxt` of a
  /// single one that array.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for several, which one array cannot hold.
  package func unpacked(_ table: LazyArray) throws(FormatError) -> LazyArray {
    guard case .text(_, let format) = content, reading(format).unpacks, let fields = table.dtype.fields else {
      return table
    }
    if case .genFromText = reading(format), fields.count == 1 { return try table.applying(.field(fields[0].name)) }
    var error = FormatError(.badArgument, "records are unpacked into an archive, an array per field", file: path)
    error.commandHint = "npy convert --to npz makes one"
    throw error
  }

  func lazy(_ source: any ByteSource, _ reading: TextReading) throws(FormatError) -> LazyArray {
    let (source, reading) = try reading.prepared(source)
    try warnOfRoundedIntegers(source, reading)
    if let blocks = try TextTableBlocks.open(source, reading) { return try LazyArray(blocks, spool: spool) }
    source.willBeReadOnce()
    return try LazyArray(reading.read(source), name: path, spool: spool)
  }

  /// Tells of integers that doubles do not hold, where nobody has asked for doubles.
  private func warnOfRoundedIntegers(_ source: any ByteSource, _ reading: TextReading) throws(FormatError) {
    guard let onWarning = options.onWarning, options.findsColumnTypes, source.isSeekable,
      case .loadText(let reading) = reading, reading.dtype == .float64, reading.converter == nil,
      let integer = try RoundedInteger(in: source, reading)
    else { return }
    onWarning(integer.warning(file: path))
  }

  /// The array that a slice of this document is taken of: rows after those that the slice needs are not read.
  package func limited(to slice: [AxisSelection]) -> Document {
    guard case .text = content else { return self }
    var options = options
    let isTextChosen = options.isTextChosen
    options.keptCSV = options.csv
    options.text = options.text.limited(to: slice)
    options.isTextChosen = isTextChosen
    return Document(content, path: path, options: options)
  }
}
