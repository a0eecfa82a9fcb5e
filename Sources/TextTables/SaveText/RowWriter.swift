internal import ByteIO
internal import NDArrays
internal import NumberText

/// Writes rows of an array as text.
struct RowWriter: Sendable {
  let format: RowFormat
  let newline: [UInt8]

  /// Rows of plain numbers of one type under one conversion have a loop of their own.
  private let lines: NumericRowWriter?
  /// The steps of a row of another kind.
  private let steps: [RowStep]

  let quoting: FieldQuoting?
  private let keepsDigits: Bool

  init(_ format: RowFormat, newline: String, quoting: FieldQuoting? = nil, keepsDigits: Bool = false) {
    self.format = format
    self.quoting = quoting
    self.keepsDigits = keepsDigits && RowWriter.roundsNumbers(format)
    self.newline = Array(newline.utf8)
    lines = RowWriter.plainLines(format, newline: self.newline)
    steps = format.steps.map { RowStep($0) }
  }

  /// The rows' own loop, if their steps are values of one plain kind, side by side, with one separator between them.
  private static func plainLines(_ format: RowFormat, newline: [UInt8]) -> NumericRowWriter? {
    guard !format.isComplex else { return nil }
    var separators: [[UInt8]] = []
    var pending: [UInt8] = []
    var first: (column: TextColumn, spec: PercentSpec)?
    for step in format.steps {
      switch step {
      case .literal(let text): pending += text
      case .failure: return nil
      case .value(let column, let spec):
        let known = first ?? (column, spec)
        guard column.dtype == known.column.dtype, spec == known.spec,
          column.offset == separators.count * column.dtype.itemSize
        else { return nil }
        first = known
        separators.append(pending)
        pending = []
      }
    }
    guard let first, let element = FastRowReader.element(first.column.dtype) else { return nil }
    if format.repeats != 1 {
      // One value again and again; of no columns there is nothing to write.
      guard separators.count == 1, format.repeats > 0, format.stride == first.column.dtype.itemSize else { return nil }
      return NumericRowWriter(
        element, first.spec, columnCount: format.repeats, before: separators[0],
        between: pending + format.separator + separators[0], after: pending + newline)
    }
    guard Set(separators.dropFirst()).count <= 1 else { return nil }
    return NumericRowWriter(
      element, first.spec, columnCount: separators.count, before: separators[0],
      between: separators.count > 1 ? separators[1] : [], after: pending + newline)
  }

  /// Whether integers of 64 bits, or numbers of 80, are written by way of a `Double`.
  private static func roundsNumbers(_ format: RowFormat) -> Bool {
    format.steps.contains { step in
      guard case .value(let column, let spec) = step else { return false }
      let isExtended = column.dtype.kind == .float && column.dtype.itemSize == 16
      return (isLong(column.dtype) || isExtended) && "eEfFgG".utf8.contains(spec.conversion)
    }
  }

  private static func isLong(_ dtype: DType) -> Bool {
    dtype.itemSize == 8 && (dtype.kind == .signedInteger || dtype.kind == .unsignedInteger)
  }

  /// Whether any of the rows has an integer that a `Double` may not hold.
  private func hasLongIntegers(_ rowCount: Int, _ rowSize: Int, from base: UnsafeRawPointer) -> Bool {
    for step in format.steps {
      guard case .value(let column, _) = step, RowWriter.isLong(column.dtype) else { continue }
      let isSigned = column.dtype.kind == .signedInteger
      for row in 0..<rowCount {
        // Safe: the column lies within the row.
        let word = unsafe (base + row * rowSize + column.offset).loadUnaligned(as: Int64.self)
        let magnitude = isSigned ? word.magnitude : UInt64(bitPattern: word)
        if magnitude > 1 << 53 { return true }
      }
    }
    return false
  }

