import ArgumentParser
import ByteIO
import NumPyIO

struct SizesCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "sizes", _superCommandName: "npy",
    abstract: "Save data in every format and compare size and time.",
    discussion: """
      npy, npz at each level of compression, pickles, text and gzip: the files are written to a temporary folder (in
      TMPDIR), loaded back, and removed. The ratio is to .npy. Times are medians of one to nine runs.

      EXAMPLES
        npy sizes arr.npy
        npy sizes --json model.npz:weights
      """)

  @Argument(help: "The arrays; of an archive all of its own.") var addresses: [String]
  @OptionGroup(title: "Text") var reading: SourceOptions
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var common: CommonOptions

  func run() throws {
    var objects: [JSONValue] = []
    var isFirst = true
    func compare(_ name: String, _ array: LazyArray) throws {
      let comparison = try FormatComparison(array.read().requireValues())
      if json {
        objects.append(.object([("file", .string(name))] + comparison.fields))
      } else {
        try Console.write((isFirst ? "" : "\n") + Console.printable(name) + "\n" + comparison.text)
      }
      isFirst = false
    }
    var code: ExitCode?
    let texts = ManyOperands.unfolding(addresses)
    try TextOptionUse.check(reading, ofAll: texts)
    for address in texts {
      let source = try Address(address)
      let document = try reading.document(source.path, isOneOfMany: texts.count > 1)
      guard let collection = try source.collection(in: document) else {
        do { try compare(source.text, source.item(of: document).array) } catch let error as FormatError {
          throw error.at(file: source.path, member: source.member)
        }
        try document.warnOfRestOfStream()
        continue
      }
      do {
        try ArchiveMembers(collection.document, collection.contents).forEach { name, array in
          try compare(source.text + ":" + name, array)
        }
      } catch let exit as ExitCode { code = exit }
    }
    if json { try Console.print((objects.count == 1 ? objects[0] : .array(objects)).pretty(depth: 3)) }
    if let code { throw code }
  }
}
