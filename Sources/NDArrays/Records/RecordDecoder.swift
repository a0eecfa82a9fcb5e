// Reads Swift values from records: a keyed container is a record, an unkeyed one a subarray, a single value a field.
// What fails throws an `ArrayError`, whose message names the path of fields.

/// The decoder of one value within an array.
struct RecordDecoder: Decoder {
  let item: RecordItem
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard let fields = item.dtype.fields else { throw mismatch("a record") }
    return KeyedDecodingContainer(RecordContainer(item: item, fields: fields, codingPath: codingPath))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard let entries = item.entries else { throw mismatch("a list") }
    return SubarrayContainer(entries: entries, codingPath: codingPath)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    FieldContainer(item: item, codingPath: codingPath)
  }

  func mismatch(_ wanted: String) -> ArrayError {
    ArrayError(
      .dtypeMismatch,
      "\(CodingPath.describe(codingPath)) has the dtype \(item.dtype.debugDescription), which is not read as \(wanted)")
  }
}

/// Names places in records for messages.
enum CodingPath {
  static func describe(_ path: [any CodingKey]) -> String {
    path.isEmpty ? "the element" : "field '" + path.map(\.stringValue).joined(separator: ".") + "'"
  }
}

/// A key of an entry within a subarray.
struct EntryKey: CodingKey {
  let intValue: Int?
  var stringValue: String { String(intValue ?? 0) }
  init(_ index: Int) { intValue = index }
  init?(intValue: Int) { self.intValue = intValue }
  init?(stringValue: String) {
    guard let value = Int(stringValue) else { return nil }
    intValue = value
  }
}

/// A value that is one number, text or datetime.
private struct FieldContainer: SingleValueDecodingContainer {
  let item: RecordItem
  let codingPath: [any CodingKey]

  private func mismatch(_ wanted: String) -> ArrayError {
    RecordDecoder(item: item, codingPath: codingPath).mismatch(wanted)
  }

  /// Only a missing datetime is nothing: a NaN is a number of its own, but for tables with gaps.
  func decodeNil() -> Bool { item.isNothing }

  func decode(_ type: Bool.Type) throws -> Bool {
    // Truth values with gaps are a column of text.
    if let word = textOfGap, let value = Bool(word.lowercased()) { return value }
    guard item.dtype.kind == .bool, let value = item.integer else { throw mismatch("Bool") }
    return value != 0
  }

  func decode(_ type: String.Type) throws -> String {
    guard item.dtype.kind == .string || item.dtype.kind == .bytes else {
      if codingPath.count == 1 { item.table?.wantText(codingPath[0].stringValue) }
      throw mismatch("String")
    }
    guard let string = item.string else {
      throw ArrayError(.badValue, "\(CodingPath.describe(codingPath)) is not valid Unicode")
    }
    return string
  }

  func decode(_ type: Double.Type) throws -> Double {
    guard let value = item.real else { throw mismatch("Double") }
    return value
  }

  func decode(_ type: Float.Type) throws -> Float {
    guard let value = item.real else { throw mismatch("Float") }
    return Float(value)
  }

  func decode(_ type: Int.Type) throws -> Int { try integer() }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
  func decode(_ type: UInt.Type) throws -> UInt { try integer() }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }

  /// The text of a table whose column may be one of text since it has gaps.
  private var textOfGap: String? { item.table != nil && item.dtype.kind == .string ? item.string : nil }

  private func integer<Integer: FixedWidthInteger>() throws -> Integer {
    // A column of integers with gaps has become one of doubles.
    if item.table != nil, item.integer == nil, let value = item.real, let exact = Integer(exactly: value) {
      return exact
    }
    // Of integers that no double holds one of text.
    if let digits = textOfGap, let exact = Integer(digits) { return exact }
    guard let value = item.integer else { throw mismatch("\(Integer.self)") }
    guard let exact = Integer(exactly: value) else {
      throw ArrayError(.badValue, "\(CodingPath.describe(codingPath)) is \(value), which \(Integer.self) cannot hold")
    }
    return exact
  }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if let type = type as? any DatetimeRepresentable.Type, item.dtype.kind == .datetime, let unit = item.dtype.dateUnit
    {
      guard let value = type.init(Datetime(ticks: Int64(item.integer ?? 0), unit: unit)) as? Value else {
        throw ArrayError(.badValue, "\(CodingPath.describe(codingPath)) is no moment that \(Value.self) can hold")
      }
      return value
    }
    if let type = type as? any ComplexRepresentable.Type, let (real, imaginary) = item.complex,
      let value = type.init(realPart: real, imaginaryPart: imaginary) as? Value
    {
      return value
    }
    return try Value(from: RecordDecoder(item: item, codingPath: codingPath))
  }
}

