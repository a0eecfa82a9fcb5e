// Encodes Swift values as `RecordValue`s.

/// Where an encoder's value goes: filled in by whichever container is asked for.
private final class RecordBox {
  private enum Content {
    case nothing
    case value(RecordValue)
    case list([RecordBox])
    case record([(name: String, box: RecordBox)])
  }
  private var content = Content.nothing

  func set(_ value: RecordValue) { content = .value(value) }
  func startList() { if case .list = content {} else { content = .list([]) } }
  func startRecord() { if case .record = content {} else { content = .record([]) } }

  var count: Int {
    if case .list(let boxes) = content { return boxes.count }
    return 0
  }

  func next() -> RecordBox {
    let box = RecordBox()
    if case .list(let boxes) = content { content = .list(boxes + [box]) }
    return box
  }

  func field(_ name: String) -> RecordBox {
    let box = RecordBox()
    if case .record(var fields) = content {
      fields.removeAll { $0.name == name }
      fields.append((name, box))
      content = .record(fields)
    }
    return box
  }

  var value: RecordValue {
    switch content {
    case .nothing: .null
    case .value(let value): value
    case .list(let boxes): .list(boxes.map(\.value))
    case .record(let fields): .record(fields.map { ($0.name, $0.box.value) })
    }
  }
}

