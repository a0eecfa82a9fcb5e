public import ByteIO
import SystemPackage

/// Adds members to an archive that exists, without touching those that it has.
///
/// Until ``commit()`` the file holds the old archive, afterwards the new one, whole; so it does for every other
/// reader at any moment, if the process is killed, and after a failure. New members are written after the old end
/// (each append leaves the old directory in the file, unused). Where that cannot be done safely, since the directory
/// takes more than some 32,000 bytes, or the archive is empty or has a comment, the archive is copied and replaced instead:
/// ``isInPlace`` tells. Python's counterpart is `zipfile.ZipFile(…, "a")`, which overwrites the directory first.
///
/// ```swift
/// let appender = try ZipAppender(path: "arr.npz")
/// try appender.writer.add(ZipEntry("arr_2.npy"), bytes: npy)
/// try appender.commit()
/// ```
public final class ZipAppender {
  /// Where members are added; it knows the names that are taken, and is not to be finished.
  public let writer: ZipWriter
  /// Whether the file grows; else it is copied and replaced.
  public var isInPlace: Bool { inPlace != nil }
  private let path: String
  private let descriptor: FileDescriptor
  private let source: FileSource
  let inPlace: InPlaceFile?
  private let copy: AtomicFile?
  private var isOpen = true

  /// Opens an archive to add to. Cost: the directory's length.
  ///
  /// - Parameters:
  ///   - path: The archive; a symbolic link is followed.
  ///   - layout: How the new members are laid out.
  ///   - names: Members that new ones replace, as far as they are there. Their bytes stay in the file, unused, unless they
  ///     are more than half of it: then the archive is copied without them.
  /// - Throws: What opening a ``ZipArchive`` throws; `io` if another process is appending right now.
  public init(
    path: String, layout: ZipLayout = .aligned, replacing names: [String] = [], limits: ZipLimits = .default
  ) throws(FormatError) {
    self.path = path
    (descriptor, source) = try FileSource.openToGrow(path: path)
    do throws(FormatError) {
      let archive = try ZipArchive(source, limits: limits)
      let place = archive.end.directory
      let all = try source.readBytes(
        at: place.lowerBound, count: place.count, "the archive's directory")
      let gone = Set(names.map(NameKey.init))
      if ZipAppender.isMostlyUnused(archive, without: gone, size: source.status.size) {
        inPlace = nil
        let file = try AtomicFile(path: path)
        copy = file
        writer = try ZipEditing.copy(archive, to: file, layout: layout) { member in
          gone.contains(NameKey(member.name)) ? .none : .some(nil)
        }
      } else if let file = InPlaceFile(descriptor, archive: archive, directory: all, size: source.status.size) {
        inPlace = file
        UnfinishedFiles.beginGrowing()
        copy = nil
        writer = ZipWriter(file, layout: layout, continuing: archive, directory: all, isInPlace: true)
        writer.drop(gone, from: archive)
      } else {
        inPlace = nil
        let file = try AtomicFile(path: path)
        try file.write(from: source, 0..<place.lowerBound)
        copy = file
        writer = ZipWriter(file, layout: layout, continuing: archive, directory: all, isInPlace: false)
        writer.drop(gone, from: archive)
      }
    } catch {
      SystemCall.unlock(descriptor)
      try? descriptor.close()
      throw error
    }
  }

  deinit { discard() }

  /// Whether less than half of a file is left in use when members are replaced.
  private static func isMostlyUnused(_ archive: ZipArchive, without gone: Set<NameKey>, size: Int) -> Bool {
    guard archive.members.contains(where: { gone.contains(NameKey($0.name)) }) else { return false }
    let used = archive.members.reduce(0) { gone.contains(NameKey($1.name)) ? $0 : $0 &+ $1.compressedSize }
    return used < size / 2
  }

  /// Publishes the members that were added, on disk.
  ///
  /// - Throws: What the system throws, in which case the archive is as it was; `badArgument` if adding had failed.
  public func commit() throws(FormatError) {
    guard isOpen else { throw FormatError(.badArgument, "the append is over", file: path) }
    do throws(FormatError) {
      if let copy {
        try writer.finish()
        try copy.commit()
      } else if let inPlace, try !inPlace.finish(writer.closing) {
        // The new directory is too long to be put in place: all that was written is copied with it.
        let file = try AtomicFile(path: path)
        try file.write(from: source, 0..<inPlace.position)
        let (records, end) = try writer.closing(at: file.position)
        try file.write(records)
        try file.write(end)
        try file.commit()
        inPlace.restore()
      }
    } catch {
      discard()
      throw error
    }
    isOpen = false
    close()
  }

  /// Gives up: the archive stays as it was.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    copy?.discard()
    inPlace?.restore()
    close()
  }

  private func close() {
    if isInPlace { UnfinishedFiles.endGrowing() }
    SystemCall.unlock(descriptor)
    try? descriptor.close()
  }
}

extension ByteSink {
  /// Copies a part of a source, a mebibyte at a time.
  func write(from source: any ByteSource, _ range: Range<Int>) throws(FormatError) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let count = min(1 << 20, range.upperBound - offset)
      try write(source.readBytes(at: offset, count: count, "the archive"))
      offset += count
    }
  }
}
