import ArgumentParser
import ByteIO
import NDArrays

/// How errors leave the command: one line on standard error (or a JSON object on standard output) and an exit code.
enum Failure {
  /// The file or the data is bad.
  static let badData: Int32 = 1
  /// The command was used wrongly: `EX_USAGE`.
  static let usage: Int32 = 64

  /// Reports an error and returns the exit code.
  static func report(_ error: any Error, asJSON: Bool) -> Int32 {
    switch error {
    case let error as FormatError where error.code == .closedPipe:
      // Whoever read the output has seen enough; the shell's own commands end quietly as well.
      return 141
    case let error as FormatError:
      if asJSON {
        try? Console.print(json(error).text)
      } else {
        Console.note("npy: " + Console.printable(error.description))
      }
      return badData
    case let error as ArrayError:
      return report(FormatError(.badArgument, error.message), asJSON: asJSON)
    case let code as ExitCode:
      return code.rawValue
    default:
      return usageError(error)
    }
  }

  private static func json(_ error: FormatError) -> JSONValue {
    .object([
      (
        "error",
        .object([
          ("code", .string(error.code.rawValue)), ("message", .string(error.message)),
          ("file", error.file.map(JSONValue.string) ?? .null),
          ("member", error.member.map(JSONValue.string) ?? .null),
          ("offset", error.offset.map(JSONValue.int) ?? .null),
        ])
      )
    ])
  }

  /// What the argument parser has to say: help and versions on standard output, mistakes on standard error.
  private static func usageError(_ error: any Error) -> Int32 {
    let code = NPY.exitCode(for: error).rawValue
    if code == 0 {
      try? Console.print(NPY.fullMessage(for: error))
      return 0
    }
    let text = NPY.fullMessage(for: error)
    let message = text.hasPrefix("Error: ") ? String(text.dropFirst("Error: ".count)) : text
    Console.note("npy: " + message)
    return usage
  }
}
