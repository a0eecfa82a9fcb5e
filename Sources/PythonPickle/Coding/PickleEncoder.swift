/// Turns `Codable` values into what Python users like: dictionaries, lists, numbers and strings.
///
/// Structs become dictionaries by the names of their fields, arrays lists, `nil` optionals are left out (or `None`
/// in lists). A ``PickleValue`` held by a field, or a type that is ``PickleConvertible``, is taken as it is.
///
/// ```swift
/// struct Experiment: Codable { var name: String; var losses: [Double] }
/// let bytes = try PickleEncoder().encode(Experiment(name: "run 7", losses: [0.5]))
/// // pickle.loads(bytes) == {'name': 'run 7', 'losses': [0.5]}
/// ```
public struct PickleEncoder {
  /// How the pickle is written.
  public var options: PickleWriter.Options
  /// What encoders of fields are told.
  public var userInfo: [CodingUserInfoKey: any Sendable] = [:]

  /// An encoder to a protocol.
  public init(options: PickleWriter.Options = PickleWriter.Options()) { self.options = options }

  /// The pickle of a value.
  ///
  /// - Throws: what the value's `encode(to:)` throws, or ``FormatError``.
  public func encode(_ value: some Encodable) throws -> [UInt8] {
    try Pickle.bytes(of: encodeValue(value), options: options)
  }

  /// A value as Python's pickle would hold it.
  public func encodeValue(_ value: some Encodable) throws -> PickleValue {
    try ValueEncoder.encode(value, codingPath: [], userInfo: userInfo)
  }
}

/// One value being encoded.
final class ValueEncoder: Encoder {
  let codingPath: [any CodingKey]
  let sharedInfo: [CodingUserInfoKey: any Sendable]
  var userInfo: [CodingUserInfoKey: Any] { sharedInfo }
  var value: PickleValue?

  init(_ codingPath: [any CodingKey], _ userInfo: [CodingUserInfoKey: any Sendable]) {
    self.codingPath = codingPath
    sharedInfo = userInfo
  }

  static func encode(
    _ value: some Encodable, codingPath: [any CodingKey], userInfo: [CodingUserInfoKey: any Sendable]
  ) throws -> PickleValue {
    if let value = value as? PickleValue { return value }
    if let value = value as? any PickleConvertible { return .object(PickleObject(value)) }
    let encoder = ValueEncoder(codingPath, userInfo)
    try value.encode(to: encoder)
    // A struct without fields asks for nothing.
    return encoder.value ?? .dict(PickleDict())
  }

  func dict() -> PickleDict {
    if case .dict(let dict)? = value { return dict }
    let dict = PickleDict()
    value = .dict(dict)
    return dict
  }

  func list() -> PickleList {
    if case .list(let list)? = value { return list }
    let list = PickleList()
    value = .list(list)
    return list
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(KeyedValues<Key>(encoder: self, dict: dict(), codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    UnkeyedValues(encoder: self, list: list(), codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { SingleValue(encoder: self) }
}

/// Sends a value that is encoded later by `superEncoder` to its place.
private final class ChildEncoder: Encoder {
  let inner: ValueEncoder
  let store: (PickleValue) -> Void
  init(_ inner: ValueEncoder, _ store: @escaping (PickleValue) -> Void) {
    self.inner = inner
    self.store = store
  }
  deinit { store(inner.value ?? .dict(PickleDict())) }
  var codingPath: [any CodingKey] { inner.codingPath }
  var userInfo: [CodingUserInfoKey: Any] { inner.userInfo }
  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    inner.container(keyedBy: type)
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer { inner.unkeyedContainer() }
  func singleValueContainer() -> any SingleValueEncodingContainer { inner.singleValueContainer() }
}

private struct KeyedValues<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: ValueEncoder
  let dict: PickleDict
  let codingPath: [any CodingKey]

  private func name(_ key: some CodingKey) -> PickleValue {
    key.intValue.map { .int($0) } ?? .string(key.stringValue)
  }
  func encodeNil(forKey key: Key) throws { dict[name(key)] = PickleValue.none }
  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    dict[name(key)] = try ValueEncoder.encode(
      value, codingPath: codingPath + [key], userInfo: encoder.sharedInfo)
  }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    let nested = PickleDict()
    dict[name(key)] = .dict(nested)
    return KeyedEncodingContainer(
      KeyedValues<Nested>(encoder: encoder, dict: nested, codingPath: codingPath + [key]))
  }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    let nested = PickleList()
    dict[name(key)] = .list(nested)
    return UnkeyedValues(encoder: encoder, list: nested, codingPath: codingPath + [key])
  }
  func superEncoder() -> any Encoder { child(.string("super"), []) }
  func superEncoder(forKey key: Key) -> any Encoder { child(name(key), [key]) }
  private func child(_ name: PickleValue, _ path: [any CodingKey]) -> any Encoder {
    let dict = dict
    return ChildEncoder(ValueEncoder(codingPath + path, encoder.sharedInfo)) { dict[name] = $0 }
  }
}

