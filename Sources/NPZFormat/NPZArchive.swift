public import NPYFormat
internal import ArrayBytes
public import ByteIO
public import NDArrays
internal import ArrayDeflate
public import ZipArchives

/// An `.npz` archive: named arrays in one file, each read when it is asked for. NumPy's `np.load("….npz")`.
///
/// Opening costs the directory only; headers are read (and no more than they take inflated) one by one. Names may be
/// given with or without `.npy`. An archive may be shared by threads.
///
/// ```swift
/// let archive = try NPZArchive(opening: "arr.npz")
/// for name in archive.names { print(name, try archive.header(of: name).shape) }
/// let first = try archive["arr_0"]                       // AnyNDArray
/// let second: NDArray<Double> = try archive.array("arr_1")
/// let corner = try archive.read("arr_0", 2..<6, 4, 3..<4)  // only what the corner needs
/// ```
public final class NPZArchive: Sendable {
  /// The zip archive underneath: members, methods, sizes.
  public let zip: ZipArchive
  /// What a member may ask for before it is refused: bytes, header length.
  public let limits: LoadLimits

  /// Opens an archive.
  ///
  /// - Throws: ``FormatError`` if this is not a zip archive, or one that no honest writer makes: members that overlap,
  ///   sizes that no data can have.
  public convenience init(opening path: String, limits: LoadLimits = .default) throws(FormatError) {
    try self.init(FileSource.openSource(path: path), limits: limits)
  }

  /// Opens an archive that a source holds; of a ``FileSource`` stored members can be mapped. A tar archive of arrays is
  /// one whose members are stored.
  ///
  /// - Parameter recovering: Whether an archive whose directory is lost or broken is read by the headers of its members;
  ///   of those that are cut short, what is whole.
  /// - Throws: As ``init(opening:limits:)``.
  public init(
    _ source: any ByteSource, limits: LoadLimits = .default, recovering: Bool = false
  ) throws(FormatError) {
    // A pipe has no end to begin at: what it holds is read into memory first.
    let source = source.isSeekable ? source : MemorySource(try source.readWhole(), name: source.name)
    self.limits = limits
    let zipLimits = ZipLimits(limits)
    if source.seekCost == .perRead, let zip = try? ZipArchive(source, limits: zipLimits), zip.beginsWithMember {
      self.zip = zip
      return
    }
    guard !TarDirectory.begins(try source.readBytes(at: 0, upTo: TarDirectory.blockSize)) else {
      zip = try ZipArchive(source, scanning: .tar, limits: zipLimits, recovering: recovering)
      return
    }
    do throws(FormatError) {
      let found = try ZipArchive(source, limits: zipLimits)
      // Bytes that have come into an archive leave the directory whole, which points beside the members before them then.
      let isWhole = recovering ? try found.pointsToHeaders() : true
      zip = isWhole ? found : try ZipArchive(source, scanning: .headers, limits: zipLimits)
    } catch {
      let error = error.ofBytesChangedAsText(source, "a zip archive, such as .npz").explained(by: source, wanted: .zip)
      guard recovering, [.truncated, .malformed, .ambiguous].contains(error.code) else {
        var lenient = zipLimits
        lenient.isLenient = true
        let isOfContent = [.malformed, .ambiguous, .truncated, .unsupported, .corrupt].contains(error.code)
        guard isOfContent, !limits.isLenient, (try? ZipArchive(source, limits: lenient)) != nil else { throw error }
        throw error.adding("Python's zipfile reads it, and lenient reading accepts it")
      }
      zip = try ZipArchive(source, scanning: .headers, limits: zipLimits)
    }
  }

  /// An archive whose directory has been read.
  package init(_ zip: ZipArchive, limits: LoadLimits) {
    self.zip = zip
    self.limits = limits
  }

  /// The archive with all members of one name, for who looks for what is hidden: lenient reading takes the last.
  package func keepingRepeated() throws(FormatError) -> NPZArchive {
    guard zip.form == .zip, zip.limits.isLenient, !zip.ambiguousNames.isEmpty else { return self }
    var all = zip.limits
    all.keepsRepeated = true
    return NPZArchive(try ZipArchive(zip.source, limits: all), limits: limits)
  }

  /// Whether a source is a zip archive from its first byte on, told by its end alone.
  package static func beginsWithMember(_ source: any ByteSource) -> Bool {
    (try? ZipArchive(source))?.beginsWithMember == true
  }

  /// The names of the members as NumPy's `files` gives them: without `.npy`, in the archive's order.
  public var names: [String] { zip.members.filter { !$0.isFolder }.map { NPZArchive.withoutExtension($0.name) } }

  /// How many members there are.
  public var count: Int { zip.members.count { !$0.isFolder } }

  /// Whether there is a member of that name, with or without `.npy`.
  public func contains(_ name: String) -> Bool { zip.contains(name + ".npy") || zip.contains(name) }

  /// The member of a name, with or without `.npy`.
  ///
  /// - Throws: ``FormatError`` with code `notFound`, or `ambiguous` if the name stands twice.
  public func member(_ name: String) throws(FormatError) -> ZipMember {
    if zip.contains(name) { return try zip.member(name) }
    if zip.contains(name + ".npy") { return try zip.member(name + ".npy") }
    throw FormatError(.notFound, "there is no such array\(suggestion(for: name))", file: zip.source.name, member: name)
  }

