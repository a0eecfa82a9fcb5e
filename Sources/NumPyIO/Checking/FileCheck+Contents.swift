internal import ArrayDeflate
internal import ByteIO
internal import NPYFormat
internal import NPZFormat
internal import PickledArrays
internal import PythonPickle
internal import GGUFFiles
internal import SafetensorsFiles
internal import TorchFiles
internal import ZipArchives

/// What a file or a member of an archive holds, told by its first bytes and never by its name.
enum ContentKind {
  case npy
  case zip
  case tar
  case torchStream
  case safetensors
  case gguf
  case compressed(CompressionFormat, start: Int)
  /// An archive or a compression that is not read here, so that nobody knows what is in it; and what unpacks it.
  case closed(String)
  case hdf5
  case savedModel
  case json
  /// Anything else: a pickle, or nothing that matters.
  case other

  init(_ prefix: [UInt8]) {
    func begins(_ bytes: [UInt8]) -> Bool { prefix.starts(with: bytes) }
    if begins(NPYHeader.magic) {
      self = .npy
    } else if begins(GGUFFile.magic) {
      self = .gguf
    } else if SafetensorsFile.begins(prefix) {
      // Before compressions: the length of a header may be their signature.
      self = .safetensors
    } else if begins([0x50, 0x4B, 3, 4]) || begins([0x50, 0x4B, 5, 6]) {
      self = .zip
    } else if begins(TorchStream.magic) {
      self = .torchStream
    } else if TarDirectory.begins(prefix) {
      self = .tar
    } else if let format = CompressionFormat(signature: prefix) {
      self = .compressed(format, start: 0)
    } else if let (format, start) = CompressedPickle.unsignedFormat(prefix) {
      self = .compressed(format, start: start)
    } else if let message = ForeignFile.packing(prefix) {
      self = .closed(message)
    } else if begins([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .hdf5
    } else if begins([0x08, 1, 0x12]) {
      self = .savedModel
    } else if prefix.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == 0x7B {
      self = .json
    } else {
      self = .other
    }
  }

  /// Whether nothing that is known begins so, as pickles may.
  var isOther: Bool { if case .other = self { true } else { false } }

  /// Whether it is a zip archive.
  var isZip: Bool { if case .zip = self { true } else { false } }
}

extension FileCheck {
  /// As many containers are opened within each other.
  private static let deepest = 8

  /// Looks into what a file or a member holds.
  ///
  /// - Parameter isFile: Whether it is a file of its own: then it should be something that is known.
  mutating func checkContent(_ source: any ByteSource, isFile: Bool) throws(FormatError) {
    guard within.count <= FileCheck.deepest else {
      throw FormatError(
        .limitExceeded, "more than \(FileCheck.deepest) archives within each other are not looked into", file: path)
    }
    let kept = source.seekCost < .restart ? source : try PeekableSource(source, keeping: ForeignFile.prefixLength)
    let prefix = try kept.readBytes(at: 0, upTo: ForeignFile.prefixLength)
    guard !prefix.isEmpty else {
      if isFile { throw FormatError(.empty, "the file is empty", file: path, offset: 0) }
      return
    }
    // What lies beside others in a folder may be anything, but for what is called JSON.
    let isBeside = isFile && options.allowsForeign && FileFormat(extensionOf: path) != .json
    let known = findings.count
    try checkWithAppended(kept) { (check: inout FileCheck) throws(FormatError) in
      try check.check(kept, ContentKind(prefix), isFile: isFile && !isBeside)
    }
    if isBeside, findings.count == known { noteUnknown(kept, prefix) }
  }

  /// Says of a file beside others that it is of no kind that is read here: nobody is to think that it was found sound.
  private mutating func noteUnknown(_ source: any ByteSource, _ prefix: [UInt8]) {
    switch ContentKind(prefix) {
    case .other where PickleBeginning.isPossible(prefix, fileSize: source.byteCount): return
    case .other, .json, .hdf5: break
    default: return
    }
    let what = ForeignFile(binary: prefix)?.message ?? "this is neither an array nor a pickle"
    note(.note, FormatError(.wrongKind, "nothing here is loaded or run, nor was it read as data: \(what)", file: path))
  }

  private mutating func check(_ source: any ByteSource, _ kind: ContentKind, isFile: Bool) throws(FormatError) {
    switch kind {
    case .npy: try checkArrays(source, member: nil)
    case .zip: try checkArchive(NPZArchive(addressable(source), limits: options.limits))
    case .tar: try checkTar(addressable(source))
    case .safetensors:
      let file = try SafetensorsFile(addressable(source))
      try checkTensors(file, oddities: file.oddities)
    case .gguf: try checkGGUF(addressable(source))
    case .torchStream: try checkStream(addressable(source))
    case .compressed(let format, let start): try checkCompressed(source, format, start, isFile: isFile)
    case .closed(let message):
      throw FormatError(.unsupported, "what is within cannot be looked at: \(message)", file: path)
    case .hdf5: try checkLambdas(source, isFile: isFile, "HDF5")
    case .savedModel: try checkOperations(source, isFile: isFile)
    case .json: try checkLambdas(source, isFile: isFile, "JSON")
    case .other:
      if isFile, try isJSON(source) { return try checkJSON(source) }
      // Protocol buffers: TensorFlow's `keras_metadata.pb` has the layers as JSON in its first field, again and again.
      if try source.readBytes(at: 0, upTo: 1) == [0x0A], try noteLambdas(source, "SavedModel") { return }
      try checkPickles(source, isFile: isFile)
    }
  }

