public import ByteIO

/// Turns what a pickle holds into `Codable` values: the counterpart of ``PickleEncoder``.
///
/// Dictionaries and the attributes of objects become structs, lists, tuples and sets arrays. A field of type
/// ``PickleValue`` takes whatever is there, a type that is ``PickleReconstructible`` makes itself of it.
///
/// A decoder is a value that tasks may share. What it has no property for (persistent ids, extension codes) is among the options of
/// ``PickleReader``: decode what ``Pickle`` loads with them.
public struct PickleDecoder: Sendable {
  /// What the 8-bit strings of Python 2 become.
  public var encoding: PickleStringEncoding
  /// What a pickle may ask for.
  public var limits: PickleLimits
  /// What decoders of fields are told.
  public var userInfo: [CodingUserInfoKey: any Sendable] = [:]
  /// Called where a number, a text or a list is wanted and an object is there: may give what the object represents.
  public var simplify: (@Sendable (PickleValue) throws(FormatError) -> PickleValue?)?

  /// A decoder. The encoding is for strings that Python 2 wrote, as in `pickle.load(file, encoding="latin1")`.
  public init(encoding: PickleStringEncoding = .ascii, limits: PickleLimits = .default) {
    self.encoding = encoding
    self.limits = limits
  }

  /// How the pickle is read.
  package var options: PickleReader.Options {
    var options = PickleReader.Options()
    options.encoding = encoding
    options.limits = limits
    return options
  }

  /// A value from a pickle's bytes.
  ///
  /// - Throws: `DecodingError` where the types do not fit, or ``FormatError``.
  public func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
    try decode(type, from: Pickle.load(bytes: bytes, options: options))
  }

  /// A value from a file's first pickle.
  ///
  /// - Throws: `DecodingError` where the types do not fit, or ``FormatError`` with file and byte offset.
  public func decode<Value: Decodable>(_ type: Value.Type, from path: String) throws -> Value {
    try decode(type, from: Pickle.load(from: path, options: options))
  }

  /// A value from what a pickle held, or a part of it: `decode(Run.self, from: value["runs"]![0]!)`.
  ///
  /// - Throws: `DecodingError` where the types do not fit.
  public func decode<Value: Decodable>(_ type: Value.Type, from value: PickleValue) throws -> Value {
    try ValueDecoder(value, [], Settings(userInfo: userInfo, simplify: simplify)).unbox(type)
  }

  /// What all decoders of a value share.
  struct Settings {
    let userInfo: [CodingUserInfoKey: any Sendable]
    let simplify: (@Sendable (PickleValue) throws(FormatError) -> PickleValue?)?
  }
}

/// One value being decoded.
struct ValueDecoder: Decoder, SingleValueDecodingContainer {
  /// What a pickle holds, or would hold of a Swift value.
  let value: PickleValue
  /// The Swift value, if the tree was never written.
  private let convertible: (any PickleConvertible)?
  let codingPath: [any CodingKey]
  let settings: PickleDecoder.Settings
  var userInfo: [CodingUserInfoKey: Any] { settings.userInfo }
  /// Deeper than this, types that hold themselves would exhaust the stack.
  private static let maxDepth = 512

  init(_ value: PickleValue, _ codingPath: [any CodingKey], _ settings: PickleDecoder.Settings) {
    convertible = value.object?.convertible
    self.value = value.settled
    self.codingPath = codingPath
    self.settings = settings
  }

  /// What an object represents where a number, a text or a list is wanted.
  private func plain() throws -> PickleValue {
    guard case .object = value, let simplify = settings.simplify else { return value }
    do throws(FormatError) { return try simplify(value) ?? value } catch { throw corrupted(error) }
  }

  private func corrupted(_ error: FormatError) -> DecodingError {
    .dataCorrupted(
      DecodingError.Context(codingPath: codingPath, debugDescription: error.message, underlyingError: error))
  }

  func mismatch(_ type: Any.Type) -> DecodingError {
    .typeMismatch(
      type,
      DecodingError.Context(
        codingPath: codingPath, debugDescription: "a Python \(value.typeName) is no \(type)"))
  }

