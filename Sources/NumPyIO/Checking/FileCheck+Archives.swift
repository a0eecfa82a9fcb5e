internal import ByteIO
internal import NPZFormat
internal import PickledArrays
internal import TorchFiles
internal import ZipArchives

extension FileCheck {
  /// Checks an archive, member by member; PyTorch's with its pickle and tensors.
  ///
  /// - Parameter isAppended: Whether what precedes it in the file has been looked at.
  mutating func checkArchive(_ archive: NPZArchive, isAppended: Bool = false) throws(FormatError) {
    let archive = try archive.keepingRepeated()
    let zip = archive.zip
    if zip.form == .zip, zip.start > 0, !isAppended { try checkPreceding(zip) }
    for name in zip.ambiguousNames {
      note(.error, FormatError(.ambiguous, "the archive has several members of this name", file: path, member: name))
    }
    if zip.prependedBytes > 0, !isAppended {
      note(.warning, FormatError(.malformed, "\(zip.prependedBytes) bytes precede the archive", file: path, offset: 0))
    }
    if zip.trailingBytes > 0 {
      note(.warning, FormatError(.malformed, "\(zip.trailingBytes) bytes follow the archive", file: path))
      if let size = zip.source.byteCount {
        try checkCandidate(zip.source, at: size - zip.trailingBytes, member: nil)
      }
    }
    if !zip.comment.isEmpty {
      note(.warning, FormatError(.malformed, "the archive has a comment of \(zip.comment.count) bytes", file: path))
    }
    let torch = TorchArchive(archive)
    let hadNoChecksums = hasNoChecksums
    defer { hasNoChecksums = hadNoChecksums }
    hasNoChecksums = torch?.hasChecksums == false
    if hasNoChecksums {
      note(
        .note,
        FormatError(.unsupported, "the archive was written without checksums, as PyTorch can be told", file: path))
    }
    if let torch { try checkTorch(torch, zip.source) }
    for member in zip.members where !member.isFolder || member.uncompressedSize > 0 || member.compressedSize > 0 {
      if member.isFolder {
        let text = "the member is called a folder, and has contents"
        note(.warning, FormatError(.ambiguous, text, file: path, member: member.name, offset: member.headerOffset))
      }
      if let fault = member.name.faultAsPath {
        let text = "the name is no path within a folder: \(fault)"
        note(.warning, FormatError(.malformed, text, file: path, member: member.name, offset: member.headerOffset))
      }
      do throws(FormatError) {
        try checkMember(member, archive, isTorchPickle: member.name == torch?.pickleName)
      } catch {
        if error.code == .cancelled { throw error }
        note(.error, archive.located(error, member))
      }
    }
  }

  /// What precedes an archive: who reads from the start, and not from the end, finds this first.
  private mutating func checkPreceding(_ zip: ZipArchive) throws(FormatError) {
    let part = PartOfSource(zip.source, 0..<zip.start)
    do throws(FormatError) {
      if try ContentKind(part.readBytes(at: 0, upTo: 4)).isZip {
        // Members that the directory has left, or another archive.
        try checkArchive(NPZArchive(part, limits: options.limits, recovering: true))
      } else {
        try checkContent(part, isFile: false)
      }
    } catch {
      if error.code == .cancelled { throw error }
      note(.warning, error.at(file: path))
    }
  }

  /// The pickle of a PyTorch archive, with all of its tensors.
  private mutating func checkTorch(_ torch: TorchArchive, _ source: any ByteSource) throws(FormatError) {
    let record = PickleRecord(options.rules)
    do throws(FormatError) {
      defer { note(record, member: torch.pickleName) }
      let map = try source.mapped(.readOnly)
      let (value, _, end) = try torch.read(recordingOptions(record), map: map)
      rebuild(value, member: torch.pickleName)
      try checkFollowing(torch.pickleBytes(), at: end, what: "the pickle", member: torch.pickleName)
    } catch {
      if error.code == .cancelled { throw error }
      note(.error, error.at(file: path, member: torch.pickleName))
      try checkMisnamed(torch.pickleName, torch)
    }
  }

  /// Looks into a member that has the name of PyTorch's pickle and is something else.
  private mutating func checkMisnamed(_ name: String, _ torch: TorchArchive) throws(FormatError) {
    guard let bytes = try? torch.pickleBytes(),
      let kind = try? ContentKind(bytes.readBytes(at: 0, upTo: ForeignFile.prefixLength)), !kind.isOther
    else { return }
    within.append(name)
    defer { within.removeLast() }
    try search(bytes)
  }

  private mutating func checkMember(
    _ member: ZipMember, _ archive: NPZArchive, isTorchPickle: Bool
  ) throws(FormatError) {
    var damage: FormatError?
    var end = ArchiveEnd()
    do throws(FormatError) {
      try archive.zip.checkDataDescriptor(of: member)
      let contents = try archive.contents(of: member)
      if !within.isEmpty { try spend(member.uncompressedSize) }
      if !hasNoChecksums {
        try archive.verify(member, contents) { (piece: [UInt8]) throws(FormatError) in end.take(piece) }
      }
      let trailing = try archive.trailingCount(of: contents)
      if trailing > 0 {
        let text = "\(trailing) bytes follow the compressed data within the member"
        note(.warning, FormatError(.malformed, text, file: path, member: member.name, offset: member.headerOffset))
      }
    } catch {
      if error.code == .cancelled { throw error }
      damage = error
    }
    // Others read damaged members too: PyTorch looks at no checksum. What they hold is looked at all the same.
    do throws(FormatError) {
      if !isTorchPickle { try checkContents(of: member, archive, endsAsArchive: end.isFound) }
    } catch {
      if error.code == .cancelled { throw error }
      damage = damage ?? error
    }
    if let damage { throw damage }
  }

