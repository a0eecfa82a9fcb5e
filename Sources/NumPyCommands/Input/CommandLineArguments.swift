import ArgumentParser

/// Spellings that the argument parser does not know, put into those that it does.
enum CommandLineArguments {
  /// - `--name=` with nothing behind it: an empty value. The parser would take the next argument for the value.
  /// - `--compress` without a value: `--compress=default`.
  /// - `-:MEMBER` and `-[SLICE]`, parts of standard input, which the parser would take for options: marked.
  ///
  /// Behind `--` everything is an address.
  ///
  /// - Throws: `ValidationError` for a level of compression that is a word of its own after `--compress`.
  static func expanded(_ arguments: [String]) throws -> [String] {
    var result: [String] = []
    var isValue = false
    for (index, argument) in arguments.enumerated() {
      if isValue {
        // The value of an option whose values may look like options themselves.
        result.append(argument)
        isValue = false
      } else if argument == "--" {
        return result + arguments[index...]
      } else if argument.hasPrefix("-:") || argument.hasPrefix("-[") {
        result.append(Address.standardInputMark + argument)
      } else if argument == "--compress" {
        // `pack --compress best all.npz a.npy` would make an archive named best.
        let next = index + 1 < arguments.count ? arguments[index + 1] : ""
        if levels.contains(next) {
          throw ValidationError("write --compress=\(next); for a file of the name '\(next)', write ./\(next)")
        }
        result.append("--compress=default")
      } else if argument.hasPrefix("--"), argument.hasSuffix("="), argument.count > 3,
        argument.firstIndex(of: "=") == argument.index(before: argument.endIndex)
      {
        result += [String(argument.dropLast()), ""]
      } else {
        result.append(argument)
        isValue = freeValues.contains(argument)
      }
    }
    return result
  }

  /// The values of `--compress`.
  static let levels = ["fast", "default", "best", "zlib"]

  /// The options whose value may be any text at all.
  private static let freeValues: Set<String> = [
    "--comment-prefix", "--comments", "--date-format", "--decimal", "--defaultfmt", "--deletechars", "--delimiter",
    "--filling-values", "--fmt",
    "--footer", "--header", "--http-header", "--infstr", "--missing-values", "--nanstr", "--newline", "--out-delimiter",
    "--prefix",
    "--quotechar", "--replace-space", "--separator", "--sign", "--skip-to", "--suffix", "--thousands",
  ]
}
