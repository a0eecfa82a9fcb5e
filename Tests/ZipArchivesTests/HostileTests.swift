import ArrayDeflate
import ByteIO
import Testing

@testable import ZipArchives

/// Archives that lie are refused before anything is read, inflated or allocated on their word.
struct HostileTests {
  /// Opens an archive and reads its members as far as no decoder is needed; what happened first.
  func firstTrouble(_ path: String) -> (when: String, code: String) {
    let archive: ZipArchive
    do { archive = try ZipArchive(path: path) } catch { return ("open", error.code.rawValue) }
    for member in archive.members {
      if let error = failure({ _ = try archive.member(member.name) }) { return ("name", error.code.rawValue) }
      let error = failure {
        if member.method == .stored {
          _ = try archive.read(member)
        } else {
          _ = try archive.dataRange(of: member)
        }
      }
      if let error {
        #expect(error.member == member.name && error.file == path)
        return ("read", error.code.rawValue)
      }
      if let error = failure({ try archive.checkDataDescriptor(of: member) }) {
        return ("descriptor", error.code.rawValue)
      }
    }
    return ("fine", "-")
  }

  @Test func everyLieIsNamed() throws {
    let folder = TemporaryFolder()
    #expect(folder.python("make", script: "zip_hostile.py") == "")
    let lines = String(decoding: try folder.read("table"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count > 60)
    for line in lines {
      let parts = line.split(separator: " ").map(String.init)
      let start = ContinuousClock.now
      let found = firstTrouble(folder.file(parts[0]))
      #expect(found.code == parts[2], "\(line): \(found)")
      if parts[1] != "any" { #expect(found.when == parts[1], "\(line): \(found)") }
      #expect(ContinuousClock.now - start < .seconds(1))
    }
  }

  @Test func namesAreKeysAsTheyStand() throws {
    let folder = TemporaryFolder()
    #expect(folder.python("make", script: "zip_hostile.py") == "")
    let archive = try ZipArchive(path: folder.file("names.npz"))
    #expect(archive.members.map(\.name) == ["../../etc/passwd", "/abs", "a\nb\u{1B}[2J", "C:\\x"])
    let twice = try ZipArchive(path: folder.file("duplicate.npz"))
    #expect(twice.ambiguousNames == ["x.npy"])
    #expect(twice.members.count == 2)
    #expect(twice.findings().map(\.code) == [.ambiguous])
    for member in archive.members { #expect(member.isUnsafeAsPath) }
    #expect(archive.findings().isEmpty)
    #expect(try ZipArchive(path: folder.file("descriptor_lies.npz")).findings().map(\.code) == [.malformed])
    #expect(try ZipArchive(path: folder.file("encrypted.npz")).findings().map(\.code) == [.unsupported])
  }

  @Test(arguments: [
    ("x.npy", false), ("a/b.npy", false), ("a..b", false), ("...", false), ("été", false), ("", true),
    ("/x", true),
    ("..", true), ("../x", true), ("a/../b", true), ("a/..", true), ("./a", true), ("c:x", false), ("c:/x", true),
    ("a\\b", true),
    ("a\tb", true), ("a\u{9B}b", true), ("a\u{7F}", true),
  ]) func namesThatAreNoPaths(name: String, isUnsafe: Bool) throws {
    let sink = MemorySink()
    let writer = try ZipWriter(sink)
    try writer.add(ZipEntry("x"), bytes: [])
    try writer.finish()
    var member = try ZipArchive(MemorySource(sink.bytes)).members[0]
    member.name = name
    #expect(member.isUnsafeAsPath == isUnsafe)
  }

  /// Bytes changed at random: a typed error, or members that keep their checksums; never a trap.
  @Test func randomChangesNeverTrap() throws {
    let folder = TemporaryFolder()
    #expect(folder.python("make", script: "zip_hostile.py") == "")
    #expect(folder.python("kinds") == "")
    let names = shell("cd '\(folder.path)'; find . -type f -size -4k").output.split(separator: "\n").map(
      String.init)
    #expect(names.count > 60)
    var state: UInt64 = 42
    func random(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % max(1, count)
    }
    for name in names where !name.hasSuffix("table") {
      let original = try folder.read(name)
      for _ in 0..<50 {
        var bytes = original
        for _ in 0...random(4) {
          // The end, where the directory is, more often than the rest.
          let place = random(2) == 0 ? random(bytes.count) : max(0, bytes.count - 1 - random(110))
          switch random(3) {
          case 0: bytes[place] = UInt8(random(256))
          case 1:
            for index in place..<min(place + 8, bytes.count) { bytes[index] = random(2) == 0 ? 0xFF : 0 }
          default: bytes[place] ^= 1 << UInt8(random(8))
          }
        }
        do {
          let archive = try ZipArchive(MemorySource(bytes))
          _ = archive.findings()
          for member in archive.members where member.method == .stored {
            if let data = try? archive.read(member) { #expect(CRC32.of(data) == member.crc32) }
          }
        } catch {
          #expect(error.code != .io)
        }
      }
    }
  }

  @Test func limitsHold() throws {
    let sink = MemorySink()
    let writer = try ZipWriter(sink)
    for name in ["a", "bb", "ccc"] {
      try writer.add(ZipEntry(name), bytes: [UInt8](repeating: 0, count: 1000))
    }
    let contents = ZipContents(crc32: 0, compressedSize: 10, uncompressedSize: 1000)
    try writer.add(ZipEntry("d", method: .deflate), contents: contents) { sink throws(FormatError) in
      try sink.write([UInt8](repeating: 0, count: 10))
    }
    try writer.finish()
    func code(_ limits: ZipLimits) -> FormatError.Code? {
      failure {
        let archive = try ZipArchive(MemorySource(sink.bytes), limits: limits)
        for member in archive.members { _ = try archive.dataRange(of: member) }
      }?.code
    }
    #expect(code(ZipLimits(members: 4, totalBytes: 4000, memberBytes: 1000, ratio: 100, nameBytes: 3)) == nil)
    #expect(code(ZipLimits(members: 3)) == .limitExceeded)
    #expect(code(ZipLimits(totalBytes: 3999)) == .limitExceeded)
    #expect(code(ZipLimits(memberBytes: 999)) == .limitExceeded)
    #expect(code(ZipLimits(ratio: 99)) == .limitExceeded)
    #expect(code(ZipLimits(nameBytes: 2)) == .limitExceeded)
    #expect(code(ZipLimits(LoadLimits(members: 3))) == .limitExceeded)
    #expect(code(ZipLimits(LoadLimits(archiveBytes: 3999))) == .limitExceeded)
  }

  /// A decoder that gives too little, too much or something else is found out.
  @Test func decodersAreChecked() throws {
    let folder = TemporaryFolder()
    #expect(folder.python("make", script: "zip_hostile.py") == "")
    let archive = try ZipArchive(path: folder.file("good_deflated.npz"))
    let member = archive.members[0]
    let data = [UInt8]((0..<20).flatMap { _ in Array("0123456789".utf8) })
    #expect(try archive.read(member) { (_, _, _) throws(FormatError) in data } == data)
    let wrong = failure {
      _ = try archive.read(member) { (_, _, _) throws(FormatError) in Array(data.reversed()) }
    }
    #expect(wrong?.code == .corrupt)
    #expect(
      failure { _ = try archive.read(member) { (_, _, _) throws(FormatError) in data + [1] } }?.code
        == .corrupt)
    #expect(failure { _ = try archive.read(member) }?.code == .unsupported)
  }
}
