internal import ByteIO
internal import NDArrays
internal import NumberText

/// How rows go straight into typed memory, once the types of their columns are known.
extension GenFromTextTable {
  /// How the rows are read.
  struct TypedPlan {
    /// What reads plain lines; `nil` where each line is cut into texts.
    let rows: FastRowReader?
    /// The dtype of an element or a record.
    let target: DType
    let slots: FieldSlots
    let rowSize: Int
    /// What the texts for missing values represent, column by column: see ``missingAlike(isTable:)``.
    let missingAlike: [[TextValue]]

    var hasGaps: Bool { slots.byteCount != rowSize }
  }

  /// Whether the options are such that rows may be read so.
  var isTypable: Bool {
    source.isSeekable && columnCount > 0 && !options.keepsBytes && dtype?.hasObjects != true
      && options.converters.isEmpty
  }

  /// How rows of these widths are read; `nil` if their columns are of kinds that are not read so.
  func typedPlan(_ widths: [Int]) throws(FormatError) -> TypedPlan? {
    guard !hidesLength, let target = try typedDType(widths) else { return nil }
    let slots = try slots(of: target)
    guard slots.count == columnCount else { return nil }
    let size = rowSize(target)
    let marksTextsOnly = !target.isStructured || (columnCount == 1 && dtype != nil)
    return TypedPlan(
      rows: fastRows(slots, target, size), target: target, slots: slots, rowSize: size,
      missingAlike: options.usemask ? missingAlike(isTable: marksTextsOnly) : [])
  }

  /// What reads plain lines; `nil` if there is more to lines of this kind.
  private func fastRows(_ slots: FieldSlots, _ target: DType, _ size: Int) -> FastRowReader? {
    let comment = options.comments?.utf8.first
    guard settles(slots), !options.usemask || marksMissingFieldsOnly(slots, target) else { return nil }
    let strictness = MixedRowReader.Strictness(
      refusesLongText: dtype == nil, stripsFields: options.autostrip, marksBlanks: options.usemask)
    let missing = options.usemask ? [] : zip(converters, slots).map { missingValue($0, $1) }
    guard let delimiter = plainDelimiter else {
      return FixedWidthRowReader(
        slots, options.delimiter, comment: comment, columns, size, strictness: strictness, missing: missing
      ).map { .fixedWidths($0) }
    }
    guard FastRowReader.isPlain(delimiter: delimiter, comment: comment) else { return nil }
    return MixedRowReader(
      slots, delimiter: delimiter, comment: comment.map { [$0] } ?? [], columns, size, strictness: strictness,
      missing: missing
    ).map { .records($0) }
  }

  /// What stands in a column of numbers for an empty field, and for words too where these need not be looked at.
  private func missingValue(_ converter: StringConverter, _ slot: FieldSlot) -> MissingValue? {
    guard slot.dtype.itemSize <= 8, let value = try? converter.convert("", loose: options.loose) else { return nil }
    var bits: UInt64 = 0
    let isStored = unsafe withUnsafeMutableBytes(of: &bits) { bytes in
      // Safe: the element has at most the eight bytes of the number, which is on the stack.
      guard let start = bytes.baseAddress else { return false }
      return unsafe FieldConversion(slot.dtype, at: start).store(value)
    }
    guard isStored else { return nil }
    return MissingValue(
      bits: bits, byteCount: slot.dtype.itemSize, takesWords: dtype != nil && options.loose && options.skipFooter == 0,
      known: converter.missing.map { Array($0.utf8) })
  }

  /// Whether values that are read without their converter would not have upgraded it, or know better what to.
  private func settles(_ slots: FieldSlots) -> Bool {
    dtype != nil
      || zip(converters, slots).allSatisfy { $0.level != .bool || ($0.hasBool && $1.dtype.kind == .bool) }
  }

  /// Whether nothing counts as missing that a ``FastRowReader`` takes for a value: only empty fields, and in a table of
  /// numbers texts that are not numbers. (In records a value that equals the one of a missing text is missing, too.)
  private func marksMissingFieldsOnly(_ slots: FieldSlots, _ target: DType) -> Bool {
    zip(converters, slots).allSatisfy { converter, slot in
      converter.missing == [""]
        || ((!target.isStructured || slots.count == 1) && dtype != nil && slot.dtype.isNumber
          && converter.missing.allSatisfy { PythonNumberText.double(Array($0.utf8)) == nil })
    }
  }

  /// The delimiter as a byte, 0 for white space; `nil` for others.
  private var plainDelimiter: UInt8? {
    switch options.delimiter {
    case .space, .text(""), .width(0): return 0
    case .text(let mark):
      let bytes = Array(mark.utf8)
      return bytes.count == 1 ? bytes[0] : nil
    case .width, .widths: return nil
    }
  }

  /// Whether all columns are of one type, so that the result has two axes.
  var isTable: Bool { dtype.map { !$0.isStructured } ?? (names == nil && commonLevel != nil) }

  /// The level of all columns that have found theirs: columns of missing values have not.
  var commonLevel: StringConverter.Level? {
    let levels = Set(converters.filter { !($0.level == .bool && $0.hasMissingBool) }.map(\.level))
    return levels.count == 1 ? levels.first : nil
  }

  /// The dtype of an element or a record; `nil` if the columns are of kinds that are not read so.
  func typedDType(_ widths: [Int]) throws(FormatError) -> DType? {
    if let dtype {
      guard !dtype.isFlexible, dtype.fields?.allSatisfy({ !$0.dtype.isFlexible }) ?? true else { return nil }
      if let fields = dtype.fields, let names, !names.isEmpty, names.count != fields.count { return nil }
      return try renamed(dtype)
    }
    if isTable, let level = commonLevel {
      guard level == .string else { return GenFromTextTable.dtype(level) }
      // Words for truth values that are missing would have to be measured.
      return converters.allSatisfy { $0.level == .string } ? .string(widths.max() ?? 1) : nil
    }
    let types = zip(converters, widths).map { converter, width in
      converter.level == .string ? DType.string(width) : GenFromTextTable.dtype(converter.level)
    }
    let names = names ?? types.indices.map { FieldNames.numbered(options.defaultFormat, $0) }
    // What is wrong with the names is told after what is wrong with the rows.
    guard names.count == columnCount, Set(names).count == names.count else { return nil }
    return try structured(Array(zip(names, types)))
  }

  func slots(of target: DType) throws(FormatError) -> FieldSlots {
    guard !target.isStructured else { return try FieldSlot.slots(of: target) }
    guard columnCount <= Int.max / 2 / max(1, target.itemSize) else { return FieldSlots([]) }
    return FieldSlots(alike: target, count: columnCount)
  }

  func rowSize(_ target: DType) -> Int {
    target.isStructured ? target.itemSize : target.itemSize * columnCount
  }
}
