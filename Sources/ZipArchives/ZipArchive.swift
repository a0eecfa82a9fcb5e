public import ByteIO

/// A zip archive that is read: its directory, and the bytes of its members.
///
/// Opening reads the end records and the directory, nothing else, and refuses what no honest archive does: members
/// that overlap, sizes and counts that do not fit, records that contradict each other. What is wrong with one member
/// only (encryption, a method that is not known, a size that its method cannot reach, a header that disagrees with
/// the directory) is an error once that member is asked for, before anything is allocated or inflated on its word.
///
/// Reads are by position, so that threads may share an archive. Python's counterpart is `zipfile.ZipFile`.
public final class ZipArchive: Sendable {
  /// Where the archive is read from.
  public let source: any ByteSource
  /// The members in the directory's order, those of equal names included.
  public let members: [ZipMember]
  /// The names of what a tar archive holds beside files and folders: links, devices and pipes.
  package let others: [String]
  /// Whether something that is damaged was passed over in a tar archive.
  package let isDamaged: Bool
  /// The archive's comment.
  public let comment: [UInt8]
  /// The limits that were checked at opening and are checked at each member.
  public let limits: ZipLimits
  let end: EndRecord
  /// What kind of directory the members come from.
  public let form: Form
  private let indices: [NameKey: Int]
  private let repeated: Set<NameKey>

  /// Where the members are told.
  public enum Form: String, Sendable {
    /// The directory of a zip archive.
    case zip
    /// The headers in front of the members of a zip archive whose directory is lost.
    case headers
    /// The headers of a tar archive.
    case tar
  }

  /// Reads the directory of an archive. Cost: one read of the source's last 65,557 bytes, and up to
  /// four more where the directory lies before them.
  ///
  /// - Throws: ``FormatError``: `empty`; `wrongKind` if this is not a zip; `truncated` if it begins as one but its end
  ///   is missing; `ambiguous` if a comment holds another end record; `malformed` and `limitExceeded` as above;
  ///   `unsupported` for a stream and for archives over several files.
  public init(_ source: any ByteSource, limits: ZipLimits = .default) throws(FormatError) {
    self.source = source
    self.limits = limits
    do throws(FormatError) {
      let tail = try SourceTail(of: source)
      end = try EndRecord.find(in: tail, isLenient: limits.isLenient)
      // On a server a long directory is fetched in one request, and not in the pieces in which it is read.
      if source.seekCost == .perRead { try source.willRead([end.directory]) }
      let bytes = try tail.readBytes(at: end.directory.lowerBound, upTo: end.directory.count)
      guard bytes.count == end.directory.count else {
        throw .truncated("the archive's directory", expected: end.directory.count, found: bytes.count)
      }
      var members = try DirectoryParser.members(bytes, end: end, limits: limits)
      try DirectoryParser.setBoundaries(of: &members, directoryStart: end.directory.lowerBound, limits: limits)
      repeated = ZipArchive.index(members).repeated
      // As Python has it: of several of one name the last.
      if limits.isLenient, !limits.keepsRepeated, !repeated.isEmpty { members = ZipArchive.lastOfNames(members) }
      self.members = members
    } catch {
      throw error.at(file: source.name)
    }
    form = .zip
    (others, isDamaged) = ([], false)
    comment = end.comment
    indices = ZipArchive.index(members).indices
    checkInvariants()
  }

  /// An archive without a directory: a tar archive, or a zip archive whose directory is lost, whose members' own headers
  /// are looked for. Cost: a read for each member of a tar; of a zip archive all that lies between its members.
  ///
  /// - Parameter recovering: Whether what is damaged in a tar archive is passed over: a member that is cut is marked so.
  /// - Throws: ``FormatError``: `truncated` if there is no member, `malformed` for a header of a tar that is broken,
  ///   `limitExceeded`.
  public init(
    _ source: any ByteSource, scanning form: Form, limits: ZipLimits = .default, recovering: Bool = false
  ) throws(FormatError) {
    self.source = source
    self.limits = limits
    self.form = form
    do throws(FormatError) {
      if form == .tar {
        let contents = try TarDirectory.members(of: source, limits: limits, recovering: recovering)
        (members, others, isDamaged) = (contents.members, contents.others, contents.isDamaged)
      } else {
        (members, others, isDamaged) = (try LocalScan.members(of: source, limits: limits), [], false)
      }
    } catch { throw error.at(file: source.name) }
    let size = source.byteCount ?? 0
    end = EndRecord(
      count: members.count, countMayWrap: false, directory: size..<size, prefix: 0, position: size, comment: [],
      isFollowedBySignature: false)
    comment = []
    (indices, repeated) = ZipArchive.index(members)
  }

  private static func lastOfNames(_ members: [ZipMember]) -> [ZipMember] {
    let last = index(members).indices
    return members.enumerated().filter { last[NameKey($0.element.name)] == $0.offset }.map(\.element)
  }

  private static func index(_ members: [ZipMember]) -> (indices: [NameKey: Int], repeated: Set<NameKey>) {
    var indices: [NameKey: Int] = [:]
    var repeated: Set<NameKey> = []
    indices.reserveCapacity(members.count)
    for (index, member) in members.enumerated()
    where indices.updateValue(index, forKey: NameKey(member.name)) != nil {
      repeated.insert(NameKey(member.name))
    }
    return (indices, repeated)
  }

