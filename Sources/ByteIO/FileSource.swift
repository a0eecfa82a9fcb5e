package import SystemPackage
internal import PlatformC

/// A file that is read by position (`pread`): only what is asked for is read.
public final class FileSource: ByteSource {
  /// The path.
  public let name: String
  /// The size that the file had when it was opened.
  public let byteCount: Int?
  /// Free for a regular file; a pipe or a device is to be read through a ``StreamSource``.
  public var seekCost: SeekCost { status.isRegular ? .free : .impossible }
  package let descriptor: FileDescriptor
  package let status: FileStatus

  /// Opens the file at a path.
  ///
  /// A pipe or a device may be opened too; it has no length and can be read forwards only, through a
  /// ``StreamSource``: see ``openSource(path:)``.
  ///
  /// - Throws: ``FormatError``: `notFound`, `permissionDenied`, `wrongKind` for a folder, `io`.
  public init(path: String) throws(FormatError) {
    name = path
    descriptor = try SystemCall.open(path, .readOnly)
    do throws(FormatError) {
      status = try FileStatus(of: descriptor, name: path)
      guard !status.isDirectory else { throw .isFolder(path) }
    } catch {
      try? descriptor.close()
      throw error
    }
    byteCount = status.isRegular ? status.size : nil
  }

  deinit { try? descriptor.close() }

  /// Opens a file that is to grow in place: for writing, locked against others who would do the same, and as a source.
  ///
  /// - Throws: ``FormatError`` with code `io` if another process holds the lock, or replaced the file meanwhile.
  package static func openToGrow(
    path: String
  ) throws(FormatError) -> (descriptor: FileDescriptor, source: FileSource) {
    try openLocked(path: path, .readWrite)
  }

  /// Opens a file that is to be changed or replaced, locked against others who would do the same with what they have read of it.
  ///
  /// - Returns: The descriptor that holds the lock, which is given up by ``SystemCall/unlock(_:)``, and the file as a source.
  /// - Throws: ``FormatError`` with code `io` if another process holds the lock, or replaced the file meanwhile.
  package static func openLocked(
    path: String, _ mode: FileDescriptor.AccessMode
  ) throws(FormatError) -> (descriptor: FileDescriptor, source: FileSource) {
    let descriptor = try SystemCall.open(path, mode)
    do throws(FormatError) {
      guard SystemCall.tryLock(descriptor) != .heldByAnother else {
        throw FormatError(.io, "another process is changing the file", file: path)
      }
      let source = try FileSource(path: path)
      guard try FileStatus(of: descriptor, name: path).isSameFile(as: source.status) else {
        throw FormatError(.io, "the file was replaced while it was opened", file: path)
      }
      return (descriptor, source)
    } catch {
      SystemCall.unlock(descriptor)
      try? descriptor.close()
      throw error
    }
  }

  /// Reads by position, so that threads may share the file.
  ///
  /// - Throws: ``FormatError`` with code `io` if the system cannot read.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    let progress = ByteProgress.current
    let step = progress == nil ? buffer.count : ByteProgress.step
    // Safe: the caller's buffer, used within the call.
    return try unsafe descriptor.read(into: buffer, at: offset, inStepsOf: step, of: "the file", name: name) {
      count throws(FormatError) in try progress?.advance(.source, by: count, file: name)
    }
  }

  /// Makes sure that the file is as long as that at this moment: before its pages are touched where it is mapped.
  ///
  /// - Throws: ``FormatError`` with code `truncated`.
  package func requireLength(_ count: Int) throws(FormatError) {
    let found = try FileStatus(of: descriptor, name: name).size
    guard found < count else { return }
    throw FormatError.truncated("the file", expected: count, found: found, at: found).at(file: name)
  }

  /// Maps the file that was opened, whatever its path names by now; `nil` for what is not a regular file.
  ///
  /// - Throws: ``FormatError`` with code `io` if the system cannot map it.
  public func mapped(_ access: MappedFile.Access) throws(FormatError) -> MappedFile? {
    status.isRegular ? try MappedFile(self, access: access) : nil
  }

  /// Opens whatever a path names: a regular file is read by position, anything else (a pipe, a device) forwards as a stream.
  ///
  /// - Throws: As ``init(path:)``.
  public static func openSource(path: String) throws(FormatError) -> any ByteSource {
    let file = try FileSource(path: path)
    // What the kernel makes up when it is read, as under /proc, is a regular file of no bytes.
    if file.byteCount == 0, try !file.readBytes(at: 0, upTo: 1).isEmpty { return StreamSource(keeping: file) }
    return file.isSeekable ? file : StreamSource(keeping: file)
  }
}

extension FileDescriptor {
  /// Reads by position until the buffer is full or the file ends.
  ///
  /// - Parameters:
  ///   - step: How many bytes are read by one call of the system at most.
  ///   - what: What errors call the file, besides its name.
  ///   - advance: Called after each step with the number of its bytes.
  /// - Returns: How many bytes were read.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int, inStepsOf step: Int, of what: String, name: String,
    _ advance: (Int) throws(FormatError) -> Void = { _ in }
  ) throws(FormatError) -> Int {
    var done = 0
    while done < buffer.count {
      // Safe: a part of the rest of the buffer, which the caller owns for the duration of the call.
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done..<(done + min(step, buffer.count - done))])
      let got: Int
      do {
        got = try unsafe read(fromAbsoluteOffset: Int64(offset + done), into: rest)
      } catch {
        throw .system(error, "cannot read \(what)", file: name).at(offset: offset + done)
      }
      if got == 0 { break }
      done += got
      try advance(got)
    }
    return done
  }
}
