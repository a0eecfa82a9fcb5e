import ArgumentParser
import ByteIO
import NDArrays
import NumPyIO
import RemoteFiles

/// How errors leave the command: one line on standard error (or a JSON object on standard output) and an exit code.
enum Failure {
  /// The file or the data is bad.
  static let badData: Int32 = 1
  /// The command was used wrongly: `EX_USAGE`.
  static let usage: Int32 = 64
  /// Whoever read the output has gone: 128 and SIGPIPE, as the shell tells of its own commands.
  static let closedPipe: Int32 = 141

  /// Reports an error of a command that is running, and returns the exit code; `nil` for an error that is not one of
  /// files, arrays or exits.
  static func report(_ error: any Error, asJSON: Bool) -> Int32? {
    switch error {
    case let error as FormatError where error.code == .closedPipe:
      // Whoever read the output has seen enough; the shell's own commands end quietly as well.
      return closedPipe
    case let error as FormatError:
      let error = Advice.added(to: error)
      // Whoever has interrupted the work knows.
      if error.code == .cancelled { return badData }
      if asJSON { printJSON(error) } else { Console.note("npy: " + line(error)) }
      return badData
    case let error as ArrayError:
      return report(FormatError(.badArgument, error.message), asJSON: asJSON)
    case let code as ExitCode:
      return code.rawValue
    default:
      return nil
    }
  }

  /// An error as one line that can be printed. The dtype of a record of thousands of fields, or a long name, is cut.
  static func line(_ error: FormatError) -> String {
    var error = error
    error.message = shortened(oneLine(error.message))
    return shortened(Console.printable(error.commandDescription))
  }

  /// A message in one line: some of NumPy's have several.
  static func oneLine(_ message: String) -> String {
    let lines = message.split(whereSeparator: \.isNewline)
    return lines.count > 1 ? lines.map { String($0).trimmedSpaces }.joined(separator: " ") : message
  }

  /// Reports an error of one of several files, or of one of an archive's members, while the others go on.
  ///
  /// - Returns: What JSON tells of it.
  /// - Throws: An error that ends the command: it was interrupted, or its output is not read any more.
  static func note(_ error: FormatError, asJSON: Bool) throws(FormatError) -> JSONValue {
    if [.cancelled, .closedPipe].contains(error.code) { throw error }
    let error = Advice.added(to: error)
    if !asJSON { Console.note("npy: " + line(error)) }
    return json(error)
  }

  static func json(_ error: FormatError) -> JSONValue {
    var entries: [(key: String, value: JSONValue)] = [
      ("code", .string(error.code.rawValue)), ("message", .string(message(of: error))),
      ("file", error.file.map(JSONValue.string) ?? .null), ("member", error.member.map(JSONValue.string) ?? .null),
      ("offset", error.offset.map(JSONValue.int) ?? .null),
    ]
    if let line = error.line { entries.append(("line", .int(line))) }
    return .object(entries)
  }

  /// What is wrong and what may help, no longer than a few hundred characters.
  static func message(of error: FormatError) -> String {
    ([shortened(error.message)] + [error.hint, error.commandHint].compactMap { $0 }).joined(separator: "; ")
  }

  /// A text that would fill the screen with its middle left out.
  static func shortened(_ text: String) -> String {
    // Counting characters takes as long as the text; its bytes are known.
    guard text.utf8.count > 400, text.count > 400 else { return text }
    return "\(text.prefix(270)) … \(text.suffix(100))"
  }

  static func printJSON(_ error: FormatError) {
    do { try Console.print(JSONValue.object([("error", json(error))]).text) } catch {
      // Where standard output does not work, the error has one more place to go.
      Console.note("npy: " + line(error))
    }
  }
}

/// What may help: the name that was meant.
enum Advice {
  /// Why a file on a server is not changed in place.
  static let unchanging = "files on servers are written as a whole, by convert, cat and pack, and not changed"