  /// Opens the archive at a path; `-` is not possible, since an archive is read from its end.
  ///
  /// - Throws: ``FormatError`` if there is no such file or it is no zip archive: `notFound`, `wrongKind`, `truncated`,
  ///   `malformed`.
  public convenience init(path: String, limits: ZipLimits = .default) throws(FormatError) {
    try self.init(FileSource.openSource(path: path), limits: limits)
  }

  /// Whether a member of that name is there. Names are compared byte by byte.
  public func contains(_ name: String) -> Bool { indices[NameKey(name)] != nil }

  /// The member of a name.
  ///
  /// - Throws: `notFound`, or `ambiguous` if the name stands twice: Python would take the last, and so does lenient reading.
  public func member(_ name: String) throws(FormatError) -> ZipMember {
    guard let index = indices[NameKey(name)] else {
      throw FormatError(.notFound, "there is no such member", file: source.name, member: name)
    }
    guard limits.isLenient || !repeated.contains(NameKey(name)) else {
      var error = FormatError(
        .ambiguous, "the archive has several members of this name", file: source.name, member: name)
      error.commandHint = "--lenient takes the last, as Python does"
      throw error
    }
    return members[index]
  }

  /// The names that represent more than one member.
  public var ambiguousNames: [String] {
    repeated.map(\.name).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// How many bytes precede the archive in its file.
  public var prependedBytes: Int { end.prefix }

  /// Where the archive begins in its file: at its first member.
  package var start: Int { members.map(\.headerOffset).min() ?? end.directory.lowerBound }

  /// Whether the file's first byte is that of a member's header, so that it can be nothing but this archive.
  package var beginsWithMember: Bool { end.prefix == 0 && members.contains { $0.headerOffset == 0 } }

  /// How many bytes follow the archive in its file.
  public var trailingBytes: Int {
    guard form == .zip else { return 0 }
    return max(0, (source.byteCount ?? 0) - end.position - RecordSize.end - comment.count)
  }

  /// Refuses a member that the directory alone shows to be unreadable. Costs nothing.
  ///
  /// - Throws: `unsupported` if it is encrypted, patched or of an unknown method; `malformed` if a stored member's
  ///   two sizes differ; `limitExceeded` if the size is beyond a limit, or beyond what the method can reach.
  public func validate(_ member: ZipMember) throws(FormatError) {
    do throws(FormatError) {
      guard !member.isEncrypted else { throw FormatError(.unsupported, "the member is encrypted") }
      guard member.flags & Flags.patched == 0 else {
        throw FormatError(.unsupported, "the member is a patch")
      }
      guard member.method.isKnown else {
        throw FormatError(
          .unsupported, "the member is compressed by \(member.method), which is not known here")
      }
      if member.method == .stored {
        guard member.compressedSize == member.uncompressedSize || limits.isLenient else {
          throw FormatError(.malformed, "the member is stored, and its two sizes differ")
        }
      } else if !member.isCut {
        let ratio = min(member.method.largestRatio, max(1, limits.ratio))
        let (reach, overflow) = member.compressedSize.multipliedReportingOverflow(by: ratio)
        guard overflow || member.uncompressedSize <= reach else {
          throw FormatError(
            .limitExceeded,
            "the member declares \(member.uncompressedSize) bytes, which \(member.compressedSize) bytes of "
              + "\(member.method) cannot hold")
        }
      }
      guard member.isCut || member.uncompressedSize <= limits.memberBytes else {
        throw FormatError(
          .limitExceeded, "the member has \(member.uncompressedSize) bytes, more than \(limits.memberBytes)")
      }
    } catch {
      throw located(error, member)
    }
  }

  /// Where a member's data lies in the source: compressed data, or the data itself if it is stored.
  ///
  /// Reads the member's local header and compares it with the directory.
  ///
  /// - Returns: Byte offsets from the source's start: a stored member of a mapped file can be used right there.
  /// - Throws: What ``validate(_:)`` throws; `malformed` if header and directory disagree or the data reaches into
  ///   the next member.
  public func dataRange(of member: ZipMember) throws(FormatError) -> Range<Int> {
    try validate(member)
    if let known = member.knownData { return known }
    return try localHeader(of: member).data
  }

  func localHeader(of member: ZipMember) throws(FormatError) -> LocalHeader {
    do throws(FormatError) {
      return try LocalHeader(of: member, in: source, isLenient: limits.isLenient)
    } catch {
      let changed = error.ofBytesChangedAsText(source, "a zip archive, such as .npz")
      guard changed.code == error.code else { throw changed }
      // Of what a server says nothing is known of the archive.
      let isOfContent = [.malformed, .ambiguous, .truncated, .unsupported].contains(error.code) && error.offset == nil
      let isClear =
        isOfContent && !limits.isLenient && (try? LocalHeader(of: member, in: source, isLenient: true)) != nil
      throw located(isClear ? error.adding("Python's zipfile reads it, and lenient reading accepts it") : error, member)
    }
  }

  func located(_ error: FormatError, _ member: ZipMember) -> FormatError {
    error.at(file: source.name, member: member.name, offset: member.headerOffset)
  }
}
