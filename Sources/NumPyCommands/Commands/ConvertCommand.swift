import ArgumentParser
import ByteIO
import NumPyIO

struct ConvertCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Convert an array, or all of a file, to another format.",
    discussion: """
      The format of DST follows from its extension, or --to. A dash is standard input or output.

      EXAMPLES
        npy convert arr.npy big-endian.npy --astype '>i8'
        npy convert 'arr.npy[2:6,4]' corner.npy
        npy convert arr.npy flat.npy --reshape 100000,10
      """)

  @Argument(help: "What to convert.") var source: String
  @Argument(help: "The file to be written.", completion: .file()) var destination: String
  @Option(help: "What DST shall be, whatever its extension says: npy, npz, pkl, txt, csv or tsv.")
  var to: FileFormat?
  @OptionGroup(title: "Reading") var reading: SourceOptions
  @OptionGroup(title: "Writing text") var textOutput: TextOutputOptions
  @OptionGroup var array: ArrayOptions

  @OptionGroup var archive: ArchiveOptions
  @OptionGroup(title: "Pickles") var pickle: PickleOptions
  @Option(help: "The name of the array in an archive that is written.") var name: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let address = try Address(source)
    let format = try destinationFormat
    let transforms = try array.transforms()
    let options = try saveOptions(format)
    let document = try Document(opening: address.path, options: openOptions(for: address.path)).value()
    if case .text = document.content, try saveTable(document, address, format, transforms, options) { return }
    if address.slice == nil, let whole = try address.wholeDocument(document) {
      if name != nil, format == .npz, try !whole.isSingleArray {
        throw ValidationError("--name is for a single array, not for an archive or a dictionary of them")
      }
      return try whole.save(to: destination, applying: transforms, options: options)
    }
    let (name, selected) = try address.item(of: document)
    try save(selected, name, transforms, options)
  }

  private func save(
    _ array: LazyArray, _ name: String?, _ transforms: [ArrayTransform], _ options: SaveOptions
  ) throws {
    var options = options
    options.name = options.name ?? name
    try array.applying(transforms).save(to: destination, options: options)
  }

  /// The format that is written.
  private var destinationFormat: FileFormat {
    get throws {
      if let format = to ?? FileFormat(extensionOf: destination) { return format }
      throw ValidationError(
        destination == "-"
          ? "what shall standard output be? say --to npy, npz, pkl, txt, csv or tsv"
          : "the extension of '\(destination)' does not name a format: say --to npy, npz, pkl, txt, csv or tsv")
    }
  }

  private func saveOptions(_ format: FileFormat) throws -> SaveOptions {
    var options = SaveOptions(format: format)
    output.apply(to: &options)
    options.name = name
    (options.compression, options.layout) = try archive.resolved()
    options.text = try textOutput.saveOptions(encoding: format.isText ? reading.encoding : nil)
    options.usesDelimiterOfExtension = textOutput.outDelimiter == nil
    options.onWarning = { Console.warn($0) }
    try pickle.apply(to: &options)
    return options
  }

  private func openOptions(for path: String) throws -> OpenOptions {
    var options = try reading.openOptions(for: path)
    // Large arrays wait beside the file that they become: there is room for them.
    if !AtomicFile.isStream(destination) { options.scratchFolder = Folders.folder(of: destination) }
    return options
  }

  /// Saves a table whose records are unpacked, unless that gives an archive; refuses what cannot be written of one whose
  /// missing values are reported.
  ///
  /// - Returns: Whether the table was saved.
  private func saveTable(
    _ document: Document, _ address: Address, _ format: FileFormat, _ transforms: [ArrayTransform],
    _ options: SaveOptions
  ) throws -> Bool {
    if reading.text.gaps.usemask {
      guard reading.text.gaps.genfromtxt else { throw ValidationError("--usemask goes with --genfromtxt") }
      guard format == .pkl || format == .npz, transforms.isEmpty, address.isWhole, name == nil else {
        throw ValidationError("--usemask writes a masked array to a pickle, or its data and mask to an archive")
      }
    }
    guard reading.text.unpack, format != .npz || name != nil, address.isWhole else { return false }
    let table = try document.array()
    guard table.dtype.fields == nil else {
      throw ValidationError("records are unpacked into an archive, an array per field: say --to npz")
    }
    try save(table, nil, transforms, options)
    return true
  }
}
