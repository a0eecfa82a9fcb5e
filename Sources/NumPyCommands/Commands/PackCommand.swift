import ArgumentParser
import ByteIO
import NumPyIO
import ZipArchives

struct PackCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Make an .npz archive of arrays, or extend one.",
    discussion: """
      An array is named by NAME=; without it by its file or member; standard input by arr_N.

      EXAMPLES
        npy pack all.npz a.npy b=other.npy
        npy pack --compress=best all.npz weights=model.npz:w
        npy pack --append all.npz c.npy
      """)

  @Argument(help: "The archive.", completion: .file()) var archive: String
  @Argument(help: "The arrays, each as ADDRESS or NAME=ADDRESS.") var arrays: [String] = []
  @OptionGroup var options: ArchiveOptions
  @OptionGroup var limits: LimitOptions
  @Flag(help: "Add to the archive instead of replacing it; until all is written it stays what it was.")
  var append = false
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if append, !output.replaces {
      throw ValidationError("--append changes an archive that exists, which --no-clobber forbids: choose one")
    }
  }

  func run() throws {
    var members: [(name: String, address: Address)] = []
    for (place, text) in ManyOperands.unfolding(arrays).enumerated() {
      let (given, address) = try PackCommand.split(text)
      members.append((given ?? PackCommand.name(of: address, place), address))
    }
    try NPZArchive.rejectDuplicateNames(among: members.map(\.name), archive)
    var saving = SaveOptions(format: .npz)
    (saving.compression, saving.layout) = try options.resolved()
    output.apply(to: &saving)
    saving.onWarning = { Console.warn($0) }
    let isThere = FileStatus(path: archive) != nil
    try ArchiveSink.write(to: archive, appending: append && isThere, saving) {
      (sink: ArchiveSink) throws(FormatError) in
      for (name, address) in members { try sink.add(name, address.open(limits.openOptions)) }
    }
  }

  /// `NAME=ADDRESS`, unless a file of the whole name exists.
  static func split(_ text: String) throws -> (name: String?, address: Address) {
    guard FileStatus(path: text) == nil, let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      return (nil, try Address(text))
    }
    return (String(text[..<sign]), try Address(String(text[text.index(after: sign)...])))
  }

  /// The member's name, or the file's without folder and extension.
  static func name(of address: Address, _ place: Int) -> String {
    if let member = address.member { return member.hasSuffix(".npy") ? String(member.dropLast(4)) : member }
    if address.path == "-" { return "arr_\(place)" }
    let file = address.path.split(separator: "/").last.map(String.init) ?? address.path
    guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
    return String(file[..<dot])
  }
}
