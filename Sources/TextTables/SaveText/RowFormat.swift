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

  let steps: [Step]
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
    _ format: TextFormat, delimiter: String, columnCount: Int, columns: [TextColumn], dtype: DType, isComplex: Bool
  ) throws(FormatError) {
    let whole = try RowFormat.joined(format, delimiter, columnCount, isComplex: isComplex)
    let mismatch = FormatError(
      .badArgument, "Mismatch between array dtype ('\(dtype)') and format specifier ('\(whole)')")
    func wrongType(_ message: String) -> FormatError {
      isComplex ? FormatError(.badArgument, message) : mismatch
    }
    var steps: [Step] = []
    var next = 0
    parts: for part in PercentFormat.parts(of: whole) {
      switch part {
      case .literal(let text): steps.append(.literal(text))
      case .invalid(let message):
        steps.append(.failure(FormatError(.badArgument, message)))
        break parts
      case .wrongType(let message):
        steps.append(.failure(wrongType(message)))
        break parts
      case .conversion(let spec):
        guard next < columns.count else {
          steps.append(.failure(wrongType("not enough arguments for format string")))
          break parts
        }
        steps.append(.value(columns[next], spec))
        next += 1
      }
    }
    if next < columns.count, !steps.contains(where: { if case .failure = $0 { true } else { false } }) {
      steps.append(.failure(wrongType("not all arguments converted during string formatting")))
    }
    self.steps = steps
    self.mismatch = mismatch
    self.isComplex = isComplex
  }

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
        let one = isComplex ? " (\(text)+\(text)j)" : text
        return repeatElement(one, count: columnCount).joined(separator: delimiter)
      }
      guard count == (isComplex ? 2 * columnCount : columnCount) else {
        throw FormatError(.badArgument, "fmt has wrong number of % formats:  \(text)")
      }
      return text
    }
  }
}
