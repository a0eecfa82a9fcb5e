import ArgumentParser
import ByteIO
import NumPyIO

struct PickleCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "pickle", _superCommandName: "npy",
    abstract: "List the operations of a pickle; nothing is run.",
    discussion: """
      The lines are those of Python's pickletools.dis. With --json the tree of values.

      EXAMPLES
        npy pickle data.pkl
        npy pickle --json data.pkl
      """)

  @Argument(help: "The pickle.") var file: String
  @Flag(help: "Print the tree of values as JSON.") var json = false
  @OptionGroup var remote: RemoteInput
  @OptionGroup var common: CommonOptions

  func run() throws {
    let address = try Address(file)
    if json {
      return try Console.print(description(address).json.pretty())
    }
    let sink = DescriptorSink.standardOutput()
    let opened = try remote.source(file)
    let source = opened.isSeekable ? opened : try PeekableSource(opened, keeping: ForeignFile.prefixLength)
    let start = try PickleCommand.start(of: source)
    do throws(FormatError) {
      try Pickle.list(source, at: start) { (line: String) throws(FormatError) in try sink.write(line + "\n") }
    } catch {
      // What was listed before the fault is worth seeing.
      try sink.flush()
      throw error.explained(by: source)
    }
    try sink.flush()
  }

  /// The tree of values: of a pickle, or of the objects in a `.npy` file.
  private func description(_ address: Address) throws -> PickleDescription {
    let source = try remote.source(address.path)
    if source.isSeekable, case .npy? = try? FileKind(of: source) {
      let document = try Document(source, path: RemoteInput.name(address.path), options: OpenOptions(format: .npy))
      if let (value, path) = try document.objects(at: address.member ?? "") {
        return PickleDescription(try value.value(at: path), address)
      }
    }
    return try PickleDescription(remote.document(address.path, OpenOptions(format: .pkl)), address)
  }

  /// Where the pickle of a file begins: behind the header of an array of objects.
  private static func start(of source: any ByteSource) throws(FormatError) -> Int {
    // What holds nothing is no pickle either, and the listing says so.
    switch try? FileKind(of: source) {
    case nil, .pickle?: return 0
    case .npy?:
      let file = try NPYFile(source, allowingTruncation: true)
      if file.header.dtype.hasObjects { return file.dataOffset }
      throw FormatError(
        .wrongKind, "this is an array without objects, not a pickle: npy show prints it", file: source.name)
    case let kind?:
      let advice = kind == .npz ? "; --json prints the values of one of PyTorch's" : ": npy info tells what it holds"
      throw FormatError(
        .wrongKind, "this is a file of format \(kind.rawValue), not a pickle\(advice)", file: source.name)
    }
  }
}
