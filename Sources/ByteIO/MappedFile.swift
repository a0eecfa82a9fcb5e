internal import SystemPackage
internal import PlatformC

/// A file's bytes as memory, brought in by the system as they are touched.
///
/// As with every mapping, a file that another process cuts short while it is mapped makes the access to the
/// missing pages end the process (SIGBUS). Read a file that others may truncate by ``FileSource``.
@safe public final class MappedFile: ByteSource, @unchecked Sendable {
  /// What writing to the memory does.
  public enum Access: Sendable {
    /// The memory may not be written to.
    case readOnly
    /// Writes stay in this process; the file does not change.
    case copyOnWrite
    /// Writes reach the file.
    case readWrite
  }

  /// The path.
  public let name: String
  /// What may be done with the bytes.
  public let access: Access
  /// The first byte of the file. Valid as long as the object lives, for ``count`` bytes.
  public let baseAddress: UnsafeMutableRawPointer
  /// The file's length in bytes when it was mapped.
  public let count: Int

  /// An address for files without bytes: nothing is ever read through it.
  private nonisolated(unsafe) static let nothing = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)

  /// Maps a whole file.
  ///
  /// - Throws: ``FormatError`` if the file cannot be opened or the system cannot map it (a pipe, for one).
  public convenience init(path: String, access: Access = .readOnly) throws(FormatError) {
    let descriptor = try SystemCall.open(path, access == .readWrite ? .readWrite : .readOnly)
    defer { try? descriptor.close() }
    try self.init(descriptor, FileStatus(of: descriptor, name: path), name: path, access: access)
  }

  /// Maps a file that is open for reading: the very file that was opened, whatever its path names by now, as long
  /// as it was then.
  ///
  /// - Throws: ``FormatError`` if the system cannot map it; with code `badArgument` for the access `readWrite`.
  public convenience init(_ file: FileSource, access: Access = .readOnly) throws(FormatError) {
    guard access != .readWrite else {
      throw FormatError(.badArgument, "a file that is open for reading cannot be mapped for writing", file: file.name)
    }
    try self.init(file.descriptor, file.status, name: file.name, access: access)
  }

  private init(
    _ descriptor: FileDescriptor, _ status: FileStatus, name: String, access: Access
  ) throws(FormatError) {
    guard status.isRegular else {
      throw FormatError(.wrongKind, "only a regular file can be mapped", file: name)
    }
    self.name = name
    self.access = access
    count = status.size
    guard count > 0 else {
      // An empty range cannot be mapped.
      unsafe baseAddress = MappedFile.nothing
      return
    }
    let protection = access == .readOnly ? PROT_READ : PROT_READ | PROT_WRITE
    let flags = access == .readWrite ? MAP_SHARED : MAP_PRIVATE
    // Safe: a new mapping of `count` bytes of an open file; it is given back in `deinit` only.
    let address = unsafe mmap(nil, count, protection, flags, descriptor.rawValue, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw .system("cannot map the file", file: name)
    }
    unsafe baseAddress = address
  }

  deinit {
    // Safe: the mapping made in `init`; nobody holds an address in it longer than this object.
    if count > 0 { unsafe munmap(baseAddress, count) }
  }

  /// The number of bytes mapped.
  public var byteCount: Int? { count }
  /// Free: memory is read from anywhere.
  public var seekCost: SeekCost { .free }

  /// The mapped bytes.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      // Safe: the mapping lives as long as `self`, on which the span depends.
      let span = unsafe RawSpan(_unsafeStart: baseAddress, byteCount: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Copies bytes out of the map.
  ///
  /// - Throws: Nothing: the bytes are there. A file that another process cuts meanwhile ends the process, as any map of it.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    guard offset >= 0, offset < count else { return 0 }
    let part = min(buffer.count, count - offset)
    // Safe: `part` bytes lie within both the mapping and the buffer.
    unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(start: baseAddress + offset, count: part))
    return part
  }

  /// The mapped bytes, which stay at their address as long as this object lives.
  public var residentBytes: ResidentBytes? {
    // Safe: the mapping ends with this object, to which the bytes belong.
    unsafe ResidentBytes(baseAddress: UnsafeRawPointer(baseAddress), count: count, isMapped: true)
  }

  /// This very map, if it has the access that is asked for.
  ///
  /// - Throws: Nothing.
  public func mapped(_ access: Access) throws(FormatError) -> MappedFile? { access == self.access ? self : nil }

  /// Tells the system that the file will be read from front to back.
  public func adviseSequential() {
    // Safe: advice on a range that is mapped; it changes no content.
    if count > 0 { _ = unsafe madvise(baseAddress, count, MADV_SEQUENTIAL) }
  }

  /// Gives pages back that were read and will not be needed again, so that a scan of a large file stays small.
  public func discard(_ range: Range<Int>) {
    guard access == .readOnly else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let lower = range.lowerBound / page * page
    let upper = min(range.upperBound / page * page, count)
    // Safe: whole pages within a read-only mapping; they are read from the file again if they are touched.
    if lower < upper { _ = unsafe madvise(baseAddress + lower, upper - lower, MADV_DONTNEED) }
  }
}
