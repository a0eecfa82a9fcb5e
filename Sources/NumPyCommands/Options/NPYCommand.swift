import ArgumentParser

/// What all commands have in common.
protocol NPYCommand: ParsableCommand {
  /// Whether to print nothing but results and errors.
  var isQuiet: Bool { get }
}

extension NPYCommand where Self: HasCommonOptions {
  var isQuiet: Bool { common.quiet }
}

/// A command whose `--quiet` means no more than what ``CommonOptions`` says.
protocol HasCommonOptions {
  var common: CommonOptions { get }
}

/// The options of every command.
struct CommonOptions: ParsableArguments {
  @Flag(help: "Print no progress and no warnings.") var quiet = false
}

/// What the command says of itself.
enum Product {
  static let version = "0.1.0"
}
