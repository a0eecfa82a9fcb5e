/// The names of members, which may be any text, as paths below a folder.
public enum MemberPath {
  /// Whether a name, used as a path below a folder, names a file within it: no `..`, nothing absolute, no control
  /// characters, no backslashes or drive letters that other systems would take for more than a name.
  public static func isSafe(_ name: String) -> Bool {
    guard !name.isEmpty, !name.hasPrefix("/"), !name.hasSuffix("/"), !name.contains("\\") else { return false }
    guard name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else { return false }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    if let first = parts.first, first.count == 2, first.last == ":" { return false }
    return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 }
  }
}
