import ByteIO
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  struct Stop: Error {}

  /// Whether the system has files without a name.
  private static let hasUnnamedFiles: Bool = {
    #if os(Linux)
      true
    #else
      false
    #endif
  }()

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private func mode(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? -1
  }

  @Test func theOldFileStaysUntilTheCommit() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npy"
      try Bytes.write([1, 2, 3], to: path)
      let file = try AtomicFile(path: path)
      try file.write([9, 9])
      try file.flush()
      #expect(try Bytes.read(path) == [1, 2, 3])
      #expect(try names(folder).count == 2)
      try file.overwrite([8], at: 0)
      #expect(file.position == 2)
      try file.commit()
      #expect(try Bytes.read(path) == [8, 9])
      #expect(try names(folder) == ["a.npy"])
    }
  }

  @Test func aFailureLeavesTheOldFileAndNoOther() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npy"
      for hasOld in [false, true] {
        if hasOld { try Bytes.write([1, 2, 3], to: path) }
        #expect(throws: FormatError(.corrupt, "")) {
          try AtomicFile.write(to: path) { (sink: any ByteSink) throws(FormatError) in
            try sink.write(repeating: 7, count: 300_000)
            throw FormatError(.corrupt, "what was to be saved is broken")
          }
        }
        #expect(try names(folder) == (hasOld ? ["a.npy"] : []))
      }
      #expect(try Bytes.read(path) == [1, 2, 3])
      // Given up without a word.
      do {
        let file = try AtomicFile(path: path)
        try file.write([5])
      }
      #expect(try names(folder) == ["a.npy"])
      #expect(try Bytes.read(path) == [1, 2, 3])
    }
  }

  @Test func modesAreKept() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npy"
      try Bytes.write([1], to: path)
      for mode in [0o600, 0o644, 0o755, 0o640] {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        try AtomicFile.write(to: path) { (sink: any ByteSink) throws(FormatError) in try sink.write([2]) }
        #expect(try self.mode(path) == mode)
      }
      // A new file has what the umask leaves.
      try AtomicFile.write(to: folder + "/new") { (sink: any ByteSink) throws(FormatError) in try sink.write([2]) }
      try Data([2]).write(to: URL(fileURLWithPath: folder + "/plain"))
      #expect(try mode(folder + "/new") & 0o600 == 0o600)
      #expect(try mode(folder + "/new") & 0o111 == 0)
    }
  }

  @Test func linksStayLinks() throws {
    try TemporaryFolder.with { folder in
      try FileManager.default.createDirectory(atPath: folder + "/real", withIntermediateDirectories: true)
      try Bytes.write([1], to: folder + "/real/a.npy")
      try FileManager.default.createSymbolicLink(atPath: folder + "/link.npy", withDestinationPath: "real/a.npy")
      try AtomicFile.write(to: folder + "/link.npy") { (sink: any ByteSink) throws(FormatError) in try sink.write([2]) }
      #expect(try Bytes.read(folder + "/real/a.npy") == [2])
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link.npy") == "real/a.npy")
      #expect(try names(folder + "/real") == ["a.npy"])
    }
  }

  @Test func leftoversOfTheDeadAreRemovedThoseOfTheLivingStay() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npy"
      // Processes that died: their temporaries are there, their locks are not.
      for name in [".a.npy.npyio-0.tmp", ".a.npy.npyio-1.tmp", ".b.npy.npyio-0.tmp"] {
        try Bytes.write([0], to: folder + "/" + name)
      }
      try AtomicFile.write(to: path) { (sink: any ByteSink) throws(FormatError) in try sink.write([5]) }
      #expect(try names(folder) == [".b.npy.npyio-0.tmp", "a.npy"])
      let living = try AtomicFile(path: path)
      try living.write([1])
      try living.flush()
      #expect(try names(folder) == [".a.npy.npyio-0.tmp", ".b.npy.npyio-0.tmp", "a.npy"])
      try AtomicFile.write(to: path) { (sink: any ByteSink) throws(FormatError) in
        try sink.write([2])
        #expect(try! names(folder).count == 4)
      }
      #expect(try Bytes.read(path) == [2])
      try living.commit()
      #expect(try Bytes.read(path) == [1])
      #expect(try names(folder) == [".b.npy.npyio-0.tmp", "a.npy"])
    }
  }

  /// What only writers side by side leave: the names behind the first are not looked at by every save.
  @Test func leftoversBehindAFreeNameAreRemovedNowAndAgain() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npy"
      try Bytes.write([0], to: path)
      try Bytes.write([0], to: folder + "/.a.npy.npyio-1.tmp")
      for _ in 0..<1000 {
        try AtomicFile.write(to: path, durability: .none) { (sink: any ByteSink) throws(FormatError) in
          try sink.write([5])
        }
        if try names(folder) == ["a.npy"] { break }
      }
      #expect(try names(folder) == ["a.npy"])
    }
  }

  @Test func whatOnlyLooksLikeALeftoverStays() throws {
    try TemporaryFolder.with { folder in
      // A pipe, which would block whoever opened it, a link and a folder.
      // Safe: the path is a null-terminated copy for the duration of the call.
      #expect(unsafe mkfifo(folder + "/.a.npy.npyio-0.tmp", 0o600) == 0)
      try Bytes.write([7], to: folder + "/other")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/.a.npy.npyio-1.tmp", withDestinationPath: "other")
      try FileManager.default.createDirectory(
        atPath: folder + "/.a.npy.npyio-2.tmp", withIntermediateDirectories: true)
      try AtomicFile.write(to: folder + "/a.npy") { (sink: any ByteSink) throws(FormatError) in try sink.write([2]) }
      #expect(
        try names(folder)
          == [".a.npy.npyio-0.tmp", ".a.npy.npyio-1.tmp", ".a.npy.npyio-2.tmp", "a.npy", "other"])
      #expect(try Bytes.read(folder + "/other") == [7])
    }
  }

  /// A new file has no name until it is there whole, and two that begin as new replace each other.
  @Test(.enabled(if: AtomicFileTests.hasUnnamedFiles)) func newFilesHaveNoNameUntilTheyAreCommitted() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npy"
      let writers = try (0..<3).map { _ in try AtomicFile(path: path) }
      for (number, writer) in writers.enumerated() { try writer.write([UInt8(number)]) }
      #expect(try names(folder) == [])
      for number in [1, 0] {
        try writers[number].commit()
        #expect(try names(folder) == ["a.npy"])
        #expect(try Bytes.read(path) == [UInt8(number)])
      }
      let error = #expect(throws: FormatError.self) { try writers[2].commit(replacing: false) }
      #expect(error?.code == .alreadyExists)
      #expect(error?.file == path)
      #expect(try names(folder) == ["a.npy"])
      #expect(try Bytes.read(path) == [0])
    }
  }

  @Test(arguments: Durability.allCases) func everyDurabilityWrites(_ durability: Durability) throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npy"
      for number in 0..<3 as Range<UInt8> {
        try AtomicFile.write(to: path, durability: durability) { (sink: any ByteSink) throws(FormatError) in
          try sink.write([number])
        }
        #expect(try Bytes.read(path) == [number])
        #expect(try names(folder) == ["a.npy"])
      }
    }
  }

  @Test func manyWritersOfOneFileDoNotDisturbEachOther() async throws {
    try await TemporaryFolder.with { folder in
      await withTaskGroup(of: Bool.self) { group in
        for number in 0..<64 {
          group.addTask {
            for _ in 0..<20 {
              do throws(FormatError) {
                try AtomicFile.write(to: folder + "/a.npy") { (sink: any ByteSink) throws(FormatError) in
                  try sink.write([UInt8](repeating: UInt8(number), count: 1000))
                }
              } catch { return false }
            }
            return true
          }
        }
        for await succeeded in group { #expect(succeeded) }
      }
      #expect(try names(folder) == ["a.npy"])
      let bytes = try Bytes.read(folder + "/a.npy")
      #expect(bytes.count == 1000 && Set(bytes).count == 1)
    }
  }

  @Test func nothingIsReplacedAgainstTheWill() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.npy"
      try Bytes.write([1], to: path)
      #expect(throws: FormatError(.alreadyExists, "")) {
        try AtomicFile.write(to: path, replacing: false) { (_: any ByteSink) throws(FormatError) in
          Issue.record("called")
        }
      }
      // One that appears while the other is written.
      let file = try AtomicFile(path: folder + "/b.npy")
      try file.write([2])
      try Bytes.write([3], to: folder + "/b.npy")
      #expect(throws: FormatError(.alreadyExists, "")) { try file.commit(replacing: false) }
      #expect(try Bytes.read(folder + "/b.npy") == [3])
      #expect(try names(folder) == ["a.npy", "b.npy"])
    }
  }

  @Test func whatCannotBeWrittenIsNamed() throws {
    try TemporaryFolder.with { folder in
      for (path, code) in [
        (folder, FormatError.Code.wrongKind), (folder + "/none/a.npy", .notFound), (folder + "/", .wrongKind),
      ] {
        do throws(FormatError) {
          _ = try AtomicFile(path: path)
          Issue.record("opened \(path)")
        } catch {
          #expect(error.code == code, "\(path): \(error)")
          #expect(error.file == path)
        }
      }
      let long = folder + "/" + String(repeating: "n", count: 255)
      try AtomicFile.write(to: long) { (sink: any ByteSink) throws(FormatError) in try sink.write([1]) }
      #expect(try Bytes.read(long) == [1])
      #expect(throws: FormatError.self) {
        try AtomicFile(path: folder + "/" + String(repeating: "n", count: 256)).commit()
      }
    }
  }

  @Test func pathsDoNotEndAtANullCharacter() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/first\0second"
      #expect(throws: FormatError(.badArgument, "")) { try AtomicFile(path: path) }
      #expect(throws: FormatError(.badArgument, "")) {
        try AtomicFile.write(to: path) { (sink: any ByteSink) throws(FormatError) in try sink.write([1]) }
      }
      try Bytes.write([7], to: folder + "/first")
      #expect(throws: FormatError(.badArgument, "")) { try FileSource(path: path) }
      #expect(try names(folder) == ["first"])
      #expect(try Bytes.read(folder + "/first") == [7])
    }
  }

  @Test func nothingIsWrittenAfterTheEnd() throws {
    try TemporaryFolder.with { folder in
      for isCommitted in [true, false] {
        let file = try AtomicFile(path: folder + "/a.npy")
        try file.write([1])
        if isCommitted { try file.commit() } else { file.discard() }
        #expect(throws: FormatError(.badArgument, "")) { try file.write([2]) }
        #expect(throws: FormatError(.badArgument, "")) { try file.flush() }
        #expect(throws: FormatError(.badArgument, "")) { try file.overwrite([2], at: 0) }
        #expect(throws: FormatError(.badArgument, "")) { try file.commit() }
        #expect(try Bytes.read(folder + "/a.npy") == [1])
      }
      #expect(try names(folder) == ["a.npy"])
    }
  }

  @Test func devicesAreWrittenToAsTheyAre() throws {
    try AtomicFile.write(to: "/dev/null") { (sink: any ByteSink) throws(FormatError) in
      try sink.write(repeating: 1, count: 200_000)
    }
    #expect(FileManager.default.fileExists(atPath: "/dev/null"))
    #if os(Linux)
      // A full disk: the error comes as one.
      #expect(throws: FormatError(.io, "")) {
        try AtomicFile.write(to: "/dev/full") { (sink: any ByteSink) throws(FormatError) in
          try sink.write(repeating: 1, count: 200_000)
        }
      }
    #endif
  }
}
