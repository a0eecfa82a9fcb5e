internal import ArrayDeflate
import ByteIO

/// How the bytes of a member's name become text.
enum MemberNames {
  /// The upper half of code page 437, which names are in unless a flag says UTF-8.
  private static let upperHalf: [Unicode.Scalar] = Array(
    ("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
      + "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}").unicodeScalars)

  /// The name in text; UTF-8 if the flag or a valid Unicode field says so, else code page 437, as Python reads it.
  ///
  /// - Throws: `malformed` if a name that is said to be UTF-8 is not.
  static func decode(_ bytes: ArraySlice<UInt8>, isUTF8: Bool, extra: ExtraFields) throws(FormatError)
    -> String
  {
    if bytes.allSatisfy({ $0 < 0x80 })
      && !extra.fields.contains(where: { $0.id == ExtraFields.ID.unicodePath })
    {
      return String(decoding: bytes, as: UTF8.self)
    }
    if isUTF8 {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw FormatError(.malformed, "a member's name is marked as UTF-8 and is not")
      }
      return text
    }
    if let field = try extra.only(ExtraFields.ID.unicodePath), let text = unicodePath(field, of: bytes) {
      return text
    }
    var text = String.UnicodeScalarView()
    for byte in bytes {
      text.append(byte < 0x80 ? Unicode.Scalar(byte) : upperHalf[Int(byte) - 0x80])
    }
    return String(text)
  }

  /// The name in a Unicode field, if it belongs to these bytes: a tool that renames a member without knowing the
  /// field leaves a checksum of the old name behind.
  private static func unicodePath(_ field: ArraySlice<UInt8>, of name: ArraySlice<UInt8>) -> String? {
    var reader = RecordReader(field)
    guard let version: UInt8 = reader.number(), version == 1, let checksum: UInt32 = reader.number(),
      checksum == CRC32.of(Array(name))
    else { return nil }
    return String(validating: field[reader.position...], as: UTF8.self)
  }
}
