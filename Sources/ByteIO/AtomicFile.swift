internal import SystemPackage

/// A file that appears whole or not at all.
///
/// Everything is written to a temporary file in the target's folder; ``commit(replacing:)`` brings it to disk and
/// renames it over the target, and brings the folder to disk. Until then the target stays as it was; a process
/// that dies leaves at most the temporary behind, which the next save of the same target removes. The mode of a
/// replaced file is kept. A target that is a symbolic link stays a link: the file it names is replaced; a
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
  /// - Throws: ``FormatError`` if the folder does not exist or may not be written to, or the target is a folder.
  public init(path: String) throws(FormatError) {
    name = path
    let target = SystemCall.resolvingLinks(path)
    self.target = target
    let old = FileStatus(path: target)
    if let old, old.isDirectory {
      throw FormatError(.wrongKind, "this is a folder, not a file", file: path)
    }
    // A device or a pipe must not be renamed away.
    if let old, !old.isRegular { throw FormatError(.wrongKind, "this is no regular file", file: path) }
    let slash = target.lastIndex(of: "/")
    let folder = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    self.folder = folder
    let base = slash.map { String(target[target.index(after: $0)...]) } ?? target
    guard !base.isEmpty else { throw FormatError(.wrongKind, "this is not the name of a file", file: path) }
    AtomicFile.removeLeftovers(of: base, in: folder)
    let prefix = folder == "/" ? "/" : folder + "/"
    let tag = String(UInt64.random(in: .min ... .max), radix: 36)
    temporary = "\(prefix)\(AtomicFile.temporaryPrefix(base))\(SystemCall.processIdentifier)-\(tag).tmp"
    do {
      descriptor = try SystemCall.open(
        temporary, .readWrite, options: [.create, .exclusiveCreate], permissions: 0o666)
    } catch {
      throw error.at(file: path).renamed(to: path)
    }
    _ = SystemCall.tryLock(descriptor)
    if let old { SystemCall.setPermissions(old.permissions, of: descriptor) }
    sink = DescriptorSink(descriptor, name: path)
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
    do { try descriptor.close() } catch { throw .system(error, "cannot close the file", file: name) }
    try synchronizeFolder()
  }

  /// Gives up: removes the temporary file and leaves the target as it was.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    SystemCall.remove(temporary)
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
