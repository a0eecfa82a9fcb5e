import ByteIO
import PlatformC

/// What the process was started with: its streams and its arguments.
enum StandardStreams {
  /// Gives the numbers 0, 1 and 2 away if they were closed (`>&-`), so that no file gets one of them and is then
  /// written to as standard output. Reading from the first or writing to the second fails as if they were closed.
  static func occupy() {
    for (number, mode) in [(Int32(0), O_WRONLY), (1, O_RDONLY), (2, O_WRONLY)] where fcntl(number, F_GETFD) < 0 {
      // Safe: the path is a null-terminated constant. The lowest free number is taken, which is this one.
      _ = unsafe open("/dev/null", mode)
    }
  }

  /// Lets the process have as many files open as the system allows it to: what is joined or packed may be many thousand files,
  /// and usually no more than 1,024 can be open until that is asked for.
  static func allowManyFiles() {
    var limit = rlimit()
    #if canImport(Glibc)
      let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
      let most = rlim_t.max
    #else
      let files = RLIMIT_NOFILE
      // Darwin refuses more, whatever its hard limit says.
      let most = rlim_t(OPEN_MAX)
    #endif
    // Safe: a value of this function's own, filled by the first call and read by the second.
    guard unsafe getrlimit(files, &limit) == 0, limit.rlim_cur < min(limit.rlim_max, most) else { return }
    limit.rlim_cur = min(limit.rlim_max, most)
    // Safe: as above. Where that is refused all stays as it was.
    _ = unsafe setrlimit(files, &limit)
  }

  /// Whether the stack has been made much smaller than usual (`ulimit -s`).
  static var hasSmallStack: Bool {
    var limit = rlimit()
    #if canImport(Glibc)
      let stack = __rlimit_resource_t(RLIMIT_STACK.rawValue)
    #else
      let stack = RLIMIT_STACK
    #endif
    // Safe: a value of this function's own, filled by the call.
    return unsafe getrlimit(stack, &limit) == 0 && limit.rlim_cur < 1 << 20
  }

  /// Takes a width of the terminal away in which no help has room: the parser stops at it.
  static func checkWidth() {
    // Safe: the text is null-terminated, and read before the environment is changed; there is one thread that does either.
    guard let text = unsafe getenv("COLUMNS") else { return }
    let columns = unsafe Int(String(cString: text))
    if columns.map({ !(40...10_000).contains($0) }) ?? true { unsafe unsetenv("COLUMNS") }
  }

  /// The bytes of a file, or of standard input for a dash.
  ///
  /// - Throws: ``FormatError`` if the file cannot be opened.
  static func source(_ path: String) throws(FormatError) -> any ByteSource {
    path == "-" ? StreamSource.standardInput : try FileSource.openSource(path: path)
  }

  /// The path that the library is to write to: a dash is standard output.
  static func target(_ path: String) -> String { path == "-" ? AtomicFile.standardOutput : path }

  /// The commands that tell of each of their files, whatever becomes of the others.
  private static let ofManyFiles: Set<String> = ["ls", "info", "check"]

  /// The arguments, and the errors of those that are not UTF-8, since a name that was mended names another file. The other files
  /// of commands that tell of many are told of all the same.
  ///
  /// - Throws: ``FormatError`` for an argument without which nothing is left to do, or other than meant.
  static func arguments() throws(FormatError) -> (known: [String], errors: [FormatError]) {
    var known: [String] = []
    var errors: [FormatError] = []
    // Safe: the arguments live as long as the process; each is null-terminated.
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let argument = unsafe CommandLine.unsafeArgv[index] else { continue }
      if let text = unsafe String(validatingCString: argument) {
        known.append(text)
        continue
      }
      let shown = unsafe String(cString: argument)
      let error = FormatError(
        .badArgument,
        "'\(Console.printable(shown))' is not UTF-8: a file of such a name is given as standard input, as in: npy show - < FILE"
      )
      // What begins so is an option, and what follows one may be its value.
      let mayBeValue = shown.hasPrefix("-") || known.last?.hasPrefix("--") == true
      guard let command = known.first, ofManyFiles.contains(command), !mayBeValue else { throw error }
      errors.append(error)
    }
    if let error = errors.first, !known.dropFirst().contains(where: { !$0.hasPrefix("-") }) { throw error }
    return (known, errors)
  }
}
