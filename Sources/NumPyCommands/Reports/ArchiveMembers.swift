import ArgumentParser
import ByteIO
import NumPyIO
import ZipArchives

/// The arrays of a whole archive, of which some may be unreadable: these are reported, and the others go on.
struct ArchiveMembers {
  private let document: Document
  private let archive: NPZArchive

  init(_ document: Document, _ archive: NPZArchive) {
    self.document = document
    self.archive = archive
  }

  /// Calls `body` with each array and its name; members that are not arrays are left out.
  ///
  /// - Throws: `ExitCode` at the end if there was an error, and what ends the command.
  func forEach(_ body: (String, LazyArray) throws -> Void) throws {
    var isGood = true
    for member in archive.zip.members where !member.isFolder {
      let name = member.name.hasSuffix(".npy") ? String(member.name.dropLast(4)) : member.name
      do {
        if try archive.isArray(member) || member.name.hasSuffix(".npy") { try body(name, document.array(member.name)) }
      } catch let error as FormatError {
        isGood = false
        _ = try Failure.note(error.at(file: document.path, member: name), asJSON: false)
      }
    }
    if !isGood { throw ExitCode(Failure.badData) }
  }
}
