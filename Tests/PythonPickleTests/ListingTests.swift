import ByteIO
import Foundation
import PythonPickle
import Testing

/// The listing against `pickletools.dis`, which runs nothing either.
@Suite struct ListingTests {
  @Test func listsAsPickletoolsDoes() throws {
    let lines = try PythonOracle.script("pickle_cases.py", "7", "25")
    // The large ones at the front are left to the round trips.
    let cases = lines.filter { $0.utf8.count < 40_000 }.map { $0.split(separator: " ")[1] }
    #expect(cases.count > 100)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("listing-\(UUID().uuidString)")
    try Data(cases.joined(separator: "\n").utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let program = """
      import pickletools, sys
      sys.stdout.reconfigure(errors="surrogatepass")
      for line in open(sys.argv[1]):
          pickletools.dis(bytes.fromhex(line))
          print("----")
      """
    let expected = try PythonOracle.run(["-c", program, file.path])
    var text = ""
    for item in cases {
      try Pickle.list(MemorySource(bytes(hex: item))) { line in text += line + "\n" }
      text += "----\n"
    }
    let wrong = zip(text.split(separator: "\n"), expected.split(separator: "\n")).first { $0 != $1 }
    #expect(wrong == nil, "\(wrong?.0 ?? "")\n\(wrong?.1 ?? "")")
    #expect(text.utf8.count == expected.utf8.count)
  }
}
