package import SystemPackage
internal import PlatformC

extension FormatError {
  /// The system's own words for why a call failed.
  @inline(never)
  package static func system(_ error: any Error, _ doing: String, file: String?) -> FormatError {
    guard let errno = error as? Errno else { return FormatError(.io, "\(doing): \(error)", file: file) }
    let code: Code =
      switch errno {
      case .noSuchFileOrDirectory, .notDirectory: .notFound
      case .permissionDenied, .notPermitted, .readOnlyFileSystem: .permissionDenied
      case .fileExists: .alreadyExists
      case .brokenPipe: .closedPipe
      default: .io
      }
    return FormatError(code, "\(doing): \(errno)", file: file)
  }

  package static func system(_ doing: String, file: String?) -> FormatError {
    system(Errno(rawValue: errno), doing, file: file)
  }

  static func isFolder(_ path: String) -> FormatError {
    let isZarr = ["zarr.json", ".zarray", ".zgroup"].contains { FileStatus(path: path + "/" + $0) != nil }
    return FormatError(
      .wrongKind,
      isZarr
        ? "this is a folder, a Zarr store: read it with zarr and save its arrays with np.save"
        : "this is a folder, not a file", file: path)
  }
}

/// What `stat` says of a file, as far as this library needs it.
package struct FileStatus: Sendable {
  package var size: Int
  package var mode: UInt32
  package var device: UInt64
  package var inode: UInt64
  package var owner: UInt32
  package var group: UInt32
  package var linkCount: Int
  package var isRegular: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFREG) }
  package var isDirectory: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFDIR) }
  /// Whether it is a symbolic link itself.
  var isLink: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFLNK) }
  /// Whether it is written to as it is, from front to back: a pipe, a device.
  var isStream: Bool { !isRegular && !isDirectory }
  package func isSameFile(as other: FileStatus) -> Bool { inode == other.inode && device == other.device }
  package var permissions: UInt32 { mode & 0o7777 }

  fileprivate init(_ status: stat) {
    size = Int(status.st_size)
    mode = UInt32(status.st_mode)
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(status.st_ino)
    owner = UInt32(status.st_uid)
    group = UInt32(status.st_gid)
    linkCount = Int(status.st_nlink)
  }

  package init(of descriptor: FileDescriptor, name: String) throws(FormatError) {
    var status = stat()
    // Safe: `fstat` writes one `stat` into the local variable, whose type it is.
    guard unsafe fstat(descriptor.rawValue, &status) == 0 else {
      throw .system("cannot look at the file", file: name)
    }
    self.init(status)
  }

  /// The status of the file that a path names, following links; `nil` if there is none.
  package init?(path: String) {
    guard !path.utf8.contains(0) else { return nil }
    var status = stat()
    // Safe: as above; the path is a null-terminated copy for the duration of the call.
    guard unsafe stat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}

