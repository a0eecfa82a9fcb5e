import ArgumentParser
import ByteIO
import NumPyIO
import ZipArchives

struct PackCommand: ParsableCommand {
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

  @Argument(help: "The archive.") var archive: String
  @Argument(help: "The arrays, each as ADDRESS or NAME=ADDRESS.") var arrays: [String] = []
  @OptionGroup var options: ArchiveOptions
  @OptionGroup var limits: LimitOptions
  @Flag(help: "Add to the archive instead of replacing it; until all is written it stays what it was.")
  var append = false

  func run() throws {
    var members: [(name: String, array: StoredArray)] = []
    for (place, text) in arrays.enumerated() {
      let (name, address) = PackCommand.split(text)
      let input = try ArrayInput(Address(address), limits: limits.resolved)
      members.append((name ?? PackCommand.name(of: input.address, place), try input.stored()))
    }
    for (_, array) in members { array.warnOfVersion() }
    let (compression, layout) = try options.resolved()
    if append, FileStatus(path: archive) != nil {
      try NPZArchive.append(members, to: archive, compression: compression, layout: layout)
    } else {
      try NPZArchive.save(members, to: archive, compression: compression, layout: layout)
    }
  }

  /// `NAME=ADDRESS`, unless a file of the whole name exists.
  static func split(_ text: String) -> (name: String?, address: String) {
    guard FileStatus(path: text) == nil, let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      return (nil, text)
    }
    return (String(text[..<sign]), String(text[text.index(after: sign)...]))
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
  @Option(help: "Compress: fast, default, best or zlib. --compress alone is default.")
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

struct UnpackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unpack",
    abstract: "Write the members of an archive as files.",
    discussion: """
      Names that would leave the folder are refused before anything is written.

      EXAMPLES
        npy unpack all.npz -C folder
      """)

  @Argument(help: "The archive.") var archive: String
  @Option(name: [.customShort("C"), .customLong("directory")], help: "The folder to write to.") var folder = "."
  @Flag(help: "Replace files that exist.") var force = false

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
      try AtomicFile.write(to: path, replacing: force) { (sink: any ByteSink) throws(FormatError) in
        try source.copy(member, from: bytes, to: sink)
      }
    }
  }
}
