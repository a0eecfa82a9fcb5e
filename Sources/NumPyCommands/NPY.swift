import ArgumentParser
import ByteIO
import ParallelLoops
import Synchronization
import PlatformC

/// Runs the command with the arguments of the process, and ends the process.
package func runCommand() { NPY.main() }

/// The command `npy`.
struct NPY: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "npy",
    abstract: "Look at, convert, check and compress NumPy's files.",
    discussion: """
      An ADDRESS is FILE, FILE:MEMBER or either with a slice: arr.npy, arr.npz:arr_0[2:6,4,3:4], t.npy[::-1,...].
      In a pickle MEMBER is a path of keys and indices: data.pkl:weights.0. A dash is standard input or output.
      FILE may be on a server, https://host/arr.npz:arr_0[2:6] or s3://bucket/arr.npy: only what is needed is read.

      EXAMPLES
        npy info model.npz
        npy show 'model.npz:weights[0,:5]'
        npy convert table.csv table.npy
        npy help convert
      """,
    version: Product.version,
    subcommands: [
      InfoCommand.self, ListCommand.self, ShowCommand.self, ConvertCommand.self, AppendCommand.self, CatCommand.self,
      SplitCommand.self, JoinCommand.self, StackCommand.self, RefsCommand.self,
      PackCommand.self, UnpackCommand.self, RemoveCommand.self, RenameCommand.self, StatsCommand.self, PlotCommand.self,
      DiffCommand.self, CheckCommand.self, PickleCommand.self, SizesCommand.self,
      DemoCommand.self, CompletionsCommand.self, CompleteCommand.self,
    ])

  /// Everything that fails comes through here, so that every error looks alike.
  static func main() {
    StandardStreams.occupy()
    // What nests is read by calls within calls, which need their room on the stack.
    if StandardStreams.hasSmallStack, SystemThread.start({ run() }) {
      while true { pause() }
    }
    run()
  }

  private static func run() -> Never {
    StandardStreams.checkWidth()
    StandardStreams.allowManyFiles()
    // A closed pipe is an error of the write, not a signal that ends the process half-way through a file.
    signal(SIGPIPE, SIG_IGN)
    // So is a file that grows past the limit of `ulimit -f` (EFBIG).
    signal(SIGXFSZ, SIG_IGN)
    Interruption.watch()
    let given = Array(CommandLine.arguments.dropFirst())
    var arguments = given
    var code: Int32 = 0
    do {
      let (known, errors) = try StandardStreams.arguments()
      arguments = try CommandLineArguments.expanded(known)
      var command = try parsed(ManyOperands.folding(arguments))
      let isQuiet = (command as? any NPYCommand)?.isQuiet ?? false
      Console.isQuiet.store(isQuiet, ordering: .relaxed)
      if !isQuiet { ProgressLine.shared.allow() }
      for error in errors { Console.note("npy: " + Failure.line(error)) }
      try Interruption.progress.observe { try command.run() }
      if !errors.isEmpty { throw ExitCode(Failure.badData) }
    } catch {
      code = Failure.report(error, arguments)
    }
    ProgressLine.shared.erase()
    Interruption.endProcess(code)
  }

  /// The command that arguments are.
  ///
  /// Most begin with the name of a command, which is then parsed by itself: the parser looks at each command on the way anew, and at
  /// requests for completions of its own. What that does not take, and help, goes the long way, which has all messages.
  private static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
    if let name = arguments.first,
      let type = configuration.subcommands.first(where: { $0.configuration.commandName == name }),
      let command = try? type.parseAsRoot(Array(arguments.dropFirst())), Swift.type(of: command) == type
    {
      return command
    }
    return try parseAsRoot(arguments)
  }
}
