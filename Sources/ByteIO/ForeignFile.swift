/// What a file is that is not one of NumPy's, recognised by its first bytes.
///
/// Downloads that failed, and files of other programs under the names `x.npy`, `x.npz` and `x.pkl`, would otherwise be
/// taken for damaged pickles, as NumPy takes them. Asked only after reading has failed, so that good files pay nothing.
package struct ForeignFile: Sendable {
  /// What the file is and what to do, in one line.
  package let message: String
  /// Whether it is text that may be a table of numbers.
  package let isTable: Bool
  /// Whether it is JSON.
  package let isJSON: Bool

  /// How many bytes are looked at: the signature of tar ends at byte 262.
  package static let prefixLength = 512

  /// - Returns: `nil` if the bytes have none of the known signatures.
  package init?(_ prefix: [UInt8]) {
    if let images = IDXHeader(prefix) {
      (message, commandHint, isTable, isJSON) = (images.message, images.commandHint, false, false)
      return
    }
    commandHint = nil
    guard let message = ForeignSignature.message(of: prefix) ?? ForeignFile.text(prefix) ?? ForeignFile.other(prefix)
    else { return nil }
    self.message = message
    isTable = message == ForeignFile.table
    isJSON = message == ForeignFile.json
  }

  /// What reads the file in the command.
  private let commandHint: String?

  /// What bytes are that others are packed in, and with what these are unpacked; `nil` if they begin no compression or archive
  /// that is known.
  package static func packing(_ prefix: [UInt8]) -> String? { ForeignSignature.packedMessage(of: prefix) }

  /// What a file is that has a name of text and is none: it has a known signature, and control characters, as a table that
  /// happens to begin like that has not.
  ///
  /// - Returns: `nil` for what may be text.
  package init?(binary prefix: [UInt8]) {
    guard prefix.contains(where: { $0 < 0x09 || (0x0E..<0x1A).contains($0) }),
      let message = ForeignSignature.message(of: prefix)
    else { return nil }
    self.message = message
    (isTable, isJSON, commandHint) = (false, false, nil)
  }

  /// What a file is that has a name of text and is no table: an HTML page, XML, an object of JSON, a PDF, or a pointer to
  /// the file that was meant.
  ///
  /// - Returns: `nil` for what may be a table.
  package init?(noTable prefix: [UInt8]) {
    let known =
      ForeignFile.textual.contains { prefix.starts(with: $0.utf8) } ? ForeignSignature.message(of: prefix) : nil
    guard let message = known ?? ForeignFile.text(prefix), message != ForeignFile.table else { return nil }
    isJSON = message == ForeignFile.json
    // A bracket may begin the name of a column, or numbers as NumPy prints them.
    if isJSON, !prefix.contains(UInt8(ascii: "{")) || prefix.contains(UInt8(ascii: "[")) { return nil }
    self.message = message
    (isTable, commandHint) = (false, nil)
  }

  /// What begins files that are made of letters, and no table that anybody has.
  private static let textual = [
    "version https://git-lfs.github.com/spec/", "version https://hawser.github.com/spec/", "/annex/objects/",
    "outs:\n- ",
    "outs:\r\n- ", "%PDF-", "%!PS", "{\\rtf", "-----BEGIN ", "SIMPLE  =", "HEADER RECORD*******", "%%MatrixMarket",
    "# vtk DataFile", "ObjectType = Image", "!<arch>\n", "070701", "X\n\0",
  ]

  private static let json =
    "this is JSON, not an array: look for the file that was meant, or for the error that it reports"
  private static let table = "this is text, which may be a table"

  /// The error of a file that is of this kind.
  package func error(file: String?, offset: Int? = nil) -> FormatError {
    var error = FormatError(.wrongKind, message, file: file, offset: offset)
    error.commandHint =
      isJSON
      ? "--from json reads it"
      : isTable ? "--from txt or --from csv, or the extension .txt or .csv, reads it" : commandHint
    return error
  }

  /// HTML, XML, JSON and tables begin with characters that begin no pickle.
  private static func text(_ prefix: [UInt8]) -> String? {
    let isMarked = prefix.starts(with: [0xEF, 0xBB, 0xBF])
    let text = String(decoding: prefix.dropFirst(isMarked ? 3 : 0), as: UTF8.self)
    let start = text.drop { $0.isWhitespace }
    let lowercased = start.lowercased()
    if ["<!doctype html", "<html", "<head", "<body", "<!--"].contains(where: lowercased.hasPrefix) {
      return "this is an HTML page, not the file: the download failed; download it again"
    }
    if lowercased.hasPrefix("<?xml") || lowercased.hasPrefix("<error") {
      return lowercased.contains("<error")
        ? "this is a server's error message (XML), not the file: the download failed; download it again"
        : "this is an XML document, not an array: look for the file that was meant"
    }
    if start.first == "{" || start.first == "[" {
      let next = start.dropFirst().first { !$0.isWhitespace }
      guard let next, "\"{}[]-0123456789tfn".contains(next), start.first == "[" || "\"}".contains(next) else {
        return nil
      }
      return json
    }
    if let line = answer(prefix) { return line }
    // Not opcodes of pickles, but for 0, 1 and 2, which want something on the stack.
    guard let first = start.first, "+-0123456789#".contains(first),
      prefix.allSatisfy({ (0x20..<0x7F).contains($0) || (0x09...0x0D).contains($0) })
    else { return nil }
    return table
  }

  /// A file of one line of words, as servers answer instead of a file, and no pickle begins.
  private static func answer(_ prefix: [UInt8]) -> String? {
    let line = prefix.prefix { $0 != 10 && $0 != 13 }
    guard (8..<200).contains(line.count), prefix.dropFirst(line.count).allSatisfy({ $0 == 10 || $0 == 13 }),
      line.allSatisfy({ (0x20..<0x7F).contains($0) }), line.contains(0x20)
    else { return nil }
    func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    guard isLetter(line[0]) && isLetter(line[1]) || line.starts(with: Array("40".utf8)),
      line.count(where: isLetter) * 2 > line.count, !isOfValues(line)
    else { return nil }
    return
      "this is a line of text, '\(String(decoding: line.prefix(60), as: UTF8.self))': perhaps what a server answered "
      + "instead of the file; download it again"
  }

  /// Whether all words with letters are ones that tables have for numbers, missing values and truth.
  private static func isOfValues(_ line: ArraySlice<UInt8>) -> Bool {
    let words = String(decoding: line, as: UTF8.self).lowercased().split { !$0.isLetter }
    return words.allSatisfy {
      ["nan", "inf", "infinity", "e", "j", "na", "n", "a", "null", "none", "nat", "true", "false"].contains($0)
    }
  }

  private static func other(_ prefix: [UInt8]) -> String? {
    // The signature is made of letters, and stays; asked after reading has failed.
    if prefix.starts(with: [0x50, 0x4B, 3, 4]), replacements(in: prefix) > 1 {
      return ForeignSignature.recoded("a zip archive, such as .npz")
    }
    // Safetensors: the length of a header in 8 bytes, and the header, which is JSON
    // (https://github.com/huggingface/safetensors).
    if prefix.count > 9, prefix[5..<8].allSatisfy({ $0 == 0 }), prefix[8] == 0x7B,
      [0x22, 0x7D, 0x20].contains(prefix[9])
    {
      return "this is a safetensors file, not what was asked for: npy convert makes an .npz archive of it"
    }
    // A map of few entries whose first key is a short text; as a pickle it would begin with a code of `copyreg`'s.
    if let first = prefix.first, (0x81...0x8F).contains(first), prefix.count > 3, (0xA1...0xBF).contains(prefix[1]),
      case let key = prefix.dropFirst(2).prefix(Int(prefix[1] & 0x1F)),
      key.allSatisfy({ (0x20..<0x7F).contains($0) })
    {
      return "this is MessagePack, not an array: read it with msgpack and save its arrays with np.save"
    }
    if prefix.count >= 8, prefix.allSatisfy({ $0 == 0 }) {
      return "the file begins with zeros, as files do whose copy or download was interrupted: copy it again"
    }
    return nil
  }
}

