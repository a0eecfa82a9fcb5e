internal import SystemPackage

/// A file that appears whole or not at all.
///
/// Everything is written to a temporary file in the target's folder; ``commit(replacing:)`` brings it to disk and
/// renames it over the target, and brings the folder to disk. Until then the target stays as it was; a process
/// that dies leaves at most the temporary behind, which the next save of the same target removes. Mode and owner of a
/// replaced file are kept as far as the system allows. A target that is a symbolic link stays a link: the file it names is replaced; a
/// hard link is separated from its twins, as every rename does.
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
  private let descriptor: FileDescriptor
  private let sink: DescriptorSink
  private var isOpen = true

  /// Opens a temporary file beside the target.
  ///
  /// - Throws: ``FormatError`` if the folder does not exist or may not be written to, or the target is a folder, or a
  ///   pipe or device, which cannot be replaced (``write(to:replacing:_:)`` writes to those directly).
  public init(path: String) throws(FormatError) {
    name = path
    let target = try SystemCall.followingLinks(path)
    self.target = target
    let old = FileStatus(path: target)
    if let old, old.isDirectory { throw .isFolder(path) }
    if let old, !old.isRegular {
      throw FormatError(.wrongKind, "this is a pipe or a device, not a file that could be replaced", file: path)
    }
    // A device or a pipe must not be renamed away.
    if let old, !old.isRegular { throw FormatError(.wrongKind, "this is no regular file", file: path) }
    let slash = target.lastIndex(of: "/")
    let folder = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    self.folder = folder
    let base = slash.map { String(target[target.index(after: $0)...]) } ?? target
    guard !base.isEmpty else { throw FormatError(.wrongKind, "this is not the name of a file", file: path) }
    AtomicFile.removeLeftovers(of: base, in: folder)
    do throws(FormatError) {
      (descriptor, temporary) = try AtomicFile.makeTemporary(folder == "/" ? "/" : folder + "/", base)
    } catch {
      throw error.renamed(to: path)
    }
    if let old { SystemCall.copyOwnerAndMode(of: old, to: descriptor) }
    sink = DescriptorSink(descriptor, name: path)
  }

  /// Makes a temporary file, and locks it, so that nobody takes it for one left behind.
  private static func makeTemporary(
    _ folder: String, _ base: String
  ) throws(FormatError) -> (descriptor: FileDescriptor, path: String) {
    while true {
      let tag = String(UInt64.random(in: .min ... .max), radix: 36)
      let path = "\(folder)\(temporaryPrefix(base))\(SystemCall.processIdentifier)-\(tag).tmp"
      UnfinishedFiles.add(temporary: path)
      do throws(FormatError) {
        let descriptor = try SystemCall.open(
          path, .readWrite, options: [.create, .exclusiveCreate], permissions: 0o666)
        // Another process may have looked for leftovers just before the lock: then the file is gone already.
        if !SystemCall.tryLock(descriptor) || (try? FileStatus(of: descriptor, name: path))?.linkCount == 0 {
          try? descriptor.close()
          UnfinishedFiles.remove(temporary: path)
          SystemCall.remove(path)
          continue
        }
        return (descriptor, path)
      } catch {
        UnfinishedFiles.remove(temporary: path)
        throw error
      }
    }
  }

  deinit { discard() }

  /// How many bytes have been written.
  public var position: Int { sink.position }

  /// Writes to the temporary file.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) { try unsafe sink.write(bytes) }

  /// Hands what is buffered on to the system.
  public func flush() throws(FormatError) { try sink.flush() }

  /// Overwrites bytes that were written before: for a header whose numbers are known at the end only.
  public func overwrite(_ bytes: [UInt8], at offset: Int) throws(FormatError) {
    try sink.flush()
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
    do throws(FormatError) {
      try sink.flush()
      try SystemCall.synchronize(descriptor, name: name)
      try SystemCall.closeDuplicate(of: descriptor, name: name)
      try ByteProgress.current?.check(file: name)
      if replacing {
        try SystemCall.rename(temporary, to: target)
      } else {
        try SystemCall.linkWithoutReplacing(temporary, to: target)
        SystemCall.remove(temporary)
      }
    } catch {
      discard()
      throw error.renamed(to: name)
    }
    isOpen = false
    UnfinishedFiles.remove(temporary: temporary)
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

  private static func temporaryPrefix(_ base: String) -> String {
    // A name has at most 255 bytes; the rest of the temporary's takes up to 50.
    ".\(String(decoding: base.utf8.prefix(180), as: UTF8.self)).npyio-"
  }

  /// Removes temporaries of the same target whose writers have died: nobody holds their lock.
  private static func removeLeftovers(of base: String, in folder: String) {
    let prefix = temporaryPrefix(base)
    for name in SystemCall.names(in: folder) where name.hasPrefix(prefix) && name.hasSuffix(".tmp") {
      let path = folder + "/" + name
      guard let descriptor = try? SystemCall.open(path, .readOnly) else { continue }
      if SystemCall.tryLock(descriptor) { SystemCall.remove(path) }
      try? descriptor.close()
    }
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
