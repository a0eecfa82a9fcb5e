internal import ByteIO
internal import NDArrays
internal import NumberText

/// How rows go straight into typed memory, once the types of their columns are known.
extension GenFromTextTable {
  /// How the rows are read.
  struct TypedPlan {
    /// What reads plain lines; `nil` where each line is cut into texts.
    let rows: FastRows?
    /// The dtype of an element or a record.
    let target: DType
    let leaves: TextLeaves
    let rowSize: Int
    /// What the texts for missing values stand for, column by column: see ``missingAlike(isTable:)``.
    let missingAlike: [[TextValue]]

    var hasGaps: Bool { leaves.byteCount != rowSize }
  }

  /// Whether the options are such that rows may be read so.
  var isTypable: Bool {
    source.isSeekable && columnCount > 0 && !options.keepsBytes && dtype?.hasObjects != true
      && options.converters.isEmpty
  }

  /// How rows of these widths are read; `nil` if their columns are of kinds that are not read so.
  func typedPlan(_ widths: [Int]) throws(FormatError) -> TypedPlan? {
    guard !hidesLength, let target = try typedDType(widths) else { return nil }
    let leaves = try leaves(of: target)
    guard leaves.count == columnCount else { return nil }
    let size = rowSize(target)
    let marksTextsOnly = !target.isStructured || (columnCount == 1 && dtype != nil)
    return TypedPlan(
      rows: fastRows(leaves, target, size), target: target, leaves: leaves, rowSize: size,
      missingAlike: options.usemask ? missingAlike(isTable: marksTextsOnly) : [])
  }

  /// What reads plain lines; `nil` if there is more to lines of this kind.
  private func fastRows(_ leaves: TextLeaves, _ target: DType, _ size: Int) -> FastRows? {
    let comment = options.comments?.utf8.first
    guard settles(leaves), !options.usemask || marksGapsOnly(leaves, target) else { return nil }
    let strictness = RecordRows.Strictness(
      refusesLongText: dtype == nil, stripsFields: options.autostrip, marksBlanks: options.usemask)
    let gaps = options.usemask ? [] : zip(converters, leaves).map { gap($0, $1) }
    guard let delimiter = plainDelimiter else {
      return FixedWidthRows(
        leaves, options.delimiter, comment: comment, columns, size, strictness: strictness, gaps: gaps
      ).map { .fixedWidths($0) }
    }
    guard FastRows.isPlain(delimiter: delimiter, comment: comment) else { return nil }
    return RecordRows(
      leaves, delimiter: delimiter, comment: comment.map { [$0] } ?? [], columns, size, strictness: strictness,
      gaps: gaps
    ).map { .records($0) }
  }

  /// What stands in a column of numbers for an empty field, and for words too where these need not be looked at.
  private func gap(_ converter: LadderConverter, _ leaf: TextLeaf) -> FieldGap? {
    guard leaf.dtype.itemSize <= 8, let value = try? converter.convert("", loose: options.loose) else { return nil }
    var bits: UInt64 = 0
    let isStored = unsafe withUnsafeMutableBytes(of: &bits) { bytes in
      // Safe: the element has at most the eight bytes of the number, which is on the stack.
      guard let start = bytes.baseAddress else { return false }
      return unsafe FieldConversion(leaf.dtype, at: start).store(value)
    }
    guard isStored else { return nil }
    return FieldGap(bits: bits, byteCount: leaf.dtype.itemSize, takesWords: dtype != nil && options.loose)
  }

  /// Whether values that are read without a look at the ladder would not have made it climb, or know better where to.
  private func settles(_ leaves: TextLeaves) -> Bool {
    dtype != nil
      || zip(converters, leaves).allSatisfy { $0.rung != .bool || ($0.hasBool && $1.dtype.kind == .bool) }
  }

  /// Whether what counts as missing is nothing that ``FastRows`` take: empty fields, and texts that are no numbers in a
  /// table of numbers. (In records a value is missing, too, that equals the one of a missing text.)
  private func marksGapsOnly(_ leaves: TextLeaves, _ target: DType) -> Bool {
    zip(converters, leaves).allSatisfy { converter, leaf in
      converter.missing == [""]
        || ((!target.isStructured || leaves.count == 1) && dtype != nil && leaf.dtype.isNumber
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
  var isTable: Bool { dtype.map { !$0.isStructured } ?? (names == nil && commonRung != nil) }

  /// The rung that all columns stand on which have found theirs: columns of missing values have not.
  var commonRung: LadderConverter.Rung? {
    let rungs = Set(converters.filter { !($0.rung == .bool && $0.hasMissingBool) }.map(\.rung))
    return rungs.count == 1 ? rungs.first : nil
  }

  /// The dtype of an element or a record; `nil` if the columns are of kinds that are not read so.
  func typedDType(_ widths: [Int]) throws(FormatError) -> DType? {
    if let dtype {
      guard !dtype.isFlexible, dtype.fields?.allSatisfy({ !$0.dtype.isFlexible }) ?? true else { return nil }
      if let fields = dtype.fields, let names, !names.isEmpty, names.count != fields.count { return nil }
      return try renamed(dtype)
    }
    if isTable, let rung = commonRung {
      guard rung == .string else { return GenFromTextTable.dtype(rung) }
      // Words for truth values that are missing would have to be measured.
      return converters.allSatisfy { $0.rung == .string } ? .string(widths.max() ?? 1) : nil
    }
    let types = zip(converters, widths).map { converter, width in
      converter.rung == .string ? DType.string(width) : GenFromTextTable.dtype(converter.rung)
    }
    let names = names ?? types.indices.map { FieldNames.numbered(options.defaultFormat, $0) }
    // What is wrong with the names is told after what is wrong with the rows.
    guard names.count == columnCount, Set(names).count == names.count else { return nil }
    return try structured(Array(zip(names, types)))
  }

  func leaves(of target: DType) throws(FormatError) -> TextLeaves {
    guard !target.isStructured else { return try TextLeaf.leaves(of: target) }
    guard columnCount <= Int.max / 2 / max(1, target.itemSize) else { return TextLeaves([]) }
    return TextLeaves(alike: target, count: columnCount)
  }

  func rowSize(_ target: DType) -> Int {
    target.isStructured ? target.itemSize : target.itemSize * columnCount
  }
}
