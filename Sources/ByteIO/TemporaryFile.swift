internal import Synchronization
internal import SystemPackage

/// The temporary file beside a target: `.arr.npy.npyio-0.tmp` for `arr.npy`.
///
/// The names are counted, so that those which dead processes left behind are found without listing the folder, which
/// may be large. A living writer holds a lock on its file; a writer that gets the lock may remove the file. The first
/// name is looked at by every save; the others, which only writers side by side take, where the first was taken, and now
/// and again.
enum TemporaryFile {
  /// How many saves of one target may be under way at once.
  private static let limit = 10_000

  /// A temporary file that is open and locked.
  struct Made {
    let descriptor: FileDescriptor
    let path: String
    let status: FileStatus?
  }

  /// Makes a file and locks it, so that nobody takes it for one left behind; removes those that were.
  ///
  /// - Parameter permissions: The mode that the file has from its first byte on, less what the umask takes away.
  /// - Throws: ``FormatError`` if the folder does not exist or may not be written to.
  static func make(for target: TargetPath, permissions: UInt32) throws(FormatError) -> Made {
    var number = 0
    var hasRemoved = false
    while number < limit {
      let path = path(target, number)
      let created = try UnfinishedFiles.add(temporary: path) { () throws(FormatError) in
        try create(path, permissions)
      }
      guard let descriptor = created else {
        if removeIfLeft(path) { hasRemoved = true } else { number += 1 }
        continue
      }
      // Somebody may have taken it for one left behind, just before the lock: then it is gone, or will be.
      let isOurs = SystemCall.tryLock(descriptor) != .heldByAnother
      let status = try? FileStatus(of: descriptor, name: path)
      if isOurs, status?.linkCount != 0 {
        if number > 0 || hasRemoved || isToLook() { removeLeft(for: target, from: number + 1) }
        return Made(descriptor: descriptor, path: path, status: status)
      }
      UnfinishedFiles.remove(temporary: path)
      try? descriptor.close()
    }
    throw tooMany(target)
  }

  private static let madeCount = Atomic<Int>(0)

  /// Whether to look for what others left behind where the first name is free, which only writers side by side can have
  /// left: the first time in a process, and then now and again, for a look costs as much as a tenth of a small save.
  private static func isToLook() -> Bool { madeCount.wrappingAdd(1, ordering: .relaxed).oldValue & 15 == 0 }

  /// Gives a file that has no name that of a temporary, locked as ``make(for:permissions:)`` does.
  static func link(_ descriptor: FileDescriptor, for target: TargetPath) throws(FormatError) -> String {
    _ = SystemCall.tryLock(descriptor)
    for number in 0..<limit {
      let path = path(target, number)
      let linked = try UnfinishedFiles.add(temporary: path) { () throws(FormatError) in
        try SystemCall.link(descriptor, to: path) ? path : nil
      }
      if let linked { return linked }
    }
    throw tooMany(target)
  }

  /// Removes the temporaries that dead processes left behind.
  static func removeLeft(for target: TargetPath, from first: Int = 0) {
    var number = first
    while number < limit, removeIfLeft(path(target, number)) { number += 1 }
  }

  private static func tooMany(_ target: TargetPath) -> FormatError {
    FormatError(.io, "\(limit) saves of this file are under way, or cannot be told from such", file: target.path)
  }

  private static func path(_ target: TargetPath, _ number: Int) -> String {
    // A name has at most 255 bytes.
    target.sibling(".\(String(decoding: target.base.utf8.prefix(180), as: UTF8.self)).npyio-\(number).tmp")
  }

  /// `nil` if there is a file of that name.
  private static func create(_ path: String, _ permissions: UInt32) throws(FormatError) -> FileDescriptor? {
    do throws(FormatError) {
      return try SystemCall.open(path, .readWrite, options: [.create, .exclusiveCreate], permissions: permissions)
    } catch {
      guard error.code == .alreadyExists else { throw error }
      return nil
    }
  }

  /// Removes a temporary whose writer has died; false if there is none, if it may be somebody's still, or if the system
  /// does not let us: another user's in a sticky folder, or an immutable one. It then keeps its number.
  private static func removeIfLeft(_ path: String) -> Bool {
    // Mostly there is nothing, which a look tells for half the price.
    guard SystemCall.exists(path) else { return false }
    // Not to wait for a pipe, nor to follow a link, that somebody may have put there.
    guard let descriptor = try? SystemCall.open(path, .readOnly, options: [.nonBlocking, .noFollow]) else {
      return false
    }
    defer { try? descriptor.close() }
    guard SystemCall.tryLock(descriptor) == .taken, let opened = try? FileStatus(of: descriptor, name: path),
      let named = FileStatus(path: path), opened.isRegular, opened.isSameFile(as: named)
    else { return false }
    return SystemCall.remove(path)
  }
}
