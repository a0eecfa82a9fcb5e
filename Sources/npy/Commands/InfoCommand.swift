import ArgumentParser
import ByteIO
import NumPyIO

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Tell what a file holds: format, dtype, shape, order, sizes.",
    discussion: """
      Reads headers only, so the cost does not depend on the size.

      EXAMPLES
        npy info arr.npy
        npy info --json *.npy | jq '.[].shape'
      """)

  @Argument(help: "The files, or members of archives.") var addresses: [String]
  @Flag(help: "Print JSON: an object, or a list of objects for several addresses.") var json = false

  func run() throws {
    var objects: [JSONValue] = []
    for (place, text) in addresses.enumerated() {
      let description = try ArrayDescription(ArrayInput(text))
      if json {
        objects.append(description.json)
      } else {
        try Console.write((place > 0 ? "\n" : "") + description.text)
      }
    }
    if json { try Console.print((objects.count == 1 ? objects[0] : .array(objects)).pretty()) }
  }
}

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "List the arrays of files, one a line.",
    discussion: """
      EXAMPLES
        npy ls arr.npy model.npz
      """)

  @Argument(help: "The files.") var files: [String]
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    var rows: [[String]] = []
    var objects: [JSONValue] = []
    for file in files {
      let description = try ArrayDescription(ArrayInput(file))
      objects.append(description.json)
      rows.append([description.printableName, description.shapeText, description.dtypeText, description.sizeText])
    }
    if json {
      try Console.print(JSONValue.array(objects).pretty())
    } else {
      try Console.write(TextTable.aligned(rows))
    }
  }
}
