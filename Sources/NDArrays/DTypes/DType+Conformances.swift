extension DType: ExpressibleByStringLiteral {
  /// The dtype of a text as `init(parsing:)` reads it: `let dtype: DType = "<f8"`.
  ///
  /// - Precondition: The text is one of NumPy's. For text that comes from users or files use ``init(parsing:)``, which
  ///   throws.
  public init(stringLiteral notation: String) {
    do throws(ArrayError) { try self.init(parsing: notation) } catch { fatalError(error.message) }
  }
}

extension DType: Codable {
  /// Encodes the notation that NumPy prints, as one string.
  ///
  /// - Throws: What the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// The dtype of a notation.
  ///
  /// - Throws: `DecodingError` if there is no string, ``ArrayError`` with code `badDType` if it names no dtype.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let notation = try container.decode(String.self)
    do throws(ArrayError) { try self.init(parsing: notation) } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
    }
  }
}
