import ByteIO
import NumPyIO
import RemoteFiles

/// What the last word of a command line could become: the work behind the completions of all shells.
struct Completion {
  struct Candidate {
    var text: String
    var help = ""
  }

  private let table: CommandTable

  /// How arguments are marked in the command's description that are members of the first, and those that cannot be
  /// guessed.
  static let members = "members"
  static let nothing = "nothing"

  /// - Parameter help: The description of the command that the argument parser prints.
  init(help: String) { table = CommandTable(help: help) }

  /// - Parameter words: The words after `npy`, the one that is being typed last; it may be empty.
  func candidates(_ words: [String]) -> [Candidate] {
    guard let current = words.last else { return [] }
    let before = words.dropLast()
    guard let name = before.first(where: { !$0.hasPrefix("-") }) else {
      if current.hasPrefix("-") { return options(table.options, current, used: []) }
      return commandNames(current)
    }
    guard let command = table.commands.first(where: { $0.name == name }) else { return [] }
    return candidates(command, Array(before.drop { $0 != name }.dropFirst()), current)
  }

  private func commandNames(_ current: String) -> [Candidate] {
    table.commands.filter { $0.name.hasPrefix(current) }.map { Candidate(text: $0.name, help: $0.help) }
  }

  private func candidates(_ command: CommandTable.Command, _ before: [String], _ current: String) -> [Candidate] {
    var operands: [String] = []
    var isLiteral = false
    var waiting: CommandTable.Values?
    for word in before {
      if waiting != nil {
        waiting = nil
      } else if !isLiteral, word == "--" {
        isLiteral = true
      } else if !isLiteral, word.hasPrefix("-"), word != "-" {
        waiting = command.options.first { $0.names.contains(word) }?.values
        // `--compress` alone is complete.
        if word == "--compress" { waiting = nil }
      } else {
        operands.append(word)
      }
    }
    let place = operands.count
    if let waiting { return values(waiting, current, prefix: "") }
    if !isLiteral, current.hasPrefix("-") {
      guard let sign = current.firstIndex(of: "=") else { return options(command.options, current, used: before) }
      guard let option = command.options.first(where: { $0.names.contains(String(current[..<sign])) }),
        let kind = option.values
      else { return [] }
      return values(kind, String(current[current.index(after: sign)...]), prefix: String(current[...sign]))
    }
    guard !command.arguments.isEmpty, place < command.arguments.count || command.repeats else { return [] }
    let kind = command.arguments[min(place, command.arguments.count - 1)]
    if case .member = kind { return members(of: operands.first ?? "", current, without: operands.dropFirst()) }
    if command.name == "pack", place > 0, FileStatus(path: current) == nil, let sign = current.firstIndex(of: "=") {
      return values(kind, String(current[current.index(after: sign)...]), prefix: String(current[...sign]))
    }
    return values(kind, current, prefix: "")
  }

  private func options(_ options: [CommandTable.Option], _ current: String, used: [String]) -> [Candidate] {
    let used = used.map { $0.split(separator: "=", maxSplits: 1).first.map(String.init) ?? $0 }
    return options.filter { option in option.isRepeating || !option.names.contains(where: used.contains) }
      .flatMap { option in
        option.names.filter { $0.hasPrefix(current) && ($0.hasPrefix("--") || current == "-") }
          .map { Candidate(text: $0, help: option.help) }
      }
  }

  private func values(_ kind: CommandTable.Values, _ current: String, prefix: String) -> [Candidate] {
    let found: [Candidate]
    switch kind {
    case .list(let values): found = values.filter { $0.hasPrefix(current) }.map { Candidate(text: $0) }
    case .command: found = commandNames(current)
    case .folder: found = files(current) { $0.isDirectory }
    case .file: found = files(current) { _ in true }
    case .address: found = members(current) ?? files(current) { _ in true }
    case .free, .member: found = []
    }
    return found.map { Candidate(text: prefix + $0.text, help: $0.help) }
  }

  // MARK: Files and members

  /// The names in the folder that has been typed so far; folders end in a slash.
  private func files(_ current: String, where isWanted: (FileStatus) -> Bool) -> [Candidate] {
    let folder = current.lastIndex(of: "/").map { String(current[...$0]) } ?? ""
    let start = String(current.dropFirst(folder.count))
    let place = Folders.expandingHome(folder)
    var found: [Candidate] = []
    for name in SystemCall.names(in: place.isEmpty ? "." : place).sorted() {
      guard name.hasPrefix(start), name != ".", name != "..", !name.hasPrefix(".") || start.hasPrefix("."),
        Completion.isTypable(name), let status = FileStatus(path: place + name)
      else { continue }
      if status.isDirectory {
        found.append(Candidate(text: folder + name + "/"))
      } else if isWanted(status) {
        found.append(Candidate(text: folder + name))
      }
    }
    return found
  }

