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
  @Flag(help: "Leave out members that cannot be read, and say which; the exit code is 1 then.") var skipBad = false
  @OptionGroup var strictness: LenientOptions
  @OptionGroup var damage: RecoverOptions
  @OptionGroup var disk: DiskOptions
  @OptionGroup var remote: RemoteInput
  @OptionGroup var common: CommonOptions

  func run() throws {
    let source = try NPZArchive(remote.source(archive), limits: strictness.limits, recovering: damage.recover)
    var isGood = true
    /// Leaves a member out after an error, or ends.
    func skip(_ error: FormatError) throws(FormatError) {
      guard skipBad, error.code != .alreadyExists, error.code != .io else { throw error }
      isGood = false
      _ = try Failure.note(error, asJSON: false)
    }
    var members: [ZipMember] = []
    for member in source.zip.members where !member.isFolder {
      do throws(FormatError) {
        try check(member, of: source)
        members.append(member)
      } catch { try skip(error) }
    }
    for member in members {
      do throws(FormatError) { try write(member, of: source) } catch { try skip(error) }
    }
    // One wait for all of them.
    if disk.durable { SystemCall.synchronizeAll() }
    if !isGood { throw ExitCode(Failure.badData) }
  }

  /// Refuses a member whose name would lead elsewhere, before anything is written.
  private func check(_ member: ZipMember, of source: NPZArchive) throws(FormatError) {
    guard !member.isUnsafeAsPath else {
      throw FormatError(
        .malformed, "the name would leave the folder, or is no plain file name", file: archive, member: member.name,
        offset: member.headerOffset)
    }
    _ = try source.member(member.name)
    guard !member.isCut else {
      throw FormatError(
        .truncated, "the member is cut short: npy convert --recover saves the rows that are whole", file: archive,
        member: member.name)
    }
    try Folders.checkWay(to: member.name, in: folder, followingLinks: force)
  }

  private func write(_ member: ZipMember, of source: NPZArchive) throws(FormatError) {
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
}