extension ForeignFile {
  /// How often the character stands in UTF-8 that takes the place of what cannot be decoded.
  private static func replacements(in prefix: [UInt8]) -> Int {
    prefix.indices.count { prefix[$0] == 0xEF && prefix[$0...].starts(with: [0xEF, 0xBF, 0xBD]) }
  }
}

extension FormatError {
  /// The error of reading an archive, or that its bytes were changed as if they were text: no line feed without a carriage
  /// return before it, or all of it UTF-8, which compressed data and numbers are not.
  package func ofBytesChangedAsText(_ source: any ByteSource, _ kind: String) -> FormatError {
    let looked = 1 << 16
    guard [.malformed, .ambiguous, .truncated, .unsupported, .corrupt].contains(code), source.isSeekable,
      let bytes = try? source.readBytes(at: 0, upTo: looked)
    else { return self }
    let feeds = bytes.indices.filter { bytes[$0] == 10 }
    let isConverted = feeds.count > 3 && feeds.allSatisfy { $0 > 0 && bytes[$0 - 1] == 13 }
    let whole =
      bytes.count < looked ? bytes[...] : bytes.dropLast(bytes.reversed().prefix { $0 & 0xC0 == 0x80 }.count + 1)
    let isEncoded = bytes.count { $0 >= 0x80 } > 15 && String(validating: whole, as: UTF8.self) != nil
    guard isConverted || isEncoded else { return self }
    return FormatError(.corrupt, ForeignSignature.recoded(kind), file: file ?? source.name)
  }

