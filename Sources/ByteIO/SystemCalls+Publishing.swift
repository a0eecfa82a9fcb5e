internal import PlatformC
package import SystemPackage

/// How files get their names, and how their bytes get to disk.
extension SystemCall {
  /// Opens a new file that has no name yet, in a folder; `nil` where the system or the file system has no such files, or
  /// the folder cannot be written to, which making a file with a name then tells.
  ///
  /// It costs no more than a file that is made under its name, and a process that dies leaves nothing behind.
  static func openUnnamed(in folder: String, permissions: UInt32) -> FileDescriptor? {
    #if os(Linux)
      // `O_TMPFILE`, a macro of several parts, which Swift does not import.
      let temporaryFile: Int32 = 0o20_000_000 | O_DIRECTORY
      // Safe: the path is a null-terminated copy for the duration of the call.
      let descriptor = unsafe PlatformC.open(folder, temporaryFile | O_RDWR | O_CLOEXEC, mode_t(permissions))
      return descriptor < 0 ? nil : FileDescriptor(rawValue: descriptor)
    #else
      return nil
    #endif
  }

  /// Gives a file without a name one; false if there is a file of that name.
  static func link(_ descriptor: FileDescriptor, to path: String) throws(FormatError) -> Bool {
    #if os(Linux)
      // `AT_EMPTY_PATH`, which takes the descriptor itself, needs a privilege before Linux 6.10; the other way needs /proc.
      let emptyPath: Int32 = 0x1000
      // Safe: the paths are null-terminated copies for the duration of the call.
      if unsafe linkat(descriptor.rawValue, "", AT_FDCWD, path, emptyPath) == 0 { return true }
      if errno == EEXIST { return false }
      guard errno == ENOENT || errno == EPERM || errno == EINVAL else {
        throw .system("cannot make the file", file: path)
      }
      let ownPath = "/proc/self/fd/\(descriptor.rawValue)"
      // Safe: as above.
      if unsafe linkat(AT_FDCWD, ownPath, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 { return true }
      if errno == EEXIST { return false }
    #endif
    throw .system("cannot make the file", file: path)
  }

  /// Has the system report what it reports on closing only (a full quota on NFS), while the file stays open and locked.
  package static func closeDuplicate(of descriptor: FileDescriptor, name: String) throws(FormatError) {
    do { try descriptor.duplicate().close() } catch { throw .system(error, "cannot write the file", file: name) }
  }

  package static func rename(_ old: String, to new: String) throws(FormatError) {
    // Safe: both paths are null-terminated copies for the duration of the call.
    guard unsafe PlatformC.rename(old, new) == 0 else { throw .system("cannot replace the file", file: new) }
  }

  /// A rename that fails if the new name is taken.
  package static func renameWithoutReplacing(_ old: String, to new: String) throws(FormatError) {
    // Safe: both paths are null-terminated copies for the duration of the call.
    if unsafe PlatformC.link(old, new) == 0 {
      remove(old)
      return
    }
    guard errno == EPERM || errno == ENOTSUP || errno == EMLINK else {
      throw .system("cannot make the file", file: new)
    }
    // The file system has no hard links: an empty file takes the name, and is then replaced.
    let descriptor = try open(new, .writeOnly, options: [.create, .exclusiveCreate], permissions: 0o666)
    try? descriptor.close()
    do throws(FormatError) { try rename(old, to: new) } catch {
      remove(new)
      throw error
    }
  }

  /// Waits until a file's bytes and what the system knows of it are on disk.
  package static func synchronize(_ descriptor: FileDescriptor, name: String) throws(FormatError) {
    while fsync(descriptor.rawValue) != 0 {
      if errno == EINTR { continue }
      if hasNoDisk { return }
      throw .system("cannot write the file to disk", file: name)
    }
  }

  /// Waits until a file's bytes are on disk, and its size, but not the times of its changes.
  static func synchronizeBytes(_ descriptor: FileDescriptor, name: String) throws(FormatError) {
    #if canImport(Darwin)
      try synchronize(descriptor, name: name)
    #else
      while fdatasync(descriptor.rawValue) != 0 {
        if errno == EINTR { continue }
        if hasNoDisk { return }
        throw .system("cannot write the file to disk", file: name)
      }
    #endif
  }

  /// Pipes, terminals and some file systems cannot be synchronised; there is nothing to lose there.
  private static var hasNoDisk: Bool { errno == EINVAL || errno == ENOTSUP || errno == EROFS }

  /// Waits until the names in a folder are on disk.
  package static func synchronizeFolder(_ folder: String) throws(FormatError) {
    // A folder that may be written but not read cannot be opened; the names have been given all the same.
    guard let descriptor = try? open(folder, .readOnly) else { return }
    defer { try? descriptor.close() }
    try synchronize(descriptor, name: folder)
  }

  /// Waits until all that has been written is on disk, whoever wrote it: one wait for many files.
  package static func synchronizeAll() { sync() }
}
