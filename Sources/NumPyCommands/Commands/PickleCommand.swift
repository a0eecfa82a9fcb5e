import ArgumentParser
import ByteIO
import NumPyIO

struct PickleCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "pickle",
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
      let document = try remote.document(address.path, OpenOptions(format: .pkl))
      try Console.print(PickleDescription(document, address).json.pretty())
      return
    }
    let sink = DescriptorSink.standardOutput()
    let opened = try remote.source(file)
    let source = opened.isSeekable ? opened : try PeekableSource(opened, keeping: ForeignFile.prefixLength)
    do throws(FormatError) {
      try Pickle.list(source) { (line: String) throws(FormatError) in try sink.write(line + "\n") }
    } catch {
      // What was listed before the fault is worth seeing.
      try sink.flush()
      throw error.explained(by: source)
    }
    try sink.flush()
  }
}
