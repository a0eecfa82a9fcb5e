import ArrayDeflate
import Foundation
import TestSupport
import Testing

/// Our streams, read by those who read archives: Python's zlib, and Info-ZIP's `unzip -t` where it is installed.
@Suite struct ReaderTests {
  /// Reads NAME.raw and NAME.deflate in a folder: inflates the stream, and puts it into an archive for unzip.
  private static let program = """
    import pathlib, shutil, struct, subprocess, sys, zlib
    folder = pathlib.Path(sys.argv[1])
    local, directory = b"", b""
    names = sorted(path.stem for path in folder.glob("*.raw"))
    for name in names:
        raw, stream = (folder / (name + ".raw")).read_bytes(), (folder / (name + ".deflate")).read_bytes()
        inflater = zlib.decompressobj(-15)
        assert inflater.decompress(stream) + inflater.flush() == raw, name
        assert inflater.eof and not inflater.unused_data, name
        title = name.encode()
        fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, zlib.crc32(raw), len(stream), len(raw), len(title), 0)
        directory += b"PK\\1\\2\\x14\\0" + fields + struct.pack("<HHHII", 0, 0, 0, 0, len(local)) + title
        local += b"PK\\3\\4" + fields + title + stream
    end = struct.pack("<HHHHIIH", 0, 0, len(names), len(names), len(directory), len(local), 0)
    archive = folder / "all.zip"
    archive.write_bytes(local + directory + b"PK\\5\\6" + end)
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-tq", str(archive)], check=True, stdout=subprocess.DEVNULL)
    print(len(names), "good")
    """

  @Test func pythonAndUnzipReadEveryLevelOfEveryKind() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("npy-readers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #if DEBUG
      let counts = [9000]
    #else
      let counts = [9000, 1_300_000]
    #endif
    var files = 0
    for kind in DataKind.allCases {
      for level in DeflateLevel.allCases where level != .best || kind == .walk || kind == .words {
        for (itemSize, count) in zip([4, 8], counts + counts) {
          let input = kind.bytes(count, itemSize: itemSize, seed: 5)
          let stream = try deflated([input], level: level, layout: ItemLayout(itemSize: itemSize)).stream
          let name = "\(kind)-\(level)-\(itemSize)-\(count)"
          try Data(input).write(to: folder.appendingPathComponent(name + ".raw"))
          try Data(stream).write(to: folder.appendingPathComponent(name + ".deflate"))
          files += 1
        }
      }
    }
    let outcome = try Python.run(["-c", ReaderTests.program, folder.path])
    #expect(outcome.output == "\(files) good\n", "\(outcome.errors)")
  }
}
