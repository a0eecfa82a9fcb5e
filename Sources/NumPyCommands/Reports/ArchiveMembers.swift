import ArgumentParser
import ByteIO
import NumPyIO

/// The arrays of a whole archive, of which some may be unreadable: these are reported, and the others go on.
struct ArchiveMembers {
  private let document: Document
  private let archive: ArchiveContents

  init(_ document: Document, _ archive: ArchiveContents) {
    self.document = document
    self.archive = archive
  }

  /// Calls `body` with each array and its name; members that are not arrays are left out.
  ///
  /// - Parameter onError: Called with the name of a member that failed and what JSON tells of that.
  /// - Throws: `ExitCode` at the end if there was an error, and what ends the command.
  func forEach(
    onError: ((String, JSONValue) -> Void)? = nil, _ body: (String, LazyArray) throws -> Void
  ) throws {
    // Of several members of one name none can be told, and this is said once.
    var failed: Set<String> = []
    var isEmpty = true
    for (name, key) in archive.keys where !failed.contains(key) {
      do {
        guard try archive.isArray(key) || archive.isCalledArray(key) else { continue }
        isEmpty = false
        try body(name, document.array(key, of: archive))
      } catch let error as FormatError {
        failed.insert(key)
        let told = try Failure.note(error.at(file: document.path, member: name), asJSON: onError != nil)
        onError?(name, told)
      }
    }
    if !failed.isEmpty { throw ExitCode(Failure.badData) }
    if isEmpty, archive.count > 0 { throw archive.holdsNoArrays.at(file: document.path) }
  }
}
