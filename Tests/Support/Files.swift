import ByteIO
import Foundation

/// Files for a test.
public enum Bytes {
  /// All the bytes of a file.
  public static func read(_ path: String) throws -> [UInt8] {
    let source = try FileSource(path: path)
    return try source.readBytes(at: 0, upTo: source.byteCount ?? 0)
  }

  /// Writes a file.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }
}

/// A folder that lives as long as a test.
public enum TemporaryFolder {
  /// Calls `body` with the path of a new folder, which is removed afterwards.
  public static func with<Result>(_ body: (String) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("npy-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
  }

  /// As above, for a body that waits.
  public static func with<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("npy-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try await body(url.path)
  }
}
