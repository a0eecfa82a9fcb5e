import ArgumentParser
import ArrayBytes
import ByteIO
import NumPyIO

struct AppendCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "append", _superCommandName: "npy",
    abstract: "Append rows to a .npy file in place, without rewriting it.",
    discussion: """
      The rows join the array along its first axis; an array with one axis less is one row. Until all are on disk the
      file is what it was, also if the process is killed. Elements must fit the file's dtype without loss, or be
      converted by --astype. npy pack --append adds arrays to an archive.

      EXAMPLES
        npy append log.npy new.npy
        npy append log.npy 'day.npz:temperature[::10]' more.csv --astype f4
        produce | npy append --create log.npy - --from csv
      """)

  @Argument(help: "The .npy file.", completion: .file(extensions: ["npy"])) var file: String
  @Argument(help: "The arrays whose rows are appended.") var addresses: [String]
  @Flag(help: "Make the file if there is none.") var create = false
  @Flag(help: "Overwrite bytes that follow the array, such as an interrupted append leaves.")
  var discardTrailing = false
  @Option(
    parsing: .unconditional,
    help: "The dtype that elements become first: as of convert, also bfloat16, float8_e4m3fn, int4 and the like.")
  var astype: String?
  @OptionGroup(title: "Reading") var reading: SourceOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    guard file != "-", !AtomicFile.isStream(file) else {
      throw ValidationError("rows are appended to a file, not to a stream")
    }
    if RemoteInput.isRemote(file) {
      throw FormatError(.unsupported, Advice.unchanging, file: RemoteInput.name(file))
    }
    if !create, FileStatus(path: file) == nil {
      throw FormatError(.badArgument, "there is no such file; --create makes it", file: file)
    }
    try checkTarget()
    let transforms = try astype.map { [try ArrayTransform(astype: $0)] } ?? []
    let losses = CastLosses()
    var arrays: [LazyArray] = []
    let texts = ManyOperands.unfolding(addresses)
    try ManyOperands.checkStreams(texts)
    try TextOptionUse.check(reading, ofAll: texts)
    for text in texts {
      arrays.append(try reading.array(Address(text), isOneOfMany: texts.count > 1).applying(transforms, noting: losses))
    }
    var options = AppendOptions()
    options.creates = create
    options.discardsTrailingBytes = discardTrailing
    options.limits = reading.loadLimits
    do throws(FormatError) {
      try LazyArray.append(arrays, to: file, options: options)
      losses.tell { Console.warn($0) }
    } catch {
      guard error.code == .ambiguous, error.file == file else { throw error }
      var error = error
      error.message = error.message.replacing(
        "allow them to be discarded, or save the array anew", with: "--discard-trailing overwrites them")
      throw error
    }
  }

  /// Refuses a file of another kind, with what adds to such a file.
  private func checkTarget() throws(FormatError) {
    guard FileStatus(path: file)?.isRegular == true, let source = try? FileSource.openSource(path: file),
      let kind = try? FileKind(of: source), kind != .npy
    else { return }
    let advice =
      kind == .npz
      ? "this is an archive: 'npy pack --append' adds members to it"
      : "rows are appended to .npy files, and this is none: 'npy cat' joins arrays of any form in a new file"
    throw FormatError(.wrongKind, advice, file: file)
  }
}
