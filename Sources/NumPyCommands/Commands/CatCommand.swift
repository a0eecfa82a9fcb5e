import ArgumentParser
import ByteIO
import NumPyIO

struct CatCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "cat", _superCommandName: "npy",
    abstract: "Join arrays along an axis, as np.concatenate and np.stack.",
    discussion: """
      In bounded memory, however large the files. The dtype is that in which all fit, as NumPy's promotion has it. The
      format of the output follows from its extension, or --to; without --output it is .npy on standard output.

      EXAMPLES
        npy cat january.npy february.npy -o winter.npy
        npy cat --axis 1 left.npy 'right.npz:x[:,1:]' -o both.npy
        npy cat --stack frame-*.npy -o film.npy
        npy cat a.csv b.csv --to csv
      """)

  @Argument(help: "The arrays.") var addresses: [String]
  @Option(name: .shortAndLong, help: "The file to be written; a dash is standard output.", completion: .file())
  var output = "-"
  @Option(parsing: .unconditional, help: "The axis along which arrays follow each other; -1 is the last.") var axis = 0
  @Flag(help: "Stack arrays of one shape along a new axis.") var stack = false
  @OptionGroup(title: "Reading") var reading: SourceOptions
  @OptionGroup var writing: WritingOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let format = try writing.formatOfArray(to: output)
    try reading.checkOrder(writing.array)
    let transforms = try writing.array.transforms()
    let options = try writing.saveOptions(format, encoding: reading.encoding)
    var arrays: [LazyArray] = []
    var hasText = false
    let texts = ManyOperands.unfolding(addresses)
    for text in texts {
      let address = try Address(text)
      let document = try reading.document(
        address.path, isOneOfMany: texts.count > 1, to: output, leavingOut: format.isText ? ["--encoding"] : [])
      arrays.append(try address.item(of: document).array)
      if case .text = document.content { hasText = true }
    }
    let joined: LazyArray
    do throws(FormatError) {
      joined = try stack ? LazyArray.stacked(arrays, axis: axis) : LazyArray.concatenated(arrays, axis: axis)
    } catch {
      guard hasText, error.code == .wrongShape || error.message.contains("shapes"), reading.text.ndmin == nil else {
        throw error
      }
      throw error.adding("--ndmin 2 makes a table of a text that has one line, or one column")
    }
    try writing.output.remote.write(to: output, replacing: options.replacing, reading.remote) { path in
      try joined.applying(transforms).save(to: path, options: options)
    }
  }
}
