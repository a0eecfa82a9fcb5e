import ByteIO
import SystemPackage
import PlatformC

/// Folders for output.
enum Folders {
  /// Makes the folders that lead to a file.
  static func make(for path: String) throws(FormatError) {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
    try make(String(path[..<slash]))
  }

  /// Makes a folder and those that lead to it.
  static func make(_ folder: String) throws(FormatError) {
    try TargetPath.refuseAddress(folder)
    if let status = FileStatus(path: folder) {
      guard status.isDirectory else { throw FormatError(.wrongKind, "this is a file, not a folder", file: folder) }
      return
    }
    try make(for: folder)
    // Safe: the path is a null-terminated copy for the duration of the call.
    guard unsafe mkdir(folder, 0o777) == 0 || errno == EEXIST else {
      throw .system("cannot make the folder", file: folder)
    }
  }

  /// A path with `~/` as the home folder, as shells have it.
  static func expandingHome(_ path: String) -> String {
    // Safe: the environment is not changed by this process; the text is read at once.
    guard path.hasPrefix("~/"), let home = unsafe getenv("HOME") else { return path }
    return unsafe String(cString: home) + path.dropFirst()
  }

  /// The folder that a path names a file in.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A new folder of its own for temporary files, which only the user may enter; removed by ``remove(_:)``.
  ///
  /// - Throws: ``FormatError`` if the folder for temporary files does not exist: it is not made.
  static func temporary() throws(FormatError) -> String {
    let path = "\(ScratchFile.defaultFolder)/npy-\(getpid())-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    UnfinishedFiles.add(temporary: path, isFolder: true)
    // Safe: the path is a null-terminated copy for the duration of the call.
    guard unsafe mkdir(path, 0o700) == 0 else {
      let error = FormatError.system("cannot make a temporary folder", file: path)
      UnfinishedFiles.remove(temporary: path)
      throw error
    }
    return path
  }

  /// Refuses to write a file where links in a folder lead elsewhere, or where there is a pipe or a device.
  ///
  /// - Parameters:
  ///   - name: The file's path within the folder.
  ///   - followingLinks: Whether links that lead to something within the folder are followed.
  static func checkWay(to name: String, in folder: String, followingLinks: Bool) throws(FormatError) {
    var path = folder
    for part in name.split(separator: "/") {
      path += "/" + part
      guard SystemCall.isLink(path) else { continue }
      guard followingLinks else {
        throw FormatError(.alreadyExists, "this is a symbolic link, which is not followed without --force", file: path)
      }
      guard let root = realPath(folder), let target = realPath(path), target.hasPrefix(root == "/" ? "/" : root + "/")
      else { throw FormatError(.wrongKind, "this is a symbolic link that leads out of the folder", file: path) }
    }
    if let status = FileStatus(path: path), !status.isRegular, !status.isDirectory {
      throw FormatError(.wrongKind, "this is a pipe or a device, not a file that could be replaced", file: path)
    }
  }

  /// The path of a file from the root on, without links.
  static func absolute(_ path: String) throws(FormatError) -> String {
    guard let resolved = realPath(path) else { throw FormatError(.notFound, "cannot find the file", file: path) }
    return resolved
  }

  /// A path without links; `nil` if it leads nowhere, or to a name that is not UTF-8.
  private static func realPath(_ path: String) -> String? {
    // Safe: the path is a null-terminated copy for the duration of the call; the result is ours to free.
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(validatingCString: resolved)
  }

  /// Removes a folder of files.
  static func remove(_ folder: String) {
    SystemCall.removeFolder(folder)
    UnfinishedFiles.remove(temporary: folder)
  }
}