  private func suggestion(for name: String) -> String {
    let known = names
    if known.isEmpty { return "; the archive is empty" }
    if let nearest = NearestName.of(name, among: known) { return "; did you mean \(nearest)?" }
    let listed = known.listed()
    return "; the archive holds \(listed)"
  }

  /// The header of a member's array; of a compressed member no more is inflated than the header takes.
  ///
  /// - Throws: ``FormatError`` if there is no such member, or it is not an array.
  public func header(of name: String) throws(FormatError) -> NPYHeader { try file(name).header }

  /// The headers of all members that are arrays, in order, by the names that NumPy gives them.
  ///
  /// - Throws: ``FormatError`` at the first member whose header is broken; members that are not arrays are left out.
  public func headers() throws(FormatError) -> [(name: String, header: NPYHeader)] {
    var headers: [(name: String, header: NPYHeader)] = []
    try prepareHeaders()
    for member in zip.members where try isArray(member) {
      headers.append((NPZArchive.withoutExtension(member.name), try file(of: member).header))
    }
    return headers
  }

  /// Whether a member begins as `.npy` arrays do.
  ///
  /// - Throws: ``FormatError`` if the member cannot be read: `corrupt`, `truncated`, `unsupported` for a compression that is
  ///   not known.
  public func isArray(_ member: ZipMember) throws(FormatError) -> Bool {
    guard !member.isFolder, member.uncompressedSize >= NPYHeader.magic.count else { return false }
    do throws(FormatError) {
      return try contents(of: member).readBytes(at: 0, upTo: 6) == NPYHeader.magic
    } catch {
      throw error.at(file: zip.source.name, member: member.name)
    }
  }

  /// Whether a member is what macOS adds to archives of its own: `__MACOSX/._a.npy`, the attributes of `a.npy` in the form
  /// AppleDouble (RFC 1740).
  ///
  /// - Throws: As ``isArray(_:)``.
  package func isOfMacOS(_ member: ZipMember) throws(FormatError) -> Bool {
    guard member.name.split(separator: "/").last?.hasPrefix("._") == true else { return false }
    do throws(FormatError) { return try contents(of: member).readBytes(at: 0, upTo: 4) == [0, 5, 0x16, 7] } catch {
      throw error.at(file: zip.source.name, member: member.name)
    }
  }

  /// A member as a `.npy` file, from which parts can be read.
  ///
  /// - Throws: ``FormatError`` if there is no such member, or it is not an array.
  public func file(_ name: String) throws(FormatError) -> NPYFile { try file(of: member(name)) }

  /// A member as a `.npy` file: see ``file(_:)``.
  ///
  /// - Throws: As ``file(_:)``.
  public func file(of member: ZipMember) throws(FormatError) -> NPYFile {
    do throws(FormatError) {
      let file = try NPYFile(contents(of: member), limits: limits, allowingTruncation: true)
      return member.isCut ? try file.recovered() : file
    } catch {
      throw located(error, member)
    }
  }

  /// A member's content, inflated as it is read.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` for a compression that is not known; the source throws `corrupt` for
  ///   data that no encoder makes.
  public func contents(of member: ZipMember) throws(FormatError) -> any ByteSource {
    try openedContents(of: member).source
  }

  /// A member's content by the way in which the archive holds it.
  func openedContents(of member: ZipMember) throws(FormatError) -> MemberContents {
    if member.method == .stored { return .stored(try zip.storedSource(of: member)) }
    let inflated = try InflatedMember(zip, member)
    guard member.isCut else { return .inflated(inflated) }
    return .stored(PartOfSource(inflated, 0..<(try inflated.readableCount()), name: inflated.name))
  }

  /// The content of any member, array or not, checked against its checksum: NumPy gives members that are not arrays as
  /// bytes too.
  ///
  /// - Throws: ``FormatError`` if there is no such member, or it is damaged.
  public func data(of name: String) throws(FormatError) -> [UInt8] {
    let member = try member(name)
    do throws(FormatError) {
      let contents = try contents(of: member)
      let bytes = try contents.readBytes(at: 0, count: member.uncompressedSize, "the member")
      try zip.check(member, count: bytes.count, crc32: NPZArchive.checksum(of: bytes))
      return bytes
    } catch {
      throw located(error, member)
    }
  }

  private static func checksum(of bytes: [UInt8]) -> UInt32 {
    // Safe: the buffer is used within the call only.
    unsafe bytes.withUnsafeBytes { unsafe ArrayDeflate.CRC32.parallelChecksum($0) }
  }

