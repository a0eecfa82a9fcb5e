import ArgumentParser
import ByteIO
import NumPyIO

struct ShowCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print an array as NumPy's str or repr, byte for byte.",
    discussion: """
      The options are those of np.printoptions.

      EXAMPLES
        npy show arr.npy
        npy show --repr --precision 3 'arr.npy[0,:5]'
      """)

  @Argument(help: "The array.") var address: String
  @OptionGroup(title: "Text") var reading: SourceOptions
  @Flag(help: "Print as repr does.") var repr = false
  @OptionGroup var options: PrintingOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let address = try Address(address)
    let options = try options.resolved()
    let style: PrintStyle = repr ? .repr : .str
    let opened = try OpenedFile(address.path, kind: reading.from)
    if case .pickle(let source) = opened {
      let value = try PickleInput.value(source, address, reading)
      guard let array = try PickleInput.array(value) else {
        guard address.slice == nil else {
          throw FormatError(
            .badArgument, "a \(value.typeName) has no slices", file: address.path, member: address.member)
        }
        try Console.print(value.repr(options: options))
        return
      }
      try Console.print(ArrayInput(address, memory: array).read().formatted(style, options: options))
      return
    }
    let input = try ArrayInput(address, opened, reading: reading)
    if let file = input.file, file.header.dtype.kind == .object, address.slice == nil {
      try Console.print(file.readObjects().formatted(style, options: options))
      return
    }
    try Console.print(input.read().formatted(style, options: options))
  }
}

/// NumPy's print options as options of a command.
struct PrintingOptions: ParsableArguments {
  @Option(help: "Digits behind the point.") var precision: Int?
  @Option(help: "From how many elements on an array is summarised.") var threshold: Int?
  @Option(help: "How many items stand at each end of a summary.") var edgeitems: Int?
  @Option(help: "The characters of a line.") var linewidth: Int?
  @Flag(help: "No exponents: numbers close to zero print as zero.") var suppress = false
  @Option(
    help: "fixed, unique, maxprec or maxprec_equal.",
    completion: .list(["fixed", "unique", "maxprec", "maxprec_equal"]))
  var floatmode: String?
  @Option(parsing: .unconditional, help: "Signs of positive numbers: '-' none, '+' a plus, ' ' a space.")
  var sign: String?
  @Option(parsing: .unconditional, help: "The text of a NaN.") var nanstr: String?
  @Option(parsing: .unconditional, help: "The text of an infinity.") var infstr: String?

  func resolved() throws -> PrintOptions {
    var result = PrintOptions()
    if let precision {
      guard precision >= 0 else { throw ValidationError("precision must be >= 0") }
      result.precision = precision
    }
    if let threshold { result.threshold = threshold }
    if let edgeitems { result.edgeItems = max(0, edgeitems) }
    if let linewidth { result.lineWidth = linewidth }
    result.suppress = suppress
    if let floatmode {
      guard let mode = PrintOptions.FloatMode(rawValue: floatmode) else {
        throw ValidationError("floatmode option must be one of \"fixed\", \"unique\", \"maxprec\", \"maxprec_equal\"")
      }
      result.floatMode = mode
    }
    if let sign {
      guard let known = PrintOptions.Sign(rawValue: sign) else {
        throw ValidationError("sign option must be one of ' ', '+', or '-'")
      }
      result.sign = known
    }
    if let nanstr { result.nanString = nanstr }
    if let infstr { result.infString = infstr }
    return result
  }
}
