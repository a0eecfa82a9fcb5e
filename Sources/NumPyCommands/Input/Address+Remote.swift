import RemoteFiles

// Where the address of a file on a server ends, and a member or a slice begins. Nothing is asked of the server for that.

extension Address {
  /// Takes `https://host/x.npz?query:MEMBER[SLICE]` apart; `nil` for what is not on a server.
  ///
  /// A colon begins a member if it follows the extension of a file of arrays, or a query. One that belongs to a name
  /// is written `%3A`.
  static func remoteParts(_ text: Substring) -> (path: String, member: String?)? {
    guard RemoteAddress.isRemote(String(text)), let separator = text.firstRange(of: "://") else { return nil }
    // The host may have a port after a colon, and brackets.
    let start = text[separator.upperBound...].firstIndex { $0 == "/" || $0 == "?" } ?? text.endIndex
    let isQueried = text[start...].contains("?") && !text.lowercased().hasPrefix("s3:")
    for colon in text[start...].indices where text[colon] == ":" {
      let file = text[..<colon]
      let rest = text[text.index(after: colon)...]
      let name = file.prefix { $0 != "?" || !isQueried }
      guard hasKnownExtension(name) else { continue }
      // In a query `12:30` is a time.
      if name.endIndex != file.endIndex, rest.contains(where: { "&=/%".contains($0) }) || Int(rest) != nil { continue }
      return (String(file), String(rest))
    }
    return (String(text), nil)
  }

  /// The brackets of a slice at the end of an address on a server, which are not those of a host.
  static func remoteSlice(_ text: String) -> String.Index? {
    guard text.hasSuffix("]"), let open = text.lastIndex(of: "["), let separator = text.firstRange(of: "://"),
      text[separator.upperBound..<open].contains("/")
    else { return nil }
    return open
  }

  private static let extensions: Set<String> = [
    "npy", "npz", "zip", "pkl", "pickle", "joblib", "pt", "pth", "tar", "txt", "csv", "tsv", "dat", "json", "bin",
    "raw", "safetensors", "gguf", "gz", "bz2", "xz", "zst", "lzma",
  ]

  private static func hasKnownExtension(_ name: Substring) -> Bool {
    guard let point = name.lastIndex(of: ".") else { return false }
    return extensions.contains(name[name.index(after: point)...].lowercased())
  }
}
