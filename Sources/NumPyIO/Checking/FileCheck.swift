internal import SafetensorsFiles
internal import TorchFiles
internal import PickledArrays
internal import NPZFormat
internal import NPYFormat
public import ByteIO
internal import NDArrays
public import PythonPickle
internal import ZipArchives

/// What is wrong, or odd, with a file, and what it would have Python run: what `npy check` tells.
public struct FileCheck: Sendable {
  /// How files are checked: within which limits, and which names in pickles are trusted.
  public struct Options: Sendable {
    /// What a file may ask for.
    public var limits = LoadLimits.default
    /// What Python 2's strings in pickles become. With ``PickleStringEncoding/ascii`` others are a warning, no error.
    public var pickleEncoding = PickleStringEncoding.ascii
    /// Which names in pickles are trusted.
    public var rules = PickleRules.default
    /// The most bytes to which compressed contents and archives within archives are inflated, all together; `nil` for what
    /// the file's size justifies.
    public var inflatedBytes: Int?
    /// Whether a file of another kind is no error: one that lies in a folder beside others.
    public var allowsForeign = false
    /// Opens files that the index of a model names: those beside it, wherever it is.
    public var openPart: @Sendable (_ path: String) throws(FormatError) -> any ByteSource = {
      (path) throws(FormatError) in try FileSource.openSource(path: path)
    }

    /// NumPy's limits, and the known names.
    public init() {}
  }

  /// Something that was found in a file: how bad it is, what and where, and what a pickle would call.
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
    /// How bad it is: an error, a warning or no more than a note.
    public let severity: Severity
    /// What it is, and where.
    public internal(set) var error: FormatError
    /// The risk, if the finding is about what a pickle names or calls; `nil` for any other.
    public var risk: PickleRisk?
    /// The class or function that a pickle names.
    public var name: String?
    /// The first calls of it, with their arguments.
    public var calls: [String] = []

    package init(severity: Severity, error: FormatError) {
      self.severity = severity
      self.error = error
    }

