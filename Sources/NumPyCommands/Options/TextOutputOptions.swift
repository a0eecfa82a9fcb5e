import ArgumentParser
import ByteIO
import NumPyIO

/// How text is written: the parameters of `np.savetxt` under their names.
struct TextOutputOptions: ParsableArguments {
  @Option(parsing: .unconditionalSingleValue, help: "How values are written, as %d; several times for one per column.")
  var fmt: [String] = []
  @Flag(help: "Write CSV: the names of fields first, values as Python's str, in quotes where they need them.")
  var csv = false
  @Flag(help: "Take even a single --fmt as a list with an entry per column.") var fmtList = false
  @Option(parsing: .unconditional, help: "What separates columns; left out: a space, a comma for .csv, a tab for .tsv.")
  var outDelimiter: String?
  @Option(parsing: .unconditional, help: "What ends lines.") var newline: String?
  @Option(parsing: .unconditional, help: "Text above the data.") var header: String?
  @Option(parsing: .unconditional, help: "Text below the data.") var footer: String?
  @Option(parsing: .unconditional, help: "What stands before each line of header and footer.")
  var commentPrefix: String?

  /// The options that were given.
  var given: [String] {
    [
      ("--csv", csv), ("--fmt", !fmt.isEmpty), ("--fmt-list", fmtList), ("--out-delimiter", outDelimiter != nil),
      ("--newline", newline != nil), ("--header", header != nil), ("--footer", footer != nil),
      ("--comment-prefix", commentPrefix != nil),
    ].filter(\.1).map(\.0)
  }

  func validate() throws {
    if fmtList, fmt.isEmpty { throw ValidationError("--fmt-list goes with --fmt") }
    if commentPrefix != nil, header == nil, footer == nil {
      throw ValidationError("--comment-prefix goes with --header or --footer")
    }
  }

  /// The options of the library, but for a delimiter that the file's extension implies.
  func saveOptions(encoding: String?) throws -> SaveTextOptions {
    var options = SaveTextOptions()
    // The default would round integers of more than 53 bits.
    options.keepsDigits = fmt.isEmpty
    if csv {
      options.format = "%s"
      options.delimiter = ","
      options.writesNames = true
      options.quoteCharacter = "\""
    }
    if fmtList || fmt.count > 1 {
      options.format = .columns(fmt.map(Escapes.resolve))
    } else if let single = fmt.first {
      options.format = .single(Escapes.resolve(single))
    }
    if let outDelimiter { options.delimiter = Escapes.resolve(outDelimiter) }
    if let newline { options.newline = Escapes.resolve(newline) }
    if let header { options.header = Escapes.resolve(header) }
    if let footer { options.footer = Escapes.resolve(footer) }
    if let commentPrefix { options.commentPrefix = Escapes.resolve(commentPrefix) }
    if let encoding { options.encoding = try TextEncoding(named: encoding) }
    return options
  }
}

/// Escapes in the values of options, for what is awkward to type in a shell.
enum Escapes {
  /// The text with `\t`, `\n`, `\r` and `\\` replaced by their characters; other backslashes stay.
  static func resolve(_ text: String) -> String {
    guard text.contains("\\") else { return text }
    var result = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      guard character == "\\", let next = rest.first else {
        result.append(character)
        continue
      }
      switch next {
      case "t": result.append("\t")
      case "n": result.append("\n")
      case "r": result.append("\r")
      case "\\": result.append("\\")
      default:
        result.append(character)
        continue
      }
      rest.removeFirst()
    }
    return result
  }
}
