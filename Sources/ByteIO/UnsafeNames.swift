extension String {
  /// Why a name that comes from a file is unfit to be a path below some folder: it is empty, absolute, leads upwards, begins
  /// with the root of a drive, or holds a backslash or a control character; `nil` if it is fit.
  package var faultAsPath: String? {
    let bytes = Array(utf8)
    if bytes.isEmpty { return "it is empty" }
    if bytes[0] == UInt8(ascii: "/") { return "it is absolute" }
    // C0 and C1 controls and DEL.
    if unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) {
      return "it holds a control character"
    }
    if bytes.contains(UInt8(ascii: "\\")) { return "it holds a backslash, which separates folders elsewhere" }
    // TensorFlow's variables are called `w:0`.
    if bytes.count > 2, bytes[1] == UInt8(ascii: ":"), bytes[2] == UInt8(ascii: "/") { return "it begins with a drive" }
    let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    if parts.contains(where: { $0.elementsEqual("..".utf8) }) { return "it leads upwards" }
    return parts.contains { $0.elementsEqual(".".utf8) } ? "it leads to where it already is" : nil
  }

  /// Whether a name that comes from a file is unfit to be a path below some folder.
  package var isUnsafeAsPath: Bool { faultAsPath != nil }
}