/// A record: its fields by their names or titles.
private struct RecordContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let item: RecordItem
  let fields: [DType.Field]
  let codingPath: [any CodingKey]

  var allKeys: [Key] { fields.compactMap { Key(stringValue: $0.name) } }
  func contains(_ key: Key) -> Bool { item.dtype.field(key.stringValue) != nil }

  private func field(_ key: Key) throws -> RecordItem {
    guard let field = item.dtype.field(key.stringValue) else {
      throw ArrayError(
        .noSuchField,
        "no field of name \(key.stringValue)\(item.dtype.fieldList)")
    }
    return item.field(field)
  }

  private func value(_ key: Key) throws -> FieldContainer {
    FieldContainer(item: try field(key), codingPath: codingPath + [key])
  }

  func decodeNil(forKey key: Key) throws -> Bool { try value(key).decodeNil() }
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try value(key).decode(type) }
  func decode(_ type: String.Type, forKey key: Key) throws -> String { try value(key).decode(type) }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try value(key).decode(type) }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try value(key).decode(type) }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try value(key).decode(type) }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try value(key).decode(type) }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try value(key).decode(type) }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try value(key).decode(type) }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try value(key).decode(type) }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try value(key).decode(type) }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try value(key).decode(type) }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try value(key).decode(type) }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try value(key).decode(type) }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try value(key).decode(type) }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try value(key).decode(type) }

  private func decoder(_ key: Key) throws -> RecordDecoder {
    RecordDecoder(item: try field(key), codingPath: codingPath + [key])
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try decoder(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder(key).unkeyedContainer()
  }
  func superDecoder() throws -> any Decoder { RecordDecoder(item: item, codingPath: codingPath) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
}

/// The entries of a subarray.
private struct SubarrayContainer: UnkeyedDecodingContainer {
  let entries: [RecordItem]
  let codingPath: [any CodingKey]
  private(set) var currentIndex = 0

  init(entries: [RecordItem], codingPath: [any CodingKey]) {
    self.entries = entries
    self.codingPath = codingPath
  }

  var count: Int? { entries.count }
  var isAtEnd: Bool { currentIndex == entries.count }

  private mutating func next() throws -> FieldContainer {
    guard !isAtEnd else {
      throw ArrayError(.shapeMismatch, "\(CodingPath.describe(codingPath)) has \(entries.count) entries and no more")
    }
    defer { currentIndex += 1 }
    return FieldContainer(item: entries[currentIndex], codingPath: codingPath + [EntryKey(currentIndex)])
  }

  mutating func decodeNil() throws -> Bool {
    var ahead = self
    guard try ahead.next().decodeNil() else { return false }
    self = ahead
    return true
  }
  mutating func decode(_ type: Bool.Type) throws -> Bool { try next().decode(type) }
  mutating func decode(_ type: String.Type) throws -> String { try next().decode(type) }
  mutating func decode(_ type: Double.Type) throws -> Double { try next().decode(type) }
  mutating func decode(_ type: Float.Type) throws -> Float { try next().decode(type) }
  mutating func decode(_ type: Int.Type) throws -> Int { try next().decode(type) }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try next().decode(type) }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try next().decode(type) }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try next().decode(type) }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try next().decode(type) }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try next().decode(type) }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next().decode(type) }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next().decode(type) }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next().decode(type) }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next().decode(type) }
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }

  private mutating func nextDecoder() throws -> RecordDecoder {
    let value = try next()
    return RecordDecoder(item: value.item, codingPath: value.codingPath)
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> { try nextDecoder().container(keyedBy: type) }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try nextDecoder().unkeyedContainer()
  }
  mutating func superDecoder() throws -> any Decoder { try nextDecoder() }
}
