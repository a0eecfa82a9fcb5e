import ArgumentParser
import ByteIO
import NumPyIO

struct PickleCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "pickle", _superCommandName: "npy",
    abstract: "List the operations of a pickle; nothing is run.",
    discussion: """
      The lines are those of Python's pickletools.dis, of each pickle in the file; FILE:#1 is the second. Files of
      PyTorch's and compressed pickles are opened. With --json the tree of values.

      EXAMPLES
        npy pickle data.pkl
        npy pickle model.pt
        npy pickle --json data.pkl
      """)

  @Argument(help: "The pickle.") var file: String
  @Flag(help: "Print the tree of values as JSON.") var json = false
  @OptionGroup var remote: RemoteInput
  @OptionGroup var common: CommonOptions

  func run() throws {
    let address = try Address(file)
    if json {
      return try Console.print(description(address).json.pretty())
    }
    let isPlain = address.member == nil || FileStatus(path: file) != nil
    guard address.slice == nil, isPlain || address.member?.first == "#" else {
      throw ValidationError("the operations of a whole pickle are listed: FILE, or FILE:#1 for the second in it")
    }
    let opened = try remote.source(isPlain ? file : address.path)
    let source = opened.isSeekable ? opened : try PeekableSource(opened, keeping: ForeignFile.prefixLength)
    try list(source, only: isPlain ? nil : Int(address.member?.dropFirst() ?? ""))
  }

  /// Lists the pickles that follow each other in a file.
  ///
  /// - Parameter only: The number of the one that is listed; `nil` for all.
  private func list(_ source: any ByteSource, only: Int?) throws(FormatError) {
    let sink = DescriptorSink.standardOutput()
    var (pickles, place) = try PickleCommand.pickles(of: source)
    var number = 0
    do throws(FormatError) {
      while true {
        let isWanted = only == nil || number == only
        if number > 0, only == nil { try sink.write("pickle #\(number), at byte \(place):\n") }
        place = try Pickle.list(pickles, at: place) { (line: String) throws(FormatError) in
          if isWanted { try sink.write(line + "\n") }
        }
        if number == only { break }
        guard try PickleCommand.anotherFollows(in: pickles, at: place) else { break }
        number += 1
      }
      guard only ?? 0 <= number else {
        throw FormatError(
          .notFound, "there is no pickle \(only ?? 0): the file holds \(number + 1)", file: source.name,
          member: "#\(only ?? 0)")
      }
    } catch {
      // What was listed before the fault is worth seeing.
      try sink.flush()
      throw error.explained(by: source, isOfPickle: true)
    }
    try sink.flush()
  }

  /// Whether a whole pickle follows another; of bytes that are none it is said how many there are.
  private static func anotherFollows(in source: any ByteSource, at place: Int) throws(FormatError) -> Bool {
    guard try !source.readBytes(at: place, upTo: 1).isEmpty else { return false }
    if source.isSeekable, (try? Pickle.list(source, at: place) { (_: String) throws(FormatError) in }) != nil {
      return true
    }
    let count = source.byteCount.map { "\($0 - place) bytes" } ?? "bytes"
    Console.warn("\(count) follow the pickle that are not listed")
    return false
  }

  /// The tree of values: of a pickle, or of the objects in a `.npy` file.
  private func description(_ address: Address) throws -> PickleDescription {
    let source = try remote.source(address.path)
    if source.isSeekable, case .npy? = try? FileKind(of: source) {
      let document = try Document(source, path: RemoteInput.name(address.path), options: OpenOptions(format: .npy))
      if let (value, path) = try document.objects(at: address.member ?? "") {
        return PickleDescription(try value.value(at: path), address)
      }
    }
    return try PickleDescription(remote.document(address.path, OpenOptions(format: .pkl)), address)
  }

  /// Where the pickles of a file lie, and where the first begins: behind the header of an array of objects.
  private static func pickles(of source: any ByteSource) throws(FormatError) -> (source: any ByteSource, start: Int) {
    // What holds nothing is no pickle either, and the listing says so.
    switch try? FileKind(of: source) {
    case nil: return (source, 0)
    case .pickle?, .npz?: return (try PickleFile.pickles(in: source), 0)
    case .npy?:
      let file = try NPYFile(source, allowingTruncation: true)
      if file.header.dtype.hasObjects { return (source, file.dataOffset) }
      throw FormatError(
        .wrongKind, "this is an array without objects, not a pickle: npy show prints it", file: source.name)
    case let kind?:
      throw FormatError(
        .wrongKind, "this is a file of format \(kind.rawValue), not a pickle: npy info tells what it holds",
        file: source.name)
    }
  }
}
