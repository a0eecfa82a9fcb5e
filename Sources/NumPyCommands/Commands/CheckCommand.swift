import ArgumentParser
import ByteIO
import NumPyIO

struct CheckCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Look for anything wrong with files, without trusting them.",
    discussion: """
      Reads every byte: structure, checksums, members that overlap, bytes behind the data, headers that NumPy would
      not have written, and what a pickle would call. Exit code 1 if anything is wrong.

      EXAMPLES
        npy check downloads/*.npz
        npy check --strict --json model.pkl
      """)

  @Argument(help: "The files.", completion: .file()) var files: [String]
  @Flag(help: "Let oddities count as wrong as well.") var strict = false
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup(title: "Reading") var reading: SourceOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    var isSound = true
    var objects: [JSONValue] = []
    for file in ManyOperands.unfolding(files) {
      let findings: [FileCheck.Finding]
      let options = try reading.openOptions(for: file)
      try checkUse(options, file)
      do throws(FormatError) {
        findings = try FileCheck(
          path: file, limits: options.limits, pickleEncoding: options.pickle.encoding,
          text: reading.isForText ? options : nil
        ).findings
      } catch {
        if error.code == .cancelled { throw error }
        // A file that cannot be read is wrong; the others are checked all the same.
        findings = [FileCheck.Finding(unreadable: error)]
      }
      let isGood = !findings.contains { $0.severity == .error || (strict && $0.severity == .warning) }
      isSound = isSound && isGood
      if json {
        objects.append(
          .object([
            ("file", .string(file)), ("ok", .bool(isGood)), ("findings", .array(findings.map(CheckCommand.json))),
          ]))
      } else {
        for finding in findings {
          let line = Failure.line(Advice.added(to: finding.error.at(file: file)))
          try Console.print("\(finding.severity.rawValue): \(line)")
        }
        if isGood { try Console.print("ok: \(Console.printable(file))") }
      }
    }
    if json { try Console.print((objects.count == 1 ? objects[0] : .array(objects)).pretty()) }
    if !isSound { throw ExitCode(Failure.badData) }
  }

  /// Refuses options that do nothing for what the file is.
  private func checkUse(_ options: OpenOptions, _ file: String) throws {
    if let from = reading.from, !from.isText {
      throw ValidationError("a file is checked as what it is: --from takes txt, csv or tsv here, not \(from.rawValue)")
    }
    guard files.count == 1, file != "-", reading.isForText || options.pickle.encoding != .ascii,
      let document = try? Document(opening: file, options: options)
    else { return }
    try TextOptionUse.check(reading, of: document)
  }

  private static func json(_ finding: FileCheck.Finding) -> JSONValue {
    .object([
      ("severity", .string(finding.severity.rawValue)), ("code", .string(finding.error.code.rawValue)),
      ("message", .string(Advice.added(to: finding.error).message)),
      ("member", finding.error.member.map(JSONValue.string) ?? .null),
      ("offset", finding.error.offset.map(JSONValue.int) ?? .null),
    ])
  }
}