  /// The error of reading a source that turns out to be something else altogether, which says what it is; this error
  /// where the source is not recognised or is not at fault.
  ///
  /// - Parameter isOfPickle: Whether this is an error of reading a pickle, which nearly all bytes may begin.
  package func explained(by source: any ByteSource, isOfPickle: Bool = false) -> FormatError {
    guard [.wrongKind, .malformed, .truncated, .unsupported, .corrupt, .limitExceeded].contains(code),
      let prefix = try? source.readBytes(at: 0, upTo: ForeignFile.prefixLength)
    else { return self }
    let foreign = ForeignFile(prefix)
    if foreign == nil || prefix.allSatisfy({ $0 == 0 }), ForeignFile.hasUserBlock(source) {
      return FormatError(.wrongKind, ForeignSignature.hdf5, file: file ?? source.name)
    }
    if let foreign { return foreign.error(file: file ?? source.name) }
    if member == nil, isOfPickle && isOfAnything(prefix) || offset == 0 && message.hasPrefix("invalid load key") {
      var error = FormatError(.wrongKind, message, file: file ?? source.name, offset: offset)
      let start = prefix.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
      error.message += " No format that is known here begins with the bytes \(start)"
      error.commandHint = "--from raw --dtype f4 reads bytes as numbers, of whichever dtype they are"
      return error
    }
    guard [.malformed, .truncated, .unsupported].contains(code), let offset,
      let line = ForeignFile.firstLine(ofText: prefix), offset <= line.utf8.count
    else { return self }
    var error = FormatError(
      .wrongKind, "this is text, no array and no pickle: it begins with \(ForeignFile.quoted(line))",
      file: file ?? source.name)
    error.commandHint = "--from txt or --from csv reads a table"
    return error
  }

  /// Whether this is what a pickle's reader says of bytes that are no pickle: none of a format that is known, no text, and at an
  /// end with the first few operations.
  private func isOfAnything(_ prefix: [UInt8]) -> Bool {
    guard [.malformed, .truncated, .unsupported].contains(code), let offset else { return false }
    return offset < 32 && prefix.count > 64 && KnownFile(prefix) == nil
  }
}

extension ForeignFile {
  /// Whether a file is HDF5 behind bytes of its user's, which may be any: the signature stands at 512, 1024, 2048 and so on then
  /// (HDF5 File Format Specification, section II.A).
  fileprivate static func hasUserBlock(_ source: any ByteSource) -> Bool {
    guard source.isSeekable else { return false }
    return [512, 1024, 2048, 4096, 8192].contains { place in
      (try? source.readBytes(at: place, upTo: 8)) == [0x89, 0x48, 0x44, 0x46, 13, 10, 0x1A, 10]
    }
  }

  /// The first line of what is text and not a pickle that ends with the file. (One of protocol 0 is text, too; but nothing is
  /// called by what its first line alone has.)
  fileprivate static func firstLine(ofText prefix: [UInt8]) -> String? {
    guard let text = String(validating: prefix.prefix { $0 != 10 && $0 != 13 }, as: UTF8.self),
      text.unicodeScalars.count > 1,
      text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" }),
      prefix.allSatisfy({ $0 >= 0x20 || (0x09...0x0D).contains($0) }),
      prefix.last(where: { $0 != 10 && $0 != 13 }) != UInt8(ascii: ".")
    else { return nil }
    return text
  }

  fileprivate static func quoted(_ line: String) -> String {
    "'\(line.prefix(40))\(line.count > 40 ? "…" : "")'"
  }
}
