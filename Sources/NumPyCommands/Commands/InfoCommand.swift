import ArgumentParser
import ByteIO
import NumPyIO

struct InfoCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Tell what a file holds: format, dtype, shape, order, sizes, members.",
    discussion: """
      Reads headers only, so the cost does not depend on the size.

      EXAMPLES
        npy info arr.npy
        npy info arr.npz:weights
        npy info --json *.npy | jq '.[].shape'
      """)

  @Argument(help: "The files, or members of archives.") var addresses: [String]
  @OptionGroup var limits: LimitOptions
  @Flag(help: "Print JSON: an object, or a list of objects for several addresses.") var json = false
  @OptionGroup var common: CommonOptions

  func run() throws {
    var objects: [JSONValue] = []
    for (place, text) in ManyOperands.unfolding(addresses).enumerated() {
      let description = try FileDescription(text, limits.openOptions)
      if json {
        objects.append(description.json)
      } else {
        try Console.write((place > 0 ? "\n" : "") + description.text)
      }
    }
    if json { try Console.print((objects.count == 1 ? objects[0] : .array(objects)).pretty()) }
  }
}
