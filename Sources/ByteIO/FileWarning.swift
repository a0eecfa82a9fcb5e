/// What should be known of a file that was read or written all the same, as ``FormatError`` tells what failed.
///
/// ```swift
/// let people = try AnyNDArray(csv: "people.csv") { warning in print(warning.file ?? "", warning.message) }
/// ```
public struct FileWarning: Sendable, Hashable {
  /// What is odd, in NumPy's words where NumPy warns of it.
  public var message: String
  /// The file, where the message does not name it.
  public var file: String?

  /// A warning of a file.
  public init(_ message: String, file: String? = nil) {
    self.message = message
    self.file = file
  }
}

extension FileWarning: CustomStringConvertible {
  /// File and message in one line.
  public var description: String { file.map { $0 + ": " + message } ?? message }
}

extension FileWarning: ExpressibleByStringInterpolation {
  /// A warning whose message says all.
  public init(stringLiteral message: String) { self.init(message) }
}
