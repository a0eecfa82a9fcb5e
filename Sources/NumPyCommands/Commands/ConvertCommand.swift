import ArgumentParser
import ByteIO
import NumPyIO

struct ConvertCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "convert", _superCommandName: "npy",
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
  @Flag(help: "Leave out members of an archive that cannot be read, and say which; the exit code is 1 then.")
  var skipBad = false
  @OptionGroup(title: "Reading") var reading: SourceOptions
  @OptionGroup var writing: WritingOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let address = try Address(source)
    let format = try writing.format(of: destination)
    try reading.checkOrder(writing.order)
    let transforms = try writing.transforms()
    let options = try writing.saveOptions(format, encoding: reading.encoding)
    var opening = try reading.openOptions(for: address.path, to: destination)
    let skipped = UnreadableMembers()
    if skipBad { opening.onUnreadable = skipped.note }
    let opened = try reading.remote.document(address.path, opening)
    try TextOptionUse.check(reading, of: opened, leavingOut: format.isText ? ["--encoding"] : [])
    let document = try opened.value(naming: address.member)
    if skipBad {
      // Of a pickle arrays are left out, of which an archive is made.
      let isCollection: Bool
      if case .value = document.content {
        isCollection = format.isArchive
      } else {
        isCollection = document.archive != nil && (format.isArchive || format == .pkl)
      }
      guard isCollection, address.isWhole else {
        throw ValidationError("--skip-bad goes with the conversion of a whole archive to another, or to pkl")
      }
    }
    let mayHelp = document.archive?.count ?? 0 > 1 && address.isWhole && (format.isArchive || format == .pkl)
    do {
      try writing.output.write(to: destination, reading.remote) { path in
        try convert(document, address.exact(in: document), to: path, transforms, options)
      }
    } catch let error as FormatError where mayHelp && !skipBad && error.isOfOneMember {
      var error = error
      error.commandHint = error.commandHint ?? "--skip-bad leaves it out"
      throw error
    }
    if skipped.count > 0 { throw ExitCode(Failure.badData) }
  }

  private func convert(
    _ document: Document, _ address: Address, to destination: String, _ transforms: [ArrayTransform],
    _ options: SaveOptions
  ) throws {
    let format = try options.format(of: destination)
    if case .text = document.content, try saveTable(document, address, to: destination, transforms, options) { return }
    if address.slice == nil, let whole = try address.wholeDocument(document) {
      if writing.name != nil, format.isArchive, try !whole.isSingleArray {
        throw ValidationError("--name is for a single array, not for an archive or a dictionary of them")
      }
      return try whole.save(to: destination, applying: transforms, options: options)
    }
    if address.slice != nil, format != .npy, format != .txt,
      let masked = try address.masked(in: document.value(naming: address.member)),
      let part = try masked.applying([])
    {
      return try Document(.value(part, protocolVersion: nil), path: address.path, options: document.options).save(
        to: destination, applying: transforms, options: options)
    }
    let (name, selected) = try address.item(of: document)
    try save(selected, name, to: destination, transforms, options)
  }

  private func save(
    _ array: LazyArray, _ name: String?, to destination: String, _ transforms: [ArrayTransform],
    _ options: SaveOptions
  ) throws {
    var options = options
    options.name = options.name ?? name
    try array.save(applying: transforms, to: destination, options: options)
  }

  /// Saves a table whose records are unpacked, unless that gives an archive; refuses what cannot be written of one whose
  /// missing values are reported.
  ///
  /// - Returns: Whether the table was saved.
  private func saveTable(
    _ document: Document, _ address: Address, to destination: String, _ transforms: [ArrayTransform],
    _ options: SaveOptions
  ) throws -> Bool {
    let format = try options.format(of: destination)
    if reading.usemask {
      guard format == .pkl || format.isArchive, transforms.isEmpty, address.isWhole, writing.name == nil else {
        throw ValidationError("--usemask writes a masked array to a pickle, or its data and mask to an archive")
      }
    }
    guard reading.unpack, !format.isArchive || writing.name != nil, address.isWhole else { return false }
    let table = try document.unpacked(document.array())
    try save(table, nil, to: destination, transforms, options)
    return true
  }
}

extension FormatError {
  /// Whether it is a member that cannot be read, beside which others may be.
  fileprivate var isOfOneMember: Bool {
    member != nil && [.corrupt, .malformed, .truncated, .unsupported, .wrongKind].contains(code)
  }
}
