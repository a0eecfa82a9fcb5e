/// The files that this library reads, by their first bytes: for who opened one of them as another. Some are only wanted: their
/// readers know them.
package enum KnownFile: Sendable {
  case npy
  case zip
  case pickle
  case text
  case safetensors
  case gguf

  /// What a file with such first bytes is; `nil` if it is none of these. Pickles of protocols 0 and 1, which are text or
  /// begin like anything, are not told apart.
  init?(_ prefix: [UInt8]) {
    if prefix.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) {
      self = .npy
    } else if prefix.starts(with: [0x50, 0x4B, 0x03, 0x04]) || prefix.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
      self = .zip
    } else if prefix.count > 2, prefix[0] == 0x80, (2...5).contains(prefix[1]) {
      self = .pickle
    } else if !prefix.isEmpty, prefix.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }) {
      self = .text
    } else {
      return nil
    }
  }

  private var name: String {
    switch self {
    case .npy: "a .npy file"
    case .zip: "a zip archive, as .npz files are"
    case .pickle: "a pickle"
    case .text: "text"
    case .safetensors: "a safetensors file"
    case .gguf: "a GGUF file"
    }
  }

  private var shortName: String { self == .zip ? "a zip archive" : name }

  /// What is wrong where a file was opened as something else; `nil` if it is what was wanted, or may be.
  func message(wanted: KnownFile) -> String? {
    // Old pickles are text.
    if self == wanted || self == .text && wanted == .pickle { return nil }
    return "this is \(name), not \(wanted.shortName)"
  }
}

extension FormatError {
  /// The error of reading a source as one kind of file, which says what it is if it is another; this error where the source is
  /// not recognised or is not at fault.
  package func explained(by source: any ByteSource, wanted: KnownFile) -> FormatError {
    // A line of text is no foreign file where text was wanted.
    let foreign = wanted == .text ? self : explained(by: source, isOfPickle: wanted == .pickle)
    let codes: [FormatError.Code] = [
      .wrongKind, .malformed, .truncated, .unsupported, .corrupt, .limitExceeded, .badValue,
    ]
    guard foreign.message == message, codes.contains(code), source.isSeekable,
      let prefix = try? source.readBytes(at: 0, upTo: ForeignFile.prefixLength),
      let message = KnownFile(prefix)?.message(wanted: wanted)
    else { return foreign }
    return FormatError(.wrongKind, message, file: file ?? source.name, offset: offset)
  }
}
