public import ByteIO
internal import SystemPackage

/// Changes to an archive that rewrite it: a new file replaces the old one, whole, once it is on disk.
///
/// Members that stay are copied as they are, compressed or not; their layout (NumPy's, or aligned) is kept, so that an
/// archive of `np.savez` without some members is what `np.savez` would have written of the others. Directories that
/// earlier appends left behind go. Bytes before the archive and its comment are kept, bytes behind it are not.
public enum ZipEditing {
  /// Removes members; of a name that stands twice, all.
  ///
  /// - Throws: `notFound` if a name is not there; `io` if another process is changing the archive right now; what opening
  ///   the archive and its members, or writing, throws. The old archive is untouched then.
  public static func remove(
    _ names: [String], from path: String, limits: ZipLimits = .default
  ) throws(FormatError) {
    let (lock, source) = try FileSource.openLocked(path: path, .readOnly)
    defer { unlock(lock) }
    let archive = try ZipArchive(source, limits: limits)
    for name in names where !archive.contains(name) {
      throw FormatError(.notFound, "there is no such member", file: path, member: name)
    }
    let gone = Set(names.map(NameKey.init))
    try rewrite(archive, path: path) { member in gone.contains(NameKey(member.name)) ? .none : .some(nil) }
  }

  /// Gives a member another name.
  ///
  /// - Throws: `notFound`, `ambiguous`, `alreadyExists` if the new name is taken; else as ``remove(_:from:limits:)``.
  public static func rename(
    _ old: String, to new: String, in path: String, limits: ZipLimits = .default
  ) throws(FormatError) {
    let (lock, source) = try FileSource.openLocked(path: path, .readOnly)
    defer { unlock(lock) }
    let archive = try ZipArchive(source, limits: limits)
    let renamed = try archive.member(old)
    guard !new.isEmpty, new != ".npy" else {
      throw FormatError(.badArgument, "a member has a name of at least one character", file: path, member: old)
    }
    guard new != renamed.name else {
      throw FormatError(.badArgument, "the member has this name already", file: path, member: old)
    }
    guard !archive.contains(new) else {
      throw FormatError(.alreadyExists, "the archive has a member of this name", file: path, member: new)
    }
    try rewrite(archive, path: path) { member in
      .some(member.headerOffset == renamed.headerOffset ? new : nil)
    }
  }

  /// Lets others change the archive; at once, as a child that was forked meanwhile has the file open too.
  private static func unlock(_ descriptor: FileDescriptor) {
    SystemCall.unlock(descriptor)
    try? descriptor.close()
  }

  /// Copies members into a new archive.
  ///
  /// - Parameter rule: Which name a member gets: `.some(nil)` its own, `.none` drops it.
  private static func rewrite(
    _ archive: ZipArchive, path: String, rule: (ZipMember) -> String??
  ) throws(FormatError) {
    let file = try AtomicFile(path: path)
    do throws(FormatError) {
      try copy(archive, to: file, layout: .numpy, rule: rule).finish()
      try file.commit()
    } catch {
      file.discard()
      throw error
    }
  }

  /// Copies members, the bytes before the archive and its comment to a file, to which more can be added.
  static func copy(
    _ archive: ZipArchive, to file: AtomicFile, layout: ZipLayout, rule: (ZipMember) -> String??
  ) throws(FormatError) -> ZipWriter {
    try file.write(from: archive.source, 0..<archive.prependedBytes)
    let writer = try ZipWriter(file, layout: layout, comment: archive.comment)
    for member in archive.members {
      guard case .some(let name) = rule(member) else { continue }
      try writer.copy(member, of: archive, renamedTo: name)
    }
    return writer
  }
}
