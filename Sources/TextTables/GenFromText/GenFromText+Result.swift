internal import ArrayBytes
internal import ByteIO
internal import NDArrays
internal import PythonLiterals

/// From the texts of all rows to an array.
extension GenFromTextTable {
  mutating func finish() throws(FormatError) -> GenFromTextResult {
    let (target, isTable) = try resultDType()
    let slots = try FieldSlot.slots(of: target)
    let used = isTable ? FieldSlots(alike: target, count: columnCount) : slots
    // A record takes as many values as there are converters: as NumPy, no more than it has fields.
    let valueCount = dtype != nil && slots.count > 1 ? min(slots.count, columnCount) : columnCount
    guard isTable || rows.isEmpty || valueCount == slots.count else {
      // A record of one value is handed to NumPy as text, which nobody has converted.
      if dtype == nil || slots.count > 1 { try checkAll(columnCount) }
      throw GenFromTextTable.misfit(valueCount, slots.count)
    }
    let shape = isTable && !rows.isEmpty ? [rows.count, columnCount] : [rows.count]
    let array = try FormatError.wrapping(.limitExceeded, file: source.name) { () throws(ArrayError) in
      try AnyNDArray(zeros: shape, dtype: target)
    }
    let rowSize = isTable ? target.itemSize * columnCount : target.itemSize
    var found = WordCount()
    for (number, row) in rows.enumerated() {
      for (index, slot) in used.enumerated() where index < row.count {
        let value: TextValue
        do throws(FormatError) {
          value = try converters[index].convert(
            row[index], loose: options.loose, counting: &found, at: { place(ofRow: number) })
        } catch {
          try checkAll(used.count)
          throw located(error, number)
        }
        // Safe: the slot lies within row `number` of the array, which is new.
        let conversion = unsafe FieldConversion(
          slot.dtype, at: array.storage.baseAddress + number * rowSize + slot.offset)
        guard conversion.store(value) else {
          try checkAll(used.count)
          throw located(outOfBounds(value, slot.dtype), number)
        }
      }
    }
    words = found
    reportWords(rowCount: rows.count)
    let mask = options.usemask ? try makeMask(target, isTable, used.count, shape) : nil
    return GenFromTextResult(array: shaped(array), mask: mask.map(shaped))
  }

  private static func misfit(_ valueCount: Int, _ fieldCount: Int) -> FormatError {
    FormatError(
      .badArgument, "could not assign tuple of length \(valueCount) to structure with \(fieldCount) fields.")
  }

  /// What cannot be converted at all is told before what does not fit: NumPy converts all columns before it stores any
  /// row.
  private func checkAll(_ count: Int) throws(FormatError) {
    for index in 0..<count {
      for (number, row) in rows.enumerated() where index < row.count {
        do throws(FormatError) { try converters[index].check(row[index], loose: options.loose) } catch {
          throw located(error, number)
        }
      }
    }
  }

  /// Where a row stands in the text, which is read once more to tell.
  private func place(ofRow number: Int) -> TextPlace {
    guard source.isSeekable, var lines = try? lines(from: dataLine) else { return TextPlace() }
    var left = number
    while let line = try? lines.next() {
      let values = splitter.fields(line)
      if values.isEmpty || wanted(of: values) == nil { continue }
      if left == 0 { return lines.linePlace }
      left -= 1
    }
    return TextPlace()
  }

  private func located(_ error: FormatError, _ row: Int) -> FormatError {
    var error = error
    let place = place(ofRow: row)
    (error.line, error.offset) = (place.line, place.offset)
    return error
  }

  func shaped(_ array: AnyNDArray) -> AnyNDArray {
    let shaped = array.withAxes(atLeast: options.ndmin)
    return options.unpack && !shaped.dtype.isStructured ? shaped.transposed() : shaped
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
    let types = converters.indices.map { index in levelDType(index) }
    guard names == nil else { return (try structured(Array(zip(names ?? [], types))), false) }
    if let level = commonLevel {
      return (level == .string ? sizedText(0..<columnCount) : GenFromTextTable.dtype(level), true)
    }
    let fields = types.enumerated().map { (FieldNames.numbered(options.defaultFormat, $0.offset), $0.element) }
    return (try structured(fields), false)
  }

  static func dtype(_ level: StringConverter.Level) -> DType {
    switch level {
    case .bool: .bool
    case .integer: .int64
    case .float: .float64
    case .complex: .complex128
    case .string: .string(1)
    }
  }

  private func levelDType(_ index: Int) -> DType {
    let level = converters[index].level
    return level == .string ? sizedText(index..<(index + 1)) : GenFromTextTable.dtype(level)
  }

  private func sizedText(_ columns: Range<Int>) -> DType {
    let dtype = sizedFlexible(.string(0), columns)
    return textIsBytes ? .bytes(dtype.itemSize / 4) : dtype
  }

  /// The names that were found are those of the fields, whatever the dtype calls them.
  func renamed(_ dtype: DType) throws(FormatError) -> DType {
    guard let names, !names.isEmpty, let fields = dtype.fields, names != fields.map(\.name) else { return dtype }
    guard names.count == fields.count else {
      throw FormatError(
        .badArgument, "must replace all names at once with a sequence of length \(fields.count)")
    }
    return try relabelled(dtype, names)
  }

  /// Text wide enough for the values of some columns, or datetimes of their finest unit.
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
    // A mask has a value for every column, even where a record takes fewer.
    guard isTable || rows.isEmpty || columnCount == count else { throw GenFromTextTable.misfit(columnCount, count) }
    let alike = missingAlike(isTable: isTable || (count == 1 && self.dtype != nil))
    var bytes: [UInt8] = []
    for row in rows {
      for index in 0..<count {
        guard index < row.count else {
          bytes.append(0)
          continue
        }
        bytes.append(try isMissing(row[index], index, alike) ? 1 : 0)
      }
    }
    let dtype = isTable ? .bool : try maskDType(target)
    return try FormatError.wrapping(.limitExceeded, file: source.name) { () throws(ArrayError) in
      try AnyNDArray(bytes: bytes, dtype: dtype, shape: shape)
    }
  }

  /// What else counts as missing in the columns of records: what equals the value of a missing text, as `-999.00` where
  /// `-999.0` is missing.
  func missingAlike(isTable: Bool) -> [[TextValue]] {
    converters.map { converter in
      isTable ? [] : converter.missing.compactMap { $0.isEmpty ? nil : try? converter.comparable($0, loose: true) }
    }
  }

  /// Whether the value of a column is a missing one.
  func isMissing(_ text: String, _ index: Int, _ alike: [[TextValue]]) throws(FormatError) -> Bool {
    if converters[index].missing.contains(PythonText.strip(text)) { return true }
    guard !alike[index].isEmpty else { return false }
    return alike[index].contains(try converters[index].comparable(text, loose: options.loose))
  }

  /// The mask of rows whose values have a byte each.
  func maskArray(_ bytes: [UInt8], _ target: DType, rowCount: Int) throws(FormatError) -> AnyNDArray {
    let dtype = try maskDType(target)
    let shape = target.isStructured ? [rowCount] : [rowCount, columnCount]
    return try FormatError.wrapping(.limitExceeded, file: source.name) { () throws(ArrayError) in
      try AnyNDArray(bytes: bytes, dtype: dtype, shape: shape)
    }
  }

  /// A `bool` for each slot.
  func maskDType(_ dtype: DType) throws(FormatError) -> DType {
    try FormatError.wrapping(.badArgument, file: source.name) { () throws(ArrayError) in try dtype.maskType() }
  }
}
