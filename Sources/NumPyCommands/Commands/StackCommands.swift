import ArgumentParser
import ByteIO
import NumPyIO

/// Where a stack is written.
struct StackOutput: ParsableArguments {
  @Flag(
    name: [.customShort("n"), .long], help: "Fail if the folder holds a file of that name, instead of replacing it.")
  var noClobber = false
  @OptionGroup var disk: DiskOptions

  /// Writes parts into a folder, which is made if need be.
  func write(_ parts: [LazyArray], to folder: String, axis: Int) throws(FormatError) {
    try Folders.make(folder)
    try ArrayStack.write(
      parts, to: folder, axis: axis, replacing: !noClobber, durability: disk.durability, onWarning: { Console.warn($0) }
    )
  }
}

struct SplitCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "split", _superCommandName: "npy",
    abstract: "Cut an array into a folder of .npy files: Dask's npy stack.",
    discussion: """
      The files 0.npy, 1.npy and so on, and info, which is written last: dask.array.from_npy_stack reads them, and npy join.
      In bounded memory. Other files in the folder stay.

      EXAMPLES
        npy split big.npy parts --length 1000
        npy split 'run.npz:x[::2]' parts --parts 8 --axis 1
      """)

  @Argument(help: "The array.") var address: String
  @Argument(help: "The folder.", completion: .directory) var folder: String
  @Option(help: "How many places of the axis a file has; the last may have fewer.") var length: Int?
  @Option(
    help:
      "Into how many files the array is cut, as equal as they can be; without --length and --parts, of some 64 MiB each."
  )
  var parts: Int?
  @Option(parsing: .unconditional, help: "The axis along which the array is cut; -1 is the last.") var axis = 0
  @OptionGroup(title: "Reading") var reading: SourceOptions
  @OptionGroup var output: StackOutput
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if length != nil, parts != nil { throw ValidationError("--length and --parts say the same: choose one") }
    if let length, length < 1 { throw ValidationError("--length takes a number from 1 on, not \(length)") }
    if let parts, parts < 1 { throw ValidationError("--parts takes a number from 1 on, not \(parts)") }
  }

  func run() throws {
    let array = try reading.array(Address(address)).addressable()
    let shape = array.shape
    guard !shape.isEmpty else { throw ValidationError("a 0-d array has no axis to be cut along") }
    let place = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(place) else {
      throw ValidationError("axis \(axis) is out of bounds for array of dimension \(shape.count)")
    }
    let before = [AxisSelection](repeating: .slice(start: nil, stop: nil, step: 1), count: place)
    let pieces = try cuts(of: array, place).map { part in
      try array.applying(.slice(before + [.slice(start: part.lowerBound, stop: part.upperBound, step: 1)]))
    }
    try output.write(pieces, to: folder, axis: place)
  }

  /// The places of each part along the axis. An array without any is one part.
  private func cuts(of array: LazyArray, _ place: Int) throws -> [Range<Int>] {
    let total = array.shape[place]
    if let parts {
      guard parts <= max(1, total) else {
        throw ValidationError("\(total) places along the axis do not make \(parts) parts")
      }
      // As np.array_split: the first are longer by one.
      let (length, longer) = total.quotientAndRemainder(dividingBy: parts)
      return (0..<parts).map { part in
        let start = part * length + min(part, longer)
        return start..<(start + length + (part < longer ? 1 : 0))
      }
    }
    let row = array.shape.enumerated().reduce(array.dtype.itemSize) { $1.offset == place ? $0 : $0 * $1.element }
    let step = min(length ?? max(1, (64 << 20) / max(1, row)), max(1, total))
    return stride(from: 0, to: max(1, total), by: step).map { $0..<min($0 + step, total) }
  }
}

struct JoinCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "join", _superCommandName: "npy",
    abstract: "Make one array of a folder of .npy files: Dask's npy stack.",
    discussion: """
      Reads what npy split, npy stack and dask.array.to_npy_stack write; the pickle info is read as data, nothing in it is
      run. A folder without info was not completed, and is refused. npy cat joins files that are no stack.

      EXAMPLES
        npy join parts -o big.npy
        npy join parts -o big.npz --compress
      """)

  @Argument(help: "The folder.", completion: .directory) var folder: String
  @Option(name: .shortAndLong, help: "The file to be written; a dash is standard output.", completion: .file())
  var output = "-"
  @Option(help: LimitOptions.headerHelp) var maxHeaderSize: Int?
  @OptionGroup var limits: LimitOptions
  @OptionGroup var writing: WritingOptions
  @OptionGroup var remote: RemoteInput
  @OptionGroup var common: CommonOptions

  func run() throws {
    let format = try writing.formatOfArray(to: output)
    var options = limits.openOptions(maxHeaderSize: maxHeaderSize)
    options.format = .npy
    let saving = try writing.saveOptions(format, encoding: nil)
    try writing.output.write(to: output, remote) { path in
      if !AtomicFile.isStream(path) { options.scratchFolder = Folders.folder(of: path) }
      let array = try ArrayStack(opening: folder).array(options: options)
      try array.save(applying: writing.transforms(), to: path, options: saving)
    }
  }
}

struct StackCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "stack", _superCommandName: "npy",
    abstract: "Make a folder of .npy files, Dask's npy stack, of arrays that follow each other.",
    discussion: """
      Each array becomes a part, and all are one array along the axis for dask.array.from_npy_stack and npy join. npy cat
      joins them into one file; npy split cuts one array.

      EXAMPLES
        npy stack parts january.npy february.npy
        npy stack parts --axis 1 left.npy 'right.npz:x[:,1:]'
      """)

  @Argument(help: "The folder.", completion: .directory) var folder: String
  @Argument(help: "The arrays.") var addresses: [String]
  @Option(parsing: .unconditional, help: "The axis along which the arrays follow each other; -1 is the last.")
  var axis = 0
  @OptionGroup(title: "Reading") var reading: SourceOptions
  @OptionGroup var output: StackOutput
  @OptionGroup var common: CommonOptions

  func run() throws {
    var arrays: [LazyArray] = []
    let texts = ManyOperands.unfolding(addresses)
    try ManyOperands.checkStreams(texts)
    try TextOptionUse.check(reading, ofAll: texts)
    for text in texts {
      arrays.append(try reading.array(Address(text), isOneOfMany: texts.count > 1).counted())
    }
    try output.write(arrays, to: folder, axis: axis)
  }
}
