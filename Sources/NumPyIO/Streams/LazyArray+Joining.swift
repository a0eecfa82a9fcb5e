internal import ArrayBytes
public import ByteIO
internal import NDArrays
internal import NPYFormat
internal import PickledArrays
internal import PythonPickle

// Several arrays as one, and rows that join those of a file; in bounded memory.

extension LazyArray {
  /// The arrays one after the other along an axis that they have, read when they are asked for: NumPy's
  /// `np.concatenate`.
  ///
  /// The dtype is that in which all fit: see ``DType/promoted(with:)``. Arrays of objects are read at once.
  ///
  /// - Parameters:
  ///   - arrays: One or more, of one shape but for the axis.
  ///   - axis: Counted from the end if negative.
  /// - Throws: ``FormatError`` with code `badArgument` if there are no arrays, or shapes or dtypes do not fit.
  public static func concatenated(_ arrays: [LazyArray], axis: Int = 0) throws(FormatError) -> LazyArray {
    guard let first = arrays.first else { throw FormatError(.badArgument, "need at least one array to concatenate") }
    guard !arrays.contains(where: \.dtype.hasObjects) else {
      return try LazyArray(objects(arrays, axis: axis), name: first.name, spool: first.spool)
    }
    var parts: [any ArrayBlockSource] = []
    for array in arrays { parts.append(try array.blocks()) }
    return try LazyArray(JoinedBlocks(parts, axis: axis, first.spool), spool: first.spool)
  }

  /// The arrays along a new axis, read when they are asked for: NumPy's `np.stack`.
  ///
  /// - Parameters:
  ///   - arrays: One or more, all of one shape.
  ///   - axis: The new axis's place in the result, counted from the end if negative.
  /// - Throws: ``FormatError`` with code `badArgument` if there are no arrays, or shapes or dtypes do not fit.
  public static func stacked(_ arrays: [LazyArray], axis: Int = 0) throws(FormatError) -> LazyArray {
    guard let first = arrays.first else { throw FormatError(.badArgument, "need at least one array to stack") }
    var counted: [LazyArray] = []
    for array in arrays {
      let known = try array.counted()
      guard counted.isEmpty || known.shape == counted[0].shape else {
        throw FormatError(
          .wrongShape,
          "all input arrays must have the same shape, not \(Layout.describe(counted[0].shape)) and "
            + Layout.describe(known.shape), file: known.name)
      }
      counted.append(known)
    }
    let place = try FormatError.wrapping(.badArgument, file: first.name) { () throws(ArrayError) in
      try Layout.normalized(axis, count: counted[0].shape.count + 1)
    }
    let whole = [AxisSelection](repeating: .slice(start: nil, stop: nil, step: 1), count: place)
    var turned: [LazyArray] = []
    for array in counted { turned.append(try array.applying(.slice(whole + [.newAxis, .ellipsis]))) }
    return try concatenated(turned, axis: place)
  }

  /// The array with all lengths known: a text is read once for that.
  package func counted() throws(FormatError) -> LazyArray {
    openAxis == nil ? self : try LazyArray(spool.countable(blocks()), spool: spool)
  }

  /// Arrays of which some are of objects, in memory.
  private static func objects(_ arrays: [LazyArray], axis: Int) throws(FormatError) -> StoredArray {
    var items: [PickleValue] = []
    var places: [AnyNDArray] = []
    for array in arrays {
      let objects = try FormatError.wrapping(.badArgument, file: array.name) { () throws(ArrayError) in
        guard array.dtype.fields == nil || !array.dtype.hasObjects else {
          throw ArrayError(.dtypeMismatch, "records of objects are not joined")
        }
        return try array.loadedObjects()
      }
      let start = items.count
      items += objects.items
      places.append(
        try FormatError.wrapping(.badArgument, file: array.name) { () throws(ArrayError) in
          try NDArray(Array(start..<items.count), shape: objects.shape).untyped
        })
    }
    let (all, positions) = (items, places)
    return try FormatError.wrapping(.badArgument, file: arrays[0].name) { () throws(ArrayError) in
      let order = try NDArray<Int>(AnyNDArray.concatenated(positions, axis: axis))
      return .objects(try ObjectArray.of(order.elements.map { all[$0] }, shape: order.shape))
    }
  }

  /// The elements as objects.
  package func loadedObjects() throws(ArrayError) -> ObjectArray {
    let stored: StoredArray
    do throws(FormatError) { stored = try read() } catch { throw ArrayError(.dtypeMismatch, error.message) }
    guard let objects = try stored.asType(.object).objects else {
      throw ArrayError(.dtypeMismatch, "the elements are no objects")
    }
    return objects
  }
}

/// How rows are appended to a `.npy` file.
public struct AppendOptions {
  /// Whether a file that does not exist is made; else that is an error.
  public var creates = false
  /// Whether bytes that follow the array in the file, such as an interrupted append leaves, may be overwritten.
  public var discardsTrailingBytes = false
  /// What the file may ask for.
  public var limits = LoadLimits.default
  /// How a file that is made is written.
  public var saving = SaveOptions(format: .npy)

  /// Rows for a file that exists.
  public init() {}
}

