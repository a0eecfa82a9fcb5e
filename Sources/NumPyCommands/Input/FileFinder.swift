import ByteIO

/// The files that folders and patterns stand for.
enum FileFinder {
  /// A file, and how it was named.
  struct Found {
    let path: String
    /// Whether it was named itself, not by a folder or a pattern: then it should be something that is known.
    let isNamed: Bool
    /// Why nothing is read of what is there: in a folder, and no file.
    var leftOut: String?
  }

  /// The files of operands in their order: a file itself, all files within a folder, those that a pattern matches, unless
  /// another operand has them already.
  ///
  /// Links to files are followed, those to folders are not, so that no folder is gone through twice; they, and what is
  /// neither file nor folder, are found as left out.
  ///
  /// - Throws: ``FormatError`` with code `notFound` for a pattern that matches nothing, `badArgument` for a part of a file.
  static func files(of operands: [String]) throws(FormatError) -> [Found] {
    var found: [Found] = []
    for operand in operands {
      if RemoteInput.isRemote(operand) {
        try refusePart(operand)
        found.append(Found(path: operand, isNamed: true))
      } else if let status = FileStatus(path: operand) {
        if status.isDirectory {
          found += within(operand).files
        } else {
          found.append(Found(path: operand, isNamed: true))
        }
      } else if operand.contains(where: { "*?[".contains($0) }) {
        let matches = matches(of: operand)
        guard !matches.isEmpty else {
          try refusePart(operand)
          throw FormatError(.notFound, "no file matches this pattern", file: operand)
        }
        for path in matches {
          let isFolder = FileStatus(path: path)?.isDirectory == true
          found += isFolder ? within(path).files : [Found(path: path, isNamed: false)]
        }
      } else {
        try refusePart(operand)
        found.append(Found(path: operand, isNamed: true))
      }
    }
    var seen: Set<String> = []
    return found.filter { file in seen.insert(file.path).inserted || file.isNamed }
  }

  /// Refuses the address of a member or a slice.
  private static func refusePart(_ operand: String) throws(FormatError) {
    guard let address = try? Address(operand), address.path != operand,
      RemoteInput.isRemote(address.path) || FileStatus(path: address.path) != nil
    else { return }
    throw FormatError(
      .badArgument,
      "whole files are looked at here, no members or slices of them: say \(RemoteInput.name(address.path))",
      file: RemoteInput.name(operand))
  }

  /// What is within a folder and the folders in it, and these folders, by name.
  private static func within(_ folder: String) -> (files: [Found], folders: [String]) {
    var (files, inner): ([Found], [String]) = ([], [])
    let start = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    var open = [start]
    while let next = open.popLast() {
      if next != start { inner.append(next) }
      var folders: [String] = []
      for name in SystemCall.names(in: next).sorted() where name != "." && name != ".." {
        let path = next == "/" ? "/" + name : next + "/" + name
        let status = FileStatus(path: path)
        if status?.isDirectory == true, !SystemCall.isLink(path) {
          folders.append(path)
        } else {
          files.append(Found(path: path, isNamed: false, leftOut: reasonToLeaveOut(status, path)))
        }
      }
      open += folders.reversed()
    }
    return (files, inner)
  }

  /// Whether a path of a folder's names leads nowhere because one of them is not UTF-8.
  static func isMended(_ path: String) -> Bool {
    path.unicodeScalars.contains("\u{FFFD}") && FileStatus(path: path) == nil && !SystemCall.isLink(path)
  }

  /// Why nothing is read of something in a folder; `nil` for a file.
  private static func reasonToLeaveOut(_ status: FileStatus?, _ path: String) -> String? {
    // A name that is not UTF-8 has been mended, and so leads nowhere: that is an error, since what it names is there.
    guard let status else { return isMended(path) ? nil : "a link that leads nowhere, or into itself" }
    if status.isRegular { return nil }
    return status.isDirectory
      ? "a link to a folder, which is looked into where it is named itself"
      : "a pipe, a socket or a device, and no file"
  }

  /// The paths that a pattern matches, part by part; `**` stands for any number of folders.
  private static func matches(of pattern: String) -> [String] {
    var places = [pattern.hasPrefix("/") ? "/" : ""]
    for part in pattern.split(separator: "/") {
      var next: [String] = []
      for place in places {
        let prefix = place.isEmpty || place.hasSuffix("/") ? place : place + "/"
        if part == "**" {
          next.append(place)
          next += within(prefix.isEmpty ? "." : prefix).folders.map {
            $0.hasPrefix("./") ? String($0.dropFirst(2)) : $0
          }
        } else if part.contains(where: { "*?[".contains($0) }) {
          let names = SystemCall.names(in: prefix.isEmpty ? "." : prefix).sorted()
          for name in names where name != "." && name != ".." && (!name.hasPrefix(".") || part.hasPrefix(".")) {
            if isMatch(Array(name.unicodeScalars)[...], Array(part.unicodeScalars)[...]) { next.append(prefix + name) }
          }
        } else if FileStatus(path: prefix + part) != nil {
          next.append(prefix + part)
        }
      }
      places = next
    }
    return places
  }

  /// Whether a name matches a pattern of `*`, `?` and `[…]`, as in a shell.
  static func isMatch(_ name: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>) -> Bool {
    var (name, pattern) = (name, pattern)
    // Where the last star stands, and what it has taken so far: only the last has to give anything back.
    var star: (pattern: ArraySlice<Unicode.Scalar>, name: ArraySlice<Unicode.Scalar>)?
    while !name.isEmpty || !pattern.isEmpty {
      if pattern.first == "*" {
        pattern = pattern.dropFirst()
        star = (pattern, name)
        continue
      }
      if let scalar = name.first, let rest = single(scalar, pattern) {
        (name, pattern) = (name.dropFirst(), rest)
        continue
      }
      guard let (afterStar, taken) = star, !taken.isEmpty else { return false }
      star = (afterStar, taken.dropFirst())
      (pattern, name) = (afterStar, taken.dropFirst())
    }
    return true
  }

  /// The rest of the pattern if its first part matches one character.
  private static func single(
    _ scalar: Unicode.Scalar, _ pattern: ArraySlice<Unicode.Scalar>
  ) -> ArraySlice<Unicode.Scalar>? {
    guard let first = pattern.first else { return nil }
    if first == "?" { return pattern.dropFirst() }
    guard first == "[", let end = pattern.dropFirst(2).firstIndex(of: "]") else {
      return first == scalar ? pattern.dropFirst() : nil
    }
    var set = pattern[(pattern.startIndex + 1)..<end]
    let isNot = set.first == "!" || set.first == "^"
    if isNot { set = set.dropFirst() }
    var isIn = false
    while let low = set.first {
      if set.count >= 3, set[set.startIndex + 1] == "-" {
        isIn = isIn || (low <= scalar && scalar <= set[set.startIndex + 2])
        set = set.dropFirst(3)
      } else {
        isIn = isIn || low == scalar
        set = set.dropFirst()
      }
    }
    return isIn != isNot ? pattern[(end + 1)...] : nil
  }
}
