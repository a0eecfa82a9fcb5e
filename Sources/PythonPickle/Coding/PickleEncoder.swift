import ByteIO

/// Turns `Codable` values into what Python users like: dictionaries, lists, numbers and strings.
///
/// Structs become dictionaries by the names of their fields, dictionaries with their keys in order, arrays lists, sets
/// sets; `nil` optionals are left out (or `None` in lists). An enum's case is a dictionary of one key if it holds
/// something. A ``PickleValue`` held by a field, or a type that is ``PickleConvertible``, is taken as it is.
///
/// ```swift
/// struct Experiment: Codable { var name: String; var losses: [Double] }
/// let bytes = try PickleEncoder().encode(Experiment(name: "run 7", losses: [0.5]))
/// // pickle.loads(bytes) == {'name': 'run 7', 'losses': [0.5]}
/// ```
///
/// An encoder is a value that tasks may share. What it has no property for (persistent ids, buffers beside the pickle) is among the
/// options of ``PickleWriter``: write what ``encodeValue(_:)`` makes with them.
public struct PickleEncoder: Sendable {
  /// The protocol, 0 to 5. Python's default is 4, from 3.14 on 5.
  public var protocolVersion: Int
  /// Whether equal strings and bytes are written once.
  public var sharesEqualValues = true
  /// What encoders of fields are told.
  public var userInfo: [CodingUserInfoKey: any Sendable] = [:]
  /// What types that are ``PickleConvertible`` are told: ``PickleContext/userInfo``.
  public var contextInfo: [String: any Sendable] = [:]

  /// An encoder to a protocol, 0 to 5: Python 2 reads up to 2.
  public init(protocolVersion: Int = 4) { self.protocolVersion = protocolVersion }

  /// The pickle of a value.
  ///
  /// - Throws: what the value's `encode(to:)` throws, `EncodingError` for values nested deeper than 512, or
  ///   ``FormatError``: `badArgument` for a protocol that does not exist.
  public func encode(_ value: some Encodable) throws -> [UInt8] {
    try Pickle.bytes(of: encodeValue(value), options: options)
  }

  /// Writes the pickle of a value to a file, which is replaced only once all is written.
  ///
  /// ```swift
  /// struct Run: Codable { var name: String; var losses: [Double] }
  /// try PickleEncoder().encode(Run(name: "first", losses: [0.5, 0.25]), to: "run.pkl")
  /// let again = try PickleDecoder().decode(Run.self, from: "run.pkl")
  /// ```
  ///
  /// - Throws: As ``encode(_:)``, and ``FormatError`` if the file cannot be written.
  public func encode(_ value: some Encodable, to path: String) throws {
    try Pickle.save(encodeValue(value), to: path, options: options)
  }

  private var options: PickleWriter.Options {
    var options = PickleWriter.Options(protocolVersion: protocolVersion)
    options.sharesEqualValues = sharesEqualValues
    options.userInfo = contextInfo
    return options
  }

  /// A value as Python's pickle would hold it.
  ///
  /// - Throws: `EncodingError` for a value that Python has no form for, and what the value itself throws.
  public func encodeValue(_ value: some Encodable) throws -> PickleValue {
    try ValueEncoder.encode(value, codingPath: [], userInfo: userInfo)
  }
}

/// One value being encoded.
final class ValueEncoder: Encoder {
  let codingPath: [any CodingKey]
  let sharedInfo: [CodingUserInfoKey: any Sendable]
  var userInfo: [CodingUserInfoKey: Any] { sharedInfo }
  private(set) var value: PickleValue?
  /// Where a value goes that is encoded later, by a `superEncoder`.
  private let store: ((PickleValue) -> Void)?
  /// Deeper than this, values that hold themselves would exhaust the stack.
  private static let maxDepth = 512

  init(
    _ codingPath: [any CodingKey], _ userInfo: [CodingUserInfoKey: any Sendable],
    store: ((PickleValue) -> Void)? = nil
  ) {
    self.codingPath = codingPath
    sharedInfo = userInfo
    self.store = store
  }

  static func encode(
    _ value: some Encodable, codingPath: [any CodingKey], userInfo: [CodingUserInfoKey: any Sendable]
  ) throws -> PickleValue {
    if let value = value as? PickleValue { return value }
    if let value = value as? any PickleConvertible { return .object(PickleObject(value)) }
    guard codingPath.count < maxDepth else {
      throw EncodingError.invalidValue(
        value, EncodingError.Context(codingPath: codingPath, debugDescription: "nested deeper than \(maxDepth)"))
    }
    let encoder = ValueEncoder(codingPath, userInfo)
    if let collection = value as? any EncodableCollection, let made = try collection.pickled(encoder) { return made }
    try value.encode(to: encoder)
    // A struct without fields asks for nothing.
    return encoder.value ?? .dict(PickleDict())
  }

