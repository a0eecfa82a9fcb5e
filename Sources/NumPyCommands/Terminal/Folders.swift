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

  /// A new folder of its own for temporary files, removed by ``remove(_:)``.
  static func temporary() throws(FormatError) -> String {
    let path = "\(ScratchFile.defaultFolder)/npy-\(getpid())-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    UnfinishedFiles.add(temporary: path, isFolder: true)
    try make(path)
    return path
  }

  /// Removes a folder of files.
  static func remove(_ folder: String) {
    SystemCall.removeFolder(folder)
    UnfinishedFiles.remove(temporary: folder)
  }
}
