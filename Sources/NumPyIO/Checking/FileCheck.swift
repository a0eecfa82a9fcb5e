internal import TorchFiles
internal import NPZFormat
internal import NPYFormat
public import ByteIO
internal import NDArrays
public import PythonPickle
internal import ZipArchives

/// What is wrong, or odd, with a file: what `npy check` tells.
public struct FileCheck: Sendable {
  /// Something that was found.
  public struct Finding: Sendable {
    /// Whether the file is broken or dangerous, or merely odd.
    public enum Severity: String, Sendable {
      /// The file is broken, or does what no honest file does.
      case error
      /// The file loads, but is not as NumPy would have written it.
      case warning
      /// Worth knowing, and as it should be.
      case note
    }
    /// How bad it is.
    public let severity: Severity
    /// What it is, and where.
    public let error: FormatError

    init(severity: Severity, error: FormatError) {
      self.severity = severity
      self.error = error
    }

    /// A file that could not be read at all.
    public init(unreadable error: FormatError) { self.init(severity: .error, error: error) }
  }

  /// All that was found, in the order of the file.
  public private(set) var findings: [Finding] = []
  private let limits: LoadLimits
  /// What Python 2's strings within arrays of objects become.
  let pickleEncoding: PickleStringEncoding
  let path: String
  /// Whether the file is an archive of PyTorch's that was written without checksums.
  private var hasNoChecksums = false

  /// Whether nothing is wrong.
  public var isSound: Bool { !findings.contains { $0.severity == .error } }

  /// Checks a file from end to end: structure, checksums, overlaps, what stands after the data, header oddities.
  ///
  /// Reads every byte, in bounded memory, and calls nothing that the file names.
  ///
  /// - Parameters:
  ///   - pickleEncoding: What Python 2's strings within arrays of objects become.
  ///   - text: How text is read; left out, as what it looks like.
  /// - Throws: ``FormatError`` only if the file cannot be read at all; what is wrong with its content is a finding.
  public init(
    path: String, limits: LoadLimits = .default, pickleEncoding: PickleStringEncoding = .ascii,
    text: OpenOptions? = nil
  ) throws(FormatError) {
    self.limits = limits
    self.pickleEncoding = pickleEncoding
    self.path = path
    let source = try FileSource.openSource(path: path)
    let whole = source.isSeekable ? source : try PeekableSource(source, keeping: ForeignFile.prefixLength)
    do throws(FormatError) {
      try ByteProgress.reading(whole, total: whole.byteCount) { () throws(FormatError) in
        switch try FileKind(of: whole, named: path) {
        case .npy: try checkArray(whole)
        case .npz: try checkArchive(path, whole)
        case .pickle:
          if let array = try CompressedNPY.open(whole) { return try checkArray(array) }
          if try isText(whole) { return try checkText(whole, text) }
          // The first bytes of a stream must still be there when it proves to be something else.
          let kept = whole.isSeekable ? whole : try PeekableSource(whole, keeping: ForeignFile.prefixLength)
          do throws(FormatError) { try checkPickle(kept, path: path) } catch {
            throw PickleContainer.explained(error, kept)
          }
        }
      }
    } catch {
      if [.io, .permissionDenied, .cancelled].contains(error.code) { throw error }
      note(.error, error.at(file: path))
    }
  }

  mutating func note(_ severity: Finding.Severity, _ error: FormatError) {
    findings.append(Finding(severity: severity, error: error))
  }

  // MARK: Arrays

  private mutating func checkArray(_ source: any ByteSource) throws(FormatError) {
    let file = try NPYFile(source, limits: limits)
    try checkHeader(file, member: nil)
    if file.header.dtype.hasObjects {
      try checkObjects(file, member: nil)
      return
    }
    try file.elements().forEachRun(inUnitsOf: 1) { (_: AnyNDArray) throws(FormatError) in }
    noteTrailing(file.trailingByteCount ?? 0, file, member: nil)
  }

  private mutating func checkHeader(_ file: NPYFile, member: String?) throws(FormatError) {
    let header = file.header
    let name = file.source.name
    if header.byteCount % 64 != 0 {
      let text = "the data begins at byte \(header.byteCount), not at a multiple of 64 as NumPy 1.14 and later write"
      note(.warning, FormatError(.malformed, text, file: name, member: member, offset: header.byteCount))
    }
    let canonical = try? NPYHeader.encode(
      dtype: header.dtype, shape: header.shape, fortranOrder: header.isFortranOrder
    ).header.version
    if let canonical, canonical != header.version {
      let text = "format version \(header.version) where NumPy would write \(canonical)"
      note(.warning, FormatError(.malformed, text, file: name, member: member, offset: 6))
    }
  }

  private mutating func noteTrailing(_ count: Int, _ file: NPYFile, member: String?) {
    guard count > 0 else { return }
    let end = file.dataOffset + file.header.dataByteCount
    let next = try? file.source.readBytes(at: end, upTo: 6)
    let what = next == NPYHeader.magic ? "another array follows" : "\(count) bytes follow the array"
    note(.warning, FormatError(.malformed, what, file: file.source.name, member: member, offset: end))
  }

  // MARK: Archives

  private mutating func checkArchive(_ path: String, _ source: any ByteSource) throws(FormatError) {
    let archive = try NPZArchive(source, limits: limits)
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
    if let torch = TorchArchive(archive), !torch.hasChecksums {
      hasNoChecksums = true
      note(
        .note,
        FormatError(.unsupported, "the archive was written without checksums, as PyTorch can be told", file: path))
    }
    for member in zip.members where !member.isFolder {
      if member.isUnsafeAsPath {
        let text = "as a path, the name would leave the folder or is no plain file name"
        note(.warning, FormatError(.malformed, text, file: path, member: member.name, offset: member.headerOffset))
      }
      do throws(FormatError) {
        try checkMember(member, archive, path)
      } catch {
        if error.code == .cancelled { throw error }
        note(.error, archive.located(error, member))
      }
    }
  }

  private mutating func checkMember(
    _ member: ZipMember, _ archive: NPZArchive, _ path: String
  ) throws(FormatError) {
    try archive.zip.checkDataDescriptor(of: member)
    let contents = try archive.contents(of: member)
    if !hasNoChecksums { try archive.verify(member, contents) { (_: [UInt8]) throws(FormatError) in } }
    let trailing = try archive.trailingCount(of: contents)
    if trailing > 0 {
      let text = "\(trailing) bytes follow the compressed data within the member"
      note(.warning, FormatError(.malformed, text, file: path, member: member.name, offset: member.headerOffset))
    }
    guard try archive.isArray(member) else {
      if member.name.hasSuffix(".npy") {
        note(
          .error,
          FormatError(.wrongKind, "the member is no .npy array, as its name says", file: path, member: member.name))
      }
      if member.name.hasSuffix(".pkl") { try checkPickle(contents, member: member.name) }
      return
    }
    let file = try archive.file(of: member)
    try file.requireComplete()
    try checkHeader(file, member: member.name)
    if file.header.dtype.hasObjects {
      try checkObjects(file, member: member.name)
    } else {
      noteTrailing(file.trailingByteCount ?? 0, file, member: member.name)
    }
  }
}
