internal import ByteIO

/// What can be wrong with a deflate stream.
///
/// The inner loops return it; ``formatError(expected:found:offset:)`` makes the error that is thrown.
enum DeflateError {
  case badBlockType, badStoredLength, badSymbolCounts, badCodeLengths, badLiteralCode, badDistanceCode, noEndOfBlock
  case badLiteral, badDistance, distanceTooFar
  case cutShort, tooLong, tooShort

  private var what: String {
    switch self {
    case .badBlockType: "a block of type 3, which does not exist"
    case .badStoredLength: "the length of a stored block and its complement do not agree"
    case .badSymbolCounts: "a block with more symbols than there are"
    case .badCodeLengths: "the lengths of a block's codes are broken"
    case .badLiteralCode: "a block whose code of literals is not complete, or too full"
    case .badDistanceCode: "a block whose code of distances is not complete, or too full"
    case .noEndOfBlock: "a block that has no code for its own end"
    case .badLiteral: "bits that are no code"
    case .badDistance: "bits that are no distance"
    case .distanceTooFar: "a match reaches back before the beginning"
    case .cutShort, .tooLong, .tooShort: ""
    }
  }

  /// The error to throw.
  ///
  /// - Parameters:
  ///   - expected: The number of bytes that were to come out.
  ///   - found: The number that did.
  ///   - offset: Where in the stream, in bytes.
  @inline(never)
  func formatError(expected: Int, found: Int, offset: Int) -> FormatError {
    switch self {
    case .cutShort: Inflate.cutShort(expected, found).at(offset: offset)
    case .tooLong: Inflate.tooLong(expected).at(offset: offset)
    case .tooShort: Inflate.tooShort(expected, found).at(offset: offset)
    default:
      FormatError(.corrupt, "the compressed data is not a valid deflate stream: \(what)", offset: offset)
    }
  }
}