  private mutating func checkContents(
    of member: ZipMember, _ archive: NPZArchive, endsAsArchive: Bool
  ) throws(FormatError) {
    let isArray = try archive.isArray(member)
    let contents = try archive.contents(of: member)
    if isArray {
      try checkArrays(contents, member: member.name)
    } else if try archive.isOfMacOS(member) {
      let text = "what macOS keeps of a file beside it (AppleDouble), and no array"
      note(.note, FormatError(.wrongKind, text, file: path, member: member.name))
    } else if member.name.hasSuffix(".npy") {
      note(
        .error,
        FormatError(.wrongKind, "the member is no .npy array, as its name says", file: path, member: member.name))
    }
    within.append(member.name)
    defer { within.removeLast() }
    if !isArray { try checkContent(contents, isFile: false) }
    // Contents that can be read anywhere have been looked at up to their end.
    if endsAsArchive, isArray || contents.seekCost >= .restart { try checkAppendedArchive(addressable(contents)) }
  }

  /// Takes bytes that are inflated from what the file's size justifies.
  mutating func spend(_ count: Int) throws(FormatError) {
    guard count <= inflatedLeft else {
      var error = FormatError(
        .limitExceeded,
        "archives within archives that inflate to more than the file's size justifies are not looked into")
      error.commandHint = InflationLimit.advice
      throw error
    }
    inflatedLeft -= count
  }

  // MARK: Tar

  /// Checks the files of a tar archive; of PyTorch's the parts together, and what else is there.
  mutating func checkTar(_ source: any ByteSource) throws(FormatError) {
    let archive = try TarDirectory.everything(in: source, limits: ZipLimits(options.limits))
    let members = archive.members
    if !archive.others.isEmpty {
      let names = archive.others.lazy.map { $0.prefix(40) }.listed()
      note(.warning, FormatError(.unsupported, "links and devices are not followed: \(names)", file: path))
    }
    let isTorch = TorchTar.parts.allSatisfy { name in members.contains { $0.name == name } }
    let ends = isTorch ? checkTorchTar(source) : [:]
    for member in members where !member.isFolder || member.uncompressedSize > 0 {
      let isPart = isTorch && TorchTar.parts.contains(member.name)
      if !isPart { within.append(member.name) }
      defer { if !isPart { within.removeLast() } }
      do throws(FormatError) {
        let start = member.headerOffset + TarDirectory.blockSize
        let contents = PartOfSource(source, start..<(start + member.uncompressedSize))
        if !isPart {
          try checkContent(contents, isFile: false)
        } else if let end = ends[member.name], (start..<(start + member.uncompressedSize)).contains(end) {
          try checkFollowing(contents, at: end - start, what: "what PyTorch reads", member: member.name)
        }
      } catch {
        if error.code == .cancelled { throw error }
        note(.error, error.at(file: path))
      }
    }
    try checkBehindTar(source, at: archive.end)
  }

  /// What follows the blocks of zeros that end a tar archive: some readers go on, as `tar -i` does.
  private mutating func checkBehindTar(_ source: any ByteSource, at end: Int) throws(FormatError) {
    // Without a member there is nothing that could be followed.
    guard end > 0 else { return }
    let step = TarDirectory.blockSize << 8
    var place = end
    while case let bytes = try source.readBytes(at: place, upTo: step), !bytes.isEmpty {
      guard let found = bytes.firstIndex(where: { $0 != 0 }) else {
        place += bytes.count
        continue
      }
      let start = place + found / TarDirectory.blockSize * TarDirectory.blockSize
      note(.warning, FormatError(.malformed, "bytes follow the end of the tar archive", file: path, offset: start))
      return try checkContent(PartOfSource(source, start..<(source.byteCount ?? .max)), isFile: false)
    }
  }

  /// The pickles of a tar archive of PyTorch's, with all of its tensors; returns where they end.
  private mutating func checkTorchTar(_ source: any ByteSource) -> [String: Int] {
    let record = PickleRecord(options.rules)
    defer { note(record, member: nil) }
    do throws(FormatError) {
      let (value, _, ends) = try TorchTar.read(source, recordingOptions(record))
      rebuild(value, member: nil)
      return ends
    } catch {
      note(.error, error.at(file: path))
      return [:]
    }
  }
}

/// The last bytes of what is read piece by piece: where the record stands that ends a zip archive.
struct ArchiveEnd {
  /// The record has 22 bytes and a comment of up to 65,535.
  static let reach = 22 + 65_535
  private var bytes: [UInt8] = []

  /// Takes what follows.
  mutating func take(_ piece: [UInt8]) {
    bytes = piece.count >= ArchiveEnd.reach ? piece : bytes + piece
    if bytes.count > ArchiveEnd.reach { bytes.removeFirst(bytes.count - ArchiveEnd.reach) }
  }

  /// Whether there may be an archive that ends here.
  var isFound: Bool { ByteSearch.contains([0x50, 0x4B, 5, 6], bytes) }
}
