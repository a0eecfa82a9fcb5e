import ArrayDeflate
import ByteIO
import Testing

@testable import ZipArchives
import PlatformC

/// Append, remove, rename.
struct EditingTests {
  /// An archive of NumPy's with that many members, and their names.
  func makeArchive(_ folder: TemporaryFolder, members: Int) throws -> String {
    #expect(folder.python("many", String(members)) == "")
    return try ZipArchive(path: folder.file("many.npz")).members.map(\.name).joined(separator: ",")
  }

  /// Appends, with every write recorded, and lets `zipfile` read the file as it is after each piece of each write.
  @Test(arguments: [
    (1, [10]), (3, [70_000]), (3, [2_000_000, 5, 300_000]), (40, [200_000]), (100, [400_000]),
    (300, [100]), (300, [1_000_000, 50_000]),
  ])
  func everyMomentOfAnAppendIsAnArchive(members: Int, sizes: [Int]) throws {
    for isSized in [true, false] {
      let folder = TemporaryFolder()
      let old = try makeArchive(folder, members: members)
      #expect(shell("cp '\(folder.file("many.npz"))' '\(folder.file("before.npz"))'").status == 0)
      let appender = try ZipAppender(path: folder.file("many.npz"), layout: .aligned)
      try #require(appender.isInPlace)
      var log: [UInt8] = []
      appender.inPlace?.observer = { bytes, offset throws(FormatError) in
        log.append(number: UInt64(offset))
        log.append(number: UInt64(bytes.count))
        log += bytes
      }
      var names = old.isEmpty ? [] : [old]
      for (number, size) in sizes.enumerated() {
        // Bytes that hold the signature of an end record now and then, which a search for one would find.
        var bytes = [UInt8](repeating: UInt8(number), count: size)
        for place in stride(from: 5, to: size - 4, by: 9001) {
          bytes.replaceSubrange(place..<(place + 4), with: [0x50, 0x4B, 5, 6])
        }
        names.append("new\(number)")
        if isSized {
          try appender.writer.add(ZipEntry("new\(number)"), bytes: bytes)
        } else {
          let sink = try appender.writer.begin(ZipEntry("new\(number)"))
          for start in stride(from: 0, to: size, by: 30_000) {
            try sink.write(Array(bytes[start..<min(size, start + 30_000)]))
          }
          try appender.writer.end(crc32: CRC32.of(bytes), uncompressedSize: size)
        }
      }
      try appender.commit()
      let new = names.joined(separator: ",")
      try folder.write(log, to: "log")
      let verdict = folder.python("replay", folder.file("before.npz"), folder.file("log"), old, new)
      #expect(verdict.hasPrefix("whole"), "\(members) \(sizes) \(isSized): \(verdict)")
      #expect(shell("cmp '\(folder.file("many.npz"))' '\(folder.file("scratch.npz"))'").output == "")
      ToolTests.judge(folder.file("many.npz"))
      #expect(try ZipArchive(path: folder.file("many.npz")).members.count == members + sizes.count)
    }
  }

  @Test func appendsAddUp() throws {
    let folder = TemporaryFolder()
    var names = [try makeArchive(folder, members: 2)]
    let path = folder.file("many.npz")
    for round in 0..<100 {
      let appender = try ZipAppender(path: path)
      #expect(failure { try appender.writer.add(ZipEntry("0.npy"), bytes: []) }?.code == .alreadyExists)
      try appender.writer.add(ZipEntry("m\(round)"), bytes: [UInt8](repeating: 1, count: round * 2000))
      #expect(failure { try appender.writer.finish() }?.code == .badArgument)
      try appender.commit()
      names.append("m\(round)")
    }
    #expect(folder.python("check", path, names.joined(separator: ",")) == "good\n")
    ToolTests.judge(path)
  }

