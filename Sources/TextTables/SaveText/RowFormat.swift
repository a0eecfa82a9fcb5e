internal import ByteIO
internal import NDArrays
internal import NumberText
internal import PythonLiterals

/// A value that a row hands to the format: an element of a plain array, a part of a complex one, a field of a record.
struct TextColumn: Sendable {
  /// The type of the value, in this machine's byte order.
  let dtype: DType
  /// The type as the array has it, in whatever byte order: as `repr` says it.
  let declared: DType
  /// Where it lies, in bytes from the start of the row.
  let offset: Int
}

/// The values that a row hands to the format: those of a unit, again and again for each column of a plain array.
struct TextColumns: Sendable {
  /// The values of a record, or of one column.
  let unit: [TextColumn]
  /// How often the unit is repeated: once for a record, as often as there are columns in a plain array.
  let repeats: Int
  /// From one repetition to the next, in bytes.
  let stride: Int

  /// How many values a row has.
  var count: Int { unit.count.multipliedReportingOverflow(by: repeats).partialValue }

  /// All of them.
  var all: [TextColumn] {
    (0..<repeats).flatMap { index in
      unit.map { TextColumn(dtype: $0.dtype, declared: $0.declared, offset: $0.offset + index * stride) }
    }
  }
}

/// A `savetxt` format made ready for an array: what to write for each row.
struct RowFormat: Sendable {
  /// A step of writing a row.
  enum Step: Sendable {
    /// Text that is written as it is.
    case literal([UInt8])
    /// A value under a conversion.
    case value(TextColumn, PercentSpec)
    /// What is wrong from here on; thrown when the first row gets here, as Python does.
    case failure(FormatError)
  }

  /// The steps of a row, or of each column where all are written alike, however many there are.
  let steps: [Step]
  /// How often the steps are gone through in a row.
  let repeats: Int
  /// What stands between two times.
  let separator: [UInt8]
  /// How far apart the values of one time are from those of the next, in bytes.
  let stride: Int
  /// Thrown where a value does not go with its conversion, unless the array is complex.
  let mismatch: FormatError
  /// Whether the array is complex: its parts are written apart, and `+-` becomes `-`.
  let isComplex: Bool

  /// - Parameters:
  ///   - format: The format, or one per column.
  ///   - columnCount: How many columns the array has, complex numbers counted once.
  ///   - columns: The values of a row.
  ///   - dtype: The array's own dtype, for messages.
  init(
    _ format: TextFormat, delimiter: String, columnCount: Int, columns: TextColumns, dtype: DType, isComplex: Bool
  ) throws(FormatError) {
    self.isComplex = isComplex
    let whole: String
    if let one = RowFormat.repeated(format, delimiter, columns, isComplex: isComplex) {
      let shown = min(columnCount, RowFormat.shownColumns)
      whole = repeatElement(one, count: shown).joined(separator: delimiter) + (shown < columnCount ? "..." : "")
      mismatch = RowFormat.mismatch(whole, dtype)
      steps = RowFormat.steps(one, columns.unit, isComplex ? nil : mismatch)
      (repeats, separator, stride) = (columns.repeats, Array(delimiter.utf8), columns.stride)
    } else {
      guard columnCount <= RowFormat.mostColumns else {
        throw FormatError(
          .limitExceeded, "\(columnCount) columns under a format of their own: there may be \(RowFormat.mostColumns)")
      }
      whole = try RowFormat.joined(format, delimiter, columnCount, isComplex: isComplex)
      mismatch = RowFormat.mismatch(whole, dtype)
      steps = RowFormat.steps(whole, columns.all, isComplex ? nil : mismatch)
      (repeats, separator, stride) = (1, [], 0)
    }
  }

  /// How many columns' formats an error shows.
  private static let shownColumns = 32
  /// The most columns that do not all have one format, of which each takes some hundred bytes.
  private static let mostColumns = 1 << 22

  private static func mismatch(_ format: String, _ dtype: DType) -> FormatError {
    var error = FormatError(
      .badArgument, "Mismatch between array dtype ('\(dtype)') and format specifier ('\(format)')")
    error.commandHint = "--csv writes values of any type with the names of their fields, --fmt %s values alone"
    return error
  }

  /// The steps of a format for some values.
  ///
  /// - Parameter mismatch: What is thrown for values that do not go with the format; `nil` for Python's own error.
  private static func steps(_ format: String, _ columns: [TextColumn], _ mismatch: FormatError?) -> [Step] {
    func wrongType(_ message: String) -> Step { .failure(mismatch ?? FormatError(.badArgument, message)) }
    var steps: [Step] = []
    var next = 0
    for part in PercentFormat.parts(of: format) {
      switch part {
      case .literal(let text): steps.append(.literal(text))
      case .invalid(let message): return steps + [.failure(FormatError(.badArgument, message))]
      case .wrongType(let message): return steps + [wrongType(message)]
      case .conversion(let spec):
        guard next < columns.count else { return steps + [wrongType("not enough arguments for format string")] }
        steps.append(.value(columns[next], spec))
        next += 1
      }
    }
    return next < columns.count ? steps + [wrongType("not all arguments converted during string formatting")] : steps
  }

  /// The format of one column, if that of a row is nothing but its repetition; `nil` where the parts would mean something
  /// else when they are joined.
  private static func repeated(
    _ format: TextFormat, _ delimiter: String, _ columns: TextColumns, isComplex: Bool
  ) -> String? {
    guard columns.repeats != 1, case .single(let text) = format, !delimiter.utf8.contains(UInt8(ascii: "%")),
      text.utf8.count(where: { $0 == UInt8(ascii: "%") }) == 1
    else { return nil }
    let one = column(text, isComplex: isComplex)
    for part in PercentFormat.parts(of: one) {
      if case .invalid = part { return nil }
    }
    return one
  }

  private static func column(_ text: String, isComplex: Bool) -> String { isComplex ? " (\(text)+\(text)j)" : text }

  /// The format of a whole row, by NumPy's rules.
  private static func joined(
    _ format: TextFormat, _ delimiter: String, _ columnCount: Int, isComplex: Bool
  ) throws(FormatError) -> String {
    switch format {
    case .columns(let formats):
      guard formats.count == columnCount else {
        let list = "[" + formats.map { PythonRepr.string($0) }.joined(separator: ", ") + "]"
        throw FormatError(.badArgument, "fmt has wrong shape.  \(list)")
      }
      return formats.joined(separator: delimiter)
    case .single(let text):
      let count = text.utf8.count { $0 == UInt8(ascii: "%") }
      if count == 1 {
        return repeatElement(column(text, isComplex: isComplex), count: columnCount).joined(separator: delimiter)
      }
      guard count == (isComplex ? 2 * columnCount : columnCount) else {
        throw FormatError(.badArgument, "fmt has wrong number of % formats:  \(text)")
      }
      return text
    }
  }
}
