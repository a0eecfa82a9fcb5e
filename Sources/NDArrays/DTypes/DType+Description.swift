internal import PythonLiterals

// `str` and `repr` of a dtype, by the rules of numpy/_core/_dtype.py.

extension DType: CustomStringConvertible {
  /// Python's `str(dtype)`: `float64`, `>f8`, `|S5`, `[('a', '<i4')]`.
  public var description: String {
    if fields != nil { return structureText(includingAlignment: true) }
    if subarray != nil { return subarrayText }
    switch kind {
    case .bytes, .string, .void: return notation
    default: return isNative ? name : notation
    }
  }
}

extension DType: CustomDebugStringConvertible {
  /// Python's `repr(dtype)`: `dtype('float64')`, `dtype([('a', '<i4')], align=True)`.
  public var debugDescription: String {
    let text = constructionText(isShort: false, includingAlignment: false)
    return isAlignedStruct ? "dtype(\(text), align=True)" : "dtype(\(text))"
  }
}

extension DType {
  /// What stands in the parentheses of `dtype(…)`; short where it stands within another dtype.
  package func constructionText(isShort: Bool, includingAlignment: Bool) -> String {
    if fields != nil { return structureText(includingAlignment: includingAlignment) }
    if subarray != nil { return subarrayText }
    let order = byteOrder == .notApplicable ? "" : byteOrder.rawValue
    switch kind {
    case .bool: return isShort ? "'?'" : "'bool'"
    case .object: return "'O'"
    case .bytes: return itemSize == 0 ? "'S'" : "'S\(itemSize)'"
    case .string: return itemSize == 0 ? "'\(order)U'" : "'\(order)U\(itemSize / 4)'"
    case .void: return itemSize == 0 ? "'V'" : "'V\(itemSize)'"
    case .datetime, .timedelta: return "'\(order)\(kind.rawValue)8\(dateUnit?.notation ?? "")'"
    default: return isShort || !isNative ? "'\(order)\(kind.rawValue)\(itemSize)'" : "'\(name)'"
    }
  }

  private var subarrayText: String {
    guard let (inner, shape) = subarray else { return "" }
    return "(\(inner.constructionText(isShort: true, includingAlignment: false)), \(Layout.describe(shape)))"
  }

  private func structureText(includingAlignment: Bool) -> String {
    let fields = fields ?? []
    if !(isAlignedStruct && includingAlignment), isPacked { return DType.listText(fields) }
    return dictText(fields, includingAlignment: includingAlignment)
  }

  /// Whether the fields lie where `structured(_:aligned:)` would put them.
  private var isPacked: Bool {
    var end = 0
    for field in fields ?? [] {
      if isAlignedStruct {
        end = (end + field.dtype.alignment - 1) / field.dtype.alignment * field.dtype.alignment
      }
      if field.offset != end { return false }
      end += field.dtype.itemSize
    }
    if isAlignedStruct { end = (end + alignment - 1) / alignment * alignment }
    return end == itemSize
  }

  private static func listText(_ fields: [Field]) -> String {
    let entries = fields.map { field in
      var name = PythonRepr.string(field.name)
      if let title = field.title { name = "(\(PythonRepr.string(title)), \(name))" }
      if let (inner, shape) = field.dtype.subarray {
        return
          "(\(name), \(inner.constructionText(isShort: true, includingAlignment: true)), \(Layout.describe(shape)))"
      }
      return "(\(name), \(field.dtype.constructionText(isShort: true, includingAlignment: true)))"
    }
    return "[" + entries.joined(separator: ", ") + "]"
  }

  private func dictText(_ fields: [Field], includingAlignment: Bool) -> String {
    let names = fields.map { PythonRepr.string($0.name) }.joined(separator: ", ")
    let formats = fields.map { $0.dtype.constructionText(isShort: true, includingAlignment: true) }
    var text = "{'names': [\(names)], 'formats': [\(formats.joined(separator: ", "))]"
    text += ", 'offsets': [\(fields.map { String($0.offset) }.joined(separator: ", "))]"
    if fields.contains(where: { $0.title != nil }) {
      let titles = fields.map { $0.title.map(PythonRepr.string) ?? "None" }
      text += ", 'titles': [\(titles.joined(separator: ", "))]"
    }
    text += ", 'itemsize': \(itemSize)"
    if includingAlignment, isAlignedStruct { text += ", 'aligned': True" }
    return text + "}"
  }
}