    /// A file that could not be read at all.
    public init(unreadable error: FormatError) { self.init(severity: .error, error: error) }
  }

  /// All that was found, in the order of the file; a finding prints as a line: `warning: x.npz: …`.
  public private(set) var findings: [Finding] = []
  let options: Options
  let path: String
  /// The members of archives within archives in which the check is.
  var within: [String] = []
  /// How many bytes may still be inflated.
  var inflatedLeft = Int.max
  /// Whether the file is an archive of PyTorch's that was written without checksums.
  var hasNoChecksums = false

  /// Whether nothing is wrong.
  public var isSound: Bool { !findings.contains { $0.severity == .error } }

  /// The worst that pickles in the file would have Python do.
  public var risk: PickleRisk { findings.compactMap(\.risk).max() ?? .none }

  /// Checks a file from end to end: structure, checksums, overlaps, what stands after the data, header oddities; and looks
  /// for pickles in all that it holds, in archives within archives and compressed, whatever the names.
  ///
  /// Reads every byte, in bounded memory but for pickles, and calls nothing that the file names.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - options: How it is checked.
  ///   - text: How text is read; left out, as what it looks like.
  /// - Throws: ``FormatError`` only if the file cannot be read at all; what is wrong with its content is a finding.
  public init(path: String, options: Options = Options(), text: OpenOptions? = nil) throws(FormatError) {
    try self.init(FileSource.openSource(path: path), path: path, options: options, text: text)
  }

  /// Checks what a source holds: see ``init(path:options:text:)``.
  ///
  /// The path is what errors call it, and its extension tells what the first bytes do not.
  ///
  /// - Throws: ``FormatError`` only for what is no fault of the content: `io`, `cancelled`. What is wrong is in ``findings``.
  public init(
    _ source: any ByteSource, path: String, options: Options = Options(), text: OpenOptions? = nil
  ) throws(FormatError) {
    self.options = options
    self.path = path
    let whole = try FileCheck.readable(source)
    inflatedLeft = InflationLimit.bytes(for: whole.byteCount, given: options.inflatedBytes)
    do throws(FormatError) {
      try ByteProgress.reading(whole, total: whole.byteCount) { () throws(FormatError) in
        if whole.isSeekable, path.hasSuffix(".npz"), (try? NPZArchive(whole)) != nil {
          try checkArchive(NPZArchive(whole, limits: options.limits))
        } else if SafetensorsFile.isIndex(path) {
          let model = try SafetensorsFile(index: whole, path: path, opening: options.openPart)
          try checkTensors(model, oddities: model.oddities)
        } else if whole.isSeekable, try FileKind(of: whole, named: path).holdsTensors {
          try checkWithAppended(whole) { (check: inout FileCheck) throws(FormatError) in
            try check.checkAsNamed(whole) { (check: inout FileCheck) throws(FormatError) in try check.checkModel(whole)
            }
          }
        } else if try isText(whole) {
          try checkWithAppended(whole) { (check: inout FileCheck) throws(FormatError) in
            try check.checkAsNamed(whole) { (check: inout FileCheck) throws(FormatError) in
              try check.checkTable { (check: inout FileCheck) throws(FormatError) in try check.checkText(whole, text) }
            }
          }
        } else {
          do throws(FormatError) { try checkContent(whole, isFile: true) } catch {
            // What nobody can look into is no harmless file of another kind.
            guard error.code != .unsupported else { throw error }
            throw (try? isJSON(whole)) == true
              ? TextBeginning.explained(error, whole, path) : PickleContainer.explained(error, whole)
          }
        }
      }
    } catch {
      if [.io, .permissionDenied, .cancelled].contains(error.code) { throw error }
      if options.allowsForeign, [.wrongKind, .empty].contains(error.code) {
        note(.note, FormatError(.wrongKind, "nothing here is loaded or run: \(error.message)", file: path))
      } else {
        note(.error, error.at(file: path))
      }
    }
  }

  /// Checks a file as what its name says; one that it is not may still be read as what it is, and is searched for what that would do.
  mutating func checkAsNamed(
    _ source: any ByteSource, _ body: (inout FileCheck) throws(FormatError) -> Void
  ) throws(FormatError) {
    do throws(FormatError) { try body(&self) } catch {
      guard source.isSeekable, ![.io, .permissionDenied, .cancelled].contains(error.code) else { throw error }
      let known = findings
      try search(source)
      if !findings.dropFirst(known.count).contains(where: { $0.risk ?? .none > .none }) { findings = known }
      throw error
    }
  }

  /// Looks into what is known to be wrong already, so that no more errors of it are told.
  mutating func search(_ source: any ByteSource) throws(FormatError) {
    do throws(FormatError) { try checkContent(source, isFile: false) } catch {
      if error.code == .cancelled { throw error }
    }
  }

  /// Checks what may be a table: of a file that only lies beside others, that it is none is no fault.
  mutating func checkTable(_ body: (inout FileCheck) throws(FormatError) -> Void) throws(FormatError) {
    do throws(FormatError) { try body(&self) } catch {
      guard options.allowsForeign, [.badValue, .malformed, .wrongShape, .wrongDType].contains(error.code) else {
        throw error
      }
      throw FormatError(.wrongKind, "no table of values (\(error.message))", file: path)
    }
  }

  /// A source whose beginning can be looked at; a stream that may be text, or is compressed, is kept for that.
  private static func readable(_ source: any ByteSource) throws(FormatError) -> any ByteSource {
    guard !source.isSeekable else { return source }
    let stream = try PeekableSource(source, keeping: ForeignFile.prefixLength)
    guard (try? FileKind(of: stream)) == .pickle else { return stream }
    return ReplayableStream(stream, folder: ScratchFile.defaultFolder, staysWhole: true)
  }

  /// Writes down what was found; within archives in archives with the whole way to it.
  mutating func note(_ finding: Finding) {
    var finding = finding
    if !within.isEmpty {
      finding.error.member = (within + [finding.error.member].compactMap { $0 }).joined(separator: ":")
      finding.error.file = path
    }
    findings.append(finding)
  }

  mutating func note(_ severity: Finding.Severity, _ error: FormatError) {
    note(Finding(severity: severity, error: error))
  }

  // MARK: Arrays

  /// Checks the arrays of a `.npy` file, of which there may be several.
  mutating func checkArrays(_ source: any ByteSource, member: String?) throws(FormatError) {
    var file = try NPYFile(source, limits: options.limits)
    while true {
      try checkHeader(file, member: member)
      if file.header.dtype.hasObjects { return try checkObjects(file, member: member) }
      // The bytes of members have been read with their checksum.
      if member == nil { try file.elements().forEachRun(inUnitsOf: 1) { (_: AnyNDArray) throws(FormatError) in } }
      let count = file.trailingByteCount
      if count == 0 { return }
      let end = file.dataOffset + file.header.dataByteCount
      if count == nil, try file.source.readBytes(at: end, upTo: 1).isEmpty { return }
      noteTrailing(count, file, member: member)
      guard file.source.isSeekable, let next = try file.next(limits: options.limits) else {
        // What cannot be read again has lost its first byte already.
        guard file.source.isSeekable else { return }
        return try checkCandidate(file.source, at: end, member: member)
      }
      file = next
    }
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

  private mutating func noteTrailing(_ count: Int?, _ file: NPYFile, member: String?) {
    let end = file.dataOffset + file.header.dataByteCount
    let next = file.source.isSeekable ? try? file.source.readBytes(at: end, upTo: 6) : nil
    let bytes = count.map { "\($0) bytes follow" } ?? "bytes follow"
    let what = next == NPYHeader.magic ? "another array follows" : "\(bytes) the array"
    note(.warning, FormatError(.malformed, what, file: file.source.name, member: member, offset: end))
  }
}

extension FileCheck.Finding: CustomStringConvertible {
  /// How bad it is, the file, and what it is, in a line.
  public var description: String { "\(severity.rawValue): \(error)" }
}

extension FileCheck: CustomStringConvertible {
  /// What was found, a line for each finding; that nothing was.
  public var description: String {
    findings.isEmpty ? "\(path): nothing found" : findings.map(\.description).joined(separator: "\n")
  }
}