  /// The error with its message in plainer words, if what is wrong is a name.
  static func added(to error: FormatError) -> FormatError {
    var error = named(error)
    if let path = error.file, RemoteAddress.isRemote(path), error.code == .notFound,
      error.message.hasPrefix("cannot open")
    {
      error.message = unchanging
      return error
    }
    if let path = error.file, FileFormat(extensionOf: path) == .raw, [.malformed, .truncated].contains(error.code),
      !error.message.contains("--dtype")
    {
      if error.message.hasSuffix(".") { error.message.removeLast() }
      error.message += "; if the file is nothing but elements, say --from raw --dtype DTYPE"
      return error
    }
    guard error.code == .notFound, error.member == nil, let path = error.file,
      !["-", "standard input"].contains(path), !RemoteAddress.isRemote(path), FileStatus(path: path) == nil
    else { return error }
    guard !path.isEmpty else {
      error.message = "the name of the file is empty"
      return error
    }
    let (folder, name) = split(path)
    switch FileStatus(path: folder) {
    case nil: error.message = "there is no folder \(folder)" + suggestion(folder, isFolder: true)
    case let status? where !status.isDirectory: error.message = "\(folder) is a file, not a folder"
    default:
      error.message = "there is no such file"
      if let bracket = path.lastIndex(of: "["), path.hasSuffix("]"), FileStatus(path: String(path[..<bracket])) != nil {
        error.message += "; an address ends in one slice, as in a.npy[0,1:3], behind all names, as in a.npy:x[0]"
      } else if !name.isEmpty {
        error.message += suggestion(path, isFolder: false)
      }
    }
    return error
  }

  /// The commands that have no `--recover`.
  private static let withoutRecovery: Set<String> = ["append", "check", "pickle", "rm", "mv", "plot", "demo"]

  /// The error with the names of the options that help.
  private static func named(_ error: FormatError) -> FormatError {
    var error = error
    error.message = error.message.replacing("lenient reading accepts it", with: "--lenient reads it")
      .replacing("raise it if you trust the file", with: "--max-header-size raises it, if you trust the file")
    if error.message.hasPrefix("Line #"), error.message.hasSuffix(")") {
      error.message += "; --max-rows ends before lines that are no rows, --comments leaves some out"
    }
    // What a hint names may have been done.
    if CommandLine.arguments.contains("--names") {
      error.commandHint = error.commandHint?.replacing(
        "a header is left out by --skiprows 1, and read by --names true",
        with: "--genfromtxt --dtype auto finds the types")
    }
    if error.message.hasPrefix("Expected 1D or 2D array, got") {
      error.commandHint = "--reshape makes it one, such as --reshape 6,4"
    }
    let arguments = CommandLine.arguments
    guard [.truncated, .malformed].contains(error.code), !arguments.contains("--recover"),
      !withoutRecovery.contains(arguments.dropFirst().first ?? "")
    else {
      return error
    }
    if error.message == "a tar header whose checksum is wrong"
      || error.message.hasPrefix("the member ") && error.message.hasSuffix(" goes beyond the archive's end")
    {
      error.message += "; --recover finds the members that are there"
    } else if error.message.hasSuffix("(file seems not fully written?)") {
      error.message += "; --recover takes the rows that are whole"
    } else if error.message.hasPrefix("the archive's end record is missing")
      || error.message.hasPrefix("the directory of ") && error.message.contains(" does not fit before its end record")
    {
      error.message += "; --recover finds the members that are there"
    } else if error.message.hasPrefix("the file is cut short: the tensor")
      || error.message.hasPrefix("EOF: reading the tensors,")
    {
      error.message += "; --recover takes the tensors that are whole"
    } else if ["a member reaches into", "two members overlap"].contains(where: error.message.hasPrefix),
      let path = error.file, FileStatus(path: path)?.size ?? 0 > Int(UInt32.max)
    {
      // Writers that know no ZIP64, such as cnpy, leave the lower 32 bits of what has more.
      error.message += "; --recover finds the members by their own headers, as of archives over 4 GiB without ZIP64"
    } else if error.message == "the compressed data ends too early" {
      error.message += "; --recover takes the rows that are whole, of arrays and of text"
    }
    return error
  }

  private static func suggestion(_ path: String, isFolder: Bool) -> String {
    let (folder, name) = split(path)
    let known = SystemCall.names(in: folder).filter { !$0.hasPrefix(".") || name.hasPrefix(".") }
    guard let nearest = NearestName.of(name, among: known) else { return "" }
    let prefix = path.hasSuffix(name) ? String(path.dropLast(name.count)) : ""
    guard !isFolder || FileStatus(path: prefix + nearest)?.isDirectory == true else { return "" }
    return "; did you mean \(prefix)\(nearest)?"
  }

  /// The folder and the name in it.
  private static func split(_ path: String) -> (folder: String, name: String) {
    let start = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
    return (Folders.folder(of: path), String(path[start...]))
  }
}