private struct UnkeyedValues: UnkeyedEncodingContainer {
  let encoder: ValueEncoder
  let list: PickleList
  let codingPath: [any CodingKey]

  var count: Int { list.items.count }
  func encodeNil() throws { list.append(.none) }
  func encode<Value: Encodable>(_ value: Value) throws {
    list.append(try ValueEncoder.encode(value, codingPath: codingPath, userInfo: encoder.sharedInfo))
  }
  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    let nested = PickleDict()
    list.append(.dict(nested))
    return KeyedEncodingContainer(KeyedValues<Nested>(encoder: encoder, dict: nested, codingPath: codingPath))
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    let nested = PickleList()
    list.append(.list(nested))
    return UnkeyedValues(encoder: encoder, list: nested, codingPath: codingPath)
  }
  func superEncoder() -> any Encoder {
    let list = list
    let place = list.items.count
    list.append(.none)
    return ChildEncoder(ValueEncoder(codingPath, encoder.sharedInfo)) { list.items[place] = $0 }
  }
}

private struct SingleValue: SingleValueEncodingContainer {
  let encoder: ValueEncoder
  var codingPath: [any CodingKey] { encoder.codingPath }

  func encodeNil() throws { encoder.value = PickleValue.none }
  func encode(_ value: Bool) throws { encoder.value = .bool(value) }
  func encode(_ value: String) throws { encoder.value = .string(value) }
  func encode(_ value: Double) throws { encoder.value = .float(value) }
  func encode(_ value: Float) throws { encoder.value = .float(Double(value)) }
  func encode(_ value: Int) throws { encoder.value = .int(value) }
  func encode(_ value: Int8) throws { encoder.value = .int(Int(value)) }
  func encode(_ value: Int16) throws { encoder.value = .int(Int(value)) }
  func encode(_ value: Int32) throws { encoder.value = .int(Int(value)) }
  func encode(_ value: Int64) throws { encoder.value = .integer(value) }
  func encode(_ value: UInt) throws { encoder.value = .integer(value) }
  func encode(_ value: UInt8) throws { encoder.value = .int(Int(value)) }
  func encode(_ value: UInt16) throws { encoder.value = .int(Int(value)) }
  func encode(_ value: UInt32) throws { encoder.value = .integer(value) }
  func encode(_ value: UInt64) throws { encoder.value = .integer(value) }
  func encode<Value: Encodable>(_ value: Value) throws {
    encoder.value = try ValueEncoder.encode(value, codingPath: codingPath, userInfo: encoder.sharedInfo)
  }
}

extension PickleValue: Encodable {
  /// Only a ``PickleEncoder`` can encode a pickled value: it takes it as it is.
  public func encode(to encoder: any Encoder) throws {
    throw EncodingError.invalidValue(
      self,
      EncodingError.Context(codingPath: encoder.codingPath, debugDescription: "only PickleEncoder takes this")
    )
  }
}
