import ArgumentParser
import ByteIO
import NumPyIO

/// How an array is written, in whatever format.
struct WritingOptions: ParsableArguments {
  @Option(
    help: "What the output shall be, whatever its extension says: \(FileFormat.writtenList).",
    completion: .list(FileFormat.written.map(\.rawValue)))
  var to: FileFormat?
  @OptionGroup(title: "Writing text") var text: TextOutputOptions
  @Option(parsing: .unconditional, help: "The new shape, as 100000,10; -1 once for what is left.")
  var reshape: String?
  @Option(
    parsing: .unconditional,
    help: "The new dtype: anything that np.dtype takes as a string, and bfloat16, float8_e4m3fn, int4 and the like.")
  var astype: String?
  @Option(
    help:
      "C or F: which axis runs fastest in the result. Text, JSON and models' files have one order, and stay the same.")
  var order: MemoryOrder?
  @OptionGroup var archive: ArchiveOptions
  @OptionGroup(title: "Pickles") var pickle: PickleOptions
  @Option(help: "The name of the array in an archive that is written.") var name: String?
  @OptionGroup var output: OutputOptions

  /// The transforms of the library, in the order in which they are applied.
  func transforms() throws -> [ArrayTransform] {
    var transforms: [ArrayTransform] = []
    if let reshape { transforms.append(.reshape(try Dimensions.parsed(reshape))) }
    if let astype { transforms.append(try ArrayTransform(astype: astype)) }
    if let order { transforms.append(.order(fortran: order == .f)) }
    return transforms
  }

  /// The format that is written.
  func format(of destination: String) throws -> FileFormat {
    if let format = to ?? FileFormat(extensionOf: RemoteInput.name(destination)) { return format }
    throw ValidationError(
      destination == "-"
        ? "what shall standard output be? say --to \(FileFormat.writtenList)"
        : "the extension of '\(RemoteInput.name(destination))' does not name a format: say --to \(FileFormat.writtenList)"
    )
  }

  /// The format of an array that goes to a file, or to standard output unless that is a terminal.
  func formatOfArray(to output: String) throws -> FileFormat {
    let format = output == "-" ? to ?? .npy : try format(of: output)
    if output == "-", Console.outputIsTerminal, !format.isText {
      throw ValidationError("an array is not for a terminal: say -o FILE, or --to csv")
    }
    return format
  }

  /// The options of the library.
  ///
  /// - Parameter encoding: The encoding of text.
  func saveOptions(_ format: FileFormat, encoding: String?) throws -> SaveOptions {
    try checkUse(format)
    var options = SaveOptions(format: format)
    output.apply(to: &options)
    options.name = name
    (options.compression, options.layout) = try archive.resolved()
    options.text = try text.saveOptions(encoding: format.isText ? encoding : nil)
    options.rawIsFortranOrder = order == .f
    options.usesDelimiterOfExtension = text.outDelimiter == nil && !(text.csv && format == .txt)
    options.onWarning = { Console.warn($0) }
    try pickle.apply(to: &options)
    return options
  }

  /// Refuses options for another format than the one that is written.
  private func checkUse(_ format: FileFormat) throws {
    let uses: [(name: String, isGiven: Bool, formats: [FileFormat])] =
      text.given.map { ($0, true, [.txt, .csv, .tsv]) } + [
        ("--compress", archive.compress != nil, [.npz]), ("--numpy-layout", archive.numpyLayout, [.npz]),
        ("--name", name != nil, [.npz, .safetensors, .pt]), ("--protocol", pickle.protocolVersion != nil, [.pkl]),
        ("--numpy-modules", pickle.numpyModules != nil, [.pkl]),
      ]
    for use in uses where use.isGiven && !use.formats.contains(format) {
      let what = use.formats[0].isText ? "text" : ".\(use.formats[0].rawValue)"
      throw ValidationError("\(use.name) is for \(what) that is written, not for .\(format.rawValue)")
    }
  }
}

extension ArrayTransform {
  /// What `--astype` asks for: a dtype of NumPy's, or a format of ml_dtypes by its name.
  ///
  /// - Throws: ``FormatError`` with code `badArgument` for what is neither.
  init(astype text: String) throws(FormatError) {
    if let format = ElementFormat(rawValue: text) {
      self = .encode(format)
      return
    }
    do throws(ArrayError) { self = .cast(try DType(parsing: text)) } catch {
      throw FormatError(.badArgument, error.message)
    }
  }
}

/// A shape as people write it.
enum Dimensions {
  /// - Throws: `ValidationError` for what is none.
  static func parsed(_ text: String) throws -> [Int] {
    let dimensions = text.split(separator: ",", omittingEmptySubsequences: true).map { Int($0.filter { $0 != " " }) }
    guard dimensions.allSatisfy({ $0 != nil }) else {
      throw ValidationError("'\(text)' is not a shape: write integers with commas, as 100000,10")
    }
    return dimensions.compactMap { $0 }
  }
}
