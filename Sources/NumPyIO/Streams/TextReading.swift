internal import PickledArrays
public import TextTables
internal import ByteIO
internal import NDArrays

/// How a text is read: as which of NumPy's functions, with which parameters.
public indirect enum TextReading: Sendable {
  /// As `np.loadtxt`.
  case loadText(LoadTextOptions)
  /// As `np.genfromtxt`.
  case genFromText(GenFromTextOptions)

  /// Whether the result is transposed.
  var unpacks: Bool {
    switch self {
    case .loadText(let options): options.unpack
    case .genFromText(let options): options.unpack
    }
  }

  /// Whether some of the columns are chosen.
  var choosesColumns: Bool {
    switch self {
    case .loadText(let options): options.useColumns != nil || options.columnNames != nil
    case .genFromText(let options): options.useColumns != nil
    }
  }

  /// The least number of axes.
  var ndmin: Int {
    switch self {
    case .loadText(let options): options.ndmin
    case .genFromText(let options): options.ndmin
    }
  }

  /// The encoding that was asked for.
  var encoding: TextEncoding? {
    switch self {
    case .loadText(let options): options.encoding
    case .genFromText(let options): options.encoding
    }
  }

  /// The type of the elements; `nil` if it is to be found.
  var dtype: DType? {
    switch self {
    case .loadText(let options): options.dtype
    case .genFromText(let options): options.dtype
    }
  }

  /// Whether missing values are reported.
  var usesMask: Bool {
    if case .genFromText(let options) = self { return options.usemask }
    return false
  }

  /// With the delimiter that a file's extension implies, where none was given.
  func withDelimiter(of format: FileFormat) -> TextReading {
    guard let delimiter = format.delimiter else { return self }
    switch self {
    case .loadText(var options):
      if options.delimiter == nil { options.delimiter = delimiter }
      return .loadText(options)
    case .genFromText(var options):
      if options.delimiter == .space { options.delimiter = .text(delimiter) }
      return .genFromText(options)
    }
  }

  /// Reading no more rows than a slice from the start needs; unchanged if the slice may need all.
  func limited(to slice: [AxisSelection]) -> TextReading {
    switch self {
    case .loadText(var options):
      guard !options.unpack, let rows = TextReading.rowsNeeded(for: slice), rows < options.maxRows ?? .max else {
        return self
      }
      options.maxRows = rows
      // Nobody has asked for a number of rows, or is to be told how they are counted.
      if let warn = options.onWarning { options.onWarning = { if !$0.message.hasPrefix("Input line ") { warn($0) } } }
      return .loadText(options)
    case .genFromText(var options):
      guard !options.unpack, options.skipFooter == 0, let rows = TextReading.rowsNeeded(for: slice),
        rows < options.maxRows ?? .max
      else { return self }
      options.maxRows = rows
      return .genFromText(options)
    }
  }

  /// How many rows a slice that begins at the start needs: two at least, since a table of one row has another shape.
  private static func rowsNeeded(for slice: [AxisSelection]) -> Int? {
    switch slice.first {
    case .index(let index)? where index >= 0 && index < .max: max(2, index + 1)
    case .range(let lower, let upper?)? where lower ?? 0 >= 0 && upper >= 0: max(2, upper)
    case .slice(let start, let stop?, let step)? where start ?? 0 >= 0 && stop >= 0 && step > 0: max(2, stop)
    default: nil
    }
  }

  /// Whether the table is one of records by its options.
  var isStructured: Bool {
    switch self {
    case .loadText(let options): options.dtype.isStructured || options.dialect.hasNames
    case .genFromText(let options): options.dtype?.isStructured == true || options.names != nil
    }
  }

  /// The source to read and how, with everything settled that only the text itself tells.
  func prepared(_ source: any ByteSource) throws(FormatError) -> (any ByteSource, TextReading) {
    switch self {
    case .loadText(let options):
      let (source, options) = try options.prepared(source)
      return (source, .loadText(options))
    case .genFromText(let options):
      let (source, options) = try options.prepared(source)
      return (source, .genFromText(options))
    }
  }

  /// How one column of a table is read, by the name that its header gives it, or by its number: as the first of these
  /// that reads it.
  ///
  /// - Parameter findsType: Whether its type is found from the data: an integer, a number with NaN where fields are
  ///   empty, or what `genfromtxt` finds.
  func column(_ name: String, findsType: Bool, of source: any ByteSource) throws(FormatError) -> [TextReading] {
    switch self {
    case .loadText(let options):
      var column = try options.selecting(name, of: source)
      column.quoteCharacter = column.quoteCharacter ?? "\""
      guard findsType else { return [.loadText(column)] }
      // Without gaps by far the fastest.
      var plain = column
      plain.dtype = .float64
      column.dtype = .int64
      var numbers = GenFromTextOptions(column)
      (numbers.dtype, numbers.loose) = (.float64, false)
      var any = numbers
      (any.dtype, any.loose) = (nil, true)
      return [.loadText(column), .loadText(plain), .genFromText(numbers), .genFromText(any)]
    case .genFromText(let options): return [.genFromText(try options.selecting(name, of: source))]
    }
  }

  /// Reads the whole table into memory.
  func read(_ source: any ByteSource) throws(FormatError) -> StoredArray {
    switch self {
    case .loadText(let options):
      options.dtype.hasObjects
        ? .objects(try ObjectArray.loadText(from: source, options: options))
        : .values(try AnyNDArray.loadText(from: source, options: options))
    case .genFromText(let options):
      options.dtype?.hasObjects == true
        ? .objects(try ObjectArray.genFromText(from: source, options: options))
        : .values(try AnyNDArray.genFromText(from: source, options: options).array)
    }
  }
}
