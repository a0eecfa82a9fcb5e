import ArgumentParser
import ByteIO
import NumPyIO

struct InfoCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "info", _superCommandName: "npy",
    abstract: "Tell what a file holds: format, dtype, shape, order, sizes, members.",
    discussion: """
      Reads headers only, so the cost does not depend on the size; but text, which has none, is read to its end.

      EXAMPLES
        npy info arr.npy
        npy info arr.npz:weights
        npy info --json *.npy | jq '.[].shape'
      """)

  @Argument(help: "The files, or members of archives.") var addresses: [String]
  @OptionGroup(title: "Reading") var reading: SourceOptions
  @Flag(help: "Print JSON: an object, or a list of objects for several addresses.") var json = false
  @OptionGroup var common: CommonOptions

  func run() throws {
    var objects: [JSONValue] = []
    var isFirst = true
    let reports = FileReports(ManyOperands.unfolding(addresses), reading, json: json)
    let isGood = try reports.forEach { result in
      switch result {
      case .success(let description) where json: objects.append(description.json)
      case .success(let description):
        try Console.write((isFirst ? "" : "\n") + description.text)
        isFirst = false
      case .failure(let failure): objects.append(failure.json)
      }
    }
    if json { try Console.print((objects.count == 1 ? objects[0] : .array(objects)).pretty()) }
    if !isGood { throw ExitCode(Failure.badData) }
  }
}
