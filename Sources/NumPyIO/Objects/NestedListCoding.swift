public import NDArrays

/// How arrays are encoded by coders other than ``PickleEncoder``, which makes NumPy's arrays.
public enum ArrayCoding: Sendable, Hashable {
  /// Lists within lists, as NumPy's `tolist` gives them: `[[1,2],[3,4]]` in JSON. The default of typed arrays.
  case lists
  /// The dtype, the shape and the bytes in C order. The default of ``AnyNDArray``, whose dtype lists do not tell.
  case bytes
}

extension CodingUserInfoKey {
  /// Says by an ``ArrayCoding`` how arrays are encoded:
  ///
  /// ```swift
  /// let encoder = JSONEncoder()
  /// encoder.userInfo[.arrayCoding] = ArrayCoding.bytes
  /// let data = try encoder.encode(array)
  /// ```
  public static let arrayCoding: CodingUserInfoKey = {
    guard let key = CodingUserInfoKey(rawValue: "NumPyIO.arrayCoding") else { fatalError("any text is a key") }
    return key
  }()
}

extension NDArray: Codable {
  /// Encodes the array as lists within lists, or as the encoder's `userInfo` says: see ``ArrayCoding``.
  ///
  /// - Throws: `EncodingError` for elements that are not `Encodable`, and what the encoder refuses, such as NaN in JSON.
  public func encode(to encoder: any Encoder) throws {
    guard encoder.userInfo[.arrayCoding] as? ArrayCoding != .bytes else {
      return try AnyNDArray(self).encode(to: encoder)
    }
    try NestedLists(array: self).encode(to: encoder)
  }

  /// Decodes either form. Lists must be of one length at each depth; an empty list has one axis.
  ///
  /// - Throws: `DecodingError` for lists of different lengths or depths, and values of another type.
  public init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: ArrayKeys.self), container.contains(.dtype) {
      try self.init(AnyNDArray(from: decoder))
      return
    }
    guard let type = Element.self as? any Decodable.Type else {
      throw DecodingError.typeMismatch(
        Element.self,
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "\(Element.self) is not Decodable"))
    }
    var lists = DecodedLists<Element>()
    try lists.add(decoder, as: type, depth: 0)
    try self.init(lists.elements, shape: lists.shape)
  }
}

/// The elements of lists within lists, in C order, and the shape that these make.
///
/// - Throws: `DecodingError` for lists of different lengths or depths, and values of another type.
func decodedLists<Element: Decodable>(
  of type: Element.Type, from decoder: any Decoder
) throws -> (elements: [Element], shape: [Int]) {
  var lists = DecodedLists<Element>()
  try lists.add(decoder, as: type, depth: 0)
  return (lists.elements, lists.shape)
}

/// An array as lists within lists.
private struct NestedLists<Element: ArrayElement>: Encodable {
  let array: NDArray<Element>

  func encode(to encoder: any Encoder) throws {
    guard let count = array.shape.first else {
      var container = encoder.singleValueContainer()
      return try container.encode(NestedLists.encodable(array.item(), encoder.codingPath))
    }
    var container = encoder.unkeyedContainer()
    if array.ndim == 1 {
      for element in array { try container.encode(NestedLists.encodable(element, container.codingPath)) }
    } else {
      for row in 0..<count { try container.encode(NestedLists(array: array.slice([.index(row)]))) }
    }
  }

  private static func encodable(_ element: Element, _ path: [any CodingKey]) throws -> any Encodable {
    if let encodable = element as? any Encodable { return encodable }
    throw EncodingError.invalidValue(
      element, EncodingError.Context(codingPath: path, debugDescription: "\(Element.self) is not Encodable"))
  }
}

/// Lists within lists on their way into an array.
private struct DecodedLists<Element> {
  var elements: [Element] = []
  /// The lengths that were met, one for each depth; all lists of a depth have the same.
  var shape: [Int] = []
  /// At which depth elements stand, once one was met.
  private var elementDepth: Int?

  /// Adds what a decoder stands before: an element, or a list of what is deeper.
  mutating func add<Value: Decodable>(_ decoder: any Decoder, as type: Value.Type, depth: Int) throws {
    guard depth <= 64, var container = try? decoder.unkeyedContainer() else {
      return try add(decoder.singleValueContainer().decode(type), depth, decoder.codingPath)
    }
    var count = 0
    while !container.isAtEnd {
      // Within a list all are elements, or none.
      if elementDepth == depth + 1 || elementDepth == nil, let value = try? container.decode(type) {
        try add(value, depth + 1, container.codingPath)
      } else {
        try add(container.superDecoder(), as: type, depth: depth + 1)
      }
      count += 1
    }
    // Lists that hold others are complete after these.
    while shape.count <= depth { shape.append(-1) }
    if shape[depth] == -1 { shape[depth] = count }
    guard shape[depth] == count else {
      throw unequal(decoder.codingPath, "a list of \(count) among lists of \(shape[depth])")
    }
  }

  private mutating func add(_ value: some Decodable, _ depth: Int, _ path: [any CodingKey]) throws {
    guard elementDepth ?? depth == depth, let element = value as? Element else {
      throw unequal(path, "elements at different depths")
    }
    elementDepth = depth
    elements.append(element)
  }

  private func unequal(_ path: [any CodingKey], _ what: String) -> DecodingError {
    DecodingError.dataCorrupted(
      DecodingError.Context(codingPath: path, debugDescription: "the lists make no array: \(what)"))
  }
}
