/// Where a file is to appear: a path whose links have been followed, in its parts.
package struct TargetPath {
  let path: String
  /// What is there, links followed; `nil` if nothing is.
  let status: FileStatus?
  /// The folder, for opening it: `.` for a path that has none.
  let folder: String
  /// The file's name in the folder.
  let base: String

  /// - Throws: ``FormatError`` if the path has a null character, ends in a slash, is a link that leads nowhere, or an address.
  init(_ given: String) throws(FormatError) {
    try SystemCall.checkPath(given)
    try TargetPath.refuseAddress(given)
    var found = FileStatus(ofLink: given)
    let isLink = found?.isLink == true
    if isLink { found = FileStatus(path: given) }
    status = found
    // What is written to as it is needs no other name, and may have none: standard output, where that is a pipe.
    let path = isLink && found?.isStream != true ? try SystemCall.followingLinks(given) : given
    self.path = path
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    base = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
    // A folder of that name is told of as such.
    guard !base.isEmpty || status?.isDirectory == true else {
      throw FormatError(.wrongKind, "this is not the name of a file", file: given)
    }
  }

  /// Refuses `s3://bucket/x` and the like, of which the system would make folders of these names.
  package static func refuseAddress(_ path: String) throws(FormatError) {
    // Most paths have no colon, for which a look at the bytes is enough.
    guard path.utf8.contains(UInt8(ascii: ":")), let separator = path.firstRange(of: "://") else { return }
    let scheme = path[..<separator.lowerBound]
    guard let first = scheme.utf8.first, (first | 0x20) >= 0x61, (first | 0x20) <= 0x7A,
      scheme.utf8.allSatisfy({ (0x30...0x39).contains($0) || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 == 0x2B })
    else { return }
    guard scheme.lowercased() == "file" else {
      throw FormatError(
        .unsupported, "this is an address and no path: only a file or folder here can be written", file: path)
    }
    throw FormatError(
      .unsupported, "this is an address: write its path, \(path[separator.upperBound...].drop { $0 != "/" })",
      file: path)
  }

  /// The path of another file in the same folder.
  func sibling(_ name: String) -> String { folder == "/" ? "/" + name : folder + "/" + name }
}
