import ArgumentParser
import NumPyIO

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

  /// Whether any of them is given.
  var isGiven: Bool {
    suppress || [precision, threshold, edgeitems, linewidth].contains { $0 != nil }
      || [floatmode, sign, nanstr, infstr].contains { $0 != nil }
  }

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