extension LazyArray {
  /// Appends the rows of arrays to a `.npy` file along its first axis, in place and in bounded memory; the file stays
  /// what it was until all are written.
  ///
  /// An array with one axis less than the file's is one row. Elements become those of the file where every value stays
  /// what it is (NumPy's casting `safe`). Those of the formats of ``ElementFormat`` join a file that has the same.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` if an array does not fit, `notFound` if there is no file, and as
  ///   `NPYFile.append(_:to:discardingTrailingBytes:limits:)`.
  public static func append(
    _ arrays: [LazyArray], to path: String, options: AppendOptions = AppendOptions()
  ) throws(FormatError) {
    if options.creates, FileStatus(path: path) == nil {
      return try concatenated(rows(of: arrays)).save(to: path, options: options.saving)
    }
    var limits = options.limits
    limits.acceptsForeignElements = true
    let appender = try NPYAppender(
      path: path, discardingTrailingBytes: options.discardsTrailingBytes, limits: limits)
    do throws(FormatError) {
      try ByteProgress.operation(.writing, path, total: nil, counting: .sink) { () throws(FormatError) in
        for array in arrays { try array.writeRows(to: appender) }
        try appender.close()
      }
    } catch {
      appender.discard()
      throw error
    }
  }

  /// Arrays as rows of one that does not exist yet: the first has them along its first axis, unless it is a single value; those
  /// with an axis less are one row each.
  private static func rows(of arrays: [LazyArray]) throws(FormatError) -> [LazyArray] {
    let count = max(1, arrays.first?.shape.count ?? 1)
    var rows: [LazyArray] = []
    for array in arrays {
      let isRow = array.shape.count == count - 1 && array.openAxis == nil
      rows.append(isRow ? try array.applying(.slice([.newAxis, .ellipsis])) : array)
    }
    return rows
  }

  /// The array as raw bytes, if it has them of the format that a header describes as ml_dtypes does.
  private func matching(_ header: NPYHeader) throws(FormatError) -> LazyArray {
    guard let notation = header.foreignNotation, case .blocks(let source) = content, let encoded = source.encoded else {
      return self
    }
    let isSame = encoded.format.headerNotation == notation
    if source.foreignFormat != nil {
      guard isSame else {
        throw FormatError(
          .wrongDType, "elements of \(encoded.format.rawValue) do not fit an array of \(header.elementName)", file: name
        )
      }
      return self
    }
    // What is decoded here goes there as it is, unless the notation leaves open which format it is.
    let isKnown =
      header.elementFormat == encoded.format || ElementFormat.allCases.count { $0.headerNotation == notation } == 1
    return isSame && isKnown ? try LazyArray(encoded, spool: spool) : self
  }

  private func writeRows(to appender: NPYAppender) throws(FormatError) {
    let rowShape = appender.rowShape
    var rows = try matching(appender.header)
    if shape.count == rowShape.count, openAxis == nil { rows = try rows.applying(.slice([.newAxis, .ellipsis])) }
    guard rows.shape.count == rowShape.count + 1, rows.openAxis ?? 0 == 0,
      Array(rows.shape.dropFirst()) == rowShape
    else {
      throw try FormatError(
        .wrongShape,
        "an array of shape \(Layout.describe(counted().shape)) does not fit one of shape \(Layout.describe(appender.header.shape)): "
          + "rows of it have shape \(Layout.describe(rowShape))", file: name)
    }
    let wanted = appender.header.dtype
    if rows.dtype.native != wanted.native {
      // Of any dtype NumPy makes raw bytes, but these are numbers of another kind.
      let isForeign = appender.header.foreignNotation != nil
      guard !rows.dtype.hasObjects, !isForeign, rows.dtype.canCast(to: wanted, casting: .safe) else {
        var error = FormatError(
          .wrongDType,
          "elements of \(rows.dtype) do not fit an array of \(appender.header.elementName) without loss: convert them "
            + "first", file: name)
        error.commandHint = "--astype does"
        throw error
      }
      rows = try rows.applying(.cast(wanted))
    }
    guard Layout.elementCount(rowShape) != 0 else {
      // Rows without elements have no runs, and count all the same.
      let empty = try FormatError.wrapping(.badArgument, file: name) { () throws(ArrayError) in
        try AnyNDArray(zeros: rows.shape, dtype: rows.dtype)
      }
      return try appender.append(empty)
    }
    let source = try rows.applying(.order(fortran: false)).blocks()
    let count = source.descriptor.rowCount
    try source.forEachRun(inUnitsOf: count) { (run: AnyNDArray) throws(FormatError) in
      try appender.append(
        source.wrapping { () throws(ArrayError) in
          try run.reshaped([run.count / count] + rowShape)
        })
    }
  }
}

extension NPYHeader {
  /// What errors call the elements: `int32`, or the only format that they can be of (`bfloat16`).
  fileprivate var elementName: String {
    if let elementFormat { return elementFormat.rawValue }
    let formats = ElementFormat.allCases.filter { $0.headerNotation == foreignNotation }
    return formats.count == 1 ? formats[0].rawValue : dtype.description
  }
}
