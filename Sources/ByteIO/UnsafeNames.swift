extension String {
  /// Whether a name that comes from a file is unfit to be a path below some folder: it is empty, absolute, leads upwards, begins with a
  /// drive, or holds a backslash or a control character.
  package var isUnsafeAsPath: Bool {
    let bytes = Array(utf8)
    if bytes.isEmpty || bytes[0] == UInt8(ascii: "/") { return true }
    if bytes.count > 1, bytes[1] == UInt8(ascii: ":") { return true }
    if bytes.contains(UInt8(ascii: "\\")) { return true }
    // C0 and C1 controls and DEL.
    if unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) {
      return true
    }
    return bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).contains { part in
      part.elementsEqual("..".utf8) || part.elementsEqual(".".utf8)
    }
  }
}