/// The encoder of one value.
struct RecordEncoder: Encoder {
  private let box: RecordBox
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// What a value encodes to.
  static func encode(_ value: some Encodable) throws -> RecordValue {
    let box = RecordBox()
    try Field(box: box, codingPath: []).encode(value)
    return box.value
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    box.startRecord()
    return KeyedEncodingContainer(Record<Key>(box: box, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    box.startList()
    return List(box: box, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Field(box: box, codingPath: codingPath) }

  private struct Field: SingleValueEncodingContainer {
    let box: RecordBox
    let codingPath: [any CodingKey]

    func encodeNil() { box.set(.null) }
    func encode(_ value: Bool) { box.set(.integer(value ? 1 : 0, .bool)) }
    func encode(_ value: String) { box.set(.text(value)) }
    func encode(_ value: Double) { box.set(.real(value, .float64)) }
    func encode(_ value: Float) { box.set(.real(Double(value), .float32)) }
    func encode(_ value: Int) { box.set(.integer(Int128(value), .int64)) }
    func encode(_ value: Int8) { box.set(.integer(Int128(value), .int8)) }
    func encode(_ value: Int16) { box.set(.integer(Int128(value), .int16)) }
    func encode(_ value: Int32) { box.set(.integer(Int128(value), .int32)) }
    func encode(_ value: Int64) { box.set(.integer(Int128(value), .int64)) }
    func encode(_ value: UInt) { box.set(.integer(Int128(value), .uint64)) }
    func encode(_ value: UInt8) { box.set(.integer(Int128(value), .uint8)) }
    func encode(_ value: UInt16) { box.set(.integer(Int128(value), .uint16)) }
    func encode(_ value: UInt32) { box.set(.integer(Int128(value), .uint32)) }
    func encode(_ value: UInt64) { box.set(.integer(Int128(value), .uint64)) }

    func encode(_ value: some Encodable) throws {
      if let moment = value as? any DatetimeRepresentable {
        box.set(.datetime(moment))
        return
      }
      if let complex = value as? any ComplexRepresentable {
        box.set(.complex(complex.parts.real, complex.parts.imaginary, type(of: complex).complexDType))
        return
      }
      #if !(os(macOS) && arch(x86_64))
        if let half = value as? Float16 {
          box.set(.real(Double(half), .float16))
          return
        }
      #endif
      try value.encode(to: RecordEncoder(box: box, codingPath: codingPath))
    }
  }

  private struct Record<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let box: RecordBox
    let codingPath: [any CodingKey]

    private func field(_ key: Key) -> Field { Field(box: box.field(key.stringValue), codingPath: codingPath + [key]) }

    func encodeNil(forKey key: Key) { field(key).encodeNil() }
    func encode(_ value: Bool, forKey key: Key) { field(key).encode(value) }
    func encode(_ value: String, forKey key: Key) { field(key).encode(value) }
    func encode(_ value: Double, forKey key: Key) { field(key).encode(value) }
    func encode(_ value: Float, forKey key: Key) { field(key).encode(value) }
    func encode(_ value: Int, forKey key: Key) { field(key).encode(value) }
    func encode(_ value: Int8, forKey key: Key) { field(key).encode(value) }
    func encode(_ value: Int16, forKey key: Key) { field(key).encode(value) }
    func encode(_ value: Int32, forKey key: Key) { field(key).encode(value) }
    func encode(_ value: Int64, forKey key: Key) { field(key).encode(value) }
    func encode(_ value: UInt, forKey key: Key) { field(key).encode(value) }
    func encode(_ value: UInt8, forKey key: Key) { field(key).encode(value) }
    func encode(_ value: UInt16, forKey key: Key) { field(key).encode(value) }
    func encode(_ value: UInt32, forKey key: Key) { field(key).encode(value) }
    func encode(_ value: UInt64, forKey key: Key) { field(key).encode(value) }
    func encode(_ value: some Encodable, forKey key: Key) throws { try field(key).encode(value) }

    // What is missing keeps its place among the fields.
    func encodeIfPresent(_ value: Bool?, forKey key: Key) {
      value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key)
    }
    func encodeIfPresent(_ value: String?, forKey key: Key) {
      value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key)
    }
    func encodeIfPresent(_ value: Double?, forKey key: Key) {
      value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key)
    }
    func encodeIfPresent(_ value: Float?, forKey key: Key) {
      value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key)
    }
    func encodeIfPresent(_ value: Int?, forKey key: Key) {
      value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key)
    }
    func encodeIfPresent(_ value: Int8?, forKey key: Key) {
      value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key)
    }
    func encodeIfPresent(_ value: Int16?, forKey key: Key) {
      value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key)
    }
    func encodeIfPresent(_ value: Int32?, forKey key: Key) {
      value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key)
    }
    func encodeIfPresent(_ value: Int64?, forKey key: Key) {
      value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key)
    }
    func encodeIfPresent(_ value: UInt?, forKey key: Key) {
      value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key)
    }
    func encodeIfPresent(_ value: UInt8?, forKey key: Key) {
      value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key)
    }
    func encodeIfPresent(_ value: UInt16?, forKey key: Key) {
      value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key)
    }
    func encodeIfPresent(_ value: UInt32?, forKey key: Key) {
      value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key)
    }
    func encodeIfPresent(_ value: UInt64?, forKey key: Key) {
      value.map { encode($0, forKey: key) } ?? encodeNil(forKey: key)
    }
    func encodeIfPresent(_ value: (some Encodable)?, forKey key: Key) throws {
      if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
    }

    private func encoder(_ key: Key) -> RecordEncoder {
      RecordEncoder(box: box.field(key.stringValue), codingPath: codingPath + [key])
    }

    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { encoder(key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { RecordEncoder(box: box, codingPath: codingPath) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }
  }

  private struct List: UnkeyedEncodingContainer {
    let box: RecordBox
    let codingPath: [any CodingKey]
    var count: Int { box.count }

    private func next() -> Field { Field(box: box.next(), codingPath: codingPath + [EntryKey(count)]) }

    func encodeNil() { next().encodeNil() }
    func encode(_ value: Bool) { next().encode(value) }
    func encode(_ value: String) { next().encode(value) }
    func encode(_ value: Double) { next().encode(value) }
    func encode(_ value: Float) { next().encode(value) }
    func encode(_ value: Int) { next().encode(value) }
    func encode(_ value: Int8) { next().encode(value) }
    func encode(_ value: Int16) { next().encode(value) }
    func encode(_ value: Int32) { next().encode(value) }
    func encode(_ value: Int64) { next().encode(value) }
    func encode(_ value: UInt) { next().encode(value) }
    func encode(_ value: UInt8) { next().encode(value) }
    func encode(_ value: UInt16) { next().encode(value) }
    func encode(_ value: UInt32) { next().encode(value) }
    func encode(_ value: UInt64) { next().encode(value) }
    func encode(_ value: some Encodable) throws { try next().encode(value) }

    private func encoder() -> RecordEncoder {
      RecordEncoder(box: box.next(), codingPath: codingPath + [EntryKey(count)])
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
      encoder().container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder() }
  }
}
