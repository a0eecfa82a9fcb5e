import Foundation
import TestSupport
import Testing

/// Runs the Python programs of `Tests/Interop`, which compare the command with the real NumPy.
///
/// They need the command, `NPY_COMMAND`, and a Python with NumPy, `NPY_PYTHON`; `make test` gives both. Without them
/// they fail: an oracle that is not there has said nothing.
@Suite struct InteropTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Interop")

  static let programs: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasPrefix("test_") && $0.hasSuffix(".py") }.sorted()
  }()

  @Test func thereArePrograms() { #expect(!InteropTests.programs.isEmpty) }

  @Test(arguments: InteropTests.programs)
  func agreesWithNumPy(_ program: String) throws {
    let outcome = try Python.run(
      ["-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider", program],
      environment: ["PYTHONDONTWRITEBYTECODE": "1"], folder: InteropTests.folder.path)
    let lines = outcome.output.split(separator: "\n")
    #expect(outcome.exitCode == 0, "\(lines.suffix(60).joined(separator: "\n"))\n\(outcome.errors.suffix(2000))")
    for line in lines where line.hasPrefix("NumPy's ") { print(line) }
    // What was left out is told, not hidden.
    if let last = lines.last { print("\(program): \(last)") }
  }
}