  func unbox<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if let value = value as? Value { return value }
    if let convertible, let known = convertible as? Value { return known }
    if let type = Value.self as? any PickleReconstructible.Type, let made = try reconstruct(type) as? Value {
      return made
    }
    guard codingPath.count < ValueDecoder.maxDepth else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: codingPath, debugDescription: "nested deeper than \(ValueDecoder.maxDepth)"))
    }
    if let type = Value.self as? any DecodableDictionary.Type, case .dict(let dict) = value,
      let made = try type.init(dict, self) as? Value
    {
      return made
    }
    return try Value(from: self)
  }

  /// A value of a type that makes itself of what a pickle held.
  private func reconstruct<Value: PickleReconstructible>(_ type: Value.Type) throws -> Value {
    do throws(FormatError) { return try Value(pickleValue: value) } catch { throw corrupted(error) }
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    switch value {
    case .dict, .object: KeyedDecodingContainer(KeyedReader<Key>(decoder: self))
    default: throw mismatch([String: PickleValue].self)
    }
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    switch try plain() {
    case .list(let list): UnkeyedReader(decoder: self, items: list.items)
    case .tuple(let tuple): UnkeyedReader(decoder: self, items: tuple.items)
    case .set(let set), .frozenSet(let set): UnkeyedReader(decoder: self, items: set.items)
    case .bytes(let bytes), .byteArray(let bytes):
      UnkeyedReader(decoder: self, items: bytes.array.map { .int(Int($0)) })
    case .object(let object) where !object.items.isEmpty: UnkeyedReader(decoder: self, items: object.items)
    default: throw mismatch([PickleValue].self)
    }
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { value.isNone }
  func decode(_ type: Bool.Type) throws -> Bool {
    guard case .bool(let value) = try plain() else { throw mismatch(type) }
    return value
  }
  func decode(_ type: String.Type) throws -> String {
    guard let text = try plain().string else { throw mismatch(type) }
    return text
  }
  func decode(_ type: Double.Type) throws -> Double {
    guard let number = try plain().double else { throw mismatch(type) }
    return number
  }
  func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
  private func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
    let value = try plain()
    if case .int(let number) = value, let number = Number(exactly: number) { return number }
    if case .bigInt(let big) = value, let number = big.uint64.flatMap({ Number(exactly: $0) }) {
      return number
    }
    throw mismatch(type)
  }
  func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
  func decode(_ type: Int128.Type) throws -> Int128 { try wide(type) }
  func decode(_ type: UInt128.Type) throws -> UInt128 { try wide(type) }

  /// An integer that may have more than 64 bits.
  private func wide<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
    guard case .bigInt(let big) = value, big.byteCount <= Number.bitWidth / 8 + 1 else {
      return try integer(type)
    }
    var number: Number = big.isNegative ? ~0 : 0
    for byte in big.twosComplement.reversed() { number = number << 8 | Number(truncatingIfNeeded: byte) }
    guard PickleInteger(number) == big else { throw mismatch(type) }
    return number
  }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try unbox(type) }
}

private struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: ValueDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }

  var allKeys: [Key] {
    let names: [PickleValue]
    switch decoder.value {
    case .dict(let dict): names = dict.entries.map(\.key)
    case .object(let object): names = object.pairs.map(\.key) + (object.state?.dict?.entries.map(\.key) ?? [])
    default: names = []
    }
    return names.compactMap { name in
      if let text = name.string { return Key(stringValue: text) }
      return name.int.flatMap { Key(intValue: $0) }
    }
  }

  private func find(_ key: some CodingKey) -> PickleValue? {
    if let value = decoder.value[key.stringValue] { return value }
    guard let number = key.intValue, case .dict(let dict) = decoder.value else { return nil }
    return dict[.int(number)]
  }

  private func child(_ key: some CodingKey) throws -> ValueDecoder {
    guard let value = find(key) else {
      throw DecodingError.keyNotFound(
        key, DecodingError.Context(codingPath: codingPath, debugDescription: "no key \(key.stringValue)"))
    }
    return ValueDecoder(value, codingPath + [key], decoder.settings)
  }

  func contains(_ key: Key) -> Bool { find(key) != nil }
  func decodeNil(forKey key: Key) throws -> Bool { try child(key).value.isNone }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try child(key).unbox(type)
  }
  // The generic function above does not cover these two.
  func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 { try child(key).decode(type) }
  func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 { try child(key).decode(type) }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try child(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try child(key).unkeyedContainer()
  }
  func superDecoder() throws -> any Decoder {
    ValueDecoder(decoder.value["super"] ?? .none, codingPath, decoder.settings)
  }
  func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }
}

private struct UnkeyedReader: UnkeyedDecodingContainer {
  let decoder: ValueDecoder
  let items: [PickleValue]
  var currentIndex = 0
  var codingPath: [any CodingKey] { decoder.codingPath }

  init(decoder: ValueDecoder, items: [PickleValue]) {
    self.decoder = decoder
    self.items = items
  }

  var count: Int? { items.count }
  var isAtEnd: Bool { currentIndex >= items.count }

  private mutating func next() throws -> ValueDecoder {
    let path = codingPath + [IndexKey(currentIndex)]
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        PickleValue.self, DecodingError.Context(codingPath: path, debugDescription: "the list has ended"))
    }
    let value = items[currentIndex]
    currentIndex += 1
    return ValueDecoder(value, path, decoder.settings)
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, items[currentIndex].isNone else { return false }
    currentIndex += 1
    return true
  }
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().unbox(type) }
  mutating func decode(_ type: Int128.Type) throws -> Int128 { try next().decode(type) }
  mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try next().decode(type) }
  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next().unkeyedContainer()
  }
  mutating func superDecoder() throws -> any Decoder { try next() }
}

extension PickleValue: Decodable {
  /// Only a ``PickleDecoder`` can decode a pickled value: it gives what is there.
  ///
  /// - Throws: `DecodingError` for every other decoder.
  public init(from decoder: any Decoder) throws {
    guard let decoder = decoder as? ValueDecoder else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath, debugDescription: "only PickleDecoder gives this"))
    }
    self = decoder.value
  }
}
