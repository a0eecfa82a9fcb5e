import ArrayDeflate
import ByteIO
import Testing

@testable import ZipArchives
import PlatformC

/// What other writers make, read as Python's `zipfile` reads it.
struct ReadingTests {
  /// Compares directory and stored data with what `zipfile` reads.
  static func compare(_ path: String, _ folder: TemporaryFolder) throws {
    let archive = try ZipArchive(path: path)
    let lines = folder.python("describe", path).split(separator: "\n").map { $0.split(separator: "\t") }
    try #require(lines.count == archive.members.count, "\(path): \(lines)")
    for (member, line) in zip(archive.members, lines) {
      let hex = Array(member.name.utf8).map { String($0 / 16, radix: 16) + String($0 % 16, radix: 16) }
        .joined()
      if member.extraField(ExtraFields.ID.unicodePath) == nil {
        #expect((hex.isEmpty ? "-" : hex) == line[0])
      }
      #expect(String(member.method.rawValue) == line[1])
      #expect(String(member.compressedSize) == line[2])
      #expect(String(member.uncompressedSize) == line[3])
      #expect(String(member.crc32) == line[4])
      let problem = failure {
        _ = try archive.dataRange(of: member)
        if member.method == .stored { _ = try archive.read(member) }
        try archive.checkDataDescriptor(of: member)
      }
      let isReadable = UInt32(line[5]) != nil
      #expect(
        (problem == nil) == isReadable, "\(path) \(member.name): \(String(describing: problem)) \(line[5])")
    }
  }

  @Test func allKinds() throws {
    let folder = TemporaryFolder()
    #expect(folder.python("kinds") == "")
    #expect(folder.python("savez") == "")
    let names = shell("cd '\(folder.path)'; ls *.zip *.npz").output.split(separator: "\n").map(String.init)
    #expect(names.count > 20)
    for name in names { try ReadingTests.compare(folder.file(name), folder) }
    #expect(try ZipArchive(path: folder.file("cp437.zip")).members.map(\.name) == ["éÜ.ß\u{A0}"])
    #expect(try ZipArchive(path: folder.file("unicode.zip")).members.map(\.name) == ["漢.npy"])
    #expect(try ZipArchive(path: folder.file("comment.zip")).comment.count == 65_535)
    #expect(try ZipArchive(path: folder.file("prepended.zip")).prependedBytes == 1500)
    #expect(try ZipArchive(path: folder.file("trailing.zip")).trailingBytes == 60_000)
  }

  /// The archives of other people's projects; some are broken on purpose, where any typed error will do.
  @Test func corpus() throws {
    guard let corpus = unsafe getenv("NPY_CORPUS").map({ unsafe String(cString: $0) }) else { return }
    let folder = TemporaryFolder()
    let paths = shell("find '\(corpus)' -name '*.npz' -o -name '*.zip'").output.split(separator: "\n").map(
      String.init)
    #expect(!paths.isEmpty)
    for path in paths {
      let problem = failure { _ = try ZipArchive(path: path) }
      if problem == nil, !path.contains("malicious"), !path.contains("password") {
        try ReadingTests.compare(path, folder)
      } else {
        print(path, problem.map(String.init(describing:)) ?? "opens")
      }
    }
  }

  @Test func openingReadsTheDirectoryOnly() throws {
    let sink = MemorySink()
    let writer = try ZipWriter(sink)
    try writer.add(ZipEntry("x"), bytes: [UInt8](repeating: 1, count: 1 << 20))
    try writer.add(ZipEntry("y"), bytes: [1, 2, 3])
    try writer.finish()
    let source = CountingSource(sink.bytes)
    let archive = try ZipArchive(source)
    #expect(source.count < 70_000)
    #expect(source.reads == 1)
    let before = source.count
    #expect(try archive.read(archive.member("y")) == [1, 2, 3])
    #expect(source.count - before < 200)
  }

  @Test func storedMembersAreSources() throws {
    let sink = MemorySink()
    let writer = try ZipWriter(sink)
    try writer.add(ZipEntry("x"), bytes: Array(0..<100))
    try writer.finish()
    let archive = try ZipArchive(MemorySource(sink.bytes))
    let source = try archive.storedSource(of: archive.member("x"))
    #expect(source.byteCount == 100)
    #expect(try source.readBytes(at: 90, upTo: 50) == Array(90..<100))
    #expect(try source.readBytes(at: 100, upTo: 50) == [])
    #expect(source.withBytesInMemory { $0.byteCount } == 100)
  }

  @Test func wrongKinds() throws {
    func code(_ bytes: [UInt8]) -> FormatError.Code? {
      failure { _ = try ZipArchive(MemorySource(bytes)) }?.code
    }
    #expect(code([]) == .empty)
    #expect(code(Array("\u{93}NUMPY".utf8)) == .wrongKind)
    #expect(code([0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 100)) == .truncated)
    let sink = MemorySink()
    let writer = try ZipWriter(sink)
    try writer.add(ZipEntry("x"), bytes: Array(0..<100))
    try writer.finish()
    // Every cut of an archive is a typed error.
    for count in 1..<sink.bytes.count {
      let error = failure { _ = try ZipArchive(MemorySource(Array(sink.bytes[..<count]))) }
      #expect(error != nil, "\(count)")
    }
    // Every changed byte is a typed error or leaves the data as it was.
    for index in sink.bytes.indices {
      var bytes = sink.bytes
      bytes[index] ^= 0xFF
      do {
        let archive = try ZipArchive(MemorySource(bytes))
        for member in archive.members { #expect(try archive.read(member) == Array(0..<100)) }
      } catch {
        #expect(error.code != .io)
      }
    }
  }

  @Test func standardChecksum() {
    // The check value of the catalogue of CRC algorithms, for CRC-32/ISO-HDLC.
    #expect(CRC32.of(Array("123456789".utf8)) == 0xCBF4_3926)
  }
}

/// A source that counts the bytes that are read.
final class CountingSource: ByteSource, @unchecked Sendable {
  let name = "counting"
  private let base: MemorySource
  private(set) var count = 0
  private(set) var reads = 0

  init(_ bytes: [UInt8]) { base = MemorySource(bytes) }

  var byteCount: Int? { base.byteCount }
  var seekCost: SeekCost { .free }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) -> Int {
    let got = try unsafe base.read(into: buffer, at: offset)
    count += got
    reads += 1
    return got
  }
}