  private mutating func checkCompressed(
    _ source: any ByteSource, _ format: CompressionFormat, _ start: Int, isFile: Bool
  ) throws(FormatError) {
    let stream = try CompressedSource(source, at: start, format: format)
    let plain = BoundedSource(stream, maxBytes: inflatedLeft)
    // Numbers may begin as zlib streams do.
    let isCertain = [.gzip, .bzip2, .xz, .zstd].contains(format) || isFile
    var damage: FormatError?
    var contents: any ByteSource = plain
    do throws(FormatError) { contents = try PeekableSource(plain, keeping: ForeignFile.prefixLength) } catch {
      if error.code == .cancelled { throw error }
      guard isCertain else { return }
      // What can be inflated is looked at all the same: others may read it before they come to the end.
      damage = error
      contents = MemorySource(try FileCheck.beginning(of: source, format, start), name: source.name)
    }
    let isEmpty = try contents.readBytes(at: 0, upTo: 1).isEmpty
    guard !isEmpty || isCertain else { return }
    within.append(format.rawValue)
    defer { within.removeLast() }
    if damage == nil || !isEmpty {
      do throws(FormatError) { try checkContent(contents, isFile: isFile) } catch { throw damage ?? error }
    }
    if let damage { throw damage }
    do throws(FormatError) {
      let end = try checkEnd(of: stream, plain)
      var last = ArchiveEnd()
      last.take(try plain.readBytes(at: max(0, end - ArchiveEnd.reach), upTo: ArchiveEnd.reach))
      if last.isFound { try checkAppendedArchive(addressable(plain)) }
    } catch {
      if isCertain || error.code == .cancelled { throw error }
    }
  }

  /// The first bytes of a stream that is cut or broken right behind them.
  private static func beginning(
    of source: any ByteSource, _ format: CompressionFormat, _ start: Int
  ) throws(FormatError) -> [UInt8] {
    guard source.isSeekable else { return [] }
    let stream = try CompressedSource(source, at: start, format: format)
    return try stream.readBytes(at: 0, upTo: min(stream.readableCount(), ForeignFile.prefixLength))
  }

  /// Reads a compressed stream on to its end, where its checksum stands: what it holds may have ended before.
  ///
  /// - Returns: How many bytes it holds.
  private mutating func checkEnd(of stream: CompressedSource, _ plain: BoundedSource) throws(FormatError) -> Int {
    var place = stream.position
    while case let count = try plain.readBytes(at: place, upTo: 1 << 18).count, count > 0 { place += count }
    if let trailing = stream.trailingByteCount, trailing > 0 {
      note(.warning, FormatError(.malformed, "\(trailing) bytes follow the compressed data", file: path))
    }
    return place
  }

  /// Contents that can be read anywhere: in memory while they are small, then in a file without a name.
  mutating func addressable(_ source: any ByteSource) throws(FormatError) -> any ByteSource {
    guard source.seekCost >= .restart || source.byteCount == nil else { return source }
    return try source.addressableCopy(keptInMemory: 32 << 20, folder: ScratchFile.defaultFolder, name: path) {
      (count: Int) throws(FormatError) in try spend(count)
    }
  }

  /// Checks contents, and then the archive that may stand behind them.
  mutating func checkWithAppended(
    _ source: any ByteSource, _ body: (inout FileCheck) throws(FormatError) -> Void
  ) throws(FormatError) {
    var damage: FormatError?
    do throws(FormatError) { try body(&self) } catch {
      if error.code == .cancelled { throw error }
      damage = error
    }
    let isArchive = source.seekCost < .restart ? try checkAppendedArchive(source) : false
    // Any bytes may precede an archive, as in one that unpacks itself.
    if let damage, !isArchive { throw damage }
  }

  /// An archive may stand behind other contents: who looks for its end reads it, who begins at the start reads the others.
  ///
  /// - Returns: Whether there is one.
  @discardableResult
  mutating func checkAppendedArchive(_ source: any ByteSource) throws(FormatError) -> Bool {
    guard source.isSeekable, let zip = try? ZipArchive(source, limits: ZipLimits(options.limits)) else { return false }
    let start = zip.start
    // What begins as an archive has been looked at as one.
    guard start > 0, case let prefix = try source.readBytes(at: 0, upTo: 4), !ContentKind(prefix).isZip else {
      return false
    }
    if isMember(zip, ofTar: source) { return false }
    // An array of bytes may be those of an archive; nobody else has a reason to end as one.
    let array = try? NPYFile(source, limits: options.limits)
    let isWithinArray = array.map { start < $0.dataOffset + $0.header.dataByteCount } == true
    note(
      isWithinArray ? .warning : .error,
      FormatError(
        .ambiguous, "the file is a zip archive as well, for those who look at its end", file: path, offset: start))
    try checkArchive(NPZArchive(zip, limits: options.limits), isAppended: true)
    return true
  }

  /// Whether all of an archive lies within one file of a tar archive, which has been looked at: as its last files may.
  private func isMember(_ zip: ZipArchive, ofTar source: any ByteSource) -> Bool {
    guard let size = source.byteCount, let prefix = try? source.readBytes(at: 0, upTo: TarDirectory.blockSize),
      TarDirectory.begins(prefix),
      let tar = try? TarDirectory.everything(in: source, limits: ZipLimits(options.limits))
    else { return false }
    return tar.members.contains { member in
      let start = member.headerOffset + TarDirectory.blockSize
      return start <= zip.start && size - zip.trailingBytes <= start + member.uncompressedSize
    }
  }
}
