import ArgumentParser
import ByteIO
import NumPyIO

struct CheckCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "check", _superCommandName: "npy",
    abstract: "Look for anything wrong with files and for what they would run, without trusting them.",
    discussion: """
      Reads every byte: structure, checksums, members that overlap, bytes behind the data, headers that NumPy would
      not have written, arrays and tensors that could not be rebuilt. Pickles are found by their content, whatever
      the names, in zip and tar archives, compressed, and in archives within these; what they would call is told with
      its arguments, and nothing is called. Of a folder all files are checked; quoted patterns (**/*.pt) work too. Of several
      files those that are something else, and have no name that promises an array or a pickle, are only noted.

      The exit code is 0 if nothing is wrong; 1 if a file is broken, or would run code, read files or use the network;
      2 if nothing is worse than names of which nothing is known. Names of Python's types of data, NumPy, pandas,
      scikit-learn, SciPy, joblib and PyTorch are known; --allow adds others.

      EXAMPLES
        npy check downloads/*.npz
        npy check --strict --json model.pkl
        npy check --allow mylab.models.Net --allow 'mylab.layers.*' checkpoints
        npy check --sarif downloads > findings.sarif
      """)

  /// Nothing is broken or dangerous, but there are names of which nothing is known.
  static let unknown: Int32 = 2

  @Argument(help: "The files, folders, or patterns.", completion: .file()) var files: [String]
  @Flag(help: "Let oddities count as wrong as well.") var strict = false
  @Option(
    help: ArgumentHelp(
      "Trust a name in pickles: package.module.Name, or package.* for all of a package; may be given again.",
      valueName: "name"))
  var allow: [String] = []
  @Flag(help: "Print JSON.") var json = false
  @Flag(help: "Print SARIF 2.1.0, which code hosts and editors read.") var sarif = false
  @OptionGroup(title: "Reading") var reading: SourceOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if json, sarif { throw ValidationError("--json and --sarif are two forms of the same: choose one") }
  }

  func run() throws {
    var options = FileCheck.Options()
    do throws(FormatError) { options.rules = try PickleRules(allowing: allow) } catch {
      throw ValidationError(error.message)
    }
    let headers = reading.remote
    options.openPart = { (path) throws(FormatError) in try headers.source(path) }
    let found = try FileFinder.files(of: ManyOperands.unfolding(files))
    if found.isEmpty { Console.warn("there are no files in \(files.lazy.map(Console.printable).listed())") }
    try TextOptionUse.check(reading, ofAll: found.filter { $0.leftOut == nil }.map(\.path))
    var code: Int32 = 0
    var results: [CheckedFile] = []
    for file in found {
      if let reason = file.leftOut {
        let result = CheckCommand.leftOut(file.path, reason)
        if json || sarif { results.append(result) } else { try print(result) }
        continue
      }
      // A shell has made many of one pattern: they are judged as the files of a folder.
      options.allowsForeign = !(file.isNamed && found.count == 1) && !CheckCommand.promisesData(file.path)
      let opening = try reading.openOptions(for: file.path)
      try checkUse(opening, file.path)
      options.limits = opening.limits
      options.inflatedBytes = opening.pickle.limits.inflatedBytes
      options.pickleEncoding = opening.pickle.encoding
      let result = try check(file.path, options, text: reading.isForText ? opening : nil)
      code = CheckCommand.worse(code, exitCode(of: result))
      if json || sarif { results.append(result) } else { try print(result) }
    }
    if json {
      try Console.print(
        (results.count == 1 && files.count == 1 && found[0].isNamed
          ? CheckReport.json(results[0]) : .array(results.map(CheckReport.json))).pretty())
    } else if sarif {
      try Console.print(CheckReport.sarif(results, version: Product.version).pretty(depth: 6))
    }
    if code != 0 { throw ExitCode(code) }
  }

  /// Whether a name says that the file is one of those that are checked: then it is wrong if it is another.
  private static func promisesData(_ path: String) -> Bool {
    // Python's own lists of folders have the extension too.
    if path.lowercased().hasSuffix(".pth") { return false }
    if let format = FileFormat(extensionOf: path) { return ![.txt, .json, .raw].contains(format) }
    let extensions = [".joblib", ".ckpt"]
    return extensions.contains { path.lowercased().hasSuffix($0) }
  }

  /// Refuses options that do nothing for what the file is.
  private func checkUse(_ options: OpenOptions, _ file: String) throws {
    if let from = reading.from, !from.isText {
      throw ValidationError("a file is checked as what it is: --from takes txt, csv or tsv here, not \(from.rawValue)")
    }
    if reading.view != nil { throw ValidationError("--view goes with commands that read elements") }
    if options.recovers { throw ValidationError("--recover goes with commands that read arrays: what is cut is wrong") }
    guard files.count == 1, file != "-",
      reading.isForText || reading.isForPickles || reading.maxHeaderSize != nil,
      let document = try? reading.remote.document(file, options)
    else { return }
    try TextOptionUse.check(reading, of: document)
  }

  private func check(
    _ file: String, _ options: FileCheck.Options, text: OpenOptions?
  ) throws(FormatError) -> CheckedFile {
    do throws(FormatError) {
      let path = RemoteInput.name(file)
      let check = try FileCheck(reading.remote.source(file), path: path, options: options, text: text)
      let isGood = !check.findings.contains { $0.severity == .error || (strict && $0.severity == .warning) }
      return CheckedFile(path: RemoteInput.name(file), findings: check.findings, risk: check.risk, isGood: isGood)
    } catch {
      if error.code == .cancelled { throw error }
      var error = error
      if FileFinder.isMended(file) {
        error = FormatError(
          .unsupported, "a name that is not UTF-8 is not opened: give it as standard input, as in: npy check - < FILE")
      }
      // A file that cannot be read is wrong; the others are checked all the same.
      return CheckedFile(
        path: RemoteInput.name(file), findings: [FileCheck.Finding(unreadable: error)], risk: .none, isGood: false)
    }
  }

  private func exitCode(of result: CheckedFile) -> Int32 {
    guard !result.isGood else { return 0 }
    let isUnknownOnly = result.findings.allSatisfy {
      $0.severity == .note || $0.risk == .unknown || ($0.severity == .warning && !strict)
    }
    return isUnknownOnly ? CheckCommand.unknown : Failure.badData
  }

  /// What is told of something in a folder that is not looked into.
  private static func leftOut(_ path: String, _ reason: String) -> CheckedFile {
    let error = FormatError(.wrongKind, "not looked into: \(reason)", file: path)
    return CheckedFile(
      path: path, findings: [FileCheck.Finding(severity: .note, error: error)], risk: .none, isGood: true,
      isLeftOut: true)
  }

  private static func worse(_ one: Int32, _ other: Int32) -> Int32 {
    one == Failure.badData || other == 0 ? one : other
  }

  private func print(_ result: CheckedFile) throws(FormatError) {
    for finding in result.findings {
      let line = Failure.line(Advice.added(to: finding.error.at(file: result.path)))
      try Console.print("\(finding.severity.rawValue): \(line)")
    }
    if result.isGood, !result.isLeftOut { try Console.print("ok: \(Console.printable(result.path))") }
  }
}