  /// Appends rows that follow each other `rowSize` bytes apart.
  ///
  /// - Parameter bytes: `rowCount × rowSize` bytes; elements in this machine's byte order.
  func append(_ rowCount: Int, rowSize: Int, of bytes: UnsafeRawBufferPointer, to text: inout TextBuffer)
    throws(FormatError)
  {
    guard let base = bytes.baseAddress else {
      // Rows without columns.
      for _ in 0..<rowCount { try unsafe appendRow(at: nil, to: &text) }
      return
    }
    // Safe: the values lie one after the other from `base` on.
    let isExact = unsafe !keepsDigits || !hasLongIntegers(rowCount, rowSize, from: base)
    if let lines, lines.rowSize == rowSize, isExact { return unsafe lines.append(rowCount, from: base, to: &text) }
    for row in 0..<rowCount { try unsafe appendRow(at: base + row * rowSize, to: &text) }
  }

  // MARK: Any row

  private func appendRow(at base: UnsafeRawPointer?, to text: inout TextBuffer) throws(FormatError) {
    let start = text.count
    for column in 0..<format.repeats {
      if column > 0 { text.append(format.separator) }
      // Safe: as many columns as the format says lie in a row, a stride apart.
      try unsafe appendSteps(at: base.map { unsafe $0 + column * format.stride }, to: &text)
    }
    text.append(newline)
    if format.isComplex { RowWriter.joinSigns(from: start, in: &text) }
  }

  /// Goes through the steps once.
  private func appendSteps(at base: UnsafeRawPointer?, to text: inout TextBuffer) throws(FormatError) {
    for index in steps.indices {
      let step = steps[index]
      if step.kind == .separator {
        text.append(step.byte)
        continue
      }
      if let base = unsafe base {
        // Safe: the value lies within the row.
        if unsafe step.append(at: base + step.offset, to: &text) { continue }
      }
      switch format.steps[index] {
      case .literal(let bytes): text.append(bytes)
      case .failure(let error): throw error
      case .value(let column, let spec):
        guard let base = unsafe base else { return }
        // Safe: the column lies within the row.
        let value = unsafe ScalarText(column.dtype, declared: column.declared, at: base + column.offset)
        try append(value, spec, to: &text)
      }
    }
  }

  /// Makes `+-` a `-`, from a row's start on.
  private static func joinSigns(from start: Int, in text: inout TextBuffer) {
    var target = start
    var index = start
    let count = text.count
    while index < count {
      let byte = text[index]
      index += 1
      if byte == UInt8(ascii: "+"), index < count, text[index] == UInt8(ascii: "-") { continue }
      text[target] = byte
      target += 1
    }
    text.truncate(to: target)
  }

  func mismatch(_ message: @autoclosure () -> String) -> FormatError {
    format.isComplex ? FormatError(.badArgument, message()) : format.mismatch
  }

