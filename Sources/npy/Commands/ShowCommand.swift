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
  @OptionGroup var bare: BareTextOptions
  @OptionGroup var options: PrintingOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let address = try Address(address)
    let options = try options.resolved()
    let opened = try OpenedFile(address.path, kind: reading.from, limits: reading.limits.resolved)
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
      return try show(ArrayInput(address, memory: array).stored(), options)
    }
    if try showRows(opened, address, options) { return }
    let input = try ArrayInput(address, opened, reading: reading)
    try show(input.stored(options: PickleInput.options(reading)), options)
  }

  /// Shows a table of text of which only the ends are printed, without holding it; returns whether it was one.
  private func showRows(_ opened: OpenedFile, _ address: Address, _ options: PrintOptions) throws -> Bool {
    guard case .text(let source, let kind) = opened, address.isWhole, var edges = EdgeRows(options),
      let rows = try TextRows(source, kind, reading)
    else { return false }
    if let short = rows.short {
      try show(.values(short), options)
      return true
    }
    try rows.forEachBlock { (block: AnyNDArray) throws(FormatError) in
      try FormatError.wrapping(.badArgument, file: address.path) { () throws(ArrayError) in try edges.add(block) }
    }
    var (array, shape) = try edges.result()
    if rows.isTransposed { (array, shape) = (array.transposed(), shape?.reversed()) }
    guard let shape else {
      try show(.values(array), options)
      return true
    }
    let text =
      bare.text(of: .values(array), options: options, isPart: true)
      ?? array.summary(repr ? .repr : .str, ofShape: shape, options: options)
    try Console.print(text)
    return true
  }

  private func show(_ array: StoredArray, _ options: PrintOptions) throws {
    if let text = bare.text(of: array, options: options) { return try Console.print(text) }
    try Console.print(array.formatted(repr ? .repr : .str, options: options))
  }
}

/// The elements in brackets and nothing else: the parameters of `np.array2string`.
struct BareTextOptions: ParsableArguments {
  @Flag(help: "Print as np.array2string: the elements in brackets, for a text that goes around them.")
  var array2string = false
  @Option(parsing: .unconditional, help: "With --array2string: what stands between elements.") var separator = " "
  @Option(parsing: .unconditional, help: "With --array2string: lines are indented by the length of this text.")
  var prefix = ""
  @Option(parsing: .unconditional, help: "With --array2string: lines are shorter by the length of this text.")
  var suffix = ""

  func validate() throws {
    if !array2string, separator != " " || !prefix.isEmpty || !suffix.isEmpty {
      throw ValidationError("--separator, --prefix and --suffix go with --array2string")
    }
  }

  /// The text; `nil` if it was not asked for.
  ///
  /// - Parameter isPart: Whether the array is the ends of a larger one that is summarised.
  func text(of array: StoredArray, options: PrintOptions, isPart: Bool = false) -> String? {
    guard array2string else { return nil }
    var options = options
    if isPart { options.threshold = 0 }
    return array.elementText(
      separator: Escapes.resolve(separator), prefix: Escapes.resolve(prefix), suffix: Escapes.resolve(suffix),
      options: options)
  }
}

/// NumPy's print options as options of a command.
struct PrintingOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Digits behind the point.") var precision: Int?
  @Option(parsing: .unconditional, help: "From how many elements on an array is summarised.") var threshold: Int?
  @Option(parsing: .unconditional, help: "How many items stand at each end of a summary.") var edgeitems: Int?
  @Option(parsing: .unconditional, help: "The characters of a line.") var linewidth: Int?
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
