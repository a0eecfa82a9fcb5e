internal import PythonLiterals

/// NumPy's comma-separated dtypes, such as `f4, (2,3)i4, 3S5`: a record with the fields f0, f1 and so on; a single entry
/// with a repeat is a subarray (`numpy._core._internal._commastring`).
struct CommaList {
  private struct Entry {
    var name: Substring
    /// The repeat or shape, as it is written; `nil` for none.
    var repeats: Substring?
  }

  private let text: String
  private var rest: Substring
  private var entries: [Entry] = []
  private var isList = false

  init(_ text: String) throws(ArrayError) {
    self.text = text
    rest = text[...]
    while !rest.isEmpty {
      try readEntry()
      let after = rest.drop { $0.isWhitespace }
      guard !rest.isEmpty else { break }
      if after.isEmpty { break }
      guard after.first == "," else { throw unrecognized }
      rest = after.dropFirst().drop { $0.isWhitespace }
      isList = true
    }
  }

  private var unrecognized: ArrayError {
    ArrayError(.badDType, "format number \(entries.count) of '\(text)' is not recognized")
  }

  private mutating func take(_ isWanted: (Character) -> Bool) -> Substring {
    let part = rest.prefix(while: isWanted)
    rest = rest[part.endIndex...]
    return part
  }

  private mutating func takeOrder() -> Character? {
    guard let first = rest.first, "<>|=".contains(first) else { return nil }
    rest = rest.dropFirst()
    return first
  }

  /// An order, a repeat or shape, an order, a type: each may be missing.
  private mutating func readEntry() throws(ArrayError) {
    let first = takeOrder()
    let start = rest.startIndex
    _ = take { $0 == " " }
    if rest.first == "(" { rest = rest.dropFirst() }
    _ = take { $0 == " " || $0 == "," || ("0"..."9").contains($0) }
    if rest.first == ")" { rest = rest.dropFirst() }
    _ = take { $0 == " " }
    let repeats = text[start..<rest.startIndex]
    let second = takeOrder()
    let nameStart = rest.startIndex
    _ = take { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "?") }
    if rest.first == "[", let close = rest.firstIndex(of: "]") {
      let unit = rest[..<close].dropFirst()
      if !unit.isEmpty, unit.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == ",") }) {
        rest = rest[rest.index(after: close)...]
      }
    }
    var name = text[nameStart..<rest.startIndex]
    if let order = try order(first, second) { name = Substring(String(order) + name) }
    entries.append(Entry(name: name, repeats: repeats.isEmpty ? nil : repeats))
  }

  /// The one order of two that may be given; `nil` for this machine's, which types of all names take.
  private func order(_ first: Character?, _ second: Character?) throws(ArrayError) -> Character? {
    let native: Character = DType.ByteOrder.native == .little ? "<" : ">"
    guard let first, let second else {
      guard let order = first ?? second, order != "|", order != "=", order != native else { return nil }
      return order
    }
    let (left, right) = (first == "=" ? native : first, second == "=" ? native : second)
    guard left == right else {
      throw ArrayError(.badDType, "inconsistent byte-order specification \(left) and \(right)")
    }
    return left == "|" || left == native ? nil : left
  }

  func dtype() throws(ArrayError) -> DType {
    guard isList else {
      guard let only = entries.first else { throw DType.notUnderstood(text) }
      return try dtype(of: only)
    }
    var fields: [(name: String, dtype: DType)] = []
    for (index, entry) in entries.enumerated() { fields.append((name: "f\(index)", dtype: try dtype(of: entry))) }
    return try DType.structured(fields)
  }

  private func dtype(of entry: Entry) throws(ArrayError) -> DType {
    // A type may have a repeat of its own, as in `3=0f8`; it is shorter than the text.
    let dtype = try DType(String(entry.name))
    guard let repeats = entry.repeats else { return dtype }
    let literal: PythonLiteral
    do throws(PythonLiteralError) { literal = try PythonLiteral(parsing: Array(repeats.utf8)) } catch {
      throw DType.notUnderstood(text)
    }
    return try DType.sized(dtype, by: literal, in: text)
  }
}

extension DType {
  /// Whether a notation is a comma list: it has a comma outside of brackets, or begins with a repeat or an empty shape, before
  /// which an order may stand.
  static func isCommaList(_ text: String) -> Bool {
    let start = text.first.map { "<>=|".contains($0) } ?? false ? text.dropFirst() : text[...]
    if let first = start.first, ("0"..."9").contains(first) || start.hasPrefix("()") { return true }
    var isUnit = false
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "["): isUnit = true
      case UInt8(ascii: "]"): isUnit = false
      case UInt8(ascii: ",") where !isUnit: return true
      default: break
      }
    }
    return false
  }

  /// What NumPy makes of a tuple of a dtype and a number or shape: text and raw bytes without a length get one, all else
  /// becomes a subarray.
  static func sized(_ dtype: DType, by literal: PythonLiteral, in text: @autoclosure () -> String) throws(ArrayError)
    -> DType
  {
    var shape: [Int] = []
    switch literal {
    case .int(let number):
      if dtype.itemSize == 0, dtype.fields == nil {
        return try ofLength(dtype, number)
      }
      shape = [number]
    case .tuple(let items):
      for item in items {
        guard case .int(let number) = item else { throw notUnderstood(text()) }
        shape.append(number)
      }
    default: throw notUnderstood(text())
    }
    guard dtype.itemSize > 0 || dtype.fields != nil else {
      throw ArrayError(.badDType, "invalid itemsize in generic type tuple: \(dtype) has no size of its own")
    }
    return try subarray(of: dtype, shape: shape)
  }

  private static func ofLength(_ dtype: DType, _ length: Int) throws(ArrayError) -> DType {
    guard dtype.structure == nil, length >= 0, length <= Int(Int32.max) else {
      throw ArrayError(.badDType, "invalid itemsize in generic type tuple")
    }
    switch dtype.kind {
    case .bytes: return .bytes(length)
    case .string:
      guard length <= Int(Int32.max) / 4 else { throw ArrayError(.badDType, "invalid itemsize in generic type tuple") }
      return .string(length).withByteOrder(dtype.byteOrder)
    default: return .void(length)
    }
  }
}
