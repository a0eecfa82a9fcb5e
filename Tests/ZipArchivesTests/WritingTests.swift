import ArrayDeflate
import ByteIO
import Testing

@testable import ZipArchives

/// Archives against those of `np.savez` and `zipfile`.
struct WritingTests {
  /// The members of an archive that `zip_oracle.py savez` has written out.
  func members(_ name: String, in folder: TemporaryFolder) throws -> [(name: String, bytes: [UInt8])] {
    let names = String(decoding: try folder.read(name + ".names"), as: UTF8.self)
    return try names.split(separator: "\n").enumerated().map { number, member in
      (String(member), try folder.read("\(name).\(number)"))
    }
  }

  @Test(arguments: [false, true]) func numpyLayoutIsByteIdentical(isStream: Bool) throws {
    let folder = TemporaryFolder()
    #expect(folder.python("savez") == "")
    for name in ["empty", "one", "all"] {
      let sink = MemorySink()
      let writer = try ZipWriter(sink, layout: .numpy, isStream: isStream)
      for member in try members(name, in: folder) {
        try writer.add(ZipEntry(member.name), bytes: member.bytes)
      }
      try writer.finish()
      #expect(try folder.read(isStream ? "\(name)-stream.npz" : "\(name).npz") == sink.bytes, "\(name)")
    }
  }

  @Test func sizesFilledInAfterwardsGiveTheSameBytes() throws {
    let folder = TemporaryFolder()
    #expect(folder.python("savez") == "")
    let file = try AtomicFile(path: folder.file("ours.npz"))
    let writer = try ZipWriter(file, layout: .numpy)
    for member in try members("all", in: folder) {
      let sink = try writer.begin(ZipEntry(member.name))
      try sink.write(member.bytes)
      try writer.end(crc32: CRC32.of(member.bytes), uncompressedSize: member.bytes.count)
    }
    try writer.finish()
    try file.commit()
    #expect(try folder.read("ours.npz") == folder.read("all.npz"))
  }

  @Test func deflatedMembersAndCommentsAreLaidOutAlike() throws {
    let folder = TemporaryFolder()
    #expect(folder.python("savez") == "")
    for name in ["empty-deflated.npz", "all-deflated.npz", "commented.zip"] {
      let archive = try ZipArchive(path: folder.file(name))
      let sink = MemorySink()
      let writer = try ZipWriter(sink, layout: .numpy, comment: archive.comment)
      for member in archive.members {
        let raw = try archive.rawBytes(of: member)
        let contents = ZipContents(
          crc32: member.crc32, compressedSize: raw.count, uncompressedSize: member.uncompressedSize)
        try writer.add(ZipEntry(member.name, method: member.method), contents: contents) {
          sink throws(FormatError) in
          try sink.write(raw)
        }
      }
      try writer.finish()
      #expect(try folder.read(name) == sink.bytes, "\(name)")
    }
  }

  @Test func seventyThousandMembers() throws {
    let folder = TemporaryFolder()
    #expect(folder.python("many", "70000") == "")
    let file = try AtomicFile(path: folder.file("ours.npz"))
    let writer = try ZipWriter(file, layout: .numpy)
    for number in 0..<70_000 { try writer.add(ZipEntry("\(number).npy"), bytes: Array(String(number).utf8)) }
    try writer.finish()
    try file.commit()
    #expect(shell("cmp '\(folder.file("ours.npz"))' '\(folder.file("many.npz"))'").status == 0)
    let archive = try ZipArchive(path: folder.file("ours.npz"))
    #expect(archive.members.count == 70_000)
    #expect(try archive.read(archive.member("69999.npy")) == Array("69999".utf8))
  }

  /// A member above CPython's limit of 2 GiB and one above 4 GiB, as sparse files.
  @Test func largeMembers() throws {
    let folder = TemporaryFolder()
    let checksums = folder.python("large").split(whereSeparator: \.isWhitespace).compactMap { UInt32($0) }
    try #require(checksums.count == 3)
    let sink = try SparseSink(path: folder.file("ours.npz"))
    let writer = try ZipWriter(sink, layout: .numpy)
    for (index, (name, blocks)) in [("a.npy", 2048), ("b.npy", 4097), ("c.npy", 1)].enumerated() {
      let size = blocks << 20
      let contents = ZipContents(crc32: checksums[index], compressedSize: size, uncompressedSize: size)
      try writer.add(ZipEntry(name), contents: contents) { _ in sink.skip(size) }
    }
    try writer.finish()
    #expect(folder.python("same", "large.npz", "ours.npz") == "same\n")
    let archive = try ZipArchive(path: folder.file("ours.npz"))
    #expect(archive.members.map(\.uncompressedSize) == [2048 << 20, 4097 << 20, 1 << 20])
    for member in archive.members {
      #expect(try archive.dataRange(of: member).count == member.compressedSize)
    }
    #expect(CRC32.of(try archive.rawBytes(of: archive.members[2])) == checksums[2])
  }

  @Test func misuseIsAnError() throws {
    let writer = try ZipWriter(MemorySink())
    try writer.add(ZipEntry("x"), bytes: [1])
    #expect(failure { try writer.add(ZipEntry("x"), bytes: [1]) }?.code == .alreadyExists)
    #expect(failure { try writer.add(ZipEntry(""), bytes: [1]) }?.code == .badArgument)
    #expect(failure { try writer.add(ZipEntry("a\0b"), bytes: [1]) }?.code == .badArgument)
    let long = String(repeating: "n", count: 65_536)
    #expect(failure { try writer.add(ZipEntry(long), bytes: [1]) }?.code == .badArgument)
    // Names are bytes: é in one scalar and in two are two names.
    try writer.add(ZipEntry("\u{E9}"), bytes: [])
    try writer.add(ZipEntry("e\u{301}"), bytes: [])
    #expect(failure { try writer.end(crc32: 0, uncompressedSize: 0) }?.code == .badArgument)
    let contents = ZipContents(crc32: 0, compressedSize: 5, uncompressedSize: 5)
    let error = failure {
      try writer.add(ZipEntry("short"), contents: contents) { sink throws(FormatError) in try sink.write([1])
      }
    }
    #expect(error?.code == .badArgument)
    #expect(failure { try writer.finish() }?.code == .badArgument)
  }
}
