internal import SystemPackage

/// A file that appears whole or not at all.
///
/// Everything is written to a file beside the target that has another name, or none; ``commit(replacing:)`` gives it the
/// target's. Until then the target stays as it was. A file that is to be replaced keeps its name until the new one's bytes
/// are on disk, as far as the ``Durability`` asks for it; a process that dies then leaves at most the temporary behind,
/// which the next save of the same target removes (one of several writers side by side a later one). Mode and owner of a
/// replaced file are kept as far as the system allows.
/// A target that is a symbolic link stays a link: the file it names is replaced; a hard link is separated from its twins,
/// as every rename does.
///
/// ```swift
/// let file = try AtomicFile(path: "arr.npy")
/// try file.write(bytes)
/// try file.commit()
/// ```
public final class AtomicFile: ByteSink {
  /// The path as it was given.
  public let name: String
  /// What the file survives when the system stops.
  public let durability: Durability
  private let target: TargetPath
  /// The temporary file's name; `nil` for one that has none until it is committed.
  private var temporary: String?
  /// The file that is replaced, whose owner and mode the new one gets.
  private var replaced: FileStatus? { target.status }
  /// What the new file is like that is to replace another.
  private let status: FileStatus?
  private let descriptor: FileDescriptor
  private let sink: DescriptorSink
  private var isOpen = true

  /// Opens a file in the target's folder.
  ///
  /// - Throws: ``FormatError`` if the folder does not exist or may not be written to, or the target is write-protected, a
  ///   folder, or a pipe or device, which cannot be replaced (``write(to:replacing:durability:_:)`` writes to those directly).
  public convenience init(path: String, durability: Durability = .consistent) throws(FormatError) {
    try self.init(TargetPath(path), name: path, durability)
  }

  /// - Parameter path: What the target was called.
  init(_ target: TargetPath, name path: String, _ durability: Durability) throws(FormatError) {
    name = path
    self.durability = durability
    self.target = target
    let old = target.status
    if let old, old.isDirectory { throw .isFolder(path) }
    // A device or a pipe must not be renamed away.
    if let old, !old.isRegular || OpenDescriptor(path: path) != nil {
      throw FormatError(.wrongKind, "this is a pipe or a device, not a file that could be replaced", file: path)
    }
    // The folder's mode would do for a rename; that of the file says what its owner wants.
    if let old, let refusal = SystemCall.refusalToWrite(target.path, old) {
      throw .system(refusal, "the file is write-protected", file: path)
    }
    do throws(FormatError) {
      if old == nil, let unnamed = SystemCall.openUnnamed(in: target.folder, permissions: 0o666) {
        (descriptor, temporary, status) = (unnamed, nil, nil)
        TemporaryFile.removeLeft(for: target)
      } else {
        let made = try TemporaryFile.make(for: target, permissions: AtomicFile.firstMode(replacing: old))
        (descriptor, temporary, status) = (made.descriptor, made.path, made.status)
      }
    } catch {
      throw error.renamed(to: path)
    }
    sink = DescriptorSink(descriptor, name: path)
  }

  deinit { discard() }

  /// The mode that a file is made with. A new one has what the system gives new files in its folder. What replaces a file
  /// is nobody's to read who could not read that: it has its mode at once where that is the same for every group.
  private static func firstMode(replacing old: FileStatus?) -> UInt32 {
    guard let mode = old?.permissions else { return 0o666 }
    let isForAll = mode & 0o600 == 0o600 && mode >> 3 & 7 == mode & 7
    return isForAll ? mode & 0o777 : 0o600
  }

  /// How many bytes have been written.
  public var position: Int { sink.position }
  /// True.
  public var canOverwrite: Bool { true }

  /// Writes to the file, which has not got its name yet.
  ///
  /// - Throws: ``FormatError``, with code `badArgument` after ``commit(replacing:)`` or ``discard()``.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    try checkOpen()
    // Safe: the caller's bytes, used within the call.
    try unsafe sink.write(bytes)
  }

  /// Hands what is buffered on to the system.
  ///
  /// - Throws: ``FormatError`` if the bytes cannot be written, with code `badArgument` after the file was closed.
  public func flush() throws(FormatError) {
    try checkOpen()
    try sink.flush()
  }

  /// A closed descriptor's number may be another file's by now.
  private func checkOpen() throws(FormatError) {
    guard isOpen else { throw FormatError(.badArgument, "the file has been closed", file: name) }
  }

  /// Overwrites bytes that were written before: for a header whose numbers are known at the end only.
  ///
  /// - Throws: As ``flush()``.
  public func overwrite(_ bytes: [UInt8], at offset: Int) throws(FormatError) {
    try flush()
    do {
      _ = try descriptor.writeAll(toAbsoluteOffset: Int64(offset), bytes)
    } catch {
      throw .system(error, "cannot write", file: name).at(offset: offset)
    }
  }

  /// Publishes the file under its name.
  ///
  /// - Parameter replacing: Whether a file of that name may be replaced; if not, one that exists is an error.
  /// - Throws: ``FormatError`` if the file cannot be written or renamed: `alreadyExists` where it is not to be replaced,
  ///   `cancelled` if the work was. The file is discarded then, and what was there before remains.
  public func commit(replacing: Bool = true) throws(FormatError) {
    try checkOpen()
    do throws(FormatError) {
      try sink.flush()
      if let replaced {
        let made: FileStatus
        if let status { made = status } else { made = try FileStatus(of: descriptor, name: name) }
        SystemCall.copyOwnerAndMode(of: replaced, to: descriptor, made)
      }
      if durability == .durable { try SystemCall.synchronize(descriptor, name: name) }
      try ByteProgress.current?.check(file: name)
      try publish(replacing: replacing)
    } catch {
      discard()
      throw error.renamed(to: name)
    }
    isOpen = false
    if let temporary {
      UnfinishedFiles.remove(temporary: temporary)
      // The file is the target now, to which somebody may append.
      SystemCall.unlock(descriptor)
    }
    // All that closing can tell has been told.
    try? descriptor.close()
    if durability == .durable { try SystemCall.synchronizeFolder(target.folder) }
  }

  /// Gives the file its name.
  private func publish(replacing: Bool) throws(FormatError) {
    if temporary == nil {
      if try SystemCall.link(descriptor, to: target.path) { return }
      guard replacing else { throw FormatError(.alreadyExists, "the file exists", file: name) }
      // Another writer was faster: what it wrote is replaced as any file is.
      temporary = try TemporaryFile.link(descriptor, for: target)
    }
    guard let temporary else { return }
    if replacing, durability == .consistent, replaced != nil || FileStatus(path: target.path) != nil {
      try SystemCall.synchronizeBytes(descriptor, name: name)
    } else if durability != .durable {
      // Who waits for the disk has been told.
      try SystemCall.closeDuplicate(of: descriptor, name: name)
    }
    guard replacing else { return try SystemCall.renameWithoutReplacing(temporary, to: target.path) }
    try SystemCall.rename(temporary, to: target.path)
  }

  /// Gives up: removes the file and leaves the target as it was.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    if let temporary {
      SystemCall.remove(temporary)
      UnfinishedFiles.remove(temporary: temporary)
    }
    try? descriptor.close()
  }
}

extension FormatError {
  /// The same error under the name that the caller knows.
  fileprivate func renamed(to name: String) -> FormatError {
    var error = self
    error.file = name
    return error
  }
}
