import SystemPackage
import ByteIO
import PythonLiterals
import Synchronization
import PlatformC

/// Where the command prints: results on standard output, everything else on standard error.
enum Console {
  /// Writes a line of results.
  static func print(_ line: String) throws(FormatError) {
    try write(line + "\n")
  }

  /// Writes results without a line end.
  static func write(_ text: String) throws(FormatError) {
    ProgressLine.shared.erase()
    let sink = DescriptorSink.standardOutput()
    try sink.write(text)
    try sink.flush()
  }

  /// Writes a line to standard error; what fails there has nowhere to be told.
  static func note(_ line: String) {
    ProgressLine.shared.erase()
    writeError(line + "\n")
  }

  /// Writes to standard error as it is.
  static func writeError(_ text: String) {
    let sink = DescriptorSink(.standardError, name: "standard error")
    try? sink.write(text)
    try? sink.flush()
  }

  /// A warning in one line and once, unless `--quiet` was given.
  static func warn(_ warning: FileWarning) {
    guard !isQuiet.load(ordering: .relaxed) else { return }
    let line = "npy: warning: \(printable(Failure.shortened(Failure.oneLine(warning.description))))"
    let isNew = warnings.withLock { $0.count < mostWarnings ? $0.insert(line).inserted : true }
    if isNew { note(line) }
  }

  /// Warns of a new name of a member that programs which unpack archives refuse, or should: NumPy takes any.
  static func warn(ofUnfit name: String) {
    guard let fault = name.faultAsPath else { return }
    warn(FileWarning("the name '\(name)' is no path within a folder (\(fault)): npy unpack refuses such members"))
  }

  /// What was warned of.
  private static let warnings = Mutex<Set<String>>([])
  /// How many warnings are remembered.
  private static let mostWarnings = 1000

  /// Whether warnings are to be left out.
  static let isQuiet = Atomic(false)

  /// Whether standard output is a terminal.
  static var outputIsTerminal: Bool { isatty(1) == 1 }

  /// Whether standard error is a terminal.
  static var errorIsTerminal: Bool { isatty(2) == 1 }

  /// Whether results may be coloured: on a terminal, unless `NO_COLOR` is set (https://no-color.org).
  static let usesColour: Bool = {
    guard isatty(1) == 1 else { return false }
    // Safe: the environment is not changed by this process; the text is read at once.
    if let value = unsafe getenv("NO_COLOR"), unsafe value.pointee != 0 { return false }
    return true
  }()

  /// A name from a file as it may reach a terminal.
  static func printable(_ name: String) -> String { PythonRepr.printable(name) }
}
