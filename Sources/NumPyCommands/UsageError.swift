import ArgumentParser
import ByteIO

extension Failure {
  /// Reports an error and returns the exit code.
  static func report(_ error: any Error, _ arguments: [String]) -> Int32 {
    if let code = report(error, asJSON: UsageError.wantsJSON(arguments)) { return code }
    let usage = UsageError(error, arguments)
    if usage.isClean {
      do { try Console.print(usage.message) } catch { return report(error, asJSON: false) ?? Failure.badData }
      return 0
    }
    if UsageError.wantsJSON(arguments) {
      printJSON(FormatError(FormatError.Code(rawValue: "usage"), usage.message))
    } else {
      Console.note("npy: " + Console.printable(usage.message) + usage.pointer)
    }
    return Failure.usage
  }
}

/// What the argument parser has to say.
struct UsageError {
  /// The message, without the usage.
  let message: String
  /// Whether this is no mistake: help that was asked for, the version.
  let isClean: Bool
  /// Where to read on.
  let pointer: String

  init(_ error: any Error, _ arguments: [String]) {
    // The parser takes what it does not know for a wish for help on everything.
    let words = arguments.filter { !$0.hasPrefix("-") }
    if words.first == "help", words.count > 1, !UsageError.commands.contains(words[1]) {
      (isClean, message, pointer) = (false, UsageError.unknownCommand(words[1]), " (see 'npy --help')")
      return
    }
    isClean = NPY.exitCode(for: error) == .success
    guard !isClean else {
      message = NPY.fullMessage(for: error)
      pointer = ""
      return
    }
    let name = arguments.first { !$0.hasPrefix("-") }
    let command = NPY.configuration.subcommands.first { $0._commandName == name }
    pointer = " (see 'npy \(command.map { $0._commandName + " " } ?? "")--help')"
    if command == nil, let name {
      message = UsageError.unknownCommand(name)
    } else {
      // One line: the parser's own may have more.
      message = UsageError.withoutFarOption(UsageError.oneLine(NPY.message(for: error)))
    }
  }

  /// The parser suggests the nearest of all options, however far it is from what was typed: only what may have been meant is said.
  private static func withoutFarOption(_ message: String) -> String {
    let parts = message.split(separator: "'", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 5, parts[0] == "Unknown option ", parts[2] == ". Did you mean ",
      NearestName.of(parts[1], among: [parts[3]]) == nil
    else { return message }
    return "Unknown option '\(parts[1])'"
  }

  /// The lines of a message after each other, those of a list with commas between them.
  private static func oneLine(_ message: String) -> String {
    var text = ""
    for line in message.split(whereSeparator: \.isNewline) {
      let item = line.drop { $0 == " " }
      let isItem = item.hasPrefix("- ")
      if !text.isEmpty { text += text.hasSuffix(":") ? " " : isItem ? ", " : "; " }
      text += isItem ? item.dropFirst(2) : line
    }
    return text
  }

  /// The names of all commands.
  private static var commands: [String] {
    NPY.configuration.subcommands.filter { $0.configuration.shouldDisplay }.map { $0._commandName } + ["help"]
  }

  private static func unknownCommand(_ name: String) -> String {
    if let nearest = NearestName.of(name, among: commands) {
      return "there is no command '\(name)'; did you mean '\(nearest)'?"
    }
    if let address = try? Address(name), FileStatus(path: address.path) != nil {
      return "'\(name)' is a file, not a command: say what to do with it, as in: npy info \(name)"
    }
    return "there is no command '\(name)'; there are " + commands.joined(separator: ", ")
  }

  /// Whether errors are to be JSON: the command has that option, and it was given.
  static func wantsJSON(_ arguments: [String]) -> Bool { arguments.prefix { $0 != "--" }.contains("--json") }
}