  /// Maps a stored member: nothing is read until it is touched. What NumPy has been asked for since 2015 (numpy #5976).
  ///
  /// Typed arrays need elements that are aligned in the file, as this library's own archives have them; other arrays
  /// are copied when they are made typed.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` for a compressed member.
  public func mapped(_ name: String, copyOnWrite: Bool = false) throws(FormatError) -> AnyNDArray {
    let member = try member(name)
    do throws(FormatError) {
      // The file that was opened, which by now may have been replaced: its directory is the one that was read.
      guard let map = try zip.source.mapped(copyOnWrite ? .copyOnWrite : .readOnly) else {
        throw FormatError(.unsupported, "only an archive that was opened by its path can be mapped")
      }
      guard member.method == .stored else {
        throw FormatError(.unsupported, "the member is compressed: only stored members can be mapped")
      }
      let header = try file(of: member).header
      try NPYFile.requireNonObject(header, zip.source)
      let range = try zip.dataRange(of: member)
      return try AnyNDArray(
        mapped: map, offset: range.lowerBound + header.byteCount, dtype: header.dtype, shape: header.shape,
        fortran: header.isFortranOrder)
    } catch {
      throw located(error, member)
    }
  }

  /// Where a stored member's bytes begin in the archive; `nil` for a compressed one.
  ///
  /// - Throws: ``FormatError`` with code `malformed` or `truncated` if the member's header is damaged.
  public func storedOffset(of member: ZipMember) throws(FormatError) -> Int? {
    member.method == .stored ? try zip.dataRange(of: member).lowerBound : nil
  }

  /// Whether a part of the member can be read without the rest: stored, or compressed with an index of segments.
  public func isSeekable(_ member: ZipMember) -> Bool {
    member.method == .stored || (try? contents(of: member))?.readsInOrder == false
  }

  package func located(_ error: FormatError, _ member: ZipMember) -> FormatError {
    var error = error
    error.file = zip.source.name
    error.member = uniqueName(of: member)
    return error
  }

  /// The one file that the archive holds; `nil` if it holds more, or none.
  package var onlyMember: ZipMember? {
    let files = zip.members.lazy.filter { !$0.isFolder }.prefix(2)
    return files.count == 1 ? files.first : nil
  }

  /// The shortest name that finds a member: without `.npy`, unless that is the name of another.
  package func uniqueName(of member: ZipMember) -> String {
    let short = NPZArchive.withoutExtension(member.name)
    return short != member.name && zip.contains(short) ? member.name : short
  }

  package static func withoutExtension(_ name: String) -> String {
    name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
  }
}

extension NPZArchive {
  /// Writes a member's content to a sink in bounded memory; its checksum is verified before the last byte is written.
  ///
  /// - Throws: ``FormatError`` with code `corrupt` if length or checksum are wrong; what was written is then no good.
  public func copy(
    _ member: ZipMember, from contents: any ByteSource, to sink: any ByteSink
  ) throws(FormatError) {
    do throws(FormatError) {
      try verify(member, contents) { (bytes: [UInt8]) throws(FormatError) in try sink.write(bytes) }
    } catch {
      throw error.code == .corrupt ? located(error, member) : error
    }
  }

  /// Reads all of a member's content, a few megabytes at a time, and holds it against its length and checksum.
  package func verify(
    _ member: ZipMember, _ contents: any ByteSource, _ body: ([UInt8]) throws(FormatError) -> Void
  ) throws(FormatError) {
    var checksum: UInt32 = 0
    var offset = 0
    // A segment that two pieces share would be inflated twice.
    let cuts = contents.segmentOffsets
    var next = 0
    while offset < member.uncompressedSize {
      var end = Swift.min(offset + NPZArchive.pieceSize, member.uncompressedSize)
      while next < cuts.count, cuts[next] <= end { next += 1 }
      if next > 0, next < cuts.count, cuts[next - 1] > offset { end = cuts[next - 1] }
      let bytes = try NPZArchive.piece(offset..<end, of: contents)
      if bytes.isEmpty { break }
      checksum = NPZArchive.checksum(of: bytes, following: checksum)
      offset += bytes.count
      try body(bytes)
    }
    try zip.check(member, count: offset, crc32: checksum)
  }

  /// How many bytes follow a compressed stream within its member, after ``verify(_:_:_:)`` has read all of it.
  ///
  /// - Throws: ``FormatError`` with code `corrupt` if the stream holds more than the directory says.
  package func trailingCount(of contents: any ByteSource) throws(FormatError) -> Int {
    try (contents as? InflatedMember)?.trailingCount() ?? 0
  }

  /// How much of a member is held at a time while it is copied or checked.
  private static let pieceSize = 8 << 20

  /// A part of a source, read at once.
  private static func piece(_ range: Range<Int>, of source: any ByteSource) throws(FormatError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    // Safe: the source writes within the buffer only, during the call.
    let count = try unsafe bytes.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
      try unsafe source.read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// The CRC-32 of bytes that follow others.
  static func checksum(of bytes: [UInt8], following previous: UInt32) -> UInt32 {
    // Safe: the buffer is used within the call only.
    unsafe bytes.withUnsafeBytes { unsafe ArrayDeflate.CRC32.checksum($0, following: previous) }
  }
}

extension NPZArchive: CustomStringConvertible {
  /// The archive in a line: `run.npz: 2 members: weights, step`.
  public var description: String {
    "\(zip.source.name): \(count) member\(count == 1 ? "" : "s")\(count == 0 ? "" : ": " + names.listed())"
  }
}
