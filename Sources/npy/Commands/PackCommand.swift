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
    let isThere = FileStatus(path: archive) != nil
    try ArchiveOutput.write(
      to: archive, appending: append && isThere, replacing: output.replaces, options
    ) { output in
      for (name, address) in members {
        let input = try ArrayInput(address, limits: limits.resolved)
        if let stream = try input.largeStream() {
          try output.add(name, stream)
        } else {
          try output.add(name, input.stored())
        }
      }
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
    if let member = address.member { return NPZMemberName.short(member) }
    if address.path == "-" { return "arr_\(place)" }
    let file = address.path.split(separator: "/").last.map(String.init) ?? address.path
    guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
    return String(file[..<dot])
  }
}

/// How an archive is written.
struct ArchiveOptions: ParsableArguments {
  @Flag(help: "Lay the archive out as NumPy does, byte for byte: no alignment, no index, zlib level 6.")
  var numpyLayout = false
  @Option(
    help: "Compress: fast, default, best or zlib. --compress alone is default.",
    completion: .list(["fast", "default", "best", "zlib"]))
  var compress: String?

  func resolved() throws -> (NPZCompression, NPZLayout) {
    let layout: NPZLayout = numpyLayout ? .numpy : .aligned
    guard let compress else { return (.none, layout) }
    guard let compression = NPZCompression(rawValue: compress), compression != .none else {
      throw ValidationError("--compress takes fast, default, best or zlib, not '\(compress)'")
    }
    if numpyLayout, compression == .default { return (.zlib, layout) }
    return (compression, layout)
  }
}

/// The names of an archive's members.
enum NPZMemberName {
  /// The name as NumPy gives it: without `.npy`.
  static func short(_ name: String) -> String { name.hasSuffix(".npy") ? String(name.dropLast(4)) : name }
}

struct UnpackCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "unpack",
    abstract: "Write the members of an archive as files.",
    discussion: """
      Names that would leave the folder are refused before anything is written.

      EXAMPLES
        npy unpack all.npz -C folder
      """)

  @Argument(help: "The archive.", completion: .file()) var archive: String
  @Option(
    name: [.customShort("C"), .customLong("directory")], help: "The folder to write to.", completion: .directory)
  var folder = "."
  @Flag(help: "Replace files that exist.") var force = false
  @OptionGroup var common: CommonOptions

  func run() throws {
    let source = try NPZArchive(opening: archive)
    let members = source.zip.members.filter { !$0.isFolder }
    for member in members {
      guard !member.isUnsafeAsPath else {
        throw FormatError(
          .malformed, "the name would leave the folder, or is no plain file name", file: archive, member: member.name,
          offset: member.headerOffset)
      }
      _ = try source.member(member.name)
    }
    for member in members {
      let path = folder + "/" + member.name
      try Folders.make(for: path)
      let bytes = try source.contents(of: member)
      do throws(FormatError) {
        try AtomicFile.write(to: path, replacing: force) { (sink: any ByteSink) throws(FormatError) in
          try source.copy(member, from: bytes, to: sink)
        }
      } catch {
        guard error.code == .alreadyExists else { throw error }
        throw FormatError(.alreadyExists, "the file exists; --force replaces it", file: path)
      }
    }
  }
}
