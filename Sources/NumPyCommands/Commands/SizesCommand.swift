import ArgumentParser
import ByteIO
import NumPyIO

struct SizesCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "sizes",
    abstract: "Save data in every format and compare size and time.",
    discussion: """
      npy, npz at each level of compression, pickles, text and gzip: the files are written to a temporary folder (in
      TMPDIR), loaded back, and removed. The ratio is to .npy. Times are medians of one to nine runs.

      EXAMPLES
        npy sizes arr.npy
        npy sizes --json model.npz:weights
      """)

  @Argument(help: "The arrays.") var addresses: [String]
  @OptionGroup(title: "Text") var reading: SourceOptions
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var common: CommonOptions

  func run() throws {
    var objects: [JSONValue] = []
    for (place, address) in ManyOperands.unfolding(addresses).enumerated() {
      let source = try Address(address)
      let array = try source.open(reading.openOptions(for: source.path)).read().requireValues()
      let comparison = try FormatComparison(array)
      if json {
        objects.append(.object([("file", .string(address))] + comparison.fields))
      } else {
        try Console.write((place > 0 ? "\n" : "") + Console.printable(address) + "\n" + comparison.text)
      }
    }
    if json { try Console.print((objects.count == 1 ? objects[0] : .array(objects)).pretty(depth: 3)) }
  }
}
