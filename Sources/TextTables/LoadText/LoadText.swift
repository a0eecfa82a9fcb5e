internal import ArrayBytes
public import ByteIO
public import NDArrays

extension AnyNDArray {
  /// Reads a text file as NumPy's `np.loadtxt`.
  ///
  /// Large files are read on all cores. Memory: the array, and a few megabytes of text at a time.
  ///
  /// - Throws: ``FormatError`` with code `badValue` for a field that is not a value of the dtype, `malformed` for a row
  ///   with another number of columns, `badArgument` for options that contradict each other: NumPy's wording, with
  ///   the file, row and column.
  public static func loadText(
    from path: String, options: LoadTextOptions = LoadTextOptions()
  ) throws(FormatError) -> AnyNDArray {
    try loadText(from: TextFile.open(path), options: options)
  }

  /// Reads text from a source as NumPy's `np.loadtxt`: see `loadText(from:options:)`.
  ///
  /// - Throws: As `loadText(from:options:)`.
  public static func loadText(
    from source: any ByteSource, options: LoadTextOptions = LoadTextOptions()
  ) throws(FormatError) -> AnyNDArray {
    try ByteProgress.reading(source, total: source.storedByteCount) { () throws(FormatError) in
      do throws(FormatError) {
        let reader = try TextTableReader(source, options: options)
        return reader.finished(try reader.readAll())
      } catch { throw error.explained(by: source, wanted: .text) }
    }
  }

  /// Reads a text file as an array per column: NumPy's `np.loadtxt(…, unpack=True)` taken apart. A structured dtype
  /// gives an array per field.
  ///
  /// - Throws: As `loadText(from:options:)`.
  public static func loadTextColumns(
    from path: String, options: LoadTextOptions = LoadTextOptions()
  ) throws(FormatError) -> [AnyNDArray] {
    try loadTextColumns(from: TextFile.open(path), options: options)
  }

  /// Reads text from a source as an array per column: see ``loadTextColumns(from:options:)-(String,_)``.
  ///
  /// - Throws: As `loadText(from:options:)`.
  public static func loadTextColumns(
    from source: any ByteSource, options: LoadTextOptions = LoadTextOptions()
  ) throws(FormatError) -> [AnyNDArray] {
    var options = options
    options.unpack = true
    let array = try loadText(from: source, options: options)
    return try FormatError.wrapping(.unsupported, file: source.name) { () throws(ArrayError) in
      try array.unpackedColumns()
    }
  }
}

extension TextTableReader {
  /// What `loadtxt` returns where these are all the rows: with the axes that `ndmin` wants, transposed for `unpack`; for
  /// none at all it warns.
  package func finished(_ rows: AnyNDArray) -> AnyNDArray {
    let array = rows.withAxes(atLeast: options.ndmin)
    if array.shape.first == 0 {
      options.onWarning?("loadtxt: input contained no data: \"\(blocks.source.name)\"")
    }
    return options.unpack && !array.dtype.isStructured ? array.transposed() : array
  }
}

extension NDArray {
  /// Reads a text file of numbers of this type: NumPy's `np.loadtxt(path, dtype=…)`.
  ///
  /// - Throws: ``FormatError`` as `AnyNDArray.loadText(from:options:)`.
  public init(
    textFile path: String, delimiter: String? = nil, comments: [String] = ["#"], skipRows: Int = 0,
    useColumns: [Int]? = nil, maxRows: Int? = nil, ndmin: Int = 0, encoding: TextEncoding? = nil,
    quoteCharacter: String? = nil
  ) throws(FormatError) {
    var options = LoadTextOptions(dtype: Element.dtype, delimiter: delimiter)
    options.comments = comments
    options.skipRows = skipRows
    options.useColumns = useColumns
    options.maxRows = maxRows
    options.ndmin = ndmin
    options.encoding = encoding
    options.quoteCharacter = quoteCharacter
    let array = try AnyNDArray.loadText(from: path, options: options)
    self = try FormatError.wrapping(.badArgument, file: path) { () throws(ArrayError) in try NDArray(array) }
  }
}

extension AnyNDArray {
  /// The array without axes of length 1 beyond `ndmin`, and with axes added up to it, as `loadtxt` does.
  func withAxes(atLeast ndmin: Int) -> AnyNDArray {
    var array = self
    if ndim > ndmin {
      let kept = shape.indices.filter { shape[$0] != 1 }
      array = AnyNDArray(
        uncheckedDType: dtype, shape: kept.map { shape[$0] }, strides: kept.map { strides[$0] }, offset: offset,
        storage: storage)
    }
    guard array.ndim < ndmin else { return array }
    let count = array.shape.first ?? 1
    // Two axes: a row becomes a column, as `atleast_2d(a).T` makes it.
    let newShape = ndmin == 1 ? [count] : [count, 1]
    let step = array.strides.first ?? dtype.itemSize
    return AnyNDArray(
      uncheckedDType: dtype, shape: newShape, strides: ndmin == 1 ? [step] : [step, dtype.itemSize], offset: offset,
      storage: storage)
  }

  /// The arrays that Python's unpacking of the array gives: one per field, or one per entry of the first axis.
  func unpackedColumns() throws(ArrayError) -> [AnyNDArray] {
    if let fields = dtype.fields {
      var columns: [AnyNDArray] = []
      for field in fields { columns.append(try self.field(field.name)) }
      return columns
    }
    guard let count = shape.first else { return [self] }
    var columns: [AnyNDArray] = []
    for index in 0..<count { columns.append(try slice([.index(index)])) }
    return columns
  }
}