  /// The members of the file that stands before a colon; `nil` if there is no such file.
  private func members(_ current: String) -> [Candidate]? {
    if let remote = Address.remoteParts(current[...]), let start = remote.member {
      let path = remote.path
      let found = (try? Completion.members(ofRemote: path, start)) ?? []
      return found.filter { $0.text.hasPrefix(start) && Completion.isTypable($0.text) }
        .map { Candidate(text: path + ":" + $0.text, help: $0.help) }
    }
    for colon in current.indices where current[colon] == ":" {
      let typed = String(current[..<colon])
      let file = Folders.expandingHome(typed)
      guard let status = FileStatus(path: file), status.isRegular else { continue }
      let start = String(current[current.index(after: colon)...])
      let known = (try? Completion.members(of: file, size: status.size, start)) ?? []
      return known.filter { $0.text.hasPrefix(start) && Completion.isTypable($0.text) }
        .map { Candidate(text: typed + ":" + $0.text, help: $0.help) }
    }
    return nil
  }

  /// The members of an archive by their names alone.
  private func members(of file: String, _ start: String, without used: ArraySlice<String>) -> [Candidate] {
    let path = Folders.expandingHome(file)
    guard let status = FileStatus(path: path), status.isRegular else { return [] }
    let known = (try? Completion.members(of: path, size: status.size, start)) ?? []
    return known.filter { $0.text.hasPrefix(start) && !used.contains($0.text) && Completion.isTypable($0.text) }
  }

  /// Larger pickles than this are not read while somebody waits for a letter to appear.
  private static let largestPickle = 64 << 20

  private static func members(of file: String, size: Int, _ start: String) throws -> [Candidate] {
    try members(of: Document(opening: file), size: size, start)
  }

  /// The members of a file on a server, for which nobody waits long.
  private static func members(ofRemote address: String, _ start: String) throws -> [Candidate] {
    var options = RemoteOptions()
    (options.timeout, options.retries) = (3, 0)
    let source = try RemoteSource(opening: address, options: options)
    return try members(of: Document(source), size: source.byteCount ?? 0, start)
  }

  private static func members(of document: Document, size: Int, _ start: String) throws -> [Candidate] {
    switch document.content {
    case .npz, .npy:
      // What arrays of objects hold.
      if let point = start.lastIndex(of: "."), let (value, path) = try document.objects(at: String(start[..<point])) {
        return try children(of: value.value(at: path), after: String(start[...point]))
      }
      if case .npy(let file) = document.content {
        if let fields = file.header.dtype.fields { return candidates(fields, after: "") }
        return try document.objects(at: "").map { children(of: $0.value, after: "") } ?? []
      }
      if case .npz(let archive) = document.content, let point = start.lastIndex(of: "."),
        let fields = (try? archive.header(of: String(start[..<point])))?.dtype.fields
      {
        return candidates(fields, after: String(start[...point]))
      }
      guard case .npz(let archive) = document.content else { return [] }
      try archive.prepareHeaders()
      return archive.names.map { name in
        let header = try? archive.header(of: name)
        return Candidate(text: name, help: header.map { help($0.shape, $0.dtype) } ?? "")
      }
    case .tensors(let file):
      return file.tensors.map { tensor in
        Candidate(text: tensor.name, help: Console.printable("\(Layout.describe(tensor.shape)) \(tensor.typeText)"))
      }
    case .pickle(let source):
      // Of PyTorch's archives no tensor is read.
      let isArchive = try source.readBytes(at: 0, upTo: 2) == [0x50, 0x4B]
      guard size <= largestPickle || isArchive else { return [] }
      let pickle = try document.pickleFile(mode: .mapped)
      if let point = start.lastIndex(of: "."), let (whole, path) = try? pickle.pickle(at: String(start[..<point])),
        let inner = try? whole.value(at: path ?? "")
      {
        return children(of: inner, after: String(start[...point]))
      }
      let numbers = pickle.following.indices.map { Candidate(text: "#\($0 + 1)", help: "a pickle of its own") }
      return children(of: pickle.value, after: "") + numbers.prefix(100)
    case .text: return try document.columnNames().map { Candidate(text: $0) }
    default: return []
    }
  }

  private static func candidates(_ fields: [DType.Field], after path: String) -> [Candidate] {
    fields.map { Candidate(text: path + $0.name, help: Console.printable($0.dtype.description)) }
  }

  private static func children(of value: PickleValue, after path: String) -> [Candidate] {
    value.children.prefix(1000).map { child in
      let array = (try? child.value.arrayDescription()) ?? nil
      return Candidate(
        text: path + child.name,
        help: array.map { help($0.shape, $0.dtype) } ?? Console.printable(child.value.typeName))
    }
  }

  private static func help(_ shape: [Int], _ dtype: DType) -> String {
    "\(Layout.describe(shape)) \(Console.printable(dtype.description))"
  }

  /// Whether a shell can be given the name as a line of text, and a terminal shows it as what it is: no controls, no line
  /// or paragraph ends, nothing that changes the direction of writing, no name that is not UTF-8.
  private static func isTypable(_ name: String) -> Bool {
    name.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: false
      default: scalar.value != 0xFFFD && !scalar.properties.isBidiControl
      }
    }
  }
}
