import ArgumentParser

struct CompletionsCommand: NPYCommand, HasCommonOptions {
  enum Shell: String, CaseIterable, ExpressibleByArgument {
    case bash, zsh, fish
  }

  static let configuration = CommandConfiguration(
    commandName: "completions", _superCommandName: "npy",
    abstract: "Print the script that completes npy's commands, options, files and members in a shell.",
    discussion: """
      make install puts the scripts where the shells look for them.

      EXAMPLES
        source <(npy completions bash)
        npy completions zsh > ~/.zfunc/_npy
        npy completions fish > ~/.config/fish/completions/npy.fish
      """)

  @Argument(help: "bash, zsh or fish.") var shell: Shell
  @OptionGroup var common: CommonOptions

  func run() throws {
    switch shell {
    case .bash: try Console.print(ShellScripts.bash)
    case .zsh: try Console.print(ShellScripts.zsh)
    case .fish: try Console.print(ShellScripts.fish)
    }
  }
}

/// What those scripts call: a line for each candidate, with its meaning behind a tab.
struct CompleteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "complete", _superCommandName: "npy", abstract: "Complete a command line, for a shell.",
    shouldDisplay: false)

  @Argument(parsing: .captureForPassthrough, help: "The words after npy, the last being typed.") var words: [String]

  func run() throws {
    let words = words.first == "--" ? Array(words.dropFirst()) : words
    var text = ""
    for candidate in Completion(help: NPY._dumpHelp()).candidates(words) {
      text += candidate.text + (candidate.help.isEmpty ? "" : "\t" + candidate.help) + "\n"
    }
    try Console.write(text)
  }
}
