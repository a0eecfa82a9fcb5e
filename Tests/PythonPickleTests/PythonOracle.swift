import Foundation

/// Runs a script with the Python that the tests compare with: `NPY_PYTHON`, or `python3` of the path.
enum PythonOracle {
  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  static func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let python = ProcessInfo.processInfo.environment["NPY_PYTHON"] ?? "python3"
    process.arguments = [python] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  static func script(_ name: String, _ arguments: String...) throws -> [Substring] {
    try run([fixtures.appendingPathComponent(name).path] + arguments).split(separator: "\n")
  }
}

/// The bytes of a hexadecimal text.
func bytes(hex: some StringProtocol) -> [UInt8] {
  var result: [UInt8] = []
  var high: UInt8?
  for byte in hex.utf8 {
    let digit = byte < 58 ? byte - 48 : (byte | 32) - 87
    if let known = high {
      result.append(known << 4 | digit)
      high = nil
    } else {
      high = digit
    }
  }
  return result
}

func hex(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
