internal import ArrayDeflate
internal import ByteIO
internal import NPYFormat
internal import NPZFormat
internal import PickledArrays
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
    if isBeside, findings.count == known { try noteUnknown(kept, prefix) }
  }

  /// Says of a file beside others that it is of no kind that is read here: nobody is to think that it was found sound.
  private mutating func noteUnknown(_ source: any ByteSource, _ prefix: [UInt8]) throws(FormatError) {
    switch ContentKind(prefix) {
    case .other where try TextBeginning.mayBePickle(source): return
    case .other, .json, .hdf5: break
    default: return
    }
    let what = ForeignFile(prefix)?.message ?? "this is neither an array nor a pickle"
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
    case .gguf: try checkTensors(GGUFFile(addressable(source)))
    case .torchStream: try checkStream(addressable(source))
    case .compressed(let format, let start): try checkCompressed(source, format, start, isFile: isFile)
    case .closed(let message):
      throw FormatError(.unsupported, "what is within cannot be looked at: \(message)", file: path)
    case .hdf5: try checkLambdas(source, isFile: isFile, "HDF5")
    case .savedModel: try checkOperations(source, isFile: isFile)
    case .json: try checkLambdas(source, isFile: isFile, "JSON")
    case .other:
      if isFile, try isJSON(source) { return try checkJSON(source) }
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
}

extension FileCheck {
  // MARK: Models of other libraries

  /// Keras puts the code of a Lambda layer into the model's description, in JSON or HDF5.
  private mutating func checkLambdas(
    _ source: any ByteSource, isFile: Bool, _ format: String
  ) throws(FormatError) {
    let patterns = ["\"class_name\": \"Lambda\"", "\"class_name\":\"Lambda\"", "\"__lambda__\""].map { Array($0.utf8) }
    if try ByteSearch.first(of: patterns, in: source) != nil {
      noteModel("a Lambda layer of Keras, whose Python code runs when the model is loaded", format)
    } else if isFile, try isJSON(source) {
      try checkJSON(source)
    } else if isFile {
      throw FormatError(.wrongKind, "this is \(format == "JSON" ? "JSON" : "an HDF5 file"), not an array").explained(
        by: source)
    }
  }

  /// Whether a file is JSON by its name, or without one by its first bytes, and could not be a pickle.
  func isJSON(_ source: any ByteSource) throws(FormatError) -> Bool {
    switch FileFormat(extensionOf: path) {
    case .json?: return try !TextBeginning.mayBePickle(source)
    // Beside others, as in a folder, what has another name is let alone.
    case nil: return options.allowsForeign ? false : try TextBeginning.isJSON(source)
    default: return false
    }
  }

  private mutating func checkJSON(_ source: any ByteSource) throws(FormatError) {
    do throws(FormatError) {
      _ = try JSONParser.value(of: source, dtype: nil, memory: options.inflatedBytes)
    } catch {
      // JSON that is broken is so wherever it lies; beside others it may be any value, and of any size.
      guard options.allowsForeign, error.code == .limitExceeded else { throw error }
      note(.warning, FormatError(.limitExceeded, "not read to its end: \(error.message)", file: path))
    }
  }

  /// Operations of TensorFlow that read or write files, or call Python.
  private mutating func checkOperations(_ source: any ByteSource, isFile: Bool) throws(FormatError) {
    let names = [
      "ReadFile", "WriteFile", "MatchingFiles", "WholeFileReader", "WholeFileReaderV2", "PyFunc", "EagerPyFunc",
      "PyFuncStateless",
    ]
    // The second field of a node is the name of its operation.
    let patterns = names.map { [0x12, UInt8($0.utf8.count)] + Array($0.utf8) }
    if let found = try ByteSearch.first(of: patterns, in: source) {
      noteModel("the operation \(names[found]) of TensorFlow, which reaches files or Python", "SavedModel")
    } else {
      try checkPickles(source, isFile: isFile)
    }
  }

  private mutating func noteModel(_ text: String, _ format: String) {
    var finding = Finding(
      severity: .error, error: FormatError(.dangerousCall, "the model (\(format)) has \(text)", file: path))
    finding.risk = .dangerous
    note(finding)
  }
}

/// Looks for bytes in a source of any length.
enum ByteSearch {
  /// The index of the first pattern that occurs; `nil` if none does.
  static func first(of patterns: [[UInt8]], in source: any ByteSource) throws(FormatError) -> Int? {
    let overlap = (patterns.map(\.count).max() ?? 1) - 1
    var offset = 0
    var kept: [UInt8] = []
    while true {
      let piece = try source.readBytes(at: offset, upTo: 1 << 20)
      guard !piece.isEmpty else { return nil }
      offset += piece.count
      let bytes = kept + piece
      for (index, pattern) in patterns.enumerated() where contains(pattern, bytes) { return index }
      kept = Array(bytes.suffix(overlap))
    }
  }

  static func contains(_ pattern: [UInt8], _ bytes: [UInt8]) -> Bool {
    guard let first = pattern.first, bytes.count >= pattern.count else { return false }
    var place = 0
    let last = bytes.count - pattern.count
    while place <= last, let found = bytes[place...last].firstIndex(of: first) {
      if bytes[found...].starts(with: pattern) { return true }
      place = found + 1
    }
    return false
  }
}