  /// Beyond 6 GiB every offset is one of zip64's.
  @Test func largeArchivesGrowInPlace() throws {
    let folder = TemporaryFolder()
    _ = folder.python("large")
    let path = folder.file("large.npz")
    for (name, size) in [("d", 100), ("e", 300_000)] {
      let appender = try ZipAppender(path: path)
      #expect(appender.isInPlace)
      try appender.writer.add(ZipEntry(name), bytes: [UInt8](repeating: 5, count: size))
      try appender.commit()
      let archive = try ZipArchive(path: path)
      #expect(try archive.read(archive.member(name)) == [UInt8](repeating: 5, count: size))
      #expect(try archive.member(name).headerOffset > 6 << 30)
    }
    let script =
      "import zipfile; z = zipfile.ZipFile('\(path)'); print(z.namelist(), len(z.read('d')), len(z.read('e')))"
    #expect(
      shell("python3 -c \"\(script)\"").output == "['a.npy', 'b.npy', 'c.npy', 'd', 'e'] 100 300000\n")
  }

  @Test func anAppendThatIsGivenUpLeavesNothing() throws {
    let folder = TemporaryFolder()
    _ = try makeArchive(folder, members: 3)
    let before = try folder.read("many.npz")
    do {
      let appender = try ZipAppender(path: folder.file("many.npz"))
      try appender.writer.add(ZipEntry("x"), bytes: [UInt8](repeating: 1, count: 1_000_000))
      // Another append at the same time is refused.
      #expect(failure { _ = try ZipAppender(path: folder.file("many.npz")) }?.code == .io)
      appender.discard()
    }
    #expect(try folder.read("many.npz") == before)
    #expect(failure { _ = try ZipAppender(path: folder.file("none.npz")) }?.code == .notFound)
    // An append of nothing.
    try ZipAppender(path: folder.file("many.npz")).commit()
    #expect(try ZipArchive(path: folder.file("many.npz")).members.count == 3)
  }

  /// A full disk at any write leaves the archive as it was.
  @Test(arguments: [3, 100]) func aFailingWriteLeavesTheOldArchive(members: Int) throws {
    let folder = TemporaryFolder()
    let old = try makeArchive(folder, members: members)
    let path = folder.file("many.npz")
    let before = try folder.read("many.npz")
    var failing = 0
    while failing < 1000 {
      let error = failure {
        let appender = try ZipAppender(path: path)
        var left = failing
        appender.inPlace?.observer = { _, _ throws(FormatError) in
          if left == 0 { throw FormatError(.io, "no space left on device") }
          left -= 1
        }
        for name in ["a", "b"] {
          let sink = try appender.writer.begin(ZipEntry(name))
          for _ in 0..<10 { try sink.write([UInt8](repeating: 1, count: 20_000)) }
          try appender.writer.end(crc32: 0x1234, uncompressedSize: 200_000)
        }
        try appender.commit()
      }
      guard let error else { break }
      #expect(error.code == .io)
      #expect(try folder.read("many.npz") == before)
      failing += 1
    }
    #expect(failing > 8 && failing < 1000)
    #expect(try ZipArchive(path: path).members.map(\.name).joined(separator: ",") == old + ",a,b")
  }

  /// A comment, or a directory beyond what readers look back: a copy replaces the archive.
  @Test func appendsThatCannotBeInPlaceReplace() throws {
    let folder = TemporaryFolder()
    #expect(folder.python("kinds") == "")
    for name in ["comment", "trailing", "prepended", "nested"] {
      let path = folder.file("\(name).zip")
      let old = try ZipArchive(path: path).members.map(\.name)
      let appender = try ZipAppender(path: path)
      #expect(appender.isInPlace == (name == "prepended" || name == "nested"), "\(name)")
      try appender.writer.add(ZipEntry("new"), bytes: [UInt8](repeating: 1, count: 100_000))
      try appender.commit()
      let archive = try ZipArchive(path: path)
      #expect(archive.members.map(\.name) == old + ["new"])
      #expect(try archive.read(archive.member("new")).count == 100_000)
      #expect(archive.comment.count == (name == "comment" ? 65_535 : 0))
      #expect(shell("python3 -m zipfile -t '\(path)'").output.contains("Done"))
    }
    let path = folder.file("many.npz")
    _ = try makeArchive(folder, members: 0)
    let first = try ZipAppender(path: path)
    #expect(!first.isInPlace)
    try first.writer.add(ZipEntry("new"), bytes: [1])
    try first.commit()
    #expect(folder.python("check", path, "new") == "good\n")
    let names = try makeArchive(folder, members: 1000)
    let appender = try ZipAppender(path: path)
    #expect(!appender.isInPlace)
    try appender.writer.add(ZipEntry("new"), bytes: [1])
    try appender.commit()
    #expect(folder.python("check", path, names + ",new") == "good\n")
  }

  /// A directory that outgrows the window during the append.
  @Test func anAppendOfVeryManyMembersReplaces() throws {
    let folder = TemporaryFolder()
    var names = [try makeArchive(folder, members: 2)]
    let path = folder.file("many.npz")
    let appender = try ZipAppender(path: path)
    #expect(appender.isInPlace)
    for number in 0..<2000 {
      names.append("new\(number)")
      try appender.writer.add(ZipEntry("new\(number)"), bytes: [UInt8](repeating: 3, count: 100))
    }
    try appender.commit()
    #expect(folder.python("check", path, names.joined(separator: ",")) == "good\n")
    ToolTests.judge(path)
  }

  /// Without some members, NumPy's archive is what NumPy would have written of the others.
  @Test func removalKeepsTheLayout() throws {
    let folder = TemporaryFolder()
    _ = try makeArchive(folder, members: 5)
    #expect(shell("cp '\(folder.file("many.npz"))' '\(folder.file("x.npz"))'").status == 0)
    _ = try makeArchive(folder, members: 3)
    try ZipEditing.remove(["3.npy", "4.npy"], from: folder.file("x.npz"))
    #expect(try folder.read("x.npz") == folder.read("many.npz"))
    #expect(failure { try ZipEditing.remove(["9.npy"], from: folder.file("x.npz")) }?.code == .notFound)
  }

  @Test func removalAndRenamingKeepAlignment() throws {
    let folder = TemporaryFolder()
    let file = try AtomicFile(path: folder.file("ours.npz"))
    var names = try ToolTests.makeAligned(folder, file)
    try file.commit()
    let path = folder.file("ours.npz")
    try ZipEditing.remove([names[1]], from: path)
    names.remove(at: 1)
    try ZipEditing.rename(names[0], to: "größer.npy", in: path)
    names[0] = "größer.npy"
    #expect(failure { try ZipEditing.rename(names[0], to: names[1], in: path) }?.code == .alreadyExists)
    #expect(failure { try ZipEditing.rename("none", to: "x", in: path) }?.code == .notFound)
    #expect(folder.python("check", path, names.joined(separator: ",")) == "good\n")
    ToolTests.judge(path)
    let archive = try ZipArchive(path: path)
    for member in archive.members { #expect(try archive.dataRange(of: member).lowerBound % 64 == 0) }
  }

  @Test func allKindsCanBeRewritten() throws {
    let folder = TemporaryFolder()
    #expect(folder.python("kinds") == "")
    for name in shell("cd '\(folder.path)'; ls *.zip").output.split(separator: "\n").map(String.init) {
      let path = folder.file(name)
      let old = try ZipArchive(path: path)
      let last = try #require(old.members.last)
      try ZipEditing.rename(last.name, to: "été.npy", in: path)
      let new = try ZipArchive(path: path)
      #expect(new.members.map(\.name) == old.members.dropLast().map(\.name) + ["été.npy"])
      #expect(new.comment == old.comment)
      #expect(shell("python3 -m zipfile -t '\(path)'").output == "Done testing\n", "\(name)")
      try ReadingTests.compare(path, folder)
    }
  }
}