extension FileStatus {
  /// The status of what a path names itself, be it a link; `nil` if there is nothing.
  init?(ofLink path: String) {
    guard !path.utf8.contains(0) else { return nil }
    var status = stat()
    // Safe: `lstat` writes one `stat` into the local variable; the path is a null-terminated copy for the call.
    guard unsafe lstat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}

/// Small POSIX calls under their own names, each with its error turned into a ``FormatError``.
package enum SystemCall {
  /// Refuses a path with a null character, at which the system would take it to end: another file would be meant.
  package static func checkPath(_ path: String) throws(FormatError) {
    guard path.utf8.contains(0) else { return }
    throw FormatError(.badArgument, "a path cannot hold a null character", file: path)
  }

  /// Why the process may not write to a file that exists, as its mode or the file system has it; `nil` if it may.
  ///
  /// - Parameter status: What the file is like. Of one of its own that it may write to the system need not be asked again.
  static func refusalToWrite(_ path: String, _ status: FileStatus) -> Errno? {
    if status.mode & 0o200 != 0, status.owner == geteuid() { return nil }
    // Safe: the path is a null-terminated copy for the duration of the call.
    guard unsafe faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0, errno == EACCES || errno == EROFS else { return nil }
    return Errno(rawValue: errno)
  }

  package static func open(
    _ path: String, _ mode: FileDescriptor.AccessMode, options: FileDescriptor.OpenOptions = [],
    permissions: UInt32? = nil
  ) throws(FormatError) -> FileDescriptor {
    try checkPath(path)
    let flags = mode.rawValue | options.union(.closeOnExec).rawValue
    while true {
      // Safe: the path is a null-terminated copy for the duration of the call.
      let descriptor = unsafe PlatformC.open(path, flags, mode_t(permissions ?? 0))
      if descriptor >= 0 { return FileDescriptor(rawValue: descriptor) }
      guard errno == EINTR else {
        throw .system(mode == .readOnly ? "cannot open the file" : "cannot write the file", file: path)
      }
    }
  }

  /// Whether there is something of that name, links followed.
  static func exists(_ path: String) -> Bool {
    // Safe: the path is a null-terminated copy for the duration of the call.
    unsafe access(path, F_OK) == 0
  }

  /// Fills two buffers, one after the other, with the first bytes of a file, in as few calls as that takes.
  ///
  /// - Returns: False for what cannot be opened, is shorter, or has no positions to read at, such as a pipe.
  package static func readBeginning(
    of path: UnsafePointer<CChar>, into first: UnsafeMutableRawBufferPointer, _ second: UnsafeMutableRawBufferPointer
  ) -> Bool {
    // Safe: the caller's path and buffers, of which no more is filled than they have.
    let descriptor = unsafe PlatformC.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { _ = PlatformC.close(descriptor) }
    let parts = unsafe [
      iovec(iov_base: first.baseAddress, iov_len: first.count),
      iovec(iov_base: second.baseAddress, iov_len: second.count),
    ]
    var done = unsafe preadv(descriptor, parts, 2, 0)
    guard done >= first.count else { return false }
    while done < first.count + second.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: second[(done - first.count)...])
      let got = unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(done))
      guard got > 0 else { return false }
      done += got
    }
    return true
  }

  /// Removes a file; false if the system does not let us.
  @discardableResult
  package static func remove(_ path: String) -> Bool {
    // Safe: the path is a null-terminated copy for the duration of the call.
    unsafe unlink(path) == 0
  }

  /// Removes a folder and the files in it; folders within it, and then the folder itself, stay.
  package static func removeFolder(_ path: String) {
    for name in names(in: path) where name != "." && name != ".." { remove(path + "/" + name) }
    // Safe: the path is a null-terminated copy for the duration of the call.
    _ = unsafe rmdir(path)
  }

  /// Where a path leads if it is a symbolic link, which may lead to a file that does not exist yet; else the path.
  ///
  /// - Throws: ``FormatError`` if links lead to each other in a circle, or to a name that is not UTF-8, which a `String`
  ///   cannot hold: what was written there would go to another file.
  package static func followingLinks(_ path: String) throws(FormatError) -> String {
    var place = path
    for _ in 0..<40 {
      guard let bytes = linkTarget(place) else { return place }
      let target = String(decoding: bytes, as: UTF8.self)
      guard bytes.count < linkLimit, target.utf8.elementsEqual(bytes) else {
        throw FormatError(.unsupported, "the symbolic link leads to a name that is not UTF-8, or too long", file: path)
      }
      if target.hasPrefix("/") {
        place = target
      } else {
        place = place.lastIndex(of: "/").map { String(place[...$0]) + target } ?? target
      }
    }
    throw FormatError(.io, "too many symbolic links lead on from here", file: path)
  }

  /// Whether a path itself, not what it leads to, is a symbolic link.
  package static func isLink(_ path: String) -> Bool { linkTarget(path) != nil }

  /// No system has longer paths.
  private static let linkLimit = 4096

  /// The target of a symbolic link, cut off at ``linkLimit``; `nil` if the path is not one.
  private static func linkTarget(_ path: String) -> [UInt8]? {
    var characters = [CChar](repeating: 0, count: linkLimit)
    // Safe: the call writes at most as many characters as the array has, which lives for the duration of the call.
    let count = unsafe readlink(path, &characters, characters.count)
    guard count > 0 else { return nil }
    return characters.prefix(count).map { UInt8(bitPattern: $0) }
  }

  /// The names in a folder; empty if it cannot be read.
  package static func names(in folder: String) -> [String] {
    // Safe: the stream is used by this thread only, between `opendir` and `closedir`; each entry's name is a
    // null-terminated array that `readdir` keeps until the next call.
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      names.append(name)
    }
    return names
  }

  /// Holds or tests an advisory lock: how a temporary file of a living process is told from one left behind.
  package static func tryLock(_ descriptor: FileDescriptor) -> Lock {
    while flock(descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      return errno == EWOULDBLOCK ? .heldByAnother : .unsupported
    }
    return .taken
  }

  /// What became of an attempt to lock a file.
  package enum Lock: Sendable {
    case taken
    case heldByAnother
    /// The file system knows no locks.
    case unsupported
  }

  /// Gives the lock up at once: closing alone leaves it to a child that another thread has just forked.
  package static func unlock(_ descriptor: FileDescriptor) {
    _ = flock(descriptor.rawValue, LOCK_UN)
  }

  /// Gives a new file the owner, as far as the system lets us, and the mode of the one that it replaces.
  ///
  /// - Parameter new: What the new file has so far.
  package static func copyOwnerAndMode(of old: FileStatus, to descriptor: FileDescriptor, _ new: FileStatus) {
    let isOurs = new.owner == old.owner && new.group == old.group
    if !isOurs {
      // The group alone may be given by those who are its members.
      if fchown(descriptor.rawValue, old.owner, old.group) != 0 { _ = fchown(descriptor.rawValue, .max, old.group) }
    }
    // Another owner takes bits of the mode away.
    if !isOurs || new.permissions != old.permissions { _ = fchmod(descriptor.rawValue, mode_t(old.permissions)) }
  }
}
