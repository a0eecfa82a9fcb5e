package import PythonLiterals

// The `descr` of a `.npy` header: `numpy.lib.format.dtype_to_descr` and `descr_to_dtype`.

extension DType {
  /// The dtype as Python spells it in a `.npy` header: `'<f8'`, or a list of tuples for records.
  ///
  /// - Throws: ``ArrayError`` with code `unsupported` where NumPy cannot spell it either: fields that overlap or do not
  ///   stand in the order of their offsets.
  public func headerDescription() throws(ArrayError) -> String {
    guard let fields else { return PythonRepr.string(notation) }
    return try DType.describe(fields, itemSize: itemSize)
  }

  /// The elements of a subarray, which may be subarrays themselves.
  package func elementDescription() throws(ArrayError) -> String {
    guard let (inner, shape) = subarray else { return try headerDescription() }
    return "(\(try inner.elementDescription()), \(Layout.describe(shape)))"
  }

  private static func describe(_ fields: [Field], itemSize: Int) throws(ArrayError) -> String {
    var entries: [String] = []
    var offset = 0
    func pad(to end: Int) {
      if end > offset { entries.append("('', '|V\(end - offset)')") }
      offset = max(offset, end)
    }
    for field in fields {
      guard field.offset >= offset else {
        throw ArrayError(
          .unsupported, "a header cannot describe a dtype with overlapping or out-of-order fields ('\(field.name)')")
      }
      pad(to: field.offset)
      var name = PythonRepr.string(field.name)
      if let title = field.title { name = "(\(PythonRepr.string(title)), \(name))" }
      if let (inner, shape) = field.dtype.subarray {
        entries.append("(\(name), \(try inner.elementDescription()), \(Layout.describe(shape)))")
      } else {
        entries.append("(\(name), \(try field.dtype.headerDescription()))")
      }
      offset += field.dtype.itemSize
    }
    pad(to: itemSize)
    return "[" + entries.joined(separator: ", ") + "]"
  }

  /// The dtype that a `.npy` header's `descr` represents.
  ///
  /// Padding, which is a nameless void field, is left out of the names, while the offsets stay.
  ///
  /// - Throws: ``ArrayError`` with code `badDType` for anything that NumPy refuses: bytes, dictionaries, `None`, an
  ///   unknown notation, a name that stands twice.
  package init(descr: PythonLiteral) throws(ArrayError) {
    switch descr {
    case .string(let notation): self = try DType(notation)
    case .tuple(let parts):
      guard parts.count == 2 else { throw DType.invalidDescr }
      self = try DType.sized(DType(descr: parts[0]), by: DType.shape(from: parts[1]), in: "descr")
    case .list(let entries):
      self = try DType.structured(from: entries)
    default: throw DType.invalidDescr
    }
  }

  private static var invalidDescr: ArrayError {
    ArrayError(.badDType, "descr is not a valid dtype descriptor")
  }

  private static func shape(from literal: PythonLiteral) throws(ArrayError) -> PythonLiteral {
    switch literal {
    case .int: return literal
    case .tuple(let items):
      for item in items { guard case .int = item else { throw invalidDescr } }
      return literal
    default: throw invalidDescr
    }
  }

  private static func structured(from entries: [PythonLiteral]) throws(ArrayError) -> DType {
    var fields: [Field] = []
    var offset = 0
    for entry in entries {
      guard case .tuple(let parts) = entry, parts.count == 2 || parts.count == 3 else { throw invalidDescr }
      var dtype = try DType(descr: parts[1])
      if parts.count == 3 { dtype = try sized(dtype, by: shape(from: parts[2]), in: "descr") }
      var title: String?
      let name: String
      switch parts[0] {
      case .string(let text): name = text
      case .tuple(let names):
        guard names.count == 2, case .string(let first) = names[0], case .string(let second) = names[1] else {
          throw invalidDescr
        }
        title = first
        name = second
      default: throw invalidDescr
      }
      // Raw bytes, or anything else without fields whose type is void: subarrays.
      let isPadding = name.isEmpty && title == nil && dtype.kind == .void && dtype.fields == nil
      if !isPadding { fields.append(Field(name, dtype, offset: offset, title: title)) }
      let (end, overflow) = offset.addingReportingOverflow(dtype.itemSize)
      guard !overflow else { throw invalidDescr }
      offset = end
    }
    return try structured(fields: fields, itemSize: offset)
  }
}
