internal import SystemPackage

/// A file that appears whole or not at all.
///
/// Everything is written to a temporary file in the target's folder; ``commit(replacing:)`` brings it to disk and
/// renames it over the target, and brings the folder to disk. Until then the target stays as it was; a process
/// that dies leaves at most the temporary behind, which the next save of the same target removes. Mode and owner of a
/// replaced file are kept as far as the system allows. A target that is a symbolic link stays a link: the file it
/// names is replaced; a hard link is separated from its twins, as every rename does.
///
/// ```swift
/// let file = try AtomicFile(path: "arr.npy")
/// try file.write(bytes)
/// try file.commit()
/// ```
public final class AtomicFile: ByteSink {
  /// The path as it was given.
  public let name: String
  private let target: String
  private let folder: String
  private let temporary: String
  /// The file that is replaced, whose owner and mode the new one gets.
  private let replaced: FileStatus?
  private let descriptor: FileDescriptor
  private let sink: DescriptorSink
  private var isOpen = true

  /// Opens a temporary file beside the target.
  ///
  /// - Throws: ``FormatError`` if the folder does not exist or may not be written to, or the target is a folder, or a
  ///   pipe or device, which cannot be replaced (``write(to:replacing:_:)`` writes to those directly).
  public init(path: String) throws(FormatError) {
    name = path
    try SystemCall.checkPath(path)
    let target = try SystemCall.followingLinks(path)
    self.target = target
    let old = FileStatus(path: target)
    if let old, old.isDirectory { throw .isFolder(path) }
    // A device or a pipe must not be renamed away.
    if let old, !old.isRegular {
      throw FormatError(.wrongKind, "this is a pipe or a device, not a file that could be replaced", file: path)
    }
    let slash = target.lastIndex(of: "/")
    let folder = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    self.folder = folder
    let base = slash.map { String(target[target.index(after: $0)...]) } ?? target
    guard !base.isEmpty else { throw FormatError(.wrongKind, "this is not the name of a file", file: path) }
    do throws(FormatError) {
      // What replaces a file is nobody else's to read before it has that file's mode. A new file has the mode that the
      // system gives new files in this folder.
      (descriptor, temporary) = try TemporaryFile.make(
        for: base, in: folder == "/" ? "/" : folder + "/", permissions: old == nil ? 0o666 : 0o600)
    } catch {
      throw error.renamed(to: path)
    }
    replaced = old
    sink = DescriptorSink(descriptor, name: path)
  }

  deinit { discard() }

  /// How many bytes have been written.
  public var position: Int { sink.position }
  /// True.
  public var canOverwrite: Bool { true }

  /// Writes to the temporary file.
  ///
  /// - Throws: ``FormatError``, with code `badArgument` after ``commit(replacing:)`` or ``discard()``.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    try checkOpen()
    // Safe: the caller's bytes, used within the call.
    try unsafe sink.write(bytes)
  }

  /// Hands what is buffered on to the system.
  public func flush() throws(FormatError) {
    try checkOpen()
    try sink.flush()
  }

  /// A closed descriptor's number may be another file's by now.
  private func checkOpen() throws(FormatError) {
    guard isOpen else { throw FormatError(.badArgument, "the file has been closed", file: name) }
  }

  /// Overwrites bytes that were written before: for a header whose numbers are known at the end only.
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
  public func commit(replacing: Bool = true) throws(FormatError) {
    try checkOpen()
    do throws(FormatError) {
      try sink.flush()
      if let replaced { SystemCall.copyOwnerAndMode(of: replaced, to: descriptor) }
      try SystemCall.synchronize(descriptor, name: name)
      try SystemCall.closeDuplicate(of: descriptor, name: name)
      try ByteProgress.current?.check(file: name)
      if replacing {
        try SystemCall.rename(temporary, to: target)
      } else {
        try SystemCall.renameWithoutReplacing(temporary, to: target)
      }
    } catch {
      discard()
      throw error.renamed(to: name)
    }
    isOpen = false
    UnfinishedFiles.remove(temporary: temporary)
    // The file is the target now, to which somebody may append.
    SystemCall.unlock(descriptor)
    // All that closing can tell has been told.
    try? descriptor.close()
    try synchronizeFolder()
  }

  /// Gives up: removes the temporary file and leaves the target as it was.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    SystemCall.remove(temporary)
    UnfinishedFiles.remove(temporary: temporary)
    try? descriptor.close()
  }

  private func synchronizeFolder() throws(FormatError) {
    // A folder that may be written but not read cannot be opened; the rename itself has succeeded.
    guard let descriptor = try? SystemCall.open(folder, .readOnly) else { return }
    defer { try? descriptor.close() }
    try SystemCall.synchronize(descriptor, name: folder)
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
