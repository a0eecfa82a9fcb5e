import ArgumentParser
import ByteIO

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The command `npy`.
@main
struct NPY: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "npy",
    abstract: "Look at, convert, check and compress NumPy's files.",
    discussion: """
      An ADDRESS is FILE, FILE:MEMBER or either with a slice: arr.npy, arr.npz:arr_0[2:6,4,3:4], t.npy[::-1,...].
      A dash is standard input or output.
      """,
    version: "0.1.0",
    subcommands: [
      InfoCommand.self, ListCommand.self, ShowCommand.self, ConvertCommand.self, PackCommand.self, UnpackCommand.self,
      StatsCommand.self, PlotCommand.self, DiffCommand.self, CheckCommand.self, PickleCommand.self, SizesCommand.self,
      DemoCommand.self,
    ])

  /// Everything that fails comes through here, so that every error looks alike.
  static func main() {
    // A closed pipe is an error of the write, not a signal that ends the process half-way through a file.
    signal(SIGPIPE, SIG_IGN)
    let arguments = CommandLineArguments.expanded(Array(CommandLine.arguments.dropFirst()))
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch {
      Self.exit(with: Failure.report(error, asJSON: arguments.contains("--json")))
    }
  }

  private static func exit(with code: Int32) -> Never {
    #if canImport(Glibc)
      Glibc.exit(code)
    #elseif canImport(Musl)
      Musl.exit(code)
    #elseif canImport(Darwin)
      Darwin.exit(code)
    #endif
  }
}
