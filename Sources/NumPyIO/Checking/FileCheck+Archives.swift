internal import ByteIO
internal import NPZFormat
internal import PickledArrays
internal import TorchFiles
internal import ZipArchives

extension FileCheck {
  /// Checks an archive, member by member; PyTorch's with its pickle and tensors.
  mutating func checkArchive(_ archive: NPZArchive) throws(FormatError) {
    let zip = archive.zip
    for name in zip.ambiguousNames {
      note(.error, FormatError(.ambiguous, "the archive has several members of this name", file: path, member: name))
    }
    if zip.prependedBytes > 0 {
      note(.warning, FormatError(.malformed, "\(zip.prependedBytes) bytes precede the archive", file: path, offset: 0))
    }
    if zip.trailingBytes > 0 {
      note(.warning, FormatError(.malformed, "\(zip.trailingBytes) bytes follow the archive", file: path))
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
    for member in zip.members where !member.isFolder {
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
    }
  }

  private mutating func checkMember(
    _ member: ZipMember, _ archive: NPZArchive, isTorchPickle: Bool
  ) throws(FormatError) {
    var damage: FormatError?
    do throws(FormatError) {
      try archive.zip.checkDataDescriptor(of: member)
      let contents = try archive.contents(of: member)
      if !within.isEmpty { try spend(member.uncompressedSize) }
      if !hasNoChecksums { try archive.verify(member, contents) { (_: [UInt8]) throws(FormatError) in } }
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
      if !isTorchPickle { try checkContents(of: member, archive) }
    } catch {
      if error.code == .cancelled { throw error }
      damage = damage ?? error
    }
    if let damage { throw damage }
  }

  private mutating func checkContents(of member: ZipMember, _ archive: NPZArchive) throws(FormatError) {
    let isArray = try archive.isArray(member)
    if isArray { return try checkArrays(archive.contents(of: member), member: member.name) }
    if member.name.hasSuffix(".npy") {
      note(
        .error,
        FormatError(.wrongKind, "the member is no .npy array, as its name says", file: path, member: member.name))
    }
    within.append(member.name)
    defer { within.removeLast() }
    try checkContent(archive.contents(of: member), isFile: false)
  }

  /// Takes bytes that are inflated from what the file's size justifies.
  mutating func spend(_ count: Int) throws(FormatError) {
    guard count <= inflatedLeft else {
      var error = FormatError(
        .limitExceeded,
        "archives within archives that inflate to more than the file's size justifies are not looked into")
      error.hint = InflationLimit.advice
      throw error
    }
    inflatedLeft -= count
  }

  // MARK: Tar

  /// Checks the files of a tar archive; of PyTorch's the parts together, and what else is there.
  mutating func checkTar(_ source: any ByteSource) throws(FormatError) {
    let archive = try ZipArchive(source, scanning: .tar)
    let isTorch = TorchTar.parts.allSatisfy { name in archive.members.contains { $0.name == name } }
    let ends = isTorch ? checkTorchTar(source) : [:]
    for member in archive.members where !member.isFolder {
      let isPart = isTorch && TorchTar.parts.contains(member.name)
      if !isPart { within.append(member.name) }
      defer { if !isPart { within.removeLast() } }
      do throws(FormatError) {
        let range = try archive.dataRange(of: member)
        let contents = PartOfSource(source, range)
        if !isPart {
          try checkContent(contents, isFile: false)
        } else if let end = ends[member.name], range.contains(end) {
          try checkFollowing(contents, at: end - range.lowerBound, what: "what PyTorch reads", member: member.name)
        }
      } catch {
        if error.code == .cancelled { throw error }
        note(.error, error.at(file: path))
      }
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
