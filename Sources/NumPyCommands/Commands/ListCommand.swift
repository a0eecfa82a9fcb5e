import ArgumentParser
import ByteIO
import NumPyIO

struct ListCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "ls", _superCommandName: "npy",
    abstract: "List the arrays of files, one a line.",
    discussion: """
      EXAMPLES
        npy ls arr.npy model.npz
      """)

  @Argument(help: "The files.") var files: [String]
  @OptionGroup(title: "Reading") var reading: SourceOptions
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var common: CommonOptions

  func run() throws {
    var rows: [[String]] = []
    var objects: [JSONValue] = []
    let reports = FileReports(ManyOperands.unfolding(files), reading, json: json)
    let isGood = try reports.forEach { result in
      switch result {
      case .success(let description): if json { objects.append(description.json) } else { rows += description.rows }
      case .failure(let failure): objects.append(failure.json)
      }
    }
    if json {
      try Console.print((objects.count == 1 ? objects[0] : .array(objects)).pretty())
    } else {
      try Console.write(TextTable.aligned(rows))
    }
    if !isGood { throw ExitCode(Failure.badData) }
  }
}
