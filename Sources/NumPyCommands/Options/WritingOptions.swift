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
  @OptionGroup var array: ArrayOptions
  @OptionGroup var archive: ArchiveOptions
  @OptionGroup(title: "Pickles") var pickle: PickleOptions
  @Option(help: "The name of the array in an archive that is written.") var name: String?
  @OptionGroup var output: OutputOptions

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
    options.rawIsFortranOrder = array.order == .f
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

extension SourceOptions {
  /// - Throws: `ValidationError` if it is not clear which order is meant.
  func checkOrder(_ array: ArrayOptions) throws {
    guard from == .raw, array.order != nil, raw.rawOrder == nil else { return }
    throw ValidationError("--order is that of the result; say --raw-order for that of the raw file")
  }

  /// How a file is opened whose arrays go to another: large ones wait beside it, where there is room for them.
  func openOptions(for path: String, to destination: String) throws -> OpenOptions {
    var options = try openOptions(for: path)
    if !AtomicFile.isStream(StandardStreams.target(destination)), !RemoteInput.isRemote(destination) {
      options.scratchFolder = Folders.folder(of: destination)
    }
    return options
  }
}
