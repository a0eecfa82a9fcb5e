import ArgumentParser
import ByteIO
import NumPyIO

struct DemoCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "demo", _superCommandName: "npy",
    abstract: "The whole tour: make a million random integers, save them in every way, load them back, compare.",
    discussion: """
      Every step is printed as the Swift code, or the command, that does it, and its result. With --seed N the numbers
      are those of np.random.seed(N), and the files are those of Python with NumPy, byte for byte: arr.pkl, arr-txt.tsv,
      arr.npy, arr.npz and arr-compress.npz. What NumPy lacks follows after them.

      EXAMPLES
        npy demo
        npy demo -C folder --seed 0
      """)

  @Option(
    name: [.customShort("C"), .customLong("directory")], help: "Where to write the files; they stay there.",
    completion: .directory)
  var folder: String?
  @Option(help: "The seed of the random numbers.") var seed: UInt32 = 0
  @OptionGroup var common: CommonOptions

  func run() throws {
    let target: String
    if let folder { target = folder } else { target = try Folders.temporary() }
    try Folders.make(target)
    defer { if folder == nil { Folders.remove(target) } }
    try Demo(directory: target, seed: seed).run()
  }
}
