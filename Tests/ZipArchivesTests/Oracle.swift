import ByteIO
import Testing

@testable import ZipArchives
import PlatformC

/// A folder of its own for a test, removed with the object.
final class TemporaryFolder {
  let path: String

  init() {
    path = "/tmp/npy-zip-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    _ = unsafe mkdir(path, 0o700)
  }

  deinit { _ = shell("rm -rf '\(path)'") }

  func file(_ name: String) -> String { path + "/" + name }

  func read(_ name: String) throws -> [UInt8] {
    let source = try FileSource(path: file(name))
    return try source.readBytes(at: 0, upTo: .max)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    let target = try AtomicFile(path: file(name))
    try target.write(bytes)
    try target.commit()
  }

  /// Runs a command of `zip_oracle.py` on the folder and returns what it prints.
  func python(_ command: String, _ arguments: String..., script: String = "zip_oracle.py") -> String {
    let fixtures = String(#filePath.dropLast("ZipArchivesTests/Oracle.swift".count)) + "Fixtures/"
    let python = unsafe getenv("NPY_PYTHON").map { unsafe String(cString: $0) } ?? "python3"
    let quoted = ([path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    return shell("'\(python)' '\(fixtures)\(script)' \(command) \(quoted)").output
  }
}

/// Runs a command line; returns its status and what it prints, errors included.
func shell(_ command: String) -> (status: Int32, output: String) {
  guard let stream = unsafe popen("{ \(command) ; } 2>&1", "r") else { return (-1, "") }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = unsafe fread(&block, 1, block.count, stream)
    if count == 0 { break }
    bytes += block[..<count]
  }
  let status = unsafe pclose(stream)
  return (status, String(decoding: bytes, as: UTF8.self))
}

/// Whether a program is installed.
func isInstalled(_ program: String) -> Bool { shell("command -v \(program)").status == 0 }

/// The error that a call throws, or `nil`.
func failure(_ body: () throws -> Void) -> FormatError? {
  do {
    try body()
    return nil
  } catch { return error as? FormatError }
}
