import ArgumentParser
import ByteIO
import NumPyIO

struct CatCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "cat", _superCommandName: "npy",
    abstract: "Join arrays along an axis, as np.concatenate and np.stack.",
    discussion: """
      In bounded memory, however large the files. The dtype is that in which all fit, as NumPy's promotion has it; one
      that all have is kept, with the gaps of its fields, in the machine's byte order. The format of the output follows from its extension, or --to; without --output it is .npy on standard output.

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
    try reading.checkOrder(writing.order)
    let transforms = try writing.transforms()
    let options = try writing.saveOptions(format, encoding: reading.encoding)
    var operands: [Operand] = []
    let texts = ManyOperands.unfolding(addresses)
    try ManyOperands.checkStreams(texts)
    let others: Set<String> = format.isText ? ["--encoding"] : []
    try TextOptionUse.check(reading, ofAll: texts, leavingOut: others)
    for text in texts {
      let address = try Address(text)
      let document = try reading.document(
        address.path, isOneOfMany: texts.count > 1, to: output, leavingOut: others)
      operands.append(try Operand(address, document, keepsMask: format != .npy && format != .txt))
    }
    let values = try join(operands.map(\.array), hasText: operands.contains(where: \.isText))
    let mask = try Operand.masks(of: operands).map { try join($0, hasText: false) }
    try writing.output.write(to: output, reading.remote) { path in
      guard let mask, case .values(let array) = try values.read(), case .values(let hidden) = try mask.read() else {
        return try values.save(applying: transforms, to: path, options: options)
      }
      let document = Document(
        .value(.maskedArray(array, mask: hidden), protocolVersion: nil), path: values.name, options: OpenOptions())
      try document.save(to: path, applying: transforms, options: options)
    }
  }

  private func join(_ arrays: [LazyArray], hasText: Bool) throws(FormatError) -> LazyArray {
    do throws(FormatError) {
      return try stack ? LazyArray.stacked(arrays, axis: axis) : LazyArray.concatenated(arrays, axis: axis)
    } catch {
      guard hasText, error.code == .wrongShape || error.message.contains("shapes"), reading.ndmin == nil else {
        throw error
      }
      throw error.adding("--ndmin 2 makes a table of a text that has one line, or one column")
    }
  }

  /// An array that is joined with others, and its mask.
  private struct Operand {
    let array: LazyArray
    let isText: Bool
    private let mask: AnyNDArray?

    /// - Parameter keepsMask: Whether the output has masks.
    init(_ address: Address, _ document: Document, keepsMask: Bool) throws {
      if case .text = document.content { isText = true } else { isText = false }
      guard keepsMask else {
        (array, mask) = (try address.item(of: document).array, nil)
        return
      }
      let operand = try address.operand(in: document)
      (array, mask) = (operand.array, operand.masked?.mask)
    }

    /// The masks of all arrays; `nil` if none has one. What has none hides nothing.
    static func masks(of operands: [Operand]) throws -> [LazyArray]? {
      guard let known = operands.lazy.compactMap(\.mask).first else { return nil }
      var masks: [LazyArray] = []
      for operand in operands {
        let array = try operand.array.counted()
        let mask = try operand.mask ?? AnyNDArray(zeros: array.shape, dtype: known.dtype)
        masks.append(try LazyArray(.values(mask), name: array.name, spool: array.spool))
      }
      return masks
    }
  }
}
