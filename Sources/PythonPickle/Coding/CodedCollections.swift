// Dictionaries and sets, which Swift's own coding flattens to lists, or whose numeric texts it makes numbers: as Python
// has them instead.

/// The place of an item in a list, as part of a coding path.
struct IndexKey: CodingKey {
  let intValue: Int?
  var stringValue: String { intValue.map(String.init) ?? "" }
  init(_ index: Int) { intValue = index }
  init?(intValue: Int) { self.intValue = intValue }
  init?(stringValue: String) { return nil }
}

/// The text of a dictionary's key, as part of a coding path.
private struct TextKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(_ text: String) { stringValue = text }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { return nil }
}

/// A collection that has a counterpart in Python.
protocol EncodableCollection {
  /// The counterpart; `nil` if Python could not hold it so.
  func pickled(_ encoder: ValueEncoder) throws -> PickleValue?
}

extension Dictionary: EncodableCollection where Key: Encodable, Value: Encodable {
  func pickled(_ encoder: ValueEncoder) throws -> PickleValue? {
    var entries: [(key: PickleValue, value: Value)] = []
    entries.reserveCapacity(count)
    for (key, value) in self {
      let name = try encoder.encode(key, under: encoder.codingPath + [IndexKey(entries.count)])
      guard name.isPlainKey else { return nil }
      entries.append((name, value))
    }
    // Swift's order changes from run to run; files should not.
    entries.sort { $0.key.precedes($1.key) }
    let dict = PickleDict()
    for (key, value) in entries {
      dict[key] = try encoder.encode(value, under: encoder.codingPath + [TextKey(key.string ?? key.repr(limit: 60))])
    }
    return .dict(dict)
  }
}

extension Set: EncodableCollection where Element: Encodable {
  func pickled(_ encoder: ValueEncoder) throws -> PickleValue? {
    var items: [PickleValue] = []
    items.reserveCapacity(count)
    for item in self {
      let made = try encoder.encode(item, under: encoder.codingPath + [IndexKey(items.count)])
      guard made.isPlainKey else { return nil }
      items.append(made)
    }
    items.sort { $0.precedes($1) }
    return .set(try PickleSet(items))
  }
}

/// A dictionary that is made of one of Python's.
protocol DecodableDictionary {
  init(_ dict: PickleDict, _ decoder: ValueDecoder) throws
}

extension Dictionary: DecodableDictionary where Key: Decodable, Value: Decodable {
  init(_ dict: PickleDict, _ decoder: ValueDecoder) throws {
    self.init(minimumCapacity: dict.count)
    for entry in dict.entries {
      let path = decoder.codingPath + [TextKey(entry.key.string ?? entry.key.repr(limit: 60))]
      // JSON and its kin have numbers as keys only in text.
      let text = entry.key.string
      let known = Key.self == Int.self ? text.flatMap { Int($0) } as? Key : nil
      let key = try known ?? ValueDecoder(entry.key, path, decoder.settings).unbox(Key.self)
      self[key] = try ValueDecoder(entry.value, path, decoder.settings).unbox(Value.self)
    }
  }
}

extension PickleValue {
  /// Whether the value is a key in Python that equal ones of Swift's are equal to.
  fileprivate var isPlainKey: Bool {
    switch self {
    case .none, .bool, .int, .bigInt, .float, .string, .bytes: true
    case .object(let object): object.convertible != nil
    default: false
    }
  }

  /// An order of keys: numbers, then text, each by size; others by how they print.
  fileprivate func precedes(_ other: PickleValue) -> Bool {
    if let left = int, let right = other.int { return left < right }
    if let left = double, let right = other.double { return left < right }
    if let left = string, let right = other.string { return left < right }
    let (left, right) = (rank, other.rank)
    return left == right ? repr(limit: 200) < other.repr(limit: 200) : left < right
  }

  private var rank: Int {
    switch self {
    case .bool, .int, .bigInt, .float: 0
    case .string: 1
    default: 2
    }
  }
}
