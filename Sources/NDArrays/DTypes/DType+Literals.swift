package import PythonLiterals

// What `np.dtype` makes of Python's lists, tuples and dictionaries. Unlike a header's `descr`, such a list has no
// padding: a field without a name is called by its number.

extension DType {
  /// The dtype that `np.dtype` makes of a text: its notation, or a Python list, tuple or dictionary such as
  /// `[('a', '<i4'), ('b', '<f8', (2,))]` and `{'names': ['a'], 'formats': ['<i4'], 'offsets': [4], 'itemsize': 8}`,
  /// which is how NumPy prints dtypes.
  ///
  /// - Throws: ``ArrayError`` with code `badDType`.
  public init(parsing text: String) throws(ArrayError) {
    let trimmed = text.trimmedSpaces
    guard ["[", "('", "(\"", "{"].contains(where: trimmed.hasPrefix) else {
      self = try DType(trimmed)
      return
    }
    let literal: PythonLiteral
    do throws(PythonLiteralError) {
      literal = try PythonLiteral(parsing: Array(trimmed.utf8))
    } catch { throw ArrayError(.badDType, "data type '\(text)' not understood: \(error)") }
    self = try DType(literal: literal)
  }

  /// The dtype of a value that ``init(parsing:)`` reads.
  package init(literal: PythonLiteral) throws(ArrayError) {
    switch literal {
    case .string(let notation): self = try DType(notation)
    case .tuple(let parts):
      guard parts.count == 2 else { throw DType.badLiteral("a tuple has a dtype and a shape") }
      self = try DType.sized(
        DType(literal: parts[0]), by: DType.shapeLiteral(parts[1]), in: "a tuple of a dtype and a shape")
    case .list(let entries): self = try DType(entries: entries)
    case .dict(let entries): self = try DType(dictionary: entries)
    default: throw DType.badLiteral("there is no dtype of such a value")
    }
  }

  private static func badLiteral(_ message: String) -> ArrayError {
    ArrayError(.badDType, "data type not understood: \(message)")
  }

  /// A shape as `np.dtype` takes it: a number, or a tuple or list of them.
  private static func shapeLiteral(_ literal: PythonLiteral) throws(ArrayError) -> PythonLiteral {
    if case .int = literal { return literal }
    return .tuple(try integers(literal, "a shape").map { .int($0) })
  }

  private static func integers(_ literal: PythonLiteral, _ what: String) throws(ArrayError) -> [Int] {
    let items: [PythonLiteral]
    switch literal {
    case .int(let length): return [length]
    case .tuple(let parts), .list(let parts): items = parts
    default: throw badLiteral("\(what) is made of integers")
    }
    var result: [Int] = []
    for item in items {
      guard case .int(let number) = item else { throw badLiteral("\(what) is made of integers") }
      result.append(number)
    }
    return result
  }

  /// Fields as tuples: a name (or title and name), a dtype, a shape.
  private init(entries: [PythonLiteral]) throws(ArrayError) {
    var fields: [Field] = []
    var offset = 0
    for (index, entry) in entries.enumerated() {
      guard case .tuple(let parts) = entry, parts.count == 2 || parts.count == 3 else {
        throw DType.badLiteral("a field is a tuple of name, dtype and shape")
      }
      var dtype = try DType(literal: parts[1])
      if parts.count == 3 {
        dtype = try DType.sized(dtype, by: DType.shapeLiteral(parts[2]), in: "a field")
      }
      var title: String?
      var name: String
      switch parts[0] {
      case .string(let text): name = text
      case .tuple(let names):
        guard names.count == 2, case .string(let first) = names[0], case .string(let second) = names[1] else {
          throw DType.badLiteral("a field's name is text, or a tuple of title and name")
        }
        (title, name) = (first, second)
      default: throw DType.badLiteral("a field's name is text, or a tuple of title and name")
      }
      if name.isEmpty { name = "f\(index)" }
      fields.append(Field(name, dtype, offset: offset, title: title))
      offset += dtype.itemSize
      guard offset <= Int(Int32.max) else { throw DType.badLiteral("the record is larger than 2**31 - 1 bytes") }
    }
    self = try DType.structured(fields: fields, itemSize: offset)
  }

  /// `names` and `formats`, and with them `offsets`, `titles`, `itemsize` and `aligned`.
  private init(dictionary: [PythonLiteral.Entry]) throws(ArrayError) {
    var parts: [String: PythonLiteral] = [:]
    for entry in dictionary {
      guard case .string(let key) = entry.key else { throw DType.badLiteral("a dictionary's keys are text") }
      parts[key] = entry.value
    }
    let known = ["names", "formats", "offsets", "titles", "itemsize", "aligned"]
    if let other = parts.keys.sorted().first(where: { !known.contains($0) }) {
      throw DType.badLiteral("a dictionary has \(known.joined(separator: ", ")), not '\(other)'")
    }
    let names = try DType.items(parts["names"], "names")
    let formats = try DType.items(parts["formats"], "formats")
    let titles = try parts["titles"].map { (value) throws(ArrayError) in try DType.items(value, "titles") }
    let offsets = try parts["offsets"].map { (value) throws(ArrayError) in try DType.integers(value, "offsets") }
    guard names.count == formats.count, offsets?.count ?? names.count == names.count,
      titles?.count ?? names.count == names.count
    else { throw DType.badLiteral("'names', 'formats' and the other lists have different lengths") }
    let isAligned = parts["aligned"] == .bool(true)
    var fields: [Field] = []
    var end = 0
    for index in names.indices {
      guard case .string(let name) = names[index] else { throw DType.badLiteral("names are text") }
      var title: String?
      if case .string(let text)? = titles?[index] { title = text }
      let dtype = try DType(literal: formats[index])
      let alignment = isAligned ? max(1, dtype.alignment) : 1
      let offset = offsets?[index] ?? (end + alignment - 1) / alignment * alignment
      fields.append(Field(name, dtype, offset: offset, title: title))
      let (next, overflow) = offset.addingReportingOverflow(dtype.itemSize)
      guard !overflow, offset >= 0, next <= Int(Int32.max) else {
        throw DType.badLiteral("the record is larger than 2**31 - 1 bytes")
      }
      end = max(end, next)
    }
    let alignment = isAligned ? fields.reduce(1) { max($0, $1.dtype.alignment) } : 1
    var size = (end + alignment - 1) / alignment * alignment
    if let given = parts["itemsize"] {
      guard case .int(let number) = given, number >= end else {
        throw DType.badLiteral("'itemsize' is an integer that leaves room for the fields")
      }
      size = number
    }
    self = try DType.structured(fields: fields, itemSize: size, isAligned: isAligned)
  }

  private static func items(_ literal: PythonLiteral?, _ what: String) throws(ArrayError) -> [PythonLiteral] {
    switch literal {
    case .list(let items)?, .tuple(let items)?: return items
    default: throw badLiteral("a dictionary has '\(what)', a list")
    }
  }
}
