internal import ByteIO
internal import PlatformC

/// The program that a profile gets its credentials from: `credential_process`.
enum CredentialProgram {
  /// The most bytes of its output.
  private static let limit = 1 << 20

  /// What a program writes to its standard output. Its standard error is this process's, since it may tell what it waits for.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for a command that is none, `io` for a program that cannot be run or
  ///   fails.
  static func output(of command: String) throws(FormatError) -> [UInt8] {
    guard let words = words(of: command), !words.isEmpty else {
      throw FormatError(.badArgument, "credential_process has no command, or one with an open quotation mark")
    }
    // Every word is quoted, so that the shell does nothing but start the program.
    let quoted = words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
    // Safe: the stream is used by this call alone, and closed by it.
    guard let stream = unsafe popen("exec \(quoted) </dev/null", "r") else {
      throw FormatError(.io, "the program of credential_process cannot be run")
    }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while output.count <= limit {
      let count = unsafe fread(&buffer, 1, buffer.count, stream)
      guard count > 0 else { break }
      output += buffer[..<count]
    }
    let status = unsafe pclose(stream)
    guard status == 0 else {
      throw FormatError(.io, "the program of credential_process '\(words[0])' failed (status \(status >> 8 & 0xFF))")
    }
    guard output.count <= limit else {
      throw FormatError(.limitExceeded, "the program of credential_process writes without end")
    }
    return output
  }

  /// The words of a command by the rules of a shell, as Python's `shlex.split` has them; `nil` where a quotation is open.
  static func words(of command: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var rest = Substring(command)
    while let character = rest.popFirst() {
      switch character {
      case " ", "\t", "\r", "\n":
        if let done = word { words.append(done) }
        word = nil
      case "\\":
        guard let next = rest.popFirst() else { return nil }
        word = (word ?? "") + String(next)
      case "'":
        guard let end = rest.firstIndex(of: "'") else { return nil }
        word = (word ?? "") + rest[..<end]
        rest = rest[rest.index(after: end)...]
      case "\"":
        guard let quoted = quotation(&rest) else { return nil }
        word = (word ?? "") + quoted
      default: word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return words
  }

  /// What stands within double quotation marks, of which the first has been read.
  private static func quotation(_ rest: inout Substring) -> String? {
    var text = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"": return text
      case "\\":
        guard let next = rest.popFirst() else { return nil }
        text += next == "\"" || next == "\\" ? String(next) : "\\" + String(next)
      default: text.append(character)
      }
    }
    return nil
  }
}
