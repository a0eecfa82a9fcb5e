// Structured arrays as Swift values, row by row.

extension AnyNDArray {
  /// The records of a structured array as Swift values, in C order: keys are field names (or titles), lists are
  /// subarrays, nested values nested records.
  ///
  /// Integers are read exactly or refused; real numbers from every real dtype; `String` from text and from bytes that
  /// are UTF-8; `Complex`; datetimes as ``Datetime`` (or `Date`, with `NumPyIOFoundation`). An optional is `nil` where its
  /// field is missing or `NaT`. Single values work too: an array of numbers has rows that are numbers.
  ///
  /// ```swift
  /// struct Star: Codable { var name: String; var position: [Double]; var magnitude: Float }
  /// let stars = try AnyNDArray(contentsOf: "stars.npy").rows(as: Star.self)
  /// ```
  ///
  /// Costs some 100 ns a field: for columns of numbers use ``field(_:)``, which costs nothing.
  ///
  /// - Throws: ``ArrayError`` naming the row and the field: `noSuchField`, `dtypeMismatch`, or `badValue` for a value that
  ///   the Swift type cannot hold.
  public func rows<Row: Decodable>(as type: Row.Type = Row.self) throws(ArrayError) -> [Row] {
    try rows(as: type, of: nil)
  }

  /// The records as Swift values, of a table in which NaN and empty text may stand for what is missing: an optional is `nil`
  /// there, and an integer is read from a double that is one.
  package func rows<Row: Decodable>(as type: Row.Type, of table: TableRows?) throws(ArrayError) -> [Row] {
    let packed = nativeByteOrder().contiguous()
    var rows: [Row] = []
    rows.reserveCapacity(packed.count)
    for index in 0..<packed.count {
      let decoder = RecordDecoder(item: RecordItem(packed, at: index, table: table), codingPath: [])
      do { rows.append(try decoder.singleValueContainer().decode(Row.self)) } catch {
        throw AnyNDArray.located(error, row: index)
      }
    }
    return rows
  }

  /// A one-dimensional structured array of Swift values.
  ///
  /// Without a dtype it follows from the values: a field per key in the order of encoding, `Int` as `<i8`, `Float` as
  /// `<f4`, `String` as `U` of the longest, lists as subarrays (of one length in all rows), datetimes in their own unit.
  /// With a dtype values must fit their fields; fields without a value become `NaN` or `NaT`, or are refused.
  ///
  /// - Throws: ``ArrayError`` naming the row and the field.
  public init<Row: Encodable>(rows: [Row], dtype: DType? = nil) throws(ArrayError) {
    try self.init(encoded: AnyNDArray.encoded(rows), dtype: dtype)
  }

  /// A structured array of Swift values on their way to text: moments are texts, and so are numbers and truth values of which some are
  /// missing, with empty ones between them.
  ///
  /// - Throws: ``ArrayError`` as ``init(rows:dtype:)``.
  package init<Row: Encodable>(rowsForText rows: [Row]) throws(ArrayError) {
    try self.init(encoded: RecordText(AnyNDArray.encoded(rows)).spelled, dtype: nil)
  }

  private static func encoded<Row: Encodable>(_ rows: [Row]) throws(ArrayError) -> [RecordValue] {
    var values: [RecordValue] = []
    values.reserveCapacity(rows.count)
    for (index, row) in rows.enumerated() {
      do { values.append(try RecordEncoder.encode(row)) } catch { throw AnyNDArray.located(error, row: index) }
    }
    return values
  }

  private init(encoded values: [RecordValue], dtype: DType?) throws(ArrayError) {
    let wanted: DType
    if let dtype {
      wanted = dtype
    } else {
      var form = RecordForm.unknown
      for (index, value) in values.enumerated() {
        do throws(ArrayError) { try form.include(value) } catch { throw AnyNDArray.located(error, row: index) }
      }
      wanted = try form.dtype()
    }
    guard !wanted.hasObjects else { throw ArrayError(.unsupported, "rows cannot become Python objects") }
    let native = try AnyNDArray(zeros: [values.count], dtype: wanted.native)
    for (index, value) in values.enumerated() {
      do throws(ArrayError) { try value.store(in: RecordItem(native, at: index), []) } catch {
        throw AnyNDArray.located(error, row: index)
      }
    }
    self = wanted.isNative ? native : try native.asType(wanted, casting: .equiv)
  }

  /// Writes a field of all records: NumPy's `a["x"] = values`. What is shorter is repeated as NumPy broadcasts it.
  ///
  /// - Throws: ``ArrayError`` if there is no such field, the shapes do not fit, or the values cannot be cast (same kind).
  public mutating func setField(_ name: String, to values: AnyNDArray) throws(ArrayError) {
    let safe = values.storage === storage ? values.packed() : values
    _ = try field(name)
    makeUnique()
    let view = try field(name)
    let source = try safe.broadcast(to: view.shape)
    let converted =
      source.dtype.native == view.dtype.native ? source : try source.asType(view.dtype, casting: .sameKind)
    StridedCopy.copy(from: converted, toNew: view)
  }

  /// Writes a field of all records: NumPy's `a["x"] = values`.
  ///
  /// ```swift
  /// var stars = try AnyNDArray(contentsOf: "stars.npy")
  /// try stars.setField("magnitude", to: NDArray<Float>([0.03, 1.25]))
  /// ```
  ///
  /// - Throws: ``ArrayError`` if there is no such field, the shapes do not fit, or the values cannot be cast (same kind).
  public mutating func setField<Element>(_ name: String, to values: NDArray<Element>) throws(ArrayError) {
    try setField(name, to: values.untyped)
  }

  private static func located(_ error: any Error, row: Int) -> ArrayError {
    switch error {
    case var error as ArrayError:
      error.message = "row \(row): \(error.message)"
      return error
    case DecodingError.keyNotFound(let key, _):
      return ArrayError(.noSuchField, "row \(row): no field of name \(key.stringValue)")
    case DecodingError.valueNotFound(_, let context), DecodingError.typeMismatch(_, let context),
      DecodingError.dataCorrupted(let context):
      return ArrayError(
        .badValue, "row \(row): \(CodingPath.describe(context.codingPath)): \(context.debugDescription)")
    default: return ArrayError(.badValue, "row \(row): \(error)")
    }
  }
}
