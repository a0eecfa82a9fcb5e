extension DType: ExpressibleByStringLiteral {
  /// The dtype of a notation: `let dtype: DType = "<f8"`.
  ///
  /// - Precondition: The literal is a notation of NumPy's. For text that comes from users or files use ``init(_:)``, which
  ///   throws.
  public init(stringLiteral notation: String) {
    do throws(ArrayError) { try self.init(notation) } catch { fatalError(error.message) }
  }
}

extension DType: Codable {
  /// Encodes the notation that NumPy prints, as one string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// The dtype of a notation.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let notation = try container.decode(String.self)
    do throws(ArrayError) { try self.init(notation) } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
    }
  }
}
