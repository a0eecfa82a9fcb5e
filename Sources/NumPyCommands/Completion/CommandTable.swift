import ArgumentParser

/// What can be typed after `npy`: the commands and their arguments, as the argument parser knows them.
struct CommandTable {
  /// What the values of an option or argument are.
  enum Values {
    /// An address: a file, or a member of one.
    case address
    case file
    case folder
    case command
    case list([String])
    /// A member of the archive that is the first argument.
    case member
    /// Something that cannot be guessed.
    case free
  }

  struct Option {
    /// As they are typed: `--json`, `-C`.
    var names: [String]
    var help: String
    /// `nil` for a flag.
    var values: Values?
    var isRepeating: Bool
  }

  struct Command {
    var name: String
    var help: String
    var options: [Option]
    /// What is expected at each place; the last goes on for ever if ``repeats`` says so.
    var arguments: [Values]
    var repeats: Bool
  }

  private(set) var commands: [Command] = []
  private(set) var options: [Option] = []

  init(help: String) {
    guard let root = JSONReader.value(of: help)?["command"] else { return }
    options = CommandTable.options(root)
    for command in root["subcommands"]?.array ?? [] where command["shouldDisplay"]?.bool != false {
      let positional = CommandTable.arguments(command).filter { $0["kind"]?.string == "positional" }
      let name = command["commandName"]?.string ?? ""
      commands.append(
        Command(
          name: name, help: command["abstract"]?.string ?? "", options: CommandTable.options(command),
          arguments: name == "help" ? [.command] : positional.map { CommandTable.values($0, isPositional: true) },
          repeats: positional.last?["isRepeating"]?.bool ?? false))
    }
  }

  private static func arguments(_ command: JSONValue) -> [JSONValue] {
    (command["arguments"]?.array ?? []).filter { $0["shouldDisplay"]?.bool != false }
  }

  private static func options(_ command: JSONValue) -> [Option] {
    arguments(command).filter { $0["kind"]?.string != "positional" }.map { argument in
      let names = (argument["names"]?.array ?? []).map { name in
        (name["kind"]?.string == "long" ? "--" : "-") + (name["name"]?.string ?? "")
      }
      let isFlag = argument["kind"]?.string == "flag"
      return Option(
        names: names, help: argument["abstract"]?.string ?? "",
        values: isFlag ? nil : values(argument, isPositional: false),
        isRepeating: argument["isRepeating"]?.bool ?? false)
    }
  }

  private static func values(_ argument: JSONValue, isPositional: Bool) -> Values {
    if let list = argument["allValues"]?.array { return .list(list.compactMap(\.string)) }
    let kind = argument["completionKind"]
    if let list = kind?["list"]?["values"]?.array { return .list(list.compactMap(\.string)) }
    if kind?["directory"] != nil { return .folder }
    if kind?["file"] != nil { return .file }
    switch kind?["shellCommand"]?["command"]?.string {
    case Completion.members: return .member
    case Completion.nothing: return .free
    default: break
    }
    return isPositional ? .address : .free
  }
}
