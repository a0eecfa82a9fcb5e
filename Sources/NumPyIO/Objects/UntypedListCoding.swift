internal import NDArrays

// Arrays whose dtype is known at run time, as lists within lists.

extension AnyNDArray {
  /// - Throws: `EncodingError` for elements that no list holds, and what the encoder throws.
  func encodeLists(to encoder: any Encoder) throws {
    switch (dtype.kind, dtype.itemSize) {
    case (.bool, _): try asType(Bool.self).encode(to: encoder)
    case (.signedInteger, _): try asType(Int64.self).encode(to: encoder)
    case (.unsignedInteger, _): try asType(UInt64.self).encode(to: encoder)
    // As few digits as tell numbers of their precision apart.
    case (.float, ...4): try asType(Float.self).encode(to: encoder)
    case (.float, 8): try asType(Double.self).encode(to: encoder)
    case (.string, _), (.bytes, _): try TextLists(strings: strings()[...], shape: shape[...]).encode(to: encoder)
    default:
      throw EncodingError.invalidValue(
        self,
        EncodingError.Context(
          codingPath: encoder.codingPath, debugDescription: "elements of \(dtype.name) are not encoded as lists"))
    }
  }

  /// - Throws: `DecodingError` for lists of different lengths or depths, and of anything but truth values, numbers and text.
  static func decodeLists(from decoder: any Decoder) throws -> AnyNDArray {
    if let truths = try? NDArray<Bool>(from: decoder), !truths.isEmpty { return AnyNDArray(truths) }
    if let integers = try? NDArray<Int64>(from: decoder), !integers.isEmpty { return AnyNDArray(integers) }
    do {
      return AnyNDArray(try NDArray<Double>(from: decoder))
    } catch {
      guard let (strings, shape) = try? decodedLists(of: String.self, from: decoder) else { throw error }
      return try AnyNDArray(strings: strings, shape: shape)
    }
  }
}

/// Text as lists within lists.
private struct TextLists: Encodable {
  let strings: ArraySlice<String>
  let shape: ArraySlice<Int>

  func encode(to encoder: any Encoder) throws {
    guard let count = shape.first else {
      var container = encoder.singleValueContainer()
      return try container.encode(strings.first)
    }
    var container = encoder.unkeyedContainer()
    let (length, inner) = (count == 0 ? 0 : strings.count / count, shape.dropFirst())
    for row in 0..<count {
      let part = strings.dropFirst(row * length).prefix(length)
      if inner.isEmpty {
        for string in part { try container.encode(string) }
      } else {
        try container.encode(TextLists(strings: part, shape: inner))
      }
    }
  }
}
