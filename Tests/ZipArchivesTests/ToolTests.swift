import ArrayDeflate
import ByteIO
import Testing

@testable import ZipArchives

/// Archives in our own layout, read by everybody else.
struct ToolTests {
  /// Some members of `np.savez`, written in the aligned layout, and their names.
  static func makeAligned(_ folder: TemporaryFolder, _ file: any ByteSink) throws -> [String] {
    #expect(folder.python("savez") == "")
    let names = String(decoding: try folder.read("all.names"), as: UTF8.self).split(separator: "\n").map(
      String.init)
    let writer = try ZipWriter(file)
    for (number, name) in names.enumerated() {
      let bytes = try folder.read("all.\(number)")
      if number.isMultiple(of: 2) {
        try writer.add(ZipEntry(name), bytes: bytes)
      } else {
        try writer.begin(ZipEntry(name)).write(bytes)
        try writer.end(crc32: CRC32.of(bytes), uncompressedSize: bytes.count)
      }
    }
    try writer.finish()
    return names
  }

  /// What unzip, zipinfo and 7-Zip say of an archive, where they are installed.
  static func judge(_ path: String) {
    for command in ["unzip -t", "unzip -Z", "7z t"] where isInstalled(String(command.prefix { $0 != " " })) {
      let (status, output) = shell("\(command) '\(path)'")
      #expect(status == 0, "\(command): \(output)")
      #expect(!output.lowercased().contains("warning"), "\(command): \(output)")
    }
  }

  @Test func alignedArchivesAreReadByAll() throws {
    let folder = TemporaryFolder()
    let file = try AtomicFile(path: folder.file("ours.npz"))
    let names = try ToolTests.makeAligned(folder, file)
    try file.commit()
    #expect(folder.python("check", folder.file("ours.npz"), names.joined(separator: ",")) == "good\n")
    ToolTests.judge(folder.file("ours.npz"))
    let archive = try ZipArchive(path: folder.file("ours.npz"))
    for member in archive.members { #expect(try archive.dataRange(of: member).lowerBound % 64 == 0) }
  }

  @Test func streamedArchivesAreReadByAll() throws {
    let folder = TemporaryFolder()
    let sink = MemorySink()
    let names = try ToolTests.makeAligned(folder, sink)
    try folder.write(sink.bytes, to: "ours.npz")
    #expect(folder.python("check", folder.file("ours.npz"), names.joined(separator: ",")) == "good\n")
    ToolTests.judge(folder.file("ours.npz"))
    let archive = try ZipArchive(path: folder.file("ours.npz"))
    for member in archive.members {
      #expect(try archive.dataRange(of: member).lowerBound % 64 == 0)
      try archive.checkDataDescriptor(of: member)
    }
    #expect(archive.members.contains { $0.hasDataDescriptor })
  }

  @Test(arguments: [1, 2, 8, 64, 4096]) func anyByteOfTheDataCanBeAligned(alignment: Int) throws {
    let folder = TemporaryFolder()
    let file = try AtomicFile(path: folder.file("ours.npz"))
    let writer = try ZipWriter(file)
    for byte in 0..<10 {
      var entry = ZipEntry(String(repeating: "n", count: byte + 1))
      entry.alignment = alignment
      entry.alignedByte = byte * 13
      try writer.add(entry, bytes: [UInt8](repeating: 7, count: 200))
    }
    try writer.finish()
    try file.commit()
    let archive = try ZipArchive(path: folder.file("ours.npz"))
    for (byte, member) in archive.members.enumerated() {
      #expect((try archive.dataRange(of: member).lowerBound + byte * 13) % alignment == 0)
    }
    ToolTests.judge(folder.file("ours.npz"))
  }

  @Test func privateFieldsTravel() throws {
    let sink = MemorySink()
    let writer = try ZipWriter(sink)
    var entry = ZipEntry("x")
    entry.directoryExtra = ZipEntry.extraField(0x4E5A, [1, 2, 3])
    try writer.begin(entry).write([9])
    try writer.end(
      crc32: CRC32.of([9]), uncompressedSize: 1, directoryExtra: ZipEntry.extraField(0x4E5B, [4]))
    try writer.finish()
    let member = try ZipArchive(MemorySource(sink.bytes)).member("x")
    #expect(member.extraField(0x4E5A) == [1, 2, 3])
    #expect(member.extraField(0x4E5B) == [4])
    #expect(member.extraField(0x4E5C) == nil)
  }
}
