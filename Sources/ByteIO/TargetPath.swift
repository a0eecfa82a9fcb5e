/// Where a file is to appear: a path whose links have been followed, in its parts.
struct TargetPath {
  let path: String
  /// The folder, for opening it: `.` for a path that has none.
  let folder: String
  /// The file's name in the folder.
  let base: String

  /// - Throws: ``FormatError`` if the path has a null character, ends in a slash, or is a link that leads nowhere.
  init(_ given: String) throws(FormatError) {
    try SystemCall.checkPath(given)
    let path = try SystemCall.followingLinks(given)
    self.path = path
    let slash = path.lastIndex(of: "/")
    folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    base = slash.map { String(path[path.index(after: $0)...]) } ?? path
    // A folder of that name is told of as such.
    guard !base.isEmpty || FileStatus(path: path)?.isDirectory == true else {
      throw FormatError(.wrongKind, "this is not the name of a file", file: given)
    }
  }

  /// The path of another file in the same folder.
  func sibling(_ name: String) -> String { folder == "/" ? "/" + name : folder + "/" + name }
}