  /// A value that this one holds.
  func encode(_ value: some Encodable, under path: [any CodingKey]) throws -> PickleValue {
    try ValueEncoder.encode(value, codingPath: path, userInfo: sharedInfo)
  }

  func set(_ value: PickleValue) {
    self.value = value
    store?(value)
  }

  func dict() -> PickleDict {
    if case .dict(let dict)? = value { return dict }
    let dict = PickleDict()
    set(.dict(dict))
    return dict
  }

  func list() -> PickleList {
    if case .list(let list)? = value { return list }
    let list = PickleList()
    set(.list(list))
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

private struct KeyedValues<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: ValueEncoder
  let dict: PickleDict
  let codingPath: [any CodingKey]

  private func name(_ key: some CodingKey) -> PickleValue {
    key.intValue.map { .int($0) } ?? .string(key.stringValue)
  }
  func encodeNil(forKey key: Key) throws { dict[name(key)] = PickleValue.none }
  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    dict[name(key)] = try encoder.encode(value, under: codingPath + [key])
  }
  // The generic function above does not cover these two.
  func encode(_ value: Int128, forKey key: Key) throws { dict[name(key)] = .integer(value) }
  func encode(_ value: UInt128, forKey key: Key) throws { dict[name(key)] = .integer(value) }
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
  func superEncoder() -> any Encoder { later(.string("super"), []) }
  func superEncoder(forKey key: Key) -> any Encoder { later(name(key), [key]) }
  private func later(_ name: PickleValue, _ path: [any CodingKey]) -> any Encoder {
    let dict = dict
    dict[name] = .dict(PickleDict())
    return ValueEncoder(codingPath + path, encoder.sharedInfo) { dict[name] = $0 }
  }
}

private struct UnkeyedValues: UnkeyedEncodingContainer {
  let encoder: ValueEncoder
  let list: PickleList
  let codingPath: [any CodingKey]

  var count: Int { list.items.count }
  private var nextPath: [any CodingKey] { codingPath + [IndexKey(count)] }
  func encodeNil() throws { list.append(.none) }
  func encode<Value: Encodable>(_ value: Value) throws { list.append(try encoder.encode(value, under: nextPath)) }
  func encode(_ value: Int128) throws { list.append(.integer(value)) }
  func encode(_ value: UInt128) throws { list.append(.integer(value)) }
  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    let nested = PickleDict()
    let path = nextPath
    list.append(.dict(nested))
    return KeyedEncodingContainer(KeyedValues<Nested>(encoder: encoder, dict: nested, codingPath: path))
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    let nested = PickleList()
    let path = nextPath
    list.append(.list(nested))
    return UnkeyedValues(encoder: encoder, list: nested, codingPath: path)
  }
  func superEncoder() -> any Encoder {
    let list = list
    let place = list.items.count
    let path = nextPath
    list.append(.dict(PickleDict()))
    return ValueEncoder(path, encoder.sharedInfo) { list.items[place] = $0 }
  }
}

private struct SingleValue: SingleValueEncodingContainer {
  let encoder: ValueEncoder
  var codingPath: [any CodingKey] { encoder.codingPath }

  func encodeNil() throws { encoder.set(.none) }
  func encode(_ value: Bool) throws { encoder.set(.bool(value)) }
  func encode(_ value: String) throws { encoder.set(.string(value)) }
  func encode(_ value: Double) throws { encoder.set(.float(value)) }
  func encode(_ value: Float) throws { encoder.set(.float(Double(value))) }
  func encode(_ value: Int) throws { encoder.set(.int(value)) }
  func encode(_ value: Int8) throws { encoder.set(.int(Int(value))) }
  func encode(_ value: Int16) throws { encoder.set(.int(Int(value))) }
  func encode(_ value: Int32) throws { encoder.set(.int(Int(value))) }
  func encode(_ value: Int64) throws { encoder.set(.integer(value)) }
  func encode(_ value: Int128) throws { encoder.set(.integer(value)) }
  func encode(_ value: UInt) throws { encoder.set(.integer(value)) }
  func encode(_ value: UInt8) throws { encoder.set(.int(Int(value))) }
  func encode(_ value: UInt16) throws { encoder.set(.int(Int(value))) }
  func encode(_ value: UInt32) throws { encoder.set(.integer(value)) }
  func encode(_ value: UInt64) throws { encoder.set(.integer(value)) }
  func encode(_ value: UInt128) throws { encoder.set(.integer(value)) }
  func encode<Value: Encodable>(_ value: Value) throws {
    encoder.set(try encoder.encode(value, under: codingPath))
  }
}

extension PickleValue: Encodable {
  /// Only a ``PickleEncoder`` can encode a pickled value: it takes it as it is.
  ///
  /// - Throws: `EncodingError` for every other encoder.
  public func encode(to encoder: any Encoder) throws {
    throw EncodingError.invalidValue(
      self,
      EncodingError.Context(codingPath: encoder.codingPath, debugDescription: "only PickleEncoder takes this")
    )
  }
}
