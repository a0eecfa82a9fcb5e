import ArgumentParser
import ByteIO
import NumPyIO
import ZipArchives

struct UnpackCommand: NPYCommand, HasCommonOptions {
  static let configuration = CommandConfiguration(
    commandName: "unpack",
    abstract: "Write the members of an archive as files.",
    discussion: """
      Names that would leave the folder are refused before anything is written, and so are symbolic links in the
      folder that a member's file would be written through; with --force those that stay within the folder are followed.

      EXAMPLES
        npy unpack all.npz -C folder
      """)

  @Argument(help: "The archive.", completion: .file()) var archive: String
  @Option(
    name: [.customShort("C"), .customLong("directory")], help: "The folder to write to.", completion: .directory)
  var folder = "."
  @Flag(help: "Replace files that exist.") var force = false
  @OptionGroup var disk: DiskOptions
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
      try Folders.checkWay(to: member.name, in: folder, followingLinks: force)
    }
    for member in members {
      let path = folder + "/" + member.name
      // Once more: members make folders, and others may have changed them meanwhile.
      try Folders.checkWay(to: member.name, in: folder, followingLinks: force)
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
    // One wait for all of them.
    if disk.durable { SystemCall.synchronizeAll() }
  }
}