  func append(_ value: ScalarText, _ spec: PercentSpec, to text: inout TextBuffer) throws(FormatError) {
    let letter = Character(Unicode.Scalar(spec.conversion))
    switch spec.conversion {
    case UInt8(ascii: "s"), UInt8(ascii: "r"), UInt8(ascii: "a"):
      let start = text.count
      if spec.conversion == UInt8(ascii: "s") {
        if quoting != nil, value.dtype.kind == .bytes {
          for byte in value.bytes { text.append(codePoint: UInt32(byte)) }
        } else {
          try value.appendStr(to: &text)
        }
      } else {
        try value.appendRepr(to: &text)
        if spec.conversion == UInt8(ascii: "a") { RowWriter.escape(from: start, in: &text) }
      }
      text.finishText(from: start, spec)
      quoting?.finish(from: start, in: &text)
    case UInt8(ascii: "c"): try appendCharacter(value, spec, to: &text)
    case UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "o"):
      guard value.dtype.kind != .bool, let (magnitude, isNegative) = value.integer else {
        throw mismatch("%\(letter) format: an integer is required, not numpy.\(value.dtype.name)")
      }
      text.append(magnitude: magnitude, isNegative: isNegative, spec)
    case UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "u"): try appendInteger(value, spec, to: &text)
    default:
      if let double = value.double {
        // What a double rounds, or cannot hold at all.
        if keepsDigits, value.dtype.kind == .float, value.dtype.itemSize == 16, value.isRounded(to: double) {
          return try value.appendStr(to: &text)
        }
        text.append(double, spec)
      } else if let (magnitude, isNegative) = value.integer {
        if keepsDigits, UInt64(exactly: Double(magnitude)) != magnitude {
          if isNegative { text.append(UInt8(ascii: "-")) }
          return text.appendDecimal(magnitude)
        }
        text.append(isNegative ? -Double(magnitude) : Double(magnitude), spec)
      } else if let count = plainDate(value) {
        text.append(Double(count), spec)
      } else {
        throw mismatch("must be real number, not numpy.\(value.dtype.name)")
      }
    }
  }

  private func appendInteger(_ value: ScalarText, _ spec: PercentSpec, to text: inout TextBuffer) throws(FormatError) {
    if let (magnitude, isNegative) = value.integer {
      text.append(magnitude: magnitude, isNegative: isNegative, spec)
    } else if value.dtype.kind == .float, value.dtype.itemSize == 16 {
      let number = value.extended(at: 0)
      guard !number.isNaN, !number.isInfinite else { throw RowWriter.noInteger(number.doubleValue, "longdouble") }
      text.append(integerPartOf: number.exactDigits, isNegative: number.isNegative, spec)
    } else if let double = value.double {
      guard double.isFinite else { throw RowWriter.noInteger(double, "float") }
      text.append(integerPartOf: double, spec)
    } else if let count = plainDate(value) {
      text.append(magnitude: count.magnitude, isNegative: count < 0, spec)
    } else {
      throw mismatch("%d format: a real number is required, not numpy.\(value.dtype.name)")
    }
  }

  static func noInteger(_ value: Double, _ kind: String) -> FormatError {
    FormatError(
      .badValue,
      value.isNaN
        ? "cannot convert \(kind == "float" ? "float" : kind) NaN to integer"
        : "cannot convert \(kind) infinity to integer")
  }

  private func plainDate(_ value: ScalarText) -> Int64? {
    guard value.dtype.kind == .datetime || value.dtype.kind == .timedelta else { return nil }
    let count = value.load(Int64.self)
    let unit = value.dtype.dateUnit ?? .generic
    return DateText.isPlainNumber(count, unit, isDatetime: value.dtype.kind == .datetime) ? count : nil
  }

  private func appendCharacter(_ value: ScalarText, _ spec: PercentSpec, to text: inout TextBuffer) throws(FormatError)
  {
    let start = text.count
    var plain = spec
    plain.precision = nil
    if value.dtype.kind == .string, value.codePoints.count == 1 {
      text.append(codePoint: value.codePoints[0])
    } else if value.dtype.kind != .bool, let (magnitude, isNegative) = value.integer {
      guard !isNegative, magnitude < 0x11_0000 else {
        throw FormatError(.badValue, "%c arg not in range(0x110000)")
      }
      text.append(codePoint: UInt32(magnitude))
    } else {
      throw mismatch("%c requires int or char")
    }
    text.finishText(from: start, plain)
  }

  /// Python's `ascii`: what is not ASCII becomes an escape.
  static func escape(from start: Int, in text: inout TextBuffer) {
    let bytes = text.bytes.bytes(start..<text.count)
    guard bytes.contains(where: { $0 >= 0x80 }) else { return }
    text.truncate(to: start)
    var index = 0
    while index < bytes.count {
      let (point, length) = UTF8Text.decode(bytes, at: index)
      index += length
      if point < 0x80 {
        text.append(UInt8(point))
        continue
      }
      let hex = String(point, radix: 16)
      let (letter, width) = point < 0x100 ? ("x", 2) : point < 0x1_0000 ? ("u", 4) : ("U", 8)
      text.append("\\" + letter + String(repeating: "0", count: width - hex.count) + hex)
    }
  }
}
